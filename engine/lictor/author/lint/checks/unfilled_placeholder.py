"""A notice has a gap that nobody fills.

A notice is shown as it is written: `{days}` or `%s` in it reaches the account as such. What differs from decision to
decision (the deadline, the functions taken away, the clause) stands in the statement of reasons that goes with it. Say
it in words that hold for every decision the notice is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.errors import Place
from lictor.policy.source import Node

CODE = "L036"
LEVEL = "warning"

_GAP = re.compile(r"\{\{?\s*[A-Za-z_][\w.]*\s*\}?\}|\$\{\w+\}|%\(\w+\)s|%[sd]\b|<[A-Z_]{3,}>|\[[A-Z_]{3,}\]")


def find(study: Study) -> Iterator[Fault]:
    """Each placeholder in a text that people are shown."""
    document = study.document
    texts: list[tuple[tuple[str | int, ...], str]] = [
        (("notices", number, "text"), f"notice `{notice.id}`") for number, notice in enumerate(document.notices)
    ]
    texts.append((("appeals", "how"), "the way to appeal"))
    for path, what in texts:
        node = study.policy.node(*path)
        for written in [node, *(value for _, value in node.entries.values())] if node else ():
            for gap in _GAP.finditer(str(written.value) if isinstance(written.value, str) else ""):
                message = f"{what} shows `{gap[0]}` as it stands: nothing is filled in"
                yield Fault(_at(written, gap[0]), message, "say it in words that hold for every decision")


def _at(node: Node, gap: str) -> Place:
    """The place of the gap, where it stands on the line where the text begins."""
    whole = node.place
    column = whole.source.find(gap, whole.column - 1)
    return whole if column < 0 else node.file.place(whole.line, column + 1, len(gap))
