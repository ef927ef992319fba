"""Rows under a head, set out for a terminal: numbers to the right, all else to the left."""

from __future__ import annotations

from collections.abc import Sequence

from lictor.errors import display_width, escape_controls

__all__ = ["in_columns"]


def in_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines, indented, safe to print. A column is of numbers where each of its cells begins as one, or is empty."""
    cells = [[escape_controls(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
    numbers = [all(not row[at] or row[at][0] in "0123456789-" for row in cells[1:]) for at in range(len(head))]
    return [("  " + "  ".join(_set(*one) for one in zip(row, widths, numbers, strict=True))).rstrip() for row in cells]


def _set(cell: str, width: int, number: bool) -> str:  # noqa: FBT001
    space = " " * (width - display_width(cell))
    return space + cell if number else cell + space
