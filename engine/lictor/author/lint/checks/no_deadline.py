"""An order to rectify without a deadline.

An order says until when the account may mend what is wrong. Neither the step nor the kind of account says how long
that is, so the order never expires and its restrictions never end. Or the time is none at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault, listed
from lictor.author.lint.ladders import all_steps
from lictor.author.lint.study import Study

CODE = "L024"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each order that has no end, or is over as it begins."""
    document = study.document
    for number, ladder in enumerate(document.ladders):
        for path, steps in all_steps(ladder):
            for step in steps:
                if step.action != "rectify_order" or step.within is not None:
                    continue
                without = [name for name in ladder.subjects if document.subjects[name].rectify is None]
                if without:
                    message = f"ladder `{ladder.id}` orders {listed(without)} to rectify, and says no deadline"
                    hint = f"write `{{rectify_order: 7d}}`, or give `{without[0]}` a `rectify: 7d`"
                    yield Fault(study.place("ladders", number, *path), message, hint)
    for name, subject in document.subjects.items():
        if subject.rectify is not None and not subject.rectify.amount:
            message = f"`{name}` must rectify within no time: the order expires as it begins"
            yield Fault(study.place("subjects", name, "rectify"), message, "give it a time in which a person can act")
