"""Occurrences of which the verifier sees the same: one is verified for all of them.

Hostile text repeats itself, and so does prose.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from lictor.match.edges import PASSED, passed_over
from lictor.match.lookup import Places, one_by_one
from lictor.match.search import Hits
from lictor.text import Codes
from lictor.text.tables import BREAK_CODE

__all__ = ["alike"]

# Characters of a stretch that is worth it; a factor for the character at each place of it, and one to mix by.
_LONGEST = 192
_FACTORS = np.random.default_rng(1).integers(1 << 63, size=_LONGEST, dtype=np.uint64) * 2 + 1
_MIX = np.uint64(0x9E3779B97F4A7C15)


def alike(codes: Codes, hits: Hits, beside: Places) -> tuple[Places, Places]:
    """The occurrences that stand for all, and for each occurrence the number of its own among those.

    Dual characters are read as separators. `beside` is how far the verifier looks beyond each occurrence, further
    before it where it passes some over.
    """
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
    places, whose = one_by_one(begins, sizes)
    seen = codes.take(places)
    hashes = np.add.reduceat(seen * _FACTORS.take(places - begins.take(whose)), firsts)
    for values in (words, sizes, before):
        hashes = (hashes ^ values.astype(np.uint64)) * _MIX
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    first = first.take(group)
    # Hashes collide: what seems the same is compared.
    same = seen == codes.take(places + (begins.take(first) - begins).take(whose), mode="clip")
    same = np.logical_and.reduceat(same, firsts)
    for values in (words, sizes, before):
        same &= values == values.take(first)
    own[some[same]] = some.take(first[same])
    stand = np.flatnonzero(own == np.arange(len(own)))
    return stand, np.searchsorted(stand, own)


@cache
def _are_passed() -> NDArray[np.bool_]:
    table = np.zeros(BREAK_CODE + 1, np.bool_)
    table[[ord(char) for char in passed_over()]] = True
    return table
