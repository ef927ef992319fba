"""Sure mends put into the text: the files as they would be, and a diff to read first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from lictor.author.lint.finding import Edit

__all__ = ["difference", "mended"]


def mended(files: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    """The files that change, with every edit made; of edits that overlap, the first."""
    by_file: dict[str, list[Edit]] = {}
    for edit in edits:
        by_file.setdefault(edit.file, []).append(edit)
    changed = {}
    for name, some in sorted(by_file.items()):
        lines = files[name].split("\n")
        last: tuple[int, int] | None = None
        for edit in sorted(some, key=lambda one: one.start, reverse=True):
            if last is not None and edit.end > last:
                continue
            last = edit.start
            (row, column), (end_row, end_column) = edit.start, edit.end
            head = lines[row - 1][: column - 1]
            tail = lines[end_row - 1][end_column - 1 :] if end_row <= len(lines) else ""
            lines[row - 1 : end_row] = [head + edit.text + tail]
        changed[name] = "\n".join(lines)
    return changed


def difference(name: str, before: str, after: str) -> str:
    """What changes in the file, as a unified diff."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{name}", f"b/{name}", lineterm="")
    return "\n".join(lines)
