"""Conditions as formulas: what each operator says of the terms found, the fields, the account and the signals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import comb

from lictor.author.lint.logic import (
    FALSE,
    And,
    Apart,
    Counted,
    Disguised,
    Formula,
    In,
    Lit,
    Opaque,
    Or,
    Range,
    Spans,
    Where,
    Words,
    both,
    either,
    negated,
)
from lictor.author.lint.terms import Entry, Terms
from lictor.policy.models import Condition, Exemption, PolicyDocument, Rule
from lictor.policy.names import DETECTORS
from lictor.text import names_of

__all__ = ["Formulas"]

_MOST_WAYS = 200


class Formulas:
    """The formulas of one policy's conditions, each made once."""

    def __init__(self, document: PolicyDocument, terms: Terms) -> None:
        self._document = document
        self._terms = terms
        self._known: dict[int, Formula] = {}
        self._spans_known: dict[int, Spans] = {}

    def of(self, condition: Condition) -> Formula:
        """The condition as a formula."""
        known = self._known.get(id(condition))
        if known is None:
            known = self._known[id(condition)] = self._made(condition)
        return known

    def fires(self, rule: Rule) -> Formula:
        """The rule's condition, and none of its excuses: the rule is violated."""
        return both(self.of(rule.when), *(negated(self.excuses(self._document.exemptions[n])) for n in rule.unless))

    def excuses(self, exemption: Exemption) -> Formula:
        """The exemption's condition, and nothing that cancels it."""
        cancelled = [negated(self.of(self.named(name))) for name in exemption.cancelled_by]
        return both(self.of(exemption.when), *cancelled)

    def named(self, name: str) -> Condition:
        """The condition of that name; a lexicon or detector is one too."""
        return self._document.conditions.get(name) or Condition.model_validate({"use": name})

    def spans(self, condition: Condition) -> Spans:
        """What the condition finds in a text: empty where nothing can be found."""
        known = self._spans_known.get(id(condition))
        if known is None:
            known = self._spans_known[id(condition)] = frozenset(self._found(condition))
        return known

    def entries(self, condition: Condition) -> list[Entry]:
        """The terms that the condition finds in a text."""
        return [self._terms.entries[one] for one in sorted(o for o in self.spans(condition) if isinstance(o, int))]

    def _found(self, condition: Condition) -> Iterable[int | str]:
        match condition.operator:
            case "use" if (named := self._document.conditions.get(condition.use or "")) is not None:
                return self.spans(named)
            case "use" if condition.use in DETECTORS:
                return (str(condition.use),)
            case "use" | "lexicon":
                name = condition.use or condition.lexicon or ""
                return (entry.number for entry in self._terms.of_lexicon(name, condition.strength))
            case "terms":
                return (entry.number for entry in self._terms.inline.get(id(condition), ()))
            case "mechanism":
                spans = self._disguisable(condition)
                return (f"{'+'.join(sorted(condition.mechanism or ()))}: {sorted(map(str, spans))}",) if spans else ()
            case _:
                return (one for below in condition.any_ or () for one in self.spans(below))

    def _disguisable(self, condition: Condition) -> Spans:
        """Those of the spans that can be found by one of the mechanisms named."""
        wanted = set(condition.mechanism or ())
        spans = frozenset().union(*(self.spans(below) for below in condition.of or ()))
        return frozenset(
            one
            for one in spans
            if not isinstance(one, int) or wanted & set(names_of(self._terms.entries[one].options.allowed))
        )

    def _made(self, condition: Condition) -> Formula:
        match condition.operator:
            case "any":
                return either(*map(self.of, condition.any_ or ()))
            case "all":
                return both(*map(self.of, condition.all_ or ()))
            case "not":
                assert condition.not_ is not None
                return negated(self.of(condition.not_))
            case "at_least":
                return self._at_least(condition)
            case "use" if (named := self._document.conditions.get(condition.use or "")) is not None:
                return self.of(named)
            case "use" | "lexicon" | "terms":
                return _words(self.spans(condition))
            case "mechanism":
                spans = self._disguisable(condition)
                disguised = Disguised(frozenset(condition.mechanism or ()), spans)
                return both(Lit(disguised, positive=True), _words(spans)) if spans else FALSE
            case "near":
                return self._near(condition)
            case "count" | "distinct":
                return self._counted(condition)
            case "same_field":
                assert condition.same_field is not None
                # What holds in one field holds in the item, unless it says that something is missing.
                inner = self.of(condition.same_field)
                opaque = Lit(
                    Opaque(f"same_field {condition.same_field.model_dump(exclude_defaults=True)}"), positive=True
                )
                return both(opaque, inner) if _is_positive(inner) else opaque
            case "field":
                return Lit(Where(frozenset(condition.field or ())), positive=True)
            case "surface":
                return Lit(In("surface", frozenset(condition.surface or ())), positive=True)
            case "subject":
                return Lit(In("subject", frozenset(condition.subject or ())), positive=True)
            case _:
                return self._signal(condition)

    def _at_least(self, condition: Condition) -> Formula:
        of, needed = [self.of(one) for one in condition.of or ()], condition.at_least or 1
        if comb(len(of), needed) > _MOST_WAYS:
            return Lit(Opaque(f"at_least {needed} of {id(condition)}"), positive=True)
        return either(*(both(*some) for some in combinations(of, needed)))

    def _near(self, condition: Condition) -> Formula:
        operands = tuple(self.spans(one) for one in condition.near or ())
        if not all(operands):
            return FALSE
        apart = Apart(operands, condition.within or 0, condition.ordered, condition.inside)
        return both(Lit(apart, positive=True), *map(_words, operands))

    def _counted(self, condition: Condition) -> Formula:
        below = condition.count or condition.distinct
        assert below is not None
        spans, minimum = self.spans(below), condition.minimum or 1
        if condition.distinct is not None and all(isinstance(one, int) for one in spans):
            names = {self._terms.entries[one].name for one in spans if isinstance(one, int)}
            if len(names) < minimum:
                return FALSE
        counted = Lit(Counted(spans, minimum, condition.distinct is not None), positive=True)
        return both(counted, _words(spans)) if spans else FALSE

    def _signal(self, condition: Condition) -> Formula:
        ((name, wanted),) = condition.signals.items()
        spec = self._document.known_signals.get(name)
        if isinstance(wanted, Mapping):
            low = [_whole(wanted["above"]) + 1] if "above" in wanted else []
            low += [_whole(wanted["at_least"])] if "at_least" in wanted else []
            high = [_whole(wanted["below"]) - 1] if "below" in wanted else []
            high += [_whole(wanted["at_most"])] if "at_most" in wanted else []
            least, most = max(low, default=None), min(high, default=None)
            return FALSE if least is not None and most is not None and least > most else _range(name, least, most)
        values = wanted if isinstance(wanted, list | tuple) else [wanted]
        if spec is not None and spec.type == "number":
            return either(*(_range(name, _whole(value), _whole(value)) for value in values))
        return Lit(In(f"signal {name}", frozenset(values)), positive=True)


def _words(spans: Spans) -> Formula:
    return Lit(Words(spans), positive=True) if spans else FALSE


def _range(name: str, low: int | None, high: int | None) -> Formula:
    return Lit(Range(name, low, high), positive=True)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _is_positive(formula: Formula) -> bool:
    match formula:
        case And(parts) | Or(parts):
            return all(map(_is_positive, parts))
        case Lit(Where(), _):
            return False
        case Lit(_, positive):
            return positive
