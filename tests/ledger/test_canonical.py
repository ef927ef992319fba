"""Canonical JSON and the parting of a decision from the user's words."""

import datetime as dt
from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.errors import LedgerError
from lictor.ledger import canonical
from lictor.ledger.records import PERSONAL, join, part

LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
)
KEYS = st.text(st.characters(max_codepoint=127)) | st.sampled_from(sorted(PERSONAL))
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=30)


@settings(deadline=None)
@given(VALUES)
def test_agrees_with_rfc_8785(value):
    """Within the rules, our bytes are those of a general RFC 8785 implementation."""
    expected = rfc8785.dumps(value)

    assert canonical(value) == expected


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES))
def test_parting_is_undone_by_joining(value):
    """A decision joined with its words again is the decision."""
    public, words = part(value)

    assert join(public, words) == value


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES))
def test_nothing_personal_stays(value):
    """Wherever a personal key stands in the public part, nothing stands there."""
    public, _ = part(value)

    assert all(left is None for left in personal(public))


def personal(value):
    if isinstance(value, dict):
        for key, item in value.items():
            if key in PERSONAL:
                yield item
            else:
                yield from personal(item)
    elif isinstance(value, list):
        for item in value:
            yield from personal(item)


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        (1.5, "a `float` cannot be kept"),
        ({"a": [0.0]}, "a `float` cannot be kept"),
        ({"score": 0.0}, "a `float` cannot be kept"),
        ({"text": {"share": 0.5}}, "a `float` cannot be kept"),
        ({"é": 1}, "a key that is not ASCII"),
        ({1: 1}, "a key that is not ASCII"),
        ({"a": {"b": {"é": 1}}}, "a key that is not ASCII"),
        ({"a": dt.date(2026, 1, 1)}, "a `date` cannot be kept"),
        ({"a": {1, 2}}, "a `set` cannot be kept"),
    ],
)
@pytest.mark.parametrize("function", [canonical, part])
def test_refuses_what_has_no_one_spelling(function, value, fact):
    """A float, a key that is not ASCII text or a value JSON has no word for is refused, at any depth."""
    with pytest.raises(LedgerError, match=fact):
        function(value)


@pytest.mark.parametrize("value", [2**53, "\ud800"])
def test_refuses_what_json_cannot_carry(value):
    """An integer no double holds, or half a surrogate pair, is an error of ours and not a traceback."""
    with pytest.raises(LedgerError, match="cannot be written as canonical JSON"):
        canonical(value)


def test_takes_any_mapping_and_tuple():
    """Frozen mappings and tuples are kept as the objects and lists they are."""
    frozen = {"a": MappingProxyType({"text": "words", "b": (1, ({"item": "x"},))})}

    assert join(*part(frozen)) == {"a": {"text": "words", "b": [1, [{"item": "x"}]]}}
    assert canonical(frozen) == b'{"a":{"b":[1,[{"item":"x"}]],"text":"words"}}'
