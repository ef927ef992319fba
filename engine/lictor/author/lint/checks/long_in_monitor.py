"""A rule has watched for more than a year.

A rule in `monitor` decides and does nothing, so that its figures can be read. Whoever wrote it has long read them, or
never will. Let it act, mend it, or take it away; if it is to watch on, say so by a new `dated`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L041"
LEVEL = "note"

_LONG = timedelta(days=365)


def find(study: Study) -> Iterator[Fault]:
    """Each rule in monitor for which nobody answered within a year, by now or by the newest version at least."""
    today = (study.now or study.document.versions[-1].start).date()
    for number, rule in enumerate(study.document.rules):
        if rule.status == "monitor" and rule.dated is not None and today - rule.dated > _LONG:
            message = f"rule `{rule.id}` has watched for more than a year, since {rule.dated}"
            yield Fault(study.place("rules", number, "dated"), message, "let it act, or take it away")
