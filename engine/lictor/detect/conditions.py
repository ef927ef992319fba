"""Whether a condition holds of an item, in three values, and which spans show it.

True, False, or unknown where a signal that was not given decides. A condition that is unknown does not fire a rule, and
an exemption that is unknown does not exempt.

A condition is compiled to functions when it is first needed: one for what it comes to, one for the spans it denotes.
What several conditions share (a lexicon, a detector, a named condition) is a question with a number, asked once an
item: `item[number]` is the answer. What needs a lexicon that has no match in the item is not asked at all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import count
from operator import ge, gt, itemgetter, le, lt, or_
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from lictor.detect.item import Disguises, Item, Key, Passage, Span, Spans, in_order
from lictor.detect.near import EVIDENCE_KEPT, Operands, spans_together
from lictor.detect.needs import Needs
from lictor.policy.models import Condition
from lictor.policy.names import DETECTORS

__all__ = ["ANYTHING", "EVIDENCE_KEPT", "Ask", "Came", "Conditions", "Finding"]

ANYTHING = 1
"""The bit that every item has."""

Came = Spans | frozenset[str] | Literal[False]
"""What a condition came to: spans that show that it holds, the signals without which it is unknown, or False.

What was said once is shared, and never changed.
"""

Ask = Callable[[Item], Came]


class Finding(msgspec.Struct, frozen=True):
    """What a condition came to: its truth, the spans that show it, and the signals that were missing."""

    truth: bool | None
    spans: tuple[Span, ...] = ()
    missing: frozenset[str] = frozenset()


Bits = int
"""What an item has of a policy's terms, a bit each; or some of it."""

T = TypeVar("T")
P = TypeVar("P")
_Denoted = Callable[[Item], Spans]
_Number = int
"""The number of a question, whose answer is remembered for each item."""

_Guarded = tuple[Sequence[Bits], P]
"""A part, and sets of bits: it comes to nothing where an item has none of one of them."""

_REMEMBERED = 256

# What holds without anything to show; and what shows nothing.
_HOLDS: Spans = {}
_NOTHING: Spans = {}


