"""A step that is never reached, or leads down.

After a ban there is no account left to take the next step. And a ladder that answers the next violation with less
than the last one (a lesser action, or the same for a shorter time), or a graver severity with less than a milder
one, invites what it forbids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lictor.author.lint.finding import Fault
from lictor.author.lint.ladders import ends_membership, strongest_of
from lictor.author.lint.study import Study
from lictor.policy.actions import strength
from lictor.policy.models import Step

CODE = "L026"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each step after a ban, and each that is plainly weaker than the one before it."""
    document = study.document
    for number, ladder in enumerate(document.ladders):
        last = next((at for at, steps in enumerate(ladder.steps) if ends_membership(steps)), None)
        if last is not None and last + 1 < len(ladder.steps):
            message = f"ladder `{ladder.id}` goes on after a ban: step {last + 2} is never reached"
            yield Fault(study.place("ladders", number, "steps", last + 1), message, "take the ban to the last step")
        for at, (before, after) in enumerate(pairwise(ladder.steps[: None if last is None else last + 1])):
            if strongest_of(after) <= strength("warn") < strongest_of(before) or _shorter(before, after):
                message = f"ladder `{ladder.id}` leads down: step {at + 2} is weaker than step {at + 1}"
                yield Fault(
                    study.place("ladders", number, "steps", at + 1), message, "order the steps from the mildest"
                )
        order = [one.id for one in document.severities if ladder.severity.get(one.id)]
        for milder, graver in pairwise(order):
            if strongest_of(ladder.severity[graver]) < strongest_of(ladder.severity[milder]):
                message = f"ladder `{ladder.id}` answers `{graver}` with less than the milder `{milder}`"
                hint = "let graver violations lead to more; severities are listed from the mildest"
                yield Fault(study.place("ladders", number, "severity", graver), message, hint)


def _shorter(before: Sequence[Step], after: Sequence[Step]) -> bool:
    """Whether the later step takes the same away, and for a shorter time."""
    lasting = {(step.action, step.functions, step.on): step.lasting for step in before}
    same = [
        (lasting[key], step.lasting) for step in after if (key := (step.action, step.functions, step.on)) in lasting
    ]
    timed = [(first, then) for first, then in same if first is not None and then is not None]
    return (
        bool(timed)
        and all(then.fixed < first.fixed for first, then in timed)
        and strongest_of(after) == strongest_of(before)
    )
