"""What conditions come to, read slowly: every choice of matches is tried, and nothing is remembered or left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, permutations, product
from typing import NamedTuple

from lictor.detect.item import Known
from lictor.match import DETECTORS, Match
from lictor.policy.models import Condition
from lictor.text.reading import symbols_before

ENDS = {"paragraph": "[\n\r\u2028\u2029]", "sentence": "[\n\r\u2028\u2029。！？!?；;]"}
COMPARE = {
    "above": lambda value, bound: value > bound,
    "below": lambda value, bound: value < bound,
    "at_least": lambda value, bound: value >= bound,
    "at_most": lambda value, bound: value <= bound,
}


class Found(NamedTuple):
    """A match in a field; `order` tells matches at one place apart."""

    field: str
    start: int
    end: int
    match: Match


class Reading(NamedTuple):
    """Truth, spans that may show it, and the signals without which it is unknown."""

    truth: bool | None
    spans: frozenset[tuple[str, int, int]] = frozenset()
    missing: frozenset[str] = frozenset()


class Reference:
    """Reads the conditions of one policy; `inline` names the lexicon made of each condition's own terms."""

    def __init__(self, named: Mapping[str, Condition], inline: Mapping[int, str]) -> None:
        self.named, self.inline = named, inline

    def read(self, node: Condition, known: Known, fields: Mapping[str, Sequence[Match]]) -> Reading:
        """What the condition comes to, in an item of these fields with these matches."""
        below = [] if node.operator in ("near", "count", "distinct", "mechanism") else node.children()
        parts = [self.read(one, known, fields) for one in below if node.operator != "same_field"]
        match node.operator:
            case "any":
                return _at_least(1, parts)
            case "all":
                return _at_least(len(parts), parts)
            case "at_least":
                return _at_least(node.at_least, parts)
            case "not":
                (part,) = parts
                return Reading(None if part.truth is None else not part.truth, missing=part.missing)
            case "same_field":
                each = [self.read(node.same_field, known, {name: some}) for name, some in fields.items()]
                return _at_least(1, each)
            case "use" if node.use in self.named:
                return self.read(self.named[node.use], known, fields)
            case "use" | "lexicon" | "terms" | "mechanism":
                return _shown(self.denoted(node, known, fields))
            case "near":
                return _shown([span for chain in self.chains(node, known, fields) for span in chain])
            case "count":
                apart = _apart(self.denoted(node.count, known, fields))
                return _shown(apart) if len(apart) >= node.minimum else Reading(truth=False)
            case "distinct":
                apart = _apart(self.denoted(node.distinct, known, fields))
                return _shown(apart) if len({s.match.term for s in apart}) >= node.minimum else Reading(truth=False)
            case "field":
                return Reading(bool(set(node.field) & set(fields)))
            case "surface" | "subject":
                value = getattr(known, node.operator)
                return _signal(node.operator, value, value in getattr(node, node.operator))
            case _:
                ((name, wanted),) = node.signals.items()
                value = known.signals.get(name)
                return _signal(name, value, value is not None and _is_so(value, wanted))

    def denoted(self, node: Condition, known: Known, fields: Mapping[str, Sequence[Match]]) -> list[Found]:
        """The matches a condition denotes, one a place: of what is named first."""
        found: dict[tuple[str, int, int], Found] = {}
        for one in self._each(node, known, fields):
            found.setdefault(one[:3], one)
        return list(found.values())

    def chains(self, node: Condition, known: Known, fields: Mapping[str, Sequence[Match]]) -> Iterator[Sequence[Found]]:
        """Every choice of one match of each operand that stands together."""
        operands = [self.denoted(one, known, fields) for one in node.near]
        for chosen in product(*operands):
            if len({one.field for one in chosen}) == 1 and self._is_together(node, known, chosen):
                yield chosen

    def _is_together(self, node: Condition, known: Known, chosen: Sequence[Found]) -> bool:
        text = known.texts[chosen[0].field]
        ends = [] if node.inside == "field" else [end.start() for end in re.finditer(ENDS[node.inside], text)]
        if len({sum(end <= one.start for end in ends) for one in chosen}) > 1:
            return False
        bare = symbols_before(text)
        for order in [chosen] if node.ordered else permutations(chosen):
            if all(0 <= bare[b.start] - bare[a.end] <= node.within for a, b in pairwise(order)):
                return True
        return False

    def _each(self, node: Condition, known: Known, fields: Mapping[str, Sequence[Match]]) -> Iterator[Found]:
        if node.use in self.named:
            yield from self._each(self.named[node.use], known, fields)
        elif node.use in DETECTORS:
            for name in fields:
                yield from (Found(name, m.start, m.end, m) for m in DETECTORS[node.use](known.texts[name]))
        elif node.operator in ("use", "lexicon", "terms"):
            lexicon = node.use or node.lexicon or self.inline[id(node)]
            for name, matches in fields.items():
                for one in matches:
                    if one.key[0] == lexicon and (node.strength is None or one.key[2] in node.strength):
                        yield Found(name, one.start, one.end, one)
        elif node.operator == "mechanism":
            for one in (span for below in node.of for span in self._each(below, known, fields)):
                if set(one.match.mechanisms) & set(node.mechanism):
                    yield one
        else:
            yield from (span for below in node.any_ or () for span in self._each(below, known, fields))


def _at_least(number: int, parts: Sequence[Reading]) -> Reading:
    if sum(part.truth is True for part in parts) >= number:
        return Reading(True, frozenset().union(*[part.spans for part in parts if part.truth]))
    if sum(part.truth is not False for part in parts) >= number:
        return Reading(None, missing=frozenset().union(*[part.missing for part in parts]))
    return Reading(truth=False)


def _shown(found: Sequence[Found]) -> Reading:
    return Reading(bool(found), frozenset(one[:3] for one in found))


def _signal(name: str, value: object, holds: bool) -> Reading:
    return Reading(None, missing=frozenset({name})) if value is None else Reading(holds)


def _is_so(value: object, wanted: object) -> bool:
    if isinstance(wanted, Mapping):
        return all(COMPARE[how](value, bound) for how, bound in wanted.items())
    return value in wanted if isinstance(wanted, list | tuple) else value == wanted


def _apart(found: Sequence[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in sorted(found, key=lambda span: (span.field, span.start, -span.end)):
        if all(one.field != other.field or other.end <= one.start for other in kept):
            kept.append(one)
    return kept
