"""Where in a long text the words of the patterns occur, whatever the text's length and the words' disguise.

The text is read in chunks that stay in the processor's cache. What is carried from one chunk to the next is a tail of
skeleton symbols, not of text, so that any number of dropped characters may stand inside an occurrence. An occurrence
is reported in the chunk where it ends.

Dual characters are separators in the main pass. Where one stands next to a Latin letter and some pattern overlooks
leet, the symbols around it are searched once more with dual characters read as letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lictor.match.automaton import Automaton
from lictor.match.candidates import Candidates, Places, merge
from lictor.match.edges import is_drawn
from lictor.match.terms import LEADING_DUALS, TRAILING_DUALS, Pattern, is_word_edge
from lictor.text import BITS, Codes, Offsets, Symbols, differences, fold, fold_apart, spell
from lictor.text.tables import (
    ACCENT,
    BREAK,
    BREAK_CODE,
    DIGIT,
    DUAL,
    ENCLOSING,
    INVISIBLE,
    KIND,
    LETTER,
    SPACE,
    kinds,
    relation,
)

__all__ = ["CHUNK", "Occurrence", "Search"]

# Code points searched at a time: at four bytes each, a chunk and its skeleton stay in a core's own cache.
CHUNK = 1 << 16
# Characters read for each symbol of the longest word, where a word around a dual character goes on in the next chunk.
READ_ON = 64


# The patterns of a word, and whether each is joined.
_Words = tuple[tuple[Pattern, ...], bool]


# The patterns whose word occurs; where it begins in the text; where the letter behind its last run stands, or -1 where
# that is not known; whether dual characters are read as letters. A plain tuple: hostile text has one a character.
Occurrence = tuple[tuple[Pattern, ...], int, int, bool]


class Search:
    """The words of a list of patterns, searched together."""

    def __init__(self, patterns: list[Pattern], *, sound: bool = False, chunk: int = CHUNK) -> None:
        """The patterns are those of one view: all with, or all without `sound`."""
        self._sound, self._chunk = sound, chunk
        words: dict[str, list[Pattern]] = {}
        anchored: dict[str, bool] = {}
        self._leet = False
        starts: dict[int, list[Pattern]] = {}
        for pattern in patterns:
            if pattern.word:
                words.setdefault(pattern.word, []).append(pattern)
                anchored[pattern.word] = anchored.get(pattern.word, True) and _starts_words(pattern)
                self._leet = not sound and (self._leet or bool(pattern.allowed & BITS["leet"]))
            else:
                for code in _may_begin(pattern):
                    starts.setdefault(code, []).append(pattern)
        self._automaton = Automaton({word: (tuple(same), all(map(_is_joined, same))) for word, same in words.items()})
        self._candidates = Candidates(anchored.items()) if words else None
        self._tail = max(self._candidates.longest - 1, 1) if self._candidates else 0
        self._starts = {code: tuple(same) for code, same in starts.items()}
        self._start_table: NDArray[np.bool_] | None = None
        if starts:
            self._start_table = np.zeros(BREAK_CODE + 1, np.bool_)
            self._start_table[list(starts)] = True

    def occurrences(self, codes: Codes) -> Iterator[Occurrence]:
        """Every occurrence in the codes; those that end in one chunk come before those that end in the next."""
        if self._candidates is None and self._start_table is None:
            return
        offsets_none = np.empty(0, np.int64)
        carried = _View(np.empty(0, np.uint16), offsets_none, 0)
        for begin in range(0, len(codes), self._chunk):
            chunk = codes[begin : begin + self._chunk]
            if self._start_table is not None:
                for place in np.flatnonzero(self._start_table.take(chunk)).tolist():
                    yield self._starts[int(chunk[place])], begin + place, -1, False
            if self._candidates is not None:
                if self._leet:
                    symbols, offsets, duals = fold_apart(chunk)
                else:
                    (symbols, offsets), duals = fold(chunk, sound=self._sound), offsets_none
                view = carried.followed_by(symbols, offsets + begin if begin else offsets)
                yield from self._words(codes, view, letters=False)
                if len(duals):
                    yield from self._dual_words(codes, duals + begin, view, begin + len(chunk))
                carried = view.last(self._tail)

    def _words(self, codes: Codes, view: _View, *, letters: bool) -> Iterator[Occurrence]:
        """The words in the view that end after what was searched before."""
        assert self._candidates is not None

        def letter_before(places: Places) -> NDArray[np.bool_]:
            there = view.offsets.take(places)
            found: NDArray[np.bool_] = _letter_table().take(codes.take(there - 1, mode="clip"))
            found &= there > 0
            found &= ~_drawn_table().take(codes.take(there))
            return found

        windows = self._candidates.find(view.symbols, view.offsets, letter_before)
        if windows is None:
            return
        starts, ends = windows
        if view.seen:
            late = np.flatnonzero(ends > view.seen)
            starts, ends = starts.take(late), ends.take(late)
            if not len(starts):
                return
        places = _join(starts, ends)
        joined = view.symbols.take(places, mode="clip")
        joined[np.cumsum(ends - starts + 1)[:-1] - 1] = BREAK
        hits = self._automaton.find(spell(joined))
        if any(hit[2][1] for hit in hits):
            broken = _partly_broken(codes, view.offsets.take(places, mode="clip"), hits)
            hits = [hit for hit, is_broken in zip(hits, broken, strict=True) if not (is_broken and hit[2][1])]
        if not hits:
            return
        first = places.take([hit[0] for hit in hits])
        stop = first + np.array([hit[1] - hit[0] for hit in hits])
        last = len(view.offsets) - 1
        until = view.offsets.take(stop, mode="clip")
        until[(stop > last) | (letters & (view.symbols.take(stop, mode="clip") == BREAK))] = -1
        begins = view.offsets.take(first).tolist()
        for hit, begin, end, late in zip(hits, begins, until.tolist(), (stop > view.seen).tolist(), strict=True):
            if late:
                yield hit[2][0], begin, end, letters

    def _dual_words(self, codes: Codes, duals: Places, view: _View, known: int) -> Iterator[Occurrence]:
        """The words around dual characters that may be letters, with all of them read so.

        The skeleton is known up to the offset `known`; behind it, the text is read on.
        """
        duals = duals[_may_be_letters(codes, duals)]
        if not len(duals):
            return
        reach = self._tail + 1
        place = np.searchsorted(view.offsets, duals)
        if len(view.offsets):
            starts = np.minimum(view.offsets.take(np.maximum(place - reach, 0), mode="clip"), duals)
            ends = view.offsets.take(place + reach, mode="clip")
        else:
            starts, ends = duals, duals
        unknown = place + reach >= len(view.offsets)
        if unknown.any():
            ends[unknown] = _read_on(codes, known, reach)
        starts, ends = merge(starts, ends)
        places = _join(starts, ends)
        window = codes.take(places, mode="clip")
        window[np.cumsum(ends - starts + 1)[:-1] - 1] = BREAK_CODE
        symbols, offsets = fold(window, letters=True)
        yield from self._words(codes, _View(symbols, places.take(offsets), 0), letters=True)


class _View(NamedTuple):
    """A stretch of skeleton; the first `seen` symbols were searched before, as the end of the stretch before."""

    symbols: Symbols
    offsets: Offsets
    seen: int

    def followed_by(self, symbols: Symbols, offsets: Offsets) -> _View:
        """The last of one stretch with the next one."""
        if not len(self.symbols):
            return _View(symbols, offsets, 0)
        if len(symbols) and symbols[0] == self.symbols[-1]:
            symbols, offsets = symbols[1:], offsets[1:]
        return _View(
            np.concatenate([self.symbols, symbols]), np.concatenate([self.offsets, offsets]), len(self.symbols)
        )

    def last(self, count: int) -> _View:
        """The last symbols, for the next stretch to begin with."""
        start = max(len(self.symbols) - count, 0)
        return _View(self.symbols[start:], self.offsets[start:], 0)


def _is_joined(pattern: Pattern) -> bool:
    """Whether the pattern is one run of Latin letters, which spaces break everywhere or nowhere."""
    return pattern.latin == ((0, len(pattern.letters)),) and not pattern.dots and pattern.mask is None


def _partly_broken(codes: Codes, offsets: Offsets, hits: list[tuple[int, int, _Words]]) -> list[bool]:
    """Which words have a space before one of their letters and none before another, as `eth` in "the thing"."""
    before = codes.take(offsets - 1, mode="clip")
    apart = np.diff(offsets, prepend=-1) > 0  # not another letter of the same character
    spaces = np.cumsum(_space_table().take(before) & apart)
    joints = np.cumsum(_letter_table().take(before) & apart)
    first, last = np.array([hit[0] for hit in hits]), np.array([hit[1] - 1 for hit in hits])
    found = (spaces.take(last) > spaces.take(first)) & (joints.take(last) > joints.take(first))
    broken: list[bool] = found.tolist()
    return broken


def _starts_words(pattern: Pattern) -> bool:
    """Whether a letter before the pattern's first would break its boundary."""
    if pattern.lead:
        return False
    if pattern.dots:
        return True
    return is_word_edge(pattern.letters[0], pattern.boundary) and bool(pattern.letters[0].flags & LETTER)


