"""Where chance comes from, so that a seed fixes a run and a change changes nothing beside itself.

Two sources, both from one `SeedSequence`:

* *Streams*: a PCG64 generator for each replicate, purpose, day and type of account. What is published on a day does not
  depend on what was sanctioned before: the policy only decides which of the posts are not made.
* *Marks*: a number in [0, 1) for each replicate, purpose, account and occasion of that account, computed by mixing the
  four (SplitMix64's finaliser, twice). The third review of an account errs or not whatever happened to others.

So two policies are compared on the same posts by the same people, met by reviewers with the same luck: differences
between variants are far less noisy than the variants (common random numbers).
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["Chance", "Purpose"]

Numbers = NDArray[np.float64]


class Purpose(IntEnum):
    """What a number is drawn for. Append, never reorder: else every seed means another run."""

    VIOLATING = 0
    FALSE_ALARM = 1
    CAMPAIGN = 2
    COMPLAINT = 3
    REVIEW = 4
    MENDS = 5
    MENDS_WHEN = 6
    CLAIMS = 7
    EXTENDS = 8
    INSPECTION = 9
    RENAMES = 10
    RENAME_FOUND = 11
    RENAME_FOUND_WHEN = 12
    RETURNS = 13
    RETURNS_WHEN = 14
    RECOGNISED = 15
    APPEALS = 16
    APPEALS_WHEN = 17
    ANSWER = 18


class Chance:
    """The streams and marks of one replicate of one seed."""

    def __init__(self, seed: int, replicate: int) -> None:
        self._seed, self._replicate = seed, replicate
        state = np.random.SeedSequence(seed, spawn_key=(replicate,)).generate_state(len(Purpose), np.uint64)
        self._keys = {purpose: state[purpose] for purpose in Purpose}

    def stream(self, purpose: Purpose, day: int, kind: int = 0) -> np.random.Generator:
        """The generator for this purpose, day and type of account."""
        key = (self._replicate, int(purpose), day, kind)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self._seed, spawn_key=key)))

    def marks(self, purpose: Purpose, accounts: NDArray[np.int64], occasions: NDArray[np.integer]) -> Numbers:
        """A number in [0, 1) for each account on that occasion of it, the same whenever it is asked."""
        mixed = _mix(accounts.astype(np.uint64) ^ self._keys[purpose])
        mixed = _mix(mixed + occasions.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
        return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def waits(
        self, purpose: Purpose, accounts: NDArray[np.int64], occasions: NDArray[np.integer], mean: Numbers
    ) -> NDArray[np.int64]:
        """Whole days of an exponential wait with these means, rounded down."""
        wait = -mean * np.log1p(-self.marks(purpose, accounts, occasions))
        return np.minimum(wait, 15_000).astype(np.int64)


def _mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = words ^ (words >> np.uint64(31))
    return mixed
