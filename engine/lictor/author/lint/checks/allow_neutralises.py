"""An `allow` phrase cancels the term everywhere.

A phrase under `allow` says where a term is innocent. A phrase that is the term itself cancels every match: the term
is listed and never found.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.allowed import phrases
from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L006"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each phrase that says no more than the term it is meant to surround."""
    for phrase in phrases(study):
        for entry in phrase.cancels:
            message = f"`{phrase.text}` under `allow` cancels `{entry.text}` wherever it stands"
            hint = "write the longer phrase in which the term is innocent, or take the term away"
            yield Fault(phrase.node.place, message, hint, related=((entry.node.place, "the term"),))
            break
