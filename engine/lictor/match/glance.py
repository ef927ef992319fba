"""Whether a short text can hold any of the words at all: a glance without numpy, whose calls each have a price.

A word stands in a text only if its rarest pair of symbols does, whatever else is dropped or squeezed, or its first four
if it begins as a word of letters; where those are there, the word itself is looked for. A masked word needs a mask.
Most short texts end here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from operator import add

from lictor.match.lookup import rarest_pairs, spelt
from lictor.match.words import Word
from lictor.text.tables import DUAL, DUAL_LETTERS, EXPANDS, KEPT, KIND, MASKS, expansions, kinds, sounds, symbols

__all__ = ["GLANCED", "Glance"]

# The longest text that is glanced at: beyond it numpy is as quick.
GLANCED = 1000
# Words looked for one by one; and the symbols of a head.
_MANY, _HEAD = 400, 4
_RUNS = re.compile(r"(.)\1+", re.DOTALL)


class Glance:
    """Lists of words to look for in short texts."""

    def __init__(self, words: Collection[Word], *, sound: bool, leet: bool) -> None:
        """With `leet`, dual characters may be letters."""
        masked = [word for word in words if word.mask is not None]
        self._plain, self._masked = _Index([word for word in words if word.mask is None]), _Index(masked)
        self._masks = MASKS if masked else frozenset()
        self._readings = [_Reading(sound=sound, letters=False), *([_Reading(sound=False, letters=True)] * leet)]

    def passes(self, text: str) -> bool:
        """Whether the text may hold a word; False is certain."""
        indexes = [self._plain]
        if self._masks and not self._masks.isdisjoint(text):
            indexes.append(self._masked)
        for table in self._readings:
            seen = text.translate(table)
            if any(index.may_be_in(seen) for index in indexes):
                return True
            if table is self._readings[0] and _duals().isdisjoint(text):
                return False
        return False


class _Index:
    """A list of words by their rarest pairs, or by their heads."""

    def __init__(self, words: Collection[Word]) -> None:
        self._singles = {word.symbols for word in words if len(word.symbols) == 1}
        self._heads: dict[str, set[str]] = {}
        anywhere = []
        for word in words:
            if word.beginnings is not None and len(word.symbols) >= _HEAD:
                self._heads.setdefault(word.symbols[:_HEAD], set()).add(word.symbols)
            elif len(word.symbols) > 1:
                anywhere.append(word)
        self._pairs: dict[str, set[str]] = {}
        for word, at in zip(anywhere, rarest_pairs(*spelt(anywhere)).tolist(), strict=True):
            self._pairs.setdefault(word.symbols[at : at + 2], set()).add(word.symbols)

    def may_be_in(self, seen: str) -> bool:
        """Whether a word may be in the symbols; what they repeat need not be squeezed."""
        if not self._singles.isdisjoint(seen):
            return True
        squeezed = ""
        if self._pairs:
            pairs = self._pairs.keys() & set(map(add, seen, seen[1:]))
            if pairs:
                squeezed = _RUNS.sub(r"\1", seen)
                if _holds(squeezed, [word for pair in pairs for word in self._pairs[pair]]):
                    return True
        if self._heads:
            squeezed = squeezed or _RUNS.sub(r"\1", seen)
            heads = self._heads.keys() & {squeezed[at : at + _HEAD] for at in range(len(squeezed) - _HEAD + 1)}
            return bool(heads) and _holds(squeezed, [word for head in heads for word in self._heads[head]])
        return False


def _holds(squeezed: str, words: Collection[str]) -> bool:
    """Whether one of the words is there; where they are many it is taken for granted."""
    return len(words) > _MANY or any(word in squeezed for word in words)


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
