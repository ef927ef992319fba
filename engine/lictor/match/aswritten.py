"""Words that stand in the text letter for letter: decided for many places at once, without the verifier.

Most matches are such, with another case or another drawing of a letter at most, and where text is dense with them the
verifier would be what takes the time. Told at once, too, is what cannot be: a term with a symbol of its own where the
text has none, a masked letter without a mask, a ticker in lower case. Whatever is neither (a letter too many, a mark or
an invisible character beside it) is left to the verifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lictor import kernel
from lictor.match.align import STRETCHED_FROM
from lictor.match.lookup import Places, one_by_one, pieces
from lictor.match.search import Hits
from lictor.match.terms import Pattern, is_word_edge
from lictor.text import BITS, Codes, encode
from lictor.text.pairs import NO_DIFFERENCE, plain_differences
from lictor.text.tables import (
    ACCENT,
    BREAK_CODE,
    DIGIT,
    ENCLOSING,
    EXPANDS,
    FIRST_KEPT,
    INVISIBLE,
    KEPT,
    KIND,
    LETTER,
    MASKS,
    RELATIONS,
    SPACE,
    SYMBOL,
    kinds,
    relation,
    symbols,
)

__all__ = ["AsWritten"]

# A character that the verifier must look at, wherever it stands beside a word.
_STRANGE = np.uint8(1)
# What is said of a pattern at a place.
_UNSURE, _NO, _YES = (np.uint8(verdict) for verdict in range(3))
_LEET = np.uint32(BITS["leet"])
# Characters of a stretch in which a term's own symbol is sought, and how many different symbols are.
_SOUGHT_IN, _SOUGHT = 64, 31
# Comparisons for each character, from which on a look at all characters is cheaper.
_OFTEN = 2
# The bit beyond those: something that may be a letter. Digits alone are no word of letters, however they are read.
_SOME_LETTER = np.uint32(1 << _SOUGHT)
_NONE: Places = np.empty(0, np.int64)
_DOLLARS, _SELECTORS = (ord("$"), ord("＄")), (0xFE0E, 0xFE0F)


class _Pairs(NamedTuple):
    """Patterns by number, each at a place."""

    patterns: Places
    begins: Places

    def some(self, which: Places) -> _Pairs:
        return _Pairs(self.patterns.take(which), self.begins.take(which))


class AsWritten:
    """Says which occurrences are their term letter for letter, and which are nothing."""

    def __init__(self, patterns: Sequence[Sequence[Pattern]]) -> None:
        """The patterns by word."""
        self._counts = np.fromiter(map(len, patterns), np.int64, len(patterns))
        self._first = np.cumsum(self._counts) - self._counts
        self._singly = bool((self._counts == 1).all())
        own = list(chain.from_iterable(patterns))
        texts = [pattern.text if _may_be_decided(pattern) else "" for pattern in own]
        self._codes = encode("".join(texts))
        self._sizes = np.fromiter(map(len, texts), np.int64, len(own))
        self._begins = np.cumsum(self._sizes) - self._sizes
        self._orders, self._needs, self._allowed = (
            np.array([[pattern.order, pattern.needs, pattern.allowed] for pattern in own], np.int64).reshape(-1, 3).T
        )
        self._letters = np.fromiter((len(pattern.letters) for pattern in own), np.int64, len(own))
        self._edges = np.array([_edges(pattern) for pattern in own], np.uint8).reshape(-1, 2).T.copy()
        ends = np.array([[ord(p.word[0]), ord(p.word[-1])] if p.word else [0, 0] for p in own], np.uint16)
        self._symbols = ends.reshape(-1, 2).T.copy()
        self._alone = np.fromiter((len(pattern.word) == 1 for pattern in own), np.bool_, len(own))
        self._usual = np.zeros(1 << 16, np.uint32)
        self._usual[symbols().take(self._codes[::-1])] = self._codes[::-1]
        self._usual[:FIRST_KEPT] = BREAK_CODE
        unusual = np.concatenate([[0], np.cumsum(self._usual.take(symbols().take(self._codes)) != self._codes)])
        self._symbolic = self._sizes == np.fromiter((len(pattern.word) for pattern in own), np.int64, len(own))
        self._symbolic &= unusual.take(self._begins + self._sizes) == unusual.take(self._begins)
        self._single = np.fromiter((len(text) == 1 and text.isascii() for text in texts), np.bool_, len(own))
        self._once = np.fromiter((len(p.word) > 1 and p.runs[0] == 1 for p in own), np.bool_, len(own))
        tickers = (p.term.options.ticker and not p.allow and not p.lead for p in own)
        self._tickers = np.fromiter(tickers, np.bool_, len(own))
        # What no pattern has need not be looked for.
        self._some_alone, self._some_single = bool(self._alone.any()), bool(self._single.any())
        self._some_edged, self._some_tickers = bool(self._edges.any()), bool(self._tickers.any())
        self._all_symbolic = bool(self._symbolic.all())
        self._second = np.fromiter(map(_second_letter, own), np.uint32, len(own))
        self._sought = _Sought(own)
        self.tables = None if kernel.compiled is None else self._for_kernel()

    def _for_kernel(self) -> tuple[object, ...]:
        """The patterns as the compiled kernel takes them: where each word's begin, and all that is said of each."""
        fields = (
            *(self._begins, self._sizes, self._orders, self._needs, self._allowed, self._letters),
            *(*self._edges, *self._symbols, self._second, self._sought.before, self._sought.within),
            *(self._alone, self._single, self._once, self._tickers),
        )
        patterns = np.stack([field.astype(np.uint32) for field in fields], axis=1)
        tables = (kinds(), symbols(), _beside(), plain_differences())
        return (np.append(self._first, len(patterns)), patterns, self._codes, *tables, *self._sought.symbols)

    def decide(self, codes: Codes, hits: Hits) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Whether each occurrence is decided; and the matches of those that are, a row each: start, end, order, needs.

        Dual characters are read as separators in the occurrences.
        """
        if kernel.compiled is not None and self.tables is not None:
            truths, found = kernel.compiled.decide(codes, *hits[:5], self.tables)
            return np.frombuffer(truths, np.bool_), np.frombuffer(found, np.int64).reshape(-1, 4)
        decided, matches = [np.zeros(0, np.bool_)], [np.zeros((0, 4), np.int64)]
        counts = self._counts.take(hits.words)
        for part in pieces(counts):
            begins, loose = hits.begins[part], hits.loose[part]
            if self._singly:
                patterns, own = hits.words[part], None
            else:
                patterns, own = one_by_one(self._first.take(hits.words[part]), counts[part])
                begins, loose = begins.take(own), loose.take(own)
            pairs = _Pairs(patterns, begins)
            apart = np.flatnonzero(loose & self._once.take(patterns)) if loose.any() else _NONE
            if len(apart):
                second = hits.second[part].take(apart if own is None else own.take(apart))
                pairs = _Pairs(patterns, begins.copy())
                pairs.begins[apart] = self._last_of_run(codes, pairs.some(apart), second)
            verdicts, needed = self._judge(codes, pairs, loose)
            left = np.flatnonzero(verdicts == _UNSURE)
            if len(left):
                until = hits.until[part].take(left if own is None else own.take(left))
                cannot = self._cannot(codes, pairs.some(left), until, loose.take(left))
                verdicts[left[cannot]] = _NO
            yes = verdicts == _YES
            if own is None:
                sure = verdicts != _UNSURE
            else:
                sure = np.minimum.reduceat(verdicts, np.cumsum(counts[part]) - counts[part]) != _UNSURE
                yes &= sure.take(own)
            decided.append(sure)
            which = np.flatnonzero(yes)
            rows = np.empty((len(which), 4), np.int64)
            patterns, rows[:, 0] = pairs.some(which)
            np.add(rows[:, 0], self._sizes.take(patterns), out=rows[:, 1])
            rows[:, 2], rows[:, 3] = self._orders.take(patterns), needed.take(which)
            matches.append(rows)
        return np.concatenate(decided), np.concatenate(matches)

    def _last_of_run(self, codes: Codes, pairs: _Pairs, second: Places) -> Places:
        """Where the patterns begin, in runs of characters that are apart: with the last, if that is by itself."""
        last, symbol = second - 1, self._symbols[0].take(pairs.patterns)
        kind = kinds().take(codes.take(last - 1, mode="clip")) & KIND
        found = (symbols().take(codes.take(last, mode="clip")) == symbol) & ((kind == SPACE) | (kind == SYMBOL))
        return np.where(found & (last > pairs.begins), last, pairs.begins)

    def _judge(
        self, codes: Codes, pairs: _Pairs, loose: NDArray[np.bool_]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The verdict on each pattern, if it stands letter for letter; and what it needs where it does."""
        verdicts, needed = np.zeros(len(loose), np.uint8), self._needs.take(pairs.patterns)
        sizes = self._sizes.take(pairs.patterns)
        stands = sizes > 0
        stands &= pairs.begins + sizes <= len(codes)
        if self._some_alone:
            stands &= ~(loose & self._alone.take(pairs.patterns))
        if stands.all():
            some, begins, likely = np.arange(len(loose)), pairs.begins, pairs
        else:
            some = np.flatnonzero(stands)
            sizes, begins, likely = sizes.take(some), pairs.begins.take(some), pairs.some(some)
        if len(some) and int(sizes.sum()) > _OFTEN * int(begins.max() - begins.min()):
            exact = self._are_their_symbols(codes, likely, sizes)
            if exact.all():
                verdicts[some] = self._stands(codes, likely)
                return verdicts, needed
            which, some = some[exact], some[~exact]
            verdicts[which] = self._stands(codes, pairs.some(which))
            sizes, likely = self._sizes.take(pairs.patterns.take(some)), pairs.some(some)
        # What does not end with its last letter is not letter for letter.
        ends = symbols().take(codes.take(likely.begins + sizes - 1)) == self._symbols[1].take(likely.patterns)
        sizes, some = sizes[ends], some[ends]
        for part in pieces(sizes):
            which = some[part]
            fits, folds = self._letter_for_letter(codes, pairs.some(which))
            needed[which] |= folds
            # A single letter that is another one is nothing; of several, others may be those meant.
            if self._some_single:
                alone = self._single.take(pairs.patterns.take(which)) & (codes.take(pairs.begins.take(which)) < 128)
                fitting = np.flatnonzero(fits | alone)
            else:
                fitting = np.flatnonzero(fits)
            which = which.take(fitting)
            verdicts[which] = self._stands(codes, pairs.some(which), fits.take(fitting))
        return verdicts, needed

    def _are_their_symbols(self, codes: Codes, pairs: _Pairs, sizes: Places) -> NDArray[np.bool_]:
        """Whether the patterns are one with the text, since of the characters of each symbol both have the usual one.

        A symbol's usual character is that which the patterns have for it. Far less is compared than letter for letter.
        """
        ends = pairs.begins + sizes
        first = int(pairs.begins.min())
        codes = codes[first : int(ends.max())]
        other = self._usual.take(symbols().take(codes)) != codes
        other[1:] |= codes[1:] == codes[:-1]
        before = np.concatenate([[0], np.cumsum(other, dtype=np.int32)])
        found: NDArray[np.bool_] = before.take(ends - first) == before.take(pairs.begins - first)
        if not self._all_symbolic:
            found &= self._symbolic.take(pairs.patterns)
        return found

    def _letter_for_letter(self, codes: Codes, pairs: _Pairs) -> tuple[NDArray[np.bool_], NDArray[np.uint32]]:
        """Whether each pattern stands letter for letter, and the folds that takes."""
        sizes = self._sizes.take(pairs.patterns)
        firsts = np.cumsum(sizes) - sizes
        places, own = one_by_one(pairs.begins, sizes)
        seen = codes.take(places)
        meant = self._codes.take(places + (self._begins.take(pairs.patterns) - pairs.begins).take(own))
        other = np.flatnonzero(seen != meant)
        folds = np.zeros(len(seen), np.uint32)
        if len(other):
            banned = ~self._allowed.take(pairs.patterns.take(own.take(other))).astype(np.uint32)
            folds[other] = _folds(seen.take(other), meant.take(other), banned)
        leet = np.add.reduceat((folds & _LEET) != 0, firsts, dtype=np.int64)
        folds = np.bitwise_or.reduceat(folds, firsts)
        letters = self._letters.take(pairs.patterns)
        # As `verify` has it: letters carry the word.
        plain = letters - leet
        spelt = np.where(letters <= 3, plain > leet, np.where(letters < STRETCHED_FROM, plain, 3 * plain) >= leet)
        fits = (folds != NO_DIFFERENCE) & (spelt | (leet == 0))
        return fits, folds

    def _stands(self, codes: Codes, pairs: _Pairs, fits: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
        """The verdict on patterns from what is beside them, where they stand letter for letter, or do if they fit."""
        patterns, begins = pairs
        ends = begins + self._sizes.take(patterns)
        after = codes.take(ends, mode="clip")
        after[ends == len(codes)] = BREAK_CODE
        about = _beside().take(after)
        unsure = (about & _STRANGE) != 0
        unsure |= symbols().take(after) == self._symbols[1].take(patterns)
        verdicts = np.full(len(begins), _YES)
        if fits is not None:
            verdicts[~fits] = _NO
        if self._some_edged:
            before = codes.take(begins - 1, mode="clip")
            before[begins == 0] = BREAK_CODE
            touched = (about & self._edges[1].take(patterns)) != 0
            about, edge = _beside().take(before), self._edges[0].take(patterns)
            unsure |= ((about & _STRANGE) != 0) & (edge != 0)
            touched |= (about & edge) != 0
            # What is drawn as a symbol touches no letter.
            unsure |= touched & ((codes.take(begins) > 127) | (codes.take(ends - 1) > 127))
            verdicts[touched] = _NO
        tickers = np.flatnonzero(self._tickers.take(patterns)) if self._some_tickers else _NONE
        if len(tickers):
            begins = begins.take(tickers)
            dollar = np.isin(codes.take(begins - 1, mode="clip"), _DOLLARS) & (begins > 0)
            verdicts[tickers[~dollar & self._has_lower(codes, pairs.some(tickers))]] = _NO
        verdicts[unsure] = _UNSURE
        return verdicts

    def _has_lower(self, codes: Codes, pairs: _Pairs) -> NDArray[np.bool_]:
        sizes = self._sizes.take(pairs.patterns)
        places, _ = one_by_one(pairs.begins, sizes)
        found: NDArray[np.bool_] = np.logical_or.reduceat(_is_lower(codes.take(places)), np.cumsum(sizes) - sizes)
        return found

    def _cannot(self, codes: Codes, pairs: _Pairs, until: Places, loose: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether the patterns are surely nothing: without their symbol or any letter, lower-case tickers."""
        patterns, begins = pairs
        before = codes.take(begins - 1, mode="clip")
        before[begins == 0] = BREAK_CODE
        cannot = np.zeros(len(begins), np.bool_)
        behind = codes.take(begins + 1, mode="clip")
        plain = (behind < 128) & ((kinds().take(behind) & (LETTER | DIGIT)) != 0)
        plain &= symbols().take(behind) != self._symbols[0].take(patterns)
        second = self._second.take(patterns)
        some = np.flatnonzero(plain & (second > 0))
        banned = ~self._allowed.take(patterns.take(some)).astype(np.uint32)
        cannot[some] = _folds(behind.take(some), second.take(some), banned) == NO_DIFFERENCE
        lower = self._tickers.take(patterns) & plain & _is_lower(codes.take(begins)) & (begins + 1 < len(codes))
        cannot |= lower & ~np.isin(before, _DOLLARS)
        lacks = self._sought.before.take(patterns)
        lacks &= ~self._sought.bits_of(before)
        cannot |= (lacks != 0) & ~loose & ~np.isin(before, _SELECTORS)
        sought = self._sought.within.take(patterns)
        some = np.flatnonzero((sought != 0) & (until > begins) & (until - begins <= _SOUGHT_IN))
        for part in pieces((until - begins).take(some)):
            which = some[part]
            sizes = (until - begins).take(which)
            places, _ = one_by_one(begins.take(which), sizes)
            there = np.bitwise_or.reduceat(self._sought.bits_of(codes.take(places)), np.cumsum(sizes) - sizes)
            cannot[which] |= (sought.take(which) & ~there) != 0
        return cannot


class _Sought:
    """The symbols without which a pattern is nothing: a bit for each, by pattern those before it and those within it.

    A symbol within a pattern stands between the first character of its occurrence and the letter behind it.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        numbers: dict[frozenset[str], int] = {}

        def bit(chars: frozenset[str]) -> int:
            if chars not in numbers:
                if any(int(kinds()[ord(char)]) & KIND == KEPT for char in chars) or len(numbers) == _SOUGHT:
                    return 0
                numbers[chars] = len(numbers)
            return 1 << numbers[chars]

        before, within = [], []
        for pattern in patterns:
            own = bool(pattern.word)
            before.append(bit(_written_for(pattern.lead[-1])) if own and pattern.lead else 0)
            symbol = next((char for char in pattern.trail if not char.isspace()), "") if own else ""
            masked = bit(MASKS) if pattern.mask is not None else 0
            lettered = own and not pattern.sound and all(letter.flags & LETTER for letter in pattern.letters)
            letter = int(_SOME_LETTER) if lettered else 0
            within.append(letter | masked | (bit(_written_for(symbol)) if symbol else 0))
        self.before, self.within = np.array(before, np.uint32), np.array(within, np.uint32)
        bits: dict[int, int] = {}
        for chars, number in numbers.items():
            for char in chars:
                bits[ord(char)] = bits.get(ord(char), 0) | 1 << number
        self._codes = np.array([*sorted(bits), BREAK_CODE + 1], np.uint32)
        self._bits = np.array([*(bits[code] for code in sorted(bits)), 0], np.uint32)

    @property
    def symbols(self) -> tuple[Codes, NDArray[np.uint32]]:
        """The codes of all the symbols, in order, and their bits."""
        return self._codes, self._bits

    def bits_of(self, codes: Codes) -> NDArray[np.uint32]:
        """The bits of the symbols that the codes are."""
        at = np.searchsorted(self._codes, codes)
        found: NDArray[np.uint32] = self._bits.take(at) * (self._codes.take(at) == codes)
        found |= ((codes > 127) | ((codes | np.uint32(32)) - np.uint32(ord("a")) < 26)) * _SOME_LETTER
        return found


def _may_be_decided(pattern: Pattern) -> bool:
    """Whether the pattern is letters and what stands between them; a run of one character is none told by its first."""
    if not pattern.word or pattern.allow or pattern.sound or pattern.dots or pattern.lead or pattern.trail:
        return False
    if pattern.term.options.ticker and not pattern.text.isascii():
        return False
    judged = pattern.turned or pattern.needs & BITS["shape"]
    return pattern.mask is None and not judged and (len(pattern.word) > 1 or len(pattern.text) == 1)


def _second_letter(pattern: Pattern) -> int:
    """The first letter of the second run, if it is in ASCII; else 0."""
    if len(pattern.word) < 2 or pattern.sound:
        return 0
    letter = pattern.letters[pattern.runs[0]]
    return ord(letter.char) if letter.char.isascii() and letter.char.isalnum() else 0


def _edges(pattern: Pattern) -> tuple[int, int]:
    """What may not touch the first letter and the last: bits of the tables."""
    if not pattern.word:
        return 0, 0
    touching = LETTER if pattern.boundary == "word" else LETTER | DIGIT
    first, last = pattern.letters[0], pattern.letters[-1]
    return touching * is_word_edge(first, pattern.boundary), touching * is_word_edge(last, pattern.boundary)


def _folds(seen: Codes, meant: Codes, banned: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The folds by which each character seen is the one meant; NO_DIFFERENCE where that is not plain."""
    plain = (seen < 128) & (meant < 128)
    found = plain_differences().take(np.where(plain, meant << np.uint32(7) | seen, 0))
    found[~plain | ((found & banned) != 0)] = NO_DIFFERENCE
    return found


def _is_lower(codes: Codes) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = codes - np.uint32(ord("a")) < 26
    return found


@cache
def _written_for(symbol: str) -> frozenset[str]:
    """The characters that may be written for a symbol: what is folded to it, or with it to another.

    A term's own symbol is no letter, so what it is in leet does not count.
    """
    found = {symbol}
    for name in RELATIONS:
        if name != "leet":
            found.update(other for other in relation(name).get(symbol, ()) if len(other) == 1)
    for name in RELATIONS:
        found |= {char for char, others in relation(name).items() if not found.isdisjoint(others)}
    return frozenset(found)


@cache
def _beside() -> NDArray[np.uint8]:
    """For each code point whether it is a letter or digit (bits of the tables) or strange."""
    kind = kinds()
    table = kind & np.uint8(LETTER | DIGIT)
    table |= (np.isin(kind & KIND, (ACCENT, ENCLOSING, INVISIBLE)) | (symbols() == EXPANDS)) * _STRANGE
    return table
