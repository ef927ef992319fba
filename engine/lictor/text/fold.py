"""The skeleton of a text: every fold at once, separators, marks and invisible characters dropped, runs squeezed.

Two characters that any fold makes equal have one symbol, so the skeleton is coarser than any set of options: it finds
what may match, never decides. Each symbol knows the offset of the character it came from.

A dual character (`! @ $ | + (` ...) is a separator in one reading and a letter in the other; the readings are two
skeletons, and most texts need only the first.

Of each symbol the skeleton also knows how it stands in the text, so that words of letters can be told from pieces of
words without looking at the text again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lictor import kernel
from lictor.text.tables import (
    ALIKE,
    BLANK,
    DUAL_LETTERS,
    EXPANDS,
    FIRST_KEPT,
    MASK,
    STANDS,
    WORD,
    expansions,
    marked,
    symbols,
)

__all__ = [
    "JOINED",
    "LOOSE",
    "PARTED",
    "Codes",
    "Marks",
    "Offsets",
    "Skeleton",
    "Symbols",
    "encode",
    "fold",
    "fold_apart",
    "fold_tables",
    "skeleton",
    "spell",
]

Codes = NDArray[np.uint32]
Symbols = NDArray[np.uint16]
Offsets = NDArray[np.int64]
Marks = NDArray[np.uint8]
_T = TypeVar("_T", bound=np.generic)
# Places up to which an array is put together from the pieces between them.
_FEW = 64

# Bits of a skeleton's marks beside WORD and ALIKE. JOINED: a letter directly behind a letter, or a digit behind a
# digit. LOOSE: a run whose characters do not all touch or are no letters, in which a word may begin; it is marked as
# all that its characters are. PARTED: what
# parts it from the letter before is nothing that may stand within a word: a space, alone or with one mark that hides
# no letter, or that it is no letter itself.
JOINED, LOOSE, PARTED = WORD << 2, BLANK, MASK
_FIRST_JOINED = JOINED & -JOINED
_LATIN = WORD | ALIKE


@dataclass(frozen=True, slots=True, eq=False)
class Skeleton:
    """What a text is to the matcher: its symbols, for each the offset of the first character it stands for, its marks.

    The first `seen` symbols were searched before, as the end of the stretch before.
    """

    symbols: Symbols
    offsets: Offsets
    marks: Marks
    seen: int = 0

    def __len__(self) -> int:
        return len(self.symbols)

    def followed_by(self, other: Skeleton) -> Skeleton:
        """The last of one stretch with the next one."""
        if not len(self):
            return other
        marks, skip = other.marks, 0
        last = self.marks
        if len(other) and other.symbols[0] == self.symbols[-1]:
            skip, marks = 1, marks.copy()
            last = _run_on(last, marks)
        return Skeleton(
            np.concatenate([self.symbols, other.symbols[skip:]]),
            np.concatenate([self.offsets, other.offsets[skip:]]),
            np.concatenate([last, marks[skip:]]),
            len(self),
        )

    def last(self, count: int) -> Skeleton:
        """The last symbols, for the next stretch to begin with."""
        start = max(len(self) - count, 0)
        marks = self.marks[start:].copy()
        marks[:1] &= ~np.uint8(JOINED)
        return Skeleton(self.symbols[start:], self.offsets[start:], marks)


def skeleton(text: str) -> Skeleton:
    """The text's skeleton; offsets count code points of the text as given."""
    return fold(encode(text))


