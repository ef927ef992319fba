"""What was verified in one text, kept small until it becomes matches, and what need not be verified again.

A place is four numbers: start, end, the term's order and the mechanisms it needed, a row of an array. Sorted, those are
the matches in order, the one that needs least first among equals; hostile text has one or more for each character.

Hostile text repeats itself. The verifier sees no further than a few characters beyond an occurrence, so what it said of
one stretch it says of every other that reads the same.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lictor.match.atoms import KINDS, SEEN, behind_marks
from lictor.match.edges import PASSED, passed_over
from lictor.match.lookup import Places, one_by_one
from lictor.match.terms import OPENING_DUALS
from lictor.match.verify import CLOSED_WITHIN, Found, Verifier
from lictor.text import MECHANISMS

__all__ = ["Evidence", "Place", "Verified", "in_order", "longest", "placed"]

# Stretches remembered for one text, and the longest that is worth it.
_REMEMBERED, _LENGTH = 4096, 1024

# Start, end, order of the term, mechanisms needed.
Place = tuple[int, int, int, int]
# Places, and phrases that cancel as scope, start and end; all counted from the occurrence.
_Placed = tuple[list[Place], list[tuple[int | None, int, int]]]


class Verified:
    """What the verifier said of stretches of text, for the length of one search."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier
        self._passed_over = passed_over()
        self._said: dict[tuple[int, bool, int, int, str, tuple[bool, ...]], _Placed] = {}

    def at(self, word: int, text: str, start: int, until: int, *, letters: bool) -> _Placed:
        """What is found where the word begins; `until` as in `Hits`."""
        if until < 0 or until - start > _LENGTH:
            return placed(self._verifier.found(word, text, start, letters=letters), start)
        beside, near = self._verifier.beside[word], self._verifier.near[word]
        if near < beside and all(KINDS[char] > SEEN for char in text[start:until]):
            beside = near
        begin = start - beside
        if begin > 0 and text[start - 1] in self._passed_over:
            begin -= PASSED
        begin = max(begin, 0)
        # What is seen behind the word ends it.
        stop = until if beside == 1 and text[until - 1] in " ,.\n" else until + beside
        closed = _closed(text, start, until) if letters else ()
        key = (word, letters, start - begin, until - start, text[begin:stop], closed)
        said = self._said.get(key)
        if said is None:
            said = placed(self._verifier.found(word, text, start, letters=letters), start)
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            self._said[key] = said
        return said


def _closed(text: str, start: int, end: int) -> tuple[bool, ...]:
    """Of each bracket in the stretch that may be a letter whether it is closed."""
    closed = []
    for at in range(start, end):
        if text[at] in OPENING_DUALS:
            behind = behind_marks(text, at)
            closed.append(OPENING_DUALS[text[at]] in text[behind : behind + CLOSED_WITHIN])
    return tuple(closed)


class Evidence:
    """The places found in one text, or in several that are one behind the other."""

    def __init__(self) -> None:
        self._arrays: list[NDArray[np.int64]] = []
        self._single = array("q")
        self._cancels: list[tuple[int | None, int, int]] = []

    def add(self, said: _Placed, at: int) -> None:
        """Add what was verified of an occurrence at the offset."""
        places, cancels = said
        for start, end, order, needed in places:
            self._single.extend((start + at, end + at, order, needed))
        for scope, start, end in cancels:
            self._cancels.append((scope, start + at, end + at))

    def add_alike(self, said: Sequence[_Placed], own: Places, at: Places) -> None:
        """Add what was verified of some occurrences, for each of those they stand for: its number, where it is."""
        counts = np.fromiter((len(places) for places, _ in said), np.int64, len(said))
        flat = np.array([place for places, _ in said for place in places], np.int64).reshape(-1, 4)
        which, whose = one_by_one((np.cumsum(counts) - counts).take(own), counts.take(own))
        found = flat.take(which, axis=0)
        found[:, :2] += at.take(whose)[:, None]
        self._arrays.append(found)
        if any(cancels for _, cancels in said):
            for number, begin in zip(own.tolist(), at.tolist(), strict=True):
                self.add(([], said[number][1]), begin)

    def add_rows(self, places: NDArray[np.int64]) -> None:
        """Add places, a row each."""
        self._arrays.append(places)

    def places(self) -> NDArray[np.int64]:
        """The places that no phrase cancels, in order, a row each; for each term at a place what needs least."""
        found = np.array(self._single, np.int64).reshape(-1, 4)
        if self._arrays:
            found = np.concatenate([*self._arrays, found])
        if len(found) > 1:
            order = _in_order(found)
            if order is not None:
                found = found.take(order, axis=0)
            again = (found[1:, 0] == found[:-1, 0]) & (found[1:, 1] == found[:-1, 1]) & (found[1:, 2] == found[:-1, 2])
            if again.any():
                found = found[np.concatenate([[True], ~again])]
        if self._cancels:
            spans = _Spans(self._cancels)
            found = found[[not spans.cancel(order, start, end) for start, end, order, _ in found.tolist()]]
        return found


