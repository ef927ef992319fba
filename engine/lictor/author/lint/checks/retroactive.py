"""New rules punish old texts.

`retroactive` says what happens to a text that was allowed when it was published. To hide it is one thing; to count
a strike for it, or to act against the account, punishes somebody for what the rules allowed.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.policy.actions import strength

CODE = "L035"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """A strike, or an action against the account, for what was allowed."""
    retroactive = study.document.retroactive
    if retroactive is None:
        return
    if retroactive.strike:
        message = "an older text that only a newer version forbids counts as a strike"
        yield Fault(study.place("retroactive", "strike"), message, "write `strike: false`, or leave it out")
    if strength(retroactive.effect) > strength("hide"):
        message = f"an older text that only a newer version forbids leads to `{retroactive.effect}`"
        yield Fault(study.place("retroactive", "effect"), message, "hide it: `retroactive: {effect: hide}`")
