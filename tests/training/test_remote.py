"""Files that are not bundled: where they are looked for, and what is said when one is missing or another."""

import gzip
import hashlib
import re
import urllib.error
import urllib.request
from io import BytesIO

import pytest

from minigrad.data import remote

CONTENT = b"To be, or not to be\n" * 10


@pytest.fixture(autouse=True)
def one_file(tmp_path, monkeypatch):
    """One file is known, nothing is at hand, and nothing can be downloaded."""
    entry = "https://example.org/a.txt", len(CONTENT), hashlib.sha256(CONTENT).hexdigest()
    monkeypatch.setattr(remote, "FILES", {"a.txt": entry})
    monkeypatch.setenv("MINIGRAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MINIGRAD_DATA", raising=False)
    answers(monkeypatch, urllib.error.URLError("no network"))


def answers(monkeypatch, answer):
    """Let every download end so; returns the addresses asked for."""
    asked = []

    def urlopen(address, timeout):
        asked.append(address)
        if isinstance(answer, Exception):
            raise answer
        return BytesIO(answer)
    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def test_a_file_is_downloaded_once(monkeypatch, tmp_path):
    asked = answers(monkeypatch, CONTENT)
    assert remote.fetch("a.txt") == remote.fetch("a.txt") == CONTENT
    assert asked == ["https://example.org/a.txt"]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["a.txt"]


@pytest.mark.parametrize("name, written", [("a.txt", CONTENT), ("a.txt.gz", gzip.compress(CONTENT))])
def test_minigrad_data_is_looked_into_first(monkeypatch, tmp_path, name, written):
    (tmp_path / name).write_bytes(written)
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    assert remote.fetch("a.txt") == CONTENT


@pytest.mark.parametrize("error", [urllib.error.URLError("no network"), TimeoutError("timed out"),
                                   urllib.error.HTTPError("https://example.org", 404, "Not Found", {}, None)])
def test_without_a_network_it_says_where_to_put_the_file(monkeypatch, tmp_path, error):
    answers(monkeypatch, error)
    with pytest.raises(ConnectionError) as raised:
        remote.fetch("a.txt")
    text = str(raised.value)
    assert text.startswith("a.txt is not bundled, and https://example.org/a.txt could not be downloaded (")
    assert f"save it as {tmp_path / 'cache' / 'a.txt'}, or set MINIGRAD_DATA to a folder that holds" in text


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"!"])
def test_another_content_is_refused_and_not_kept(monkeypatch, tmp_path, content):
    answers(monkeypatch, content)
    with pytest.raises(ValueError, match=f"not the file expected: {len(CONTENT)} bytes with sha256 .*"
                                         f"got {len(content)} bytes with .*another one today"):
        remote.fetch("a.txt")
    assert not (tmp_path / "cache").exists()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/a.txt").write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(str(tmp_path / "cache")) + ".*delete it, and it is downl"):
        remote.fetch("a.txt")
