"""Which ladder holds for whom and when, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache

from lictor.decide.versions import best_pattern
from lictor.policy.actions import strength
from lictor.policy.models import ComputedSeverity, Ladder, PolicyDocument, Step

__all__ = [
    "BANS",
    "all_steps",
    "answers",
    "asked",
    "begins",
    "ends_membership",
    "fitting",
    "holds",
    "ladder_for",
    "severities_of",
    "strongest_of",
]

BANS = frozenset({"ban_permanent", "disable", "delist", "merchant_terminated"})
"""What takes an account, a group, a mini-program or a merchant away for good."""


def holds(document: PolicyDocument, ladder: Ladder, category: str, version: int) -> bool:
    """Whether the ladder is in force for the category under that version, others aside."""
    start, until = best_pattern(ladder.start, category), best_pattern(ladder.until or {}, category)
    numbers = document.version_numbers
    return (
        any(fnmatchcase(category, pattern) for pattern in ladder.categories)
        and start is not None
        and numbers[start] <= version
        and (until is None or version < numbers[until])
    )


def ladder_for(document: PolicyDocument, category: str, subject: str, version: int) -> Ladder | None:
    """The ladder that decides: the first of those in force."""
    return next(
        (one for one in document.ladders if subject in one.subjects and holds(document, one, category, version)), None
    )


def fitting(ladder: Ladder, category: str) -> str | None:
    """The most specific of the ladder's patterns that fits the category."""
    return max((p for p in ladder.categories if fnmatchcase(category, p)), key=len, default=None)


def begins(document: PolicyDocument, category: str, subject: str) -> int | None:
    """The version from which the category binds such an account in whatever way; None if it never does."""
    spec = document.categories[category]
    starts = [start for key, start in spec.start.items() if key not in document.subjects or key == subject]
    if subject in spec.start:
        starts = [spec.start[subject]]
    first = min((document.version_numbers[start] for start in starts), default=None)
    end = None if spec.until is None else document.version_numbers[spec.until]
    return None if first is None or (end is not None and first >= end) else first


def severities_of(document: PolicyDocument, severity: str | ComputedSeverity) -> Iterator[str]:
    """The severities a rule's violation may have."""
    if isinstance(severity, str):
        yield severity
        return
    order = [one.id for one in document.severities]
    low, high = order.index(severity.alone), order.index(severity.max)
    yield from order[min(low, high) : high + 1]


@cache
def _asked(rules: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for category, severities in rules:
        found.setdefault(category, {}).update(dict.fromkeys(severities))
    return {category: tuple(severities) for category, severities in found.items()}


def asked(document: PolicyDocument) -> Mapping[str, tuple[str, ...]]:
    """By category the severities that enforced rules ask a ladder about; a rule's own effect asks none."""
    return _asked(
        tuple(
            (rule.category, tuple(severities_of(document, rule.severity)))
            for rule in document.rules
            if rule.status == "enforce" and rule.effect is None
        )
    )


def answers(ladder: Ladder, severity: str) -> bool:
    """Whether the ladder says what a violation of that severity leads to."""
    return bool(ladder.severity.get(severity) or (ladder.by != "severity" and ladder.steps))


def all_steps(ladder: Ladder) -> Iterator[tuple[tuple[str | int, ...], tuple[Step, ...]]]:
    """Every list of effects of the ladder, with its path below the ladder."""
    for number, steps in enumerate(ladder.steps):
        yield ("steps", number), steps
    for severity, steps in ladder.severity.items():
        yield ("severity", severity), steps
    if ladder.reoffence is not None:
        yield ("reoffence", "then"), ladder.reoffence.then


def ends_membership(steps: Iterable[Step]) -> bool:
    """Whether the account itself is gone for good after these effects."""
    return any(step.action in BANS and step.on in (None, "account") for step in steps)


def strongest_of(steps: Iterable[Step]) -> int:
    """How strong the strongest of the effects is."""
    return max((strength(step.action) for step in steps), default=0)
