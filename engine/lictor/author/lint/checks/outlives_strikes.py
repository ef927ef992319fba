"""A deadline is longer than a strike's life.

A strike that expires while its order is still open is forgotten before the account has mended anything: the next
violation counts as the first. The same holds for a re-offence window that outlasts the strike it looks back to, and for
appeals that may still come when there is no strike left to take back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lictor.author.lint.finding import Fault
from lictor.author.lint.ladders import all_steps
from lictor.author.lint.study import Study
from lictor.policy.models import Duration

CODE = "L025"
LEVEL = "warning"

_NOTHING = timedelta()


def find(study: Study) -> Iterator[Fault]:
    """Each deadline that a strike does not live to see, and ladders that count strikes of no length."""
    document = study.document
    for path, length, what in _lengths(study):
        if document.strikes is not None and length.fixed > document.strikes.life.fixed > _NOTHING:
            message = f"{what} of {length} is longer than a strike lives ({document.strikes.life})"
            related = ((study.place("strikes", "life"), "the strike is forgotten by then"),)
            yield Fault(study.place(*path), message, "shorten it, or let strikes live longer", related=related)
    counting = [number for number, ladder in enumerate(document.ladders) if ladder.by in ("strikes", "rungs")]
    if document.strikes is not None and counting and not document.strikes.life.amount:
        message = "a strike lives for no time: no ladder ever goes past its first step"
        yield Fault(study.place("strikes", "life"), message, "let strikes live, such as `life: 365d`")
    if document.strikes is None and counting:
        name = document.ladders[counting[0]].id
        message = f"ladder `{name}` counts strikes, and the policy does not say how long one lives"
        yield Fault(study.place("ladders", counting[0], "by"), message, "add `strikes: {life: 365d}`")


def _lengths(study: Study) -> Iterator[tuple[tuple[str | int, ...], Duration, str]]:
    document = study.document
    for name, subject in document.subjects.items():
        if subject.rectify is not None:
            yield ("subjects", name, "rectify"), subject.rectify, f"the deadline for `{name}`"
    window = document.appeals.window
    if window.unit in ("s", "m", "h", "d"):  # working days and calendar years have no exact length
        yield ("appeals", "window"), window, "the time to appeal"
    for number, ladder in enumerate(document.ladders):
        for path, steps in all_steps(ladder):
            for step in steps:
                if step.within is not None:
                    yield ("ladders", number, *path), step.within, f"the deadline in ladder `{ladder.id}`"
        if ladder.reoffence is not None:
            yield ("ladders", number, "reoffence", "within"), ladder.reoffence.within, "the re-offence window"
