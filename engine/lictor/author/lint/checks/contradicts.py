"""Two rules contradict each other.

They fire on the same texts, for the same category, and say different things: another severity, another effect, or
one excuses what the other punishes. Only one can be meant. An exemption that one rule grants is worth nothing while
another rule with the same condition grants none.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.alike import differing, pairs, same
from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L013"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each pair of rules that judge the same text differently."""
    for number, rule, other_number, other in pairs(study):
        if number < other_number or {rule.status, other.status} != {"enforce"} or not same(study, rule, other):
            continue
        if how := differing(rule, other):
            message = f"rules `{other.id}` and `{rule.id}` judge the same texts differently: {how}"
            hint = "keep one of them, or let their conditions tell the cases apart"
            related = ((study.place("rules", other_number), f"`{other.id}`"),)
            yield Fault(study.place("rules", number), message, hint, related=related)
