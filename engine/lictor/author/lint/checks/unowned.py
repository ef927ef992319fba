"""Nobody answers for a rule.

The owner is a placeholder, or the policy asks every rule for something (`require: [owner, source, dated, note]`)
that the rule does not say. Who is asked why a text was removed must be able to name somebody who knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault, listed
from lictor.author.lint.placeholders import is_placeholder
from lictor.author.lint.study import Study

CODE = "L019"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each owner that is none, and each rule that lacks what the policy requires of its rules."""
    if is_placeholder(study.document.owner):
        message = f"the policy's owner `{study.document.owner}` is nobody"
        yield Fault(study.place("owner"), message, "name a team or a role that answers for it")
    for number, rule in enumerate(study.document.rules):
        missing = [key for key in study.document.require if getattr(rule, key) is None]
        if missing:
            message = f"rule `{rule.id}` does not say its {listed(missing)}, which `require` asks of every rule"
            yield Fault(study.place("rules", number), message, f"add `{missing[0]}: ...` to the rule")
        if rule.owner is not None and is_placeholder(rule.owner):
            message = f"the owner `{rule.owner}` of rule `{rule.id}` is nobody"
            yield Fault(study.place("rules", number, "owner"), message, "name a team or a role that answers for it")
