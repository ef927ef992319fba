"""A part of a condition does nothing.

An alternative that can never hold, or that another alternative covers; a requirement that always holds, or that
another one brings with it. Such a part is a slip more often than a redundancy: a strength no term has, a mechanism
the terms are not matched by, more different terms than the list holds.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.logic import Formula, negated
from lictor.author.lint.study import Study
from lictor.policy.models import Condition

CODE = "L014"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each part of a condition that could be taken away without a difference."""
    for _, root in study.roots():
        if study.logic.can_hold(study.formulas.of(root)) is not False:
            yield from _below(study, root)


def _below(study: Study, condition: Condition) -> Iterator[Fault]:
    dead: set[int] = set()
    if condition.operator in ("any", "all", "at_least"):
        parts = list(condition.any_ or condition.all_ or condition.of or ())
        formulas = [study.formulas.of(part) for part in parts]
        dead = yield from _dead(study, condition, parts, formulas)
        if condition.operator != "at_least":
            yield from _covered(study, condition, parts, formulas, dead)
    elif condition.operator == "near":
        for part in condition.near or ():
            if not study.formulas.spans(part):
                yield Fault(study.at(part), "nothing can be found here", _SLIP)
                dead.add(id(part))
    for part in condition.children():
        if id(part) not in dead:
            yield from _below(study, part)


def _dead(
    study: Study, condition: Condition, parts: list[Condition], formulas: list[Formula]
) -> Generator[Fault, None, set[int]]:
    found: set[int] = set()
    for part, formula in zip(parts, formulas, strict=True):
        if condition.operator != "all" and study.logic.can_hold(formula) is False:
            found.add(id(part))
            if part.operator not in ("distinct", "signal"):  # a number out of reach, which is said by itself
                yield Fault(study.at(part), "this alternative can never hold", _SLIP)
        elif condition.operator == "all" and study.logic.can_hold(negated(formula)) is False:
            found.add(id(part))
            yield Fault(study.at(part), "this requirement always holds", _SLIP)
    return found


def _covered(
    study: Study, condition: Condition, parts: list[Condition], formulas: list[Formula], dead: set[int]
) -> Iterator[Fault]:
    for at, part in enumerate(parts):
        for other_at, other in enumerate(parts):
            if at == other_at or {id(part), id(other)} & dead:
                continue
            if condition.operator == "any" and study.logic.implies(formulas[at], formulas[other_at]):
                message = "this alternative adds nothing: another one holds wherever it does"
            elif condition.operator == "all" and study.logic.implies(formulas[other_at], formulas[at]):
                message = "this requirement adds nothing: another one brings it with it"
            else:
                continue
            dead.add(id(part))
            related = ((study.at(other), "the other one"),)
            yield Fault(study.at(part), message, "take it away, or mend what it was meant to say", related=related)
            break


_SLIP = "look for a strength, mechanism, number or value that nothing here can have, or take it away"
