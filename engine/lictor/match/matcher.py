"""`Matcher`: the terms found in a text, or in a column of texts, each match verified on the text as given.

One search serves both. In a column nothing is done in Python for a row without an occurrence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, Unpack

import numpy as np
from numpy.typing import NDArray

from lictor.errors import UsageError
from lictor.match.alike import alike
from lictor.match.aswritten import AsWritten
from lictor.match.bidi import OVERRIDE, displayed
from lictor.match.evidence import Evidence, Place, Verified, in_order, longest
from lictor.match.found import Match, Matches, matches_at
from lictor.match.rows import Rows
from lictor.match.search import Search
from lictor.match.spellings import cancel_phrase, compile_term
from lictor.match.terms import OptionValues, Pattern, Term, options_from
from lictor.match.verify import Verifier
from lictor.text import BITS, encode
from lictor.text.reading import SHORT

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Matcher"]

# Occurrences in one stretch of text up to which none is decided without the verifier; and none stands for another.
_FEW, _SEVERAL = 8, 32

Overlap = Literal["longest", "all"]


class Matcher:
    """Finds terms in texts. Options apply to the terms given as plain str; safe to share between threads.

    With `automaton`, words are found by pyahocorasick, without by a look-up of our own; the matches are the same.
    """

    def __init__(
        self,
        terms: Iterable[str | Term],
        *,
        allow: Iterable[str] = (),
        automaton: bool = False,
        **options: Unpack[OptionValues],
    ) -> None:
        common = options_from(options)
        if isinstance(terms, str) or isinstance(allow, str):
            raise UsageError("terms and `allow` are lists of str, not one str", hint="write `Matcher(['...'])`")
        self.terms = tuple(term if isinstance(term, Term) else Term(term, options=common) for term in terms)
        patterns: list[Pattern] = []
        for order, term in enumerate(self.terms):
            patterns += compile_term(term, order)
        patterns += [cancel_phrase(phrase, common, -1, None) for phrase in allow]
        self._few, self._several, self._short = _FEW, _SEVERAL, SHORT
        self._asked = False
        self._turns = any(pattern.allowed & BITS["reversed"] for pattern in patterns)
        views = [[p for p in patterns if p.sound == sound] for sound in (False, True)]
        self._named = [(term.text if term.name is None else term.name, term.text, term.key) for term in self.terms]
        self._searches = [
            Search(view, sound=sound, automaton=automaton)
            for view, sound in zip(views, (False, True), strict=True)
            if view
        ]
        self._verifiers = [Verifier(search.patterns) for search in self._searches]

    @cached_property
    def _columnwise(self) -> list[tuple[Search, Verifier, AsWritten, NDArray[np.int64]]]:
        # Built on first need, as it takes milliseconds for thousands of terms.
        return [
            (search, verifier, AsWritten(search.patterns), np.array([verifier.beside, verifier.near], np.int64))
            for search, verifier in zip(self._searches, self._verifiers, strict=True)
        ]

    @cached_property
    def _tables(self) -> list[object | None]:
        # As the compiled kernel takes them for short texts. Whoever asks but once need not wait for them.
        return [search.tables(written.tables) for search, _, written, _ in self._columnwise]

    def __getstate__(self) -> dict[str, object]:
        # A copy, or one in another process, builds anew what was built on first need: it may be memory of the kernel's.
        return {name: value for name, value in self.__dict__.items() if name not in ("_columnwise", "_tables")}

    def warm_up(self) -> None:
        """Builds what is otherwise built on first need."""
        import pyarrow as pa  # noqa: PLC0415

        self.find_column(pa.array([term.text for term in self.terms[:1]], pa.string()))

    def find(self, text: str, overlap: Overlap = "longest") -> list[Match]:
        """The matches in the text, sorted by start and end.

        `all` keeps those that overlap; `longest` keeps the leftmost and, of those, the longest, apart from one another
        (several terms at one and the same place are all kept).
        """
        if not isinstance(text, str):
            raise UsageError(f"a text is a str, not `{type(text).__name__}`", hint="pass a column to `find_column`")
        if overlap not in ("longest", "all"):
            raise UsageError(f"overlap `{overlap}` is not known", hint="use `longest` or `all`")
        places = self._glance(text) if len(text) <= self._short else None
        if places is None:
            rows = Rows([text], encode(text), np.array([0, len(text) + 1]))
            places = next((places.tolist() for _, places in self._places(rows)), [])
        if overlap == "longest":
            places = list(longest(places))
        return list(matches_at(text, places, self._named))

    def replace(self, text: str, mask: str = "*") -> str:
        """The text with every character of a match replaced by the mask."""
        pieces, place = [], 0
        for match in self.find(text):
            if match.end > place:
                pieces += [text[place : match.start], mask * (match.end - max(match.start, place))]
                place = match.end
        return "".join([*pieces, text[place:]])

    def find_column(self, column: pa.Array | pa.ChunkedArray) -> dict[int, Matches]:
        """All matches by row, for the rows that have any; a null has none."""
        # Whoever searches single texts need not wait for pyarrow.
        from lictor.match.columns import rows_of  # noqa: PLC0415

        found: dict[int, Matches] = {}
        for rows in rows_of(column):
            for row, matches in self._find_rows(rows):
                for each in rows.numbers(row):
                    found[each] = matches
        return dict(sorted(found.items()))

    def _glance(self, text: str) -> list[Place] | None:
        """The places in a short text, in order; None where that takes numpy, or it is displayed in another order."""
        if self._turns and OVERRIDE in text:
            return None
        found: list[Place] = []
        cancels: list[tuple[int | None, int, int]] = []
        all_tables = self._tables if self._asked else [None] * len(self._searches)
        self._asked = True
        for search, verifier, tables in zip(self._searches, self._verifiers, all_tables, strict=True):
            seen = search.glance(text, tables)
            if seen is None or len(seen[1]) > _SEVERAL:
                return None
            found += seen[0]
            for word, begin in seen[1]:
                for pattern, start, end, needed in verifier.found(word, text, begin):
                    if pattern.allow:
                        cancels.append((pattern.scope, start, end))
                    else:
                        found.append((start, end, pattern.order, needed))
        return in_order(found, cancels)

    def _find_rows(self, rows: Rows) -> Iterator[tuple[int, Matches]]:
        for row, places in self._places(rows):
            yield row, Matches(rows.texts, row, places, self._named)

    def _places(self, rows: Rows) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """The places by row, for the rows that have any, counted from where the row begins."""
        texts: dict[int, str] = {}
        evidence = Evidence()
        for search, verifier, written, beside in self._columnwise:
            verified = Verified(verifier)
            for hits in search.occurrences(rows.codes):
                # A few are verified one by one in less time than it takes to decide them together.
                if not hits.letters and len(hits.words) > self._few:
                    decided, matches = written.decide(rows.codes, hits)
                    evidence.add_rows(matches)
                    hits = hits.some(np.flatnonzero(~decided))  # noqa: PLW2901
                own = stand = np.arange(len(hits.words))
                if not hits.letters and len(own) > self._several:
                    stand, own = alike(rows.codes, hits, *beside.take(hits.words, axis=1))
                some = hits.some(stand)
                which, row_begins, row_ends = rows.holding(some.begins)
                after = np.where(some.until >= 0, np.minimum(some.until, row_ends) - row_begins, -1)
                begins = some.begins.tolist()
                all_said = []
                for word, row, start, until in zip(
                    some.words.tolist(),
                    which.tolist(),
                    (some.begins - row_begins).tolist(),
                    after.tolist(),
                    strict=True,
                ):
                    text = texts.get(row)
                    if text is None:
                        text = texts[row] = rows[row]
                    all_said.append(verified.at(word, text, start, until, letters=hits.letters))
                if len(own) > len(stand):
                    evidence.add_alike(all_said, own, hits.begins)
                else:
                    for said, start in zip(all_said, begins, strict=True):
                        evidence.add(said, start)
        if self._turns:
            which, begins, _ = rows.holding(np.flatnonzero(rows.codes == ord(OVERRIDE)))
            for row, begin in dict(zip(which.tolist(), begins.tolist(), strict=True)).items():
                evidence.add((list(self._find_displayed(rows[row])), []), begin)
        yield from rows.split(evidence.places())

    def _find_displayed(self, text: str) -> Iterator[Place]:
        """What is found only in the text as displayed, by terms that overlook reversal; the span holds all of it."""
        shown, order = displayed(text)
        codes = encode(shown)
        for search, verifier in zip(self._searches, self._verifiers, strict=True):
            verified = Verified(verifier)
            for hits in search.occurrences(codes):
                where = (hits.words.tolist(), hits.begins.tolist(), hits.until.tolist())
                for word, begin, until in zip(*where, strict=True):
                    if search.patterns[word][0].word:
                        said, _ = verified.at(word, shown, begin, until, letters=hits.letters)
                        yield from self._turned(said, order, begin)

    def _turned(self, places: Iterable[Place], order: list[int], origin: int) -> Iterator[Place]:
        """Of what was found in a text as displayed, what overlooks reversal and was written in another order."""
        for start, end, term, needed in places:
            written = order[origin + start : origin + end]
            if self.terms[term].options.reversed and any(b != a + 1 for a, b in pairwise(written)):
                yield min(written), max(written) + 1, term, needed | BITS["reversed"]
