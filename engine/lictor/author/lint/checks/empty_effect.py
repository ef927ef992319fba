"""An effect that does nothing, or has no end.

A restriction that names no function restricts nothing; `none` as a step is no step; a suspension that does not say
for how long is a ban under a milder name; a step that is empty lets the violation pass. An effect on the owner of
an account that is no group, or on a host where the account has none, finds nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.ladders import all_steps
from lictor.author.lint.study import Study
from lictor.policy.models import Step

CODE = "L028"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each step without effect."""
    document = study.document
    for number, ladder in enumerate(document.ladders):
        for path, steps in all_steps(ladder):
            place = study.place("ladders", number, *path)
            if not steps:
                yield Fault(place, f"a step of ladder `{ladder.id}` is empty", "say what follows, if only `[warn]`")
            for step in steps:
                for message, hint in _faults(study, ladder.id, step):
                    yield Fault(place, message, hint)
    for name, functions in document.bundles.items():
        if not functions:
            message = f"bundle `{name}` holds no function"
            yield Fault(study.place("bundles", name), message, "list the functions it stands for")


def _faults(study: Study, ladder: str, step: Step) -> Iterator[tuple[str, str]]:
    if step.action == "restrict" and not step.functions:
        yield f"ladder `{ladder}` restricts nothing: `restrict` names no function", "write `{restrict: [...], for: 7d}`"
    if step.action == "restrict" and step.functions and not (step.lasting or step.until or step.permanent):
        hint = "write `for: 7d`, `until: rectified`, or `permanent: true` if that is meant"
        yield f"ladder `{ladder}` restricts without an end", hint
    if step.action == "none":
        yield f"ladder `{ladder}` has the effect `none`, which is no step", "say what follows, or take it away"
    if step.action == "suspend" and step.lasting is None and step.until is None:
        yield (
            f"ladder `{ladder}` suspends without an end",
            "write `{suspend: 30d}`, or `ban_permanent` if that is meant",
        )
    for length, name in ((step.lasting, "for"), (step.within, "within")):
        if length is not None and not length.amount:
            yield f"ladder `{ladder}`: `{step.action}` `{name}` no time is over as it begins", "say how long it lasts"
    protected = set(study.document.invariants.never_restrict)
    if step.action == "restrict" and step.functions and study.document.functions:
        every = {one for name in step.functions for one in study.document.bundles.get(name, (name,))}
        if every and every <= protected:
            yield f"ladder `{ladder}` restricts only what may never be restricted", "name other functions"
