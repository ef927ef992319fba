"""The accounts of a run as a struct of arrays: what each is, what is in force against it, what it means to do.

Days are whole numbers from 0; `-1` is never. An account stands for its owner: who comes back after a ban comes back in
the same place, with nothing against the new account.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Accounts", "Ids", "cohorts"]

Ids = NDArray[np.int64]

CLAIM, APPEAL = 1, 2
"""Why the clock of an order stands still."""


def cohorts(shares: Sequence[float], accounts: int) -> list[int]:
    """How many accounts are of each kind: the shares in whole accounts, the largest remainders rounded up."""
    exact = np.array(shares) * accounts
    counts = np.floor(exact + 1e-9).astype(int)
    short = accounts - int(counts.sum())
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[:short]] += 1
    return [int(count) for count in counts]


class Accounts:
    """Every account's state. `rungs` is how many strikes of each are remembered: no ladder is longer."""

    def __init__(self, counts: Sequence[int], rungs: int) -> None:
        n = sum(counts)
        self.counts = tuple(counts)
        ends = np.cumsum([0, *counts])
        self.slices = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        self.kind = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)

        def days(value: int = -1) -> NDArray[np.int16]:
            return np.full(n, value, np.int16)

        def flags() -> NDArray[np.bool_]:
            return np.zeros(n, bool)

        def small() -> NDArray[np.uint8]:
            return np.zeros(n, np.uint8)

        # What is against it.
        self.banned, self.held = flags(), flags()
        self.silent_until, self.silent_before = days(0), days(0)  # it publishes from that day on
        self.ordered, self.mute = flags(), flags()
        self.deadline, self.remaining = days(), days()
        self.paused, self.attempts = small(), small()
        self.wrong = flags()  # whether the newest sanction was for nothing
        self.rung = small()  # of the newest sanction
        self.rectified_on = days(-20_000)
        self.sanctions = small()
        self.strike_until = np.full((n, rungs), -1, np.int16)
        self.strike_rung = np.zeros((n, rungs), np.uint8)
        self.newest = small()
        # What it means to do, and when.
        self.claims_on, self.appeals_on, self.returns_on, self.found_on = days(), days(), days(), days()
        self.genuine, self.claiming, self.appealing, self.renamed = flags(), flags(), flags(), flags()
        self.occasion = np.zeros(n, np.uint16)
        # What it has published that breaks the rules: views still to come of what can be seen, and of what is hidden.
        self.live, self.kept = np.zeros(n, np.float32), np.zeros(n, np.float32)
        self.live_severity = np.full(n, -1, np.int8)
        self.offends_since = days()
        # Its case, while it waits for a reviewer.
        self.case, self.guilty = flags(), flags()
        self.case_since, self.case_severity = days(), np.full(n, -1, np.int8)
        self.case_group = small()

    def publishes(self, day: int, which: Any = slice(None)) -> NDArray[np.bool_]:
        """Which of these accounts may publish on that day."""
        stopped = self.banned[which] | self.held[which] | (self.silent_until[which] > day)
        free: NDArray[np.bool_] = ~(stopped | (self.ordered[which] & self.mute[which]))
        return free

    def strikes(self, ids: Ids, day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How many strikes of each count that day, and the highest rung among them."""
        active = self.strike_until[ids] >= day
        return active.sum(axis=1), np.where(active, self.strike_rung[ids], 0).max(axis=1).astype(np.int64)

    def strike(self, ids: Ids, rungs: NDArray[np.int64], until: int) -> None:
        """Each gets a strike that counts to that day; the oldest remembered one makes room."""
        place = (self.newest[ids].astype(np.int64) + 1) % self.strike_until.shape[1]
        self.newest[ids] = place
        self.strike_until[ids, place] = until
        self.strike_rung[ids, place] = rungs

    def unstrike(self, ids: Ids) -> None:
        """The newest strike of each never counted."""
        place = self.newest[ids].astype(np.int64)
        self.strike_until[ids, place] = -1
        self.newest[ids] = (place - 1) % self.strike_until.shape[1]

    def close_case(self, ids: Ids) -> None:
        """Nothing of these waits for a decision any more."""
        self.case[ids] = self.guilty[ids] = self.held[ids] = False
        self.case_severity[ids] = -1

    def clean(self, ids: Ids) -> None:
        """What they published that breaks the rules is hidden for good."""
        self.live[ids] = self.kept[ids] = 0
        self.live_severity[ids] = -1
        self.offends_since[ids] = -1

    def begin_anew(self, ids: Ids) -> None:
        """Their owners open new accounts, with nothing against them; what they have learnt they keep."""
        self.banned[ids] = self.ordered[ids] = self.renamed[ids] = self.wrong[ids] = False
        self.silent_until[ids] = self.silent_before[ids] = 0
        self.rectified_on[ids] = -20_000
        self.strike_until[ids] = -1
        self.appeals_on[ids] = self.claims_on[ids] = -1
        self.appealing[ids] = self.claiming[ids] = False
        self.rung[ids] = 0
