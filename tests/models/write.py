"""Write a tiny BERT with random weights, and what transformers computes with it, for test_bert.py.

    pip install transformers==5.24.0 torch==2.13.0 && python tests/models/write.py
"""

import os
from pathlib import Path

import torch
import transformers

from minigrad.data import WordPieceTokenizer
from minigrad.io import save_safetensors

FOLDER = Path(__file__).parent / "tiny"
VOCAB = Path(__file__).parents[1] / "training/pieces/uncased.json"
TEXTS = ["", "a quiet film that stays with you", "Loud!", "not bad, but not the café of the year either " * 3]

if __name__ == "__main__":
    tokenizer = WordPieceTokenizer.load(VOCAB)
    tokenizer.save_vocab(FOLDER / "vocab.txt")
    torch.manual_seed(0)
    model = transformers.BertModel(transformers.BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=24, max_position_embeddings=40, initializer_range=0.5)).eval()
    for parameter in model.parameters():        # biases and norms that do something
        parameter.data += 0.1 * torch.randn_like(parameter)
    model.save_pretrained(FOLDER)
    (FOLDER / "tokenizer_config.json").write_text('{"do_lower_case": true}\n')
    (FOLDER / "sentence_bert_config.json").write_text('{"max_seq_length": 32}\n')
    batch = tokenizer.encode_batch(TEXTS, max_length=32)
    pairs = tokenizer.encode_batch(TEXTS, TEXTS[::-1], max_length=40)
    saved = {}
    for name, each in [("single", batch), ("pairs", pairs)]:
        with torch.no_grad():
            x = model(**{key: torch.tensor(array) for key, array in each._asdict().items()}).last_hidden_state
        saved[name] = x.numpy()
        if name == "single":
            there = torch.tensor(each.attention_mask)[:, :, None]
            mean = (x * there).sum(1) / there.sum(1)
            saved["vectors"] = torch.nn.functional.normalize(mean).numpy()
    save_safetensors(FOLDER / "expected.safetensors", saved,
                     {"transformers": transformers.__version__, "torch": torch.__version__})
    os.chmod(FOLDER / "model.safetensors", 0o644)
