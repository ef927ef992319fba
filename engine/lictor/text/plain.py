"""A text as a person reads it, for patterns of letters and digits: the styles gone, the case and the words kept.

Letters and digits of any width or style become plain, traditional characters simplified, invisible characters and
marks are dropped. Full-width clause marks stay, since they end what an ASCII comma would not; so do Han digits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from lictor import kernel
from lictor.text.fold import encode
from lictor.text.pairs import BITS, differences, names_of
from lictor.text.tables import ACCENT, ENCLOSING, INVISIBLE, KIND, kinds, relation

__all__ = ["Plain", "plain"]

# Full-width symbols that are part of addresses, prices and codes.
_SYMBOLS = "．：／＠－＿＋＝＆％＃～＄￥？｡"


@dataclass(frozen=True, slots=True)
class Plain:
    """The plain text and, for each of its characters, the offset of the one in the original; one more for its end."""

    text: str
    original: str
    offsets: Sequence[int] | NDArray[np.int64]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that a stretch of the plain text stands for."""
        return int(self.offsets[start]), int(self.offsets[end - 1]) + 1

    def mechanisms(self, start: int, end: int) -> tuple[str, ...]:
        """The differences between a stretch of the plain text and the original."""
        first, last = self.span(start, end)
        if self.original[first:last] == self.text[start:end]:
            return ()
        needed = BITS["invisible"] if last - first != end - start else 0
        for place in range(start, end):
            seen = self.original[int(self.offsets[place])]
            if seen != self.text[place]:
                needed |= next(iter(differences(seen, self.text[place])), 0)
        return names_of(needed)


@lru_cache(maxsize=16)
def plain(text: str) -> Plain:
    """The text in plain letters and digits."""
    if text.isascii() and "\x00" not in text:
        return Plain(text, text, range(len(text)))
    if kernel.compiled is not None:
        seen = kernel.compiled.plain(text, _table())
        if seen is None:
            return Plain(text, text, range(len(text)))
        spelt, offsets = seen
        return Plain(spelt, text, range(len(text)) if offsets is None else memoryview(offsets).cast("q"))
    codes = encode(text)
    found = _table().take(codes)
    if found.tobytes() == codes.tobytes() and "\x00" not in text:
        return Plain(text, text, range(len(text)))
    kept = np.flatnonzero(found)
    spelt = found.take(kept).astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return Plain(spelt, text, kept)


@cache
def _table() -> NDArray[np.uint32]:
    table = np.arange(len(kinds()), dtype=np.uint32)
    for name in ("width", "style", "script"):
        for char, targets in relation(name).items():
            target = table[ord(targets[0])]
            if char in _SYMBOLS or (_is_word(char) and not _is_han_digit(char, name)):
                table[ord(char)] = target
    kind = kinds() & KIND
    table[np.isin(kind, (INVISIBLE, ACCENT, ENCLOSING))] = 0
    return table


def _is_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNS"


def _is_han_digit(char: str, name: str) -> bool:
    return name == "style" and unicodedata.category(char) == "Lo" and unicodedata.numeric(char, None) is not None
