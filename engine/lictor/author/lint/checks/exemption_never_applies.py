"""An exemption never applies.

Its condition cannot hold, what cancels it holds wherever it does, or it excludes the very rule that names it under
`unless`. Who relies on the excuse is punished all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L016"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each exemption that excuses nothing, and each that a rule names in vain."""
    idle: set[str] = set()
    for name, exemption in study.document.exemptions.items():
        when, excuse = study.formulas.of(exemption.when), study.formulas.excuses(exemption)
        if study.logic.can_hold(when) is False:
            message = f"exemption `{name}` never applies: its condition can never be true"
            hint = "look for parts that exclude each other"
        elif study.logic.can_hold(excuse) is False:
            message = f"exemption `{name}` never applies: it is cancelled wherever it holds"
            hint = "let `cancelled_by` name something that need not be there"
        else:
            continue
        idle.add(name)
        yield Fault(study.place("exemptions", name), message, hint)
    for number, rule in study.active:
        when = study.formulas.of(rule.when)
        if study.logic.can_hold(when, fields=study.fields(rule)) is False:
            continue
        for place, name in enumerate(rule.unless):
            excuse = study.formulas.excuses(study.document.exemptions[name])
            if name not in idle and study.logic.can_hold(when, excuse, fields=study.fields(rule)) is False:
                message = f"exemption `{name}` never excuses rule `{rule.id}`: the two cannot hold together"
                hint = f"take `{name}` out of `unless`, or let its condition leave room for the rule's"
                yield Fault(study.place("rules", number, "unless", place), message, hint)
