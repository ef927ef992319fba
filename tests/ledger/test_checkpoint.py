"""Signed checkpoints: what a chain alone cannot show is shown against one that was kept."""

import base64
import hashlib
import shutil
import sqlite3
import subprocess
import sys
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.errors import LedgerError, UsageError
from lictor.ledger import Ledger, verify
from lictor.ledger.chain import GENESIS, follow
from lictor.ledger.checkpoint import Checkpoint, Segment, read_checkpoint, take_checkpoint, verify_against
from lictor.ledger.merkle import Frontier, inclusion, proves_inclusion
from lictor.ledger.note import Verifier, new_signer, read_signer, read_verifier

SEED = bytes(range(32))
SIGNER = new_signer("example.org/ledger", SEED)


def grown(path, make):
    """A ledger of decisions and facts, 17 rows."""
    make.ledger(path)
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(1, 2, 3, 4, 5))
    return path


def recomputed(make, path, change):
    """The ledger with its rows changed and the chain computed anew, so that it is whole again."""
    with make.hand(path) as raw:
        raw.execute("DROP INDEX entry_id")
        rows = raw.execute("SELECT seq, body FROM entry ORDER BY seq").fetchall()
        raw.execute("DELETE FROM entry")
        head = GENESIS
        for seq, body in change(rows):
            head = follow(head, body.encode())
            raw.execute("INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)", (seq, body, head))
        raw.execute("CREATE UNIQUE INDEX entry_id ON entry (id)")


def test_a_ledger_is_as_its_checkpoint_says(path, make):
    """An untouched ledger passes, and so does one that has only grown since."""
    checkpoint = take_checkpoint([grown(path, make)], "log")
    verify_against(checkpoint, [path])
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(6, 7))
    found = verify_against(checkpoint, [path])

    assert (checkpoint.segments[0].rows, found[0].rows) == (17, 19)


def test_a_cut_tail_is_found(path, make):
    """Rows cut from the end with all that belongs to them leave a whole ledger; the checkpoint tells, and where."""
    checkpoint = take_checkpoint([grown(path, make)], "log")
    with make.hand(path) as raw:
        raw.execute("DELETE FROM entry WHERE seq >= 16")
        raw.execute("DELETE FROM blob WHERE entry >= 16")
        raw.execute("DELETE FROM made WHERE entry >= 16")
    verify(path)
    with pytest.raises(LedgerError, match="was cut after row 15: the checkpoint was signed at row 17") as error:
        verify_against(checkpoint, [path])

    assert error.value.seq == 16


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: [(seq, body.replace("filter", "hide")) for seq, body in rows],
        lambda rows: [(seq, body.replace('"F5"', '"F9"')) for seq, body in rows],
    ],
)
def test_a_chain_computed_anew_is_found(path, make, change):
    """Rows edited, with every hash after them computed anew, make a whole ledger; the checkpoint tells."""
    checkpoint = take_checkpoint([grown(path, make)], "log")
    recomputed(make, path, change)
    verify(path)
    with pytest.raises(LedgerError, match="was rewritten: row 17 is not the one the checkpoint was signed at"):
        verify_against(checkpoint, [path])


def test_an_edit_after_the_checkpoint_is_beyond_it(path, make):
    """What came after the checkpoint, it cannot vouch for."""
    checkpoint = take_checkpoint([grown(path, make)], "log")
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(6, 7))
    recomputed(make, path, lambda rows: [(seq, body.replace('"F7"', '"F9"')) for seq, body in rows])

    assert verify_against(checkpoint, [path])[0].rows == 19


def segments(tmp_path, make):
    """A ledger of three files, the last of them empty."""
    paths = [grown(tmp_path / "a", make), make.ledger(tmp_path / "b 2"), tmp_path / "c"]
    Ledger.open(paths[2]).close()
    return paths


def test_segments_are_signed_together(tmp_path, make):
    """Of a ledger of several files, each is held to what it was, by its name; one that came later is as it says."""
    paths = segments(tmp_path, make)
    checkpoint = read_checkpoint(take_checkpoint(paths, "log").text())
    grown(tmp_path / "d", make)
    found = verify_against(checkpoint, [paths[2], tmp_path / "d", paths[0], paths[1]])

    assert [one.rows for one in found] == [0, 17, 17, 12]


