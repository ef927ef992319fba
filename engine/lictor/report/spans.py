"""A text with marks below the stretches that matter, for a terminal: as wide as what they mark, and safe to print."""

from __future__ import annotations

from collections.abc import Iterable

from lictor.errors import display_width, escape_controls

__all__ = ["underlined"]

_WIDTH = 96
_MOST_LINES = 8


def underlined(text: str, spans: Iterable[tuple[int, int]]) -> list[str]:
    """The text in lines that fit, each followed by one of `^` where something is marked in it.

    A long text is cut to the lines that hold marks and those beside them; controls are written as escapes.
    """
    marked = bytearray(len(text))
    for start, end in spans:
        marked[start:end] = b"\1" * (min(end, len(text)) - start)
    lines = list(_lines(text))
    wanted = {near for at, (start, end) in enumerate(lines) if any(marked[start:end]) for near in (at - 1, at, at + 1)}
    if len(lines) > _MOST_LINES:
        kept = sorted(at for at in wanted if 0 <= at < len(lines))[:_MOST_LINES] or [0]
    else:
        kept = list(range(len(lines)))
    shown: list[str] = []
    for number, at in enumerate(kept):
        if at != (kept[number - 1] + 1 if number else 0):
            shown.append("…")
        start, end = lines[at]
        shown.append(escape_controls(text[start:end]))
        under = "".join(
            ("^" if marked[n] else " ") * display_width(escape_controls(text[n])) for n in range(start, end)
        )
        if under.strip():
            shown.append(under.rstrip())
    return [*shown, "…"] if kept[-1] + 1 < len(lines) else shown


def _lines(text: str) -> Iterable[tuple[int, int]]:
    """The text in stretches that fit a terminal; each ends after a line break, or where it would grow too wide."""
    start, width = 0, 0
    for at, char in enumerate(text):
        wide = display_width(escape_controls(char))
        if width + wide > _WIDTH:
            yield start, at
            start, width = at, 0
        width += wide
        if char == "\n":
            yield start, at + 1
            start, width = at + 1, 0
    if start < len(text) or not text:
        yield start, len(text)
