"""A rule is tested in one language only.

Its terms are in two scripts, and every text that must make it fire is in one of them: nothing shows that the other
half works. Add a text in the other language.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.policy.models import Condition

CODE = "L018"
LEVEL = "warning"

_SHARE = 0.25
_NAMES = {"han": "Chinese", "latin": "Latin"}


def find(study: Study) -> Iterator[Fault]:
    """Each rule with terms of two scripts and tests in one."""
    for number, rule in study.active:
        tested = {script for text in rule.tests.fires for script in _scripts(text)}
        if len(tested) != 1:
            continue
        operands = list(_needed(study, rule.when))
        wanted = [_shares(study, operand) for operand in operands]
        both = [shares for shares in wanted if min(shares.values()) >= _SHARE]
        other = "han" if tested == {"latin"} else "latin"
        # A script counts where every part of the condition can be met in it.
        if both and all(shares[other] > 0 for shares in wanted):
            message = f"rule `{rule.id}` has terms in {_NAMES[other]} script and no test in it"
            hint = f"add a text in {_NAMES[other]} script to `tests: {{fires: [...]}}`"
            yield Fault(study.place("rules", number, "tests", "fires"), message, hint)


def _needed(study: Study, condition: Condition) -> Iterator[Condition]:
    """The parts of the condition of which each must be met by something in the text."""
    if condition.operator in ("all", "near"):
        for part in condition.all_ or condition.near or ():
            yield from _needed(study, part)
    elif study.formulas.entries(condition):
        yield condition


def _shares(study: Study, condition: Condition) -> dict[str, float]:
    entries = study.formulas.entries(condition)
    return {
        "han": sum(entry.is_han for entry in entries) / len(entries),
        "latin": sum(entry.is_latin for entry in entries) / len(entries),
    }


def _scripts(text: str) -> set[str]:
    found = {"han"} if any("\u3400" <= char <= "\u9fff" for char in text) else set()
    # A ticker or a name in Latin letters makes no sentence English.
    words = [word for word in text.split() if word.isascii() and word.isalpha()]
    return found | ({"latin"} if not found or len(words) >= 3 else set())
