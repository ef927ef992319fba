"""Whether a condition holds of an item, in three values, and which spans show it.

True, False, or None where a signal that was not given decides. A condition that is unknown does not fire a rule, and
an exemption that is unknown does not exempt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lictor.detect.item import Item, Span
from lictor.detect.near import chains
from lictor.policy.models import Condition
from lictor.policy.names import DETECTORS

__all__ = ["EVIDENCE_KEPT", "Finding", "Judge"]

EVIDENCE_KEPT = 100
"""Spans kept for one condition of one item; where there are more, the decision says that it was cut."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a condition came to: its truth, the spans that show it, and the signals that were missing."""

    truth: bool | None
    spans: tuple[Span, ...] = ()
    missing: frozenset[str] = frozenset()


_FALSE = Finding(False)


class Judge:
    """Evaluates the conditions of one policy. `inline` names the lexicon made of each condition's own `terms`."""

    def __init__(self, named: Mapping[str, Condition], inline: Mapping[int, str]) -> None:
        self._named = named
        self._inline = inline

    def judge(self, condition: Condition, item: Item) -> Finding:
        """What the condition comes to for the item."""
        operator = condition.operator
        match operator:
            case "any" | "all" | "at_least":
                return self._combine(condition, item)
            case "not":
                assert condition.not_ is not None
                inner = self.judge(condition.not_, item)
                return Finding(None if inner.truth is None else not inner.truth, (), inner.missing)
            case "use" if (named := self._named.get(condition.use or "")) is not None:
                return self.judge(named, item)
            case "use" | "lexicon" | "terms" | "mechanism":
                spans = self.spans(condition, item)
                return Finding(bool(spans), tuple(spans[:EVIDENCE_KEPT]))
            case "near":
                return self._near(condition, item)
            case "count" | "distinct":
                return self._count(condition, item)
            case "same_field":
                assert condition.same_field is not None
                parts = [self.judge(condition.same_field, item.within((name,))) for name in item.passages]
                return _either(parts)
            case "field":
                assert condition.field is not None
                return Finding(any(name in condition.field for name in item.passages))
            case "surface":
                return _one_of("surface", item.known.surface, condition.surface)
            case "subject":
                return _one_of("subject", item.known.subject, condition.subject)
            case _:
                return self._signal(condition, item)

    def spans(self, condition: Condition, item: Item) -> list[Span]:
        """Every span of a condition that denotes matches, in order of field and place, without doubles."""
        found: dict[tuple[str, int, int], Span] = {}
        for span in self._each_span(condition, item):
            found.setdefault(span.place, span)
        order = {name: at for at, name in enumerate(item.passages)}
        return sorted(found.values(), key=lambda s: (order[s.field], s.match.start, s.match.end))

    def _each_span(self, condition: Condition, item: Item) -> Iterable[Span]:
        operator = condition.operator
        name = condition.use or ""
        if name in self._named:
            yield from self._each_span(self._named[name], item)
        elif name in DETECTORS:
            for passage in item.passages.values():
                yield from passage.of_detector(name)
        elif operator in ("use", "lexicon", "terms"):
            lexicon = name or condition.lexicon or self._inline[id(condition)]
            for passage in item.passages.values():
                yield from passage.of_lexicon(lexicon, condition.strength)
        elif operator == "mechanism":
            assert condition.mechanism is not None
            wanted = set(condition.mechanism)
            for below in condition.of or ():
                yield from (s for s in self._each_span(below, item) if wanted.intersection(s.match.mechanisms))
        else:
            for below in condition.any_ or ():
                yield from self._each_span(below, item)

    def _combine(self, condition: Condition, item: Item) -> Finding:
        if condition.any_ is not None:
            return _either([self.judge(below, item) for below in condition.any_])
        if condition.all_ is not None:
            parts = []
            for below in condition.all_:
                part = self.judge(below, item)
                if part.truth is False:
                    return _FALSE
                parts.append(part)
            return _join(parts, truth=None if any(p.truth is None for p in parts) else True)
        assert condition.of is not None
        assert condition.at_least is not None
        parts = [self.judge(below, item) for below in condition.of]
        sure = sum(part.truth is True for part in parts)
        possible = sum(part.truth is not False for part in parts)
        return _join(
            parts, truth=True if sure >= condition.at_least else None if possible >= condition.at_least else False
        )

    def _near(self, condition: Condition, item: Item) -> Finding:
        assert condition.near is not None
        assert condition.within is not None
        found: dict[tuple[str, int, int], Span] = {}
        for name, passage in item.passages.items():
            here = item.within((name,))
            kinds = []
            for operand in condition.near:
                kinds.append(self.spans(operand, here))
                if not kinds[-1]:
                    break
            else:
                every = chains(
                    passage, kinds, within=condition.within, ordered=condition.ordered, inside=condition.inside
                )
                for chain in islice(every, EVIDENCE_KEPT):
                    found.update((span.place, span) for span in chain)
        return Finding(bool(found), tuple(sorted(found.values(), key=lambda s: s.place)[:EVIDENCE_KEPT]))

    def _count(self, condition: Condition, item: Item) -> Finding:
        below = condition.count or condition.distinct
        assert below is not None
        assert condition.minimum is not None
        spans = _apart(self.spans(below, item))
        seen = len({span.match.term for span in spans}) if condition.distinct is not None else len(spans)
        return Finding(True, tuple(spans[:EVIDENCE_KEPT])) if seen >= condition.minimum else _FALSE

    def _signal(self, condition: Condition, item: Item) -> Finding:
        ((name, wanted),) = condition.signals.items()
        value = item.known.signals.get(name)
        if value is None:
            return Finding(None, (), frozenset({name}))
        if isinstance(wanted, Mapping):
            return Finding(all(_COMPARE[how](value, bound) for how, bound in wanted.items()))
        return Finding(value in wanted if isinstance(wanted, list | tuple) else value == wanted)


_COMPARE: Mapping[str, Any] = {
    "above": lambda value, bound: value > bound,
    "below": lambda value, bound: value < bound,
    "at_least": lambda value, bound: value >= bound,
    "at_most": lambda value, bound: value <= bound,
}


def _one_of(name: str, value: str | None, wanted: tuple[str, ...] | None) -> Finding:
    assert wanted is not None
    return Finding(None, (), frozenset({name})) if value is None else Finding(value in wanted)


def _either(parts: list[Finding]) -> Finding:
    if any(part.truth is True for part in parts):
        return _join(parts, truth=True)
    return _join(parts, truth=None if any(part.truth is None for part in parts) else False)


def _join(parts: list[Finding], *, truth: bool | None) -> Finding:
    if truth is False:
        return _FALSE
    shown = {s.place: s for part in parts if part.truth is True for s in part.spans}
    missing = frozenset().union(*(part.missing for part in parts)) if truth is None else frozenset()
    return Finding(truth, tuple(sorted(shown.values(), key=lambda span: span.place)), missing)


def _apart(spans: list[Span]) -> list[Span]:
    """The spans without those that overlap an earlier, longer one: one occurrence counts once."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.field, s.match.start, -s.match.end)):
        if not kept or kept[-1].field != span.field or kept[-1].match.end <= span.match.start:
            kept.append(span)
    return kept