class Conditions:
    """The conditions of one policy. `inline` names the lexicon made of each condition's own `terms`."""

    def __init__(self, named: Mapping[str, Condition], inline: Mapping[int, str], costs: Mapping[Key, float]) -> None:
        self._named = named
        self.inline = inline
        self._known_keys: dict[str, list[Key]] = {}
        for key in costs:
            self._known_keys.setdefault(key[0], []).append(key)
        self._needs = Needs(named, inline, costs, self._keys)
        self._bits: dict[Key, int] = {}
        # By the identity of the condition, which lives as long as the policy does.
        self._asks: dict[int, Ask] = {}
        self.questions: dict[_Number, Callable[[Item], Any]] = {}
        self.numbers: dict[str, _Number] = {}
        self._numbers: dict[Hashable, _Number] = {}
        self._next = count()

    def judge(self, condition: Condition, item: Item) -> Finding:
        """What the condition comes to for the item."""
        came = self.ask(condition)(item)
        if came is False:
            return Finding(False)
        if isinstance(came, frozenset):
            return Finding(None, (), came)
        return Finding(True, self.shown(condition, came, item))

    def ask(self, condition: Condition) -> Ask:
        """The condition compiled."""
        known = self._asks.get(id(condition))
        if known is None:
            known = self._asks[id(condition)] = self._compiled(condition)
        return known

    def unless(self, condition: Condition, cancellers: Iterable[Condition]) -> Ask:
        """The condition, false where a canceller holds, and unknown where one is; asked once an item."""
        return itemgetter(self._question(_unless(self.ask(condition), [*map(self.ask, cancellers)])))

    def shown(self, condition: Condition, came: Spans, item: Item) -> tuple[Span, ...]:
        """What shows that the condition holds, in order of place; of a list alone, in order of the item's fields."""
        places = in_order(came, item) if item.only is None and self._is_list(condition) else sorted(came)
        return tuple([came[place] for place in places])

    def bits(self, keys: Iterable[Key]) -> int:
        """What an item with matches of these keys has, as one number: a bit each, and `ANYTHING`."""
        number = ANYTHING
        for key in keys:
            number |= self._bits.get(key) or self._bits.setdefault(key, ANYTHING << 1 + len(self._bits))
        return number

    def guards(self, condition: Condition) -> tuple[Bits, ...]:
        """Sets of bits: without one of each the condition is false of an item."""
        return tuple(self.bits(keys) ^ ANYTHING for keys in self._needs.of(condition))

    def _keys(self, lexicon: str, strengths: Sequence[str] | None) -> frozenset[Key]:
        known = self._known_keys.get(lexicon, ())
        return frozenset(key for key in known if strengths is None or key[2] in strengths)

    def _is_list(self, condition: Condition) -> bool:
        named = self._named.get(condition.use or "")
        if named is not None:
            return self._is_list(named)
        return condition.operator in ("use", "lexicon", "terms", "mechanism")

    def _compiled(self, condition: Condition) -> Ask:
        match condition.operator:
            case "any":
                return _any_of(Chosen.of([(self.guards(below), self.ask(below)) for below in condition.any_ or ()]))
            case "all":
                return _all_of(self.guards(condition), self._cheap_first(condition.all_ or (), self.ask))
            case "at_least":
                assert condition.at_least is not None
                return _at_least(condition.at_least, [self.ask(below) for below in condition.of or ()])
            case "not":
                assert condition.not_ is not None
                return _not(self.ask(condition.not_))
            case "use" if (named := self._named.get(condition.use or "")) is not None:
                return itemgetter(self._numbered(("asked", condition.use), lambda: self.ask(named)))
            case "use" | "lexicon" | "terms" | "mechanism":
                return _some(self._denoted(condition))
            case "near":
                return self._near(condition)
            case "count" | "distinct":
                below = condition.count or condition.distinct
                assert below is not None
                return _count(condition, self._denoted(below))
            case "same_field":
                assert condition.same_field is not None
                return _same_field(self.ask(condition.same_field))
            case "field":
                wanted = frozenset(condition.field or ())
                return lambda item: False if wanted.isdisjoint(item.passages) else _HOLDS
            case "surface":
                return _one_of("surface", lambda item: item.known.surface, condition.surface or ())
            case "subject":
                return _one_of("subject", lambda item: item.known.subject, condition.subject or ())
            case _:
                return _signal(condition)

    def _near(self, condition: Condition) -> Ask:
        operands = self._cheap_first(condition.near or (), self._leaf_numbers)

        def choose(bits: Bits) -> Operands:
            found = [(at, tuple(_fitting(parts, bits))) for at, parts in operands]
            return tuple(found) if all(numbers for _, numbers in found) else ()

        return _near(condition, Chosen(reduce(or_, [_bits_of(parts) for _, parts in operands]), choose))

    def _denoted(self, condition: Condition) -> _Denoted:
        """The spans of a condition that denotes matches; of two at one place those of what is named first."""
        parts = self._leaf_numbers(condition)
        if len(parts) == 1:
            return itemgetter(parts[0][1])
        return itemgetter(self._numbered(self._leaves(condition), lambda: _union(Chosen.of(parts))))

    def _leaf_numbers(self, condition: Condition) -> list[_Guarded[_Number]]:
        """The questions of what the condition denotes, in order."""
        return [self._leaf_number(leaf) for leaf in self._leaves(condition)]

    def _leaf_number(self, leaf: _Leaf) -> _Guarded[_Number]:
        number = self._numbered(leaf, lambda: _in_each(self._of(leaf)))
        if _is_plain(leaf):
            self.numbers[leaf.name] = number
        return () if leaf.detector else (self.bits(self._keys(leaf.name, leaf.strengths)) ^ ANYTHING,), number

    def _of(self, leaf: _Leaf) -> Callable[[Passage], Spans]:
        name, strengths, disguises, detector = leaf
        if detector:
            return lambda passage: passage.of_detector(name, disguises)
        if _is_plain(leaf):
            return lambda passage: passage.lexicons.get(name, _NOTHING)
        return lambda passage: passage.of_lexicon(name, strengths, disguises)

    def _leaves(self, condition: Condition, disguises: Disguises = ()) -> tuple[_Leaf, ...]:
        """The lexicons and detectors whose matches the condition denotes, in order."""
        name = condition.use or ""
        if name in self._named:
            return self._leaves(self._named[name], disguises)
        if name in DETECTORS:
            return (_Leaf(name, None, disguises, detector=True),)
        if condition.operator in ("use", "lexicon", "terms"):
            lexicon = name or condition.lexicon or self.inline[id(condition)]
            return (_Leaf(lexicon, condition.strength, disguises, detector=False),)
        below: Sequence[Condition] = condition.any_ or ()
        if condition.operator == "mechanism":
            below, disguises = condition.of or (), (*disguises, frozenset(condition.mechanism or ()))
        return tuple(dict.fromkeys(leaf for one in below for leaf in self._leaves(one, disguises)))

    def _numbered(self, key: Hashable, make: Callable[[], Callable[[Item], Any]]) -> _Number:
        """The number of the question of that name, made when it is first needed."""
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = self._question(make())
        return known

    def _question(self, ask: Callable[[Item], Any]) -> _Number:
        number = next(self._next)
        self.questions[number] = ask
        return number

    def _cheap_first(self, conditions: Sequence[Condition], compiled: Callable[[Condition], T]) -> list[tuple[int, T]]:
        """The conditions compiled, each with its place: those that read the text last, before them those that sweep."""
        numbered = sorted(enumerate(conditions), key=lambda one: self._price(one[1]))
        return [(at, compiled(one)) for at, one in numbered]

    def _price(self, condition: Condition) -> int:
        if (named := self._named.get(condition.use or "")) is not None:
            return self._price(named)
        own = 2 if condition.use in DETECTORS else 1 if condition.operator in ("near", "count", "distinct") else 0
        return max([own, *map(self._price, condition.children())])