def test_only_what_is_new_is_looked_at(tmp_path, make):
    """What was added since is held to the rules; what was signed, to the hash of its last row alone."""
    paths = segments(tmp_path, make)
    checkpoint = take_checkpoint(paths, "log")
    with Ledger.open(paths[0]) as ledger:
        ledger.append(make.facts(6, 7))
    with Ledger.open(paths[2]) as ledger:
        ledger.append(make.facts(1))
    grown(tmp_path / "d", make)
    paths = [*paths, tmp_path / "d"]
    found = verify_against(checkpoint, paths, new=True)

    assert [(19, 17), (12, 12), (2, 0), (17, 0)] == [(one.rows, one.after) for one in found]
    assert [one.head for one in found] == [one.head for one in verify_against(checkpoint, paths)]
    with make.hand(paths[0]) as raw:
        raw.execute("UPDATE entry SET body = replace(body, 'filter', 'hide') WHERE seq = 3")
    assert found == verify_against(checkpoint, paths, new=True)
    with pytest.raises(LedgerError, match="segment `a`: row 3 of the ledger is broken"):
        verify_against(checkpoint, paths)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ("UPDATE entry SET body = replace(body, 'fact', 'fake') WHERE seq = 19", "row 19 of the ledger is broken"),
        ("DELETE FROM made WHERE entry > 17", "row 18 of the ledger is broken"),
        ("DELETE FROM entry WHERE seq = 18", "row 18 of the ledger is broken"),
        ("DELETE FROM entry WHERE seq > 16", "was cut after row 16"),
        ("UPDATE entry SET hash = zeroblob(32) WHERE seq = 17", "row 18 of the ledger is broken"),
    ],
)
def test_what_is_new_is_looked_at_closely(path, make, change, fact):
    """An edit after the checkpoint is found, and so is a cut before it."""
    checkpoint = take_checkpoint([grown(path, make)], "log")
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(6, 7))
    with make.hand(path) as raw:
        if "> 16" in change:
            raw.execute("DELETE FROM made WHERE entry > 16")
            raw.execute("DELETE FROM blob WHERE entry > 16")
        raw.execute(change)
    with pytest.raises(LedgerError, match=fact):
        verify_against(checkpoint, [path], new=True)


def test_a_chain_computed_anew_is_found_by_its_signed_row(path, make):
    """Also where only what is new is looked at, since the hash of the last signed row is another then."""
    checkpoint = take_checkpoint([grown(path, make)], "log")
    recomputed(make, path, lambda rows: [(seq, body.replace("filter", "hide")) for seq, body in rows])
    with pytest.raises(LedgerError, match="was rewritten"):
        verify_against(checkpoint, [path], new=True)


def test_a_missing_segment_is_named(tmp_path, make):
    """One that was signed must be there, also where its rows are none."""
    paths = segments(tmp_path, make)
    checkpoint = take_checkpoint(paths, "log")
    with pytest.raises(LedgerError, match="segment `b 2` is missing: the checkpoint was signed at 12 of its rows"):
        verify_against(checkpoint, [paths[0], paths[2]])
    with pytest.raises(LedgerError, match="segment `b 2` is missing"):
        verify_against(checkpoint, paths[:1])


def test_a_changed_segment_is_named(tmp_path, make):
    """One put in another's place, and one with a broken row."""
    paths = segments(tmp_path, make)
    checkpoint = take_checkpoint(paths, "log")
    paths[0].rename(tmp_path / "other")
    paths[1].rename(tmp_path / "a")
    with pytest.raises(LedgerError, match=r"`.*a` was cut after row 12"):
        verify_against(checkpoint, [tmp_path / "a", _copy(tmp_path), paths[2]])
    with make.hand(tmp_path / "a") as raw:
        raw.execute("UPDATE entry SET body = replace(body, 'filter', 'hide') WHERE seq = 3")
    with pytest.raises(LedgerError, match="segment `a`: row 3 of the ledger is broken"):
        verify_against(checkpoint, [tmp_path / "a", tmp_path / "b 2", paths[2]])


def _copy(tmp_path):
    shutil.copy(tmp_path / "a", tmp_path / "b 2")
    return tmp_path / "b 2"


def test_two_segments_of_one_name_are_refused(tmp_path, make):
    """They could not be told apart later."""
    (tmp_path / "x").mkdir()
    with pytest.raises(UsageError, match="two segments are called `a`"):
        take_checkpoint([make.ledger(tmp_path / "a"), make.ledger(tmp_path / "x" / "a")], "log")


