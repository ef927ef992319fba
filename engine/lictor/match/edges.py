"""What may stand before and after a match, and the dots and edges of host names.

Boundaries are tested on the text as given. Letters drawn as symbols (ⓘⓒⓞ, tags) touch no plain letter. Marks belong
to their letter, so they are passed to see what precedes a match, and invisible characters are passed where the term
overlooks them.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from lictor.match.atoms import KINDS_KEPT, MARKS
from lictor.match.terms import Boundary, Pattern
from lictor.text import BITS, describe
from lictor.text.tables import DIGIT, INVISIBLE, KIND, LETTER, kinds

__all__ = [
    "DOT_FORMS",
    "PASSED",
    "SPELT_DOT_SIDES",
    "boundaries_hold",
    "dot_needed",
    "has_edges",
    "host_edges_hold",
    "is_drawn",
    "passed_over",
    "stands_alone",
]

DOT_FORMS = frozenset(
    (".", "．", "。", "｡", "[.]", "(.)", "{.}", "<.>", "【.】", "（.）", "［.］", "[。]", "【。】", "（。）")
)
FULL_STOPS = frozenset("。｡")
SPELT_DOT_SIDES = frozenset(("", "[", "]", "(", ")", "{", "}", "【", "】", "（", "）", "-", "_"))
# How many marks and invisible characters are passed.
PASSED = 64

_INVISIBLE = BITS["invisible"]
# What may not touch an edge, by boundary.
_TOUCHING: dict[Boundary, int] = {"none": 0, "word": LETTER, "number": LETTER | DIGIT, "auto": LETTER | DIGIT}


class _About(dict[str, int]):
    """Whether each character is a letter or digit (bits of the tables), or may be passed; looked up as it is met."""

    def __missing__(self, char: str) -> int:
        about = describe(char)
        if len(self) >= KINDS_KEPT:
            self.clear()
        found = self[char] = about.flags & (LETTER | DIGIT) | _PASSED * (about.kind in (*MARKS, INVISIBLE))
        return found


_ABOUT = _About()
_PASSED = 1 << 8


def boundaries_hold(pattern: Pattern, text: str, start: int, end: int) -> bool:
    """Whether neither edge of the match that is a letter (or digit) touches another."""
    touching = _TOUCHING[pattern.boundary]
    if start and not pattern.lead and pattern.letters[0].flags & touching:
        if touching == LETTER and _goes_on_from_digit(text, start):
            return False
        about = _ABOUT[text[start - 1]]
        if about & (touching | _PASSED):
            before = _char_before(text, start, skip_invisible=bool(pattern.allowed & _INVISIBLE))
            if _flags(before) & touching and not (is_drawn(text[start]) and not is_drawn(before)):
                return False
    if end < len(text) and not pattern.trail and pattern.letters[-1].flags & touching:
        about = _ABOUT[text[end]]
        if about & (touching | _PASSED):
            after = _char_after(text, end, skip_invisible=bool(pattern.allowed & _INVISIBLE))
            if _flags(after) & touching:
                last = _char_before(text, end, skip_invisible=True)
                return is_drawn(last) and not is_drawn(after)
    return True


def _goes_on_from_digit(text: str, start: int) -> bool:
    """Whether the digit there goes on from another, so that it begins no word as the letter it is read as."""
    before, first = text[start - 1], text[start]
    return bool(_ABOUT[before] & _ABOUT[first] & DIGIT) and not (is_drawn(before) or is_drawn(first))


def has_edges(pattern: Pattern) -> bool:
    """Whether a boundary is tested at either edge of the pattern."""
    touching = _TOUCHING[pattern.boundary]
    return any(letter.flags & touching for letter in (*pattern.letters[:1], *pattern.letters[-1:]))


def is_drawn(char: str) -> bool:
    """Whether the letter or digit is drawn as a symbol, or is a tag, so that plain ones beside it are no part of it."""
    return unicodedata.category(char) in ("So", "Cf")


def stands_alone(pattern: Pattern, text: str, start: int | None, end: int | None) -> bool:
    """Whether no letter or digit touches the edges given."""
    skip = bool(pattern.allowed & BITS["invisible"])
    before = "" if start is None else _char_before(text, start, skip_invisible=skip)
    after = "" if end is None else _char_after(text, end, skip_invisible=skip)
    return not (_flags(before) | _flags(after)) & (LETTER | DIGIT)


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


@cache
def passed_over() -> frozenset[str]:
    """The characters that are passed to see what precedes a match."""
    kind = kinds()[:-1] & KIND
    return frozenset(map(chr, np.flatnonzero(np.isin(kind, (*MARKS, INVISIBLE))).tolist()))


def _flags(char: str) -> int:
    return describe(char).flags if char else 0


def _char_before(text: str, start: int, *, skip_invisible: bool) -> str:
    for place in range(start - 1, max(start - 1 - PASSED, -1), -1):
        kind = describe(text[place]).kind
        if kind not in MARKS and not (skip_invisible and kind == INVISIBLE):
            return text[place]
    return ""


def _char_after(text: str, end: int, *, skip_invisible: bool) -> str:
    for place in range(end, min(end + PASSED, len(text))):
        if not (skip_invisible and describe(text[place]).kind == INVISIBLE):
            return text[place]
    return ""
