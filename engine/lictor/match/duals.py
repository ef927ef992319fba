"""Which dual characters may be letters, and of what words: a look that spares most of them a search of their own.

`! @ $ | + (` and the like are letters only in or at the edge of a word, or in one that is spelt out. Read so, such a
character begins a word, ends one, or stands between two symbols; what stands around it says whether any word has that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lictor.match.lookup import Places, spelt
from lictor.match.terms import LEADING_DUALS, TRAILING_DUALS
from lictor.match.words import Word
from lictor.text import LOOSE, Codes, Skeleton, Symbols
from lictor.text.tables import (
    ACCENT,
    BREAK_CODE,
    DIGIT,
    DUAL_LETTERS,
    ENCLOSING,
    INVISIBLE,
    KIND,
    LETTER,
    kinds,
    symbols,
)

__all__ = ["Around", "may_be_letters"]

_P, _Q = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
# Where in a word the letter is of which the other two symbols are the neighbours.
_FIRST, _MIDDLE, _LAST = (np.uint32(0x30003 * seed) for seed in range(1, 4))
_BITS = 18
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
        one, two, three = (spelling.take(first + ahead, mode="clip") for ahead in range(3))
        three[short] = 0
        self._table = np.zeros(1 << _BITS, np.bool_)
        self._table[_triples(one, two, three, seeds)] = True
        self._short = bool(short.any())

    def may_be(self, codes: Codes, duals: Places, some: Places, view: Skeleton) -> NDArray[np.bool_]:
        """Whether some of the dual characters, read as letters, stand as in one of the words.

        `view` is the skeleton with all of them as separators. Where that does not tell, they may.
        """
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
        found: NDArray[np.bool_] = self._has(letter, next_one, next_two, _FIRST) | (others_after > 0) | loose[2]
        found |= self._has(two_before, before, letter, _LAST) | (others_before > 0) | loose[0]
        found |= self._has(before, letter, next_one, _MIDDLE)
        found |= (own > 1) | loose[1] | (before == letter) | (next_one == letter)
        found |= (after < 2) | (after + 2 > len(view))
        if self._short:
            nothing = np.zeros(len(some), np.uint16)
            found |= self._has(letter, next_one, nothing, _FIRST) | self._has(before, letter, nothing, _LAST)
        return found

    def _has(self, one: Symbols, two: Symbols, three: Symbols, seed: np.uint32) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self._table.take(_triples(one, two, three, seed))
        return found


def _triples(one: Symbols, two: Symbols, three: Symbols, seed: np.uint32 | NDArray[np.uint32]) -> NDArray[np.uint32]:
    hashes = one * _P
    hashes += two
    hashes *= _P
    hashes += three
    hashes ^= seed
    hashes *= _Q
    hashes >>= np.uint32(32 - _BITS)
    return hashes


def may_be_letters(codes: Codes, places: Places) -> NDArray[np.bool_]:
    """Whether the dual characters may be letters: in a word, at the edge of one, or in one spelt with separators."""
    there = codes.take(places)
    parted = np.diff(places) > 1
    firsts = np.flatnonzero(np.concatenate([[True], parted]))
    lasts = np.flatnonzero(np.concatenate([parted, [True]]))
    # Of several in a row, the first or the last touches a letter, or none is one.
    in_word = _is_word(codes, places.take(firsts) - 1) | _is_word(codes, places.take(lasts) + 1)
    before, after = np.ones(len(places), np.bool_), np.ones(len(places), np.bool_)
    before[firsts] = _is_word(codes, places.take(firsts) - 1)
    after[lasts] = _is_word(codes, places.take(lasts) + 1)
    found = (after & (before | _leading_table().take(there))) | (before & _trailing_table().take(there))
    found &= np.repeat(in_word, lasts - firsts + 1)
    for step in (-1, 1):
        separator, letter, next_one = (codes.take(places + step * count, mode="clip") for count in (1, 2, 3))
        found |= _word_table().take(letter) & ~_word_table().take(separator) & (separator == next_one)
    return found


def _is_word(codes: Codes, places: Places) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = _word_table().take(codes.take(places, mode="clip"))
    found &= (places >= 0) & (places < len(codes))
    return found


@cache
def _word_table() -> NDArray[np.bool_]:
    kind = kinds()
    table: NDArray[np.bool_] = (kind & (LETTER | DIGIT)) != 0
    table |= np.isin(kind & KIND, (INVISIBLE, ACCENT, ENCLOSING))
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
