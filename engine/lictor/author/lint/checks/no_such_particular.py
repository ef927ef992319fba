"""The EU's transparency database knows no such name.

`dsa` says how a category is called in the statements of reasons that are handed to the database, and that takes only
the names on its own lists. With another, `ledger export` has no statement for these decisions.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.facts import suggest
from lictor.policy.dsa import CATEGORIES, KEYWORDS

CODE = "L037"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each category or keyword that is not on the database's list."""
    for name, category in study.document.categories.items():
        if category.dsa is None:
            continue
        written = study.policy.node("categories", name, "dsa", "category")
        place = written.place if written else study.place("categories", name)
        if category.dsa.category not in CATEGORIES:
            message = f"the EU's database has no category `{category.dsa.category}`"
            yield Fault(place, message, suggest(category.dsa.category, CATEGORIES))
        for number, keyword in enumerate(category.dsa.keywords):
            if keyword not in KEYWORDS:
                near = suggest(keyword, KEYWORDS) or "the list is in the database's documentation of its interface"
                place = study.place("categories", name, "dsa", "keywords", number)
                yield Fault(place, f"the EU's database has no keyword `{keyword}`", near)
