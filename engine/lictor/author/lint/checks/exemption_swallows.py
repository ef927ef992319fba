"""An exemption swallows its rule.

The exemption holds wherever the rule fires, so the rule never leads to anything: its words are among the rule's
own, or its condition asks for less than the rule does. Where all rules of a category are swallowed, the category
is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lictor.author.lint.finding import Fault, listed
from lictor.author.lint.logic import negated
from lictor.author.lint.study import Study

CODE = "L015"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each exemption that leaves nothing of a rule, or of a category."""
    always = {
        name
        for name, exemption in study.document.exemptions.items()
        if study.logic.can_hold(negated(study.formulas.of(exemption.when))) is False
    }
    swallowed: dict[tuple[str, str], list[str]] = defaultdict(list)
    left: set[str] = set()
    for _, rule in study.active:
        when = study.formulas.of(rule.when)
        if study.logic.can_hold(when, fields=study.fields(rule)) is False:
            continue  # that is said of the rule
        by = [
            name
            for name in rule.unless
            if name not in always
            and study.logic.implies(
                when, study.formulas.excuses(study.document.exemptions[name]), fields=study.fields(rule)
            )
        ]
        if (
            not by
            and always.isdisjoint(rule.unless)
            and study.logic.can_hold(study.formulas.fires(rule), fields=study.fields(rule)) is False
        ):
            by = [name for name in rule.unless if name not in always][:1]  # not one of them, but all together
        for name in by[:1]:
            swallowed[name, rule.category].append(rule.id)
        if not by:
            left.add(rule.category)
    for (name, category), rules in swallowed.items():
        what = f"category `{category}`" if category not in left else f"rule {listed(rules)}"
        message = f"exemption `{name}` swallows {what}: it holds wherever {listed(rules)} fires"
        hint = "name a context that is not the offence itself, or say under `cancelled_by` what ends the excuse"
        related = tuple((study.place("rules", rule), f"`{rule}`") for rule in rules[:2])
        yield Fault(study.place("exemptions", name, "when"), message, hint, related=related)
