"""A term of one character is found anywhere.

One character stands in every other text: 收 in 收入, U in U-turn. It is a sign only right beside something else, so
it belongs under `near`; under `all` the other thing may be pages away, and alone it makes the rule fire on ordinary
texts. Put it under `near` with what it is said of, or write the words it is meant to stand in.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.author.lint.terms import Entry
from lictor.policy.models import Condition

CODE = "L004"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each term of one character that counts wherever in a text it stands."""
    told: set[int] = set()
    for number, rule in study.active:
        for entry in _anywhere(study, rule.when):
            if len(entry.text) > 1 or entry.number in told:
                continue
            told.add(entry.number)
            alone = number in study.alone.get(entry.number, ())
            what = f"makes `{rule.id}` fire" if alone else f"counts for `{rule.id}` wherever it stands"
            hint = "put it under `near` beside what it is said of, or write a longer term"
            yield Fault(study.spot(entry, number), f"the one character `{entry.text}` {what}", hint)


def _anywhere(study: Study, condition: Condition) -> Iterator[Entry]:
    """The terms that the condition looks for on their own; not those that must stand beside others, or be disguised."""
    named = study.document.conditions.get(condition.use or "")
    if named is not None:
        yield from _anywhere(study, named)
    elif condition.operator in ("use", "lexicon", "terms"):
        yield from study.formulas.entries(condition)
    elif condition.operator in ("any", "all", "at_least"):
        for below in condition.children():
            yield from _anywhere(study, below)
