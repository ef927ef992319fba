"""Letters of a text laid over the letters of a pattern, run by run.

Each atom must differ from its letter by folds the term allows. A run has as many atoms as letters, or more where
`repeats` allows: Latin or Han, touching, and in a Latin term under five letters three or more of what is one. At the
edges of a match the run is taken as short as it must and, with `repeats`, then as far as its letters touch.
"""

from __future__ import annotations

from typing import NamedTuple

from lictor.match.atoms import Atom, touches
from lictor.match.terms import Pattern
from lictor.text import BITS, differences
from lictor.text.tables import DIGIT, HAN, KEPT, LETTER, readings

__all__ = ["STRETCHED_FROM", "Aligned", "align", "fold_needed", "leet_is_spelt"]

# Letters of a term from which a run of two may stand for one: English doubles letters by itself.
STRETCHED_FROM = 5

_LEET, _REPEATS, _SOUND = BITS["leet"], BITS["repeats"], BITS["sound"]
# How a state of the alignment was reached: the folds needed, how many of them leet, and whether by a new letter.
_State = tuple[int, int, bool]


class Aligned(NamedTuple):
    """Atoms opposite letters: for each atom the letter's index; the folds needed; how many atoms are leet."""

    atoms: list[Atom]
    letters: list[int]
    needed: int
    leet: int


def align(pattern: Pattern, runs: list[list[Atom]]) -> list[Aligned]:
    """The ways the runs lie over the pattern: one at most, unless the pattern is a single run."""
    if len(runs) == 1:
        return _align_single(pattern, runs[0])
    if [len(run) for run in runs] == list(pattern.runs):
        whole = _opposite(pattern, [atom for run in runs for atom in run], 0)
        return [] if whole is None else [whole]
    atoms: list[Atom] = []
    letters: list[int] = []
    needed = leet = letter = 0
    last = len(runs) - 1
    for index, run in enumerate(runs):
        wanted = pattern.runs[index]
        part = _stretch(pattern, run, 0, letter, wanted, backwards=index == 0, whole=0 < index < last)
        if part is None:
            return []
        atoms += part.atoms
        letters += part.letters
        needed |= part.needed
        leet += part.leet
        letter += wanted
    return [Aligned(atoms, letters, needed, leet)]


def _align_single(pattern: Pattern, run: list[Atom]) -> list[Aligned]:
    """All the places of a pattern of one run in a run of the text, left to right; stretched ones do not overlap."""
    wanted = pattern.runs[0]
    found = []
    place = 0
    # Two Latin letters are never written apart.
    together = wanted == 2 and pattern.latin == ((0, 2),)
    while place + wanted <= len(run):
        if together and not touches(run[place + 1]):
            place += 1
            continue
        if wanted == 1 and (place + 1 == len(run) or not touches(run[place + 1])):
            part = _opposite(pattern, [run[place]], 0)
        else:
            part = _stretch(pattern, run, place, 0, wanted, backwards=False, whole=False)
        if part is not None:
            found.append(part)
        place += len(part.atoms) if part is not None and pattern.allowed & _REPEATS else 1
    return found


def _stretch(
    pattern: Pattern, run: list[Atom], begin: int, letter: int, wanted: int, *, backwards: bool, whole: bool
) -> Aligned | None:
    """The letters from `letter` on, `wanted` of them, opposite as many atoms of the run as may be, or opposite all."""
    size = len(run) - begin
    if size < wanted or (whole and size != wanted and not pattern.allowed & _REPEATS):
        return None
    if size == wanted or not pattern.allowed & _REPEATS:
        first = len(run) - wanted if backwards else begin
        return _opposite(pattern, run[first : first + wanted], letter)
    if wanted == 1 or _is_uniform(pattern, letter, wanted):
        return _stretch_uniform(pattern, run, begin, letter, wanted, backwards=backwards, whole=whole)
    return _stretch_mixed(pattern, run, begin, letter, wanted, backwards=backwards, whole=whole)


def _stretch_uniform(
    pattern: Pattern, run: list[Atom], begin: int, letter: int, wanted: int, *, backwards: bool, whole: bool
) -> Aligned | None:
    """The same where all the letters are one: a letter for each atom that must be new, then for the others."""
    new: list[bool] = []
    needed: list[int] = []
    forced = best = 0
    before = False
    stop = begin - 1 if backwards else len(run)
    for place in range(len(run) - 1 if backwards else begin, stop, -1 if backwards else 1):
        atom = run[place]
        folds = fold_needed(pattern, letter, atom)
        if folds is None:
            break
        touching = bool(new) and touches(run[place + 1] if backwards else atom)
        if best and not touching and not whole:
            break
        stretches = _stretches(pattern, letter, atom)
        # Characters that only sound alike are no one character drawn out.
        more = touching and stretches and before and not (needed and (folds ^ needed[-1]) & _SOUND)
        before = stretches
        forced += not more
        if forced > wanted:
            break
        new.append(not more)
        needed.append(folds)
        if len(new) >= wanted and _long_enough(pattern, letter, wanted, len(new)):
            best = len(new)
    if not best or (whole and best != len(run) - begin):
        return None
    del new[best:], needed[best:]
    free = wanted - sum(new)
    letters, done = [], -1
    for is_new in new:
        if not is_new and free:
            free -= 1
            is_new = True  # noqa: PLW2901
        done += is_new
        letters.append(letter + wanted - 1 - done if backwards else letter + done)
    total = leet = 0
    for folds in needed:
        total |= folds
        leet += bool(folds & _LEET)
    if backwards:
        letters.reverse()
        return Aligned(run[len(run) - best :], letters, total, leet)
    return Aligned(run[begin : begin + best], letters, total, leet)


