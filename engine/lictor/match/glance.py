"""Whether a short text can hold any of the words at all: a glance without numpy, whose calls each have a price.

A word stands in a text only if its rarest pair of symbols does, whatever else is dropped or squeezed; where that is
there, the word itself is looked for. Most short texts end here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Set
from functools import cache
from operator import add

from lictor.match.lookup import rarest_pairs, spelt
from lictor.match.words import Word
from lictor.text.tables import DUAL, DUAL_LETTERS, EXPANDS, KEPT, KIND, expansions, kinds, sounds, symbols

__all__ = ["GLANCED", "Glance"]

# The longest text that is glanced at: beyond it numpy is as quick.
GLANCED = 1000
# Words looked for one by one.
_MANY = 400
_RUNS = re.compile(r"(.)\1+", re.DOTALL)


class Glance:
    """A list of words by their rarest pairs."""

    def __init__(self, words: Collection[Word], *, sound: bool, leet: bool) -> None:
        """With `leet`, dual characters may be letters."""
        long = [word for word in words if len(word.symbols) > 1]
        self._singles = {word.symbols for word in words if len(word.symbols) == 1}
        places = rarest_pairs(*spelt(long)).tolist()
        self._words: dict[str, set[str]] = {}
        for word, at in zip(long, places, strict=True):
            self._words.setdefault(word.symbols[at : at + 2], set()).add(word.symbols)
        self._readings = [_Reading(sound=sound, letters=False), *([_Reading(sound=False, letters=True)] * leet)]

    def passes(self, text: str) -> bool:
        """Whether the text may hold a word; False is certain."""
        for table in self._readings:
            seen = text.translate(table)
            if not self._singles.isdisjoint(seen):
                return True
            pairs = self._words.keys() & set(map(add, seen, seen[1:]))
            if pairs and self._any_of(pairs, seen):
                return True
            if table is self._readings[0] and _duals().isdisjoint(text):
                return False
        return False

    def _any_of(self, pairs: Set[str], seen: str) -> bool:
        """Whether a word with one of the pairs is there; where they are many it is taken for granted."""
        words = [word for pair in pairs for word in self._words[pair]]
        if len(words) > _MANY:
            return True
        squeezed = _RUNS.sub(r"\1", seen)
        return any(word in squeezed for word in words)


class _Reading(dict[int, str]):
    """For `str.translate`: the symbols of each character, looked up as it is met."""

    def __init__(self, *, sound: bool, letters: bool) -> None:
        self._sound, self._letters = sound, letters

    def __missing__(self, code: int) -> str:
        kind = int(kinds()[code]) & KIND
        symbol = int((sounds() if self._sound else symbols())[code])
        if symbol == EXPANDS:
            found = "".join(chr(symbols()[ord(char)]) for char in expansions()[chr(code)])
        elif kind == KEPT:
            found = chr(symbol)
        else:
            found = DUAL_LETTERS[symbol - 1] if kind == DUAL and self._letters else ""
        self[code] = found
        return found


@cache
def _duals() -> frozenset[str]:
    return frozenset(chr(code) for code, kind in enumerate((kinds()[:-1] & KIND).tolist()) if kind == DUAL)
