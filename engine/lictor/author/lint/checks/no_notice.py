"""An action that nobody is told of.

Something is done to an account, and no notice fits it: whoever is hit finds out by trying. Add a notice whose
`when` lets the action in. Actions on a single message or item count only where the policy has no notice for any of
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from lictor.author.lint.deeds import Deed, deeds
from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.policy.actions import strength
from lictor.policy.models import Notice

CODE = "L030"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each action against an account that has no words of its own."""
    notices = study.document.notices
    told: set[str] = set()
    for deed in deeds(study):
        if strength(deed.action) < strength("warn") or deed.action in told:
            continue
        if not any(fits(notice, deed) for notice in notices):
            told.add(deed.action)
            message = f"nobody is told of `{deed.action}`: no notice fits it"
            hint = f"add a notice `when: {{action: {deed.action}}}`, or let one fit it"
            yield Fault(deed.place, message, hint)


def fits(notice: Notice, deed: Deed) -> bool:
    """Whether the notice may be shown for such a deed."""
    when = notice.when
    return (
        (when.action is None or deed.action in when.action or not deed.beside.isdisjoint(when.action))
        and (when.subject is None or not deed.subjects or not deed.subjects.isdisjoint(when.subject))
        and (
            when.category is None
            or not deed.categories
            or any(fnmatchcase(category, pattern) for category in deed.categories for pattern in when.category)
        )
    )
