"""A rule is implied by another.

Whenever the rule fires, another one of its category fires, too, and with at least its severity: it decides nothing.
What was meant is often a graver severity for the narrower rule, another category, or the two joined into one.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.alike import differing, graver_or_equal, pairs, same
from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L012"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each rule that another one makes idle."""
    for number, rule, other_number, other in pairs(study):
        if other.status == "monitor" and rule.status == "enforce":
            continue
        if study.logic.can_hold(study.formulas.fires(rule), fields=study.fields(rule)) is False:
            continue  # it implies everything, and that is said by itself
        if rule.effect != other.effect or not graver_or_equal(study, other, rule):
            continue
        if same(study, rule, other) and (other_number > number or differing(rule, other)):
            continue  # of two that say the same the later one is idle; two that differ contradict each other
        if study.logic.implies(study.formulas.fires(rule), study.formulas.fires(other), fields=study.fields(rule)):
            message = f"rule `{rule.id}` decides nothing: wherever it fires, `{other.id}` fires, too"
            hint = "join them, or give the narrower one a graver severity"
            related = ((study.place("rules", other_number), f"`{other.id}` of the same category"),)
            yield Fault(study.place("rules", number), message, hint, related=related)
            break
