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
from lictor.match.evidence import Evidence, Verified
from lictor.match.found import Match
from lictor.match.search import Search
from lictor.match.spellings import cancel_phrase, compile_term
from lictor.match.terms import OptionValues, Pattern, Term, options_from
from lictor.match.verify import Found, context, verify
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
        self._turns = any(pattern.allowed & BITS["reversed"] for pattern in patterns)
        views = [[p for p in patterns if p.sound == sound] for sound in (False, True)]
        self._context = context(patterns)
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
        found = Evidence(Verified(self._context))
        for search in self._searches:
            for patterns, start, until, letters in search.occurrences(encode(text)):
                found.look(text, patterns, start, until, letters=letters)
        if self._turns and OVERRIDE in text:
            found.add(self._find_displayed(text))
        return self._matches(text, found, longest=overlap == "longest")

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
        found: dict[int, Evidence] = {}
        verified = Verified(self._context)
        # Rows that hold an occurrence, by text: those that read the same are searched once.
        alike: dict[str, int] = {}
        copies: dict[int, int] = {}
        for search in self._searches:
            row, begin, end, text = -1, 0, -1, ""
            for patterns, start, until, letters in search.occurrences(rows.codes):
                if not begin <= start < end:
                    row = bisect_right(rows.starts, start) - 1
                    begin, end = rows.starts[row], rows.starts[row + 1] - 1
                    text = rows.text[begin:end]
                    if alike.setdefault(text, row) != row:
                        copies[row] = alike[text]
                    evidence = found.setdefault(alike[text], Evidence(verified))
                if row not in copies:
                    after = min(until, end) - begin if until >= 0 else -1
                    evidence.look(text, patterns, start - begin, after, letters=letters)
        if self._turns:
            places = np.flatnonzero(rows.codes == ord(OVERRIDE))
            for turned in np.unique(np.searchsorted(rows.starts, places, side="right") - 1).tolist():
                if turned not in copies:
                    found.setdefault(turned, Evidence(verified)).add(self._find_displayed(rows[turned]))
        matches = {row: tuple(self._matches(rows[row], evidence, longest=False)) for row, evidence in found.items()}
        matches |= {row: matches[first] for row, first in copies.items()}
        yield from ((row, some) for row, some in matches.items() if some)

    def _find_displayed(self, text: str) -> Iterator[Found]:
        """What is found only in the text as displayed, by terms that overlook reversal; the span holds all of it."""
        shown, order = displayed(text)
        codes = encode(shown)
        for search in self._searches:
            for patterns, at, _, letters in search.occurrences(codes):
                if not patterns[0].word:
                    continue
                for pattern, start, end, needed in verify(patterns, shown, at, letters=letters):
                    places = order[start:end]
                    if pattern.allowed & BITS["reversed"] and any(b != a + 1 for a, b in pairwise(places)):
                        yield Found(pattern, min(places), max(places) + 1, needed | BITS["reversed"])

    def _matches(self, text: str, found: Evidence, *, longest: bool) -> list[Match]:
        matches = []
        for start, end, order, needed in found.places(longest=longest):
            term = self.terms[order]
            name = term.text if term.name is None else term.name
            matches.append(Match(name, start, end, text[start:end], names_of(needed), term.key))
        return matches