def _may_begin(pattern: Pattern) -> set[int]:
    """The characters by which a pattern without letters may begin."""
    first = pattern.lead[0]
    alike = {source for name in ("width", "style") for source, to in relation(name).items() if first in to}
    return {ord(char) for char in {first, *alike} if any(not s & ~pattern.allowed for s in differences(char, first))}


def _may_be_letters(codes: Codes, places: Places) -> NDArray[np.bool_]:
    """Whether the dual characters may be letters: in a word, at the edge of one, or in one spelt with separators."""
    there = codes.take(places)
    before, after = _is_word(codes, places - 1), _is_word(codes, places + 1)
    found = (after & (before | _leading_table().take(there))) | (before & _trailing_table().take(there))
    for step in (-1, 1):
        separator, letter, next_one = (codes.take(places + step * count, mode="clip") for count in (1, 2, 3))
        found |= _word_table().take(letter) & ~_word_table().take(separator) & (separator == next_one)
    return found


def _is_word(codes: Codes, places: Places) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = _word_table().take(codes.take(places, mode="clip"))
    found &= (places >= 0) & (places < len(codes))
    return found


@cache
def _letter_table() -> NDArray[np.bool_]:
    table: NDArray[np.bool_] = (kinds() & LETTER) != 0
    return table


@cache
def _space_table() -> NDArray[np.bool_]:
    table: NDArray[np.bool_] = (kinds() & KIND) == SPACE
    return table


