"""Whether a condition holds of an item, in three values, and which spans show it.

True, False, or None where a signal that was not given decides. A condition that is unknown does not fire a rule, and
an exemption that is unknown does not exempt.

A condition is compiled to functions when it is first needed: one for its truth, one for the spans it denotes. What
several conditions share (a lexicon, a named condition) is one function, asked once an item.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import count, islice
from typing import Any, TypeVar

import msgspec

from lictor.detect.item import Item, Place, Span
from lictor.detect.near import chains
from lictor.detect.needs import Needs
from lictor.policy.models import Condition
from lictor.policy.names import DETECTORS

__all__ = ["EVIDENCE_KEPT", "FALSE", "Conditions", "Finding"]

EVIDENCE_KEPT = 100
"""Spans kept for one condition of one item; where there are more, the decision says that it was cut."""


class Finding(msgspec.Struct, frozen=True):
    """What a condition came to: its truth, the spans that show it, and the signals that were missing."""

    truth: bool | None
    spans: tuple[Span, ...] = ()
    missing: frozenset[str] = frozenset()


FALSE = Finding(False)
_TRUE = Finding(True)

# The bit that every item has.
_ANYTHING = 1

T = TypeVar("T")
_Truth = Callable[[Item], Finding]
_Guard = int
_Spans = Callable[[Item], Sequence[Span]]


class Conditions:
    """The conditions of one policy. `inline` names the lexicon made of each condition's own `terms`."""

    def __init__(self, named: Mapping[str, Condition], inline: Mapping[int, str], needs: Needs) -> None:
        self._named = named
        self._inline = inline
        self._needs = needs
        self._bits: dict[str, int] = {}
        # By the identity of the condition, which lives as long as the policy does.
        self._truths: dict[int, _Truth] = {}
        self._places: dict[int, _Spans] = {}
        self._shared: dict[Hashable, Callable[[Item], Any]] = {}
        self._numbers = count()

    def judge(self, condition: Condition, item: Item) -> Finding:
        """What the condition comes to for the item."""
        return self._truth(condition)(item)

    def bits(self, lexicons: Iterable[str]) -> int:
        """What an item with these lexicons has, as one number: a bit each, and `_ANYTHING`."""
        number = _ANYTHING
        for name in lexicons:
            number |= self._bits.get(name) or self._bits.setdefault(name, _ANYTHING << 1 + len(self._bits))
        return number

    def _guards(self, condition: Condition) -> tuple[_Guard, ...]:
        """Sets of bits of which an item must have one each, or there is no need to ask the condition."""
        return tuple(self.bits(names) ^ _ANYTHING for names in self._needs.of(condition))

    def _guard(self, condition: Condition) -> _Guard:
        """The set that says most."""
        names = self._needs.best(self._needs.of(condition))
        return _ANYTHING if names is None else self.bits(names) ^ _ANYTHING

    def _truth(self, condition: Condition) -> _Truth:
        known = self._truths.get(id(condition))
        if known is None:
            known = self._truths[id(condition)] = self._compiled(condition)
        return known

    def _compiled(self, condition: Condition) -> _Truth:
        match condition.operator:
            case "any":
                return _any_of([(self._guard(below), self._truth(below)) for below in condition.any_ or ()])
            case "all":
                return _all_of(self._cheap_first(condition.all_ or (), self._truth))
            case "at_least":
                assert condition.at_least is not None
                return _at_least(condition.at_least, [self._truth(below) for below in condition.of or ()])
            case "not":
                assert condition.not_ is not None
                return _not(self._truth(condition.not_))
            case "use" if (named := self._named.get(condition.use or "")) is not None:
                return self._once(("truth", condition.use), lambda: self._truth(named))
            case "use" | "lexicon" | "terms" | "mechanism":
                return _some(self._spans(condition))
            case "near":
                return _near(condition, self._guards(condition), self._cheap_first(condition.near or (), self._spans))
            case "count" | "distinct":
                below = condition.count or condition.distinct
                assert below is not None
                return _count(condition, self._spans(below))
            case "same_field":
                assert condition.same_field is not None
                return _same_field(self._truth(condition.same_field))
            case "field":
                wanted = frozenset(condition.field or ())
                return lambda item: FALSE if wanted.isdisjoint(item.passages) else _TRUE
            case "surface":
                return _one_of("surface", lambda item: item.known.surface, condition.surface or ())
            case "subject":
                return _one_of("subject", lambda item: item.known.subject, condition.subject or ())
            case _:
                return _signal(condition)

    def _spans(self, condition: Condition) -> _Spans:
        """Every span of a condition that denotes matches, in order of field and place, without doubles."""
        known = self._places.get(id(condition))
        if known is None:
            key = condition.model_dump_json(exclude_unset=True)
            known = self._once(("places", key), lambda: _in_order(self._each(condition)))
            self._places[id(condition)] = known
        return known

    def _each(self, condition: Condition) -> _Spans:
        """The spans of a condition as they are found: doubles stand one after the other, lexicon by lexicon."""
        name = condition.use or ""
        if name in self._named:
            return self._once(("use", name), lambda: self._each(self._named[name]))
        if name in DETECTORS:
            return self._once(("detector", name), lambda: _of_detector(name))
        if condition.operator in ("use", "lexicon", "terms"):
            lexicon = name or condition.lexicon or self._inline[id(condition)]
            strengths = condition.strength
            return self._once(("lexicon", lexicon, strengths), lambda: _of_lexicon(lexicon, strengths))
        if condition.operator == "mechanism":
            return _with_mechanism(frozenset(condition.mechanism or ()), self._joined(condition.of or ()))
        return self._joined(condition.any_ or ())

    def _joined(self, conditions: Iterable[Condition]) -> _Spans:
        parts = [(self._guard(below), self._each(below)) for below in conditions]
        return parts[0][1] if len(parts) == 1 else _all_parts(parts)

    def _once(self, key: Hashable, make: Callable[[], Callable[[Item], T]]) -> Callable[[Item], T]:
        """The function of that name, asked at most once an item."""
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = _remembered(next(self._numbers), make())
        return known

    def _cheap_first(self, conditions: Sequence[Condition], compiled: Callable[[Condition], T]) -> list[tuple[int, T]]:
        """The conditions compiled, each with its place in the list: those that ask a detector come last."""
        order = sorted(range(len(conditions)), key=lambda at: self._asks_detector(conditions[at]))
        return [(at, compiled(conditions[at])) for at in order]

    def _asks_detector(self, condition: Condition) -> bool:
        if (named := self._named.get(condition.use or "")) is not None:
            return self._asks_detector(named)
        return condition.use in DETECTORS or any(map(self._asks_detector, condition.children()))


