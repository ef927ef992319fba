"""Sure mends, as edits of the author's text: an item of a list taken away, a text put in quotes."""

from __future__ import annotations

from lictor.author.lint.finding import Edit
from lictor.policy.source import Node

__all__ = ["in_quotes", "without_item"]


def without_item(listed: Node, item: Node) -> Edit | None:
    """The list without that item; None where it is the only one, or stands on a line with more than itself."""
    at = next((number for number, one in enumerate(listed.items) if one is item), None)
    if at is None or len(listed.items) < 2:
        return None
    line = item.file.lines[item.line - 1]
    if line.lstrip().startswith("- ") and line.split("#")[0].strip() == f"- {line[item.column - 1 :][: item.length]}":
        return Edit(item.file.name, (item.line, 1), (item.line + 1, 1), "")
    beside = listed.items[at - 1] if at else listed.items[1]
    if beside.line != item.line or (line.lstrip().startswith("- ") and "[" not in line):
        return None
    if at:
        return Edit(
            item.file.name, (item.line, beside.column + beside.length), (item.line, item.column + item.length), ""
        )
    return Edit(item.file.name, (item.line, item.column), (item.line, beside.column), "")


def in_quotes(file: str, line: int, column: int, length: int, text: str) -> Edit:
    """The bare word in single quotes."""
    return Edit(file, (line, column), (line, column + length), "'" + text.replace("'", "''") + "'")
