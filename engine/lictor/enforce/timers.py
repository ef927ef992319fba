"""What is foreseen for an account, and what happens when it comes.

An instant that still counts (a deadline, an end) is over one microsecond later; one at which something begins, at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from lictor.enforce.claims import expire
from lictor.enforce.items import judge
from lictor.enforce.names import confirm
from lictor.enforce.orders import set_clock
from lictor.enforce.reviews import detected
from lictor.enforce.states import Account, State
from lictor.enforce.turn import Turn

__all__ = ["fire", "next_due"]

_AFTER = timedelta(microseconds=1)


def next_due(state: State) -> datetime | None:
    """The next instant at which something foreseen happens here; none where nothing is."""
    if not isinstance(state, Account):
        return None
    return min((at for at, _, _ in _foreseen(state)), default=None)


def fire(turn: Turn, account: Account) -> None:
    """Everything foreseen up to the instant of the turn, in order of time; what it leads to by then included."""
    come = turn.now
    while ripe := sorted((one for one in _foreseen(account) if one[0] <= come), key=lambda one: one[0]):
        _, turn.now, happen = ripe[0]
        happen(turn)


def _foreseen(account: Account) -> Iterator[tuple[datetime, datetime, Callable[[Turn], None]]]:
    """When it happens, the instant it counts from, and what happens."""
    if account.rename is not None:
        yield account.rename.until, account.rename.until, lambda turn: confirm(turn, account)
    for item in account.items.values():
        if item.judge_again is not None:
            yield (
                item.judge_again,
                item.judge_again,
                lambda turn, item=item: detected(  # type: ignore[misc]
                    turn, account, judge(turn, account, item), item.findings, item.id
                ),
            )
    for case in account.cases:
        order = case.order
        if order is not None and order.state == "awaiting" and order.starts is not None:
            yield order.starts, order.starts, lambda turn, case=case, order=order: set_clock(turn, case, order)  # type: ignore[misc]
        if order is not None and order.state == "running" and order.deadline is not None:
            yield order.deadline + _AFTER, order.deadline, lambda turn, case=case: expire(turn, account, case)  # type: ignore[misc]
        if case.state == "in_force" and case.sanctions:
            ends = [one.ended or one.until for one in case.sanctions]
            if all(end is not None for end in ends):
                last = max(end for end in ends if end is not None)
                yield last + _AFTER, last, lambda turn, case=case: _end(turn, case)  # type: ignore[misc]


def _end(turn: Turn, case: object) -> None:
    case.state = turn.move("decision", case.id, case.state, "end")  # type: ignore[attr-defined]
