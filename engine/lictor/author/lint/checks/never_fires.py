"""A rule can never fire.

No text, account and version make it true: its condition contradicts itself, asks for something no term can give,
looks at fields the rule does not judge, or its category is never in force. A rule that enforces with the action
`none` fires and does nothing, which comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L010"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each rule that no item can violate."""
    document = study.document
    for number, rule in study.active:
        when = study.formulas.of(rule.when)
        if study.logic.can_hold(when, fields=study.fields(rule)) is False:
            message = f"rule `{rule.id}` can never fire: no text makes its condition true"
            hint = "look for parts that exclude each other, and for terms, fields and signals that cannot be"
            if study.logic.can_hold(when) is not False:
                message = f"rule `{rule.id}` can never fire: its condition is about fields it does not judge"
                hint = "name the fields under `in`, or leave `in` out to judge all of them"
            yield Fault(study.place("rules", number, "when"), message, hint)
        category = document.categories[rule.category]
        if category.until is not None:
            end = document.version_numbers[category.until]
            if all(document.version_numbers[start] >= end for start in category.start.values()):
                message = f"rule `{rule.id}` can never fire: its category `{rule.category}` ends before it begins"
                hint = "let `until` name a later version than `from`, or leave it out"
                yield Fault(study.place("categories", rule.category, "until"), message, hint)
        if rule.effect == "none" and rule.status == "enforce":
            message = f"rule `{rule.id}` enforces `none`: it fires and nothing follows"
            yield Fault(study.place("rules", number, "effect"), message, "use `status: monitor`, or name an effect")
