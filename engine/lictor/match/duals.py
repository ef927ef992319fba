"""Which dual characters may be letters, and of what words: a look that spares most of them a search of their own.

`! @ $ | + (` and the like are letters only in or at the edge of a word, or in one that is spelt out. Read so, such a
character begins a word, ends one, or stands between symbols; what stands around it says whether any word has that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lictor import kernel
from lictor.match.lookup import Places, spelt
from lictor.match.terms import LEADING_DUALS, OPENING_DUALS, TRAILING_DUALS
from lictor.match.verify import CLOSED_WITHIN
from lictor.match.words import Word
from lictor.text import LOOSE, Codes, Skeleton, Symbols
from lictor.text.tables import (
    ACCENT,
    BREAK_CODE,
    DIGIT,
    DUAL_LETTERS,
    ENCLOSING,
    INVISIBLE,
    KEPT,
    KIND,
    LETTER,
    is_drawn,
    kinds,
    relation,
    symbols,
)

__all__ = ["Around"]

_P, _Q = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
# Where in a word the letter is of which the other symbols are the neighbours.
_FIRST, _MIDDLE, _LAST = (np.uint32(0x30003 * seed) for seed in range(1, 4))
_BITS = 18
# How a dual character may be a letter: as the first or the last of a word, or anywhere in one.
_BEGINS, _ENDS, _ANYWHERE = (np.uint8(bits) for bits in (1, 2, 7))
_WITHIN = _ANYWHERE & ~(_BEGINS | _ENDS)
# What stands beside it.
_WORD, _KEPT = np.uint8(1), np.uint8(2)
# What is said of a dual character beside these: that it may begin a word, and end one.
_LEADS, _TRAILS = np.uint8(4), np.uint8(8)
_OPENING, _CLOSING = [*map(ord, OPENING_DUALS)], [*map(ord, OPENING_DUALS.values())]
# The symbols of the dual characters' letters, by what stands for them in the tables.
_LETTERS = np.array([0, *map(ord, DUAL_LETTERS)], np.uint16)


class Around:
    """What stands around the letters of words that a dual character may be."""

    def __init__(self, words: Sequence[Word]) -> None:
        """Of a word of a single symbol several letters stand together: that need not be known here."""
        spelling, begins, sizes = spelt([word for word in words if len(word.symbols) > 1])
        at = np.flatnonzero(np.isin(spelling, _LETTERS[1:]))
        own = np.repeat(np.arange(len(sizes)), sizes).take(at)
        place, behind = at - begins.take(own), begins.take(own) + sizes.take(own) - at - 1
        short = sizes.take(own) == 2
        seeds = np.select([place == 0, behind == 0], [_FIRST, _LAST], _MIDDLE)
        first = at - np.select([(place == 0), short, behind == 0], [0, 1, 2], 1)
        one, two, three, four = (spelling.take(first + ahead, mode="clip") for ahead in range(4))
        three[short] = 0
        four[(place == 0) | (behind < 2)] = 0
        self._table = np.zeros(1 << _BITS, np.bool_)
        self._table[_hashes(one, two, three, four, seeds)] = True
        self._short = bool(short.any())

    @property
    def tables(self) -> tuple[object, ...]:
        """All of it as the compiled kernel takes it."""
        return _for_kernel(), self._table, self._short

    def which(self, codes: Codes, duals: Places, view: Skeleton) -> Places:
        """The numbers of the dual characters that may be letters, and stand as in one of the words if read so.

        `view` is the skeleton with all dual characters as separators. Where that does not tell, they may.
        """
        if kernel.compiled is not None:
            skeleton = (view.symbols, view.offsets, view.marks)
            return np.frombuffer(kernel.compiled.may_be_duals(codes, duals, *skeleton, *self.tables), np.int64)
        how = _may_be_letters(codes, duals)
        some = np.flatnonzero(how)
        return some[self._may_be(codes, duals, some, how.take(some), view)] if len(some) else some

    def _may_be(
        self, codes: Codes, duals: Places, some: Places, how: NDArray[np.uint8], view: Skeleton
    ) -> NDArray[np.bool_]:
        """Whether some of the dual characters stand as in one of the words; `how` is as `_may_be_letters` says."""
        if not len(view):
            return np.ones(len(some), np.bool_)
        gaps = np.searchsorted(view.offsets, duals)
        after = gaps.take(some)
        # In the gap before, in the same and in the next there may be other dual characters.
        upto = [np.searchsorted(gaps, after + step, side="right") for step in (-2, -1, 0, 1)]
        others_before, own, others_after = (upto[step + 1] - upto[step] for step in range(3))
        letter = _LETTERS.take(symbols().take(codes.take(duals.take(some))))
        two_before, before, next_one, next_two = (
            view.symbols.take(after + step, mode="clip") for step in (-2, -1, 0, 1)
        )
        loose = [(view.marks.take(after + step, mode="clip") & LOOSE) != 0 for step in (-2, -1, 0)]
        nothing = np.zeros(len(some), np.uint16)
        first = self._has(letter, next_one, next_two, nothing, _FIRST)
        last = self._has(two_before, before, letter, nothing, _LAST)
        within = self._has(before, letter, next_one, next_two, _MIDDLE)
        within |= self._has(before, letter, next_one, nothing, _MIDDLE)
        if self._short:
            first |= self._has(letter, next_one, nothing, nothing, _FIRST)
            last |= self._has(before, letter, nothing, nothing, _LAST)
        unknown_before, unknown_after = (others_before > 0) | loose[0], (others_after > 0) | loose[2]
        found: NDArray[np.bool_] = (first | unknown_after) & (how & _BEGINS != 0)
        found |= (last | unknown_before) & (how & _ENDS != 0)
        found |= (within | unknown_before | unknown_after) & (how & _WITHIN != 0)
        found |= (own > 1) | loose[1] | (before == letter) | (next_one == letter)
        found |= (after < 2) | (after + 2 > len(view))
        return found

    def _has(self, one: Symbols, two: Symbols, three: Symbols, four: Symbols, seed: np.uint32) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self._table.take(_hashes(one, two, three, four, seed))
        return found


def _hashes(
    one: Symbols, two: Symbols, three: Symbols, four: Symbols, seed: np.uint32 | NDArray[np.uint32]
) -> NDArray[np.uint32]:
    hashes = one * _P
    for symbols_ in (two, three, four):
        hashes += symbols_
        hashes *= _P
    hashes ^= seed
    hashes *= _Q
    hashes >>= np.uint32(32 - _BITS)
    return hashes


def _may_be_letters(codes: Codes, places: Places) -> NDArray[np.uint8]:
    """How the dual characters may be letters: in a word, at its edge, in one spelt with separators; 0 if they are none.

    As the verifier has it: one that touches nothing before it begins its word, one that touches nothing behind it ends
    it, and neither is a bracket that is closed.
    """
    there = codes.take(places)
    parted = np.diff(places) > 1
    firsts = np.flatnonzero(np.concatenate([[True], parted]))
    lasts = np.flatnonzero(np.concatenate([parted, [True]]))
    before, after = np.full(len(places), _WORD | _KEPT), np.full(len(places), _WORD | _KEPT)
    before[firsts], after[lasts] = _beside(codes, places.take(firsts) - 1), _beside(codes, places.take(lasts) + 1)
    begins = (before == 0) & ((after & _KEPT) != 0)
    ends = (after == 0) & ((before & _KEPT) != 0)
    found = np.full(len(places), _ANYWHERE)
    found[begins] = _BEGINS
    found[ends] = _ENDS
    found[(begins & ~_leading_table().take(there)) | (ends & ~_trailing_table().take(there))] = 0
    # With nothing beside it, one may be spelt out; several in a row are no word, nor is one among other characters.
    beside = before.take(firsts) | after.take(lasts)
    alone = ((beside & _WORD) == 0) & ((lasts > firsts) | (beside != 0))
    found[np.repeat(alone, lasts - firsts + 1)] = 0
    edge = np.flatnonzero(((found == _BEGINS) | (found == _ENDS)) & np.isin(there, _OPENING))
    if len(edge):
        found[edge] *= ~_are_closed(codes, places.take(edge))
    for step in (-1, 1):
        separator, letter, next_one = (codes.take(places + step * count, mode="clip") for count in (1, 2, 3))
        spelt_out = ((_touching().take(letter) & _WORD) != 0) & ((_touching().take(separator) & _WORD) == 0)
        found |= (spelt_out & (separator == next_one)) * _ANYWHERE
    return found


def _are_closed(codes: Codes, places: Places) -> NDArray[np.bool_]:
    """Whether the brackets, in order, are closed in their row, not too far away."""
    begin = int(places[0])
    near = codes[begin : int(places[-1]) + CLOSED_WITHIN + 1]
    stops = np.flatnonzero((near == _CLOSING[0]) | (near == _CLOSING[1]) | (near == BREAK_CODE))
    stops = np.append(stops + begin, len(codes))
    stop = stops.take(np.searchsorted(stops, places))
    closing = np.where(codes.take(places) == _OPENING[0], *_CLOSING)
    found: NDArray[np.bool_] = (codes.take(stop, mode="clip") == closing) & (stop - places <= CLOSED_WITHIN)
    return found


def _beside(codes: Codes, places: Places) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] = _touching().take(codes.take(places, mode="clip"))
    found *= (places >= 0) & (places < len(codes))
    return found


@cache
def _for_kernel() -> tuple[object, ...]:
    """The tables as the compiled kernel takes them."""
    touching = _touching() | _leading_table() * _LEADS | _trailing_table() * _TRAILS
    letters = _LETTERS.take(np.where(symbols() < len(_LETTERS), symbols(), 0))
    return touching, letters, np.array(_OPENING, np.uint32), np.array(_CLOSING, np.uint32), CLOSED_WITHIN


@cache
def _touching() -> NDArray[np.uint8]:
    """What touches a character beside it: `_WORD` for what may stand in a word, `_KEPT` for what is seen and kept."""
    kind = kinds()
    word = (kind & (LETTER | DIGIT)) != 0
    word |= np.isin(kind & KIND, (INVISIBLE, ACCENT, ENCLOSING))
    word[[ord(char) for char in relation("style") if is_drawn(char) and kind[ord(char)] & KIND == KEPT]] = True
    table: NDArray[np.uint8] = word * _WORD | ((kind & KIND) == KEPT) * _KEPT
    return table


@cache
def _leading_table() -> NDArray[np.bool_]:
    return _table_of(LEADING_DUALS)


@cache
def _trailing_table() -> NDArray[np.bool_]:
    return _table_of(TRAILING_DUALS)


def _table_of(chars: Iterable[str]) -> NDArray[np.bool_]:
    table = np.zeros(BREAK_CODE + 1, np.bool_)
    table[[ord(char) for char in chars]] = True
    return table
