"""A category rests on nothing.

A decision must say what it rests on. The clause is empty or a placeholder, or nobody can tell of which document it
is: neither the ground nor the version has a `source`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.placeholders import is_placeholder
from lictor.author.lint.study import Study

CODE = "L033"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each ground without a clause, or with a clause of no document."""
    document = study.document
    for name, category in document.categories.items():
        written = study.policy.node("categories", name, "ground")
        listed = bool(written and written.items)
        for number, ground in enumerate(category.grounds):
            path = ("categories", name, "ground", *((number,) if listed else ()), "clause")
            place = study.place(*path)
            if is_placeholder(ground.clause):
                message = f"category `{name}` has no clause: `{ground.clause}` says nothing"
                yield Fault(place, message, "name the clause of the rules it enforces: `clause: '3.24'`")
                continue
            starts = [ground.since] if ground.since else category.start.values()
            first = min(document.version_numbers[start] for start in starts)
            if ground.source is None and all(version.source is None for version in document.versions[first:]):
                message = f"nobody can tell of which document `{ground.clause}` is a clause"
                hint = "give the version a `source: {name: ...}`, or the ground one of its own"
                yield Fault(place, message, hint)
