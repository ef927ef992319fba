"""Where in a short text words occur, for want of the compiled kernel: without numpy, whose calls each have a price.

A word stands in a text only if its rarest pair of symbols does, whatever else is dropped or squeezed, or its first four
if it begins as a word of letters; where those are there, the word itself is looked for. A masked word needs a mask.
Most short texts hold no such pair. What is found here is more than in a long text, where words are told apart by how
they stand: that is left to the verifier.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from operator import add

import numpy as np

from lictor.match.lookup import rarest_pairs, spelt
from lictor.match.words import Word
from lictor.text.reading import Reading, may_be_letter, read
from lictor.text.tables import DUAL, DUAL_LETTERS, KIND, MASKS, kinds

__all__ = ["Glance", "Occurrence", "one_of"]

# Words looked for one by one, beyond which numpy is quicker; and the symbols of a head.
_MANY, _HEAD = 1000, 4
_LETTERS = frozenset(DUAL_LETTERS)


Occurrence = tuple[int, int]
"""Of which word, and where it begins."""


def one_of(chars: Iterable[str]) -> re.Pattern[str]:
    """What finds each of the characters, or nothing if there are none."""
    every = re.escape("".join(sorted(chars)))
    return re.compile(f"[{every}]" if every else "(?!)")


class Glance:
    """Lists of words to look for in short texts."""

    def __init__(self, words: Collection[Word], *, sound: bool, lettered: Sequence[bool]) -> None:
        """`lettered` are words in which dual characters may be letters."""
        numbered = list(enumerate(words))
        masked = [(number, word) for number, word in numbered if word.mask is not None]
        self._plain, self._masked = _Index([one for one in numbered if one[1].mask is None]), _Index(masked)
        self._mask = one_of(MASKS if masked else ())
        self._sound = sound
        self._beside = frozenset() if sound else _beside([word for number, word in numbered if lettered[number]])

    def occurrences(self, text: str) -> list[Occurrence] | None:
        """Where words occur in the text; None where they are many, or dual characters may be letters of them."""
        indexes = [self._plain]
        if self._mask.search(text):
            indexes.append(self._masked)
        found: list[Occurrence] = []
        reading = read(text, "sound" if self._sound else "plain")
        for index in indexes:
            places = index.places(reading)
            if places is None:
                return None
            if places:
                offsets = reading.offsets
                found += [(number, offsets[at]) for number, at in places]
        if self._beside:
            for dual in _dual().finditer(text):
                if may_be_letter(text, dual.start(), self._beside):
                    return None
        return found


# For each word its numbers.
_Numbers = dict[str, list[int]]
# The number of a word, and where among the symbols it begins.
_Place = tuple[int, int]


class _Index:
    """A list of words by their rarest pairs, or by their heads."""

    def __init__(self, words: Sequence[tuple[int, Word]]) -> None:
        self._singles: dict[str, list[int]] = {}
        self._heads: dict[str, _Numbers] = {}
        anywhere = []
        for number, word in words:
            if len(word.symbols) == 1:
                self._singles.setdefault(word.symbols, []).append(number)
            elif word.beginnings is not None and len(word.symbols) >= _HEAD:
                self._heads.setdefault(word.symbols[:_HEAD], {}).setdefault(word.symbols, []).append(number)
            else:
                anywhere.append((number, word))
        self._pairs: dict[str, _Numbers] = {}
        rarest = rarest_pairs(*spelt([word for _, word in anywhere])).tolist()
        for (number, word), at in zip(anywhere, rarest, strict=True):
            self._pairs.setdefault(word.symbols[at : at + 2], {}).setdefault(word.symbols, []).append(number)
        self._pair_names = frozenset(self._pairs)
        self._single = one_of(self._singles)
        self._first = one_of({head[0] for head in self._heads})

    def places(self, reading: Reading) -> list[_Place] | None:
        """Where the words are in the reading; None where that is too much to look for."""
        seen = reading.seen
        words: list[_Numbers] = []
        if self._single.search(seen):
            words += [{single: self._singles[single]} for single in self._singles.keys() & set(seen)]
        if self._pairs:
            words += map(self._pairs.__getitem__, self._pair_names.intersection(map(add, seen, seen[1:])))
        if self._first.search(seen):
            symbols = reading.symbols
            firsts = [first.start() for first in self._first.finditer(symbols)]
            heads = self._heads.keys() & {symbols[at : at + _HEAD] for at in firsts}
            words += map(self._heads.__getitem__, heads)
        if not words:
            return []
        symbols, found = reading.symbols, []
        if sum(map(len, words)) > _MANY:
            return None
        for some in words:
            for word, numbers in some.items():
                at = symbols.find(word)
                while at >= 0:
                    found += [(number, at) for number in numbers]
                    if len(found) > _MANY:
                        return None
                    at = symbols.find(word, at + 1)
        return found


def _beside(words: Sequence[Word]) -> frozenset[str]:
    """The pairs of symbols of which one is a letter that dual characters are read as; such a letter alone, too."""
    found = {pair for word in words for pair in map(add, word.symbols, word.symbols[1:])}
    found |= {word.symbols for word in words if len(word.symbols) == 1}
    return frozenset(pair for pair in found if not _LETTERS.isdisjoint(pair))


@cache
def _dual() -> re.Pattern[str]:
    return one_of(map(chr, np.flatnonzero((kinds()[:-1] & KIND) == DUAL).tolist()))
