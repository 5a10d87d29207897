"""The word tokenizer: what counts as a word, which words get an id, and rows of equal length."""

import json
import os
import unicodedata
import zlib

import numpy as np
import pytest
from hypothesis import given, strategies as st

from minigrad.data import WordTokenizer, movie_reviews, split_words
from minigrad.demos.words import stems

TEXTS = ["The cat sat.", "The cat ran!", "A dog ran."]


@pytest.fixture
def tokenizer():
    return WordTokenizer.from_texts(TEXTS)


@pytest.mark.parametrize("text, words", [
    ("Don't PANIC", ["don't", "panic"]),
    ("It's a film -- good, not great!", ["it's", "a", "film", "-", "-", "good", ",", "not", "great", "!"]),
    ("rock'n'roll 'quoted'", ["rock'n'roll", "'", "quoted", "'"]),
    ("Münch's clichés in 3 D", ["münch's", "clichés", "in", "3", "d"]),
    (" \n\t", []),
    ("", []),
    ("snake_case x2 3.5 well-known", ["snake_case", "x2", "3", ".", "5", "well", "-", "known"]),
])
def test_words_are_lower_case_and_punctuation_marks_are_words(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize("text, words", [
    ("cafe\u0301s Zu\u0308rich", ["caf\xe9s", "z\xfcrich"]),                # decomposed
    ("x\u0331\u0302y", ["x\u0331\u0302y"]),                               # has no composed form
    ("हिन्दी में", ["हिन्दी", "में"]),                                            # vowel signs and virama
    ("น้ำ", ["น้ำ"]), ("שָׁלוֹם", ["שָׁלוֹם"]), ("مُحَمَّد", ["مُحَمَّد"]),
    ("\u0130stanbul I\u0307zmir", ["i\u0307stanbul", "i\u0307zmir"]),      # a dot remains when lower-cased
    ("Ο\u0394ΟΣ", ["οδος"]), ("Stra\xdfe STRASSE", ["stra\xdfe", "strasse"]),
    ("don\u2019t DON\u02bcT don\uff07t", ["don't"] * 3),
    ("\u2018quoted\u2019 rock \u2019n\u2019 roll", ["\u2018", "quoted", "'", "rock", "'", "n", "'", "roll"]),
    ("می\u200cخواهم", ["می\u200cخواهم"]), ("ക്\u200dഷ", ["ക്\u200dഷ"]),    # joiners inside a word
    ("co\xadoperate \ufeffword a\u200bb \u200fא\u200e", ["cooperate", "word", "a", "b", "א"]),
    ("\U0001f44d\U0001f3fd!\U0001f44d", ["\U0001f44d\U0001f3fd", "!", "\U0001f44d"]),     # skin tone
    ("\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
     ["\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f"]),
    ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", ["\U0001f1e9\U0001f1ea", "\U0001f1eb\U0001f1f7"]),    # flags
    ("\u0301a", ["\u0301", "a"]), ("a\ud800b", ["a", "\ud800", "b"]),
], ids=ascii)
def test_words_of_all_scripts_are_whole(text, words):
    assert split_words(text) == words


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("aIσΣ'\u2019\u0301\u0307\u200d\u0130 ")))
def test_all_forms_of_a_text_give_the_same_words_and_words_stay_words(text):
    words = split_words(text)
    assert split_words(unicodedata.normalize("NFD", text)) == words
    assert split_words(unicodedata.normalize("NFC", text)) == words
    assert split_words(" ".join(words)) == words
    assert len(split_words(stems(text))) == len(words)          # of the demo: a stem for every word


@pytest.mark.parametrize("text", [None, b"bytes", 3, ["a"]])
def test_only_a_str_is_split(text, tokenizer):
    for read in (split_words, tokenizer.encode, lambda text: tokenizer.encode_batch([text])):
        with pytest.raises(TypeError, match="text must be a string, got "):
            read(text)


