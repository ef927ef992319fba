"""Appeals: one for each decision, within its window, answered by somebody else than who decided."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from lictor.enforce.cases import find_case, overturn
from lictor.enforce.days import day_after
from lictor.enforce.items import release
from lictor.enforce.orders import resume_clock, stop_clock
from lictor.enforce.reviews import close_review
from lictor.enforce.states import Account, Appeal, Case, Item
from lictor.enforce.turn import Turn
from lictor.facts.kinds import Appeal as AppealFiled
from lictor.facts.kinds import AppealDecision
from lictor.policy.models import PolicyDocument

__all__ = ["answer", "answer_due", "appeal_until", "file"]


def file(turn: Turn, account: Account, fact: AppealFiled) -> None:
    """The account contests a decision, or what detection did to an item."""
    contested = _contested(account, fact.decision)
    if contested is None:
        turn.refused = "no_such_decision"
        return
    document = turn.rules.document(contested.policy) if contested.policy else None
    before = 0 if contested.appeal is None else contested.appeal.number
    pending = contested.appeal is not None and contested.appeal.state == "pending"
    if pending or before >= (1 if document is None else document.appeals.per_decision):
        account.second_appeal_accepted = False
        turn.refused = "appeal_exhausted"
    elif contested.state in ("overturned", "reinstated"):
        turn.refused = "already_overturned"
    elif document is not None and turn.now > appeal_until(document, contested):
        turn.refused = "appeal_too_late"
    else:
        contested.appeal = Appeal(fact.id, turn.now, turn.move("appeal", fact.id, "none", "file"), before + 1)
        account.appeal = contested.id
        if isinstance(contested, Case) and document is not None and "appeal" in document.orders.clock.stops:
            stop_clock(turn, contested, "appeal")


def answer(turn: Turn, account: Account, fact: AppealDecision) -> None:
    """The appeal is rejected, and the clock runs on; or granted, and the decision never counted."""
    held: list[Case | Item] = [*account.cases, *account.items.values()]
    contested = next((one for one in held if one.appeal is not None and one.appeal.id == fact.appeal), None)
    if contested is None or contested.appeal is None:
        turn.refused = "no_such_appeal"
        return
    if contested.appeal.state != "pending":
        turn.refused = "already_answered"
        return
    if isinstance(contested, Case) and fact.by is not None and fact.by == contested.by:
        turn.refused = "same_reviewer"
        return
    event = "grant" if fact.outcome == "granted" else "reject"
    contested.appeal.state = turn.move("appeal", fact.appeal, contested.appeal.state, event)
    if isinstance(contested, Item):
        if fact.outcome == "granted":
            release(turn, account, [contested.id])
    elif fact.outcome == "rejected":
        resume_clock(turn, contested, "appeal")
    elif contested.state in ("in_force", "ended"):
        overturn(turn, account, contested, "overturn")
        close_review(turn, account, "dismiss")


def _contested(account: Account, decision: str) -> Case | Item | None:
    """What was decided under that id; of an item, the decision that hides it, or else what detection did to it."""
    item = account.items.get(decision)
    by = [decision] if item is None else [decision, *item.hidden_by]
    return next((case for case in (find_case(account, one) for one in by) if case is not None), item)


def appeal_until(document: PolicyDocument, contested: Case | Item) -> datetime:
    """The last instant at which the decision can be contested: counted from when its notice arrived."""
    start = contested.at if isinstance(contested, Item) else contested.delivered or contested.at
    return start + document.appeals.window.fixed


def answer_due(document: PolicyDocument, filed: datetime) -> date:
    """The last day for an answer. Working days count from the day after, in the policy's time zone."""
    zone = ZoneInfo(document.timezone)
    return day_after(document.calendar, filed.astimezone(zone).date(), document.appeals.answer)
