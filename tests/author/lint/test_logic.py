"""The search for a consistent choice agrees with trying every choice."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.author.lint.logic import FALSE, TRUE, And, Domain, In, Lit, Logic, Or, Range, Words, both, either, negated

NUMBERS = range(4)
COLOURS = ("red", "green", "blue")
LOGIC = Logic(Domain({"colour": frozenset(COLOURS)}, frozenset({"title", "post"})), lambda some, by: some <= by)

ATOMS = st.one_of(
    st.sets(st.sampled_from("abc"), min_size=1).map(lambda some: Words(frozenset(some))),
    st.sets(st.sampled_from(COLOURS), min_size=1).map(lambda some: In("colour", frozenset(some))),
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS)).map(lambda two: Range("n", min(two), max(two))),
)
FORMULAS = st.recursive(
    ATOMS.map(lambda atom: Lit(atom, positive=True)),
    lambda inner: st.one_of(
        inner.map(negated),
        st.lists(inner, max_size=3).map(lambda some: both(*some)),
        st.lists(inner, max_size=3).map(lambda some: either(*some)),
    ),
    max_leaves=8,
)
WORLDS = [
    (frozenset(letter for letter, there in zip("abc", found, strict=True) if there), colour, number)
    for found in product((True, False), repeat=3)
    for colour in COLOURS
    for number in range(-1, 5)
]


def holds(formula, world):
    words, colour, number = world
    match formula:
        case And(parts):
            return all(holds(part, world) for part in parts)
        case Or(choices):
            return any(holds(choice, world) for choice in choices)
        case Lit(Words(spans), positive):
            return (not spans.isdisjoint(words)) == positive
        case Lit(In(_, values), positive):
            return (colour in values) == positive
        case Lit(Range(_, low, high), positive):
            return ((low is None or low <= number) and (high is None or number <= high)) == positive
    raise AssertionError(formula)


@given(FORMULAS)
def test_can_hold(formula):
    """A formula can hold where some world makes it true."""
    assert any(holds(formula, world) for world in WORLDS) == LOGIC.can_hold(formula)


@given(FORMULAS, FORMULAS)
def test_implies(one, other):
    """One implies the other where every world that makes it true makes the other true."""
    assert all(holds(other, world) for world in WORLDS if holds(one, world)) == LOGIC.implies(one, other)


@given(FORMULAS)
def test_negated(formula):
    """A formula and its contrary are never true at once, and never false at once."""
    assert all(holds(formula, world) != holds(negated(formula), world) for world in WORLDS)


@pytest.mark.parametrize(("formula", "expected"), [(TRUE, True), (FALSE, False), (negated(TRUE), False)])
def test_constants(formula, expected):
    """Nothing asked for always holds; no choice left never does."""
    assert expected == LOGIC.can_hold(formula)
