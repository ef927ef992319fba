"""A list of words is a table.

A spreadsheet saved as text keeps its columns, its heading and its quotes: `for sale;2026;ann` is then one long term
that nobody will ever write. Keep the column of words alone, one a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.author.lint.terms import Entry

CODE = "L040"
LEVEL = "warning"

_COLUMNS = {";": "`;`", "\t": "a tab", "|": "`|`", ",": "`,`"}
_FEWEST = 3


def find(study: Study) -> Iterator[Fault]:
    """Each text file of terms of which nearly all hold a separator of columns, or stand in quotes."""
    for name, entries in study.terms.by_lexicon.items():
        written = {(entry.node.place.file, entry.node.line): entry for entry in entries if _is_listed(entry)}
        lines = list(written.values())
        if len(lines) < _FEWEST:
            continue
        for sign, called in _COLUMNS.items():
            held = [entry for entry in lines if sign in str(entry.node.value)]
            if _nearly_all(held, lines):
                message = f"lexicon `{name}` is a table: {called} stands in {len(held)} of its {len(lines)} terms"
                yield Fault(held[0].node.place, message, "keep the column of words alone, one a line")
                break
        else:
            held = [entry for entry in lines if _is_quoted(str(entry.node.value))]
            if _nearly_all(held, lines):
                message = f"the terms of lexicon `{name}` stand in quotes, which are taken for a part of them"
                yield Fault(held[0].node.place, message, "take the quotes away: in a text file each line is a term")


def _is_listed(entry: Entry) -> bool:
    return entry.node.file.name.endswith(".txt")


def _is_quoted(text: str) -> bool:
    return len(text) > 2 and text[0] == text[-1] and text[0] in "\"'"


def _nearly_all(held: Sequence[Entry], lines: Sequence[Entry]) -> bool:
    return len(held) >= _FEWEST and len(held) * 10 >= len(lines) * 9
