"""Files that are not ledgers, cannot be reached, are in use, or are full."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from lictor.errors import LedgerError
from lictor.ledger import Batch, Ledger, verify


@contextmanager
def unprivileged(path):
    """The folder of the path made read-only for us, whoever we are."""
    folder = path.parent
    path.chmod(0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.fixture
def public_path():
    """A place every user may reach."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "ledger.sqlite"


OPENERS = [Ledger.open, Ledger.read, verify]


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("content", [b"not a database, " * 400, b"SQLite format 3\0" + b"\xff" * 5000, b"x" * 511])
def test_garbage_is_no_ledger(path, opener, content):
    """A file of something else is refused and left as it was."""
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="is not a ledger"):
        opener(path)

    assert path.read_bytes() == content


@pytest.mark.parametrize("opener", OPENERS)
def test_another_programs_database_is_no_ledger(path, opener):
    """Another program's SQLite database is refused and left as it was."""
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE mine (x)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="is a database of another program"):
        opener(path)

    assert path.read_bytes() == before


@pytest.mark.parametrize("change", ["DROP TRIGGER entry_kept", "DROP TABLE blob", "ALTER TABLE entry ADD COLUMN x"])
def test_nothing_is_appended_to_an_altered_ledger(path, make, change):
    """A ledger whose tables or guards are not as they were made takes no more rows: they would prove nothing."""
    make.ledger(path)
    raw = sqlite3.connect(path)
    raw.execute(change)
    raw.close()

    with pytest.raises(LedgerError, match=r"the (trigger|table) `\w+` of ledger `.*` is missing or altered"):
        Ledger.open(path)


def test_nothing_is_appended_after_the_last_number_there_is(path, make):
    """A row whose number no row can follow is named as damage."""
    make.ledger(path)
    with make.hand(path) as raw:
        raw.execute("UPDATE entry SET seq = 9223372036854775807 WHERE seq = 12")

    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="is damaged"):
        ledger.append(make.batch(20))


@pytest.mark.parametrize("opener", OPENERS)
def test_a_newer_ledger_is_refused(path, make, opener):
    """A ledger of a later format says so, instead of being misread."""
    make.ledger(path)
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 2")
    raw.close()

    with pytest.raises(LedgerError, match="is a ledger of format 2, and this Lictor reads up to format 1"):
        opener(path)


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize(
    ("place", "fact"),
    [
        ("missing/ledger.sqlite", "the folder `.*missing` of the ledger does not exist"),
        (".", "is a folder"),
        ("x" * 300, "cannot be opened: file name too long"),
    ],
)
def test_a_place_where_no_ledger_can_be(tmp_path, opener, place, fact):
    """A folder that does not exist, or a folder itself, is named."""
    with pytest.raises(LedgerError, match=fact):
        opener(tmp_path / place)


@pytest.mark.parametrize("opener", [lambda path: Ledger.open(path, create=False), Ledger.read, verify])
def test_a_missing_ledger_is_not_made_by_reading(path, opener):
    """Only opening to append makes a ledger, and only if it may."""
    with pytest.raises(LedgerError, match="there is no ledger"):
        opener(path)

    assert not path.exists()


@pytest.mark.parametrize("opener", [lambda path: Ledger.open(path, create=False), Ledger.read, verify])
def test_an_empty_file_is_no_ledger_yet(path, opener):
    """An empty file is not taken for a ledger without rows."""
    path.touch()

    with pytest.raises(LedgerError, match="is empty, not a ledger"):
        opener(path)


def test_an_empty_file_may_become_a_ledger(path):
    """What a killed creation leaves behind, an empty file or database, is taken up again."""
    sqlite3.connect(path).execute("PRAGMA journal_mode = WAL").connection.close()
    Ledger.open(path).close()

    assert verify(path).rows == 0


@pytest.mark.parametrize("name", ["übung #1?mode=ro.sqlite", "%20", "账本"])
def test_any_file_name_will_do(tmp_path, make, name):
    """Characters that mean something in a URI are only a name."""
    make.ledger(tmp_path / name)

    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_damaged_page_is_named(path, make):
    """A file whose pages were overwritten is damaged, not a traceback."""
    make.ledger(path)
    content = bytearray(path.read_bytes())
    content[8192 * 2 :] = b"\xff" * len(content[8192 * 2 :])
    path.write_bytes(content)

    with pytest.raises(LedgerError):
        verify(path)


def test_a_read_only_ledger_is_read_and_not_written(public_path, make):
    """In a folder where nothing can be written a ledger still verifies and reads; appending is refused at once."""
    make.ledger(public_path)
    with unprivileged(public_path):
        rows = verify(public_path).rows
        with Ledger.read(public_path) as ledger:
            decisions = len(list(ledger.decisions()))
        with pytest.raises(LedgerError, match=r"is read-only|cannot be opened"):
            Ledger.open(public_path)

    assert (rows, decisions) == (12, 8)


