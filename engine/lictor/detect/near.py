"""Which matches of several kinds stand together: each within reach of the next, none sharing a character.

One sweep over the spans in order of place. For every set of kinds already found in a chain, only the chain that ends
last matters, since it reaches furthest; so the work is linear in the spans (times the few possible sets), whatever
the text.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from lictor.detect.item import Passage, Span

__all__ = ["chains"]


_Event = tuple[int, int, int, Span]
_ORDER = itemgetter(0, 1, 2)


def chains(
    passage: Passage, kinds: Sequence[Sequence[Span]], *, within: int, ordered: bool, inside: str
) -> Iterator[tuple[Span, ...]]:
    """Chains of one span of each kind in one segment, consecutive ones at most `within` meaningful characters apart.

    `ordered` asks for the kinds in the order given. Chains come in order of where they end; each span ends at most one.
    """
    bare = passage.bare
    every = [(bare[span[1]], bare[span[2]], kind, span) for kind, spans in enumerate(kinds) for span in spans]
    for events in _by_segment(every, passage.ends(inside)):
        # Where a kind is missing there is no chain, and no need to sweep.
        if len(events) >= len(kinds) and len({event[2] for event in events}) == len(kinds):
            events.sort(key=_ORDER)
            yield from _sweep(events, len(kinds), within, ordered=ordered)


def _by_segment(events: list[_Event], ends: Sequence[int]) -> Iterable[list[_Event]]:
    """The events of each segment that has any, in order; a segment is known by where the ones before it end."""
    if not ends:
        return [events]
    segments: dict[int, list[_Event]] = {}
    for event in events:
        segments.setdefault(bisect_right(ends, event[3].start), []).append(event)
    return [segments[number] for number in sorted(segments)]


def _sweep(events: list[_Event], kinds: int, within: int, *, ordered: bool) -> Iterator[tuple[Span, ...]]:
    whole = (1 << kinds) - 1
    # The chain that ends last, for each set of kinds, among the spans that ended before the current one starts.
    reached: dict[int, tuple[int, tuple[Span, ...]]] = {}
    pending: list[tuple[int, int, int, tuple[Span, ...]]] = []
    for number, (start, end, kind, span) in enumerate(events):
        while pending and pending[0][0] <= start:
            ended, _, mask, chain = heapq.heappop(pending)
            reached[mask] = (ended, chain)
        bit = 1 << kind
        grown: dict[int, tuple[Span, ...]] = {bit: (span,)} if not ordered or kind == 0 else {}
        for mask, (ended, chain) in reached.items():
            if mask & bit or start - ended > within or (ordered and mask != bit - 1):
                continue
            grown.setdefault(mask | bit, (*chain, span))
        for mask, chain in grown.items():
            if mask == whole:
                yield chain
            else:
                heapq.heappush(pending, (end, number * (whole + 1) + mask, mask, chain))
