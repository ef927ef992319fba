"""Whether a place where a pattern's symbols occur is a match of it, and which differences that needed.

The rules, for one reading of the dual characters (all separators, or all letters):

- Letters lie over letters as `align` says.
- Gaps: a mask stands between its letters, alone or in spaces, or parted from both by what parts all others. What stands
  between
  two letters is what the term has there, with or without allowed separators round it, or is
  invisible, or consists of allowed separators; marks that hang on those are passed with `accents`. A run of Latin
  letters is broken only if it, or the term it is spelled all the way with, has three or more; by symbols without space
  (b-it), or all the way (b i t) with nothing touching it, and with the same between all if some are leet, or between
  its letters and its digits (bit 20). Clause marks between Han count only in terms of three or more, spelled all the
  way, or as brackets round each of two.
- Leet needs letters: more than leet characters in terms of three or fewer, as many in four, a third as many beyond. A
  dual character read as a letter touches the letters beside it, or the term is spelt out with the same between all;
  at an edge it is one of a few, and no bracket that is closed or belongs to a word turned round.
- Chinese characters that only sound or look like the term's are no match where `ordinary` reads them as words.
- What is upside down has a letter that is turned.
- Edges: boundaries hold; a ticker is in upper case or behind a dollar sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lictor.match.align import Aligned, align, leet_is_spelt
from lictor.match.atoms import (
    COLLAPSED,
    HIDDEN,
    KINDS,
    MARK,
    SEEN,
    SELECTORS,
    SEVERAL,
    Atom,
    next_letter,
    read_runs,
    touches,
)
from lictor.match.edges import boundaries_hold, dot_needed, has_edges, host_edges_hold, passed_over
from lictor.match.gaps import judge_gap, judge_mask, separators_hold, unhidden
from lictor.match.oneforone import UNSURE, Found, Way, Ways, one_for_one
from lictor.match.ordinary import NEIGHBOURS, is_ordinary
from lictor.match.terms import LEADING_DUALS, OPENING_DUALS, TRAILING_DUALS, Pattern, is_word_edge
from lictor.text import BITS, describe, differences
from lictor.text.tables import DIGIT, DUAL, KEPT

__all__ = ["CLOSED_WITHIN", "Found", "Verifier"]

# Characters within which a bracket that is closed is one.
CLOSED_WITHIN = 100
# Characters beyond a host name that are looked at one by one: the longest spelling of a dot and the label beyond it.
BESIDE = 4
# Ways along one run from which on it is worth while to remember what was judged, and the longest stretch that is.
_SEVERAL_WAYS, _ALIKE = 4, 256

_RESEMBLANCE = BITS["sound"] | BITS["shape"]
_LOOKALIKE, _REPEATS, _REVERSED = BITS["lookalike"], BITS["repeats"], BITS["reversed"]


class _Ready(NamedTuple):
    """A pattern as it is asked about: the text and the last symbol it has where it stands as written, or none."""

    pattern: Pattern
    way: Way | None
    ticker: bool
    edged: bool
    plain: str
    last: int
    run: bool


class Verifier:
    """Verifies words, each of one or more patterns, where they occur.

    `beside` is how far it looks beyond each, `near` how far where no gap is within.
    """

    def __init__(self, words: Sequence[Sequence[Pattern]]) -> None:
        self._words = words
        self.beside, self.near = list(map(_context, words)), [_context(word, gaps=False) for word in words]
        self._ways = Ways()
        # A word is made ready when it is first met: most never are.
        self._ready: list[list[_Ready] | None] = [None] * len(words)

    def found(self, word: int, text: str, start: int, *, letters: bool = False) -> list[Found]:
        """The matches of the word's patterns where it begins, in the reading given of dual characters."""
        ready = self._ready[word]
        if ready is None:
            ready = self._ready[word] = list(map(self._made_ready, self._words[word]))
        found: list[Found] = []
        left: list[Pattern] = []
        for pattern, way, ticker, edged, plain, last, run in ready:
            if ticker and _is_lower(pattern, text, start):
                continue
            if not letters:
                if run and _are_too_few(pattern, text, start):
                    continue
                if plain and text.startswith(plain, start):
                    end = start + len(plain)
                    after = KINDS[text[end]] if end < len(text) else SEEN
                    # Nothing behind it could be part of the match.
                    if after != last and after not in (MARK, HIDDEN, SEVERAL):
                        if not edged or boundaries_hold(pattern, text, start, end):
                            found.append(Found(pattern, start, end, pattern.needs))
                        continue
                told = UNSURE if way is None else one_for_one(way, text, start)
                if told is not UNSURE:
                    found += told
                    continue
            left.append(pattern)
        if not left:
            return found
        if not left[0].word:
            return [one for pattern in left if (one := _symbols_at(pattern, text, start)) is not None]
        return found + _read_and_judge(left, text, start, letters=letters)

    def _made_ready(self, pattern: Pattern) -> _Ready:
        plain = pattern.text if pattern.plain and len(pattern.word) > 1 else ""
        return _Ready(
            pattern=pattern,
            way=self._ways.of(pattern),
            ticker=pattern.term.options.ticker and not pattern.allow,
            edged=has_edges(pattern),
            plain=plain,
            last=ord(pattern.word[-1]) if plain else SEEN,
            run=_is_one_run(pattern),
        )


