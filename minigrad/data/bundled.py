"""The data files that ship with minigrad: find them and verify their checksums.

Set `$MINIGRAD_DATA` to a folder with the same files to search it before the package's own folder. A package
made for a browser holds a sample of MNIST instead, as .gz, and lacks what no lesson needs: `python -m
tools.lite` writes it. Files that are not bundled are in remote.py.
Sources and licences: files/README.md.
"""

import gzip
import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from minigrad.files import reading

FOLDER = Path(__file__).parent / "files"

# name -> (bytes, sha256) of the compressed file
FILES = {
    "mnist/train-images.idx3-ubyte.xz":
        (7917812, "d151f9ea64d64a8315a392275491d8de4b7a175eaf3f7c596b4597223a688e65"),
    "mnist/train-labels.idx1-ubyte.xz":
        (25264, "db14ee4ce04c7f2006ebef1bc44e529435257977edf8f83181894465ba0a645f"),
    "mnist/t10k-images.idx3-ubyte.xz":
        (1364256, "83565bb7769a99fc50e1facf8d134bbc8896afbb05c71f9ca7d4a8c50de0790f"),
    "mnist/t10k-labels.idx1-ubyte.xz":
        (4040, "f2edae9ce0307abae4671a37b70e6e3858696b48b16c3cfdfef97388dc9925d5"),
    "ames.csv.gz":
        (180174, "f269a328333d242f1e282b028188d47a82fc2917ed53375660b7a20aa53c20f2"),
    "vader_movie.tsv.gz":
        (557930, "cf6597afc4a6a633fca41c547befbf85f99eed774a2fe01432e77075364fd4f5"),
    "plays.txt.gz":
        (177647, "fff9f0b98e70df3400f1db00567e162097e2dcb443cf7efacf4f00e847c1c1ba"),
    "emoji_twitter_64x64.npz":
        (3901371, "8c82b0264f3716e496062a43affcd0a5aa4a0229407797381599a38ccf6558e9"),
    "cmudict.dict.gz":
        (915089, "5f247ae70ca59c7e6a435c71dbfd5b7035ad1fce273e1a64556b830d22897a13"),
    "verses.tsv.gz":
        (2710241, "a5925e9bca72f4a4872939332484d126243c5a6c749001dcfa1c2f00986bdcfd"),
    "co2.csv.gz":
        (9903, "8dd097eb5f9911f4c3345091397f8a31f8d9d123de5fa8e5fe103f00981d054c"),
    "sunspots.csv.gz":
        (1277, "fc463d1af70d8526baefc7c448892c7bb335b9cc690ce37def4a3b2fbf136a79"),
    "seattle-weather.csv.gz":
        (11236, "69d5ed31faed3e132e94ee4dc9af1166a2def128fcf0e2ee95319c35b23e7dae"),
}


def find(name: str) -> Path:
    """Return the path of a bundled file after checking its size and sha256, or else that of its sample.

    Raises FileNotFoundError if no folder has the file, ValueError if it is damaged.
    """
    override = os.environ.get("MINIGRAD_DATA")
    folders = [Path(override), FOLDER] if override else [FOLDER]
    for folder in folders:
        path = folder / name
        if path.is_file():
            check(path, *FILES[name])
            return path
    sample = (FOLDER / name).with_suffix(".gz")     # gzip's own checksum is checked when it is read
    if name.endswith(".xz") and sample.is_file():
        return sample
    raise FileNotFoundError(
        f"data file {name} not found in {' or '.join(map(str, folders))}; reinstall minigrad, "
        f"or set MINIGRAD_DATA to a folder that contains {name}")


def check(path, size, sha256):
    advice = f"delete {path} and reinstall minigrad, or unset MINIGRAD_DATA if it points to that folder"
    content = path.read_bytes()
    if len(content) != size:
        raise ValueError(f"{path} is damaged: expected {size} bytes, got {len(content)}; {advice}")
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ValueError(f"{path} is damaged: expected sha256 {sha256}, got {digest}; {advice}")


def decompress(path: str | Path) -> bytes:
    """Return the content of an .xz, .gz or plain file."""
    with decompressed(path) as file:
        return file.read()


@contextmanager
def decompressed(path: str | Path) -> Iterator[IO[bytes]]:
    """Open an .xz, .gz or plain file for reading its content. The compressed formats have checksums."""
    path = Path(path)
    with reading(path) as file:
        damage: tuple = (EOFError, gzip.BadGzipFile, zlib.error, struct.error)
        content: Any = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
        if path.suffix == ".xz":
            try:
                import lzma  # some builds of Python come without it
            except ImportError as error:
                raise ImportError(f"cannot read {path}: this Python has no module lzma, which decompresses "
                                  ".xz files; use another build of Python, or a file compressed as .gz"
                                  ) from error
            content, damage = lzma.LZMAFile(file), (*damage, lzma.LZMAError)        # noqa: SIM115
        try:
            with content:           # closed at once: .xz takes 8 MB
                yield content
        except damage as error:
            raise ValueError(f"{path} cannot be decompressed: it is truncated or not a {path.suffix} file "
                             f"({error}); download it again") from error
