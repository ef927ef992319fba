"""Facts with what was made of them: kept once, read back whole, found by key and decision; states beside them."""

import dataclasses
import sqlite3

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.errors import LedgerError
from lictor.ledger import Batch, FactRecord, Ledger, StateRow, verify
from lictor.ledger.records import PEOPLE, WORDS, join_fact, part_fact

LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
KEYS = st.text(st.characters(max_codepoint=127), max_size=6) | st.sampled_from(sorted(PEOPLE | WORDS))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=20
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=6)
PAIRED = st.lists(st.tuples(st.text(st.characters(codec="utf-8")), LEAVES).map(list), max_size=3)


def bodies(path):
    raw = sqlite3.connect(path)
    found = "".join(body for (body,) in raw.execute("SELECT body FROM entry"))
    raw.close()
    return found


def test_facts_read_back_whole(path, make):
    """A fact read back is the one appended: words, people, findings, transitions and decisions."""
    batch = make.facts(1, 2, 3, 4)
    with Ledger.open(path) as ledger:
        appended = ledger.append(batch)
        read = list(ledger.facts())

    assert (appended.added, appended.present, appended.last) == (4, 0, 5)
    assert [one.record for one in read] == list(batch.facts)
    assert [(one.seq, one.erased) for one in read] == [(2, ()), (3, ()), (4, ()), (5, ())]


@settings(deadline=None)
@given(OBJECTS, st.sampled_from(["complaint", "rename_request"]), st.lists(OBJECTS, max_size=2), PAIRED)
def test_parting_a_fact_is_undone_by_joining(fact, kind, decisions, pairs):
    """Whatever a fact holds, it is whole again when joined with its words and people."""
    record = FactRecord("F", "ann", None, kind, fact | {"targets": pairs}, decisions=tuple(decisions))
    rows, theirs, people = part_fact(record)
    # By way of the file, as it is kept.
    rows, theirs, people = (orjson.loads(orjson.dumps(one)) for one in (rows, theirs, people))
    whole = join_fact(rows, theirs, people)

    assert whole["fact"] == record.fact
    assert whole["decisions"] == record.decisions


@settings(deadline=None)
@given(OBJECTS, st.sampled_from(["complaint", "rename_request"]))
def test_nothing_personal_of_a_fact_stays(fact, kind):
    """Wherever a fact has a word or a person under its key, nothing but a truth value stands there in the row."""
    rows, _, _ = part_fact(FactRecord("F", None, None, kind, fact))

    assert all(
        left is None or isinstance(left, bool) or (isinstance(left, list) and not any(left))
        for left in personal(rows["fact"])
    )


def personal(value):
    if isinstance(value, dict):
        for key, item in value.items():
            if key in WORDS or (key in PEOPLE and isinstance(item, str)):
                yield item
            else:
                yield from personal(item)
    elif isinstance(value, list):
        for item in value:
            yield from personal(item)


def test_rows_name_nobody(path, make):
    """No account, complainant, item or note stands in a row; of an order, neither do its targets."""
    order = make.fact(
        9, kind="authority_order", fact={"targets": [["target-1", "ban_permanent"]], "member_overlap": {"g-2": 1}}
    )
    group = make.fact(11, kind="group_created", fact={"to": ["u-7", "u-8"], "in": "g-3", "x/y~z": {"by": "u-6"}})
    rename = make.fact(13, kind="rename_request", fact={"from": "Old Name", "to": "New Name", "at": {"to": 7}})
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(1, 2, 3))
        ledger.append(Batch(facts=[order, group, rename]))
        read = [one.record for one in ledger.facts()]
    text = bodies(path)

    names = ("ann", "bob", "cid", "u1", "u-", "g-", "烦", "target-1", "Name")
    assert not [word for word in names if f'"{word}' in text or f" {word}" in text]
    assert read[3:] == [order, group, rename]


def test_the_same_fact_again_adds_nothing(path, make):
    """A fact fed twice is one row, whatever would be made of it now, in the same batch or another."""
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(1, 2))
        other = dataclasses.replace(make.fact(1), decisions=(), findings=(), transitions=())
        again = ledger.append(Batch(facts=[other, make.fact(2), make.fact(2)]))
        read = [one.record for one in ledger.facts()]

    assert (again.added, again.present) == (0, 3)
    assert read == [make.fact(1), make.fact(2)]


@pytest.mark.parametrize(
    ("other", "where"),
    [
        ({"fact": {"kind": "complaint", "note": "other"}}, "differ in `against`"),
        ({"at": "2027-01-01T00:00:00Z"}, "a `complaint` of 2026-01-02T03:04:05Z, and this one, a `complaint` of 2027"),
        ({"at": None}, "and this one, a `complaint`, has"),
        ({"kind": "review"}, "and this one, a `review` of"),
        ({"account": "zoe"}, "other content"),
    ],
)
def test_the_same_id_with_another_fact_is_refused(path, make, other, where):
    """Another fact under the same id refuses the whole batch; both are named, and no word of theirs is said."""
    changed = dataclasses.replace(make.fact(2), **other)
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(1, 2))
        with pytest.raises(LedgerError, match=r"fact `F2` is in the ledger as row 3") as error:
            ledger.append(Batch(facts=[make.fact(5), changed]))

    assert where in str(error.value)
    assert (error.value.seq, verify(path).rows) == (3, 3)


