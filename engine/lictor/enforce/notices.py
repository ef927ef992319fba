"""Which words are shown where: to the account with a decision, to visitors, on old links, in search, on an item."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase

from lictor.enforce.states import Case
from lictor.policy.models import Notice, PolicyDocument

__all__ = ["notice_shown", "notices_sent"]


def notices_sent(document: PolicyDocument, case: Case, subject: str | None) -> tuple[str, ...]:
    """Every notice that goes to the account with that decision, in the policy's order."""
    actions = {case.action, *(sanction.action for sanction in case.sanctions)}
    return tuple(
        notice.id for notice in document.notices if "account" in notice.on and _fits(notice, case, actions, (), subject)
    )


def notice_shown(
    document: PolicyDocument,
    place: str,
    case: Case,
    subject: str | None,
    *,
    actions: Collection[str],
    functions: Collection[str],
) -> str | None:
    """The first notice that fits the place, where these actions are in force and these functions are taken away."""
    return next(
        (one.id for one in document.notices if place in one.on and _fits(one, case, actions, functions, subject)), None
    )


def _fits(
    notice: Notice, case: Case, actions: Collection[str], functions: Collection[str], subject: str | None
) -> bool:
    when = notice.when
    return (
        (when.action is None or any(action in when.action for action in actions))
        and (when.trigger is None or case.trigger in when.trigger)
        and (when.subject is None or subject in when.subject)
        and (when.category is None or any(fnmatchcase(case.category or "", one) for one in when.category))
        and (when.function is None or any(function in when.function for function in functions))
    )
