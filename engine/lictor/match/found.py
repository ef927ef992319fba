"""`Match`: one thing found in a text; and `Matches`, all that was found in one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
from numpy.typing import NDArray

from lictor.text import names_of
from lictor.text.plain import Plain

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Match", "Matches", "keys_of", "match_of", "matches_at", "quick_match"]


@dataclass(frozen=True, slots=True)
class Match:
    """One term found: its name, half-open code-point offsets into the text as given, that stretch, its disguise.

    `mechanisms` are the names of the differences that had to be overlooked, sorted; `key` is the term's.
    """

    term: str
    start: int
    end: int
    text: str
    mechanisms: tuple[str, ...] = ()
    key: Hashable = field(default=None, compare=False, repr=False)


class Matches(Sequence[Match]):
    """The matches in one text, sorted by start and end: a sequence like a tuple, and equal to one.

    They are numbers until the first is asked for: where every character ends a match, making them takes longer than
    finding them.
    """

    __slots__ = ("_made", "_named", "_places", "_row", "_texts")

    def __init__(
        self,
        texts: Sequence[str] | pa.Array,
        row: int,
        places: NDArray[np.int64],
        named: Sequence[tuple[str, str, Hashable]],
    ) -> None:
        """Places are rows of start, end, the term's number and the mechanisms; terms have name, text and key."""
        self._texts, self._row, self._places, self._named = texts, row, places, named
        self._made: tuple[Match, ...] | None = None

    @property
    def starts(self) -> list[int]:
        """Where the matches begin."""
        found: list[int] = self._places[:, 0].tolist()
        return found

    @property
    def ends(self) -> list[int]:
        """Where they end."""
        found: list[int] = self._places[:, 1].tolist()
        return found

    @property
    def keys(self) -> frozenset[Any]:
        """The keys of their terms."""
        return frozenset([self._named[order][2] for order in set(self._places[:, 2].tolist())])

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Match]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Match, ...]: ...
    def __getitem__(self, index: int | slice) -> Match | tuple[Match, ...]:
        return self._all()[index]

    def __eq__(self, other: object) -> bool:
        return self._all() == tuple(other) if isinstance(other, (tuple, Matches)) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._all(),)

    def _all(self) -> tuple[Match, ...]:
        if self._made is None:
            self._made = matches_at(str(self._texts[self._row]), self._places.tolist(), self._named)
        return self._made


def matches_at(
    text: str, places: Iterable[tuple[int, int, int, int]], named: Sequence[tuple[str, str, Hashable]]
) -> tuple[Match, ...]:
    """The matches in the text at these places; places and terms as `Matches` has them."""
    made = []
    for start, end, order, needed in places:
        name, written, key = named[order]
        seen = text[start:end]
        # Most stand as written: no text of their own need be kept for those.
        made.append(quick_match(name, start, end, written if seen == written else seen, names_of(needed), key))
    return tuple(made)


def keys_of(matches: Sequence[Match]) -> frozenset[Any]:
    """The keys of the terms that matched, without making the matches where they are numbers yet."""
    return matches.keys if isinstance(matches, Matches) else frozenset([match.key for match in matches])


class _Written:
    """A match while it is written: as `Match` is laid out, without what keeps that from being changed."""

    __slots__ = Match.__slots__

    def __init__(self, term: str, start: int, end: int, text: str, mechanisms: tuple[str, ...], key: Hashable) -> None:
        self.term, self.start, self.end = term, start, end
        self.text, self.mechanisms, self.key = text, mechanisms, key


def quick_match(term: str, start: int, end: int, text: str, mechanisms: tuple[str, ...], key: Hashable) -> Match:
    """The same as `Match(...)` in a quarter of its time, which counts where every character ends a match."""
    written = _Written(term, start, end, text, mechanisms, key)
    written.__class__ = Match  # type: ignore[assignment]
    return cast("Match", written)


def match_of(view: Plain, start: int, end: int, value: str, *, also: tuple[str, ...] = ()) -> Match:
    """The match that a stretch of a plain text is."""
    first, last = view.span(start, end)
    written = view.original[first:last]
    needed = () if written == view.text[start:end] else view.mechanisms(start, end)
    return quick_match(value, first, last, written, tuple(sorted({*needed, *also})) if also else needed, None)
