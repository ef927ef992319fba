"""Why a rule fired or did not: its condition as a tree, each part with what it came to and what it saw.

A part is true, false or unknown (a signal that was not given decides). What was found for it is in `spans`; `saw` says
it in words. Parts that cannot have decided are left out, so that a wide condition does not bury the one that did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lictor.author.plain import condition_in_words
from lictor.detect import CompiledPolicy
from lictor.detect.item import Item, Passage, Span, know
from lictor.detect.near import chains
from lictor.facts import Content
from lictor.policy.models import Condition, Rule
from lictor.policy.names import DETECTORS

__all__ = ["Excuse", "Part", "Why", "why"]

_MOST = 12
_DEEPEST = 8
_FARTHEST = 10_000
_INSIDE = {"field": "", "paragraph": " in one paragraph", "sentence": " in one sentence"}


@dataclass(frozen=True, slots=True)
class Part:
    """A condition in words, its truth (None: unknown), what it saw, the spans that show it, and its own parts."""

    words: str
    truth: bool | None
    saw: str = ""
    spans: tuple[Span, ...] = ()
    parts: tuple[Part, ...] = ()

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Part]]:
        """The part and all below it, each with its depth."""
        yield depth, self
        for below in self.parts:
            yield from below.walk(depth + 1)


@dataclass(frozen=True, slots=True)
class Excuse:
    """An exemption the rule names: whether it excuses, what it asks for, and what would cancel it."""

    name: str
    truth: bool | None
    when: Part
    cancelled_by: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """What a rule's condition came to, and its exemptions; `when` is None where no field it judges was given."""

    when: Part | None
    excuses: tuple[Excuse, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        """Everything the condition found, whether or not that was enough."""
        found = {} if self.when is None else {span.place: span for _, part in self.when.walk() for span in part.spans}
        return tuple(found[place] for place in sorted(found))


def why(compiled: CompiledPolicy, rule: Rule, content: Content) -> Why:
    """What that rule made of the content, excuses included."""
    known = know(compiled.policy, content)
    finders = (compiled.anchors, compiled.others)
    passages = {
        name: Passage(name, text, [match for finder in finders for match in finder.find(text, overlap="all")])
        for name, text in known.texts.items()
    }
    whole = Item(known, passages, compiled.conditions)
    view = whole if rule.fields is None else whole.within(rule.fields)
    reader = _Reader(compiled)
    when = reader.part(rule.when, view) if view.passages else None
    return Why(when, tuple(reader.excuse(name, whole) for name in rule.unless))


class _Reader:
    def __init__(self, compiled: CompiledPolicy) -> None:
        self.compiled = compiled
        self.document = compiled.policy.document

    def excuse(self, name: str, item: Item) -> Excuse:
        exemption = self.document.exemptions[name]
        when = self.part(exemption.when, item)
        cancellers = tuple(
            replace(self.part(self.document.cancellers[one], item), words=f"`{one}`") for one in exemption.cancelled_by
        )
        truth = when.truth
        if truth and any(one.truth is not False for one in cancellers):
            truth = False if any(one.truth for one in cancellers) else None
        return Excuse(name, truth, when, cancellers)

    def part(self, condition: Condition, item: Item, depth: int = 0) -> Part:
        """What the condition came to for the item."""
        named = self.document.conditions.get(condition.use or "")
        if named is not None and depth < _DEEPEST:
            inner = self.part(named, item, depth + 1)
            words = f"`{condition.use}`: {inner.words}" if inner.parts or not inner.spans else f"`{condition.use}`"
            return replace(inner, words=words)
        finding = self.compiled.conditions.judge(condition, item)
        below = [] if depth >= _DEEPEST else [self.part(one, item, depth + 1) for one in condition.children()]
        made = Part(self._head(condition), finding.truth, parts=tuple(_telling(condition, below, truth=finding.truth)))
        match condition.operator:
            case "any" | "all" | "at_least" | "not" | "same_field":
                return replace(made, saw="" if made.parts or not below else "nothing of these")
            case "near":
                return replace(made, saw=self._apart(condition, item, below, truth=finding.truth))
            case "count" | "distinct":
                spans = below[0].spans if below else ()
                terms = {span.match.term for span in spans} if condition.distinct else spans
                return replace(made, saw=f"{len(terms)} found", spans=spans, parts=())
            case "mechanism":
                seen = [span for one in below for _, part in one.walk() for span in part.spans]
                said = _quoted(finding.spans) if finding.spans else _quoted(seen) + " as written" if seen else ""
                return replace(made, saw=said or "nothing found", spans=finding.spans, parts=())
            case "use" | "lexicon" | "terms":
                return replace(made, saw=_quoted(finding.spans) or "nothing found", spans=finding.spans)
            case "field" | "surface" | "subject":
                values: Mapping[str, Any] = {
                    "field": ", ".join(item.passages), "surface": item.known.surface, "subject": item.known.subject
                }  # fmt: skip
                return replace(made, saw=_given(values[condition.operator]))
            case _:
                ((name, _),) = condition.signals.items()
                return replace(made, saw=_given(item.known.signals.get(name)))

    def _head(self, condition: Condition) -> str:
        match condition.operator:
            case "any":
                return f"any of {len(condition.any_ or ())}: {_listed(condition.any_ or ())}"
            case "all":
                return f"all of {len(condition.all_ or ())}"
            case "at_least":
                return f"at least {condition.at_least} of {len(condition.of or ())}"
            case "near":
                order = " in this order" if condition.ordered else ""
                return f"near{order}, within {condition.within} characters{_INSIDE[condition.inside]}"
            case "not":
                return "not"
            case "same_field":
                return "in one field"
            case "use" if condition.use in DETECTORS:
                return f"`{condition.use}`"
            case _:
                return condition_in_words(condition)

    def _apart(self, condition: Condition, item: Item, below: Sequence[Part], *, truth: bool | None) -> str:
        """How far apart the operands stand, where each was found and that is what was wrong."""
        if truth or not all(part.truth for part in below):
            return ""
        operands = [self._spans(one) for one in condition.near or ()]
        nearest: int | None = None
        for here in item.apart():
            kinds = [spans(here) for spans in operands]
            if all(kinds):
                (passage,) = here.passages.values()
                found = _least_within(passage, kinds, ordered=condition.ordered, inside=condition.inside)
                nearest = found if nearest is None else nearest if found is None else min(nearest, found)
        if nearest is None:
            where = {"field": "one field", "paragraph": "one paragraph", "sentence": "one sentence"}[condition.inside]
            return f"never together in {where}" + (" in this order" if condition.ordered else "")
        return f"the nearest are {nearest} apart"

    def _spans(self, condition: Condition) -> Any:
        return lambda item: self.compiled.conditions.judge(condition, item).spans


def _telling(condition: Condition, below: Sequence[Part], *, truth: bool | None) -> Iterable[Part]:
    """The parts that say why: of an `any` that holds those that hold, of one that does not those that saw something."""
    if condition.operator in ("any", "at_least") and len(below) > 1:
        if truth:
            below = [part for part in below if part.truth]
        else:
            below = [part for part in below if part.truth is not False or any(one.spans for _, one in part.walk())]
    return below[:_MOST]


def _least_within(passage: Passage, kinds: list[Sequence[Span]], *, ordered: bool, inside: str) -> int | None:
    """The smallest distance at which the operands would stand near enough; None where no distance would do."""

    def holds(within: int) -> bool:
        return any(True for _ in chains(passage, kinds, within=within, ordered=ordered, inside=inside))

    if not holds(_FARTHEST):
        return None
    low, high = 0, _FARTHEST
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _quoted(spans: Sequence[Span]) -> str:
    shown = [f"“{span.match.text}”" + _as(span) for span in spans[:3]]
    return ", ".join(shown) + (f" and {len(spans) - 3} more" if len(spans) > 3 else "")


def _as(span: Span) -> str:
    term = span.match.term
    return f" as `{term}`" if isinstance(term, str) and term and term.casefold() != span.match.text.casefold() else ""


def _given(value: object) -> str:
    if value is None:
        return "not given"
    return f"it is {str(value).lower() if isinstance(value, bool) else value}"


def _listed(conditions: Sequence[Condition]) -> str:
    words = [f"`{one.use or one.lexicon}`" if one.use or one.lexicon else one.operator for one in conditions[:4]]
    return ", ".join(words) + (", …" if len(conditions) > 4 else "")
