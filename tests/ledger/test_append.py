"""What is appended once, reads back whole, and is found again."""

import dataclasses
import sqlite3

import orjson
import pytest

from lictor.errors import LedgerError
from lictor.ledger import Appended, Batch, DecisionRecord, Ledger, PolicyRecord, Summary, verify
from lictor.ledger.chain import GENESIS


def test_decisions_read_back_whole(path, make):
    """A decision read back is the one appended, words, input, account and all."""
    batch = make.batch(1, 2, 3)
    with Ledger.open(path) as ledger:
        ledger.append(batch)
        read = list(ledger.decisions())

    assert [(r.id, r.account, r.at, r.decision, r.input, r.erased) for r in read] == [
        (r.id, r.account, r.at, r.decision, r.input, ()) for r in batch.decisions
    ]
    assert [r.seq for r in read] == [2, 3, 4]


def test_rows_hold_nothing_a_person_wrote(path, make):
    """No account, item, evidence or reason stands in any row."""
    make.ledger(path)
    with sqlite3.connect(path) as raw:
        bodies = "".join(body for (body,) in raw.execute("SELECT body FROM entry"))
    raw.close()

    assert not [word for word in ("ann", "bob", "post-", "fake 1", "表", "offers") if f'"{word}' in bodies]


def test_counts_and_head(path, make):
    """Appending says what was added, what was there already, and where the ledger now ends."""
    with Ledger.open(path) as ledger:
        first = ledger.append(make.batch(1, 2))
        second = ledger.append(Batch(make.batch(2, 3).decisions))

    assert (first.added, first.present, first.last) == (2, 0, 4)
    assert second == Appended(1, 1, 5, verify(path).head)


def test_the_same_batch_again_adds_nothing(path, make):
    """A batch appended twice, in the same run or a later one, leaves the file as it was."""
    make.ledger(path)
    before = verify(path)
    with Ledger.open(path) as ledger:
        again = [ledger.append(make.batch(*numbers)) for numbers in [(1, 2, 3), (4, 5, 6), (7, 8)]]

    assert [(a.added, a.present) for a in again] == [(0, 3), (0, 3), (0, 2)]
    assert verify(path) == before


def test_the_same_decision_twice_in_a_batch_is_kept_once(path, make):
    """A decision that comes twice in one batch is one row."""
    with Ledger.open(path) as ledger:
        appended = ledger.append(Batch([make.record(1), make.record(1)], (make.policy, make.policy)))

    assert (appended.added, appended.present, appended.last) == (1, 1, 2)


@pytest.mark.parametrize(
    "other",
    [
        {"action": "hide"},
        {"reasons": {"en": "other words"}},
        {"violations": []},
    ],
)
def test_the_same_id_with_other_content_is_refused(path, make, other):
    """Whatever differs under one id, in the row or in the words, refuses the whole batch and names the row."""
    with Ledger.open(path) as ledger:
        ledger.append(make.batch(1, 2))
        with pytest.raises(LedgerError, match=r"decision `D0+2` is in the ledger as row 3 with other content") as error:
            ledger.append(Batch([make.record(9), make.record(2, account="bob", **other)]))

    assert error.value.seq == 3
    assert verify(path).rows == 4


@pytest.mark.parametrize(
    "other",
    [
        {"input": b'{"post":"other"}'},
        {"account": "cid"},
        {"account": None},
        {"at": None},
    ],
)
def test_the_same_id_with_another_input_account_or_time_is_refused(path, make, other):
    """What was judged, on whom and when are content too."""
    record = make.record(2, account="bob")
    with Ledger.open(path) as ledger:
        ledger.append(Batch([record], (make.policy,)))
        with pytest.raises(LedgerError, match="with other content"):
            ledger.append(Batch([dataclasses.replace(record, **other)]))


def test_what_an_older_engine_decided_stands(path, make):
    """A scan begun under one version of the engine can be finished under the next; what was recorded is kept."""
    with Ledger.open(path) as ledger:
        ledger.append(Batch([make.record(1, engine="1.0")], (make.policy,)))
        appended = ledger.append(Batch([make.record(1, engine="1.1", reasons={"en": "better said"})]))
        kept = ledger.decision(make.record(1).id)

    assert (0, 1) == (appended.added, appended.present)
    assert kept is not None
    assert kept.decision["engine"] == "1.0"


def test_an_id_of_another_kind_is_refused(path, make):
    """A decision cannot take the id of an entry that is none."""
    record = make.record(1)
    with Ledger.open(path) as ledger:
        ledger.append(Batch((), (make.policy,)))
        with pytest.raises(LedgerError, match="row 1 with other content"):
            ledger.append(Batch([dataclasses.replace(record, id=f"policy:{make.policy.digest}")]))


def test_one_id_with_two_contents_in_a_batch_is_refused(path, make):
    """Two decisions of one batch under one id are refused together."""
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="comes twice in one batch"):
        ledger.append(Batch([make.record(1), make.record(1, action="hide")], (make.policy,)))

    assert verify(path).rows == 0


def test_a_policy_is_kept_once_and_read_back(path, make):
    """A policy's bytes are stored when first named and given back by digest."""
    make.ledger(path)
    with Ledger.read(path) as ledger:
        kept = ledger.policy(make.policy.digest)
        other = ledger.policy("0" * 64)

    assert (kept, other) == (make.policy.bytes, None)


