"""A category that no rule finds.

It has a title and a ground, and ladders may name it, but no rule leads to it, and it is none of the evasions that a
case or a person finds (`evasion`): nothing is ever found in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L034"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each category that is never found."""
    document = study.document
    found = {rule.category for rule in document.rules}
    found |= {one.category for one in (document.evasion.new_account, document.evasion.successor_group) if one}
    for name in document.categories:
        by_a_person = any(fnmatchcase(name, pattern) for pattern in document.evasion.categories)
        if name not in found and not by_a_person:
            message = f"no rule finds category `{name}`"
            hint = "write a rule for it, or take it away until there is one"
            yield Fault(study.place("categories", name), message, hint)
