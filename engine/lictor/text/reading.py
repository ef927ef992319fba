"""A short text read without numpy, whose calls each have a price: the same symbols as in its skeleton."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Literal

import numpy as np

from lictor.text.fold import skeleton
from lictor.text.tables import DUAL, DUAL_LETTERS, EXPANDS, KEPT, KIND, expansions, kinds, sounds, symbols

__all__ = ["SHORT", "Reading", "Way", "may_be_letter", "read", "symbols_before"]

# The longest text that is read character by character: beyond it numpy is as quick.
SHORT = 1000

Way = Literal["plain", "sound", "letters"]
"""As `fold` reads: dual characters dropped, Chinese characters as their syllables, or dual characters as letters."""

_RUNS = re.compile(r"(.)\1+", re.DOTALL)


class Reading:
    """The symbols of a short text; where they repeat, `seen` has them all."""

    def __init__(self, text: str, way: Way) -> None:
        self._found = list(map(_READ[way].__getitem__, text))
        self.seen = "".join(self._found)

    @cached_property
    def symbols(self) -> str:
        """The symbols of the skeleton."""
        return _RUNS.sub(r"\1", self.seen)

    @cached_property
    def offsets(self) -> list[int]:
        """For each of them the offset of the first character that it stands for."""
        found, seen = self._found, self.seen
        if max(map(len, found), default=0) > 1:
            return self._offsets_of_several()
        kept = [at for at, symbol in enumerate(found) if symbol]
        if len(self.symbols) == len(kept):
            return kept
        return kept[:1] + [at for at, one, before in zip(kept[1:], seen[1:], seen, strict=False) if one != before]

    def _offsets_of_several(self) -> list[int]:
        """The same where characters stand for several symbols."""
        offsets, last = [], ""
        for at, found in enumerate(self._found):
            if found and found != last:
                offsets += [at] * (len(found) - (found[0] == last))
                last = found[-1]
        return offsets


@lru_cache(maxsize=16)
def read(text: str, way: Way) -> Reading:
    """The text read in one of the ways; it is asked for several times, one after the other."""
    return Reading(text, way)


def may_be_letter(text: str, at: int, pairs: Set[str]) -> bool:
    """Whether the dual character there, read as a letter, makes one of the pairs with a symbol beside it.

    True as well where the letter by itself is one of them, or is squeezed with what is beside it.
    """
    table, before, after = _READ["letters"], at - 1, at + 1
    symbol = table[text[at]]
    while before >= 0 and table[text[before]] in ("", symbol):
        before -= 1
    while after < len(text) and table[text[after]] in ("", symbol):
        after += 1
    left = table[text[before]][-1] if before >= 0 else ""
    right = table[text[after]][0] if after < len(text) else ""
    return symbol in (left, right) or not {symbol, left + symbol, symbol + right}.isdisjoint(pairs)


def symbols_before(text: str) -> list[int]:
    """For each offset into the text, its end included, how many symbols of its skeleton begin before it."""
    before: list[int]
    if len(text) > SHORT:
        before = np.searchsorted(skeleton(text).offsets, np.arange(len(text) + 1)).tolist()
        return before
    before, count, last = [], 0, ""
    for found in map(_READ["plain"].__getitem__, text):
        before.append(count)
        if found and found != last:
            count += len(found) - (found[0] == last)
            last = found[-1]
    before.append(count)
    return before


class _Table(dict[str, str]):
    """The symbols of each character in one of the ways, those it repeats squeezed; looked up as it is met."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def __missing__(self, char: str) -> str:
        kind = int(kinds()[ord(char)]) & KIND
        symbol = int((sounds() if self._way == "sound" else symbols())[ord(char)])
        found = ""
        if symbol == EXPANDS:
            found = "".join(one for one, _ in groupby(chr(symbols()[ord(part)]) for part in expansions()[char]))
        elif kind == KEPT:
            found = chr(symbol)
        elif kind == DUAL and self._way == "letters":
            found = DUAL_LETTERS[symbol - 1]
        self[char] = found
        return found


_READ: dict[Way, _Table] = {"plain": _Table("plain"), "sound": _Table("sound"), "letters": _Table("letters")}
