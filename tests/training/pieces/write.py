"""Write what the library `tokenizers` makes of texts, for test_tokenizers.py.

    pip install tokenizers==0.23.3 && python tests/training/pieces/write.py

The vocabularies are small, trained on 2,000 film reviews, so that many words fall into pieces.
"""

import json
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from minigrad.data import movie_reviews

HERE = Path(__file__).parent
REVIEWS = movie_reviews()[0][:2000]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
HARD = [
    "", " ", "\n\t ", "a", "Ünaffable CAFÉ naïve e\u0301é", "\u0130stanbul ΟΔΟΣ straße STRASSE", "x" * 100,
    "y" * 101, "漢字かな한국어 中文abc \uf900", "\U0001f600\U0001f44d\U0001f3fd e",
    "don't can't it's we've I'm they'll he'd", "$^`~ «quoted» —dash… a_b 3.5 1/2 ½ Ⅷ ² 1,000",
    "a[SEP]b [MASK] [cls] [CLS]", "[PAD][UNK][UNK] [UNKNOWN]",
    "a\u200bb\u00a0c\u3000d\u2028e\x1ff\x85g\x00h\ufffdi", "  two  spaces \n\n three   ", "tab\tand\r\nline ",
    "<|endoftext|>a <|endoftext|> b<|endof", "हिन्दी में ไทย שָׁלוֹם مُحَمَّد", "Not bad, isn't it? Good!!! (really)",
    "' s n't 've"]
TEXTS = HARD + REVIEWS[::100]
PAIRS = [(TEXTS[i], TEXTS[-1 - i]) for i in range(0, len(TEXTS), 2)]


def wordpiece(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(REVIEWS, trainers.WordPieceTrainer(
        vocab_size=400, special_tokens=SPECIAL, show_progress=False, limit_alphabet=70))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")])
    return tokenizer


def byte_bpe():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(REVIEWS, trainers.BpeTrainer(
        vocab_size=500, min_frequency=2, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def expected(tokenizer):
    ids = [tokenizer.encode(text).ids for text in TEXTS]
    return {"ids": ids, "decoded": [tokenizer.decode(row) for row in ids],
            "with_special": [tokenizer.decode(row, skip_special_tokens=False) for row in ids]}


if __name__ == "__main__":
    saved = {"tokenizers": tokenizers.__version__, "texts": TEXTS, "pairs": PAIRS}
    for name, tokenizer in [("uncased", wordpiece(True)), ("cased", wordpiece(False)), ("bytes", byte_bpe())]:
        tokenizer.save(str(HERE / f"{name}.json"), pretty=False)
        saved[name] = expected(tokenizer)
        if name == "uncased":
            tokenizer.enable_padding()
            saved["batches"] = {}
            for length in (3, 4, 5, 8, 13, 24):
                tokenizer.enable_truncation(length)
                rows = tokenizer.encode_batch(PAIRS)
                saved["batches"][length] = [[row.ids, row.attention_mask, row.type_ids] for row in rows]
    (HERE / "expected.json").write_text(json.dumps(saved, separators=(",", ":")) + "\n")
