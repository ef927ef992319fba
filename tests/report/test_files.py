"""Files appear whole or not at all."""

import gzip
import os
import resource
import stat
import threading
from pathlib import Path

import pytest
import zstandard

from lictor.report.files import OutputError, refuse_unwritable, whole_file


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("out.jsonl", Path.read_bytes),
        ("out.jsonl.gz", lambda path: gzip.decompress(path.read_bytes())),
        ("out.csv.zst", lambda path: zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())),
    ],
)
def test_what_is_written_stands_there(tmp_path, name, read):
    """A file holds what was written, compressed as its name says, and nothing stands beside it."""
    path = tmp_path / name

    with whole_file(path) as file:
        file.write(b"one\n")
        file.write(b"two\n" * 100_000)

    assert b"one\n" + b"two\n" * 100_000 == read(path)
    assert [name] == leftovers(tmp_path)


def test_the_same_rows_give_the_same_bytes(tmp_path):
    """A compressed file tells neither its name nor the time it was made."""
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        with whole_file(tmp_path / name) as file:
            file.write(b"x")

    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst"])
def test_a_failure_on_the_way_keeps_the_old_file(tmp_path, name, error):
    """Whatever interrupts the writing, the old file stays and the draft is gone."""
    path = tmp_path / name
    path.write_bytes(b"old")

    def stopped():
        with whole_file(path) as file:
            file.write(b"new")
            raise error

    with pytest.raises(error):
        stopped()

    assert b"old" == path.read_bytes()
    assert [name] == leftovers(tmp_path)


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst"])
def test_a_full_disk_keeps_the_old_file(tmp_path, name):
    """A disk that fills up is told as such; the old file stays and the draft is gone."""
    path = tmp_path / name
    path.write_bytes(b"old")
    noise = os.urandom(1 << 20)

    def filled():
        with whole_file(path) as file:
            file.write(noise)

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, limits[1]))
    try:
        with pytest.raises(OutputError, match=r"cannot write `.*out.*`: file too large"):
            filled()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert b"old" == path.read_bytes()
    assert [name] == leftovers(tmp_path)


def test_permissions_and_links_stay(tmp_path):
    """The old file's permissions are kept, and a link goes on pointing where it did."""
    real, link = tmp_path / "real.jsonl", tmp_path / "link.jsonl"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)

    with whole_file(link) as file:
        file.write(b"new")

    assert (b"new", 0o640, True) == (real.read_bytes(), stat.S_IMODE(real.stat().st_mode), link.is_symlink())


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere/out.jsonl", "cannot write `.*nowhere/out.jsonl`: no such file or folder"),
        ("", "is a folder"),
    ],
)
def test_a_place_that_cannot_be(tmp_path, path, message):
    """A missing folder and a folder in the file's place are refused before anything is done, or when asked."""
    with pytest.raises(OutputError, match=message):
        refuse_unwritable(tmp_path / path)
    refuse_unwritable(tmp_path / "out.jsonl")
    refuse_unwritable(Path("/dev/null"))
    with pytest.raises(OutputError, match=message), whole_file(tmp_path / path):
        raise AssertionError


def test_a_device_is_written_directly():
    """A device has nothing to keep: it is written to as it stands, and a full one says so."""
    with whole_file(Path("/dev/null")) as file:
        file.write(b"x")
    with pytest.raises(OutputError, match="no space left"), whole_file(Path("/dev/full")) as file:
        file.write(b"x")


def test_a_reader_that_went_away_is_no_full_disk(tmp_path):
    """A pipe whose reader is gone raises what it is, so that the command can end quietly."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: pipe.open("rb").close())
    reader.start()

    def written():
        with whole_file(pipe) as file:
            reader.join()
            file.write(b"x" * (1 << 20))

    with pytest.raises(BrokenPipeError):
        written()
