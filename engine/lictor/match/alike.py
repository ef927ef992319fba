"""Occurrences of which the verifier sees the same: one is verified for all of them.

Hostile text repeats itself, and so does prose.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from lictor.match.edges import PASSED, passed_over
from lictor.match.lookup import Places
from lictor.match.search import Hits
from lictor.text import Codes
from lictor.text.tables import BREAK_CODE, KEPT, KIND, kinds

__all__ = ["alike"]

# Characters of a stretch that is worth it; a factor for the character at each place of it, and one to mix by.
_LONGEST = 192
_FACTORS = np.random.default_rng(1).integers(1 << 63, size=_LONGEST, dtype=np.uint64) * 2 + 1
_MIX = np.uint64(0x9E3779B97F4A7C15)


def alike(codes: Codes, hits: Hits, beside: Places, near: Places) -> tuple[Places, Places]:
    """The occurrences that stand for all, and for each occurrence the number of its own among those.

    Dual characters are read as separators. `beside` is how far the verifier looks beyond each occurrence, and `near`
    how far where there is no gap within it; further before it where it passes some over.
    """
    if (near < beside).any():
        beside = np.where(_are_gapless(codes, hits), near, beside)
    before = beside + PASSED * _are_passed().take(codes.take(hits.begins - 1, mode="clip"))
    sizes = hits.until - hits.begins + before + beside
    known = (hits.until > hits.begins) & (sizes <= _LONGEST)
    known &= (hits.begins >= before) & (hits.until + beside <= len(codes))
    own = np.arange(len(sizes))
    some = np.flatnonzero(known)
    if not len(some):
        return own, own
    before, sizes, words = before.take(some), sizes.take(some), hits.words.take(some)
    begins = hits.begins.take(some) - before
    firsts = np.cumsum(sizes) - sizes
    within = np.arange(int(sizes.sum()))
    within -= np.repeat(firsts, sizes)
    seen = codes.take(within + np.repeat(begins, sizes))
    hashes = np.add.reduceat(seen * _FACTORS.take(within), firsts)
    for values in (words, sizes, before):
        hashes = (hashes ^ values.astype(np.uint64)) * _MIX
    order = np.argsort(hashes)
    ordered = hashes.take(order)
    new = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    # Of those that seem the same the one that comes first stands for all.
    first = np.empty(len(order), np.int64)
    first[order] = np.repeat(np.minimum.reduceat(order, new), np.diff(new, append=len(order)))
    # Hashes collide: what seems the same is compared.
    within += np.repeat(begins.take(first), sizes)
    same = np.logical_and.reduceat(seen == codes.take(within, mode="clip"), firsts)
    for values in (words, sizes, before):
        same &= values == values.take(first)
    own[some[same]] = some.take(first[same])
    stand = np.flatnonzero(own == np.arange(len(own)))
    numbers = np.empty(len(own), np.int64)
    numbers[stand] = np.arange(len(stand))
    return stand, numbers.take(own)


def _are_gapless(codes: Codes, hits: Hits) -> NDArray[np.bool_]:
    until = np.maximum(hits.until, hits.begins)
    begin, end = int(hits.begins.min()), int(until.max())
    gaps = np.concatenate([[0], np.cumsum((kinds().take(codes[begin:end]) & KIND) != KEPT)])
    found: NDArray[np.bool_] = gaps.take(hits.begins - begin) == gaps.take(until - begin)
    return found


@cache
def _are_passed() -> NDArray[np.bool_]:
    table = np.zeros(BREAK_CODE + 1, np.bool_)
    table[[ord(char) for char in passed_over()]] = True
    return table
