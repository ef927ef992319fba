"""Whether a rule may still be true, by the anchors found: the question that keeps most rows from a closer look.

Anchors are words of the trade, and most stand in ordinary text now and then. What a rule needs beside them is often an
anchor of another rule, so that its absence is known too. Only matches count here: a signal, a detector or a word that
is no anchor may be there. Nothing that could be true is ever ruled out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from lictor.policy.models import Condition, Rule
from lictor.policy.names import DETECTORS

__all__ = ["Prospects"]

_REMEMBERED = 4096

_Possible = Callable[[frozenset[str]], bool]


class Prospects:
    """The rules of one policy by their anchors; `inline` names the lexicon made of each condition's own `terms`."""

    def __init__(
        self,
        rules: Sequence[Rule],
        by_anchor: Mapping[str, Sequence[int]],
        named: Mapping[str, Condition],
        inline: Mapping[int, str],
    ) -> None:
        self._rules = rules
        self._by_anchor = by_anchor
        self._named = named
        self._inline = inline
        self._possible: dict[int, _Possible] = {}
        self._answers: dict[frozenset[tuple[str, frozenset[str]]], bool] = {}

    def any(self, found: Mapping[str, frozenset[str]]) -> bool:
        """Whether any rule may be true of an item with anchors of these lexicons, by field."""
        key = frozenset(found.items())
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            numbers = {number for names in found.values() for name in names for number in self._by_anchor[name]}
            answer = self._answers[key] = any(self._may_be_true(self._rules[number], found) for number in numbers)
        return answer

    def _may_be_true(self, rule: Rule, found: Mapping[str, frozenset[str]]) -> bool:
        judged = [names for field, names in found.items() if rule.fields is None or field in rule.fields]
        return self._of(rule.when)(frozenset().union(*judged)) if judged else False

    def _of(self, condition: Condition) -> _Possible:
        known = self._possible.get(id(condition))
        if known is None:
            known = self._possible[id(condition)] = self._compiled(condition)
        return known

    def _compiled(self, condition: Condition) -> _Possible:
        match condition.operator:
            case "use" if (named := self._named.get(condition.use or "")) is not None:
                return self._of(named)
            case "use" if condition.use in DETECTORS:
                return _always
            case "use" | "lexicon" | "terms":
                name = condition.use or condition.lexicon or self._inline[id(condition)]
                return (lambda found: name in found) if name in self._by_anchor else _always
            case "any" | "mechanism":
                return _at_least(1, [self._of(below) for below in condition.any_ or condition.of or ()])
            case "at_least":
                assert condition.at_least is not None
                return _at_least(condition.at_least, [self._of(below) for below in condition.of or ()])
            case "all" | "near" | "count" | "distinct" | "same_field":
                return _every([self._of(below) for below in condition.children()])
            case _:
                return _always


def _always(_: Collection[str]) -> bool:
    return True


def _at_least(number: int, parts: Sequence[_Possible]) -> _Possible:
    if sum(part is _always for part in parts) >= number:
        return _always
    if number == 1:
        return lambda found: any(part(found) for part in parts)
    return lambda found: sum(part(found) for part in parts) >= number


def _every(parts: Sequence[_Possible]) -> _Possible:
    unsure = [part for part in parts if part is not _always]
    return (lambda found: all(part(found) for part in unsure)) if unsure else _always
