"""Facts as they are read: every kind from JSON and back, and every mistake named with its place."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.enforce.routed import HostListed
from lictor.errors import UsageError
from lictor.facts import FIELDS, TRIGGERS, instant
from lictor.facts.kinds import (
    KINDS,
    ContentPublished,
    GroupCreated,
    RenameRequest,
    Review,
    TransferAttempt,
    fact_from,
    fact_to,
    read_fact,
    without_unknown,
)

AT = "2022-06-21T09:00:00+08:00"
NEEDED: dict[str, dict[str, Any]] = {
    "subject_updated": {"subject": "oa"},
    "account_created": {"subject": "oa"},
    "group_created": {"subject": "g"},
    "content": {"subject": "oa", "form": "article", "text": "…"},
    "content_edited": {"subject": "oa", "item": "e1", "text": "…"},
    "content_removed": {"subject": "oa", "item": "e1"},
    "complaint": {"against": "oa", "age_d": 7},
    "review": {"subject": "oa", "outcome": "upheld"},
    "notice_delivered": {"subject": "oa", "decision": "r1"},
    "rectify_claim": {"subject": "oa"},
    "fix": {"subject": "oa"},
    "reinspection": {"subject": "oa", "outcome": "passed"},
    "extension_request": {"subject": "oa"},
    "appeal": {"subject": "oa", "decision": "r1"},
    "appeal_decision": {"appeal": "a1", "outcome": "granted"},
    "reinstatement": {"subject": "oa", "decision": "r1", "why": "a mistake"},
    "rename_request": {"subject": "oa", "to": "乙"},
    "rename_revoked": {"subject": "oa"},
    "authority_order": {"issuer": "office", "ref": "no. 1", "targets": {"oa": "suspend"}},
    "dns_change": {"subject": "xa", "ips": []},
    "domain_seen": {"subject": "xa", "domain": "xa.example"},
    "acquire": {"subject": "pa", "item": "one", "how": "primary"},
    "transfer_attempt": {"from": "pa", "to": "pb", "item": "one"},
}
"""What each kind cannot do without, beside its id and instant."""


def said(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "id": "f1", "t": AT, **NEEDED[kind], **more}


def test_every_kind_is_here() -> None:
    """No kind is left out of these tests."""
    assert set(KINDS) == set(NEEDED)


@pytest.mark.parametrize("kind", NEEDED)
def test_what_is_needed_is_enough(kind: str) -> None:
    """A fact with no more than it needs is read, and written as it was said."""
    fact = fact_from(said(kind))

    assert fact == read_fact(json.dumps(said(kind)))
    assert fact.at == datetime.fromisoformat(AT)
    assert fact == fact_from(fact_to(fact))
    assert set(said(kind)) == set(fact_to(fact))


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind in NEEDED for key in ("id", "t", *NEEDED[kind])])
def test_what_is_missing_is_named(kind: str, key: str) -> None:
    """Without a key that it needs a fact is refused, and the key is named."""
    values = said(kind)
    del values[key]
    with pytest.raises(UsageError, match=rf"object missing required field `{key}`"):
        fact_from(values)


@pytest.mark.parametrize("kind", NEEDED)
def test_what_is_unknown_is_named(kind: str) -> None:
    """A key that the kind does not have is refused by name; a reader that may leave it out is told which it was."""
    values = said(kind, colour="red")
    with pytest.raises(UsageError, match="object contains unknown field `colour`"):
        fact_from(values)

    assert (said(kind), ["colour"]) == without_unknown(values)


@pytest.mark.parametrize(
    ("wrong", "message", "hint"),
    [
        pytest.param({"kind": "reveiw"}, "`reveiw` is no kind of fact", "did you mean `review`?", id="kind"),
        pytest.param(said("review", t="2022-06-21T09:00:00"), "`t`", "2022-06-21T09:00:00+08:00", id="naive-instant"),
        pytest.param(said("review", t="yesterday"), "`t`: invalid RFC3339", "2022-06-21T09:00:00+08:00", id="instant"),
        pytest.param(said("review", id=""), "`id`: expected `str` of length >= 1", "", id="empty-id"),
        pytest.param(said("review", id="x" * 201), "`id`: expected `str` of length <= 200", "", id="long-id"),
        pytest.param(said("review", outcome="maybe"), "`outcome`: invalid enum value 'maybe'", "", id="outcome"),
        pytest.param(said("review", trigger="whim"), "`trigger`: invalid enum value 'whim'", "", id="trigger"),
        pytest.param(said("review", about="e1"), "`about`: expected `array`", "", id="not-a-list"),
        pytest.param(said("review", delivered="soon"), "`delivered`: invalid RFC3339", "", id="delivered"),
        pytest.param(said("content", form="poem"), "`form`: invalid enum value 'poem'", "", id="form"),
        pytest.param(said("content", count=-1), "`count`: expected `int` >= 0", "", id="count"),
        pytest.param(said("complaint", count=0), "`count`: expected `int` >= 1", "", id="complaints"),
        pytest.param(said("complaint", age_d="old"), "`age_d`: expected `int`", "", id="age"),
        pytest.param(said("complaint", age_d=2**53), "`age_d`: expected `int` <= 9007199254740991", "", id="far-age"),
        pytest.param(said("content", signals={"fans": 10**30}), "`signals[...]`: expected `int` <=", "", id="signal"),
        pytest.param(said("group_created", member_overlap={"g": 1.5}), "expected `float` <= 1", "", id="share"),
        pytest.param(said("group_created", member_overlap={"g": "half"}), "`member_overlap", "", id="share-in-words"),
        pytest.param(said("content", truth={"severty": "S1"}), "`truth`: object contains unknown", "", id="truth"),
        pytest.param(said("authority_order", targets=["oa"]), "`targets`: expected `object`", "", id="targets"),
        pytest.param(said("authority_order", targets=[["oa", 1]]), "`targets[...]`: expected `str`", "", id="pairs"),
        pytest.param(said("review", t="0001-01-01T00:00:00+08:00"), "too far away to count from", "2 to", id="far"),
    ],
)
def test_mistakes_are_named_with_their_place(wrong: dict[str, Any], message: str, hint: str) -> None:
    """Each mistake is said in our words: its key, what is wrong with it, and the way out where there is one."""
    with pytest.raises(UsageError) as refused:
        fact_from(wrong)

    assert message in str(refused.value)
    assert hint in refused.value.hint


@pytest.mark.parametrize("line", ["", "{", "[1]", '"review"', "{}", b"\xff", '{"kind": "review"} {}', "null"])
def test_a_line_that_is_no_fact_is_refused(line: str | bytes) -> None:
    """Whatever stands in a line, it is a fact or a mistake with a message."""
    with pytest.raises(UsageError):
        read_fact(line)


@given(st.text() | st.binary() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_line_is_a_fact_or_a_mistake(line: str | bytes) -> None:
    """Never a traceback, whatever the line holds."""
    with contextlib.suppress(UsageError):
        read_fact(line)


_ID = st.text(min_size=1, max_size=20)
_WORD = st.text(max_size=20)
_AT = st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.timezones()).filter(  # noqa: DTZ001
    lambda at: at.utcoffset() is not None and at.utcoffset().seconds % 60 == 0  # type: ignore[union-attr]
)
_FACTS = st.one_of(
    st.builds(
        Review, id=_ID, at=_AT, by=_ID | st.none(), note=_WORD | st.none(), subject=_ID,
        outcome=st.sampled_from(("upheld", "dismissed", "delist")), category=_WORD | st.none(),
        about=st.lists(_ID, max_size=3).map(tuple), trigger=st.sampled_from(TRIGGERS), delivered=st.none() | _AT,
        fraud_report=st.booleans(),
    ),
    st.builds(
        ContentPublished, id=_ID, at=_AT, subject=_ID, form=st.sampled_from(FIELDS), text=_WORD, group=_ID | st.none(),
        standing=st.booleans() | st.none(), count=st.integers(0, 10**9) | st.none(),
        boilerplate=_WORD | st.lists(_WORD, max_size=2).map(tuple),
        signals=st.dictionaries(_WORD, st.booleans() | st.integers(-10, 10) | _WORD, max_size=2),
    ),
    st.builds(
        GroupCreated, id=_ID, at=_AT, subject=_ID, member_overlap=st.dictionaries(_ID, st.floats(0, 1), max_size=3)
    ),
    st.builds(RenameRequest, id=_ID, at=_AT, subject=_ID, to=_WORD, old=_WORD | st.none()),
    st.builds(TransferAttempt, id=_ID, at=_AT, giver=_ID, to=_ID, item=_ID, to_age=st.integers(0, 150) | st.none()),
)  # fmt: skip


@given(_FACTS)
def test_what_is_written_reads_back(fact: Any) -> None:
    """A fact written as JSON values is read as the same fact; a share is kept in parts per million."""
    again = fact_from(json.loads(json.dumps(fact_to(fact))))

    if isinstance(fact, GroupCreated):
        assert isinstance(again, GroupCreated)
        assert all(fact.overlap_ppm(group) == again.overlap_ppm(group) for group in fact.member_overlap)
        assert fact_to(fact) == fact_to(again)
    else:
        assert fact == again


@given(_FACTS)
def test_what_is_written_holds_no_floats(fact: Any) -> None:
    """What is written is fit for a ledger: keys of the kind, and whole numbers only."""
    written = fact_to(fact)

    assert set(written) <= {"kind", *type(fact).__struct_encode_fields__}
    assert not [value for value in _values(written) if isinstance(value, float)]


def _values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for inner in value.values() for one in _values(inner)]
    if isinstance(value, list | tuple):
        return [one for inner in value for one in _values(inner)]
    return [value]


def test_delivered_is_left_out_null_or_given() -> None:
    """A notice arrived at once where nothing is said, not yet where null is said: writing keeps the two apart."""
    for delivered in ({}, {"delivered": None}, {"delivered": AT}):
        values = said("review", **delivered)

        assert values == fact_to(fact_from(values))


def test_a_fact_is_written_alike_wherever_its_texts_come_from():
    """What holds its default leaves it out, also where the text is another object: one that was read, or sent."""
    read = "proactively"[:-2]
    said = {"id": "h", "at": instant("2022-06-21T00:00:00Z"), "host": "h.example", "subject": "a", "case": "c"}

    assert fact_to(HostListed(**said)) == fact_to(HostListed(**said, trigger=read))