def test_an_unreadable_ledger_is_named(public_path, make):
    """A file we may not read is an error of ours."""
    make.ledger(public_path)
    with unprivileged(public_path):
        if os.getuid() == 0:
            os.seteuid(0)
            public_path.chmod(0)
            os.seteuid(65534)
        else:
            public_path.chmod(0)
        with pytest.raises(LedgerError, match="cannot be opened"):
            verify(public_path)


def test_a_reading_connection_cannot_write(path, make):
    """A ledger opened to read refuses to append."""
    make.ledger(path)
    with Ledger.read(path) as ledger, pytest.raises(LedgerError, match="is read-only"):
        ledger.append(make.batch(9))


def test_an_unclosed_ledger_in_a_read_only_folder_is_named(public_path, make):
    """A log that cannot be opened may hold rows: rather than read without it, we say so."""
    make.ledger(public_path)
    public_path.with_name("ledger.sqlite-wal").write_bytes(b"rows")
    with unprivileged(public_path), pytest.raises(LedgerError, match="was not closed"):
        verify(public_path)


def test_a_ledger_held_by_one_alone_is_named(path, make):
    """A program that locks the file against readers is named as the reason."""
    make.ledger(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="is locked by another writer"):
        verify(path, wait=0.05)
    other.close()


def test_a_locked_ledger_is_named(path, make):
    """While another writer holds the file longer than we wait, opening and appending say so, and reading goes on."""
    make.ledger(path)
    other = sqlite3.connect(path, isolation_level=None)
    with Ledger.open(path, wait=0.05) as ledger:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="is locked by another writer"):
            ledger.append(make.batch(9))
        with pytest.raises(LedgerError, match="is locked by another writer"):
            Ledger.open(path, wait=0.05)
        rows = [verify(path).rows, ledger.summary().rows, len(list(ledger.decisions()))]
        other.execute("ROLLBACK")
        last = ledger.append(make.batch(9)).last
    other.close()

    assert rows == [12, 12, 8]
    assert last == 14


def test_writers_take_turns(path, make):
    """Writers that create and fill one file at once leave one chain with every decision once."""
    failures = []

    def write(first):
        try:
            with Ledger.open(path, wait=30) as ledger:
                for number in range(first, first + 40):
                    ledger.append(Batch([make.record(number), make.record(0)], (make.policy,)))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=write, args=(first,)) for first in (100, 200, 300, 400)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert verify(path).rows == 1 + 1 + 4 * 40


def test_a_ledger_is_one_file(path, make):
    """Once closed, a ledger is one file, whatever was done to it: appended to, read, verified."""
    make.ledger(path)
    verify(path)
    with Ledger.read(path) as ledger:
        list(ledger.decisions())

    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_reader_sees_one_instant(path, make):
    """A reading begun before an append does not see half of it, and does not hold it up."""
    make.ledger(path)
    with Ledger.open(path) as writer, Ledger.read(path) as reader:
        reading = reader.decisions()
        first = next(reading)
        writer.append(make.batch(9))
        rest = list(reading)

    assert [first.seq, *(r.seq for r in rest)][:8] == [2, 3, 4, 6, 7, 8, 10, 11]


def test_a_full_disk_loses_nothing_acknowledged(path, make):
    """When the file cannot grow, the batch is refused as a whole and the ledger stays whole and usable."""
    with Ledger.open(path) as ledger:
        ledger.append(make.batch(1, 2, 3))
        pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        ledger._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(LedgerError, match="cannot grow: the disk is full") as error:
            ledger.append(Batch([make.record(n) for n in range(100, 400)], (make.policy,)))
        rows = verify(path).rows
        ledger._connection.execute("PRAGMA max_page_count = 100000")
        last = ledger.append(make.batch(4)).last

    assert "run again" in error.value.hint
    assert (rows, last) == (5, 7)


FILL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import conftest
from lictor.errors import LedgerError
from lictor.ledger import Batch, Ledger
make = conftest.Make()
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
done = 0
try:
    with Ledger.open(sys.argv[1]) as ledger:
        while True:
            ledger.append(Batch([make.record(n) for n in range(done, done + 50)], (make.policy,)))
            done += 50
except LedgerError as error:
    print(done, error)
"""


def test_a_size_limit_loses_nothing_acknowledged(path):
    """A process that may write no more gets an error that names the file, and what was acknowledged is there."""
    process = subprocess.run(
        [sys.executable, "-c", FILL, path, Path(__file__).parent], capture_output=True, text=True, check=True
    )
    done, _, fact = process.stdout.partition(" ")

    assert "disk i/o error" in fact or "the disk is full" in fact
    assert int(done) > 0
    assert verify(path).rows == int(done) + 1


def test_an_interrupted_batch_is_undone(path, make):
    """Whatever stops a batch half-way, none of it is in the file and the ledger can go on."""

    def interrupted(_):
        raise KeyboardInterrupt

    with Ledger.open(path, salts=make.salts()) as ledger:
        ledger.append(make.batch(1))
        ledger._salts = interrupted
        with pytest.raises(KeyboardInterrupt):
            ledger.append(make.batch(2))
        ledger._salts = make.salts()
        last = ledger.append(make.batch(3)).last

    assert last == verify(path).rows == 5