def test_one_fact_id_with_two_contents_in_a_batch_is_refused(path, make):
    """Two facts of one batch under one id are refused together."""
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="fact `F1` comes twice in one batch"):
        ledger.append(Batch(facts=[make.fact(1), make.fact(1, kind="review")]))


def test_a_fact_cannot_take_another_rows_id(path, make):
    """The id of a scanned decision is taken."""
    with Ledger.open(path) as ledger:
        ledger.append(make.batch(1))
        with pytest.raises(LedgerError, match=r"the id of fact `D0+1` is taken by row 2, a `decision`"):
            ledger.append(Batch(facts=[make.fact(1, id=make.record(1).id)]))


def test_a_fact_whose_decision_names_no_policy_is_refused(path, make):
    """A decision made by a fact must be replayable too."""
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="a decision of fact `F2` names a policy"):
        ledger.append(Batch(facts=[make.fact(2)]))


def test_facts_are_found_by_key(path, make):
    """The facts addressed to one account come in order, and no others."""
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(*range(1, 10)))
        found = {key: [one.record.id for one in ledger.facts(key)] for key in ("ann", "bob", "zoe")}
        present = ledger.present(["F1", "F9", "F10", make.policy.digest])

    assert found == {"ann": ["F3", "F6", "F9"], "bob": ["F1", "F4", "F7"], "zoe": []}
    assert present == {"F1", "F9"}


def test_decisions_made_by_facts_are_found_by_id(path, make):
    """A decision is found whether a scan or a fact made it; of the same one, the fact's, which had effect."""
    twice = make.fact(2, decisions=(dict(make.record(1).decision), make.fact(2).decisions[0]))
    with Ledger.open(path) as ledger:
        ledger.append(make.batch(1, 3))
        ledger.append(Batch(facts=[twice]))
        scanned, enforced, made = (ledger.decision(one) for one in (make.record(3).id, make.record(1).id, f"M{2:025}"))
        every = [(one.id, one.fact) for one in ledger.all_decisions()]

    assert scanned is not None
    assert enforced is not None
    assert made is not None
    assert (scanned.fact, enforced.fact, made.fact) == (None, "F2", "F2")
    assert (enforced.decision, made.decision["item"]) == (make.record(1).decision, "x")
    assert every == [(make.record(1).id, None), (make.record(3).id, None), (make.record(1).id, "F2"), (made.id, "F2")]


def test_states_are_kept_beside_the_facts(path, make):
    """A state is what the last batch said; it is looked up by key, and by when it is due."""
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(1, 2, 3))
        ledger.append(Batch(states={"ann": StateRow(b'{"seen":"later"}')}))
        states = ledger.states(["ann", "bob", "zoe"])
        due = [ledger.due("2026-02-03T00:00:00Z"), ledger.due("2026-02-03T00:00:00Z", 1), ledger.due("2026-01-01")]

    assert states == {"ann": b'{"seen":"later"}', "bob": b'{"seen":"F1"}'}
    assert due == [["bob", "cid"], ["bob"], []]


def test_states_that_would_forget_facts_are_refused(path, make):
    """States that follow from rows another writer has added to meanwhile are refused, with their batch."""
    with Ledger.open(path) as ledger, Ledger.open(path) as other:
        ledger.append(make.facts(1))
        after = ledger.last()
        other.append(make.batch(1))
        ledger.append(dataclasses.replace(make.facts(2), after=after))
        with pytest.raises(LedgerError, match="another writer added facts"):
            ledger.append(dataclasses.replace(make.facts(3), after=after))

    assert verify(path).rows == 5


def test_a_ledger_of_facts_at_a_glance(path, make):
    """Policies and facts are counted by kind."""
    with Ledger.open(path) as ledger:
        ledger.append(make.facts(1, 2))
        summary, policies, last = ledger.summary(), ledger.policies(), ledger.last()

    assert (summary.kinds, policies, last) == ({"fact": 2, "policy": 1}, [make.policy.digest], 3)


def test_a_bare_fact_is_kept(path, make):
    """A fact of nobody, without words, refused: the row says so and brings no blob."""
    bare = FactRecord(
        "F", None, None, "due", {"in": ["a", {"by": "b"}], "principal": {"n": 1}}, refused="claim_too_late"
    )
    empty = FactRecord("G", None, None, "due", {})
    with Ledger.open(path) as ledger:
        ledger.append(Batch(facts=[bare, empty]))
        read = [one.record for one in ledger.facts()]
        one, none = ledger.fact("F"), ledger.fact("X")

    assert read == [bare, empty]
    assert (one is not None and one.record, none) == (bare, None)
    assert verify(path).blobs == 1


def test_what_waits_for_a_person_is_found(path, make):
    """The keys at which somebody must look, the longest first."""
    with Ledger.open(path) as ledger:
        ledger.append(Batch(states={key: StateRow(b"{}", waiting=since) for key, since in WAITING}))
        found = [ledger.waiting(), ledger.waiting(1)]

    assert found == [["b", "a"], ["b"]]


WAITING = [("a", "2026-02-01"), ("b", "2026-01-01"), ("c", None)]


def test_a_fact_with_a_fraction_is_refused(path, make):
    """What canonical JSON has one spelling for goes in, and nothing else; the way out is said."""
    with Ledger.open(path) as ledger, pytest.raises(LedgerError, match="a `float` cannot be kept") as error:
        ledger.append(Batch(facts=[make.fact(1, fact={"kind": "complaint", "overlap": 0.7})]))

    assert error.value.hint == "write a share in parts per million"
