"""Markdown, as little of it as the pages need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["anchor", "cell", "code", "table"]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell(one) for one in line)} |\n" for line in lines)


def code(text: str) -> str:
    """The text as code in a line, whatever backticks and bars it holds."""
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def cell(text: str) -> str:
    """The text in one line, with its bars escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def anchor(title: str) -> str:
    """The anchor of a heading."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")
