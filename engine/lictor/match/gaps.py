"""What may stand between two letters of a match, and how separators spell a term rather than part one from another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lictor.match.atoms import MARKS, SELECTORS
from lictor.match.edges import stands_alone
from lictor.match.terms import Letter, Pattern, is_han
from lictor.text import BITS, describe, differences
from lictor.text.tables import DIGIT, INVISIBLE, MASKS, SPACE

__all__ = ["BRACKETS", "CLAUSE_MARKS", "judge_gap", "judge_mask", "seams_of", "separators_hold", "unhidden"]

CLAUSE_MARKS = frozenset(",，。！？；：、“”‘’《》")
# Brackets put round each character (《币》《安》): what closes one and opens the next.
BRACKETS = frozenset(("《》", "【】", "「」", "『』", "（）", "〈〉", "“”", "‘’"))

# How a symbol is drawn is no difference; a selector behind a letter is something invisible.
_WITHOUT_SELECTORS = str.maketrans("", "", SELECTORS)
_ACCENTS, _INVISIBLE, _SEPARATORS = BITS["accents"], BITS["invisible"], BITS["separators"]


def judge_gap(pattern: Pattern, gap: str, own: str, *, stretched: bool) -> tuple[int, str | None] | None:
    """What the gap needs where the term has its own, and the separators if it has others; None if it may not be there.

    Nothing that is seen stands within one letter that is `stretched`.
    """
    if gap == own or (own and gap[:1] + gap[1:].translate(_WITHOUT_SELECTORS) == own):
        return 0, None
    seen = unhidden(pattern, gap)
    if seen is None:
        return None
    visible, needed = seen
    if visible == own:
        return needed, None
    folded = _same_symbols(visible, own, pattern.allowed)
    if folded is not None:
        return needed | folded, None
    if stretched or not _are_added(pattern, visible, own):
        return None
    return needed | _SEPARATORS, visible


def judge_mask(pattern: Pattern, gap: str, others: Iterable[str | None]) -> tuple[int, str] | None:
    """What it needs to read the gap as a mask, and what parts that from both letters, as it parts all others.

    None if the gap is no mask.
    """
    if gap in MASKS:
        return 0, ""
    seen = unhidden(pattern, gap)
    if seen is not None:
        visible, needed = seen
        middle = len(visible) // 2
        before, mask, after = visible[:middle], visible[middle : middle + 1], visible[middle + 1 :]
        if mask in MASKS and before == after:
            if not before:
                return needed, ""
            if _are_separators(pattern, before) and all(other == before for other in others):
                return needed | _SEPARATORS, before
    return (0, "") if gap.strip() in MASKS else None


def unhidden(pattern: Pattern, gap: str) -> tuple[str, int] | None:
    """The gap without what is invisible and, with `accents`, marks, and what that needs; None if not allowed."""
    needed = 0
    visible = "".join(char for char in gap if describe(char).kind != INVISIBLE)
    if len(visible) != len(gap):
        if not pattern.allowed & _INVISIBLE:
            return None
        needed |= _INVISIBLE
    if pattern.allowed & _ACCENTS and any(describe(char).kind in MARKS for char in visible):
        visible = "".join(char for char in visible if describe(char).kind not in MARKS)
        needed |= _ACCENTS
    return visible, needed


def separators_hold(
    pattern: Pattern, text: str, separators: dict[int, str], start: int, end: int, *, leet: bool
) -> bool:
    """Whether the separators, by gap, spell a term rather than part one from another; with `leet` some letters are."""
    if not separators:
        return True
    spelt = len([gap for gap in separators.values() if gap]) == len(pattern.letters) - 1
    for first, stop in pattern.latin:
        broken = [(place, separators[place]) for place in range(first, stop - 1) if separators.get(place)]
        if not broken:
            continue
        if stop - first < 3 and not (len(pattern.letters) > 2 and spelt):
            return False
        spaced = any(describe(char).kind == SPACE for _, gap in broken for char in gap)
        if len(broken) < stop - 1 - first:
            numeric = any(pattern.letters[p].flags & pattern.letters[p + 1].flags & DIGIT for p, _ in broken)
            seams = seams_of(pattern.letters, first, stop)
            if (spaced or numeric) and any(place not in seams for place, _ in broken):
                return False
        # A digit behind an abbreviation is one: "i.e. 0" is no ieo.
        if spaced and leet and len({gap for _, gap in broken}) > 1:
            return False
        before, behind = start if first == 0 else None, end if stop == len(pattern.letters) else None
        if spaced and not stands_alone(pattern, text, before, behind):
            return False
    for place, gap in separators.items():
        if CLAUSE_MARKS.isdisjoint(gap):
            continue
        clause = is_han(pattern.letters[place]) or is_han(pattern.letters[place + 1])
        if clause and not (spelt and (len(pattern.letters) > 2 or _are_bracketed(text, gap, start, end))):
            return False
    return True


def seams_of(letters: Sequence[Letter], first: int, stop: int) -> list[int]:
    """The gaps of a stretch of letters and digits in which one ends and the other begins, each of two or more."""
    digits = [letter.flags & DIGIT for letter in letters[first:stop]]
    if not any(digits):
        return []
    turns = [0, *(at for at in range(1, len(digits)) if digits[at] != digits[at - 1]), len(digits)]
    return [first + b - 1 for a, b, c in zip(turns, turns[1:], turns[2:], strict=False) if b - a > 1 and c - b > 1]


def _same_symbols(seen: str, meant: str, allowed: int) -> int | None:
    if len(seen) != len(meant):
        return None
    total = 0
    for one, other in zip(seen, meant, strict=True):
        needed = next((s for s in differences(one, other) if not s & ~allowed), None)
        if needed is None:
            return None
        total |= needed
    return total


def _are_added(pattern: Pattern, visible: str, own: str) -> bool:
    """Whether the gap is the term's own without its separators, or with more of them on either side."""
    if not visible:
        return _are_separators(pattern, own)
    before, found, after = visible.partition(own) if own else ("", "", "")
    if found and _are_separators(pattern, before) and _are_separators(pattern, after):
        return True
    return _are_separators(pattern, visible)


def _are_separators(pattern: Pattern, gap: str) -> bool:
    """Whether the gap is no longer than allowed and every character in it a separator of the kind allowed."""
    options = pattern.term.options
    if not pattern.allowed & _SEPARATORS or len(gap) > options.gap:
        return False
    if options.separators == "any":
        return True
    if options.separators in ("space", "symbols"):
        return all((describe(char).kind == SPACE) == (options.separators == "space") for char in gap)
    return all(char in options.separators for char in gap)


def _are_bracketed(text: str, gap: str, start: int, end: int) -> bool:
    """Whether brackets close before and open behind the gap as they do within it: 《币》《安》."""
    return gap[::-1] in BRACKETS and text[start - 1 : start] == gap[-1] and text[end : end + 1] == gap[0]
