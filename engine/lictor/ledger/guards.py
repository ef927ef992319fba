"""What befell guarded rules, as a ledger tells it: which are tripped, and how one is armed again."""

from __future__ import annotations

from collections.abc import Iterable

from lictor.ledger.records import Batch, GuardRecord
from lictor.ledger.store import Ledger

__all__ = ["REARMED", "TRIPPED", "rearm", "tripped"]

TRIPPED, REARMED = "tripped", "rearmed"


def tripped(ledger: Ledger) -> list[GuardRecord]:
    """The trips that nobody has ended yet, in the order recorded."""
    open_trips: dict[tuple[str, str, str], GuardRecord] = {}
    for _, record in ledger.guards():
        whose = (record.policy, record.guard, record.rule)
        if record.event == TRIPPED:
            open_trips[whose] = record
        else:
            open_trips.pop(whose, None)
    return list(open_trips.values())


def rearm(ledger: Ledger, trips: Iterable[GuardRecord], *, by: str, at: str) -> None:
    """Arms the rules of these trips again; what they had done by then no longer counts."""
    records = [GuardRecord(REARMED, one.policy, one.guard, one.rule, one.number, at, by) for one in trips]
    ledger.append(Batch(guards=records))
