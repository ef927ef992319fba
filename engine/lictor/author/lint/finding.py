"""What a check says of a policy, and what becomes of it: a diagnostic with the check's code, perhaps a sure mend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lictor.errors import Diagnostic, Level, Place

__all__ = ["Edit", "Fault", "Finding", "counted", "listed"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of one file, from one line and column to before another (counted from 1), and what it should read."""

    file: str
    start: tuple[int, int]
    end: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check found: the fact, where it shows, what stands at the caret, the way out, places that explain it.

    `level` is that of the check where left out; `edit` is the mend, where there is only one and it is certain.
    """

    place: Place
    message: str
    hint: str
    label: str = ""
    related: tuple[tuple[Place, str], ...] = ()
    level: Level | None = None
    edit: Edit | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic, the mend where it is certain, and why it was allowed, where its author allowed it."""

    diagnostic: Diagnostic
    edit: Edit | None = None
    allowed: str | None = None


def listed(names: Iterable[object], most: int = 3) -> str:
    """The names in backticks, the first few of them, and how many are left out."""
    every = list(dict.fromkeys(names))
    shown = ", ".join(f"`{name}`" for name in every[:most])
    return shown if len(every) <= most else f"{shown} and {len(every) - most:,} more"


def counted(number: int, noun: str) -> str:
    """The number with its noun, in the plural where there are several."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
