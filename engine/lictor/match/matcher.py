"""`Matcher`: the terms found in a text, or in a column of texts, each match verified on the text as given.

One search serves both. In a column nothing is done in Python for a row without an occurrence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Literal, Unpack

import numpy as np
import pyarrow as pa

from lictor.errors import UsageError
from lictor.match.bidi import OVERRIDE, displayed
from lictor.match.columns import Rows, rows_of
from lictor.match.found import Match
from lictor.match.search import Search
from lictor.match.spellings import cancel_phrase, compile_term
from lictor.match.terms import OptionValues, Pattern, Term, options_from
from lictor.match.verify import Found, verify, verify_symbols
from lictor.text import BITS, encode, names_of

__all__ = ["Matcher"]

Overlap = Literal["longest", "all"]


class Matcher:
    """Finds terms in texts. Options apply to the terms given as plain str; safe to share between threads."""

    def __init__(
        self, terms: Iterable[str | Term], *, allow: Iterable[str] = (), **options: Unpack[OptionValues]
    ) -> None:
        common = options_from(options)
        if isinstance(terms, str) or isinstance(allow, str):
            raise UsageError("terms and `allow` are lists of str, not one str", hint="write `Matcher(['...'])`")
        self.terms = tuple(term if isinstance(term, Term) else Term(term, options=common) for term in terms)
        patterns: list[Pattern] = []
        for order, term in enumerate(self.terms):
            patterns += compile_term(term, order)
        patterns += [cancel_phrase(phrase, common, -1, None) for phrase in allow]
        self._cancels = any(pattern.allow for pattern in patterns)
        self._turns = any(pattern.allowed & BITS["reversed"] for pattern in patterns)
        views = [[p for p in patterns if p.sound == sound] for sound in (False, True)]
        self._searches = [Search(view, sound=sound) for view, sound in zip(views, (False, True), strict=True) if view]

    def find(self, text: str, overlap: Overlap = "longest") -> list[Match]:
        """The matches in the text, sorted by start and end.

        `all` keeps those that overlap; `longest` keeps the leftmost and, of those, the longest, apart from one another
        (several terms at one and the same place are all kept).
        """
        if not isinstance(text, str):
            raise UsageError(f"a text is a str, not `{type(text).__name__}`", hint="pass a column to `find_column`")
        if overlap not in ("longest", "all"):
            raise UsageError(f"overlap `{overlap}` is not known", hint="use `longest` or `all`")
        found: list[Found] = []
        codes = encode(text)
        for search in self._searches:
            for patterns, offsets, letters in search.occurrences(codes):
                _verify(patterns, text, offsets, letters=letters, found=found)
        if self._turns and OVERRIDE in text:
            found += self._find_displayed(text)
        matches = self._settle(text, found) if found else []
        return matches if overlap == "all" else _longest(matches)

    def replace(self, text: str, mask: str = "*") -> str:
        """The text with every character of a match replaced by the mask."""
        pieces, place = [], 0
        for match in self.find(text):
            if match.end > place:
                pieces += [text[place : match.start], mask * (match.end - max(match.start, place))]
                place = match.end
        return "".join([*pieces, text[place:]])

    def find_column(self, column: pa.Array | pa.ChunkedArray) -> dict[int, tuple[Match, ...]]:
        """All matches by row, for the rows that have any; a null has none."""
        found: dict[int, tuple[Match, ...]] = {}
        for rows in rows_of(column):
            for row, matches in self._find_rows(rows):
                for each in rows.numbers(row):
                    found[each] = matches
        return dict(sorted(found.items()))

    def _find_rows(self, rows: Rows) -> Iterator[tuple[int, tuple[Match, ...]]]:
        found: dict[int, list[Found]] = {}
        for search in self._searches:
            row, begin, end, text = -1, 0, -1, ""
            for patterns, offsets, letters in search.occurrences(rows.codes):
                if not begin <= offsets[0] < end:
                    row = bisect_right(rows.starts, offsets[0]) - 1
                    begin, end = rows.starts[row], rows.starts[row + 1] - 1
                    text = rows.text[begin:end]
                inside = [offset - begin for offset in offsets] if begin else offsets
                _verify(patterns, text, inside, letters=letters, found=found.setdefault(row, []))
        if self._turns:
            places = np.flatnonzero(rows.codes == ord(OVERRIDE))
            for turned in np.unique(np.searchsorted(rows.starts, places, side="right") - 1).tolist():
                found.setdefault(turned, []).extend(self._find_displayed(rows[turned]))
        for each, verified in found.items():
            matches = self._settle(rows[each], verified)
            if matches:
                yield each, tuple(matches)

    def _find_displayed(self, text: str) -> Iterator[Found]:
        """What is found only in the text as displayed, by terms that overlook reversal; the span holds all of it."""
        shown, order = displayed(text)
        found: list[Found] = []
        codes = encode(shown)
        for search in self._searches:
            for patterns, offsets, letters in search.occurrences(codes):
                _verify(patterns, shown, offsets, letters=letters, found=found)
        for pattern, start, end, needed in found:
            places = order[start:end]
            if pattern.allowed & BITS["reversed"] and any(b != a + 1 for a, b in pairwise(places)):
                yield Found(pattern, min(places), max(places) + 1, needed | BITS["reversed"])

    def _settle(self, text: str, found: list[Found]) -> list[Match]:
        """The matches: none inside a phrase that cancels it, one per term and place, with the least needed."""
        best: dict[tuple[int, int, int], int] = {}
        spans = _Spans(found) if self._cancels else None
        for pattern, start, end, needed in found:
            if pattern.allow or (spans is not None and spans.cancel(pattern, start, end)):
                continue
            place = (start, end, pattern.order)
            old = best.get(place)
            if old is None or (needed.bit_count(), needed) < (old.bit_count(), old):
                best[place] = needed
        matches = []
        for (start, end, order), needed in sorted(best.items()):
            term = self.terms[order]
            name = term.text if term.name is None else term.name
            matches.append(Match(name, start, end, text[start:end], names_of(needed), term.key))
        return matches


def _verify(patterns: tuple[Pattern, ...], text: str, offsets: list[int], *, letters: bool, found: list[Found]) -> None:
    if patterns[0].word:
        found += verify(patterns, text, offsets, letters=letters)
        return
    for pattern in patterns:
        one = verify_symbols(pattern, text, offsets[0])
        if one is not None:
            found.append(one)


class _Spans:
    """Where phrases that cancel stand, by the term they cancel: sorted starts, and the furthest end so far."""

    def __init__(self, found: list[Found]) -> None:
        by_scope: dict[int | None, list[tuple[int, int]]] = {}
        for pattern, start, end, _ in found:
            if pattern.allow:
                by_scope.setdefault(pattern.scope, []).append((start, end))
        self._by_scope: dict[int | None, tuple[list[int], list[int]]] = {}
        for scope, spans in by_scope.items():
            spans.sort()
            ends = [end for _, end in spans]
            for index, (before, end) in enumerate(pairwise(ends), 1):
                ends[index] = max(ends[index - 1], before, end)
            self._by_scope[scope] = ([start for start, _ in spans], ends)

    def cancel(self, pattern: Pattern, start: int, end: int) -> bool:
        """Whether a phrase that cancels the pattern holds the place."""
        for scope in (None, pattern.order):
            starts, ends = self._by_scope.get(scope, ((), ()))
            index = bisect_right(starts, start) - 1
            if index >= 0 and ends[index] >= end:
                return True
        return False


def _longest(matches: list[Match]) -> list[Match]:
    chosen: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        last = chosen[-1] if chosen else None
        if last is None or match.start >= last.end or (match.start, match.end) == (last.start, last.end):
            chosen.append(match)
    return chosen