class _Leaf(NamedTuple):
    """What denotes matches by itself: the terms of a lexicon, of these strengths where any are named, or a detector."""

    name: str
    strengths: Sequence[str] | None
    disguises: Disguises
    detector: bool


class Chosen(dict[Bits, T]):
    """What to ask of an item, by its bits of `mask`: chosen when it is first asked for, and remembered."""

    __slots__ = ("_choose", "mask")

    def __init__(self, mask: Bits, choose: Callable[[Bits], T]) -> None:
        super().__init__()
        self.mask, self._choose = mask, choose

    @classmethod
    def of(cls, parts: Sequence[_Guarded[P]]) -> Chosen[list[P]]:
        """Those of the parts, in order, that an item with such bits may have something of."""
        return Chosen(_bits_of(parts), lambda bits: _fitting(parts, bits))

    def __missing__(self, bits: Bits) -> T:
        if len(self) >= _REMEMBERED:
            self.clear()
        chosen = self[bits] = self._choose(bits)
        return chosen


def _bits_of(parts: Iterable[_Guarded[Any]]) -> Bits:
    return reduce(or_, (guard for guards, _ in parts for guard in guards), 0)


def _fitting(parts: Iterable[_Guarded[P]], bits: Bits) -> list[P]:
    return [part for guards, part in parts if all(bits & guard for guard in guards)]


def _is_plain(leaf: _Leaf) -> bool:
    return not leaf.detector and leaf.strengths is None and not leaf.disguises


# --- what conditions come to -----------------------------------------------------------------------------------------


def _any_of(chosen: Chosen[list[Ask]]) -> Ask:
    mask = chosen.mask

    def ask(item: Item) -> Came:
        parts = chosen[item.bits & mask]
        if len(parts) == 1:
            return parts[0](item)
        return _either([part(item) for part in parts]) if parts else False

    return ask


def _all_of(guards: Sequence[Bits], parts: Sequence[tuple[int, Ask]]) -> Ask:
    def ask(item: Item) -> Came:
        there = item.bits
        for guard in guards:
            if not there & guard:
                return False
        every: list[Came] = [False] * len(parts)
        sure = True
        for at, part in parts:
            came = every[at] = part(item)
            if came is False:
                return False
            sure = sure and isinstance(came, dict)
        return _shown(every) if sure else _missing(every)

    return ask


def _at_least(number: int, parts: Sequence[Ask]) -> Ask:
    def ask(item: Item) -> Came:
        came = [one for one in [part(item) for part in parts] if one is not False]
        if len(came) < number:
            return False
        sure = [one for one in came if isinstance(one, dict)]
        return _shown(sure) if len(sure) >= number else _missing(came)

    return ask


def _not(inner: Ask) -> Ask:
    def ask(item: Item) -> Came:
        came = inner(item)
        return _HOLDS if came is False else came if isinstance(came, frozenset) else False

    return ask


def _unless(when: Ask, cancellers: Sequence[Ask]) -> Ask:
    def ask(item: Item) -> Came:
        came = when(item)
        if not isinstance(came, dict):
            return came
        cancelled = [canceller(item) for canceller in cancellers]
        return False if any(isinstance(one, dict) for one in cancelled) else _missing(cancelled) or came

    return ask


