"""Which matches of several kinds stand together: each within reach of the next, none sharing a character.

One sweep over the spans in order of place. For every set of kinds already found in a chain, only the chain that ends
last matters, since it reaches furthest; so the work is linear in the spans (times the few possible sets), whatever
the text.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
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
    segments: dict[int, list[_Event]] = {}
    for kind, spans in enumerate(kinds):
        for span in spans:
            _, start, end, _, _ = span
            event = passage.bare(start), passage.bare(end), kind, span
            segments.setdefault(passage.segment(start, inside), []).append(event)
    for _, events in sorted(segments.items()):
        # Where a kind is missing there is no chain, and no need to sweep.
        if len(events) >= len(kinds) and len({event[2] for event in events}) == len(kinds):
            events.sort(key=_ORDER)
            yield from _sweep(events, len(kinds), within, ordered=ordered)


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
