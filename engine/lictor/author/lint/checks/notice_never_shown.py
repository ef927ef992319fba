"""A notice is never shown.

The policy never takes the action it is for, or an earlier notice for the same place fits every time: of several
that fit, the first one listed is shown (only the account itself is sent all of them). List the narrower notice
first.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from lictor.author.lint.checks.no_notice import fits
from lictor.author.lint.deeds import deeds
from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.policy.models import Notice, NoticeWhen

CODE = "L032"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each notice that fits nothing, and each that stands behind a wider one everywhere."""
    done = list(deeds(study))
    notices = study.document.notices
    for number, notice in enumerate(notices):
        place = study.place("notices", number)
        if not any(fits(notice, deed) for deed in done) and notice.when.function is None:
            message = f"notice `{notice.id}` is never shown: nothing the policy does fits its `when`"
            yield Fault(study.place("notices", number, "when"), message, "name an action that a ladder or rule takes")
            continue
        behind = {where: _wider(notices[:number], notice, where) for where in notice.on if where != "account"}
        if behind and len(behind) == len(notice.on) and all(behind.values()):
            first = next(one for one in behind.values() if one)
            message = f"notice `{notice.id}` is never shown: `{first.id}` fits every time and is listed first"
            related = ((study.place("notices", first.id), "this one is shown"),)
            yield Fault(place, message, f"list `{notice.id}` before it, or narrow the other's `when`", related=related)


def _wider(earlier: tuple[Notice, ...], notice: Notice, where: str) -> Notice | None:
    return next((one for one in earlier if where in one.on and _covers(one.when, notice.when)), None)


def _covers(wide: NoticeWhen, narrow: NoticeWhen) -> bool:
    for key in ("action", "trigger", "subject", "function"):
        mine, others = getattr(wide, key), getattr(narrow, key)
        if mine is not None and (others is None or not set(others) <= set(mine)):
            return False
    mine, others = wide.category, narrow.category
    return mine is None or (
        others is not None and all(any(fnmatchcase(one, pattern) for pattern in mine) for one in others)
    )
