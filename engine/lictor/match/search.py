"""Where in a long text the words of the patterns occur, whatever the text's length and the words' disguise.

The text is read in chunks that stay in the processor's cache. What is carried from one chunk to the next is a tail of
skeleton symbols, not of text, so that any number of dropped characters may stand inside an occurrence. An occurrence
is reported in the chunk where it ends.

Dual characters are separators in the main pass. Where one stands next to a Latin letter and some pattern overlooks
leet, the symbols around it are searched once more with dual characters read as letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lictor import kernel
from lictor.match.automaton import Automaton
from lictor.match.duals import Around
from lictor.match.glance import Glance, Occurrence, one_of
from lictor.match.lookup import Lookup, Places
from lictor.match.terms import Pattern
from lictor.match.words import Word, word_of
from lictor.text import BITS, LOOSE, Codes, Skeleton, differences, encode, fold, fold_apart, fold_tables
from lictor.text.tables import BREAK, BREAK_CODE, WORD, relation

__all__ = ["CHUNK", "Glanced", "Hits", "Search"]

# Code points searched at a time, about: at four bytes each, a chunk and its skeleton stay in a core's own cache.
CHUNK = 1 << 18
_LEET = BITS["leet"]
# Characters read for each symbol of the longest word, where a word around a dual character goes on in the next chunk.
READ_ON = 64


Glanced = tuple[list[tuple[int, int, int, int]], list[Occurrence]]
"""Matches by start, end, order of the term and mechanisms needed; and occurrences that the verifier is to look at."""


class Hits(NamedTuple):
    """Occurrences in a text: of which word, where it begins, where its second run does.

    `until` is where the letter behind its last run stands, or -1 where that is not known; `loose` says whether the
    first run is of characters that are apart; `letters` whether dual characters are read as letters.
    """

    words: Places
    begins: Places
    second: Places
    until: Places
    loose: NDArray[np.bool_]
    letters: bool = False

    def some(self, which: Places) -> Hits:
        """Those of the occurrences with the numbers given."""
        words, begins, second, until = (values.take(which) for values in self[:4])
        return Hits(words, begins, second, until, self.loose.take(which), self.letters)


class Search:
    """The words of a list of patterns, searched together."""

    def __init__(
        self, patterns: list[Pattern], *, sound: bool = False, automaton: bool = False, chunk: int = CHUNK
    ) -> None:
        """The patterns are those of one view: all with, or all without `sound`."""
        self._sound, self._chunk = sound, chunk
        words: dict[Word, list[Pattern]] = {}
        self._leet = False
        starts: dict[int, list[Pattern]] = {}
        for pattern in patterns:
            if pattern.word:
                words.setdefault(word_of(pattern), []).append(pattern)
                self._leet = not sound and (self._leet or bool(pattern.allowed & _LEET))
            else:
                for code in _may_begin(pattern):
                    starts.setdefault(code, []).append(pattern)
        self.patterns = [tuple(same) for same in (*words.values(), *starts.values())]
        self._sizes = np.fromiter((len(word.symbols) for word in words), np.int64, len(words))
        self._index = (Automaton if automaton else Lookup)(list(words)) if words else None
        # All of a word, where its last letter may be drawn out by a dual character in the next chunk.
        self._tail = max(int(self._sizes.max(initial=0)) - (not self._leet), 1)
        # Where a dual character is a letter, the word has three or more.
        lettered = (any(map(_may_be_lettered, same)) for same in words.values())
        self._lettered = np.fromiter(lettered, np.bool_, len(words))
        self._words_of = tuple(words)
        self._around = Around([word for word, lettered in zip(words, self._lettered, strict=True) if lettered])
        self._start_words = {code: number for number, code in enumerate(starts, len(words))}
        self._begun = {chr(code): number for code, number in self._start_words.items()}
        self._begins = one_of(self._begun) if starts else None
        self._starts: NDArray[np.bool_] | None = None
        if starts:
            self._starts = np.zeros(BREAK_CODE + 1, np.bool_)
            self._starts[list(starts)] = True

    @cached_property
    def _glance(self) -> Glance:
        return Glance(self._words_of, sound=self._sound, lettered=self._lettered.tolist())

    def tables(self, patterns: tuple[object, ...] | None) -> object | None:
        """All that the compiled kernel needs to glance at a text, with what it takes to decide about the patterns.

        None where words are not found by the kernel.
        """
        if kernel.compiled is None or not isinstance(self._index, Lookup) or self._index.tables is None:
            return None
        duals = self._around.tables if self._leet else (None, None, False)
        tables = (*fold_tables(sound=self._sound), self._index.tables, self._sizes, *duals, patterns)
        held: object = kernel.compiled.tables(*tables)
        return held

    def glance(self, text: str, tables: object | None) -> Glanced | None:
        """The matches in a short text that are sure, in no order, and where words may begin others.

        None where those are many, or dual characters may be letters of them.
        """
        seen: Glanced | None = ([], [])
        if tables is not None and kernel.compiled is not None:
            seen = kernel.compiled.glance(text, tables)
        elif self._index is not None:
            looks_up = kernel.compiled is not None or isinstance(self._index, Automaton)
            found = self._looked_up(text) if looks_up else self._glance.occurrences(text)
            seen = None if found is None else ([], found)
        if seen is not None and self._begins is not None and self._begins.search(text):
            seen[1].extend((self._begun[char], at) for at, char in enumerate(text) if char in self._begun)
        return seen

    def _looked_up(self, text: str) -> list[Occurrence] | None:
        assert self._index is not None
        codes = encode(text)
        view, duals = fold_apart(codes) if self._leet else (fold(codes, sound=self._sound), None)
        if duals is not None and len(duals) and len(self._around.which(codes, duals, view)):
            return None
        first, words = self._index.find(view)
        return list(zip(words.tolist(), view.offsets.take(first).tolist(), strict=True))

    def occurrences(self, codes: Codes) -> Iterator[Hits]:
        """Every occurrence in the codes; those that end in one chunk come before those that end in the next."""
        carried: Skeleton | None = None
        # As even as can be: each chunk has a price of its own, however short.
        size = -(-len(codes) // max(round(len(codes) / self._chunk), 1))
        for begin in range(0, len(codes), size or 1):
            chunk = codes[begin : begin + size]
            if self._starts is not None:
                places = _where(chunk, self._starts)
                if len(places):
                    words = np.array([self._start_words[code] for code in chunk.take(places).tolist()])
                    nowhere, apart = np.full(len(places), -1), np.zeros(len(places), np.bool_)
                    yield Hits(words, places + begin, nowhere, nowhere, apart)
            if self._index is not None:
                if self._leet:
                    view, duals = fold_apart(chunk, begin=begin, after=carried)
                else:
                    view, duals = fold(chunk, begin=begin, after=carried, sound=self._sound), None
                if begin + len(chunk) < len(codes):
                    view.marks[-1:] |= LOOSE | WORD  # its run may go on, and be anything
                hits = self._words(view)
                if hits is not None:
                    yield hits
                if duals is not None and len(duals):
                    hits = self._dual_words(codes, duals, view, begin + len(chunk))
                    if hits is not None:
                        yield hits
                carried = view.last(self._tail)

    def _words(self, view: Skeleton, *, letters: bool = False) -> Hits | None:
        """The words in the view that end after what was searched before."""
        assert self._index is not None
        first, words = self._index.find(view)
        if not len(first):
            return None
        stop = first + self._sizes.take(words)
        if view.seen:
            late = np.flatnonzero(stop > view.seen)
            first, words, stop = first.take(late), words.take(late), stop.take(late)
        until = view.offsets.take(stop, mode="clip")
        # Where a window of letters ends, what follows is not known.
        until[(stop == len(view)) | (letters & (view.symbols.take(stop, mode="clip") == BREAK))] = -1
        second = view.offsets.take(first + 1, mode="clip")
        return Hits(words, view.offsets.take(first), second, until, (view.marks.take(first) & LOOSE) != 0, letters)

    def _dual_words(self, codes: Codes, duals: Places, view: Skeleton, known: int) -> Hits | None:
        """The words around dual characters that may be letters, with all of them read so.

        The skeleton is known up to the offset `known`; behind it, the text is read on.
        """
        some = self._around.which(codes, duals, view)
        if not len(some):
            return None
        duals = duals.take(some)
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
        starts, ends = _merge(starts, ends)
        places = _join(starts, ends)
        window = codes.take(places, mode="clip")
        window[np.cumsum(ends - starts + 1)[:-1] - 1] = BREAK_CODE
        read = fold(window, letters=True)
        view = Skeleton(read.symbols, places.take(read.offsets), read.marks)
        hits = self._words(view, letters=True)
        if hits is None:
            return None
        far = np.where(hits.until < 0, len(codes), hits.until)
        held = np.searchsorted(duals, far) > np.searchsorted(duals, hits.begins)
        kept = np.flatnonzero(held & self._lettered.take(hits.words))
        if not len(kept):
            return None
        return hits.some(kept)


def _may_be_lettered(pattern: Pattern) -> bool:
    return bool(pattern.allowed & _LEET) and len(pattern.letters) > 2


def _where(codes: Codes, table: NDArray[np.bool_]) -> Places:
    """The places of the codes that the table has."""
    if kernel.compiled is not None:
        return np.frombuffer(kernel.compiled.places(codes, table), np.int64)
    return np.flatnonzero(table.take(codes))


def _may_begin(pattern: Pattern) -> set[int]:
    """The characters by which a pattern without letters may begin."""
    first = pattern.lead[0]
    alike = {source for name in ("width", "style") for source, to in relation(name).items() if first in to}
    return {ord(char) for char in {first, *alike} if any(not s & ~pattern.allowed for s in differences(char, first))}


def _read_on(codes: Codes, known: int, reach: int) -> int:
    """Where the `reach` runs behind the offset end, if that is not too far."""
    far = min(known + READ_ON * reach, len(codes))
    read = fold(codes[known:far], letters=True)
    return known + int(read.offsets[reach]) if len(read) > reach else far


def _merge(starts: Places, ends: Places) -> tuple[Places, Places]:
    """The windows' union as windows that do not touch, in order."""
    order = np.argsort(starts, kind="stable")
    starts, reach = starts.take(order), np.maximum.accumulate(ends.take(order))
    new = np.flatnonzero(starts[1:] > reach[:-1]) + 1
    return starts.take(np.concatenate([[0], new])), reach.take(np.concatenate([new - 1, [len(starts) - 1]]))


def _join(starts: Places, ends: Places) -> Places:
    """The places in the windows, each window followed by one more for the break that parts it from the next."""
    lengths = ends - starts + 1
    lengths[-1] -= 1
    total = int(lengths.sum())
    firsts = np.cumsum(lengths) - lengths
    places: Places = np.arange(total)
    places += np.repeat(starts - firsts, lengths)
    return places