def test_segments_without_names_are_taken_in_order(tmp_path, make):
    """As checkpoints of several files were, before segments had names."""
    paths = segments(tmp_path, make)
    signed = take_checkpoint(paths, "log")
    checkpoint = Checkpoint("log", tuple(Segment(one.rows, one.head) for one in signed.segments), signed.root)

    assert [one.rows for one in verify_against(read_checkpoint(checkpoint.text()), paths)] == [17, 12, 0]
    with pytest.raises(LedgerError, match=r"`.*a` was rewritten|`.*b 2` was cut"):
        verify_against(checkpoint, [paths[1], paths[0], paths[2]])
    with pytest.raises(UsageError, match="of 3 segments, and 2 were given"):
        verify_against(checkpoint, paths[:2])


def test_a_root_that_is_not_the_rows_is_found(path, make):
    """A checkpoint whose parts do not agree with each other is no proof of anything."""
    checkpoint = take_checkpoint([grown(path, make)], "log")
    with pytest.raises(LedgerError, match="root is not that of the rows"):
        verify_against(Checkpoint("log", checkpoint.segments, bytes(32)), [path])


def test_no_checkpoint_of_a_broken_ledger(path, make):
    """What does not verify is not signed."""
    grown(path, make)
    with make.hand(path) as raw:
        raw.execute("UPDATE entry SET body = replace(body, 'filter', 'hide') WHERE seq = 3")
    with pytest.raises(LedgerError, match="row 3"):
        take_checkpoint([path], "log")


def test_a_row_is_proved_to_be_in(path, make):
    """With the rows' hashes as leaves, anybody can be shown that one row is under the signed root."""
    checkpoint = take_checkpoint([grown(path, make)], "log")
    leaves: list[bytes] = []
    verify(path, leaves=leaves.extend)
    raw = sqlite3.connect(path)
    body, before = raw.execute(
        "SELECT body, (SELECT hash FROM entry WHERE seq = 8) FROM entry WHERE seq = 9"
    ).fetchone()
    raw.close()

    assert proves_inclusion(follow(before, body.encode()), 8, 17, inclusion(leaves, 8), checkpoint.root)


def test_the_text_is_what_its_page_says():
    """The checkpoint's first three lines are a tlog-checkpoint: name, size, root in base64."""
    frontier = Frontier()
    frontier.extend([bytes(32)] * 3)
    checkpoint = Checkpoint("example.org/ledger", (Segment(2, b"\1" * 32), Segment(1, b"\2" * 32)), frontier.root())
    head = base64.b64encode(b"\1" * 32).decode()

    assert checkpoint.text().split("\n")[:4] == [
        "example.org/ledger",
        "3",
        base64.b64encode(frontier.root()).decode(),
        f"segment 2 {head}",
    ]


HASHES = st.binary(min_size=32, max_size=32)
ORIGINS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)


NAMES = st.none() | ORIGINS


@given(ORIGINS, st.lists(st.builds(Segment, st.integers(0, 10**9), HASHES, NAMES), min_size=1, max_size=4), HASHES)
def test_a_checkpoint_reads_back(origin, segments, root):
    """A checkpoint's text says all of it."""
    checkpoint = Checkpoint(origin, tuple(segments), root)

    assert read_checkpoint(checkpoint.text()) == checkpoint


@pytest.mark.parametrize(
    "text",
    ["", "\n", "log\n1\n", "log\n1\nAA==\n", "log\n2\nAA==\nsegment 1 AA==\n", "log\n01\nAA==\nsegment 1 AA==\n",
     "log\n1\nAA\nsegment 1 AA==\n", "log\n1\nAA==\nsegment 1 AA==", "log\n1\nAA==\nsegment x AA==\n",
     "\n1\nAA==\nsegment 1 AA==\n", "log\n1\nAA==\nother line\n", "log\n1\nAA==\nsegment 1 AA== a b\n"],
)  # fmt: skip
def test_what_is_no_checkpoint(text):
    """A note about something else, or with parts that contradict each other, is refused."""
    with pytest.raises(UsageError, match="holds no checkpoint"):
        read_checkpoint(text)


def test_a_note_is_opened_by_its_key():
    """What was signed is what is read, by the key whose text is given to everybody."""
    verifier = read_verifier(SIGNER.verifier.text())

    assert verifier.open(SIGNER.sign("log\n7\n\nmore\n")) == "log\n7\n\nmore\n"
    assert read_signer(f"{SIGNER.text()}\n") == SIGNER


