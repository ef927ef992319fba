"""Two terms of a list are the same once they are matched.

Case, width and the like are ignored unless the lexicon says otherwise, so `Bitcoin` and `bitcoin` find the same
places. The second finds nothing of its own; what is said of it (its strength, its `allow`) may surprise. Keep one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.author.lint.terms import Entry

CODE = "L008"
LEVEL = "note"


def find(study: Study) -> Iterator[Fault]:
    """Each term that another one of its lexicon already is."""
    for name, entries in study.terms.by_lexicon.items():
        first: dict[str, Entry] = {}
        for entry in entries:
            before = first.setdefault(_matched(entry), entry)
            alike = before.options == entry.options and before.host == entry.host
            if before is entry or before.node is entry.node or before.text == entry.text or not alike:
                continue
            message = f"`{entry.text}` is the same as `{before.text}` in lexicon `{name}`, as both are matched"
            label = f"`{before.text}` is at {_where(before, entry)}"
            yield Fault(entry.node.place, message, "keep one of them", label)


def _matched(entry: Entry) -> str:
    """What is left of the text once the differences that are ignored are gone."""
    text = unicodedata.normalize("NFKC", entry.text) if entry.options.width and entry.options.style else entry.text
    return text.casefold() if entry.options.case and not entry.options.ticker else text


def _where(before: Entry, entry: Entry) -> str:
    place = before.node.place
    return f"line {place.line}" if place.file == entry.node.place.file else f"{place.file}:{place.line}"
