"""The skeleton of a text: every fold at once, separators, marks and invisible characters dropped, runs squeezed.

Two characters that any fold makes equal have one symbol, so the skeleton is coarser than any set of options: it finds
what may match, never decides. Each symbol knows the offset of the character it came from.

A dual character (`! @ $ | + (` ...) is a separator in one reading and a letter in the other; the readings are two
skeletons, and most texts need only the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lictor.text.tables import DUAL_LETTERS, EXPANDS, FIRST_KEPT, expansions, sounds, symbols

__all__ = ["Codes", "Offsets", "Skeleton", "Symbols", "encode", "fold", "fold_apart", "skeleton", "spell", "squeeze"]

Codes = NDArray[np.uint32]
Symbols = NDArray[np.uint16]
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """What a text is to the matcher: its symbols, and for each the offset of the first character it stands for."""

    symbols: Symbols
    offsets: Offsets

    def __len__(self) -> int:
        return len(self.symbols)


def skeleton(text: str) -> Skeleton:
    """The text's skeleton; offsets count code points of the text as given."""
    return Skeleton(*fold(encode(text)))


def encode(text: str) -> Codes:
    """The code points of a text, unpaired surrogates included; read-only."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def fold(codes: Codes, *, letters: bool = False, sound: bool = False) -> tuple[Symbols, Offsets]:
    """The symbols of the codes and their offsets.

    With `letters`, dual characters are read as letters; with `sound`, Chinese characters are their syllables.
    """
    found = (sounds() if sound else symbols()).take(codes)
    if letters:
        duals = np.flatnonzero(found < FIRST_KEPT)
        found[duals] = _dual_letters().take(found.take(duals))
    return _keep(codes, found)


def fold_apart(codes: Codes) -> tuple[Symbols, Offsets, Offsets]:
    """The symbols and their offsets with dual characters read as separators, and the offsets of those."""
    found = symbols().take(codes)
    # Below zero wraps round: what is dropped in both readings is no dual.
    duals = np.flatnonzero(found - np.uint16(1) < FIRST_KEPT - 1)
    return *_keep(codes, found), duals


def squeeze(found: Symbols, offsets: Offsets) -> tuple[Symbols, Offsets]:
    """The same without each symbol that repeats the one before it."""
    if len(found) < 2:
        return found, offsets
    new = np.empty(len(found), np.bool_)
    new[0] = True
    np.not_equal(found[1:], found[:-1], out=new[1:])
    kept = np.flatnonzero(new)
    if len(kept) == len(found):
        return found, offsets
    return found.take(kept), offsets.take(kept)


def spell(found: Symbols) -> str:
    """The symbols as a str, one character each."""
    return found.tobytes().decode("utf-16-le")


def _keep(codes: Codes, found: Symbols) -> tuple[Symbols, Offsets]:
    offsets = np.flatnonzero(found >= FIRST_KEPT)
    found = found.take(offsets)
    if found.size and (found == EXPANDS).any():
        found, offsets = _expand(codes, found, offsets)
    return squeeze(found, offsets)


def _expand(codes: Codes, found: Symbols, offsets: Offsets) -> tuple[Symbols, Offsets]:
    places = np.flatnonzero(found == EXPANDS)
    spelt = [_expanded()[code] for code in codes[offsets[places]].tolist()]
    lengths = np.ones(len(found), np.int64)
    lengths[places] = [len(symbols_) for symbols_ in spelt]
    out = np.repeat(found, lengths)
    starts = np.cumsum(lengths) - lengths
    for start, symbols_ in zip(starts[places].tolist(), spelt, strict=True):
        out[start : start + len(symbols_)] = symbols_
    return out, np.repeat(offsets, lengths)


@cache
def _expanded() -> dict[int, Symbols]:
    return {ord(char): symbols().take(encode(parts)) for char, parts in expansions().items()}


@cache
def _dual_letters() -> Symbols:
    table = np.zeros(FIRST_KEPT, np.uint16)
    table[1 : 1 + len(DUAL_LETTERS)] = [ord(letter) for letter in DUAL_LETTERS]
    return table