# --- truths ----------------------------------------------------------------------------------------------------------


def _remembered(number: int, ask: Callable[[Item], T]) -> Callable[[Item], T]:
    def asked(item: Item) -> T:
        said: T | None = item.said.get(number)
        if said is None:
            said = item.said[number] = ask(item)
        return said

    return asked


def _any_of(parts: Sequence[tuple[_Guard, _Truth]]) -> _Truth:
    def truth(item: Item) -> Finding:
        there = item.bits
        found = [part(item) for guard, part in parts if there & guard]
        return _either(found) if found else FALSE

    return truth


def _all_of(parts: Sequence[tuple[int, _Truth]]) -> _Truth:
    def truth(item: Item) -> Finding:
        found = []
        for at, part in parts:
            one = part(item)
            if one.truth is False:
                return FALSE
            found.append((at, one))
        found.sort(key=operator.itemgetter(0))
        every = [one for _, one in found]
        return _join(every, truth=None if any(one.truth is None for one in every) else True)

    return truth


def _at_least(number: int, parts: Sequence[_Truth]) -> _Truth:
    def truth(item: Item) -> Finding:
        found = [part(item) for part in parts]
        sure = sum(one.truth is True for one in found)
        possible = sum(one.truth is not False for one in found)
        return _join(found, truth=True if sure >= number else None if possible >= number else False)

    return truth


def _not(inner: _Truth) -> _Truth:
    def truth(item: Item) -> Finding:
        found = inner(item)
        return Finding(None if found.truth is None else not found.truth, (), found.missing)

    return truth


def _some(spans: _Spans) -> _Truth:
    def truth(item: Item) -> Finding:
        found = spans(item)
        return Finding(True, tuple(found[:EVIDENCE_KEPT])) if found else FALSE

    return truth


