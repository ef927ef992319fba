"""Which matches of several kinds stand together: each within reach of the next, none sharing a character.

One sweep over the spans in order of place. For every set of kinds already found in a chain, only the chain that ends
last matters, since it reaches furthest; so the work is linear in the spans (times the few possible sets), whatever
the text. The sweep is in Python here, and compiled in `kernel/`; properties hold that both see the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from heapq import heappop, heappush
from itertools import pairwise

from lictor import kernel
from lictor.detect.item import Passage, Place, Span, Spans
from lictor.text import fold_tables
from lictor.text.reading import symbols_before

__all__ = ["EVIDENCE_KEPT", "Event", "Operands", "chains", "spans_together"]

EVIDENCE_KEPT = 100
"""Spans kept for one condition of one item; where there are more, the decision says that it was cut."""

Operands = Sequence[tuple[int, Sequence[int]]]
"""Kinds of spans in the order in which they are looked for: the place of each among them, and what it is made of."""

Event = tuple[int, int, int, Place, Span]
"""A span by where it begins and ends, counted in characters that carry meaning, its kind, its place."""

_NEVER = 1 << 62
# As `kernel/` has them: the most kinds, the numbers of what holds a chain, and what ends that.
_MOST_KINDS = 12
_INSIDE = {"field": 0, "paragraph": 1, "sentence": 2}
_END = {"paragraph": re.compile("[\n\r\u2028\u2029]"), "sentence": re.compile("[\n\r\u2028\u2029。！？!?；;]")}
# Further than any text is long, as a power of two.
_FAR = 32


def spans_together(
    passage: Passage, spans: Mapping[int, Spans], operands: Operands, *, inside: str, within: int, ordered: bool
) -> Spans:
    """The spans of the first `EVIDENCE_KEPT` chains; of two at one place the later chain's.

    `spans` are asked for by number. Of two of one kind at one place, those of the number named first are meant.
    """
    if kernel.compiled is not None and len(operands) <= _MOST_KINDS:
        measured = passage.measured
        if measured is None:
            measured = passage.measured = kernel.compiled.measured(passage.text, _folds())
        found: Spans = kernel.compiled.together(
            measured, spans, operands, _INSIDE[inside], within, ordered, EVIDENCE_KEPT
        )
        return found
    kinds: list[Spans] = [{}] * len(operands)
    for at, numbers in operands:
        for number in reversed(numbers):
            kinds[at] = {**kinds[at], **spans[number]}
        if not kinds[at]:
            return {}
    if passage.measured is None:
        passage.measured = symbols_before(passage.text)
    events = _events(passage.text, passage.measured, [kind.items() for kind in kinds], inside)
    return {
        event[3]: event[4] for chain in _sweep(events, len(kinds), within, ordered, EVIDENCE_KEPT) for event in chain
    }


def chains(
    passage: Passage, kinds: Sequence[Sequence[Span]], *, within: int, ordered: bool, inside: str
) -> Iterator[tuple[Span, ...]]:
    """Chains of one span of each kind in one segment, consecutive ones at most `within` meaningful characters apart.

    `ordered` asks for the kinds in the order given. Chains come in order of where they end; each span ends at most one.
    """
    if all(kinds):
        placed = [[(span.place, span) for span in kind] for kind in kinds]
        events = _events(passage.text, symbols_before(passage.text), placed, inside)
        for chain in _sweep(events, len(kinds), within, ordered, len(events)):
            yield tuple(event[4] for event in chain)


@cache
def _folds() -> object:
    assert kernel.compiled is not None
    folds: object = kernel.compiled.folds(*fold_tables())
    return folds


def _events(text: str, bare: Sequence[int], kinds: Sequence[Iterable[tuple[Place, Span]]], inside: str) -> list[Event]:
    """The spans in order, those in one paragraph or sentence far from those in the next.

    `bare` counts each position in characters that carry meaning: padding and separators before it do not count.
    """
    ends = [end.start() for end in _END[inside].finditer(text)] if inside in _END else []
    events = []
    for kind, spans in enumerate(kinds):
        for place, span in spans:
            far = bisect_right(ends, span.start) << _FAR
            events.append((bare[span.start] + far, bare[span.end] + far, kind, place, span))
    events.sort()
    return events


def _sweep(events: list[Event], kinds: int, within: int, ordered: bool, most: int) -> list[tuple[Event, ...]]:  # noqa: FBT001 - asked often
    if len(events) == kinds:
        # One of each: they are a chain as they stand, or there is none.
        near = all(0 <= after[0] - before[1] <= within for before, after in pairwise(events))
        return [tuple(events)] if near and not (ordered and any(a[2] > b[2] for a, b in pairwise(events))) else []
    whole = (1 << kinds) - 1
    found: list[tuple[Event, ...]] = []
    # The chain that ends last, for each set of kinds, among the spans that ended before the current one starts.
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
