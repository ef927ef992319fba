"""Somebody's words, safe to print: cut short, folded to a terminal's width, evidence in brackets, disguises told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lictor.decide.words import LANGUAGES
from lictor.errors import display_width, escape_controls

__all__ = ["counted", "excerpt", "folded", "in_words", "marked", "table"]

_AROUND = 24
_MARKS = 12
_LONGEST = 80
_WIDTH = 88
_OPENING = "“（《「"
_CLOSING = "，。；：、！？”）》」…]"


def marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with each span in brackets, cut to what stands around the first of them; safe to print."""
    merged = _merged(spans)
    parts: list[str] = []
    at = 0
    for number, (start, end) in enumerate(merged[:_MARKS]):
        before = max(at, start - _AROUND)
        if before > at:
            parts.append("… " if number == 0 else " … ")
        following = merged[number + 1][0] if number + 1 < len(merged) else len(text)
        at = min(end + _AROUND, following)
        parts += [escape_controls(text[before:start]), f"[{excerpt(text[start:end])}]", escape_controls(text[end:at])]
    if at < len(text):
        parts.append(" …")
    if len(merged) > _MARKS:
        parts.append(f" and {len(merged) - _MARKS} more")
    return "".join(parts)


def excerpt(text: str) -> str:
    """The beginning of the text in one short line; safe to print."""
    shown = escape_controls(text[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def in_words(mechanisms: Sequence[str], lang: str) -> str:
    """How the words were disguised, for somebody who has never read a manual of ours."""
    return ", ".join(LANGUAGES[lang].mechanism[one] for one in mechanisms) if mechanisms else "as written"


def folded(line: str) -> Iterator[str]:
    """The line in parts that fit a terminal, indented alike; a part ends after a space or a wide character."""
    indent = line[: len(line) - len(line.lstrip())]
    while display_width(line) > _WIDTH:
        fitting = _fitting(line)
        best = next((at for at in range(fitting, len(indent) + 1, -1) if _may_break(line, at)), fitting)
        yield line[:best].rstrip()
        line = indent + line[best:].lstrip()
    yield line


def table(label: str, counts: Mapping[str, int]) -> list[str]:
    """A line for each name with its count, behind the label on the first."""
    width = max((len(f"{count:,}") for count in counts.values()), default=0)
    return [
        f"  {label if number == 0 else '':<9} {count:>{width},}  {escape_controls(name)}"
        for number, (name, count) in enumerate(counts.items())
    ]


def counted(number: int, noun: str) -> str:
    """So many of these, in the singular where it is one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _fitting(line: str) -> int:
    width = 0
    for at, char in enumerate(line):
        width += display_width(char)
        if width > _WIDTH:
            return at
    return len(line)


def _may_break(line: str, at: int) -> bool:
    before, after = line[at - 1], line[at]
    return before == " " or (display_width(before) == 2 and after not in _CLOSING and before not in _OPENING)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
