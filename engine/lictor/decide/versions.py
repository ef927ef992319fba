"""Which state of the rules an item is judged by, and whether a category binds it.

What was published is judged by the version in force then; standing fields (a name, a menu) by the version in force
now. A version that is not yet in force is inert; before the first one there are no rules.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase

from lictor.policy.models import Ground, PolicyDocument, Rule, Source

__all__ = ["best_pattern", "binds", "expired", "ground_at", "version_at"]


def version_at(document: PolicyDocument, at: datetime | None) -> int | None:
    """The number of the version in force at that instant, None before the first; without an instant, the newest."""
    if at is None:
        return len(document.versions) - 1
    started = bisect_right(document.version_starts, at)
    return started - 1 if started else None


def binds(
    document: PolicyDocument, category: str, version: int | None, *, field: str, subject: str | None, severity: str
) -> bool:
    """Whether the category binds such a subject, field and severity under that version.

    Where a category starts at different times, the field's own entry holds, else the subject's, else the one for
    `content` (the mildest severity) or `service` (graver ones), else `default`.
    """
    if version is None:
        return False
    kind = "content" if severity == document.severities[0].id else "service"
    spec = document.categories[category]
    start = next((spec.start[key] for key in (field, subject or "", kind, "default") if key in spec.start), None)
    if start is None or version < document.version_numbers[start]:
        return False
    return spec.until is None or version < document.version_numbers[spec.until]


def expired(rule: Rule | None, at: datetime | None) -> bool:
    """Whether the rule is out of force at that instant. Without an instant there is no telling, and it holds."""
    return rule is not None and rule.expires is not None and at is not None and at >= rule.expires


def ground_at(document: PolicyDocument, category: str, version: int) -> tuple[Ground, Source]:
    """What the category rests on under that version, and the source in which the clause stands."""
    spec = document.categories[category]
    first = spec.start.get("default") or next(iter(spec.start.values()))
    named = [(document.version_numbers[ground.since or first], ground) for ground in spec.grounds]
    # A ground holds from its version on; before the first of them, the first speaks.
    number, ground = next((pair for pair in reversed(named) if pair[0] <= version), named[0])
    return ground, ground.source or document.versions[number].source or Source(name=document.title)


def best_pattern(patterns: Mapping[str, str], category: str) -> str | None:
    """The value of the most specific pattern that fits the category: the longest one; None where none fits."""
    fitting = [pattern for pattern in patterns if fnmatchcase(category, pattern)]
    return patterns[max(fitting, key=lambda pattern: (len(pattern), pattern))] if fitting else None
