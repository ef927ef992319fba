"""What waits for reviewers, and what they take on a day: so many minutes, in the order the model says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lictor.simulate.population.accounts import Ids

__all__ = ["Desk", "Waiting", "What"]


class What(IntEnum):
    """What a reviewer is asked."""

    CASE = 0
    CLAIM = 1
    APPEAL = 2


class Waiting(NamedTuple):
    """Accounts that wait, what for, and since which day; the longest waiting first."""

    ids: Ids
    what: NDArray[np.int8]
    since: NDArray[np.int16]

    def pick(self, which: slice | NDArray[np.bool_]) -> Waiting:
        """Only these."""
        return Waiting(self.ids[which], self.what[which], self.since[which])


class Desk:
    """Groups of what waits. Minutes that do not suffice for the next in line are kept for the next day."""

    def __init__(self, groups: int, minutes: Sequence[float]) -> None:
        nothing = Waiting(np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int16))
        self._groups = [nothing] * groups
        self._minutes = np.array(minutes)
        self._saved = 0.0

    def __len__(self) -> int:
        return sum(len(group.ids) for group in self._groups)

    @property
    def oldest(self) -> int:
        """The day since which the longest waiting waits; a day never reached where nothing does."""
        return min((int(group.since[0]) for group in self._groups if len(group.since)), default=32_767)

    def add(self, group: int, ids: Ids, what: What, day: int) -> None:
        """These wait from that day on."""
        if len(ids):
            more = Waiting(ids, np.full(len(ids), what, np.int8), np.full(len(ids), day, np.int16))
            held = self._groups[group]
            self._groups[group] = _joined([held, more])

    def keep(self, still: Callable[[int, Waiting], NDArray[np.bool_]]) -> None:
        """Only what still waits stays: `still(group, waiting)` says which."""
        for number, group in enumerate(self._groups):
            if len(group.ids):
                mask = still(number, group)
                if not mask.all():
                    self._groups[number] = group.pick(mask)

    def take(self, minutes: float) -> tuple[Waiting, float]:
        """What can be done in so many minutes, with what was saved, and the minutes that takes."""
        left = minutes + self._saved
        budget = left
        taken = []
        self._saved = 0.0
        for number, group in enumerate(self._groups):
            if not len(group.ids):
                continue
            needed = np.cumsum(self._minutes[group.what])
            done = int(np.searchsorted(needed, left * (1 + 1e-12), side="right"))
            if done:
                taken.append(group.pick(slice(0, done)))
                left -= float(needed[done - 1])
                self._groups[number] = group.pick(slice(done, None))
            if done < len(group.ids):
                self._saved = left
                break
        spent = budget - left
        if not taken:
            return Waiting(np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int16)), spent
        return _joined(taken), spent


def _joined(some: Sequence[Waiting]) -> Waiting:
    return Waiting(
        np.concatenate([one.ids for one in some]),
        np.concatenate([one.what for one in some]),
        np.concatenate([one.since for one in some]),
    )
