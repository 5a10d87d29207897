"""Named entities in posts on the web: sentences whose words have BIO tags."""

from minigrad.autograd.errors import checked
from minigrad.data.remote import fetch


@checked
def wnut17(split: str = "train") -> tuple[list[list[str]], list[list[str]]]:
    """Load WNUT-17: English sentences from Twitter, Reddit, YouTube and StackExchange with named entities.

    split: 'train', 'dev' or 'test', of 3,394, 1,009 and 1,287 sentences. Returns (sentences, tags), two lists
    of N lists:
        sentences   the words of each sentence, as written
        tags        the tag of each word: B-TYPE at the first of an entity, I-TYPE at its others, O elsewhere
    TYPE is person, location, corporation, product, creative-work or group. The test set was chosen for
    entities that are rare or new: none occurs in training as it is spelled there. The files are downloaded on
    first use.
    Source: Derczynski, Nichols, van Erp and Limsopatham 2017, W-NUT, doi:10.18653/v1/W17-4418.
    Licence: CC BY 4.0.
    """
    if split not in ("train", "dev", "test"):
        raise ValueError(f"wnut17: split must be 'train', 'dev' or 'test', got {split!r}")
    return read_conll(fetch(f"wnut17_{split}.conll").decode("utf-8"))


@checked
def read_conll(text: str) -> tuple[list[list[str]], list[list[str]]]:
    """The sentences and tags of a text with a word, a tab and a tag a line, and a blank line after each
    sentence.

    >>> read_conll("Empire\\tB-location\\nState\\tI-location\\n\\t\\nHello\\tO\\n")
    ([['Empire', 'State'], ['Hello']], [['B-location', 'I-location'], ['O']])

    Raises TypeError unless text is a str, ValueError for a line of another form.
    """
    if not isinstance(text, str):
        raise TypeError(f"read_conll: text must be a str, the content of a file, got {type(text).__name__}")
    sentences, tags, inside = [], [], False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            inside = False
            continue
        word, tab, tag = line.rstrip("\r").partition("\t")
        if not word or not tag or "\t" in tag:
            raise ValueError(f"read_conll: line {number} must be a word, a tab and a tag, got {line!r:.60}")
        if not inside:
            sentences.append([])
            tags.append([])
            inside = True
        sentences[-1].append(word)
        tags[-1].append(tag)
    return sentences, tags
