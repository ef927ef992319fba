"""Whether a rule may still be true, by what was found: the question that keeps most rows from a closer look.

It is asked twice. Anchors are words of the trade, and most stand in ordinary text now and then: what a rule needs
beside them is often an anchor of another rule, so that its absence is known too. Then, with the other terms found as
well, the absence of every term is known. Only matches count here, by lexicon and strength, wherever in a field they
stand: a signal or a detector may be there. Nothing that could be true, or unknown, is ever ruled out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lictor.detect.item import Key
from lictor.policy.models import Condition, Rule
from lictor.policy.names import DETECTORS

__all__ = ["Prospects"]

_REMEMBERED = 4096

_Possible = Callable[[frozenset[Key]], bool]


class Prospects:
    """The rules of one policy, when these lexicons were searched: `keys` are those of each one's terms.

    `by_lexicon` are the numbers of the rules to ask where it matched, `always` of those to ask of every item. `inline`
    names the lexicon made of each condition's own `terms`.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        by_lexicon: Mapping[str, Sequence[int]],
        always: Sequence[int],
        *,
        keys: Mapping[str, Sequence[Key]],
        named: Mapping[str, Condition],
        inline: Mapping[int, str],
    ) -> None:
        self._rules = rules
        self._by_lexicon = by_lexicon
        self._always = always
        self._keys = keys
        self._named = named
        self._inline = inline
        self._possible: dict[int, _Possible] = {}
        self._answers: dict[frozenset[tuple[str, frozenset[Key]]], bool] = {}

    def any(self, found: Mapping[str, frozenset[Key]]) -> bool:
        """Whether any rule may be true of an item with matches of these keys, by field."""
        asked = frozenset(found.items())
        answer = self._answers.get(asked)
        if answer is None:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            answer = self._answers[asked] = self._any(found)
        return answer

    def _any(self, found: Mapping[str, frozenset[Key]]) -> bool:
        if any(self._may_be_true(self._rules[number], found) for number in self._always):
            return True
        lexicons = {key[0] for keys in found.values() for key in keys}
        numbers = (number for name in lexicons for number in self._by_lexicon.get(name, ()))
        return any(self._may_be_true(self._rules[number], found) for number in numbers)

    def _may_be_true(self, rule: Rule, found: Mapping[str, frozenset[Key]]) -> bool:
        judged = [keys for field, keys in found.items() if rule.fields is None or field in rule.fields]
        return self._of(rule.when)(judged[0] if len(judged) == 1 else frozenset().union(*judged))

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
                return _always if name not in self._keys else self._matched(name, condition.strength)
            case "any" | "mechanism":
                return _at_least(1, [self._of(below) for below in condition.any_ or condition.of or ()])
            case "at_least":
                assert condition.at_least is not None
                return _at_least(condition.at_least, [self._of(below) for below in condition.of or ()])
            case "all" | "near" | "count" | "distinct" | "same_field":
                return _every([self._of(below) for below in condition.children()])
            case _:
                return _always

    def _matched(self, lexicon: str, strengths: Sequence[str] | None) -> _Possible:
        absent = frozenset(key for key in self._keys[lexicon] if strengths is None or key[2] in strengths).isdisjoint
        return lambda found: not absent(found)


def _always(_: frozenset[Key]) -> bool:
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
