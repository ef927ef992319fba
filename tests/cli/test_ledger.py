"""`lictor ledger verify`: whole, broken, or not a ledger at all."""

import json
import sqlite3

import pytest


@pytest.fixture
def ledger(lictor, tulips, rows, tmp_path):
    """A ledger with the decisions of a small scan."""
    path = tmp_path / "ledger.db"
    lictor("scan", rows, "-p", tulips, "--ledger", path)
    return path


def test_a_whole_ledger(lictor, ledger):
    """A whole ledger tells its size and head, to be compared with what was noted elsewhere."""
    ran = lictor("ledger", "verify", ledger)
    told = json.loads(lictor("ledger", "verify", ledger, "--json").out)

    assert (0, True) == (ran.code, ran.out.startswith("whole: 5 rows"))
    assert (True, 5) == (told["whole"], told["rows"])
    assert f"head: {told['head']}\n" in ran.out


def test_a_broken_ledger(lictor, ledger):
    """A broken ledger has its first broken row named."""
    with sqlite3.connect(ledger) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE entry SET body = replace(body, 'false', 'true') WHERE seq = 3")
    connection.close()

    ran = lictor("ledger", "verify", ledger)
    told = json.loads(lictor("ledger", "verify", ledger, "--json").out)

    assert (1, True) == (ran.code, ran.out.startswith("broken: row 3 of the ledger is broken"))
    assert (False, 3) == (told["whole"], told["row"])


def test_a_ledger_without_its_triggers(lictor, ledger):
    """A ledger whose guards were taken away is broken, though its rows are whole."""
    with sqlite3.connect(ledger) as connection:
        connection.execute("DROP TRIGGER blob_unchanged")
    connection.close()

    ran = lictor("ledger", "verify", ledger)

    assert (1, True) == (ran.code, "`blob_unchanged`" in ran.out)
    assert "hint: compare with a copy held elsewhere\n" in ran.out


@pytest.mark.parametrize("content", [None, b"", b"not a database at all, not even a little" * 40])
def test_what_is_no_ledger(lictor, tmp_path, content):
    """A file that is missing, empty or something else cannot be verified: that is not the same as broken."""
    path = tmp_path / "file.db"
    if content is not None:
        path.write_bytes(content)

    ran = lictor("ledger", "verify", path)

    assert (2, "", True) == (ran.code, ran.out, ran.err.startswith("error: "))
    assert path.exists() == (content is not None)
