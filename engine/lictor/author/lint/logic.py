"""Whether a condition can hold, always holds, or holds wherever another does: as far as its words tell.

A condition becomes a formula of atoms in two truth values: every signal is taken as given. A formula is searched for
one consistent choice of atoms; what is consistent is known of each kind (an account has one subject type, a number
lies in one range, a term that holds another is found where the other is). The search is bounded: beyond the bound the
answer is "not known", and nothing is said of the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import NamedTuple

__all__ = [
    "FALSE",
    "TRUE",
    "And",
    "Apart",
    "Atom",
    "Counted",
    "Disguised",
    "Domain",
    "Formula",
    "In",
    "Lit",
    "Logic",
    "Opaque",
    "Or",
    "Range",
    "Where",
    "Words",
    "both",
    "either",
    "negated",
]

STEPS = 4_000
"""How many choices a search may try."""

Spans = frozenset[int | str]
"""What may be found: entries by number, detectors by name, anything else by a text that stands for itself."""


@dataclass(frozen=True, slots=True)
class Words:
    """One of these is found."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Apart:
    """One of each of these is found, apart by at most so many characters."""

    operands: tuple[Spans, ...]
    within: int
    ordered: bool
    inside: str


@dataclass(frozen=True, slots=True)
class Counted:
    """So many matches of these, or so many different terms, are found."""

    spans: Spans
    minimum: int
    distinct: bool


@dataclass(frozen=True, slots=True)
class Disguised:
    """One of these is found and needed one of these transformations."""

    mechanisms: frozenset[str]
    spans: Spans


@dataclass(frozen=True, slots=True)
class In:
    """What is known of the item by that name is one of these."""

    name: str
    values: frozenset[str | int | bool]


@dataclass(frozen=True, slots=True)
class Range:
    """The number of that name is at least `low` and at most `high`."""

    name: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Where:
    """The item has a text in one of these fields."""

    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opaque:
    """Anything of which only this is known: it is the same where it reads the same."""

    text: str


Atom = Words | Apart | Counted | Disguised | In | Range | Where | Opaque


