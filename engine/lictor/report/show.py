"""A policy's page for a terminal or as Markdown; both are safe to print, whatever the policy says."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from lictor.author.show import Block, Facts, Grid, Heading, Items, Steps, Text
from lictor.errors import display_width, escape_controls

__all__ = ["to_markdown", "to_text"]

_WIDTH = 100
_RULES = {1: "=", 2: "-"}


def to_text(blocks: Iterable[Block]) -> str:
    """The page for a terminal: underlined headings, ladders as lines with arrows."""
    return "\n\n".join(_as_text(block) for block in blocks)


def to_markdown(blocks: Iterable[Block]) -> str:
    """The page as Markdown that every renderer shows alike: headings, lists, one kind of table."""
    return "\n\n".join(_as_markdown(block) for block in blocks)


def _as_text(block: Block) -> str:
    match block:
        case Heading(level, text):
            line = _plain(text)
            return f"{line}\n{_RULES[level] * display_width(line)}" if level in _RULES else line
        case Text(text):
            return _wrapped(_plain(text))
        case Items(items):
            return "\n".join(_wrapped(_plain(one), "- ", "  ") for one in items)
        case Facts(facts):
            return "\n".join(_wrapped(f"{_plain(name)}: {_plain(told)}", "  ", "      ") for name, told in facts)
        case Steps(steps, arrow):
            wide = max((display_width(name) for name, _ in steps), default=0)
            lines = []
            for number, (name, told) in enumerate(steps):
                mark = "│" if arrow and number else " "
                lines += [f"  {mark}"] if arrow and number else []
                lines.append(f"  {'●' if arrow else '·'} {_padded(name, wide)}  {_plain(told)}")
            return "\n".join(lines)
        case Grid(columns, rows):
            wide = max((display_width(name) for name, _ in rows), default=0)
            head = [f"  {number} = {_plain(name)}" for number, name in enumerate(columns, 1)]
            numbers = " ".join(f"{number:>2}" for number in range(1, len(columns) + 1))
            lines = [
                f"  {_padded(_plain(name), wide)}  {' '.join(' ■' if on else ' ·' for on in marks)}"
                for name, marks in rows
            ]
            return "\n".join([*head, "", f"  {' ' * wide}  {numbers}", *lines])


def _as_markdown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_escaped(text)}"
        case Text(text):
            return _escaped(text)
        case Items(items):
            return "\n".join(f"- {_escaped(one)}" for one in items)
        case Facts(facts):
            return "\n".join(f"- **{_escaped(name)}**: {_escaped(told)}" for name, told in facts)
        case Steps(steps, arrow):
            mark = "1." if arrow else "-"
            return "\n".join(f"{mark} **{_escaped(name)}**: {_escaped(told)}" for name, told in steps)
        case Grid(columns, rows):
            lines = ["| | " + " | ".join(map(_cell, columns)) + " |", "|---|" + "---|" * len(columns)]
            lines += [
                f"| {_cell(name)} | " + " | ".join("■" if on else "" for on in marks) + " |" for name, marks in rows
            ]
            return "\n".join(lines)


def _plain(text: str) -> str:
    return escape_controls(text)


def _escaped(text: str) -> str:
    """Text in which nothing but backticks is markup."""
    safe = escape_controls(text)
    parts = safe.split("`")
    for number in range(0, len(parts), 2):
        for char in "\\*_[]<>#|":
            parts[number] = parts[number].replace(char, f"\\{char}")
    return "`".join(parts)


def _cell(text: str) -> str:
    return escape_controls(text).replace("|", "\\|")


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