def encode(text: str) -> Codes:
    """The code points of a text, unpaired surrogates included; read-only."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def fold(
    codes: Codes, *, begin: int = 0, after: Skeleton | None = None, letters: bool = False, sound: bool = False
) -> Skeleton:
    """The skeleton of the codes, which begin at the offset `begin` of their text, behind the end of what is before.

    With `letters`, dual characters are read as letters; with `sound`, Chinese characters are their syllables.
    """
    if kernel.compiled is not None:
        table = marked(sound=sound)
        return _compiled(kernel.compiled, codes, begin, after, table, _dual_letters() if letters else None)[0]
    found = marked(sound=sound).take(codes)
    if letters:
        duals = _duals(found)
        found[duals] = _dual_letters().take(found.take(duals) & 0xFFFF)
    return _keep(codes, begin, after, found)


def fold_apart(codes: Codes, *, begin: int = 0, after: Skeleton | None = None) -> tuple[Skeleton, Offsets]:
    """The same with dual characters read as separators, and the offsets of those."""
    if kernel.compiled is not None:
        return _compiled(kernel.compiled, codes, begin, after, marked(), None)
    found = marked().take(codes)
    return _keep(codes, begin, after, found), _duals(found) + begin


def fold_tables(*, sound: bool = False) -> tuple[object, ...]:
    """What is read of each character, and what those that expand expand to, as the compiled kernel takes them."""
    return marked(sound=sound), _expansions()[:3]


def spell(found: Symbols) -> str:
    """The symbols as a str, one character each."""
    return found.tobytes().decode("utf-16-le", "surrogatepass")


def _duals(found: NDArray[np.uint32]) -> Offsets:
    # Below zero wraps round: what is dropped in both readings is no dual.
    return np.flatnonzero(found.astype(np.uint16) - np.uint16(1) < FIRST_KEPT - 1)


def _compiled(
    compiled: ModuleType,
    codes: Codes,
    begin: int,
    after: Skeleton | None,
    table: NDArray[np.uint32],
    letters: NDArray[np.uint32] | None,
) -> tuple[Skeleton, Offsets]:
    """As `_keep`, and the offsets of dual characters."""
    seen, size = 0 if after is None else len(after), len(codes)
    duals = np.empty(size, np.int64)
    # Room for a few characters that expand, or for as many as there may be.
    for room in (seen + size + size // 8, seen + size * _expansions()[3]):
        found, offsets, marks = np.empty(room, np.uint16), np.empty(room, np.int64), np.empty(room, np.uint8)
        out = (found[seen:], offsets[seen:], marks[seen:], duals) if seen else (found, offsets, marks, duals)
        count, dual = compiled.fold(codes, table, _expansions()[:3], letters, begin, *out)
        if count >= 0:
            break
    duals, new = duals[:dual], slice(seen, seen + count)
    if after is None:
        return Skeleton(found[new], offsets[new], marks[new]), duals
    last, first = after.marks, 0
    if seen and count and found[seen] == after.symbols[-1]:
        # The run goes on: its last symbol takes the place of the first that was found.
        last, first = _run_on(last, marks[new]), 1
    old, every = slice(first, seen + first), slice(first, seen + count)
    found[old], offsets[old], marks[old] = after.symbols, after.offsets, last
    return Skeleton(found[every], offsets[every], marks[every], seen), duals


def _run_on(last: Marks, marks: Marks) -> Marks:
    """The marks of what is before where its last run goes on with the first of these, whose second is changed."""
    last = last.copy()
    last[-1] |= LOOSE | (marks[0] & _LATIN)
    marks[1:2] &= ~np.uint8(JOINED)
    return last


def _keep(codes: Codes, begin: int, after: Skeleton | None, found: NDArray[np.uint32]) -> Skeleton:
    """The skeleton of characters as `marked` has them."""
    shorn, marks = found.astype(np.uint16), (found >> np.uint32(16)).astype(np.uint8)
    stands = (marks & STANDS) != 0
    again = shorn[1:] == shorn[:-1]
    words = marks & WORD
    has_words = bool(words.any())
    if has_words:
        marks[1:] |= (words[1:] & words[:-1]) << 2
        # A letter again is dropped where it touches the one before; anything else unless it is read as a letter.
        again &= (marks[1:] & (_LATIN | JOINED)) - np.uint8(1) >= _FIRST_JOINED - 1
    else:
        again &= (marks[1:] & ALIKE) == 0
    kept = stands.copy()
    np.greater(kept[1:], again, out=kept[1:])
    apart = _again_apart(shorn, stands)
    kept[apart] = False
    if has_words:
        parted = _parted(marks, stands)
        marks &= ~np.uint8(PARTED)
        marks |= parted.view(np.uint8) * np.uint8(PARTED)
    else:
        marks &= ~np.uint8(PARTED)
    offsets = np.flatnonzero(kept)
    left = shorn.take(offsets)
    rest = np.flatnonzero(left[1:] == left[:-1])
    if len(rest):
        rest = rest[left.take(rest) != EXPANDS]
        apart = np.concatenate([apart, offsets.take(rest + 1)])
        offsets, left = _without(offsets, rest + 1), _without(left, rest + 1)
    others = marks.take(apart)
    marks = marks.take(offsets)
    marks &= ~np.uint8(LOOSE)
    if len(apart):
        _loosen(marks, np.searchsorted(offsets, apart) - 1, others)
    offsets += begin
    if (left == EXPANDS).any():
        left, offsets, marks = _expand(codes, begin, left, offsets, marks)
    view = Skeleton(left, offsets, marks)
    return view if after is None else after.followed_by(view)


def _again_apart(found: Symbols, stands: NDArray[np.bool_]) -> Offsets:
    """Where a symbol comes again behind one or two characters that are dropped."""
    gone = ~stands
    again = np.zeros(len(found), np.bool_)
    np.equal(found[2:], found[:-2], out=again[2:])
    again[2:] &= gone[1:-1]
    farther = found[3:] == found[:-3]
    farther &= gone[2:-1]
    farther &= gone[1:-2]
    again[3:] |= farther
    again &= stands
    again &= found != EXPANDS
    return np.flatnonzero(again)


def _without(array: NDArray[_T], places: Offsets) -> NDArray[_T]:
    """The array without what stands at the places."""
    if len(places) > _FEW:
        return np.delete(array, places)
    cuts = [0, *places.tolist(), len(array)]
    return np.concatenate([array[cuts[0] : cuts[1]], *(array[a + 1 : b] for a, b in pairwise(cuts[1:]))])


def _parted(marks: Marks, stands: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether what stands before each character is `PARTED` from it."""
    parted = np.zeros(len(marks), np.bool_)
    parted[1:] = (marks[1:] & _LATIN) == 0
    parted[1:] &= stands[:-1]
    spaced = (marks[1:-1] & BLANK) != 0
    spaced &= stands[:-2]
    parted[2:] |= spaced
    both = marks[2:-1] | marks[1:-2]
    spaced = (both & (STANDS | BLANK | MASK)) == BLANK
    spaced &= stands[:-3]
    parted[3:] |= spaced
    return parted