def _read_and_judge(patterns: Sequence[Pattern], text: str, start: int, *, letters: bool) -> list[Found]:
    """The matches of patterns of one word, by all the ways in which the letters of the text lie over theirs."""
    read: dict[bool, list[list[Atom]] | None] = {}
    found: list[Found] = []
    for pattern in patterns:
        short = bool(pattern.allowed & _REPEATS) and len(pattern.letters) <= COLLAPSED
        if short not in read:
            read[short] = read_runs(text, start, pattern.word, letters=letters, sound=pattern.sound, short=short)
        runs = read[short]
        if runs is None:
            break
        if _is_solid(pattern, runs):
            found += _every_place(pattern, text, runs[0])
            continue
        if pattern.mask is not None and not any(atom.gap for run in runs for atom in run):
            continue
        ways = align(pattern, runs)
        if len(ways) > _SEVERAL_WAYS and not letters:
            found += _judge_alike(pattern, text, ways)
        else:
            judged = (_judge(pattern, text, aligned, letters=letters) for aligned in ways)
            found += [one for one in judged if one is not None]
    return found


def _judge_alike(pattern: Pattern, text: str, ways: Sequence[Aligned]) -> Iterator[Found]:
    """The matches among many ways along one run of the text: what reads the same is judged once."""
    beside, passed = _context([pattern]), passed_over()
    said: dict[tuple[object, ...], tuple[int, int, int] | None] = {}
    for aligned in ways:
        first, last = aligned.atoms[0], aligned.atoms[-1]
        begin, end = max(first.start - beside, 0), last.end + beside
        if end - begin > _ALIKE or not passed.isdisjoint((*text[begin : first.start], *text[last.end : end])):
            one = _judge(pattern, text, aligned, letters=False)
            if one is not None:
                yield one
            continue
        key = (text[begin:end], first.start - begin, first.part_index, last.is_last, *aligned.letters)
        if key not in said:
            one = _judge(pattern, text, aligned, letters=False)
            said[key] = None if one is None else (one.start - first.start, one.end - first.start, one.needed)
        place = said[key]
        if place is not None:
            yield Found(pattern, first.start + place[0], first.start + place[1], place[2])


def _symbols_at(pattern: Pattern, text: str, start: int) -> Found | None:
    """The match of a pattern without letters that begins at the offset."""
    placed = _read_literal(text, start, pattern.lead, pattern.allowed)
    return None if placed is None else Found(pattern, start, placed[0], placed[1] | pattern.needs)


def _context(patterns: Sequence[Pattern], *, gaps: bool = True) -> int:
    """How far before and behind the word of the patterns the verifier looks, with gaps within it or none.

    Further where it passes over marks and invisible characters, and CLOSED_WITHIN behind dual letters.
    """
    beside = [
        (BESIDE if p.dots else 1) if not (p.sound or p.needs & _RESEMBLANCE) else NEIGHBOURS + gaps * p.term.options.gap
        for p in patterns
    ]
    return max(far + 2 * (len(p.lead) + len(p.trail)) for far, p in zip(beside, patterns, strict=True))


def _is_solid(pattern: Pattern, runs: list[list[Atom]]) -> bool:
    """Whether text and pattern are one character again and again, as written, and every place in the text counts."""
    if len(runs) > 1 or not pattern.plain or pattern.mask is not None:
        return False
    text, first = runs[0], pattern.letters[0]
    if pattern.allowed & _REPEATS and not (len(pattern.letters) == 1 and first.flags & DIGIT):
        return False
    return pattern.text == first.char * len(pattern.letters) and all(
        not atom.gap and atom.char == first.char and atom.part == first.part for atom in text
    )


def _every_place(pattern: Pattern, text: str, run: list[Atom]) -> list[Found]:
    size = len(pattern.letters)
    places = ((run[at].start, run[at + size - 1].end) for at in range(len(run) - size + 1))
    return [Found(pattern, a, b, pattern.needs) for a, b in places if boundaries_hold(pattern, text, a, b)]


