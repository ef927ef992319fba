"""How often a rule was right follows from what people decided of what it found."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lictor.author.precision import precision_by_rule, wilson
from lictor.ledger import RecordedFact
from lictor.ledger.records import FactRecord


def fact(id, kind, said=None, *, findings=(), refused=None):  # noqa: A002
    found = [{"policy": "p", "category": "c", "severity": "S1", "field": "post", **one} for one in findings]
    return RecordedFact(1, FactRecord(id, "a", None, kind, said or {}, findings=found, refused=refused))


ITEMS = [
    fact("i1", "content", findings=[{"rule": "one"}, {"rule": "two", "category": "d"}]),
    fact("i2", "content", findings=[{"rule": "one"}, {"rule": "three", "exempted_by": "NEWS"}]),
    fact("i3", "content", findings=[{"rule": "one", "policy": "other"}]),
]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], []),
        ([fact("r", "review", {"outcome": "upheld", "about": ["i1"]})], [("one", 1, 0), ("two", 1, 0)]),
        ([fact("r", "review", {"outcome": "upheld", "about": ["i1"], "category": "c"})], [("one", 1, 0)]),
        ([fact("r", "review", {"outcome": "dismissed", "about": ["i1", "i2", "i3"]})], [("one", 0, 2), ("two", 0, 1)]),
        ([fact("r", "review", {"outcome": "upheld", "about": []})], []),
        ([fact("r", "review", {"outcome": "upheld", "about": ["i2"]}, refused="no")], []),
        (
            [
                fact("r", "review", {"outcome": "upheld", "about": ["i2"]}),
                fact("s", "review", {"outcome": "dismissed", "about": ["i2"]}),
            ],
            [("one", 0, 1)],
        ),
        (
            [
                fact("r", "review", {"outcome": "upheld", "about": ["i2"]}),
                fact("a", "appeal", {"decision": "r"}),
                fact("g", "appeal_decision", {"appeal": "a", "outcome": "granted"}),
            ],
            [("one", 0, 1)],
        ),
        (
            [
                fact("r", "review", {"outcome": "upheld", "about": ["i2"]}),
                fact("a", "appeal", {"decision": "r"}),
                fact("g", "appeal_decision", {"appeal": "a", "outcome": "rejected"}),
            ],
            [("one", 1, 0)],
        ),
        (
            [
                fact("r", "review", {"outcome": "upheld", "about": ["i2"]}),
                fact("x", "reinstatement", {"decision": "r"}),
            ],
            [("one", 0, 1)],
        ),
    ],
    ids=["none", "upheld", "of a category", "dismissed", "about nothing", "refused", "the last", "granted", "rejected",
         "reinstated"],
)  # fmt: skip
def test_what_reviews_say_of_rules(facts, expected):
    """The last word about an item counts, and only for rules of this policy that nothing excused."""
    found = precision_by_rule([*ITEMS, *facts], [], policy="p")

    assert expected == [(one.rule, one.upheld, one.dismissed) for one in found]


def test_wilson():
    """The bounds are those of the published formula."""
    assert (0.0, 1.0) == wilson(0, 0)
    assert (0.490, 0.943) == tuple(round(bound, 3) for bound in wilson(8, 10))
    assert (0.722, 1.0) == tuple(round(bound, 3) for bound in wilson(10, 10))


@given(st.integers(0, 1000), st.integers(1, 1000))
@example(0, 346)
def test_the_share_lies_in_its_interval(right, more):
    """Whatever was observed lies between the bounds, and these between none and all."""
    low, high = wilson(right, right + more)

    assert 0 <= low <= right / (right + more) <= high <= 1
