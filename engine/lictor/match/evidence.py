"""What was verified in one text, kept small until it becomes matches, and what need not be verified again.

Each place is one int: start, end, the term's order, how many mechanisms it needed and which. Sorted, those are the
matches in order, the one that needs least first among equals; an int takes a fifth of the memory of a tuple, which
counts where terms are nested and every character ends several.

Hostile text repeats itself. The verifier sees no further than a few characters beyond an occurrence, so what it said of
one stretch it says of every other that reads the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise

from lictor.match.edges import PASSED, passed_over
from lictor.match.terms import Pattern
from lictor.match.verify import CLOSED_WITHIN, Found, verify, verify_symbols

__all__ = ["Evidence", "Verified"]

_NEEDED = 24
_LOW, _END, _START = 32, 64, 112
_STEP = (1 << _START) + (1 << _END)
# Stretches remembered for one text, and the longest that is worth it.
_REMEMBERED, _LENGTH = 4096, 1024

# Packed places, and phrases that cancel as scope, start and end; all counted from the occurrence.
_Placed = tuple[list[int], list[tuple[int | None, int, int]]]


class Verified:
    """What the verifier said of stretches of text, for the length of one search."""

    def __init__(self, context: int) -> None:
        """The verifier sees `context` characters beyond the word on each side, further where it passes some over."""
        self._context = context
        self._passed_over = passed_over()
        self._said: dict[tuple[object, ...], _Placed] = {}

    def at(self, text: str, patterns: tuple[Pattern, ...], start: int, until: int, *, letters: bool) -> _Placed:
        """What is found where the word of the patterns begins; `until` as in `Occurrence`."""
        if until < 0 or until - start > _LENGTH:
            return _verify(text, patterns, start, letters=letters)
        begin = start - self._context
        if begin > 0 and text[start - 1] in self._passed_over:
            begin -= PASSED
        begin = max(begin, 0)
        stop = until + self._context + (CLOSED_WITHIN if letters else 0)
        key = (id(patterns), letters, start - begin, until - start, text[begin:stop])
        said = self._said.get(key)
        if said is None:
            said = _verify(text, patterns, start, letters=letters)
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            self._said[key] = said
        return said


class Evidence:
    """The places found in one text."""

    def __init__(self, verified: Verified) -> None:
        self._verified = verified
        self._packed: list[int] = []
        self._cancels: list[tuple[int | None, int, int]] = []

    def look(self, text: str, patterns: tuple[Pattern, ...], start: int, until: int, *, letters: bool) -> None:
        """Add what is verified where the word of the patterns begins."""
        packed, cancels = self._verified.at(text, patterns, start, until, letters=letters)
        if packed:
            shift = start * _STEP
            self._packed += [place + shift for place in packed]
        if cancels:
            self._cancels += [(scope, start + first, start + end) for scope, first, end in cancels]

    def add(self, found: Iterable[Found]) -> None:
        """Add places verified elsewhere."""
        for one in found:
            if one.pattern.allow:
                self._cancels.append((one.pattern.scope, one.start, one.end))
            else:
                self._packed.append(_pack(one, 0))

    def places(self, *, longest: bool) -> Iterator[tuple[int, int, int, int]]:
        """Start, end, order of the term and mechanisms of what no phrase cancels, in order.

        With `longest`, only the leftmost and, of those, the longest, apart from one another.
        """
        self._packed.sort()
        spans = _Spans(self._cancels) if self._cancels else None
        previous = covered = at = -1
        group: list[tuple[int, int, int, int]] = []
        for packed in self._packed:
            place = packed >> _LOW
            if place == previous:
                continue
            previous = place
            start, end, order = packed >> _START, (packed >> _END) & 0xFFFFFFFFFFFF, place & 0xFFFFFFFF
            if longest and start < covered:
                continue
            if spans is not None and spans.cancel(order, start, end):
                continue
            found = (start, end, order, packed & ((1 << _NEEDED) - 1))
            if not longest:
                yield found
            elif start != at:
                if group:
                    covered = group[0][1]
                    yield from group
                group, at = ([found], start) if start >= covered else ([], at)
            else:
                group = [found] if end > group[0][1] else [*group, found]
        yield from group


def _verify(text: str, patterns: tuple[Pattern, ...], start: int, *, letters: bool) -> _Placed:
    if patterns[0].word:
        found = list(verify(patterns, text, start, letters=letters))
    else:
        found = [one for pattern in patterns if (one := verify_symbols(pattern, text, start)) is not None]
    packed = [_pack(one, start) for one in found if not one.pattern.allow]
    return packed, [(p.scope, first - start, end - start) for p, first, end, _ in found if p.allow]


def _pack(one: Found, origin: int) -> int:
    place = ((one.start - origin) << _START) + ((one.end - origin) << _END) + (one.pattern.order << _LOW)
    return place + (one.needed.bit_count() << _NEEDED) + one.needed


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
