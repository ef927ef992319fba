"""Terms of which each letter is one character in the text: verified in one walk, without making letters of the text.

Most disguises are such: another character for a letter, marks on it, something between two. What is not told here (a
letter drawn out, a character that stands for several, a symbol of the term's own at an edge) is left to `verify`.

What was said of a character opposite a letter, and of a gap, is remembered, by what it depends on.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Literal, NamedTuple, TypeVar

from lictor.match.align import fold_needed, leet_is_spelt
from lictor.match.atoms import HIDDEN, KINDS, MARK, SEEN, SELECTORS, SEVERAL, Atom, behind_marks, is_keycap, next_letter
from lictor.match.edges import boundaries_hold, has_edges
from lictor.match.gaps import judge_gap, separators_hold
from lictor.match.terms import Letter, Pattern
from lictor.text import BITS, describe
from lictor.text.tables import DIGIT

__all__ = ["UNSURE", "Found", "Unsure", "Way", "Ways", "one_for_one"]

# What may be said of a character opposite a letter, if not the folds it needs.
_NEVER, _SEVERAL = -1, -2
# Things remembered of one letter or gap, and the characters of the longest.
_REMEMBERED, _LONGEST = 256, 12
_LEET = BITS["leet"]


class Unsure(Enum):
    """What is not told here."""

    UNSURE = 0


UNSURE: Literal[Unsure.UNSURE] = Unsure.UNSURE
_Gap = tuple[int, str | None] | None
_UNKNOWN: _Gap = (-1, None)
_T = TypeVar("_T")


class Found(NamedTuple):
    """A verified match: its pattern, half-open offsets into the text, and the mechanisms it needed."""

    pattern: Pattern
    start: int
    end: int
    needed: int


class _Step(NamedTuple):
    """A letter: its symbol, what characters need to be it and gaps to follow it, whether its run goes on or begins."""

    symbol: int
    folds: dict[str, int]
    gaps: dict[str, _Gap]
    goes_on: bool
    begins: bool


class Way(NamedTuple):
    """A pattern as it is walked along."""

    pattern: Pattern
    steps: tuple[_Step, ...]
    ticker: bool
    edged: bool
    digit: bool


class Ways:
    """The ways of patterns, which share what is remembered."""

    def __init__(self) -> None:
        self._folds: dict[tuple[Letter, int], dict[str, int]] = {}
        self._gaps: dict[tuple[object, ...], dict[str, _Gap]] = {}

    def of(self, pattern: Pattern) -> Way | None:
        """How the pattern is walked along; None if it cannot be."""
        letters, options = pattern.letters, pattern.term.options
        if not letters or pattern.sound or pattern.dots or pattern.lead or pattern.trail or pattern.mask is not None:
            return None
        if pattern.turned or pattern.needs & BITS["shape"] or (len(pattern.word) == 1 and len(letters) > 1):
            return None
        if any(len(describe(letter.char).parts) != 1 for letter in letters):
            return None
        symbols = [letter.part.symbol for letter in letters]
        steps = []
        for index, letter in enumerate(letters):
            own = pattern.gaps[index] if index < len(letters) - 1 else ""
            gap = (own, pattern.allowed, options.separators, options.gap)
            folds = self._folds.setdefault((letter, pattern.allowed), {})
            goes_on = symbols[index + 1 : index + 2] == symbols[index : index + 1]
            begins = index == 0 or symbols[index - 1] != symbols[index]
            steps.append(_Step(symbols[index], folds, self._gaps.setdefault(gap, {}), goes_on, begins))
        ticker = options.ticker and not pattern.allow
        digit = len(letters) == 1 and bool(letters[0].flags & DIGIT) and not ticker
        return Way(pattern, tuple(steps), ticker, has_edges(pattern), digit)


def one_for_one(way: Way, text: str, start: int) -> Sequence[Found] | Literal[Unsure.UNSURE]:
    """The matches of the way where its first run begins: one or none, or each place in the run of a single digit.

    Dual characters are read as separators.
    """
    pattern, steps, ticker, edged, _ = way
    if way.digit:
        return _each(way, text, start)
    size, last = len(text), len(steps) - 1
    place, needed, leet = start, pattern.needs, 0
    separators: dict[int, str] = {}
    for index, step in enumerate(steps):
        symbol, folds, gaps, goes_on, begins = step
        begin = place
        place += 1
        code = KINDS[text[place]] if place < size else SEEN
        if code == MARK or (code == HIDDEN and is_keycap(text, place)):
            place = behind_marks(text, begin)
            if place - begin > _LONGEST:
                return UNSURE
            code = KINDS[text[place]] if place < size else SEEN
        char = text[begin:place]
        fold = folds.get(char)
        if fold is None:
            fold = _fold(pattern, index, char, folds)
        if fold:
            if fold < 0:
                # Where its run is of one letter, no other character of the text may be that letter.
                alone = (
                    fold == _NEVER and begins and not goes_on and next_letter(text, place)[0] not in (symbol, SEVERAL)
                )
                return () if alone else UNSURE
            needed |= fold
            leet += fold & _LEET != 0
        if index == last:
            break
        gap = ""
        if code <= SEEN:
            code, ahead = next_letter(text, place)
            if ahead == size:
                return ()
            gap, place = text[place:ahead], ahead
        if code == SEVERAL or (code == symbol) != goes_on:
            return UNSURE
        said = gaps.get(gap, _UNKNOWN)
        if said is _UNKNOWN:
            if len(gap) > _LONGEST:
                return UNSURE
            said = _remember(gaps, gap, judge_gap(pattern, gap, pattern.gaps[index], stretched=False))
        if said is None:
            return UNSURE if goes_on else ()
        needed |= said[0]
        if said[1] is not None:
            separators[index] = said[1]
    if last:
        ahead = place
        while ahead < size and KINDS[text[ahead]] == HIDDEN:
            ahead += 1
        code = KINDS[text[ahead]] if ahead < size else SEEN
    else:
        code, _ = next_letter(text, place)
    if code in (steps[last].symbol, SEVERAL):
        return UNSURE
    if leet and not leet_is_spelt(last + 1, last + 1, leet):
        return ()
    if separators and not separators_hold(pattern, text, separators, start, place, leet=leet > 0):
        return ()
    if ticker and (start == 0 or text[start - 1] not in "$＄") and any(map(str.islower, text[start:place])):
        return UNSURE
    if edged and not boundaries_hold(pattern, text, start, place):
        return ()
    return (Found(pattern, start, place, needed),)


def _each(way: Way, text: str, start: int) -> Sequence[Found] | Literal[Unsure.UNSURE]:
    """The matches of a single digit, which is never drawn out: every place in its run that is one."""
    pattern, (step,), _, edged = way[:4]
    found: list[Found] = []
    place = start
    while True:
        begin, place = place, behind_marks(text, place)
        if place - begin > _LONGEST:
            return UNSURE
        char = text[begin:place]
        fold = step.folds.get(char)
        if fold is None:
            fold = _fold(pattern, 0, char, step.folds)
        if fold == _SEVERAL:
            return UNSURE
        if fold >= 0 and not fold & _LEET and not (edged and not boundaries_hold(pattern, text, begin, place)):
            found.append(Found(pattern, begin, place, pattern.needs | fold))
        code, place = next_letter(text, place)
        if code == SEVERAL:
            return UNSURE
        if code != step.symbol:
            return found


def _fold(pattern: Pattern, index: int, char: str, folds: dict[str, int]) -> int:
    about = describe(char[0])
    if len(about.parts) != 1:
        return _SEVERAL
    part = about.parts[0]
    if len(char) > 1:
        part = part._replace(
            marks=part.marks + "".join(describe(mark).parts[0].marks for mark in char[1:] if mark not in SELECTORS)
        )
    needed = fold_needed(pattern, index, Atom(0, len(char), 0, True, char[0], about.flags, about.kind, part, ""))
    return _remember(folds, char, _NEVER if needed is None else needed)


def _remember(said: dict[str, _T], seen: str, answer: _T) -> _T:
    if len(said) >= _REMEMBERED:
        said.clear()
    said[seen] = answer
    return answer
