"""Whether a place where a pattern's symbols occur is a match of it, and which differences that needed.

The rules, for one reading of the dual characters (all separators, or all letters):

- Letters lie over letters as `align` says.
- Gaps: what stands between two letters is what the term has there, or is invisible, or consists of allowed separators.
  A run of Latin letters of the term is broken only if it has three or more, by symbols without space (b-it), or all
  the way (b i t) with nothing touching it. Clause marks between Han count only in terms of three or more, spelled all
  the way.
- Leet needs letters: more than leet characters in terms of three or fewer, as many up to five, half as many beyond. A
  dual character read as a letter stands between letters it touches; the first of five or more may be one of a few.
- Edges: boundaries hold; a ticker is in upper case or behind a dollar sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lictor.match.align import STRETCHED_FROM, Aligned, align
from lictor.match.atoms import COLLAPSED, MARKS, Atom, collapse, read_runs, touches
from lictor.match.edges import boundaries_hold, dot_needed, host_edges_hold, stands_alone
from lictor.match.spellings import MASKS
from lictor.match.terms import LEADING_DUALS, Pattern, is_han
from lictor.text import BITS, describe, differences
from lictor.text.tables import DIGIT, DUAL, INVISIBLE, SPACE

__all__ = ["CLAUSE_MARKS", "Found", "verify", "verify_symbols"]

CLAUSE_MARKS = frozenset("，。！？；：、“”‘’《》\n")

_INVISIBLE, _SEPARATORS, _REPEATS = BITS["invisible"], BITS["separators"], BITS["repeats"]


class Found(NamedTuple):
    """A verified match: its pattern, half-open offsets into the text, and the mechanisms it needed."""

    pattern: Pattern
    start: int
    end: int
    needed: int


def verify(patterns: Iterable[Pattern], text: str, offsets: list[int], *, letters: bool = False) -> Iterator[Found]:
    """The matches of patterns of one word whose runs begin at the offsets, in the reading given."""
    runs: list[list[Atom]] | None = None
    short: list[list[Atom]] | None = None
    for pattern in patterns:
        if pattern.plain and not letters and _is_plain(pattern, text, offsets[0]):
            end = offsets[0] + len(pattern.text)
            if boundaries_hold(pattern, text, offsets[0], end):
                yield Found(pattern, offsets[0], end, pattern.needs)
            continue
        if runs is None:
            runs = read_runs(text, offsets[0], pattern.word, letters=letters, sound=pattern.sound)
            if runs is None:
                return
        if _is_solid(pattern, runs):
            yield from _every_place(pattern, text, runs[0])
            continue
        if pattern.mask is not None and not any(atom.gap for run in runs for atom in run):
            continue
        view = runs
        if pattern.allowed & _REPEATS and len(pattern.letters) <= COLLAPSED:
            view = short = collapse(runs) if short is None else short
        for aligned in align(pattern, view):
            found = _judge(pattern, text, aligned, letters=letters)
            if found is not None:
                yield found


def verify_symbols(pattern: Pattern, text: str, start: int) -> Found | None:
    """The match of a pattern without letters that begins at the offset."""
    placed = _read_literal(text, start, pattern.lead, pattern.allowed)
    return None if placed is None else Found(pattern, start, placed[0], placed[1] | pattern.needs)


def _is_plain(pattern: Pattern, text: str, start: int) -> bool:
    """Whether the text is the term as written, and nothing behind it could be part of the match."""
    if len(pattern.word) == 1 or not text.startswith(pattern.text, start):
        return False
    end = start + len(pattern.text)
    if end == len(text):
        return True
    after = describe(text[end])
    if after.kind in MARKS or after.kind == INVISIBLE:
        return False
    return not after.parts or chr(after.parts[0].symbol) != pattern.word[-1]


def _is_solid(pattern: Pattern, runs: list[list[Atom]]) -> bool:
    """Whether text and pattern are one character again and again, as written, and every place in the text counts."""
    if len(runs) > 1 or not pattern.plain or pattern.allowed & _REPEATS or pattern.mask is not None:
        return False
    text, first = runs[0], pattern.letters[0]
    return pattern.text == first.char * len(pattern.letters) and all(
        not atom.gap and atom.char == first.char and atom.part == first.part for atom in text
    )


def _every_place(pattern: Pattern, text: str, run: list[Atom]) -> Iterator[Found]:
    size = len(pattern.letters)
    for place in range(len(run) - size + 1):
        start, end = run[place].start, run[place + size - 1].end
        if boundaries_hold(pattern, text, start, end):
            yield Found(pattern, start, end, pattern.needs)


def _judge(pattern: Pattern, text: str, aligned: Aligned, *, letters: bool) -> Found | None:
    """The match the alignment is, if its gaps, its leet, its symbols and its edges are as they must be."""
    atoms = aligned.atoms
    if atoms[0].part_index or not atoms[-1].is_last or (letters and not _duals_touch(pattern, atoms)):
        return None
    needed = aligned.needed | pattern.needs | (_REPEATS if len(atoms) > len(pattern.letters) else 0)
    start, end = atoms[0].start, atoms[-1].end
    if len(atoms) > 1:
        gaps = _judge_gaps(pattern, aligned)
        if gaps is None or not _separators_hold(pattern, text, gaps[1], start, end):
            return None
        needed |= gaps[0]
    if aligned.leet and not _leet_is_spelt(pattern, aligned):
        return None
    for literal, before in ((pattern.lead, True), (pattern.trail, False)):
        if literal:
            placed = _read_literal(text, start - len(literal) if before else end, literal, pattern.allowed)
            if placed is None or (before and placed[0] != start):
                return None
            start, end = (start - len(literal), end) if before else (start, placed[0])
            needed |= placed[1]
    if pattern.term.options.ticker and not pattern.allow and not _is_ticker(text, start, atoms):
        return None
    holds = host_edges_hold(text, start, end) if pattern.dots else boundaries_hold(pattern, text, start, end)
    return Found(pattern, start, end, needed) if holds else None


def _duals_touch(pattern: Pattern, atoms: list[Atom]) -> bool:
    """Whether a dual character is read as a letter, and each such touches a letter on either side."""
    duals = [index for index, atom in enumerate(atoms) if atom.kind == DUAL]
    for index in duals:
        if index == len(atoms) - 1 or not touches(atoms[index + 1]):
            return False
        if index == 0:
            if len(pattern.letters) < STRETCHED_FROM or atoms[0].char not in LEADING_DUALS:
                return False
        elif not touches(atoms[index]):
            return False
    return bool(duals)


def _judge_gaps(pattern: Pattern, aligned: Aligned) -> tuple[int, dict[int, str]] | None:
    """What the gaps need, and by gap the separators that stand where the term has others or none."""
    needed = 0
    separators: dict[int, str] = {}
    atoms, letters = aligned.atoms, aligned.letters
    for index in range(1, len(atoms)):
        gap, place = atoms[index].gap, letters[index - 1]
        own = pattern.gaps[place] if letters[index] != place else ""
        if place == pattern.mask and letters[index] != place:
            if gap.strip() not in MASKS:
                return None
            continue
        if gap == own and place not in pattern.dots:
            continue
        visible = "".join(char for char in gap if describe(char).kind != INVISIBLE)
        if len(visible) != len(gap):
            if not pattern.allowed & _INVISIBLE:
                return None
            needed |= _INVISIBLE
        if place in pattern.dots:
            dot = dot_needed(pattern, place, visible)
            if dot is None:
                return None
            needed |= dot
        elif visible != own:
            folded = _same_symbols(visible, own, pattern.allowed)
            if folded is None:
                if letters[index] == place or not _are_separators(pattern, visible or own):
                    return None
                separators[place] = visible
                folded = _SEPARATORS
            needed |= folded
    return needed, separators


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


def _separators_hold(pattern: Pattern, text: str, separators: dict[int, str], start: int, end: int) -> bool:
    """Whether the separators spell a term rather than part one from another."""
    if not separators:
        return True
    for first, stop in pattern.latin:
        broken = [(place, separators[place]) for place in range(first, stop - 1) if separators.get(place)]
        if not broken:
            continue
        if stop - first < 3:
            return False
        spaced = any(any(describe(char).kind == SPACE for char in gap) for _, gap in broken)
        numeric = any(pattern.letters[p].flags & pattern.letters[p + 1].flags & DIGIT for p, _ in broken)
        if (spaced or numeric) and len(broken) < stop - 1 - first:
            return False
        alone = stands_alone(
            pattern, text, start if first == 0 else None, end if stop == len(pattern.letters) else None
        )
        if spaced and not alone:
            return False
    for place, gap in separators.items():
        clause = not CLAUSE_MARKS.isdisjoint(gap) and (
            is_han(pattern.letters[place]) or is_han(pattern.letters[place + 1])
        )
        if clause and (
            len(pattern.letters) < 3 or len([g for g in separators.values() if g]) < len(pattern.letters) - 1
        ):
            return False
    return True


def _leet_is_spelt(pattern: Pattern, aligned: Aligned) -> bool:
    """Whether letters carry the word: more than leet in three or fewer, as many up to five, half as many beyond."""
    plain = len(aligned.atoms) - aligned.leet
    size = len(pattern.letters)
    if size <= 3:
        return plain > aligned.leet
    return plain >= aligned.leet if size <= STRETCHED_FROM else 2 * plain >= aligned.leet


def _read_literal(text: str, start: int, literal: str, allowed: int) -> tuple[int, int] | None:
    """Where the literal that begins at the offset ends, and the folds it needed; style selectors are passed."""
    if start < 0:
        return None
    place, total = start, 0
    for char in literal:
        if place >= len(text):
            return None
        needed = next((s for s in differences(text[place], char) if not s & ~allowed), None)
        if needed is None:
            return None
        total |= needed
        place += 1
        if place < len(text) and text[place] in "\ufe0e\ufe0f":
            place += 1
    return place, total


def _is_ticker(text: str, start: int, atoms: list[Atom]) -> bool:
    """Whether the letters are upper case, or stand behind a dollar sign."""
    return (start > 0 and text[start - 1] in "$＄") or text[start] in "$＄" or not any(a.char.islower() for a in atoms)
