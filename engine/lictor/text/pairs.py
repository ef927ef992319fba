"""Which differences part two characters: the sets of folds under which one may stand for the other.

`MECHANISMS` names every difference a match may overlook; a set of them is an int, one bit each, so that "all allowed"
is one `and`. A character reaches others through the relations of `text/data`, in their order, each at most once (a
full-width letter, styled, accented, drawn like another, then in another case). Two characters agree where what they
reach meets. Leet runs one way: a digit in the text may be a letter of the term, a digit of the term is a digit.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lictor.text.tables import (
    ACCENT,
    DUAL,
    DUAL_LETTERS,
    ENCLOSING,
    KEPT,
    KIND,
    RELATIONS,
    expansions,
    kinds,
    relation,
    symbols,
)

__all__ = [
    "BITS",
    "MECHANISMS",
    "NO_DIFFERENCE",
    "Char",
    "Part",
    "describe",
    "differences",
    "names_of",
    "plain_differences",
]

MECHANISMS = (
    "case", "width", "style", "script", "accents", "lookalike", "leet", "invisible", "separators", "repeats",
    "inflect", "masked", "reversed", "shape", "sound", "split", "variant",
)  # fmt: skip
BITS = {name: 1 << index for index, name in enumerate(MECHANISMS)}
# In a table of differences: the two are not the same under any.
NO_DIFFERENCE = np.uint32(0xFFFFFFFF)

# A voicing mark makes another syllable: it is no accent that could be overlooked.
_VOICING = "\u3099\u309a"
# Letters drawn as a bare stroke.
_STROKES = frozenset("Il")
_VOICED = {"\uff9e": "\u3099", "\uff9f": "\u309a"}


class Part(NamedTuple):
    """One letter of a character: its skeleton symbol, itself without marks, the marks, what spelling it out needs."""

    symbol: int
    base: str
    marks: str
    needs: int


@dataclass(frozen=True, slots=True)
class Char:
    """What the verifier asks of a character: its kind with the letter bits, and the letters it stands for.

    A kept character has one part, or several where it stands for several; a dual one has the part it is as a letter.
    """

    kind: int
    flags: int
    parts: tuple[Part, ...] = ()


@lru_cache(maxsize=1 << 16)
def describe(char: str) -> Char:
    """The character's kind and parts."""
    flags = int(kinds()[ord(char)])
    kind = flags & KIND
    if kind == KEPT:
        spelt = expansions().get(char)
        if spelt is None:
            base, marks = _decompose(char)
            return Char(kind, flags, (Part(int(symbols()[ord(char)]), base, marks, 0),))
        needs = BITS["case"] if spelt == "ss" else BITS["style"]
        return Char(kind, flags, tuple(Part(int(symbols()[ord(c)]), *_decompose(c), needs) for c in spelt))
    if kind == DUAL:
        letter = DUAL_LETTERS[int(symbols()[ord(char)]) - 1]
        return Char(kind, flags, (Part(ord(letter), char, "", 0),))
    if kind in (ACCENT, ENCLOSING):
        return Char(kind, flags, (Part(0, "", _VOICED.get(char, char), 0),))
    return Char(kind, flags)


@lru_cache(maxsize=1 << 16)
def differences(seen: str, meant: str, *, marks_differ: tuple[str, str] | None = None) -> tuple[int, ...]:
    """The smallest sets of folds under which `seen` in a text may stand for `meant` in a term; none: it may not.

    `marks_differ` holds the two characters' marks where they are not the same.
    """
    extra = 0
    if marks_differ is not None:
        if any((mark in marks_differ[0]) != (mark in marks_differ[1]) for mark in _VOICING):
            return ()
        enclosing = [{m for m in marks if _is_enclosing(m)} for marks in marks_differ]
        plain = [[m for m in marks if not _is_enclosing(m)] for marks in marks_differ]
        extra = BITS["style"] * (enclosing[0] != enclosing[1]) | BITS["accents"] * (plain[0] != plain[1])
    if seen == meant:
        return (extra,)
    from_text, from_term = _reach(seen, written=True), _reach(meant, written=False)
    sets = {
        one | other | extra
        for char in from_text.keys() & from_term.keys()
        for one in from_text[char]
        for other in from_term[char]
    }
    return tuple(sorted(_minimal(sets), key=lambda s: (s.bit_count(), s)))


@cache
def plain_differences() -> NDArray[np.uint32]:
    """The one of the `differences` of ASCII letters and digits (there are no more), at `meant * 128 + seen`."""
    table = np.full(128 * 128, NO_DIFFERENCE)
    plain = [chr(code) for code in range(128) if chr(code).isalnum()]
    for seen, meant in product(plain, plain):
        for needed in differences(seen, meant):
            table[ord(meant) << 7 | ord(seen)] = needed
    return table


def names_of(needed: int) -> tuple[str, ...]:
    """The names of the mechanisms in the set, sorted."""
    return _names(needed)


@cache
def _names(needed: int) -> tuple[str, ...]:
    return tuple(sorted(name for name, bit in BITS.items() if needed & bit))


def _decompose(char: str) -> tuple[str, str]:
    whole = unicodedata.normalize("NFD", char)
    if len(whole) > 1 and all(kinds()[ord(mark)] & KIND == ACCENT for mark in whole[1:]):
        return whole[0], whole[1:]
    return char, ""


def _is_enclosing(mark: str) -> bool:
    return int(kinds()[ord(mark)]) & KIND == ENCLOSING


@lru_cache(maxsize=1 << 16)
def _reach(char: str, *, written: bool) -> dict[str, frozenset[int]]:
    reached: dict[str, set[int]] = {char: {0}}
    for name in RELATIONS:
        if name == "leet" and not written:
            continue
        table, bit = relation(name), BITS[name]
        for source, sets in list(reached.items()):
            if name == "lookalike" and source in _STROKES and not written:
                continue
            for target in table.get(source, ""):
                reached.setdefault(target, set()).update({s | bit for s in sets})
    return {target: frozenset(_minimal(sets)) for target, sets in reached.items()}


def _minimal(sets: set[int]) -> set[int]:
    return {s for s in sets if not any(other != s and other & s == other for other in sets)}
