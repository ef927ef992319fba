"""A ban without a lesser step.

The first offence of the mildest kind that a ladder knows ends the account. Nobody can learn from a ban, and no
mistake of the rules stays small. Put a warning, a restriction or an order to rectify before it; keep the ban at
once for the gravest severity.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.ladders import BANS, asked, ends_membership, holds
from lictor.author.lint.study import Study
from lictor.policy.models import Ladder, Step

CODE = "L023"
LEVEL = "warning"

_HINT = "put a lesser step before it, such as `[warn]` or `[hide, {restrict: ..., for: 7d}]`"


def find(study: Study) -> Iterator[Fault]:
    """Each ladder whose mildest first step is a ban, and each ban outside a ladder."""
    document = study.document
    for number, ladder in enumerate(document.ladders):
        severities = [one.id for one in document.severities if one.id in _severities(study, ladder)]
        if not severities:
            continue
        path, steps = _first(ladder, severities[0])
        if path and ends_membership(steps):
            message = f"ladder `{ladder.id}` begins with a ban: the first `{severities[0]}` violation ends the account"
            yield Fault(study.place("ladders", number, *path), message, _HINT)
    for number, rule in enumerate(document.rules):
        if rule.effect in BANS:
            message = f"rule `{rule.id}` bans at once: its effect `{rule.effect}` takes the place of every ladder"
            yield Fault(study.place("rules", number, "effect"), message, "leave `effect` out, so that a ladder decides")
    for severity, effects in document.detected.items():
        for field, action in effects.items():
            if action in BANS or action == "block_indefinite":
                message = f"detection alone leads to `{action}`, before any person has looked"
                place = study.place("detected", severity, *(() if field == "default" else (field,)))
                yield Fault(place, message, "detect with `flag`, `hide`, `filter` or `refuse`, and ban by a ladder")


def _severities(study: Study, ladder: Ladder) -> set[str]:
    versions = range(len(study.document.versions))
    return {
        severity
        for category, severities in asked(study.document).items()
        if any(holds(study.document, ladder, category, version) for version in versions)
        for severity in severities
    }


def _first(ladder: Ladder, severity: str) -> tuple[tuple[str | int, ...], tuple[Step, ...]]:
    """The first step for that severity and where it stands; no place where there is none."""
    if severity in ladder.severity:
        return ("severity", severity), ladder.severity[severity]
    if ladder.by == "severity" or not ladder.steps:
        return (), ()
    number = min(ladder.first.get(severity, 1), len(ladder.steps)) - 1
    return ("steps", number), ladder.steps[number]