def test_a_policy_with_another_digest_is_refused(path):
    """A policy whose digest is not that of its bytes is refused."""
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="is not that of the policy's bytes"):
        ledger.append(Batch((), (PolicyRecord("0" * 64, b"{}"),)))


@pytest.mark.parametrize("digest", ["0" * 64, None])
def test_a_decision_without_its_policy_is_refused(path, make, digest):
    """A decision that could never be replayed, since its policy is not kept, is refused."""
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="names a policy that is not in the ledger"):
        ledger.append(Batch([make.record(1, digest=digest)], (make.policy,)))


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "a\u202eb"])
def test_an_id_that_cannot_be_shown_is_refused(path, make, name):
    """An id with a NUL, half a pair or a hidden character is refused, by name, as ASCII."""
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="cannot be shown") as error:
        ledger.append(Batch([dataclasses.replace(make.record(1), id=name)], (make.policy,)))

    assert str(error.value).isascii()


def test_an_account_keeps_its_digest(path, make):
    """All decisions on one account are found by it, whichever batch they came in, and no others."""
    make.ledger(path)
    with Ledger.open(path) as ledger:
        ledger.append(make.batch(10, 11))
        found = {account: [r.id[-2:] for r in ledger.decisions(account)] for account in ("ann", "bob", "cid")}

    assert found == {"ann": ["01", "04", "07", "10"], "bob": ["02", "05", "08", "11"], "cid": []}


def test_accounts_that_differ_after_a_nul_are_two(path, make):
    """Accounts are compared to their last character, and any character may be in them."""
    with Ledger.open(path) as ledger:
        ledger.append(Batch([make.record(1, account="a\0b"), make.record(2, account="a")], (make.policy,)))
        found = [[r.account for r in ledger.decisions(account)] for account in ("a", "a\0b")]

    assert found == [["a"], ["a\0b"]]


def test_salts_differ_between_ledgers(tmp_path, make):
    """The same decision in two ledgers has two digests, so that nobody can compare them."""
    digests = []
    for name in ("a", "b"):
        with Ledger.open(tmp_path / name) as ledger:
            ledger.append(make.batch(1))
        raw = sqlite3.connect(tmp_path / name)
        digests += [digest for (digest,) in raw.execute("SELECT digest FROM blob WHERE name != 'policy'")]
        raw.close()

    assert len(set(digests)) == 4


def test_a_decision_is_found_by_id(path, make):
    """One decision is read by its id; an id the ledger does not know, or of another kind, is no decision."""
    make.ledger(path)
    with Ledger.read(path) as ledger:
        found = ledger.decision(make.record(5).id)
        others = [ledger.decision("D9"), ledger.decision(f"policy:{make.policy.digest}")]

    assert found is not None
    assert (found.seq, found.account) == (7, "bob")
    assert others == [None, None]


def test_more_decisions_than_a_page_read_back_in_order(path, make):
    """Reading goes on past the first thousand rows."""
    with Ledger.open(path) as ledger:
        ledger.append(Batch([make.record(n) for n in range(2500)], (make.policy,)))
        read = [r.id for r in ledger.decisions()]

    assert read == [make.record(n).id for n in range(2500)]


def test_a_decision_without_words_reads_back(path, make):
    """A decision that holds nothing personal is kept and read like any other."""
    record = DecisionRecord("D1", None, None, {"digest": make.policy.digest, "action": "none"}, b"null")
    with Ledger.open(path) as ledger:
        ledger.append(Batch([record], (make.policy,)))
        read = ledger.decision("D1")

    assert read is not None
    assert (read.decision, read.input, read.account, read.at) == (record.decision, b"null", None, None)


def test_a_summary_is_kept_once_whenever_it_was_made(path, make):
    """Two summaries of the same rows are one, even if made at different times; of other rows they are two."""
    with Ledger.open(path) as ledger:
        last = [
            ledger.append(Batch(summary=make.summary(read, at=at))).last
            for read, at in [("r1", None), ("r1", "2026-01-01T00:00:00Z"), ("r2", None)]
        ]
        raw = sqlite3.connect(path)
        body = orjson.loads(raw.execute("SELECT body FROM entry WHERE seq = 1").fetchone()[0])
        raw.close()

    assert last == [1, 1, 2]
    assert (body["rows"], body["rejects"], body["rules"]) == (10, 1, [["goods", 2]])


def test_at_a_glance(path, make):
    """A ledger's summary counts its rows by kind and gives the span of time and the head that `verify` gives."""
    make.ledger(path)
    with Ledger.read(path) as ledger:
        summary = ledger.summary()
    head = verify(path).head

    instant = "2026-01-02T03:04:05Z"
    assert summary == Summary(12, head, {"batch": 3, "decision": 8, "policy": 1}, instant, instant)


def test_an_empty_ledger_at_a_glance(path):
    """An empty ledger has no rows and the head every chain begins with."""
    with Ledger.open(path) as ledger:
        summary = ledger.summary()

    assert summary == Summary(0, GENESIS.hex())
    assert verify(path).head == GENESIS.hex()
