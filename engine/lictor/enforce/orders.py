"""The clock of an order to rectify: it runs from the notice, stops while others are to act, and can be lengthened."""

from __future__ import annotations

from datetime import timedelta

from lictor.enforce.states import Account, Case, Order
from lictor.enforce.turn import Turn
from lictor.facts.kinds import Fix, NoticeDelivered
from lictor.policy.models import PolicyDocument

__all__ = [
    "claimed",
    "deliver",
    "extend",
    "fail_order",
    "mend",
    "open_orders",
    "resume_clock",
    "revive_order",
    "set_clock",
    "stop_clock",
]

_OPEN = frozenset({"awaiting", "held", "running", "stopped"})


def open_orders(account: Account) -> list[Case]:
    """The cases whose order to rectify is still to be met."""
    return [case for case in account.cases if case.order is not None and case.order.state in _OPEN]


def claimed(order: Order) -> bool:
    """Whether somebody says the order is met, and nobody has checked it yet."""
    return order.state == "reclaimed" or (order.state in _OPEN and "claim" in order.stops)


def set_clock(turn: Turn, case: Case, order: Order) -> None:
    """Starts the clock if its beginning is known and has come."""
    if order.starts is None:
        return
    if order.within is not None and order.deadline is None:
        order.deadline = order.starts + timedelta(seconds=order.within)
    if order.starts <= turn.now and order.state == "awaiting":
        order.state = turn.move("order", case.id, order.state, "start")


def stop_clock(turn: Turn, case: Case, reason: str) -> None:
    """Stops the clock for that reason; several may hold at once."""
    order = case.order
    if order is None or order.state not in _OPEN or reason in order.stops:
        return
    order.state = turn.move("order", case.id, order.state, "stop")
    if not order.stops:
        order.stopped_at = turn.now
    order.stops = (*order.stops, reason)


def resume_clock(turn: Turn, case: Case, reason: str) -> None:
    """That reason is gone; with the last one the clock runs on, and the deadline moves by the time it stood still."""
    order = case.order
    if order is None or reason not in order.stops:
        return
    order.stops = tuple(one for one in order.stops if one != reason)
    if order.stops or order.state not in _OPEN:
        return
    order.state = turn.move("order", case.id, order.state, "resume")
    if order.deadline is not None and order.stopped_at is not None and order.starts is not None:
        order.deadline += max(turn.now - max(order.stopped_at, order.starts), timedelta())
    order.stopped_at = None
    set_clock(turn, case, order)


def fail_order(turn: Turn, case: Case, because: str) -> None:
    """An evasion fails the order, whatever its clock says."""
    assert case.order is not None
    case.order.state = turn.move("order", case.id, case.order.state, "evade")
    case.order.failed_by, case.order.failed_at = because, turn.now


def revive_order(turn: Turn, case: Case) -> None:
    """The evasion never counted: the order is open again, and the time it was not is given back."""
    order = case.order
    assert order is not None
    order.state = turn.move("order", case.id, order.state, "revive")
    if order.stops:
        order.state = turn.move("order", case.id, order.state, "stop")
    elif order.deadline is not None and order.starts is not None and order.failed_at is not None:
        order.deadline += max(turn.now - max(order.failed_at, order.starts), timedelta())
    order.failed_by = order.failed_at = None
    set_clock(turn, case, order)


def deliver(turn: Turn, account: Account, fact: NoticeDelivered) -> None:
    """The notice arrived: from now on the account can act, and the clock may start."""
    case = next((case for case in account.cases if case.id == fact.decision), None)
    if case is None or case.delivered is not None:
        turn.refused = "no_such_decision" if case is None else "already_delivered"
        return
    case.delivered = turn.now
    if case.order is not None and case.order.starts is None:
        suspended = [one.until for one in case.sanctions if one.action == "suspend" and one.until and one.ended is None]
        case.order.starts = max([turn.now, *suspended])
        set_clock(turn, case, case.order)


def mend(account: Account, fact: Fix) -> None:
    """These items are mended; nothing is lifted before all of it has been checked."""
    for case in open_orders(account):
        assert case.order is not None
        case.order.open = tuple(one for one in case.order.open if one not in fact.fixed)


def extend(turn: Turn, account: Account) -> None:
    """More time, where the policy grants it and enough is mended."""
    case = next((one for one in reversed(open_orders(account)) if one.order and one.order.within is not None), None)
    if case is None or case.order is None:
        turn.refused = "no_open_order"
        account.extensions.append(False)
        return
    document = turn.rules.document(case.policy)
    turn.refused = _why_not_longer(document, case.order)
    account.extensions.append(turn.refused is None)
    extension = document.orders.extension
    if turn.refused is None and extension is not None:
        case.order.extensions += 1
        if case.order.deadline is not None:
            case.order.deadline += extension.by.fixed
        else:
            case.order.within = (case.order.within or 0) + int(extension.by.fixed.total_seconds())


def _why_not_longer(document: PolicyDocument, order: Order) -> str | None:
    extension = document.orders.extension
    if extension is None or order.extensions >= extension.max:
        return "extension_used"
    fixed = len(order.items) - len(order.open)
    if not order.items or fixed * 1_000_000 < extension.if_fixed * len(order.items):
        return "extension_not_earned"
    return None
