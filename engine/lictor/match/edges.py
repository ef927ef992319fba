"""What may stand before and after a match, and the dots and edges of host names.

Boundaries are tested on the text as given. Marks belong to their letter, so they are passed to see what precedes a
match, and invisible characters are passed where the term overlooks them.
"""

from __future__ import annotations

from lictor.match.atoms import MARKS
from lictor.match.terms import Boundary, Pattern, is_word_edge
from lictor.text import BITS, describe
from lictor.text.tables import DIGIT, INVISIBLE, LETTER

__all__ = ["DOT_FORMS", "SPELT_DOT_SIDES", "boundaries_hold", "dot_needed", "host_edges_hold", "stands_alone"]

DOT_FORMS = frozenset(
    (".", "．", "。", "｡", "[.]", "(.)", "{.}", "<.>", "【.】", "（.）", "［.］", "[。]", "【。】", "（。）")
)
FULL_STOPS = frozenset("。｡")
SPELT_DOT_SIDES = frozenset(("", "[", "]", "(", ")", "{", "}", "【", "】", "（", "）", "-", "_"))
# How many marks and invisible characters are passed.
PASSED = 64


def boundaries_hold(pattern: Pattern, text: str, start: int, end: int) -> bool:
    """Whether neither edge of the match that is a letter (or digit) touches another."""
    boundary = pattern.boundary
    if boundary == "none":
        return True
    skip = bool(pattern.allowed & BITS["invisible"])
    touching = _touching(boundary)
    tested = start and not pattern.lead and is_word_edge(pattern.letters[0], boundary)
    if tested and _flags_before(text, start, skip_invisible=skip) & touching:
        return False
    if end < len(text) and not pattern.trail and is_word_edge(pattern.letters[-1], boundary):
        return not _flags_after(text, end, skip_invisible=skip) & touching
    return True


def stands_alone(pattern: Pattern, text: str, start: int | None, end: int | None) -> bool:
    """Whether no letter or digit touches the edges given."""
    skip = bool(pattern.allowed & BITS["invisible"])
    before = 0 if start is None else _flags_before(text, start, skip_invisible=skip)
    after = 0 if end is None else _flags_after(text, end, skip_invisible=skip)
    return not (before | after) & (LETTER | DIGIT)


def dot_needed(pattern: Pattern, place: int, gap: str) -> int | None:
    """What it needs to read the gap as a host name's dot, or as a side of a dot spelled out; None if it is neither."""
    bare = gap.strip()
    if len(gap) - len(bare) > 2:
        return None
    if pattern.needs & BITS["separators"]:
        worded = pattern.letters[place].flags & pattern.letters[place + 1].flags & LETTER
        return BITS["separators"] if bare in SPELT_DOT_SIDES and (gap or not worded) else None
    if bare not in DOT_FORMS:
        return None
    if gap == ".":
        return 0
    return BITS["width"] if gap in ("．", "。", "｡") else BITS["separators"]


def host_edges_hold(text: str, start: int, end: int) -> bool:
    """Whether the host name found is the end of the whole one: not the tail of a label, nothing after its last."""
    if start:
        before = text[start - 1]
        if _is_label(text, start - 1) or before == "_" or (before == "-" and _is_label(text, start - 2)):
            return False
    if _is_label(text, end) or text.startswith("_", end):
        return False
    # A Chinese full stop ends a sentence; any other dot with a label behind it goes on.
    forms = ("-", *(form for form in DOT_FORMS if form not in FULL_STOPS))
    return not any(text.startswith(form, end) and _is_label(text, end + len(form)) for form in forms)


def _is_label(text: str, place: int) -> bool:
    return 0 <= place < len(text) and bool(describe(text[place]).flags & (LETTER | DIGIT))


def _touching(boundary: Boundary) -> int:
    return LETTER if boundary == "word" else LETTER | DIGIT


def _flags_before(text: str, start: int, *, skip_invisible: bool) -> int:
    for place in range(start - 1, max(start - 1 - PASSED, -1), -1):
        about = describe(text[place])
        if about.kind not in MARKS and not (skip_invisible and about.kind == INVISIBLE):
            return about.flags
    return 0


def _flags_after(text: str, end: int, *, skip_invisible: bool) -> int:
    for place in range(end, min(end + PASSED, len(text))):
        about = describe(text[place])
        if not (skip_invisible and about.kind == INVISIBLE):
            return about.flags
    return 0
