"""An `allow` phrase never applies.

A phrase under `allow` cancels a match inside it, so it must hold the term, as it is written or in a form that the
term is matched in. One that holds no term of its list cancels nothing: it is misspelled, stands beside the wrong
term, or the term was changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.allowed import phrases
from lictor.author.lint.finding import Fault
from lictor.author.lint.mending import without_item
from lictor.author.lint.study import Study

CODE = "L007"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each phrase that holds none of the terms it stands beside."""
    for phrase in phrases(study):
        if not phrase.applies:
            message = f"`{phrase.text}` under `allow` holds no {phrase.whose}"
            hint = "write a phrase that holds the term, or take it away"
            yield Fault(phrase.node.place, message, hint, edit=without_item(phrase.list, phrase.node))
