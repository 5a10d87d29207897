"""Data that minigrad may not bundle: downloaded on first use, checked, and kept in a folder.

A file is looked for in $MINIGRAD_DATA (also compressed, as NAME.gz or NAME.xz), then in the cache:
$MINIGRAD_CACHE, or minigrad below $XDG_CACHE_HOME, by default ~/.cache. Only then it is downloaded. Wherever
it comes from, its sha256 must be the one below.
"""

import hashlib
import os
import urllib.error
import urllib.request
from pathlib import Path

from minigrad.data.bundled import decompress
from minigrad.files import replacing

WNUT = "https://raw.githubusercontent.com/leondz/emerging_entities_17/master"
KARPATHY = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data"

# name -> (address, bytes, sha256) of the file, not compressed
FILES = {
    "tinyshakespeare.txt":
        (f"{KARPATHY}/tinyshakespeare/input.txt", 1115394,
         "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"),
    "wnut17_train.conll":
        (f"{WNUT}/wnut17train.conll", 493781,
         "731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5"),
    "wnut17_dev.conll":
        (f"{WNUT}/emerging.dev.conll", 114749,
         "e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8"),
    "wnut17_test.conll":
        (f"{WNUT}/emerging.test.annotated", 192425,
         "2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0"),
}
SECONDS = 30        # without an answer


def fetch(name: str) -> bytes:
    """The content of a file that is not bundled; downloads it if it is neither in $MINIGRAD_DATA nor cached.

    Raises ConnectionError where it cannot be downloaded, with what to do; ValueError if a file has another
    content than expected.
    """
    address, size, sha256 = FILES[name]
    override = os.environ.get("MINIGRAD_DATA")
    for path in [Path(override, name + suffix) for suffix in ("", ".gz", ".xz")] if override else []:
        if path.is_file():
            return checked(decompress(path), size, sha256, path, "delete it, or unset MINIGRAD_DATA")
    cached = cache() / name
    if cached.is_file():
        return checked(cached.read_bytes(), size, sha256, cached, "delete it, and it is downloaded again")
    content = checked(download(name, address, size, cached), size, sha256, address,
                      "the file there is another one today; get the original from elsewhere, put it into a "
                      f"folder as {name} and set MINIGRAD_DATA to that folder")
    cached.parent.mkdir(parents=True, exist_ok=True)
    with replacing(cached) as file:
        file.write(content)
    return content


def cache() -> Path:
    """The folder of downloaded files."""
    given = os.environ.get("MINIGRAD_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "minigrad")


def download(name, address, size, cached):
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            return answer.read(size + 1)
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise ConnectionError(f"{name} is not bundled, and {address} could not be downloaded ({reason}); "
                              f"download it elsewhere and save it as {cached}, or set MINIGRAD_DATA to a "
                              f"folder that holds {name}") from None


def checked(content, size, sha256, origin, advice):
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ValueError(f"{origin} is not the file expected: {size} bytes with sha256 {sha256}, got "
                         f"{len(content)} bytes with {digest}; {advice}")
    return content
