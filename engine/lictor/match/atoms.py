"""The letters of a text as the verifier reads them: runs of atoms, with what stands before each."""

from __future__ import annotations

import re
from typing import NamedTuple

from lictor.text import Part, describe
from lictor.text.tables import ACCENT, DIGIT, DUAL, ENCLOSING, INVISIBLE, KEPT, sound_symbol

__all__ = [
    "COLLAPSED",
    "HIDDEN",
    "KINDS",
    "KINDS_KEPT",
    "MARK",
    "MARKS",
    "SEEN",
    "SELECTORS",
    "SEVERAL",
    "Atom",
    "behind_marks",
    "is_keycap",
    "next_letter",
    "read_runs",
    "touches",
]

MARKS = (ACCENT, ENCLOSING)
# Selectors of how the character before them is drawn.
SELECTORS = "\ufe0e\ufe0f"
# Characters of which it is remembered what they are: hostile text may hold every one there is.
KINDS_KEPT = 1 << 16
# What a character is if it has no symbol: seen, dropped from the skeleton; a mark; several letters; not seen.
SEEN, MARK, SEVERAL, HIDDEN = 0, -1, -2, -3
# Marks beyond these make no letter any more different.
_MARKS_KEPT = 16
# Letters at either end of a run that stay apart when it is collapsed: more than a term has alike in a row.
COLLAPSED = 24


class Atom(NamedTuple):
    """One letter of the text: where its character begins and ends with its marks, which part, what precedes it."""

    start: int
    end: int
    part_index: int
    is_last: bool
    char: str
    flags: int
    kind: int
    part: Part
    gap: str


class _Kinds(dict[str, int]):
    """The symbol of each character, or what it is instead; looked up as it is met."""

    def __missing__(self, char: str) -> int:
        about = describe(char)
        found = SEEN
        if about.kind == KEPT:
            found = about.parts[0].symbol if len(about.parts) == 1 else SEVERAL
        elif about.kind in MARKS:
            found = MARK
        elif about.kind == INVISIBLE:
            found = HIDDEN
        if len(self) >= KINDS_KEPT:
            self.clear()
        self[char] = found
        return found


KINDS = _Kinds()


def read_runs(
    text: str, start: int, word: str, *, letters: bool, sound: bool = False, short: bool = False
) -> list[list[Atom]] | None:
    """The atoms of the runs of the word from the offset on, each run with all of its atoms; None if the text ends.

    With `short` the runs are collapsed: the middle of each long stretch of one character is a single atom.
    """
    runs: list[list[Atom]] = []
    run: list[Atom] = []
    size, count, symbol, first = len(text), len(word), -1, ord(word[0])
    gap = ahead = start
    while ahead < size:
        place, ahead = ahead, ahead + 1
        char = text[place]
        code = KINDS[char]
        if code <= SEEN and code != SEVERAL:
            if code == MARK:
                if run and gap == place:
                    run[-1] = _marked(run[-1], char, ahead)
                    gap = ahead
                continue
            if code == HIDDEN and run and gap == place and is_keycap(text, place):
                gap = ahead = place + 2
                run[-1] = _marked(run[-1], text[place + 1], ahead)
                continue
            if not letters or code == HIDDEN or describe(char).kind != DUAL:
                continue
        if short and run and char == run[-1].char and gap == place and _is_long(text, place):
            beyond = _beyond(text, place) - COLLAPSED
            run[-1] = run[-1]._replace(end=beyond)
            gap = ahead = beyond
            continue
        about = describe(char)
        last = len(about.parts) - 1
        for index, part in enumerate(about.parts):
            own = sound_symbol(part.base) if sound else part.symbol
            if own != symbol:
                if not runs and own != first:
                    continue  # the run begins inside a character that stands for several letters
                if len(runs) == count:
                    return [_collapse(run) for run in runs] if short else runs
                run = []
                runs.append(run)
                symbol = own
            run.append(Atom(place, ahead, index, index == last, char, about.flags, about.kind, part, text[gap:place]))
            gap = ahead
    if len(runs) < count:
        return None
    return [_collapse(run) for run in runs] if short else runs


def behind_marks(text: str, place: int) -> int:
    """Where the character there ends with its marks."""
    place += 1
    while place < len(text):
        if KINDS[text[place]] == MARK:
            place += 1
        elif is_keycap(text, place):
            place += 2
        else:
            break
    return place


def is_keycap(text: str, place: int) -> bool:
    """Whether a selector stands there before the mark that encloses the letter before it: 2\ufe0f\u20e3."""
    return text[place] in SELECTORS and describe(text[place + 1 : place + 2] or " ").kind == ENCLOSING


def next_letter(text: str, place: int) -> tuple[int, int]:
    """What the next character is that is a letter to the skeleton, and where it stands."""
    size, code = len(text), SEEN
    while place < size:
        code = KINDS[text[place]]
        if code > SEEN or code == SEVERAL:
            return code, place
        place += 1
    return SEEN, size


def _marked(atom: Atom, mark: str, end: int) -> Atom:
    part = atom.part
    if len(part.marks) < _MARKS_KEPT:
        part = part._replace(marks=part.marks + describe(mark).parts[0].marks)
    return atom._replace(end=end, part=part)


def _is_long(text: str, place: int) -> bool:
    """Whether so many of the character follow that the middle need not be read: one with one part, no digit."""
    about = describe(text[place])
    if about.kind != KEPT or len(about.parts) > 1 or about.flags & DIGIT:
        return False
    return text[place] * 3 == text[place - 2 : place + 1] and text.startswith(text[place] * 3 * COLLAPSED, place)


def _beyond(text: str, place: int) -> int:
    """Where another character follows."""
    found = re.compile(f"{re.escape(text[place])}*").match(text, place)
    return found.end() if found else place


def _collapse(run: list[Atom]) -> list[Atom]:
    if len(run) <= 2 * COLLAPSED:
        return run
    found = run[:COLLAPSED]
    for atom in run[COLLAPSED:-COLLAPSED]:
        last = found[-1]
        if not atom.gap and atom.char == last.char and atom.part == last.part and not atom.flags & DIGIT:
            found[-1] = last._replace(end=atom.end)
        else:
            found.append(atom)
    return found + run[-COLLAPSED:]


def touches(atom: Atom) -> bool:
    """Whether nothing that is seen stands between the atom and the one before it."""
    return not atom.gap or all(describe(char).kind == INVISIBLE for char in atom.gap)