def _in_order(places: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The numbers of the places in order, None if they are; of one place for one term, what needs least comes first."""
    start, end, order, needed = places.T
    size, needs = end - start, np.bitwise_count(needed).astype(np.int64) << len(MECHANISMS) | needed
    bits = [int(values.max()).bit_length() for values in (start, size, order, needs)]
    if sum(bits) > 63:
        return np.lexsort((needs, order, end, start))
    keys = ((start << bits[1] | size) << bits[2] | order) << bits[3] | needs
    return None if (keys[1:] >= keys[:-1]).all() else np.argsort(keys)


def in_order(places: Iterable[Place], cancels: Sequence[tuple[int | None, int, int]]) -> list[Place]:
    """A few places as `Evidence` has them: those that no phrase cancels, in order, each once with what needs least."""
    found = sorted(places)
    if len({place[:3] for place in found}) < len(found):
        found.sort(key=_least_first)
        found = [place for at, place in enumerate(found) if not at or place[:3] != found[at - 1][:3]]
    if cancels:
        spans = _Spans(list(cancels))
        found = [(s, e, order, needed) for s, e, order, needed in found if not spans.cancel(order, s, e)]
    return found


def _least_first(place: Place) -> tuple[int, ...]:
    start, end, order, needed = place
    return start, end, order, needed.bit_count(), needed


def longest(places: Iterable[Place]) -> Iterator[Place]:
    """Of places in order only the leftmost and, of those, the longest, apart from one another."""
    covered = at = -1
    group: list[Place] = []
    for place in places:
        start, end = place[:2]
        if start < covered:
            continue
        if start != at:
            if group:
                covered = group[0][1]
                yield from group
            group, at = ([place], start) if start >= covered else ([], at)
        else:
            group = [place] if end > group[0][1] else [*group, place]
    yield from group


def placed(found: Iterable[Found], origin: int) -> _Placed:
    """What was found as places and phrases that cancel, counted from the origin."""
    places: list[Place] = []
    cancels = []
    for pattern, start, end, needed in found:
        if pattern.allow:
            cancels.append((pattern.scope, start - origin, end - origin))
        else:
            places.append((start - origin, end - origin, pattern.order, needed))
    return places, cancels


class _Spans:
    """Where phrases that cancel stand, by the term they cancel: sorted starts, and the furthest end so far."""

    def __init__(self, cancels: list[tuple[int | None, int, int]]) -> None:
        by_scope: dict[int | None, list[tuple[int, int]]] = {}
        for scope, start, end in cancels:
            by_scope.setdefault(scope, []).append((start, end))
        self._by_scope: dict[int | None, tuple[list[int], list[int]]] = {}
        for scope, spans in by_scope.items():
            spans.sort()
            ends = [end for _, end in spans]
            for index, (before, end) in enumerate(pairwise(ends), 1):
                ends[index] = max(ends[index - 1], before, end)
            self._by_scope[scope] = ([start for start, _ in spans], ends)

    def cancel(self, order: int, start: int, end: int) -> bool:
        """Whether a phrase that cancels the term holds the place."""
        for scope in (None, order):
            starts, ends = self._by_scope.get(scope, ((), ()))
            index = bisect_right(starts, start) - 1
            if index >= 0 and ends[index] >= end:
                return True
        return False
