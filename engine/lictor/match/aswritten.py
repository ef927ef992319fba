"""Words that stand in the text as their term is written: decided for many places at once, without the verifier.

Most matches are such, and where text is dense with them the verifier would be what takes the time. Whatever is not
plain (another spelling, a mark or an invisible character beside it, a letter that may belong to it) is left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lictor.match.lookup import Places, one_by_one, pieces
from lictor.match.terms import Pattern, is_word_edge
from lictor.text import Codes, encode
from lictor.text.tables import (
    ACCENT,
    BREAK_CODE,
    DIGIT,
    DUAL,
    ENCLOSING,
    EXPANDS,
    INVISIBLE,
    KIND,
    LETTER,
    kinds,
    symbols,
)

__all__ = ["AsWritten"]


class AsWritten:
    """Says which occurrences are their term as written, and what matches those are."""

    def __init__(self, patterns: Sequence[Sequence[Pattern]]) -> None:
        """The patterns by word; only a word with a single pattern is decided here."""
        own = [(number, same[0]) for number, same in enumerate(patterns) if len(same) == 1 and _may_be_decided(same[0])]
        numbers = [number for number, _ in own]
        self._codes = encode("".join(pattern.text for _, pattern in own))
        self._sizes, self._orders, self._needs = (np.zeros(len(patterns), np.int64) for _ in range(3))
        self._sizes[numbers] = [len(pattern.text) for _, pattern in own]
        self._orders[numbers] = [pattern.order for _, pattern in own]
        self._needs[numbers] = [pattern.needs for _, pattern in own]
        self._begins = np.cumsum(self._sizes) - self._sizes
        self._last = np.zeros(len(patterns), np.uint16)
        self._last[numbers] = [ord(pattern.word[-1]) for _, pattern in own]
        self._edges = np.zeros((2, len(patterns)), np.uint8)
        self._edges[:, numbers] = np.array([_edges(pattern) for _, pattern in own], np.uint8).reshape(-1, 2).T
        self._alone = np.zeros(len(patterns), np.bool_)
        self._alone[numbers] = [len(pattern.word) == 1 for _, pattern in own]

    def decide(self, codes: Codes, words: Places, begins: Places, loose: NDArray[np.bool_]) -> Places:
        """Which of the occurrences are sure; `loose` are those whose first symbol stands for characters apart."""
        sizes = self._sizes.take(words)
        ends = begins + sizes
        sure = (sizes > 0) & (ends <= len(codes)) & ~(loose & self._alone.take(words))
        some = np.flatnonzero(sure)
        if not len(some):
            return some
        found = [some[part].take(self._sure(codes, words, begins, some[part])) for part in pieces(sizes.take(some))]
        return np.concatenate(found)

    def _sure(self, codes: Codes, words: Places, begins: Places, some: Places) -> Places:
        words, begins = words.take(some), begins.take(some)
        sizes = self._sizes.take(words)
        ends = begins + sizes
        places, own = one_by_one(begins, sizes)
        meant = self._codes.take(places + (self._begins.take(words) - begins).take(own))
        sure = np.logical_and.reduceat(codes.take(places) == meant, np.cumsum(sizes) - sizes)
        after = codes.take(ends, mode="clip")
        after[ends == len(codes)] = BREAK_CODE
        sure &= symbols().take(after) != self._last.take(words)
        sure &= (_unsure().take(after) & (self._edges[1].take(words) | _STRANGE)) == 0
        before = codes.take(begins - 1, mode="clip")
        before[begins == 0] = BREAK_CODE
        tested = self._edges[0].take(words)
        sure &= (_unsure().take(before) & (tested | (tested != 0) * _STRANGE)) == 0
        return np.flatnonzero(sure)

    def matches(self, words: Places, begins: Places) -> NDArray[np.int64]:
        """The matches that sure occurrences are, a row each: start, end, order of the term, mechanisms needed."""
        ends = begins + self._sizes.take(words)
        return np.stack([begins, ends, self._orders.take(words), self._needs.take(words)], axis=1)


# A character that the verifier must look at, wherever it stands beside a word.
_STRANGE = np.uint8(1)


def _may_be_decided(pattern: Pattern) -> bool:
    """Whether the pattern is a spelling of a term; a run of one character is none that is told by its first."""
    return (
        pattern.plain and not pattern.allow and bool(pattern.word) and (len(pattern.word) > 1 or len(pattern.text) == 1)
    )


def _edges(pattern: Pattern) -> tuple[int, int]:
    """What may not touch the first letter and the last: bits of the tables."""
    touching = LETTER if pattern.boundary == "word" else LETTER | DIGIT
    first, last = pattern.letters[0], pattern.letters[-1]
    return touching * is_word_edge(first, pattern.boundary), touching * is_word_edge(last, pattern.boundary)


@cache
def _unsure() -> NDArray[np.uint8]:
    """For each code point whether it is a letter or digit (bits of the tables) or strange."""
    kind = kinds()
    table = kind & np.uint8(LETTER | DIGIT)
    table |= (np.isin(kind & KIND, (ACCENT, ENCLOSING, INVISIBLE, DUAL)) | (symbols() == EXPANDS)) * _STRANGE
    return table