def _judge(pattern: Pattern, text: str, aligned: Aligned, *, letters: bool) -> Found | None:
    """The match the alignment is, if its gaps, its leet, its symbols and its edges are as they must be."""
    atoms = aligned.atoms
    if atoms[0].part_index or not atoms[-1].is_last or (letters and not _duals_hold(pattern, text, atoms)):
        return None
    if pattern.turned and not aligned.needed & _LOOKALIKE:
        return None
    needed = aligned.needed | pattern.needs | (_REPEATS if len(atoms) > len(pattern.letters) else 0)
    start, end = atoms[0].start, atoms[-1].end
    if len(atoms) > 1:
        gaps = _judge_gaps(pattern, aligned)
        if gaps is None or not separators_hold(pattern, text, gaps[1], start, end, leet=aligned.leet > 0):
            return None
        needed |= gaps[0]
    if aligned.leet and not leet_is_spelt(len(pattern.letters), len(atoms), aligned.leet):
        return None
    for literal, before in ((pattern.lead, True), (pattern.trail, False)):
        if literal:
            first = _begin_of(text, start, len(literal)) if before else end
            placed = _read_literal(text, first, literal, pattern.allowed)
            if placed is None or (before and placed[0] != start):
                return None
            start, end = (first, end) if before else (start, placed[0])
            needed |= placed[1]
    if pattern.term.options.ticker and not pattern.allow and not _is_ticker(text, start, atoms):
        return None
    holds = host_edges_hold(text, start, end) if pattern.dots else boundaries_hold(pattern, text, start, end)
    if not holds or (needed & _RESEMBLANCE and is_ordinary(pattern, text, atoms)):
        return None
    return Found(pattern, start, end, needed)


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
        if char not in edge:
            return False
        # Nobody ends a word turned round with what opens a bracket: "(to" is no otc.
        if char in OPENING_DUALS and (
            pattern.needs & _REVERSED or OPENING_DUALS[char] in text[end : end + CLOSED_WITHIN]
        ):
            return False
    return True


def _judge_gaps(pattern: Pattern, aligned: Aligned) -> tuple[int, dict[int, str]] | None:
    """What the gaps need, and by gap the separators that stand where the term has others or none."""
    needed = 0
    separators: dict[int, str] = {}
    masked: str | None = None
    atoms, letters = aligned.atoms, aligned.letters
    for index in range(1, len(atoms)):
        gap, place = atoms[index].gap, letters[index - 1]
        stretched = letters[index] == place
        if place == pattern.mask and not stretched:
            masked = gap
        elif place in pattern.dots:
            seen = unhidden(pattern, gap)
            dot = None if seen is None else dot_needed(pattern, place, seen[0])
            if seen is None or dot is None:
                return None
            needed |= seen[1] | dot
        else:
            said = judge_gap(pattern, gap, "" if stretched else pattern.gaps[place], stretched=stretched)
            if said is None:
                return None
            needed |= said[0]
            if said[1] is not None:
                separators[place] = said[1]
    if pattern.mask is None or masked is None:
        return needed, separators
    hides = judge_mask(pattern, masked, [separators.get(place) for place in letters[:-1] if place != pattern.mask])
    if hides is None:
        return None
    if hides[1]:
        separators[pattern.mask] = hides[1]
    return needed | hides[0], separators


def _begin_of(text: str, end: int, size: int) -> int:
    """Where the last so many characters before the offset begin, each with its style selector; below 0 if nowhere."""
    place = end
    for _ in range(size):
        place -= 2 if place > 1 and text[place - 1] in SELECTORS else 1
    return place


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
        if place < len(text) and text[place] in SELECTORS:
            place += 1
    return place, total


def _is_one_run(pattern: Pattern) -> bool:
    """Whether the pattern is one letter or digit of ASCII again and again, and no letter may touch either edge."""
    one = len(pattern.word) == 1 and len(pattern.letters) > 1 and not (pattern.sound or pattern.lead or pattern.trail)
    edged = one and all(is_word_edge(letter, pattern.boundary) for letter in (pattern.letters[0], pattern.letters[-1]))
    return edged and pattern.mask is None and pattern.word.isascii()


def _are_too_few(pattern: Pattern, text: str, start: int) -> bool:
    """Whether a run has too few characters for the pattern, as nearly all that meet by chance in prose (of fun)."""
    symbol, count, end = ord(pattern.word), 0, start
    code, place = next_letter(text, start)
    while code == symbol and count < len(pattern.letters) + 2 and text[place].isascii():
        count, end = count + 1, place + 1
        code, place = next_letter(text, end)
    if code in (symbol, SEVERAL):
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    count -= before.isascii() and before.isalpha()
    count -= after.isascii() and after.isalpha()
    return count < len(pattern.letters)


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
