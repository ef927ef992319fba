"""A short text read without numpy, whose calls each have a price: the same symbols as in its skeleton."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from lictor.text.fold import skeleton
from lictor.text.tables import EXPANDS, KEPT, KIND, expansions, kinds, symbols

__all__ = ["SHORT", "symbols_before"]

# The longest text that is read character by character: beyond it numpy is as quick.
SHORT = 1000


def symbols_before(text: str) -> list[int]:
    """For each offset into the text, its end included, how many symbols of its skeleton begin before it."""
    if len(text) > SHORT:
        begun = np.bincount(skeleton(text).offsets, minlength=len(text))
        long: list[int] = np.concatenate([[0], np.cumsum(begun)]).tolist()
        return long
    before, count, last = [0], 0, ""
    for found in map(_READ.__getitem__, text):
        if found and found != last:
            count += len(found) - (found[0] == last)
            last = found[-1]
        before.append(count)
    return before


class _Read(dict[str, str]):
    """The symbols of each character, those it repeats squeezed; looked up as it is met."""

    def __missing__(self, char: str) -> str:
        found = ""
        symbol = int(symbols()[ord(char)])
        if symbol == EXPANDS:
            found = "".join(symbol for symbol, _ in groupby(chr(symbols()[ord(part)]) for part in expansions()[char]))
        elif int(kinds()[ord(char)]) & KIND == KEPT:
            found = chr(symbol)
        self[char] = found
        return found


_READ = _Read()