def _near(condition: Condition, guards: Sequence[_Guard], operands: Sequence[tuple[int, _Spans]]) -> _Truth:
    assert condition.within is not None
    within, ordered, inside = condition.within, condition.ordered, condition.inside

    def truth(item: Item) -> Finding:
        there = item.bits
        for guard in guards:
            if not there & guard:
                return FALSE
        found: dict[Place, Span] = {}
        for passage, here in item.apart():
            kinds: list[Sequence[Span]] = [()] * len(operands)
            for at, spans in operands:
                kinds[at] = spans(here)
                if not kinds[at]:
                    break
            else:
                for chain in islice(
                    chains(passage, kinds, within=within, ordered=ordered, inside=inside), EVIDENCE_KEPT
                ):
                    found.update((span[:3], span) for span in chain)
        return Finding(True, tuple(_by_place(found)[:EVIDENCE_KEPT])) if found else FALSE

    return truth


def _count(condition: Condition, spans: _Spans) -> _Truth:
    assert condition.minimum is not None
    minimum, distinct = condition.minimum, condition.distinct is not None

    def truth(item: Item) -> Finding:
        found = spans(item)
        if len(found) < minimum:
            return FALSE
        apart = _apart(found)
        seen = len({span.match.term for span in apart}) if distinct else len(apart)
        return Finding(True, tuple(apart[:EVIDENCE_KEPT])) if seen >= minimum else FALSE

    return truth


def _same_field(inner: _Truth) -> _Truth:
    return lambda item: _either([inner(here) for _, here in item.apart()])


def _one_of(name: str, value_of: Callable[[Item], str | None], wanted: Sequence[str]) -> _Truth:
    unknown = Finding(None, (), frozenset({name}))

    def truth(item: Item) -> Finding:
        value = value_of(item)
        return unknown if value is None else _TRUE if value in wanted else FALSE

    return truth


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "above": operator.gt,
    "below": operator.lt,
    "at_least": operator.ge,
    "at_most": operator.le,
}


def _signal(condition: Condition) -> _Truth:
    ((name, wanted),) = condition.signals.items()
    unknown = Finding(None, (), frozenset({name}))

    def truth(item: Item) -> Finding:
        value = item.known.signals.get(name)
        if value is None:
            return unknown
        if isinstance(wanted, Mapping):
            holds = all(_COMPARE[how](value, bound) for how, bound in wanted.items())
        else:
            holds = value in wanted if isinstance(wanted, list | tuple) else value == wanted
        return _TRUE if holds else FALSE

    return truth


def _either(parts: list[Finding]) -> Finding:
    if any(part.truth is True for part in parts):
        return _join(parts, truth=True)
    return _join(parts, truth=None if any(part.truth is None for part in parts) else False)


def _join(parts: list[Finding], *, truth: bool | None) -> Finding:
    if truth is False:
        return FALSE
    shown = {s[:3]: s for part in parts if part.truth is True for s in part.spans}
    missing = frozenset().union(*(part.missing for part in parts)) if truth is None else frozenset()
    return Finding(truth, tuple(_by_place(shown)), missing)


# --- spans -----------------------------------------------------------------------------------------------------------


def _of_lexicon(lexicon: str, strengths: Sequence[str] | None) -> _Spans:
    return lambda item: [span for p in item.passages.values() for span in p.of_lexicon(lexicon, strengths)]


def _of_detector(detector: str) -> _Spans:
    return lambda item: [span for p in item.passages.values() for span in p.of_detector(detector)]


def _all_parts(parts: Sequence[tuple[_Guard, _Spans]]) -> _Spans:
    def spans(item: Item) -> Sequence[Span]:
        there = item.bits
        return [span for guard, part in parts if there & guard for span in part(item)]

    return spans


def _with_mechanism(wanted: frozenset[str], each: _Spans) -> _Spans:
    return lambda item: [span for span in each(item) if not wanted.isdisjoint(span.match.mechanisms)]


def _in_order(each: _Spans) -> _Spans:
    def spans(item: Item) -> Sequence[Span]:
        found = each(item)
        if len(found) < 2:
            return found
        first = {span[:3]: span for span in reversed(found)}
        if len(item.passages) == 1:
            return _by_place(first)
        order = {name: at for at, name in enumerate(item.passages)}
        return sorted(first.values(), key=lambda span: (order[span.field], span.start, span.end))

    return spans


def _by_place(spans: Mapping[Place, Span]) -> list[Span]:
    return [spans[place] for place in sorted(spans)]


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans without those that overlap an earlier, longer one: one occurrence counts once."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.field, s.start, -s.end)):
        if not kept or kept[-1].field != span.field or kept[-1].end <= span.start:
            kept.append(span)
    return kept
