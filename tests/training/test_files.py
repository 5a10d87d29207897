"""Files are replaced as a whole or not at all, whatever happens to the process that writes."""

import errno
import os
import re
import stat
import subprocess
import sys
import threading

import numpy as np
import pytest

import minigrad
from minigrad import io, nn
from minigrad.data import WordTokenizer, read_idx
from minigrad.files import replacing
from minigrad.train.history import History
from minigrad.visual import graph

unix = pytest.mark.skipif(os.name != "posix", reason="a property of Unix")


def write_chrome_trace(path):
    with minigrad.profile() as p:
        minigrad.ones(2).sum()
    p.export_chrome_trace(path)


WRITERS = {     # what writes a file, and the file's name
    "safetensors": ("a", lambda path: io.save_safetensors(path, {"x": minigrad.ones(2)})),
    "weights": ("a", lambda path: io.save(path, nn.Linear(1, 1))),
    "checkpoint": ("a", lambda path: io.save_checkpoint(path, model=nn.Linear(1, 1))),
    "pytorch": ("a.pt", lambda path: minigrad.save([1], path)),
    "vocabulary": ("a.json", WordTokenizer.from_texts(["a b"]).save),
    "history": ("a.csv", History([{"epoch": 1}]).to_csv),
    "graph": ("a.svg", lambda path: graph(minigrad.ones(2, requires_grad=True).sum()).save(path)),
    "trace": ("a.json", write_chrome_trace),
}


@pytest.fixture(params=WRITERS)
def writer(request, tmp_path):
    name, write = WRITERS[request.param]
    return write, tmp_path / name


