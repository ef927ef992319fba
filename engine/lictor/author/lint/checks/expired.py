"""A rule is out of force, or soon will be.

From the instant a rule `expires` on it no longer speaks of what is published. A rule that ended before the newest
version began is dead weight; one that ends within thirty days should be renewed by somebody who answers for it, or
taken out on purpose. `--now` says which instant counts as now; the command line takes the clock's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L060"
LEVEL = "warning"

_SOON = timedelta(days=30)


def find(study: Study) -> Iterator[Fault]:
    """Each rule that has expired by now, by the newest version at least, and each that will within a month."""
    newest = study.document.versions[-1]
    for number, rule in enumerate(study.document.rules):
        if rule.expires is None:
            continue
        place = study.place("rules", number, "expires")
        hint = "give it a later `expires`, or take the rule away with its words"
        if rule.expires <= newest.start:
            yield Fault(place, f"rule `{rule.id}` expired before version `{newest.id}` began", hint)
        elif study.now is not None and rule.expires <= study.now:
            yield Fault(place, f"rule `{rule.id}` expired {(study.now - rule.expires).days:,} days ago", hint)
        elif study.now is not None and rule.expires <= study.now + _SOON:
            message = f"rule `{rule.id}` expires in {(rule.expires - study.now).days} days"
            yield Fault(place, message, "renew it in time, or let it end", level="note")
