"""States follow from the recorded facts: what is kept otherwise is named, and put right where asked."""

import pytest

from lictor.errors import LedgerError
from lictor.ledger import Ledger, StateRow, verify
from lictor.ledger.rebuild import rebuild


def last_seen(facts):
    """A fold in miniature: of each key, the last fact."""
    states = {}
    for fact in facts:
        number = int(fact.id[1:])
        body = b'{"seen": "%s"}' % fact.id.encode()  # the same value in another spelling is the same state
        states[fact.account] = StateRow(body, f"2026-02-{1 + number % 28:02}T00:00:00Z")
    return states


@pytest.fixture
def ledger(path, make):
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(*range(1, 10)))
        yield ledger


def test_states_are_what_follows(ledger):
    """Untouched states are those that the facts lead to."""
    rebuilt = rebuild(ledger, last_seen)

    assert (rebuilt.same, rebuilt.facts, rebuilt.erased, rebuilt.states) == (True, 9, 0, 3)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE state SET body = CAST('{\"seen\":\"F1\"}' AS BLOB) WHERE key = 'ann'", ((), ("ann",), ())),
        ("UPDATE state SET due = NULL WHERE key = 'bob'", ((), ("bob",), ())),
        ("DELETE FROM state WHERE key != 'ann'", (("bob", "cid"), (), ())),
        ("INSERT INTO state (key, body) VALUES ('zoe', x'7b7d')", ((), (), ("zoe",))),
    ],
)
def test_an_edited_state_is_named_and_put_right(ledger, path, make, sql, found):
    """A state edited, dropped or put in by hand leaves the chain whole; rebuilding names it, and puts it right."""
    with make.hand(path) as raw:
        raw.execute(sql)
    verify(path)
    told = rebuild(ledger, last_seen)
    again = rebuild(ledger, last_seen, write=True)

    assert (told.missing, told.other, told.extra) == found
    assert (again, told.same) == (told, False)
    assert rebuild(ledger, last_seen).same


def test_what_was_erased_is_left_out(ledger):
    """Facts of an account that was erased lead to nothing; those that only lost a name go on counting."""
    for account in ("ann", "u1"):
        ledger.erase(account=account, by="officer", why="asked", at="2026-03-01T00:00:00Z")
    rebuilt = rebuild(ledger, last_seen)

    assert (rebuilt.facts, rebuilt.erased, rebuilt.other, rebuilt.extra) == (5, 4, (), ())


def test_states_are_not_put_back_over_newer_ones(ledger, path, make):
    """Where facts were added while it folded, nothing is replaced."""

    def slow(facts):
        states = last_seen(facts)
        with Ledger.open(path) as other:
            other.append(make.facts(10))
        return states | {"zoe": StateRow(b"{}")}

    with pytest.raises(LedgerError, match="another writer added facts"):
        rebuild(ledger, slow, write=True)
    assert "zoe" not in ledger.states(["zoe"])
