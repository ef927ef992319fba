"""What the file itself refuses, whoever asks."""

import hashlib
import sqlite3

import orjson
import pytest

from lictor.errors import LedgerError
from lictor.ledger import Ledger, verify

LATER = '{"at":null,"id":"Z","kind":"note"}'


@pytest.fixture
def raw(path, make):
    connection = sqlite3.connect(make.ledger(path), isolation_level=None)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("sql", "fact"),
    [
        ("UPDATE entry SET body = body WHERE seq = 2", "never changed"),
        ("UPDATE entry SET seq = 99 WHERE seq = 12", "never changed"),
        ("DELETE FROM entry WHERE seq = 12", "never deleted"),
        (f"INSERT INTO entry (seq, body, hash) VALUES (14, '{LATER}', zeroblob(32))", "next in turn"),
        (f"INSERT INTO entry (seq, body, hash) VALUES (0, '{LATER}', zeroblob(32))", "next in turn"),
        (f"INSERT INTO entry (body, hash) VALUES ('{LATER}', zeroblob(32))", "next in turn"),
        (f"INSERT OR REPLACE INTO entry (seq, body, hash) VALUES (12, '{LATER}', zeroblob(32))", "next in turn"),
        ("INSERT OR REPLACE INTO entry (seq, body, hash) SELECT 13, body, hash FROM entry WHERE seq = 2", "added once"),
        (f"INSERT INTO entry (seq, body, hash) VALUES (13, '{LATER}', zeroblob(31))", "CHECK"),
        (f"INSERT INTO entry (seq, body, hash) VALUES (13, CAST('{LATER}' AS BLOB), zeroblob(32))", "BLOB|CHECK"),
        ("INSERT INTO entry (seq, body, hash) VALUES (13, '{}', zeroblob(32))", "NOT NULL"),
        ("INSERT INTO entry (seq, body, hash) VALUES (13, '{', zeroblob(32))", "malformed JSON"),
        ("UPDATE blob SET bytes = x'00' WHERE entry = 2", "never changed"),
        ("DELETE FROM blob WHERE entry = 2", "only with the erasure"),
        ("DELETE FROM blob", "only with the erasure"),
        ("INSERT OR REPLACE INTO blob SELECT entry, name, 0, digest, salt, x'00' FROM blob", "added once"),
        (
            "INSERT OR REPLACE INTO blob SELECT 99, name, 1, zeroblob(32), salt, bytes FROM blob WHERE identity = 1",
            "added once",
        ),
        (
            "INSERT OR REPLACE INTO blob SELECT 99, name, 1, digest, salt, x'00' FROM blob WHERE identity = 1",
            "added once",
        ),
    ],
)
def test_refuses_any_change(raw, path, sql, fact):
    """A row is neither changed, deleted nor replaced, nor added out of turn or without what every row has."""
    with pytest.raises((sqlite3.IntegrityError, sqlite3.OperationalError), match=fact):
        raw.execute(sql)

    assert verify(path).rows == 12


def erase(raw, digests, kind="erasure"):
    """Adds an entry, in turn and chained, that says these digests are erased."""
    seq, head = raw.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
    body = orjson.dumps({"at": None, "erases": digests, "id": f"E{seq}", "kind": kind}, option=orjson.OPT_SORT_KEYS)
    hashed = hashlib.sha256(b"\x02" + head + body).digest()
    raw.execute("INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)", (seq + 1, body.decode(), hashed))


def digest(raw, entry, name):
    return raw.execute("SELECT lower(hex(digest)) FROM blob WHERE entry = ? AND name = ?", (entry, name)).fetchone()[0]


def test_a_blob_goes_with_the_erasure_that_names_it(raw, path, make):
    """An erasure and the blobs it names go in one transaction; the rest of the ledger still verifies and reads."""
    erased = [digest(raw, 2, "content"), digest(raw, 2, "account")]
    raw.execute("BEGIN")
    erase(raw, erased)
    gone = raw.execute("DELETE FROM blob WHERE entry = 2").rowcount
    raw.execute("COMMIT")
    verified = verify(path)
    with Ledger.open(path) as ledger:
        read = list(ledger.decisions())
        again = ledger.append(make.batch(1, 2, 3))

    assert gone == 2
    assert (verified.rows, verified.erased) == (13, 2)
    assert (read[0].account, read[0].input, read[0].erased) == (None, None, ("content", "account"))
    assert (read[0].decision["reasons"], read[0].decision["violations"][0]["evidence"][0]["text"]) == (None, None)
    assert (read[3].account, read[3].erased) == (None, ("account",))
    assert read[1].erased == ()
    assert again.present == 3


@pytest.mark.parametrize("kind", ["erasure", "note"])
def test_a_blob_does_not_go_with_an_entry_that_does_not_name_it(raw, kind):
    """An erasure of one blob, or an entry of another kind, frees no other blob."""
    named = [digest(raw, 3, "content")] if kind == "erasure" else [digest(raw, 2, "content")]
    erase(raw, named, kind)

    with pytest.raises(sqlite3.IntegrityError, match="only with the erasure"):
        raw.execute("DELETE FROM blob WHERE entry = 2")


def test_a_blob_does_not_go_with_an_older_erasure(raw):
    """Once another entry follows, an erasure frees nothing any more."""
    erase(raw, [digest(raw, 2, "content")])
    erase(raw, [])

    with pytest.raises(sqlite3.IntegrityError, match="only with the erasure"):
        raw.execute("DELETE FROM blob WHERE entry = 2 AND name = 'content'")


def test_a_policy_is_never_erased(raw):
    """What is not personal stays, whatever an erasure says."""
    erase(raw, [digest(raw, 1, "policy")])

    with pytest.raises(sqlite3.IntegrityError, match="only with the erasure"):
        raw.execute("DELETE FROM blob WHERE entry = 1")


def test_an_erasure_that_did_not_erase_is_found(raw, path):
    """A blob that is still there although a row says it was erased is named."""
    erase(raw, [digest(raw, 3, "content")])

    with pytest.raises(LedgerError, match=r"row 3 .* still there, and row 13 says it was erased"):
        verify(path)
