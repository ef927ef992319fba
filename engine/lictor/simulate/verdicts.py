"""What a policy made of a row, in the few values that two policies are compared by, and how two of them differ.

The first of these that holds is how a row changed:

    newly_hit         nothing was done, something is now
    newly_freed       something was done, nothing is now
    stronger, weaker  something is done by both, and the action is a stronger or weaker one
    otherwise         an action of the same strength, but another, or by other rules, effects, or for another category
    newly_watched, no_longer_watched
                      no more than rules in `monitor` see a difference
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lictor.decide import Decision, ViolationRecord
from lictor.policy.actions import strength

__all__ = ["CHANGES", "NOTHING", "WATCHED", "Change", "Verdict", "acting", "change_of", "jump", "verdict_of"]

Change = Literal[
    "newly_hit", "newly_freed", "stronger", "weaker", "otherwise", "newly_watched", "no_longer_watched"
]  # fmt: skip
CHANGES: tuple[Change, ...] = ("newly_hit", "newly_freed", "stronger", "weaker", "otherwise")
WATCHED: tuple[Change, ...] = ("newly_watched", "no_longer_watched")

_Done = tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy made of a row. `done` are the effects without their instants; all else is as in `Decision`.

    `categories` are those of every violation that acts, `watching` the rules that only watch, `excused` the exemptions
    that hold something back.
    """

    action: str = "none"
    status: str | None = None
    category: str | None = None
    severity: str | None = None
    subject: str | None = None
    rules: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    watching: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    done: _Done = ()


NOTHING = Verdict()


def verdict_of(decision: Decision | None) -> Verdict:
    """The verdict that the decision is; no decision is none."""
    if decision is None:
        return NOTHING
    watching = () if decision.monitored is None else decision.monitored.rules
    excused = _each(one.exempted_by for one in decision.violations if one.exempted_by is not None)
    if decision.action == "none":
        return Verdict(watching=watching, excused=excused)
    return Verdict(
        action=decision.action,
        status=decision.status,
        category=decision.category,
        severity=decision.severity,
        subject=decision.subject,
        rules=decision.rules,
        categories=_each(one.category for one in acting(decision)),
        watching=watching,
        excused=excused,
        done=tuple(
            (one.effect, one.target, one.functions, one.viewers, one.until_event, one.lasting, one.status)
            for one in decision.effects
        ),
    )


def acting(decision: Decision) -> tuple[ViolationRecord, ...]:
    """The violations that the decision rests on: not excused, and of rules that do more than watch."""
    if decision.action == "none":
        return ()
    return tuple(one for one in decision.violations if one.exempted_by is None and one.status == "enforce")


def change_of(before: Verdict, after: Verdict) -> Change | None:
    """How the row changed, or None where it did not."""
    if (before.action == "none") != (after.action == "none"):
        return "newly_hit" if before.action == "none" else "newly_freed"
    difference = jump(before, after)
    if difference:
        return "stronger" if difference > 0 else "weaker"
    if _compared(before) != _compared(after):
        return "otherwise"
    if bool(before.watching) != bool(after.watching):
        return "newly_watched" if after.watching else "no_longer_watched"
    return None


def jump(before: Verdict, after: Verdict) -> int:
    """How many steps of strength lie between the actions; negative where the second is the weaker."""
    return strength(after.action) - strength(before.action)


def _compared(one: Verdict) -> tuple[object, ...]:
    return one.action, one.status, one.category, one.severity, frozenset(one.rules), one.done


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
