"""Files that are replaced as a whole or not at all.

    with replacing("net.safetensors") as file:
        file.write(content)

The block writes to a file `net.safetensors.PID.RANDOM.part` in the same folder. When it ends without an error
and everything is on the disk, that file takes the name and the permissions of the old one. After an error or
Ctrl-C, the old file is as it was and the new one is gone. A process that is killed leaves its `.part` file,
which the next write in the same folder removes: a file that is still being written is locked. On Windows,
which has no such locks, it removes those older than an hour.

JSON in a file may be nested DEPTH levels deep. A deeper one takes a stack that not every machine has: in a
browser, Python itself would end.
"""

import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError:             # Windows
    fcntl = None                # type: ignore[assignment]

DEPTH = 100
# A string, which may hold any of them, or a bracket.
BRACKETS = re.compile(rb'"(?:[^"\\]|\\.?)*(?:"|\Z)|[\[\]{}]', re.DOTALL)
PART = re.compile(r".+\.\d+\.[0-9a-f]{16}\.part", re.DOTALL)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a file for binary writing that replaces the file at `path` when the block ends without an error.

    A link is followed. Raises FileNotFoundError or IsADirectoryError, PermissionError if the old file is
    read-only, ValueError if there is something else than a file (a device, a pipe), OSError with the path
    if the disk is full.
    """
    path = Path(os.path.realpath(path))
    old = replaceable(path)
    # 50 characters take at most 200 bytes; a name can have 255.
    aside = path.with_name(f"{path.name[:50]}.{os.getpid()}.{os.urandom(8).hex()}.part")
    try:
        remove_leftovers(path.parent)
        mode = 0o666 if old is None else stat.S_IMODE(old.st_mode)      # the system subtracts the umask
        with create(aside, mode) as file:
            yield file
            file.flush()
            if old is not None:
                with suppress(OSError, AttributeError):     # another owner; Windows
                    os.chown(aside, old.st_uid, old.st_gid)
                os.chmod(aside, mode)
            os.fsync(file.fileno())
            if fcntl is not None:
                os.replace(aside, path)         # while it is locked
        if fcntl is None:
            os.replace(aside, path)             # Windows does not rename an open file
    except OSError as error:
        if error.filename not in (None, str(aside)):
            raise
        trouble = f"cannot write {path}: {error.strerror or error}"
        if old is not None:
            trouble += "; the old file is unchanged"
        raise (OSError(trouble) if error.errno is None else OSError(error.errno, trouble)) from error
    finally:
        aside.unlink(missing_ok=True)


def create(path, mode):
    """Open a new file at `path` and lock it, so that remove_leftovers knows that it is being written."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags, mode), "wb")
    if fcntl is None or locked(file, fcntl.LOCK_EX) is False or path.exists():
        return file
    file.close()        # another process removed it just before the lock
    return create(path, mode)


def locked(file, how):
    try:
        fcntl.flock(file, how)
    except OSError:     # another process has the lock, or the file system knows no locks
        return False
    return True


def replaceable(path):
    """The os.stat() of the file at `path`, or None if there is none; an error if it cannot be replaced."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: the folder {path.parent} does not exist; "
                                "create it first")
    try:
        old = os.stat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(old.st_mode):
        raise IsADirectoryError(f"cannot write {path}: it is a folder; pass the name of a file in it")
    if not stat.S_ISREG(old.st_mode):
        raise ValueError(f"cannot write {path}: it is {kind(old.st_mode)}, which a file would replace; pass "
                         "the name of a file")
    if not os.access(path, os.W_OK):
        raise PermissionError(f"cannot write {path}: it is read-only; change its permissions or pass "
                              "another name")
    return old


def kind(mode):
    kinds = {stat.S_ISDIR: "a folder", stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket"}
    return next((name for test, name in kinds.items() if test(mode)), "a device")


def remove_leftovers(folder):
    """Remove the unfinished files in `folder` that no process is writing any more."""
    with suppress(OSError), os.scandir(folder) as entries:      # a folder that cannot be listed
        for entry in entries:
            if PART.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError), open(entry.path, "rb") as file:
                    # Between open() and the lock, the name may have passed to another file.
                    if (fcntl is not None and locked(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                            and os.path.samestat(os.fstat(file.fileno()), os.stat(entry.path))):
                        os.unlink(entry.path)
                if fcntl is None and time.time() - entry.stat().st_mtime > 3600:
                    os.unlink(entry.path)       # unless a process has it open


@contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open the file at `path` for binary reading.

    Raises FileNotFoundError, IsADirectoryError, or ValueError if it is something else than a file: reading
    from a pipe or a device may never end.
    """
    path = Path(path)
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        raise FileNotFoundError(f"file not found: {path}") from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"cannot read {path}: it is a folder; pass the name of a file in it")
    if not stat.S_ISREG(mode):
        raise ValueError(f"cannot read {path}: it is {kind(mode)}; pass the name of a file")
    with open(path, "rb") as file:
        yield file


def read_json(content: bytes | str, pairs: Callable[[list], Any] | None = None) -> Any:
    """What JSON in UTF-8 holds; pairs: called with the [(name, value), ...] of an object instead of dict.

    Raises ValueError if it is not JSON or nested more than DEPTH levels deep.

    >>> read_json(b'{"a": [1, "[["]}')
    {'a': [1, '[[']}
    """
    text = content if isinstance(content, str) else content.decode()
    check_depth(text.encode("utf-8", "surrogatepass"))
    return json.loads(text, object_pairs_hook=pairs)


def read_settings(path: Path, default: Any = None) -> dict:
    """What a JSON file says; `default` if there is none."""
    if default is not None and not path.exists():
        return default
    with reading(path) as file:
        content = file.read()
    try:
        said = read_json(content)
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    if not isinstance(said, dict):
        raise ValueError(f"{path} must hold names and values, {{...}}, got {said!r:.60}")
    return said


def check_depth(content: bytes) -> None:
    """Raise ValueError if JSON is nested more than DEPTH levels deep."""
    if content.count(b"[") + content.count(b"{") <= DEPTH:
        return
    depth = 0
    for found in BRACKETS.finditer(content):
        if found[0] in (b"[", b"{"):
            depth += 1
            if depth > DEPTH:
                raise ValueError(f"its lists and dicts are nested more than {DEPTH} levels deep")
        elif found[0] in (b"]", b"}"):
            depth -= 1