def python(program, *args):
    return subprocess.Popen([sys.executable, "-c", program, *map(str, args)], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


# Every writer


def test_a_failure_at_the_last_moment_leaves_the_old_file_and_names_it(writer, monkeypatch):
    write, path = writer
    path.write_bytes(b"old")

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    text = f"cannot write {path}: No space left on device; the old file is unchanged"
    with pytest.raises(OSError, match=re.escape(text)) as error:
        write(path)
    assert error.value.errno == errno.ENOSPC
    assert path.read_bytes() == b"old" and list(path.parent.iterdir()) == [path]


def test_ctrl_c_leaves_the_old_file_and_nothing_else(writer, monkeypatch):
    write, path = writer
    path.write_bytes(b"old")

    def interrupted(*args):
        raise KeyboardInterrupt

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(os, name, interrupted)
            write(path)
        assert path.read_bytes() == b"old" and list(path.parent.iterdir()) == [path]


@unix
def test_an_existing_file_keeps_its_permissions_and_a_new_one_follows_the_umask(writer):
    write, path = writer
    before = os.umask(0o027)
    try:
        write(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        for mode in (0o600, 0o664, 0o755):
            path.chmod(mode)
            write(path)
            assert stat.S_IMODE(path.stat().st_mode) == mode
    finally:
        os.umask(before)


@unix
def test_what_is_no_file_is_not_replaced(writer, tmp_path):
    write, path = writer
    os.mkfifo(path)
    with pytest.raises(ValueError, match=f"cannot write {path}: it is a pipe"):
        write(path)
    assert stat.S_ISFIFO(path.stat().st_mode) and list(tmp_path.iterdir()) == [path]
    path.unlink()
    path.symlink_to("/dev/null")
    with pytest.raises(ValueError, match="cannot write /dev/null: it is a device"):
        write(path)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode) and path.is_symlink()
    path.unlink()
    path.mkdir()
    with pytest.raises(IsADirectoryError, match=f"cannot write {path}: it is a folder"):
        write(path)


@unix
def test_a_link_is_followed_and_stays_a_link(writer, tmp_path):
    write, path = writer
    (tmp_path / "inner").mkdir()
    target = tmp_path / "inner" / path.name
    path.symlink_to(target)         # leads nowhere at first
    write(path)
    assert path.is_symlink() and target.stat().st_size > 0 and list(target.parent.iterdir()) == [target]


def test_a_figure_is_replaced_as_a_whole(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    from minigrad.visual import plot_loss
    plot_loss([1.0, 0.5], tmp_path / "new" / "loss")        # without a suffix, matplotlib writes PNG
    path = tmp_path / "new" / "loss.png"
    assert path.read_bytes()[:4] == b"\x89PNG" and list(path.parent.iterdir()) == [path]
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", lambda *args: (_ for _ in ()).throw(OSError(errno.EIO, "broken")))
    with pytest.raises(OSError, match="loss.png: broken"):
        plot_loss([1.0], path)
    assert path.read_bytes() == b"old" and list(path.parent.iterdir()) == [path]


# The system's limits


@unix
def test_a_file_larger_than_the_limit_leaves_the_old_one(tmp_path):
    path = tmp_path / "net"
    io.save_safetensors(path, {"x": minigrad.ones(2)})
    before = path.read_bytes()
    process = python("""if True:
        import resource, sys, numpy as np
        from minigrad import io
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        io.save_safetensors(sys.argv[1], {"x": np.ones(100_000)})
    """, path)
    _, errors = process.communicate()
    assert f"cannot write {path}: File too large; the old file is unchanged" in errors
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@unix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_is_not_replaced(tmp_path):
    path = tmp_path / "net"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="net: it is read-only"):
        io.save(path, nn.Linear(1, 1))
    assert path.read_bytes() == b"old"


def test_the_longest_name_can_be_written(tmp_path):
    path = tmp_path / (251 * "ä" if os.name == "nt" else 125 * "ä" + ".pt")
    minigrad.save([1], path)
    assert minigrad.load(path) == [1]


# Several writers at once


def test_threads_that_write_one_file_leave_one_of_their_files(tmp_path):
    path, errors = tmp_path / "net", []

    def write(number):
        try:
            for _ in range(20):
                io.save_safetensors(path, {"x": np.full(1000, number), "y": np.full(1000, number)})
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if path.exists():
            tensors = io.load_safetensors(path)
            assert len({*tensors["x"].tolist(), *tensors["y"].tolist()}) == 1
    for thread in threads:
        thread.join()
    assert errors == [] and list(tmp_path.iterdir()) == [path]


KILLED = """if True:
    import sys, time
    from minigrad.files import replacing
    with replacing(sys.argv[1]) as file:
        file.write(bytes(100_000))
        file.flush()
        print("writing", flush=True)
        time.sleep(600)
"""


@unix
def test_what_a_killed_process_left_is_removed_by_the_next_write_in_the_folder(tmp_path):
    process = python(KILLED, tmp_path / "net")
    assert process.stdout.readline() == "writing\n"
    other = tmp_path / "other"
    minigrad.save([1], other)
    living, = set(tmp_path.iterdir()) - {other}     # the process still writes its file
    assert re.fullmatch(r"net\.\d+\.[0-9a-f]{16}\.part", living.name)
    process.kill()
    process.communicate()
    assert living.exists()
    minigrad.save([1], other)
    assert list(tmp_path.iterdir()) == [other]


@unix
def test_files_of_others_that_look_alike_are_not_removed(tmp_path):
    names = ["a.part", "a.123.part", "a.123.0123456789abcdef", "a.x.0123456789abcdef.part",
             "a.123.0123456789ABCDEF.part", "a.123.0123456789abcdef.part.gz"]
    for name in names:
        (tmp_path / name).write_bytes(b"mine")
    (tmp_path / "a.123.0123456789abcdef.part").mkdir()
    (tmp_path / "b.123.0123456789abcdef.part").symlink_to(tmp_path / "a.part")
    before = set(tmp_path.iterdir())
    minigrad.save([1], tmp_path / "a")
    assert set(tmp_path.iterdir()) == before | {tmp_path / "a"}


@unix
def test_a_part_that_another_process_takes_for_a_leftover_is_created_again(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    flock, removed = fcntl.flock, []

    def late(file, how):
        if not removed:         # between opening and locking
            removed.extend(tmp_path.iterdir())
            removed[0].unlink()
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    minigrad.save([1], tmp_path / "a")
    assert len(removed) == 1 and minigrad.load(tmp_path / "a") == [1]


@unix
def test_a_file_system_without_locks_can_be_written(tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    left = tmp_path / "a.123.0123456789abcdef.part"
    left.write_bytes(b"perhaps in use")
    monkeypatch.setattr(fcntl, "flock", lambda *args: (_ for _ in ()).throw(OSError(errno.ENOLCK, "none")))
    minigrad.save([1], tmp_path / "a")
    assert minigrad.load(tmp_path / "a") == [1] and left.exists()


# Reading


@unix
@pytest.mark.parametrize("read", [io.load_safetensors, minigrad.load, WordTokenizer.load, read_idx,
                                  lambda path: io.load(path, nn.Linear(1, 1)),
                                  lambda path: io.load_checkpoint(path, model=nn.Linear(1, 1))])
def test_only_files_are_read(read, tmp_path):
    path = tmp_path / "a"
    with pytest.raises(FileNotFoundError, match=f"file not found: {path}"):
        read(path)
    os.mkfifo(path)
    with pytest.raises(ValueError, match=f"cannot read {path}: it is a pipe"):      # and does not wait
        read(path)
    with pytest.raises(ValueError, match="cannot read /dev/zero: it is a device"):  # which has no end
        read("/dev/zero")
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        read(tmp_path)


def test_an_error_in_the_block_passes_unchanged(tmp_path):
    for error in (KeyError("x"), OSError(errno.ENOENT, "gone", "other.txt")):
        with pytest.raises(type(error)) as raised, replacing(tmp_path / "a"):
            raise error
        assert raised.value is error and list(tmp_path.iterdir()) == []
