"""Rules of one category that look at the same fields, in pairs, and whether they say the same."""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import listed
from lictor.author.lint.study import Study
from lictor.policy.models import Rule

__all__ = ["differing", "graver_or_equal", "pairs", "same"]


def pairs(study: Study) -> Iterator[tuple[int, Rule, int, Rule]]:
    """Each rule with each other one of its category that judges all the fields it does."""
    for number, rule in study.active:
        for other_number, other in study.active:
            if other is not rule and other.category == rule.category and study.fields(rule) <= study.fields(other):
                yield number, rule, other_number, other


def same(study: Study, one: Rule, other: Rule) -> bool:
    """Whether the two are true of the same texts, excuses aside."""
    fields = study.fields(one)
    if fields != study.fields(other):
        return False
    first, second = study.formulas.of(one.when), study.formulas.of(other.when)
    return study.logic.implies(first, second, fields=fields) and study.logic.implies(second, first, fields=fields)


def graver_or_equal(study: Study, one: Rule, other: Rule) -> bool:
    """Whether the first is surely as grave as the second."""
    order = [severity.id for severity in study.document.severities]
    if isinstance(one.severity, str) and isinstance(other.severity, str):
        return order.index(one.severity) >= order.index(other.severity)
    return one.severity == other.severity


def differing(rule: Rule, other: Rule) -> str:
    """What the two make of a text, where that is not the same; else nothing."""
    if rule.severity != other.severity:
        return f"{other.severity} and {rule.severity}" if isinstance(rule.severity, str) else "their severities"
    if rule.effect != other.effect:
        return f"`{other.effect or 'no effect of its own'}` and `{rule.effect or 'no effect of its own'}`"
    if set(rule.unless) != set(other.unless):
        return f"only one of them is excused by {listed(sorted(set(rule.unless) ^ set(other.unless)))}"
    return ""
