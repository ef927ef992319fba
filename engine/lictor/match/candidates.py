"""Where in a skeleton a word may be: two looks in numpy that leave little for the automaton.

First look: a bit for the pair of symbols that is rarest in each word. Second look, at the places that are left: the
symbol on one side of the pair; for a word that must stand at a word start, also the character before it in the text.
Each pair knows how far its words reach on both sides, so that windows stay narrow. Hashes collide; a collision only
lets a place through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lictor.text import Offsets, Symbols

__all__ = ["Candidates", "merge"]

Places = NDArray[np.int64]
# For places in a skeleton, whether a letter stands directly before their character in the text.
LetterBefore = Callable[[Places], NDArray[np.bool_]]

_PAIR, _THIRD = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B)
_SMALLEST, _LARGEST = 13, 21

# The commonest Chinese characters and Latin letters, most common first: a background frequency, by rank.
_COMMON = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多"
    "经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知"
    "全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度"
    "门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务"
    "做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记"
    "南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔"
)  # fmt: skip
_LATIN = "etaoinsrhldcumfpgwybvkxjqz"


class Candidates:
    """The words' places in any skeleton, as windows that hold every occurrence of every word."""

    def __init__(self, words: Iterable[tuple[str, bool]]) -> None:
        """`words` are skeleton words, each with whether it stands at word starts only."""
        words = list(words)
        self.longest = max((len(word) for word, _ in words), default=0)
        bits = min(max(int(len(words) * 32).bit_length(), _SMALLEST), _LARGEST)
        self._shift = np.uint32(32 - bits)
        size = 1 << bits
        self._first = np.zeros(size, np.bool_)
        self._pair, self._pair_anchored = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        self._left, self._right, self._right_anchored = (np.zeros(size, np.bool_) for _ in range(3))
        self._before, self._after = np.zeros(size, np.uint16), np.zeros(size, np.uint16)
        self._single: NDArray[np.bool_] | None = None
        self._has_pairs = False
        for word, anchored in words:
            if len(word) == 1:
                if self._single is None:
                    self._single = np.zeros(1 << 16, np.bool_)
                self._single[ord(word)] = True
            else:
                self._add(word, anchored=anchored)

    def find(self, symbols: Symbols, offsets: Offsets, letter_before: LetterBefore) -> tuple[Places, Places] | None:
        """The windows, sorted and apart, as starts and ends in the skeleton; None where there are none."""
        starts: Places | None = None
        if self._has_pairs and len(symbols) > 1:
            hashed = symbols[:-1] * _PAIR
            hashed += symbols[1:]
            hashed *= _THIRD
            hashed >>= self._shift
            places = np.flatnonzero(self._first.take(hashed))
            if len(places):
                starts, ends = self._second_look(symbols, offsets, places, hashed.take(places), letter_before)
        if self._single is not None:
            singles = np.flatnonzero(self._single.take(symbols))
            if len(singles):
                if starts is None:
                    starts, ends = singles, singles + 1
                else:
                    starts, ends = np.concatenate([starts, singles]), np.concatenate([ends, singles + 1])
        if starts is None or not len(starts):
            return None
        return merge(starts, ends)

    def _add(self, word: str, *, anchored: bool) -> None:
        self._has_pairs = True
        size = len(word)
        place = 0 if anchored else min(range(size - 1), key=lambda i: _commonness(word[i]) + _commonness(word[i + 1]))
        pair = self._hash(ord(word[place]), ord(word[place + 1]))
        self._first[pair] = True
        self._before[pair] = max(int(self._before[pair]), place)
        self._after[pair] = max(int(self._after[pair]), size - place)
        if size == 2:
            (self._pair_anchored if anchored else self._pair)[pair] = True
        elif anchored:
            self._right_anchored[self._hash(pair, ord(word[2]))] = True
        elif place and (place + 2 == size or _commonness(word[place - 1]) < _commonness(word[place + 2])):
            self._left[self._hash(pair, ord(word[place - 1]))] = True
        else:
            self._right[self._hash(pair, ord(word[place + 2]))] = True

    def _second_look(
        self, symbols: Symbols, offsets: Offsets, places: Places, pairs: NDArray[np.uint32], letter_before: LetterBefore
    ) -> tuple[Places, Places]:
        last = len(symbols) - 1
        left = self._third_of(pairs, symbols.take(places - 1))
        right = self._third_of(pairs, symbols.take(np.minimum(places + 2, last)))
        passed = self._pair.take(pairs) | self._left.take(left) | self._right.take(right)
        anchored = self._pair_anchored.take(pairs) | self._right_anchored.take(right)
        anchored &= ~passed
        if anchored.any():
            which = np.flatnonzero(anchored)
            there = places.take(which)
            # A run of several characters, or one with separators behind it, may hold the word start further on.
            simple = offsets.take(there + 1) - offsets.take(there) == 1
            passed[which] = ~(letter_before(there) & simple)
        chosen = np.flatnonzero(passed)
        places, pairs = places.take(chosen), pairs.take(chosen)
        starts = np.maximum(places - self._before.take(pairs), 0)
        ends = np.minimum(places + self._after.take(pairs), last + 1)
        return starts, ends

    def _hash(self, one: int, other: int) -> int:
        """What `find` and `_third_of` compute for arrays."""
        return (((one * int(_PAIR) + other) * int(_THIRD)) & 0xFFFFFFFF) >> int(self._shift)

    def _third_of(self, pairs: NDArray[np.uint32], third: Symbols) -> NDArray[np.uint32]:
        return (pairs * _PAIR + third) * _THIRD >> self._shift


def merge(starts: Places, ends: Places) -> tuple[Places, Places]:
    """The windows' union as windows that do not touch, in order."""
    order = np.argsort(starts, kind="stable")
    starts, reach = starts.take(order), np.maximum.accumulate(ends.take(order))
    new = np.flatnonzero(starts[1:] > reach[:-1]) + 1
    return starts.take(np.concatenate([[0], new])), reach.take(np.concatenate([new - 1, [len(starts) - 1]]))


def _commonness(symbol: str) -> float:
    return _ranks().get(symbol, 0.0)


@cache
def _ranks() -> dict[str, float]:
    ranks = {char: 6.0 - rank / 80 for rank, char in enumerate(_COMMON)}
    return ranks | {char: 6.0 - rank / 6 for rank, char in enumerate(_LATIN)}
