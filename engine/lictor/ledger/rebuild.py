"""States folded anew from the recorded facts with their recorded findings, never detecting again.

Rules: what the facts amount to is the caller's fold; here it is compared with the states that are kept, and put in
their place where asked. Facts whose account or words were erased are left out, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson

from lictor.ledger.records import FactRecord, StateRow
from lictor.ledger.store import Ledger

__all__ = ["Fold", "Rebuilt", "rebuild"]

Fold = Callable[[Iterable[FactRecord]], Mapping[str, StateRow]]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many facts were folded and how many were erased; which keys are kept otherwise than they follow."""

    facts: int
    erased: int
    states: int
    missing: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the states kept are those that follow from the facts."""
        return not (self.missing or self.other or self.extra)


def rebuild(ledger: Ledger, fold: Fold, *, write: bool = False) -> Rebuilt:
    """How the states that are kept compare with those that follow; with `write`, the latter take their place.

    States are values: the same keys in another order are the same state.
    """
    counted = _Counted(ledger)
    after = ledger.last()
    states = fold(counted.facts())
    kept = dict(ledger.all_states())
    rebuilt = Rebuilt(
        facts=counted.folded,
        erased=counted.erased,
        states=len(states),
        missing=tuple(sorted(states.keys() - kept.keys())),
        other=tuple(sorted(key for key in states.keys() & kept.keys() if _value(states[key]) != _value(kept[key]))),
        extra=tuple(sorted(kept.keys() - states.keys())),
    )
    if write and not rebuilt.same:
        ledger.replace_states(states, after=after)
    return rebuilt


class _Counted:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.folded = self.erased = 0

    def facts(self) -> Iterator[FactRecord]:
        for recorded in self._ledger.facts():
            if {"account", "content"}.isdisjoint(recorded.erased):
                self.folded += 1
                yield recorded.record
            else:
                self.erased += 1


def _value(row: StateRow) -> tuple[object, ...]:
    return orjson.loads(row.body), row.due, row.waiting, row.account
