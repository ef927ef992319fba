"""Whether a place where a pattern's symbols occur is a match of it, and which differences that needed.

The rules, for one reading of the dual characters (all separators, or all letters):

- Letters lie over letters as `align` says.
- Gaps: what stands between two letters is what the term has there, with or without allowed separators round it, or is
  invisible, or consists of allowed separators; marks that hang on those are passed with `accents`. A run of Latin
  letters is broken only if it, or the term it is spelled all the way with, has three or more; by symbols without space
  (b-it), or all the way (b i t) with nothing touching it. Clause marks between Han count only in terms of three or
  more, spelled all the way, or as brackets round each of two.
- Leet needs letters: more than leet characters in terms of three or fewer, as many up to five, half as many beyond. A
  dual character read as a letter touches the letters beside it, or the term is spelt out with the same between all;
  at an edge it is one of a few, and no bracket that is closed.
- Two Chinese characters that only sound or look like the term's are no match where they (together) or either with its
  neighbour are an everyday word, nor where both are so common that they meet by chance.
- Edges: boundaries hold; a ticker is in upper case or behind a dollar sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from lictor.match.align import STRETCHED_FROM, Aligned, align
from lictor.match.atoms import COLLAPSED, MARKS, Atom, read_runs, touches
from lictor.match.edges import boundaries_hold, dot_needed, host_edges_hold, stands_alone
from lictor.match.spellings import MASKS
from lictor.match.terms import LEADING_DUALS, OPENING_DUALS, TRAILING_DUALS, Pattern, is_han
from lictor.text import BITS, describe, differences
from lictor.text.frequency import frequency, is_ordinary_word
from lictor.text.tables import DIGIT, DUAL, INVISIBLE, KEPT, SPACE, relation

__all__ = ["CLAUSE_MARKS", "CLOSED_WITHIN", "Found", "context", "verify", "verify_symbols"]

CLAUSE_MARKS = frozenset(",，。！？；：、“”‘’《》")
# Characters within which a bracket that is closed is one.
CLOSED_WITHIN = 100
# Characters beyond a host name that are looked at one by one: the longest spelling of a dot and the label beyond it.
BESIDE = 4
# Brackets put round each character (《币》《安》): what closes one and opens the next.
BRACKETS = frozenset(("《》", "【】", "「」", "『』", "（）", "〈〉", "“”", "‘’"))
# The product of the shares that two characters have of ordinary text, above which they meet by chance too often to be
# a term that only resembles them.
MEET_BY_CHANCE = 1e-6

_RESEMBLANCE = BITS["sound"] | BITS["shape"]
_ACCENTS, _INVISIBLE = BITS["accents"], BITS["invisible"]
_SEPARATORS, _REPEATS = BITS["separators"], BITS["repeats"]


class Found(NamedTuple):
    """A verified match: its pattern, half-open offsets into the text, and the mechanisms it needed."""

    pattern: Pattern
    start: int
    end: int
    needed: int


def verify(patterns: Iterable[Pattern], text: str, start: int, *, letters: bool = False) -> Iterator[Found]:
    """The matches of patterns of one word that begins at the offset, in the reading given."""
    read: dict[bool, list[list[Atom]] | None] = {}
    for pattern in patterns:
        if pattern.plain and not letters and _is_plain(pattern, text, start):
            end = start + len(pattern.text)
            if boundaries_hold(pattern, text, start, end):
                yield Found(pattern, start, end, pattern.needs)
            continue
        if pattern.term.options.ticker and not pattern.allow and _is_lower(pattern, text, start):
            continue
        short = bool(pattern.allowed & _REPEATS) and len(pattern.letters) <= COLLAPSED
        if short not in read:
            read[short] = read_runs(text, start, pattern.word, letters=letters, sound=pattern.sound, short=short)
        runs = read[short]
        if runs is None:
            return
        if _is_solid(pattern, runs):
            yield from _every_place(pattern, text, runs[0])
            continue
        if pattern.mask is not None and not any(atom.gap for run in runs for atom in run):
            continue
        for aligned in align(pattern, runs):
            found = _judge(pattern, text, aligned, letters=letters)
            if found is not None:
                yield found


def verify_symbols(pattern: Pattern, text: str, start: int) -> Found | None:
    """The match of a pattern without letters that begins at the offset."""
    placed = _read_literal(text, start, pattern.lead, pattern.allowed)
    return None if placed is None else Found(pattern, start, placed[0], placed[1] | pattern.needs)


def context(patterns: Iterable[Pattern]) -> int:
    """How far before and behind the word of the patterns the verifier looks.

    Further where it passes over marks and invisible characters, and CLOSED_WITHIN behind dual letters.
    """
    return max((BESIDE if p.dots else 1) + 2 * (len(p.lead) + len(p.trail)) for p in patterns)


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
    if atoms[0].part_index or not atoms[-1].is_last or (letters and not _duals_hold(pattern, text, atoms)):
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
    if not holds or (needed & _RESEMBLANCE and _is_ordinary(pattern, text, atoms)):
        return None
    return Found(pattern, start, end, needed)


def _is_ordinary(pattern: Pattern, text: str, atoms: list[Atom]) -> bool:
    """Whether what resembles a term of two Chinese characters is better read as ordinary words."""
    if len(pattern.letters) != 2 or not (is_han(pattern.letters[0]) and is_han(pattern.letters[1])):
        return False
    first, second = _written(atoms[0].char), _written(atoms[-1].char)
    start, end = atoms[0].start, atoms[-1].end
    if end - start == 2 and is_ordinary_word(first + second):
        return True
    if start and is_ordinary_word(_written(text[start - 1]) + first):
        return True
    if end < len(text) and is_ordinary_word(second + _written(text[end])):
        return True
    return frequency(first) * frequency(second) > MEET_BY_CHANCE


def _written(char: str) -> str:
    """The character in simplified form, in which the words are listed."""
    return relation("script").get(char, char)[0]


def _duals_hold(pattern: Pattern, text: str, atoms: list[Atom]) -> bool:
    """Whether a dual character is read as a letter, and each such stands as a letter stands."""
    duals = [index for index, atom in enumerate(atoms) if atom.kind == DUAL]
    if not duals or len(pattern.letters) < 3:
        return False
    last = len(atoms) - 1
    if atoms[1].gap and all(atom.gap == atoms[1].gap for atom in atoms[2:]):
        return True  # spelt out, the same between all
    for index in duals:
        char, end = atoms[index].char, atoms[index].end
        if (index and not touches(atoms[index])) or (index < last and not touches(atoms[index + 1])):
            return False
        edge = LEADING_DUALS if index == 0 else TRAILING_DUALS if index == last else None
        if edge is None:
            continue
        if char not in edge or (char in OPENING_DUALS and OPENING_DUALS[char] in text[end : end + CLOSED_WITHIN]):
            return False
    return True


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
        if pattern.allowed & _ACCENTS and any(describe(char).kind in MARKS for char in visible):
            visible = "".join(char for char in visible if describe(char).kind not in MARKS)
            needed |= _ACCENTS
        if place in pattern.dots:
            dot = dot_needed(pattern, place, visible)
            if dot is None:
                return None
            needed |= dot
        elif visible != own:
            folded = _same_symbols(visible, own, pattern.allowed)
            if folded is None:
                if letters[index] == place or not _are_added(pattern, visible, own):
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


def _separators_hold(pattern: Pattern, text: str, separators: dict[int, str], start: int, end: int) -> bool:
    """Whether the separators spell a term rather than part one from another."""
    if not separators:
        return True
    spelt = sum(1 for gap in separators.values() if gap) == len(pattern.letters) - 1
    for first, stop in pattern.latin:
        broken = [(place, separators[place]) for place in range(first, stop - 1) if separators.get(place)]
        if not broken:
            continue
        if stop - first < 3 and not (len(pattern.letters) > 2 and spelt):
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
        if clause and not (spelt and (len(pattern.letters) > 2 or _are_bracketed(text, gap, start, end))):
            return False
    return True


def _are_bracketed(text: str, gap: str, start: int, end: int) -> bool:
    """Whether brackets close before and open behind the gap as they do within it: 《币》《安》."""
    return gap[::-1] in BRACKETS and text[start - 1 : start] == gap[-1] and text[end : end + 1] == gap[0]


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


def _is_lower(pattern: Pattern, text: str, start: int) -> bool:
    """Whether the first letter alone shows that this is no ticker, as with nearly all that begins like one in prose."""
    if pattern.lead or not text[start].islower() or (start and text[start - 1] in "$＄") or start + 1 == len(text):
        return False
    # Of a run of several, another may be where the match begins.
    after = describe(text[start + 1])
    return after.kind == KEPT and chr(after.parts[0].symbol) != pattern.word[0]


def _is_ticker(text: str, start: int, atoms: list[Atom]) -> bool:
    """Whether the letters are upper case, or stand behind a dollar sign."""
    return (start > 0 and text[start - 1] in "$＄") or text[start] in "$＄" or not any(a.char.islower() for a in atoms)
