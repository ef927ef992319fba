"""What can be wrong, whose fault it is, and how it is shown.

    LictorError
    ├── PolicyError    the author's policy is wrong: a list of diagnostics
    ├── UsageError     our caller is wrong: an argument, an option, a name
    ├── InputError     a file to be read is wrong: missing, truncated, no such column
    └── LedgerError    the ledger is wrong, or was used against its rules

Anything else that is raised is a bug. A message states the fact, in lower case, without a full stop, with backticks
round names; the way out is the hint. The renderer holds messages to that grammar.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

__all__ = [
    "Diagnostic",
    "InputError",
    "LedgerError",
    "Level",
    "LictorError",
    "Place",
    "PolicyError",
    "UsageError",
    "escape_controls",
    "render",
]

Level = Literal["error", "warning", "note"]

_WIDEST = 160  # characters of a source line that are shown


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: line and column count from 1, columns and length in code points; `source` is that whole line."""

    file: str
    line: int
    column: int
    length: int = 1
    source: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: a stable code, the fact, where it is, what stands at the caret, and the way out."""

    code: str
    message: str
    place: Place | None
    label: str = ""
    hint: str = ""
    level: Level = "error"
    related: tuple[tuple[Place, str], ...] = field(default=())


class LictorError(Exception):
    """Anything Lictor refuses, with the fact as its text and the way out as `hint`."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(LictorError):
    """The caller asked for something that cannot be: an unknown name, a naive time, options that exclude each other."""


class InputError(LictorError):
    """A file to be read cannot be: it is missing, truncated, of another kind, or lacks the column asked for."""


class LedgerError(LictorError):
    """The ledger is broken, or was asked to break its rules; `seq` is the first row concerned, where there is one."""

    def __init__(self, message: str, *, hint: str = "", seq: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.seq = seq


class PolicyError(LictorError):
    """A policy that does not load: every mistake found, sorted by place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=_by_place))
        super().__init__("\n\n".join(render(d) for d in self.diagnostics))

    def __reduce__(self) -> tuple[type[PolicyError], tuple[tuple[Diagnostic, ...]]]:
        return PolicyError, (self.diagnostics,)  # so that it crosses processes whole


def render(diagnostic: Diagnostic) -> str:
    """The diagnostic as terminal text: code, fact, place, source line with carets, hint. Safe to print."""
    message = diagnostic.message
    assert re.match(r"[^A-Z].*[^.]$", message, re.DOTALL), f"message breaks the house grammar: {message}"
    lines = [f"{diagnostic.level}[{diagnostic.code}]: {escape_controls(message)}"]
    places = [] if diagnostic.place is None else [(diagnostic.place, diagnostic.label)]
    shown = [*places, *diagnostic.related]
    gutter = " " * max((len(str(place.line)) for place, _ in shown), default=2)
    for place, label in shown:
        part = _window(place)
        lines += [
            f"{gutter}--> {escape_controls(str(place))}",
            f"{gutter} |",
            f"{place.line:>{len(gutter)}} | {escape_controls(part.source)}",
            f"{gutter} | {_underline(part)} {escape_controls(label)}".rstrip(),
        ]
    if diagnostic.hint:
        lines.append(f"{gutter} = hint: {escape_controls(diagnostic.hint)}")
    return "\n".join(lines)


def escape_controls(text: str) -> str:
    """The text with every control, bidirectional, invisible or unpaired character written as an escape: printable."""
    if text.isprintable():
        return text
    return "".join(c if _shows(c) else c.encode("unicode_escape").decode("ascii") for c in text)


def display_width(text: str) -> int:
    """Columns the text takes on a terminal: wide and fullwidth characters two, combining marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _shows(char: str) -> bool:
    # Cc, Cf (bidi marks, zero width), Cs, Co, Cn, Zl and Zp can hide or reorder what a moderator reads.
    category = unicodedata.category(char)
    return category[0] != "C" and category not in ("Zl", "Zp")


def _window(place: Place) -> Place:
    """The place in a part of its line that fits a terminal; an ellipsis stands for what is left out."""
    if len(place.source) <= _WIDEST:
        return place
    start = max(0, place.column - 1 - _WIDEST // 2)
    before, after = "…" * (start > 0), "…" * (start + _WIDEST < len(place.source))
    source = before + place.source[start : start + _WIDEST] + after
    return replace(place, column=place.column - start + len(before), source=source)


def _underline(place: Place) -> str:
    before, under = place.source[: place.column - 1], place.source[place.column - 1 :][: max(place.length, 1)]
    return " " * display_width(escape_controls(before)) + "^" * max(display_width(escape_controls(under)), 1)


def _by_place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    place = diagnostic.place
    return ("", 0, 0, diagnostic.code) if place is None else (place.file, place.line, place.column, diagnostic.code)
