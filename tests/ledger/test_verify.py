"""Whatever is edited, cut, swapped, dropped or put in is found, and the first broken row named."""

import hashlib
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.errors import LedgerError
from lictor.ledger import Ledger, verify
from lictor.ledger.chain import GENESIS, follow

# Each example is a file of its own: how long one takes says more about the machine than about us.
FILES = settings(deadline=None, max_examples=60)
ROWS = 12
SEQS = st.integers(1, ROWS)
DECISIONS = (2, 3, 4, 6, 7, 8, 10, 11)
BLOBS = [(1, "policy"), (2, "account"), (3, "account"), *[(seq, "content") for seq in DECISIONS]]


def broken(make, whole, edit):
    """The error `verify` raises on a copy of the whole ledger once `edit` has had its rows, or its connection."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        shutil.copyfile(whole, path)
        with make.hand(path) as raw:
            edit(raw)
        with pytest.raises(LedgerError) as error:
            verify(path)
        return error.value


def rewritten(change):
    """An edit that takes every row out, changes the list of (seq, body, hash), and puts it back."""

    def edit(raw):
        rows = raw.execute("SELECT seq, body, hash FROM entry ORDER BY seq").fetchall()
        raw.execute("DELETE FROM entry")
        raw.executemany("INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)", change(rows))

    return edit


def numbered(rows):
    return [(number, body, hashed) for number, (_, body, hashed) in enumerate(rows, 1)]


def renamed(body):
    return '"id":"x'.join(body.rsplit('"id":"', 1))


def test_a_whole_ledger_verifies(path, make):
    """A ledger as it was written has all its rows and blobs, and nothing erased."""
    verified = verify(make.ledger(path))

    assert (verified.rows, verified.blobs, verified.erased) == (ROWS, len(BLOBS), 0)


@FILES
@given(SEQS, st.integers(0, 10_000), st.sampled_from(["", "0", "7", "11", "x", "\x00", "\\", "é"]))
def test_an_edited_body_is_found(make, whole, seq, place, new):
    """A character changed, taken out or put in, anywhere in a body, breaks that row."""

    def edit(raw):
        raw.execute("DROP INDEX entry_id")  # the edit may take another row's id
        body = raw.execute("SELECT body FROM entry WHERE seq = ?", (seq,)).fetchone()[0]
        start = place % len(body)
        edited = body[:start] + (new if new != body[start] else "") + body[start + 1 :]
        try:
            raw.execute("UPDATE entry SET body = ? WHERE seq = ?", (edited, seq))
        except sqlite3.Error:  # not JSON any more, or without kind: only a table without our columns takes it
            make.loosen(raw)
            raw.execute("UPDATE entry SET body = ? WHERE seq = ?", (edited, seq))

    assert broken(make, whole, edit).seq == seq


@FILES
@given(SEQS, st.binary(min_size=32, max_size=32))
def test_an_edited_hash_is_found(make, whole, seq, new):
    """A hash that is not the row's breaks that row."""
    error = broken(make, whole, lambda raw: raw.execute("UPDATE entry SET hash = ? WHERE seq = ?", (new, seq)))

    assert (error.seq, "hash does not follow" in str(error)) == (seq, True)


@FILES
@given(st.integers(1, ROWS - 1))
def test_a_dropped_row_is_found(make, whole, seq):
    """A row that is gone is named by its number."""
    error = broken(make, whole, lambda raw: raw.execute("DELETE FROM entry WHERE seq = ?", (seq,)))

    assert (error.seq, f"the next row is {seq + 1}" in str(error)) == (seq, True)


@FILES
@given(st.integers(1, ROWS - 1), st.integers(1, ROWS - 1))
def test_a_cut_in_the_middle_is_found(make, whole, one, other):
    """Rows cut out and the rest numbered anew break where the cut is."""
    first, last = sorted((one, other))
    error = broken(make, whole, rewritten(lambda rows: numbered(rows[: first - 1] + rows[last:])))

    assert error.seq == first


@FILES
@given(st.lists(SEQS, min_size=2, max_size=2, unique=True))
def test_swapped_rows_are_found(make, whole, seqs):
    """Two rows in each other's place break at the first."""
    first, second = sorted(seqs)

    def change(rows):
        rows[first - 1], rows[second - 1] = rows[second - 1], rows[first - 1]
        return numbered(rows)

    assert broken(make, whole, rewritten(change)).seq == first


