"""What a pattern is to the search: the word of symbols it is looked for by, and how that word must stand in a skeleton.

What is said here only spares the verifier work: a word that stands otherwise is no match of the pattern, one that
stands so may be none either.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import NamedTuple

from lictor.match.gaps import seams_of
from lictor.match.terms import Letter, Pattern, is_word_edge
from lictor.text.tables import DIGIT, LETTER, latin_symbols

__all__ = ["Word", "word_of"]


class Word(NamedTuple):
    """The symbols, and what must be true of them where they are a match.

    `beginnings`: it begins as a word of letters, and after so many symbols such a word may end; None if it may begin
    anywhere. `digits`: there the text has a digit. `mask`: there something stands before the symbol, or within its run
    where it is the second value. `counts`: each symbol stands for so many letters; none if each for one. `joined`:
    spaces part all its symbols or none. `edge`: no letter, or no letter and no digit (bits of the tables), touches its
    end. `lead`: something that is no letter stands before it.
    """

    symbols: str
    beginnings: tuple[int, ...] | None
    digits: tuple[int, ...]
    mask: tuple[int, bool] | None
    counts: tuple[int, ...]
    joined: bool
    edge: int
    lead: bool


def word_of(pattern: Pattern) -> Word:
    """The word of a pattern that has letters."""
    letters, runs = pattern.letters, list(accumulate(pattern.runs))
    own = [index for index, letter in enumerate(letters) if letter.flags & DIGIT]
    digits = tuple(sorted({bisect_right(runs, index) for index in own})) if own else ()
    mask = None
    if pattern.mask is not None:
        run = bisect_right(runs, pattern.mask + 1)
        mask = (run, run == bisect_right(runs, pattern.mask))
    whole = pattern.latin == ((0, len(letters)),) and not pattern.dots
    if whole and own:
        whole = not seams_of(letters, 0, len(letters))
    return Word(
        symbols=pattern.word,
        beginnings=_beginnings(pattern, runs, whole=whole),
        digits=digits,
        mask=mask,
        counts=_counts(pattern),
        joined=whole and pattern.mask is None,
        edge=_edge(pattern),
        lead=bool(pattern.lead),
    )


def _counts(pattern: Pattern) -> tuple[int, ...]:
    if len(pattern.letters) == len(pattern.runs):
        return ()
    # Patterns of one character are verified together: each place where it stands is one for all of them.
    return pattern.runs if len(pattern.runs) > 1 else (2,)


def _edge(pattern: Pattern) -> int:
    if pattern.trail:
        return 0
    if pattern.dots:
        return LETTER | DIGIT
    last = pattern.letters[-1]
    if not is_word_edge(last, pattern.boundary):
        return 0
    return LETTER if pattern.boundary == "word" else LETTER | DIGIT


def _beginnings(pattern: Pattern, runs: list[int], *, whole: bool) -> tuple[int, ...] | None:
    letters, gaps = pattern.letters, pattern.gaps
    tested = pattern.dots or is_word_edge(letters[0], pattern.boundary)
    if pattern.lead or not tested or not letters[0].flags & (LETTER | DIGIT):
        return None
    if whole:
        return (len(runs),)
    if not all(map(_is_plainly, letters)):
        return None
    size = next((i for i, one in enumerate(letters) if not one.flags & (LETTER | DIGIT)), len(letters))
    ends = {size, *(i + 1 for i in range(size - 1) if gaps[i] or i in pattern.dots)}
    # A later run of letters may be spelled out, its first letter right behind the run before.
    ends |= {first + 1 for first, _ in pattern.latin if 0 < first < size}
    ends |= {seam + 1 for first, stop in pattern.latin for seam in seams_of(letters, first, stop) if seam < size}
    return tuple(sorted({bisect_left(runs, end) + 1 for end in ends}))


def _is_plainly(letter: Letter) -> bool:
    """Whether the letter is read as a letter or digit only if it is one."""
    return bool(letter.flags & (LETTER | DIGIT)) or not latin_symbols()[letter.part.symbol]