@dataclass(frozen=True, slots=True)
class Lit:
    """An atom, or its contrary."""

    atom: Atom
    positive: bool


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of these, at least."""

    choices: tuple[Formula, ...]


Formula = Lit | And | Or
TRUE = And(())
FALSE = Or(())


def both(*parts: Formula) -> Formula:
    """All of the parts, as flat as can be."""
    flat: list[Formula] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        flat += part.parts if isinstance(part, And) else [part]
    return flat[0] if len(flat) == 1 else And(tuple(dict.fromkeys(flat)))


def either(*choices: Formula) -> Formula:
    """One of the choices, as flat as can be."""
    flat: list[Formula] = []
    for choice in choices:
        if choice == TRUE:
            return TRUE
        flat += choice.choices if isinstance(choice, Or) else [choice]
    return flat[0] if len(flat) == 1 else Or(tuple(dict.fromkeys(flat)))


def negated(formula: Formula) -> Formula:
    """The contrary, with `not` at the atoms only."""
    match formula:
        case And(parts):
            return either(*map(negated, parts))
        case Or(choices):
            return both(*map(negated, choices))
        case Lit(Range(name, low, high), True):
            below = [] if low is None else [Lit(Range(name, None, low - 1), True)]
            above = [] if high is None else [Lit(Range(name, high + 1, None), True)]
            return either(*below, *above)
        case Lit(atom, positive):
            return Lit(atom, not positive)


@dataclass(frozen=True, slots=True)
class Domain:
    """What the world allows: the values of each name that has few, and the fields an item may have texts in."""

    values: Mapping[str, frozenset[str | int | bool]]
    fields: frozenset[str]


class _Chosen(NamedTuple):
    """What has been taken as true and as false so far."""

    words: tuple[Spans, ...] = ()
    no_words: Spans = frozenset()
    values: Mapping[str, tuple[frozenset[str | int | bool] | None, frozenset[str | int | bool]]] = {}
    ranges: Mapping[str, tuple[int | None, int | None]] = {}
    where: tuple[frozenset[str], ...] = ()
    nowhere: frozenset[str] = frozenset()
    held: frozenset[Atom] = frozenset()
    failed: frozenset[Atom] = frozenset()


class _UnknownError(Exception):
    """The search has tried all it may."""


class Logic:
    """Answers about formulas in one world. `covered`: whether each of the first stands only where one of the others."""

    def __init__(self, domain: Domain, covered: Callable[[Spans, Spans], bool]) -> None:
        self._domain = domain
        self._covered = covered
        self._steps = 0

    def can_hold(self, *formulas: Formula, fields: frozenset[str] | None = None) -> bool | None:
        """Whether all of these can hold at once, of an item with texts in these fields only; None if not known."""
        self._steps = 0
        start = _Chosen(nowhere=self._domain.fields - fields) if fields is not None else _Chosen()
        try:
            return self._search(list(formulas), start)
        except _UnknownError:
            return None

    def implies(self, one: Formula, other: Formula, *, fields: frozenset[str] | None = None) -> bool:
        """Whether the other surely holds wherever the one does."""
        return self.can_hold(one, negated(other), fields=fields) is False

    def _search(self, pending: list[Formula], chosen: _Chosen) -> bool:
        self._steps += 1
        if self._steps > STEPS:
            raise _UnknownError
        waiting: list[Or] = []
        now: _Chosen | None = chosen
        pending = list(pending)
        while pending:
            formula = pending.pop()
            match formula:
                case And(parts):
                    pending += parts
                case Or(choices):
                    if not choices:
                        return False
                    waiting.append(formula)
                case Lit(atom, positive):
                    now = self._take(now, atom, positive=positive)
                    if now is None:
                        return False
        assert now is not None
        open_: list[Or] = []
        for choice in waiting:
            left: list[Formula] = []
            for one in choice.choices:
                if not isinstance(one, Lit):
                    left.append(one)
                elif self._settled(now, one):
                    break
                elif self._take(now, one.atom, positive=one.positive) is not None:
                    left.append(one)
            else:
                if not left:
                    return False
                open_.append(Or(tuple(left)))
        if not open_:
            return True
        first = min(open_, key=lambda one: len(one.choices))
        rest: list[Formula] = [one for one in open_ if one is not first]
        return any(self._search([*rest, one], now) for one in first.choices)

    def _settled(self, chosen: _Chosen, one: Lit) -> bool:
        """Whether the literal holds already: its contrary cannot be taken."""
        return one.atom in (chosen.held if one.positive else chosen.failed)

    def _take(self, chosen: _Chosen | None, atom: Atom, *, positive: bool) -> _Chosen | None:
        """The choice with this one added, or None where they cannot hold together."""
        if chosen is None or atom in (chosen.failed if positive else chosen.held):
            return None
        if atom in (chosen.held if positive else chosen.failed):
            return chosen
        if positive:
            chosen = chosen._replace(held=chosen.held | {atom})
        else:
            chosen = chosen._replace(failed=chosen.failed | {atom})
        match atom:
            case Words(spans):
                return self._words(chosen, spans, positive=positive)
            case In(name, values):
                return self._values(chosen, name, values, positive=positive)
            case Range(name, low, high):
                return _ranges(chosen, name, low, high) if positive else chosen
            case Where(fields):
                return self._where(chosen, fields, positive=positive)
            case _:
                held, failed = (
                    (one for one in chosen.held if type(one) is type(atom)),
                    [one for one in chosen.failed if type(one) is type(atom)],
                )
                clash = any(self._entails(one, other) for one in held for other in failed)
                return None if clash else chosen

    def _words(self, chosen: _Chosen, spans: Spans, *, positive: bool) -> _Chosen | None:
        if positive:
            chosen = chosen._replace(words=(*chosen.words, spans))
            return None if self._covered(spans, chosen.no_words) else chosen
        chosen = chosen._replace(no_words=chosen.no_words | spans)
        return None if any(self._covered(one, chosen.no_words) for one in chosen.words) else chosen

    def _values(
        self, chosen: _Chosen, name: str, values: frozenset[str | int | bool], *, positive: bool
    ) -> _Chosen | None:
        allowed, excluded = chosen.values.get(name, (self._domain.values.get(name), frozenset()))
        if positive:
            allowed = values if allowed is None else allowed & values
        else:
            excluded |= values
        if allowed is not None and not allowed - excluded:
            return None
        return chosen._replace(values={**chosen.values, name: (allowed, excluded)})

    def _where(self, chosen: _Chosen, fields: frozenset[str], *, positive: bool) -> _Chosen | None:
        where = (*chosen.where, fields) if positive else chosen.where
        nowhere = chosen.nowhere if positive else chosen.nowhere | fields
        left = self._domain.fields - nowhere
        if not left or any(left.isdisjoint(one) for one in where):
            return None
        return chosen._replace(where=where, nowhere=nowhere)

    def _entails(self, one: Atom, other: Atom) -> bool:
        """Whether the one holds only where the other does."""
        match one, other:
            case Apart(), Apart():
                return (
                    len(other.operands) <= len(one.operands) <= 6
                    and one.within <= other.within
                    and (one.ordered or not other.ordered)
                    and _INSIDE.index(one.inside) >= _INSIDE.index(other.inside)
                    and self._matched(one.operands, other.operands, ordered=other.ordered)
                )
            case Counted(), Counted():
                enough = one.minimum >= other.minimum and (one.distinct or not other.distinct)
                return enough and self._covered(one.spans, other.spans)
            case Disguised(), Disguised():
                return one.mechanisms <= other.mechanisms and one.spans <= other.spans
            case _:
                return one == other

    def _matched(self, one: Sequence[Spans], other: Sequence[Spans], *, ordered: bool) -> bool:
        """Whether each of the other operands has one of its own among the first ones that it holds wherever they do."""
        if ordered:
            return len(one) == len(other) and all(map(self._covered, one, other))
        return any(all(map(self._covered, some, other)) for some in permutations(one, len(other)))


_INSIDE = ("field", "paragraph", "sentence")


def _ranges(chosen: _Chosen, name: str, low: int | None, high: int | None) -> _Chosen | None:
    least, most = chosen.ranges.get(name, (None, None))
    if low is not None:
        least = low if least is None else max(least, low)
    if high is not None:
        most = high if most is None else min(most, high)
    if least is not None and most is not None and least > most:
        return None
    return chosen._replace(ranges={**chosen.ranges, name: (least, most)})