def _stretch_mixed(
    pattern: Pattern, run: list[Atom], begin: int, letter: int, wanted: int, *, backwards: bool, whole: bool
) -> Aligned | None:
    """The same where the letters differ (il): every way at once, by how many letters are done."""
    size = len(run) - begin
    order = range(len(run) - 1, begin - 1, -1) if backwards else range(begin, len(run))
    targets = [letter + wanted - 1 - i if backwards else letter + i for i in range(wanted)]
    steps: list[dict[int, _State]] = []
    states: dict[int, _State] = {0: (0, 0, True)}
    best = 0
    for count, place in enumerate(order, 1):
        atom = run[place]
        before = run[order[count - 2]] if count > 1 else None
        touching = before is not None and touches(before if backwards else atom)
        if best and not touching and not whole:
            break
        fresh: dict[int, _State] = {}
        for done, (needed, leet, _) in states.items():
            if done and touching and before is not None and _is_one(pattern, targets[done - 1], atom, before):
                _reach(pattern, fresh, done, targets[done - 1], atom, (needed, leet, False))
            if done < wanted:
                _reach(pattern, fresh, done + 1, targets[done], atom, (needed, leet, True))
        if not fresh:
            break
        steps.append(fresh)
        states = fresh
        if wanted in fresh and _long_enough(pattern, letter, wanted, count):
            best = count
    if not best or (whole and best != size):
        return None
    atoms, letters, done = [], [], wanted
    for index in range(best - 1, -1, -1):
        atoms.append(run[order[index]])
        letters.append(targets[done - 1])
        done -= steps[index][done][2]
    if not backwards:
        atoms.reverse()
        letters.reverse()
    needed, leet, _ = steps[best - 1][wanted]
    return Aligned(atoms, letters, needed, leet)


def _reach(pattern: Pattern, states: dict[int, _State], done: int, target: int, atom: Atom, so_far: _State) -> None:
    """Enter the state if the atom may be that letter and no cheaper way led there."""
    folds = fold_needed(pattern, target, atom)
    if folds is None:
        return
    needed, leet, is_new = so_far
    state = (needed | folds, leet + bool(folds & _LEET), is_new)
    old = states.get(done)
    if old is None or (state[0].bit_count(), state) < (old[0].bit_count(), old):
        states[done] = state


def _opposite(pattern: Pattern, atoms: list[Atom], letter: int) -> Aligned | None:
    """The atoms opposite as many letters, one for one."""
    total = leet = 0
    for index, atom in enumerate(atoms, letter):
        needed = fold_needed(pattern, index, atom)
        if needed is None:
            return None
        total |= needed
        leet += bool(needed & _LEET)
    return Aligned(atoms, list(range(letter, letter + len(atoms))), total, leet)


def leet_is_spelt(letters: int, atoms: int, leet: int) -> bool:
    """Whether letters carry the word: more than leet in three or fewer, as many in four, a third as many beyond."""
    plain = atoms - leet
    if letters <= 3:
        return plain > leet
    return plain >= leet if letters < STRETCHED_FROM else 3 * plain >= leet


def fold_needed(pattern: Pattern, index: int, atom: Atom) -> int | None:
    """The folds by which the atom is that letter of the pattern; None if it may not be."""
    letter = pattern.letters[index]
    seen, meant = atom.part, letter.part
    if atom.char == letter.char and atom.part_index == letter.part_index and seen.marks == meant.marks:
        return 0
    marks = (seen.marks, meant.marks) if seen.marks != meant.marks else None
    if pattern.sound and letter.flags & atom.flags & HAN and seen.base != meant.base:
        one, other = readings().get(seen.base), readings().get(meant.base)
        if one is not None and one == other:
            hung = differences(meant.base, meant.base, marks_differ=marks)
            if hung and not hung[0] & ~pattern.allowed:
                return hung[0] | _closest(pattern, seen.base, meant.base)
    spelled = seen.needs | meant.needs
    for needed in differences(seen.base, meant.base, marks_differ=marks):
        if not (needed | spelled) & ~pattern.allowed:
            return needed | spelled
    return None


def _closest(pattern: Pattern, seen: str, meant: str) -> int:
    """The folds between two characters of one syllable: those of writing if allowed, or that they sound alike."""
    return next((needed for needed in differences(seen, meant) if not needed & ~pattern.allowed), BITS["sound"])


def _is_uniform(pattern: Pattern, letter: int, wanted: int) -> bool:
    first = pattern.letters[letter]
    return all(
        pattern.letters[i].part == first.part and not pattern.gaps[i - 1] for i in range(letter + 1, letter + wanted)
    )


def _stretches(pattern: Pattern, index: int, *atoms: Atom | None) -> bool:
    """Whether the atoms may be several of one letter: Latin or Han, never digits."""
    if not pattern.letters[index].flags & (LETTER | HAN):
        return False
    return all(atom is None or (not atom.flags & DIGIT and atom.kind == KEPT) for atom in atoms)


def _is_one(pattern: Pattern, index: int, atom: Atom, before: Atom) -> bool:
    """Whether both may be one letter drawn out."""
    one, other = fold_needed(pattern, index, atom), fold_needed(pattern, index, before)
    return (
        one is not None
        and other is not None
        and not (one ^ other) & _SOUND
        and _stretches(pattern, index, atom, before)
    )


def _long_enough(pattern: Pattern, letter: int, wanted: int, count: int) -> bool:
    """Whether so many atoms may be so many letters: in a short Latin term two are no one letter stretched."""
    is_latin = pattern.letters[letter].flags & LETTER
    return not (wanted == 1 and count == 2 and len(pattern.letters) < STRETCHED_FROM and is_latin)
