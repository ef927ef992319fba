"""The letters of a text as the verifier reads them: runs of atoms, with what stands before each."""

from __future__ import annotations

from typing import NamedTuple

from lictor.text import Part, describe
from lictor.text.tables import ACCENT, DIGIT, DUAL, ENCLOSING, INVISIBLE, KEPT, sound_symbol

__all__ = ["COLLAPSED", "MARKS", "Atom", "collapse", "read_runs", "touches"]

MARKS = (ACCENT, ENCLOSING)
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


def read_runs(text: str, start: int, word: str, *, letters: bool, sound: bool = False) -> list[list[Atom]] | None:
    """The atoms of the runs of the word from the offset on, each run with all of its atoms; None if the text ends."""
    runs: list[list[Atom]] = []
    run: list[Atom] = []
    count, symbol, first = len(word), -1, ord(word[0])
    gap = start
    for place in range(start, len(text)):
        char = text[place]
        about = describe(char)
        kind = about.kind
        if kind == KEPT or (letters and kind == DUAL):
            last = len(about.parts) - 1
            for index, part in enumerate(about.parts):
                own = sound_symbol(part.base) if sound else part.symbol
                if own != symbol:
                    if not runs and own != first:
                        continue  # the run begins inside a character that stands for several letters
                    if len(runs) == count:
                        return runs
                    run = []
                    runs.append(run)
                    symbol = own
                run.append(Atom(place, place + 1, index, index == last, char, about.flags, kind, part, text[gap:place]))
                gap = place + 1
        elif kind in MARKS and run and gap == place:
            atom = run[-1]
            part = atom.part
            if len(part.marks) < _MARKS_KEPT:
                part = part._replace(marks=part.marks + about.parts[0].marks)
            run[-1] = atom._replace(end=place + 1, part=part)
            gap = place + 1
    return runs if len(runs) == count else None


def collapse(runs: list[list[Atom]]) -> list[list[Atom]]:
    """The runs, the middle of each long stretch of one character a single atom; for patterns that may stretch."""
    return [_collapse(run) if len(run) > 2 * COLLAPSED else run for run in runs]


def _collapse(run: list[Atom]) -> list[Atom]:
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