@FILES
@given(SEQS, SEQS)
def test_an_inserted_row_is_found(make, whole, seq, copied):
    """A row put in breaks there; chained to the row before it, it breaks the row after."""

    def forged(rows, *, chained):
        body = renamed(rows[copied - 1][1])
        before = rows[seq - 2][2] if seq > 1 else GENESIS
        hashed = follow(before, body.encode()) if chained else rows[copied - 1][2]
        return numbered([*rows[: seq - 1], (0, body, hashed), *rows[seq - 1 :]])

    errors = [broken(make, whole, rewritten(lambda rows, c=c: forged(rows, chained=c))) for c in (False, True)]

    assert errors[0].seq == seq
    assert errors[1].seq in (seq, seq + 1)


@FILES
@given(st.sampled_from(BLOBS), st.sampled_from(["digest", "salt", "bytes", "name", "identity", "entry"]), st.data())
def test_an_edited_blob_is_found(make, whole, blob, column, data):
    """A blob whose digest, salt, bytes, name, sort or owner is changed breaks the row that names it."""
    entry, name = blob
    new = {
        "digest": data.draw(st.binary(min_size=32, max_size=32)),
        "salt": data.draw(st.binary(min_size=1, max_size=20)),
        "bytes": data.draw(st.binary()),
        "name": data.draw(st.text(st.characters(exclude_categories=["Cs"]))) + "_",
        "identity": 2,
        "entry": ROWS + 1,
    }[column]
    sql = f"UPDATE blob SET {column} = ? WHERE entry = ? AND name = ?"

    assert broken(make, whole, lambda raw: raw.execute(sql, (new, entry, name))).seq == entry


@FILES
@given(st.sampled_from(BLOBS))
def test_a_missing_blob_is_found(make, whole, blob):
    """A blob that is gone without an erasure breaks the row that brought it."""
    error = broken(make, whole, lambda raw: raw.execute("DELETE FROM blob WHERE entry = ? AND name = ?", blob))

    assert (error.seq, f"`{blob[1]}` is missing, and no erasure names it" in str(error)) == (blob[0], True)


def test_a_blob_without_salt_is_found(make, whole):
    """Personal bytes under a digest anybody could guess at break the row, even where the digest is right."""

    def edit(raw):
        salt, data = raw.execute("SELECT salt, bytes FROM blob WHERE entry = 2 AND name = 'content'").fetchone()
        values = (b"", salt + data)
        raw.execute("UPDATE blob SET salt = ?, bytes = ? WHERE entry = 2 AND name = 'content'", values)

    assert "has no salt" in str(broken(make, whole, edit))


@pytest.mark.parametrize(("owner", "named"), [(0, 0), (-5, -5), (13, 13), (12, 12), ("x", 0)])
def test_a_stray_blob_is_found(make, whole, owner, named):
    """A blob that belongs to no row, or to one that does not name it, is named."""
    sql = "INSERT INTO blob VALUES (?, 'content', 0, zeroblob(32), zeroblob(16), x'')"

    assert broken(make, whole, lambda raw: raw.execute(sql, (owner,))).seq == named


def test_an_identity_no_row_brought_is_found(make, whole):
    """An account's identity must have come with a row no later than the first that names it."""

    def edit(raw):
        raw.execute("UPDATE blob SET entry = 6 WHERE entry = 3 AND name = 'account'")

    assert broken(make, whole, edit).seq == 3


@pytest.mark.parametrize(
    "body",
    [
        '{"kind":"note","id":"N"}',
        '{"id":"N", "kind":"note"}',
        '{"id":"N","id":"N","kind":"note"}',
        '{"id":"\\u004e","kind":"note"}',
        '{"id":"N","kind":"note","n":9007199254740993}',
        '{"id":"N","kind":"note","n":1e2}',
        '{"blobs":7,"id":"N","kind":"note"}',
        '{"blobs":0,"id":"N","kind":"note"}',
        '{"id":"N","identities":[],"kind":"note"}',
        '{"blobs":{"content":[7]},"id":"N","kind":"note"}',
    ],
)
def test_a_body_that_is_not_canonical_is_found(make, whole, body):
    """A row chained as it should be still breaks if its body has another spelling, or is not of a row's shape."""

    def edit(raw):
        head = raw.execute("SELECT hash FROM entry WHERE seq = 12").fetchone()[0]
        raw.execute("INSERT INTO entry (seq, body, hash) VALUES (13, ?, ?)", (body, follow(head, body.encode())))

    assert broken(make, whole, edit).seq == 13


@pytest.mark.parametrize("body", ["[]", "{", "\x00", ""])
def test_a_body_that_is_no_object_is_found(path, make, body):
    """Even a table made anew, without the checks of a ledger's, cannot hold a body that is no JSON object."""
    make.ledger(path)
    with make.hand(path) as raw:
        make.loosen(raw)
        head = raw.execute("SELECT hash FROM entry WHERE seq = 12").fetchone()[0]
        raw.execute("INSERT INTO entry (seq, body, hash) VALUES (13, ?, ?)", (body, follow(head, body.encode())))
    with pytest.raises(LedgerError) as error:
        verify(path)

    assert error.value.seq == 13


