"""A BERT that sorts texts, after fine-tuning (Devlin et al. 2018, arXiv:1810.04805, sec. 4.1).

    ids -> BERT -> the mean of the tokens' vectors -> dropout -> a linear layer -> one logit a label

The paper takes the vector of [CLS] for the text; this takes the mean, since that is what a sentence encoder
was trained to make of it (Reimers and Gurevych 2019, arXiv:1908.10084, sec. 3).
"""

from minigrad.autograd import Tensor
from minigrad.models.bert import Bert
from minigrad.nn import Dropout, Linear, Module


class TextClassifier(Module):
    """input_ids (N, T), attention_mask (N, T) that is 0 at padding, token_type_ids (N, T) -> (N, labels).

    bert: a Bert, with its pretrained weights; it becomes part of this module.
    """

    def __init__(self, bert: Bert, labels: int):
        self.bert = bert
        self.dropout = Dropout(bert.config.hidden_dropout_prob)
        self.classifier = Linear(bert.config.hidden_size, labels)

    def forward(self, input_ids: Tensor, attention_mask: Tensor,
                token_type_ids: Tensor | None = None) -> Tensor:
        x = self.bert(input_ids, attention_mask, token_type_ids)                # (N, T, D)
        there = attention_mask.unsqueeze(2).to(x.dtype)                         # (N, T, 1)
        mean = (x * there).sum(1) / there.sum(1)                                # (N, D)
        return self.classifier(self.dropout(mean))