def _loosen(marks: Marks, runs: Offsets, others: Marks) -> None:
    """Mark the runs as loose, and as what the others in them are too; what follows a run touches it no more."""
    np.bitwise_or.at(marks, runs, (others & _LATIN) | LOOSE)
    after = runs + 1
    marks[after[after < len(marks)]] &= ~np.uint8(JOINED)


def _expand(codes: Codes, begin: int, found: Symbols, offsets: Offsets, marks: Marks) -> tuple[Symbols, Offsets, Marks]:
    """The same with each character that stands for several in their place."""
    places = np.flatnonzero(found == EXPANDS)
    spelt = [_expanded()[code] for code in codes.take(offsets.take(places) - begin).tolist()]
    lengths = np.ones(len(marks), np.int64)
    lengths[places] = [len(symbols_) for symbols_ in spelt]
    out = np.repeat(found, lengths)
    starts = np.cumsum(lengths) - lengths
    for start, symbols_ in zip(starts[places].tolist(), spelt, strict=True):
        out[start : start + len(symbols_)] = symbols_
    marks = np.repeat(marks, lengths)
    # What parts a character from the one before stands before the first of its symbols, not between them.
    first = np.zeros(len(marks), np.bool_)
    first[starts] = True
    marks[~first] &= ~np.uint8(PARTED)
    return _squeeze(out, np.repeat(offsets, lengths), marks)


def _squeeze(found: Symbols, offsets: Offsets, marks: Marks) -> tuple[Symbols, Offsets, Marks]:
    """The same without each symbol that repeats the one before it; their runs are loose."""
    places = np.flatnonzero(found[1:] == found[:-1])
    if not len(places):
        return found, offsets, marks
    others = marks.take(places + 1)
    found, offsets, marks = (_without(found, places + 1), _without(offsets, places + 1), _without(marks, places + 1))
    _loosen(marks, places - np.arange(len(places)), others)
    return found, offsets, marks


@cache
def _expansions() -> tuple[Codes, Offsets, Symbols, int]:
    """The characters that expand, in order; where the symbols of each begin; all these; and the most that one has."""
    codes, spelt = zip(*sorted(_expanded().items()), strict=True)
    sizes = list(map(len, spelt))
    firsts = np.cumsum([0, *sizes], dtype=np.int64)
    return np.array(codes, np.uint32), firsts, np.concatenate(spelt), max(sizes)


@cache
def _expanded() -> dict[int, Symbols]:
    return {ord(char): symbols().take(encode(parts)) for char, parts in expansions().items()}


@cache
def _dual_letters() -> NDArray[np.uint32]:
    table = np.zeros(FIRST_KEPT, np.uint32)
    table[1 : 1 + len(DUAL_LETTERS)] = [ord(letter) | (STANDS | ALIKE) << 16 for letter in DUAL_LETTERS]
    return table