def test_keys_are_those_of_the_specification():
    """A key's hash is the first four bytes of the SHA-256 of its name, a line break, its kind and itself."""
    public = SIGNER.verifier.key
    known_by = hashlib.sha256(b"example.org/ledger\n\x01" + public).hexdigest()[:8]
    encoded = base64.b64encode(b"\x01" + public).decode()

    assert SIGNER.verifier.text() == f"example.org/ledger+{known_by}+{encoded}"
    assert SIGNER.text().startswith(f"PRIVATE+KEY+example.org/ledger+{known_by}+")


def test_a_signers_key_is_not_shown():
    """The private key stays out of logs."""
    assert repr(SIGNER) == "Signer('example.org/ledger')"


@given(st.data())
def test_a_note_that_was_changed_is_refused(data):
    """One character changed, dropped or put in, anywhere in text or signature, and the note does not open."""
    note = SIGNER.sign("example.org/ledger\n17\nAAAA\n")
    place = data.draw(st.integers(0, len(note) - 1))
    new = data.draw(st.sampled_from(["", "x", "0", "\n", " ", note[place] + "x"]))
    changed = note[:place] + new + note[place + 1 :]
    if changed == note:
        return
    with pytest.raises(UsageError):
        SIGNER.verifier.open(changed)


def test_signatures_of_others_are_passed_over():
    """A note may be signed by several; without a signature of the key asked for it does not open."""
    other = new_signer("witness", bytes(32))
    note = SIGNER.sign("log\n1\n")
    both = note + other.sign("log\n1\n").rpartition("\n\n")[2]

    assert SIGNER.verifier.open(both) == other.verifier.open(both) == "log\n1\n"
    with pytest.raises(UsageError, match="not signed by key `witness"):
        other.verifier.open(note)


@pytest.mark.parametrize("text", ["", "x", "a+b+c", "a+00000000+AQ==", "a+00000000+!", "PRIVATE+KEY+a+00000000+AQ=="])
@pytest.mark.parametrize("read", [read_signer, read_verifier])
def test_what_is_no_key(text, read):
    """A text that is no key, or whose hash is not its own, is refused."""
    with pytest.raises(UsageError, match=r"is no (private|verifier) key"):
        read(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "a\u202eb"])
def test_a_name_no_key_can_have(name):
    """A key's name is one word that can be shown."""
    with pytest.raises(UsageError, match="cannot be a key's name"):
        new_signer(name, SEED)


def test_parts_are_walked_by_others(tmp_path, make):
    """Walked in several parts, a ledger is as whole or broken as walked in one, and its leaves come in order."""
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        for first in range(0, 24_000, 6000):
            ledger.append(make.facts(*range(first, first + 6000)))

    def spread(make_worker, stretches):
        for stretch in stretches:
            yield make_worker()(stretch)

    one, three = [], []
    whole = verify(path, leaves=one.extend)
    assert verify(path, leaves=three.extend, spread=spread, parts=3) == whole
    assert one == three
    for seq in (1, 8000, 8001, 8002, 16001, 24001):
        with make.hand(path) as raw:
            raw.execute("UPDATE entry SET hash = zeroblob(32) WHERE seq = ?", (seq,))
        errors = []
        for walker in (verify, partial(verify, spread=spread, parts=3)):
            with pytest.raises(LedgerError) as error:
                walker(path)
            errors.append((error.value.seq, str(error.value)))
        assert errors[0] == errors[1]
        assert errors[0][0] == seq
        with make.hand(path) as raw:
            raw.execute("UPDATE entry SET hash = ? WHERE seq = ?", (one[seq - 1], seq))
    with make.hand(path) as raw:  # the last row of a part
        raw.execute("DELETE FROM entry WHERE seq = 8000")
    for walker in (verify, partial(verify, spread=spread, parts=3)):
        with pytest.raises(LedgerError, match="row 8000 of the ledger is broken: it is missing: the next row is 8001"):
            walker(path)


def test_a_verifier_is_a_value():
    """Two readings of one key are one key."""
    assert Verifier("a", SEED) == Verifier("a", SEED)


def test_signing_loads_cryptography_and_verifying_a_chain_does_not():
    """A ledger without checkpoints costs no import of cryptography."""
    code = "import sys, lictor.ledger, lictor.ledger.checkpoint; print('cryptography' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "False\n"
