"""Which matches of several kinds stand together: each within reach of the next, none sharing a character.

One sweep over the marks in order of place. For every set of kinds already found in a chain, only the chain that ends
last matters, since it reaches furthest; so the work is linear in the marks (times the few possible sets), whatever
the text. The sweep is in Python here, and compiled in `text/_kernel.c`; properties hold that both see the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from lictor.detect.item import Mark, Passage, Place, Span, Spans
from lictor.text import kernel

__all__ = ["Event", "chains", "spans_together", "together"]

Event = tuple[int, int, int, Place, Span]
"""A mark with the number of its kind: begin, end, kind, place, span."""

_NEVER = 1 << 62
# As `text/_kernel.c` has it.
_MOST_KINDS = 12


def chains(
    passage: Passage, kinds: Sequence[Sequence[Span]], *, within: int, ordered: bool, inside: str
) -> Iterator[tuple[Span, ...]]:
    """Chains of one span of each kind in one segment, consecutive ones at most `within` meaningful characters apart.

    `ordered` asks for the kinds in the order given. Chains come in order of where they end; each span ends at most one.
    """
    marks = [passage.marks([(span.place, span) for span in kind], inside) for kind in kinds]
    most = sum(map(len, kinds))
    for chain in together(marks, within=within, ordered=ordered, most=most):
        yield tuple(event[4] for event in chain)


def together(kinds: Sequence[Sequence[Mark]], *, within: int, ordered: bool, most: int) -> list[tuple[Event, ...]]:
    """The same chains, up to so many, of marks in one field."""
    if not all(kinds):
        return []
    events = [(start, end, kind, place, span) for kind, marks in enumerate(kinds) for start, end, place, span in marks]
    events.sort()
    return _sweep(events, len(kinds), within, ordered, most)


def spans_together(kinds: list[list[Mark]], *, within: int, ordered: bool, most: int) -> Spans:
    """The spans of those chains; of two at one place the later chain's."""
    found: Spans = {}
    if kernel.compiled is not None and len(kinds) <= _MOST_KINDS:
        kernel.compiled.together(kinds, within, ordered, most, found)
    else:
        for chain in together(kinds, within=within, ordered=ordered, most=most):
            found.update([event[3:] for event in chain])
    return found


def _sweep(events: list[Event], kinds: int, within: int, ordered: bool, most: int) -> list[tuple[Event, ...]]:  # noqa: FBT001 - asked often
    if len(events) == kinds:
        # One of each: they are a chain as they stand, or there is none.
        near = all(0 <= after[0] - before[1] <= within for before, after in pairwise(events))
        return [tuple(events)] if near and not (ordered and any(a[2] > b[2] for a, b in pairwise(events))) else []
    whole = (1 << kinds) - 1
    found: list[tuple[Event, ...]] = []
    # The chain that ends last, for each set of kinds, among the marks that ended before the current one starts.
    reached: dict[int, tuple[int, tuple[Event, ...]]] = {}
    pending: list[tuple[int, int, int, tuple[Event, ...]]] = []
    first, number = _NEVER, 0
    for event in events:
        start, end, kind, _, _ = event
        while first <= start:
            ended, _, mask, chain = heappop(pending)
            reached[mask] = ended, chain
            first = pending[0][0] if pending else _NEVER
        bit, nearest, number = 1 << kind, start - within, number + whole + 1
        if not ordered or kind == 0:
            heappush(pending, (end, number + bit, bit, (event,)))
        for mask, (ended, chain) in reached.items():
            if ended >= nearest and not mask & bit and (not ordered or mask == bit - 1):
                if mask | bit == whole:
                    found.append((*chain, event))
                    if len(found) == most:
                        return found
                else:
                    heappush(pending, (end, number + (mask | bit), mask | bit, (*chain, event)))
        if pending:
            first = pending[0][0]
    return found
