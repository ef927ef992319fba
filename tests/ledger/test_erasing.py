"""What is erased is gone from the file and everywhere it was named, and the chain is as whole as before."""

import pytest

from lictor.errors import LedgerError, UsageError
from lictor.ledger import Batch, Ledger, StateRow, verify
from lictor.ledger.checkpoint import take_checkpoint, verify_against

WHEN = {"by": "officer-1", "why": "asked by the person", "at": "2026-03-01T00:00:00Z"}


@pytest.fixture
def ledger(path, make):
    """Decisions and facts on ann, bob and cid, complaints by u1 to u9, and their states."""
    make.ledger(path)
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(*range(1, 10)))
        yield ledger


def held(path):
    """All bytes of the ledger's files."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))


def test_an_account_is_erased(ledger, path):
    """Name, words and state of an account go; rows stay and read without them; everybody else is as before."""
    before = {one.id: one for one in ledger.decisions()}
    erased = ledger.erase(account="ann", **WHEN)
    after = {one.id: one for one in ledger.decisions()}
    facts = list(ledger.facts())

    assert (erased.rows, erased.identities, erased.states) == (6, 1, 1)
    assert (ledger.states(["ann", "bob"]).keys(), list(ledger.decisions("ann"))) == ({"bob"}, [])
    assert all(b'"ann"' not in one for one in (held(path),))
    for name, one in after.items():
        if before[name].account == "ann":
            assert (one.account, one.input, one.erased) == (None, None, ("content", "account"))
        else:
            assert one == before[name]
    assert {one.erased for one in facts if one.record.account is None} == {("content", "account", "fact/against")}
    assert {one.record.fact["note"] for one in facts if one.record.account is not None} == {"烦"}
    assert (verify(path).rows, verify(path).erased) == (22, 7)


def test_a_complainant_is_erased(ledger, path, make):
    """One who spoke about others is gone from rows and states of theirs; a pseudonym, the same in both, stays."""
    states = {"bob": StateRow(b'{"by":"u1","quotes":"\\"u1\\"","reports":["u1","u4"]}')}
    ledger.append(Batch(states=states))
    ledger.erase(account="u1", **WHEN)
    fact = next(one for one in ledger.facts() if one.record.id == "F1")
    who = fact.record.fact["by"]

    assert fact.erased == ("content", "fact/by")
    assert (fact.record.account, fact.record.fact["against"], fact.record.fact["note"]) == ("bob", "bob", None)
    assert who.startswith("erased:")
    assert ledger.states(["bob"])["bob"] == b'{"by":"%b","quotes":"\\"u1\\"","reports":["%b","u4"]}' % (
        who.encode(),
        who.encode(),
    )
    assert verify(path).rows == 22


def test_what_one_entry_says_is_erased(ledger, path, make):
    """The words of one entry go, and nothing else."""
    erased = ledger.erase(entry="F2", **WHEN)
    fact = next(one for one in ledger.facts() if one.record.id == "F2")

    assert (erased.rows, erased.identities, erased.states) == (1, 0, 0)
    assert (fact.erased, fact.record.account, fact.record.fact["by"], fact.record.fact["note"]) == (
        ("content",),
        "cid",
        "u2",
        None,
    )
    assert verify(path).erased == 1


def test_what_was_erased_can_be_fed_again(ledger, make):
    """A fact that lost its words is still the same fact, and another one under its id is still refused."""
    ledger.erase(entry="F2", **WHEN)

    assert ledger.append(make.facts(2)).present == 1
    with pytest.raises(LedgerError, match="fact `F2` is in the ledger"):
        ledger.append(Batch(facts=[make.fact(2, at="2027-01-01T00:00:00Z")]))


def test_an_erasure_stands_against_a_checkpoint(ledger, path):
    """Erasing breaks no checkpoint: rows stay as they were signed."""
    checkpoint = take_checkpoint([path], "log")
    ledger.erase(account="bob", **WHEN)

    assert verify_against(checkpoint, [path])[0].rows == 22


@pytest.mark.parametrize(
    ("what", "fact"),
    [
        ({"account": "zoe"}, "names no account `zoe`"),
        ({"entry": "F99"}, "has no entry `F99`"),
        ({"entry": "policy"}, "holds nobody's words"),
        ({}, "either an account or an entry"),
        ({"account": "ann", "entry": "F1"}, "either an account or an entry"),
    ],
)
def test_what_cannot_be_erased(ledger, path, make, what, fact):
    """Nobody, nothing, or both at once is refused, and nothing is erased."""
    if what.get("entry") == "policy":
        what = {"entry": f"policy:{make.policy.digest}"}
    with pytest.raises(UsageError, match=fact):
        ledger.erase(**what, **WHEN)

    assert verify(path).erased == 0


def test_nothing_is_erased_twice(ledger):
    """What is gone cannot be erased again."""
    ledger.erase(entry="F2", **WHEN)
    ledger.erase(account="ann", **WHEN)
    with pytest.raises(UsageError, match="holds nobody's words"):
        ledger.erase(entry="F2", **WHEN)
    with pytest.raises(UsageError, match="names no account `ann`"):
        ledger.erase(account="ann", **WHEN)


def test_who_erased_can_be_erased(ledger, path):
    """An officer is a person too: the erasure stays, without the name."""
    ledger.erase(account="ann", **WHEN)
    ledger.erase(account="officer-1", by="officer-2", why="left", at=WHEN["at"])

    assert b"officer-1" not in held(path)
    assert verify(path).rows == 23


def test_states_cannot_forget_an_erasure(ledger, make):
    """States read before an erasure are not written after it."""
    after = ledger.last()
    ledger.erase(account="ann", **WHEN)
    with pytest.raises(LedgerError, match="another writer added facts"):
        ledger.append(Batch(states={"ann": StateRow(b"{}")}, after=after))


def test_more_than_one_erasure_can_name_goes(path, make):
    """An account with more rows than one erasure names is gone from all of them, in one transaction."""
    with Ledger.open(path) as ledger:
        ledger.append(Batch([make.record(number) for number in range(1200)], (make.policy,)))
        erased = ledger.erase(account="ann", **WHEN)

    assert (erased.rows, erased.seq) == (1200, 1204)
    assert (verify(path).erased, verify(path).blobs) == (1201, 5)


def test_a_person_named_where_the_account_is_gone(ledger, path):
    """Rows about somebody who was erased before have no state left in which to put a pseudonym."""
    ledger.erase(account="bob", **WHEN)
    ledger.erase(account="u1", **WHEN)

    assert verify(path).rows == 23