def test_words_given_in_another_form_are_found():
    tokenizer = WordTokenizer(["<pad>", "<unk>", "cafe\u0301", "don\u2019t", "don't"])
    assert tokenizer.encode("caf\xe9 cafe\u0301 don't don\u2019t") == [2, 2, 4, 4]
    assert tokenizer.decode([2]) == "cafe\u0301" and len(tokenizer) == 5


def test_frequent_words_come_first_and_ties_by_alphabet(tokenizer):
    assert tokenizer.words == ["<pad>", "<unk>", ".", "cat", "ran", "the", "!", "a", "dog", "sat"]
    assert len(tokenizer) == 10


def test_min_count_leaves_out_rare_words():
    assert WordTokenizer.from_texts(TEXTS, min_count=2).words == ["<pad>", "<unk>", ".", "cat", "ran", "the"]


def test_max_size_counts_the_reserved_ids():
    assert WordTokenizer.from_texts(TEXTS, max_size=4).words == ["<pad>", "<unk>", ".", "cat"]


def test_the_vocabulary_does_not_depend_on_the_order_of_the_texts(tokenizer):
    assert WordTokenizer.from_texts(TEXTS[::-1]).words == tokenizer.words


def test_a_text_of_known_words_survives_encode_and_decode(tokenizer):
    ids = tokenizer.encode("the DOG ran .")
    assert ids == [5, 8, 4, 2] and tokenizer.decode(ids) == "the dog ran ."


def test_an_unknown_word_is_one_and_padding_is_not_decoded(tokenizer):
    assert tokenizer.encode("the cow") == [5, 1]
    assert tokenizer.decode(np.array([5, 1, 0, 0])) == "the <unk>"


def test_reserved_names_in_a_text_do_not_become_reserved_ids(tokenizer):
    assert 0 not in tokenizer.encode("<pad> the <pad>")


def test_a_batch_is_padded_to_its_longest_text(tokenizer):
    ids, padding = tokenizer.encode_batch(["the cat", "the dog ran !", "cow"])
    assert ids.dtype == np.int64 and padding.dtype == np.bool_
    assert ids.tolist() == [[5, 3, 0, 0], [5, 8, 4, 6], [1, 0, 0, 0]]
    assert padding.tolist() == [[False, False, True, True], [False] * 4, [False, True, True, True]]


def test_max_length_cuts_longer_texts(tokenizer):
    ids, padding = tokenizer.encode_batch(["the cat sat .", "dog"], max_length=2)
    assert ids.tolist() == [[5, 3], [8, 0]] and padding.tolist() == [[False, False], [False, True]]
    assert tokenizer.encode_batch(["dog"], max_length=50)[0].shape == (1, 1)


def test_a_text_without_words_has_something_to_attend_to(tokenizer):
    ids, padding = tokenizer.encode_batch(["", "the cat"])
    assert ids.tolist() == [[1, 0], [5, 3]] and padding.tolist() == [[False, True], [False, False]]


def test_the_padding_mask_is_true_exactly_where_the_id_is_zero():
    texts, _ = movie_reviews()
    tokenizer = WordTokenizer.from_texts(texts[:1000], min_count=2)
    ids, padding = tokenizer.encode_batch(texts[:1000], max_length=32)
    assert np.array_equal(padding, ids == 0) and ids.max() < len(tokenizer) and ids.shape == (1000, 32)


def test_save_and_load_give_the_same_tokenizer(tokenizer, tmp_path):
    path = tmp_path / "words.json"
    tokenizer.save(path)
    assert WordTokenizer.load(path).words == tokenizer.words
    assert list(tmp_path.iterdir()) == [path]


def test_a_save_that_fails_keeps_the_old_file_and_leaves_no_other(tokenizer, tmp_path, monkeypatch):
    path = tmp_path / "words.json"
    tokenizer.save(path)

    def refuse(source, target):
        raise OSError("disk full")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        WordTokenizer.from_texts(["other words"]).save(path)
    assert WordTokenizer.load(path).words == tokenizer.words
    assert list(tmp_path.iterdir()) == [path]