def test_a_row_of_an_unknown_kind_verifies(path, make):
    """A kind a later version adds is checked by its hash and blobs like any other."""
    body = '{"id":"N","kind":"note"}'
    make.ledger(path)
    with make.hand(path) as raw:
        head = raw.execute("SELECT hash FROM entry WHERE seq = 12").fetchone()[0]
        raw.execute("INSERT INTO entry (seq, body, hash) VALUES (13, ?, ?)", (body, follow(head, body.encode())))

    assert verify(path).rows == 13


@pytest.mark.parametrize(
    "part", ["TRIGGER entry_kept", "TRIGGER blob_kept", "INDEX entry_account", "INDEX blob_identity"]
)
def test_a_missing_trigger_or_index_is_found(path, make, part):
    """A ledger whose rows are whole but whose guards were taken away is named as such."""
    make.ledger(path)
    raw = sqlite3.connect(path)
    raw.execute(f"DROP {part}")
    raw.close()
    sort, name = part.lower().split()

    with pytest.raises(LedgerError, match=f"the {sort} `{name}` of the ledger is missing or altered"):
        verify(path)


def test_a_cut_tail_leaves_its_blobs_behind(make, whole):
    """Rows cut from the end are seen by the blobs left without a row."""
    error = broken(make, whole, lambda raw: raw.execute("DELETE FROM entry WHERE seq >= 11"))

    assert (error.seq, "belongs to no row" in str(error)) == (11, True)


def test_a_tail_cut_clean_changes_the_head(path, make):
    """Rows cut from the end with their blobs leave a whole, shorter ledger: only its head, noted elsewhere, tells."""
    before = verify(make.ledger(path))
    with make.hand(path) as raw:
        raw.execute("DELETE FROM entry WHERE seq >= 11")
        raw.execute("DELETE FROM blob WHERE entry >= 11")
    after = verify(path)

    assert after.rows == 10
    assert after.head != before.head


def test_the_chain_is_what_its_page_says(path, make):
    """Anybody can compute the head with nothing but SHA-256 and the bodies."""
    make.ledger(path)
    raw = sqlite3.connect(path)
    head = hashlib.sha256(b"lictor ledger 1").digest()
    for (body,) in raw.execute("SELECT body FROM entry ORDER BY seq"):
        head = hashlib.sha256(b"\x02" + head + body.encode()).digest()
    raw.close()

    assert verify(path).head == head.hex()


@pytest.mark.parametrize(
    ("sql", "seq"),
    [
        ("DELETE FROM made WHERE entry = 16", 16),
        ("UPDATE made SET entry = 15 WHERE entry = 16", 15),
        ("UPDATE made SET id = 'M' WHERE entry = 14", 14),
        ("INSERT INTO made VALUES ('M', 2)", 2),
        ("INSERT INTO made VALUES ('M', 99)", 99),
    ],
)
def test_a_misplaced_decision_is_found(path, make, sql, seq):
    """Where decisions made by facts are not found under the rows that hold them, the first such row is named."""
    make.ledger(path)
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(1, 2, 3, 4))
    assert verify(path).rows == 16
    with make.hand(path) as raw:
        raw.execute(sql)
    with pytest.raises(LedgerError, match="decisions are not found by their ids") as error:
        verify(path)

    assert error.value.seq == seq


def test_a_row_before_the_first_is_found(path, make):
    """Nothing is numbered below one."""
    make.ledger(path)
    with make.hand(path) as raw:
        raw.execute('INSERT INTO entry (seq, body, hash) VALUES (0, \'{"id":"N","kind":"note"}\', zeroblob(32))')
    with pytest.raises(LedgerError, match="row 0 of the ledger is broken: rows are numbered from 1"):
        verify(path)


def test_broken_facts_are_found(path, make):
    """Facts are rows like any other: edited, dropped, swapped or stripped of words, the first broken one is named."""
    make.ledger(path)
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(*range(1, 9)))
    for edit, seq in [
        ("UPDATE entry SET body = replace(body, 'complaint', 'review') WHERE seq >= 15", 15),
        ("DELETE FROM entry WHERE seq = 17", 17),
        ("UPDATE blob SET bytes = x'00' WHERE entry = 14 AND name = 'content'", 14),
        ("DELETE FROM blob WHERE name = 'fact/by'", 13),
    ]:
        copy = path.with_name(f"copy-{seq}")
        shutil.copyfile(path, copy)
        with make.hand(copy) as raw:
            raw.execute(edit)
        with pytest.raises(LedgerError) as error:
            verify(copy)

        assert error.value.seq == seq