def _some(denoted: _Denoted) -> Ask:
    def ask(item: Item) -> Came:
        found = denoted(item)
        if len(found) > EVIDENCE_KEPT:
            return {place: found[place] for place in in_order(found, item)[:EVIDENCE_KEPT]}
        return found or False

    return ask


def _near(condition: Condition, operands: Chosen[Operands]) -> Ask:
    assert condition.within is not None
    inside, within, ordered, mask = condition.inside, condition.within, condition.ordered, operands.mask

    def ask(item: Item) -> Came:
        passage = item.only
        if passage is None:
            return _kept(_shown([ask(here) for here in item.apart()]))
        some = operands[item.bits & mask]
        if not some:
            return False
        return _kept(spans_together(passage, item, some, inside=inside, within=within, ordered=ordered))

    return ask


def _kept(found: Spans) -> Came:
    """As many of the spans as are kept, in order of place; False where there is none."""
    if len(found) > EVIDENCE_KEPT:
        return {place: found[place] for place in sorted(found)[:EVIDENCE_KEPT]}
    return found or False


def _count(condition: Condition, denoted: _Denoted) -> Ask:
    assert condition.minimum is not None
    minimum, distinct = condition.minimum, condition.distinct is not None

    def ask(item: Item) -> Came:
        found = denoted(item)
        if len(found) < minimum:
            return False
        apart = _apart(found.values())
        seen = len({span.match.term for span in apart}) if distinct else len(apart)
        return {span.place: span for span in apart[:EVIDENCE_KEPT]} if seen >= minimum else False

    return ask


def _same_field(inner: Ask) -> Ask:
    return lambda item: _either([inner(here) for here in item.apart()])


def _one_of(name: str, value_of: Callable[[Item], str | None], wanted: Sequence[str]) -> Ask:
    unknown = frozenset({name})

    def ask(item: Item) -> Came:
        value = value_of(item)
        return unknown if value is None else _HOLDS if value in wanted else False

    return ask


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "above": gt,
    "below": lt,
    "at_least": ge,
    "at_most": le,
}


def _signal(condition: Condition) -> Ask:
    ((name, wanted),) = condition.signals.items()
    unknown = frozenset({name})

    def ask(item: Item) -> Came:
        value = item.known.signals.get(name)
        if value is None:
            return unknown
        if isinstance(wanted, Mapping):
            holds = all(_COMPARE[how](value, bound) for how, bound in wanted.items())
        else:
            holds = value in wanted if isinstance(wanted, list | tuple) else value == wanted
        return _HOLDS if holds else False

    return ask


def _either(parts: Sequence[Came]) -> Came:
    came = [one for one in parts if one is not False]
    if len(came) < 2:
        return came[0] if came else False
    sure = [one for one in came if isinstance(one, dict)]
    return _shown(sure) if sure else _missing(came)


def _shown(parts: Sequence[Came]) -> Spans:
    """What shows those that hold, together; of two spans at one place the later part's."""
    found = [came for came in parts if came and isinstance(came, dict)]
    if len(found) < 2:
        return found[0] if found else _HOLDS
    shown = found[0].copy()
    for came in found[1:]:
        shown.update(came)
    return shown


def _missing(parts: Sequence[Came]) -> frozenset[str]:
    unknown = [came for came in parts if isinstance(came, frozenset)]
    return frozenset().union(*unknown) if unknown else frozenset()


# --- spans -----------------------------------------------------------------------------------------------------------


def _in_each(of: Callable[[Passage], Spans]) -> _Denoted:
    def denoted(item: Item) -> Spans:
        if item.only is not None:
            return of(item.only)
        found: Spans = {}
        for passage in item.passages.values():
            found.update(of(passage))
        return found

    return denoted


def _union(chosen: Chosen[list[_Number]]) -> _Denoted:
    mask = chosen.mask

    def denoted(item: Item) -> Spans:
        found: Spans = {}
        for part in reversed(chosen[item.bits & mask]):
            found.update(item[part])
        return found

    return denoted


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans without those that overlap an earlier, longer one: one occurrence counts once."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.field, s.start, -s.end)):
        if not kept or kept[-1].field != span.field or kept[-1].end <= span.start:
            kept.append(span)
    return kept
