"""A guard has nothing to hold back.

A guard takes from a rule what the rule does by itself. What is not under `automatic` waits for a person already, so a
guard on it never acts, and its budget protects nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L061"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each action of a guard that no rule carries out by itself."""
    document = study.document
    for number, guard in enumerate(document.guards):
        for place, action in enumerate(guard.actions):
            if action not in document.automatic:
                yield Fault(
                    study.place("guards", number, "actions", place),
                    f"guard `{guard.id}` is on `{action}`, which waits for a person already",
                    f"add `{action}` to `automatic`, or take it from the guard",
                )
