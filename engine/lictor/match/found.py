"""`Match`: one thing found in a text."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import cast

from lictor.text.plain import Plain

__all__ = ["Match", "match_of", "quick_match"]


@dataclass(frozen=True, slots=True)
class Match:
    """One term found: its name, half-open code-point offsets into the text as given, that stretch, its disguise.

    `mechanisms` are the names of the differences that had to be overlooked, sorted; `key` is the term's.
    """

    term: str
    start: int
    end: int
    text: str
    mechanisms: tuple[str, ...] = ()
    key: Hashable = field(default=None, compare=False, repr=False)


class _Written:
    """A match while it is written: as `Match` is laid out, without what keeps that from being changed."""

    __slots__ = Match.__slots__

    def __init__(self, term: str, start: int, end: int, text: str, mechanisms: tuple[str, ...], key: Hashable) -> None:
        self.term, self.start, self.end = term, start, end
        self.text, self.mechanisms, self.key = text, mechanisms, key


def quick_match(term: str, start: int, end: int, text: str, mechanisms: tuple[str, ...], key: Hashable) -> Match:
    """The same as `Match(...)` in a quarter of its time, which counts where every character ends a match."""
    written = _Written(term, start, end, text, mechanisms, key)
    written.__class__ = Match  # type: ignore[assignment]
    return cast("Match", written)


def match_of(view: Plain, start: int, end: int, value: str, *, also: tuple[str, ...] = ()) -> Match:
    """The match that a stretch of a plain text is."""
    first, last = view.span(start, end)
    mechanisms = tuple(sorted({*view.mechanisms(start, end), *also}))
    return Match(value, first, last, view.original[first:last], mechanisms)