@cache
def _word_table() -> NDArray[np.bool_]:
    kind = kinds()
    table: NDArray[np.bool_] = (kind & (LETTER | DIGIT)) != 0
    table |= np.isin(kind & KIND, (DUAL, INVISIBLE, ACCENT, ENCLOSING))
    return table


@cache
def _drawn_table() -> NDArray[np.bool_]:
    return _table_of(char for char in relation("style") if is_drawn(char))


@cache
def _leading_table() -> NDArray[np.bool_]:
    return _table_of(LEADING_DUALS)


@cache
def _trailing_table() -> NDArray[np.bool_]:
    return _table_of(TRAILING_DUALS)


def _table_of(chars: Iterable[str]) -> NDArray[np.bool_]:
    table = np.zeros(BREAK_CODE + 1, np.bool_)
    table[[ord(char) for char in chars]] = True
    return table


def _read_on(codes: Codes, known: int, reach: int) -> int:
    """Where the `reach` runs behind the offset end, if that is not too far."""
    far = min(known + READ_ON * reach, len(codes))
    symbols, offsets = fold(codes[known:far], letters=True)
    return known + int(offsets[reach]) if len(symbols) > reach else far


def _join(starts: Places, ends: Places) -> Places:
    """The places in the windows, each window followed by one more for the break that parts it from the next."""
    lengths = ends - starts + 1
    lengths[-1] -= 1
    total = int(lengths.sum())
    firsts = np.cumsum(lengths) - lengths
    places: Places = np.arange(total)
    places += np.repeat(starts - firsts, lengths)
    return places