def test_a_wrong_bit_anywhere_in_a_saved_vocabulary_is_noticed(tmp_path):
    path = tmp_path / "words.json"
    WordTokenizer.from_texts(["the cat", "\xe9t\xe9"]).save(path)
    good = path.read_bytes()
    for place in range(8 * len(good)):
        content = bytearray(good)
        content[place // 8] ^= 1 << place % 8
        path.write_bytes(content)
        with pytest.raises(ValueError, match="words.json does not hold a WordTokenizer"):
            WordTokenizer.load(path)
    for size in range(len(good)):
        path.write_bytes(good[:size])
        with pytest.raises(ValueError, match="words.json does not hold a WordTokenizer"):
            WordTokenizer.load(path)


def test_a_vocabulary_without_checksum_is_read(tmp_path):
    path = tmp_path / "words.json"
    path.write_text('{"words": ["<pad>", "<unk>", "don", "\u2019", "t", "caf\xe9"]}', encoding="utf-8")
    assert WordTokenizer.load(path).encode("Cafe\u0301 don t") == [5, 2, 4]


def test_any_word_of_a_text_can_be_saved(tmp_path):
    tokenizer = WordTokenizer.from_texts(['\ud800 "crc32": "00000000" \\ \x00 \u2028 \U0001f44d\U0001f3fd'])
    tokenizer.save(tmp_path / "words.json")
    assert WordTokenizer.load(tmp_path / "words.json").words == tokenizer.words


@pytest.mark.parametrize("content", [
    b"[" * 10**5, b'{"words": ["<pad>", "<unk>", 3]}', b'{"words": ["<pad>", "<unk>"], "more": 1}',
    b'{"words": ["<pad>", "<unk>", "a", "a"]}', b'{"words": ["<pad>", "<unk>"], "crc32": null}',
    b"", b'{"words": ["<pad>"', b'["a"]', b'{"names": []}', b'{"words": 3}', b"\xff"])
def test_load_says_that_a_file_holds_no_tokenizer(tmp_path, content):
    path = tmp_path / "words.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="words.json does not hold a WordTokenizer .* as save.. writes it"):
        WordTokenizer.load(path)


def test_load_says_which_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="words.json"):
        WordTokenizer.load(tmp_path / "words.json")


@pytest.mark.parametrize("words, message", [
    (["the", "cat"], r"must start with \['<pad>', '<unk>'\], got \['the', 'cat'\]"),
    (["<pad>", "<unk>", "cat", "cat"], "words must be unique, but 'cat' occurs more than once"),
])
def test_a_vocabulary_with_the_wrong_words_is_refused(words, message):
    with pytest.raises(ValueError, match=message):
        WordTokenizer(words)


@pytest.mark.parametrize("call, error, message", [
    (lambda t: t.decode([3, 10]), ValueError, r"ids must lie in 0\.\.9, got 10"),
    (lambda t: t.decode([-1]), ValueError, r"ids must lie in 0\.\.9, got -1"),
    (lambda t: t.encode_batch([]), ValueError, "no texts to encode"),
    (lambda t: t.encode_batch("the cat"), TypeError,
     r"expected a list of texts, got one str; write \['the cat'\]"),
    (lambda t: t.encode_batch(["cat"], max_length=0), ValueError, "max_length must be at least 1, got 0"),
    (lambda t: t.from_texts("the cat"), TypeError, "expected a list of texts"),
    (lambda t: t.from_texts(TEXTS, max_size=1), ValueError, "must be at least 2, got 1"),
], ids=["too large", "negative", "none", "str", "length", "fit on str", "size"])
def test_arguments_that_make_no_sense_are_named(tokenizer, call, error, message):
    with pytest.raises(error, match=message):
        call(tokenizer)


def test_the_saved_file_is_readable_json(tmp_path):
    WordTokenizer.from_texts(["clichés"]).save(tmp_path / "words.json")
    content = (tmp_path / "words.json").read_text(encoding="utf-8")
    assert json.loads(content) == {"words": ["<pad>", "<unk>", "clichés"], "crc32": content[-10:-2]}
    blank = content.replace(content[-10:-2], "00000000").encode()
    assert content[-10:-2] == f"{zlib.crc32(blank):08x}"
