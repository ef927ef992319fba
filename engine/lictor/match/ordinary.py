"""Whether what resembles a term is better read as ordinary words.

A character that only sounds or looks like the term's own stands there for itself far more often than for the term. So
what resembles a term in Chinese characters is none

- within a longer word of the dictionary (寄售 in 痛心疾首);
- if the first or last of three or more is not the term's own and is a common word with its neighbour (稳定币 in
  稳定市场);
- in terms of two, where the pair, or either with its neighbour, is an everyday word, apart as together; where both
  characters are so common that they meet by chance, all the less if neither is the term's own; where one that is not
  is among the commonest of all (上, 过); nor drawn out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from lictor.match.atoms import Atom
from lictor.match.terms import Pattern, is_han
from lictor.text import BITS, describe
from lictor.text.dictionary import LONGER_WORDS, is_longer_word
from lictor.text.frequency import frequency, is_common_word, is_ordinary_word
from lictor.text.tables import KEPT, relation

__all__ = ["BOTH_BY_CHANCE", "COMMONEST", "MEET_BY_CHANCE", "NEIGHBOURS", "is_ordinary"]

# The product of the shares that two characters have of ordinary text, above which they meet by chance too often to be
# a term that only resembles them.
MEET_BY_CHANCE = 1e-6
# The same where neither is the term's own: any two of its syllables meet more often than any one beside the other's
# character. Of 55,000 reviews and news items with 210 terms that spares half of those found so; of 100 such
# disguises 4 are lost.
BOTH_BY_CHANCE = 2e-7
# The share from which on a character is one that sentences are built with, and no sign of a term that has another. Of
# 55,000 such texts it spares a fifth of those found so; of 100 disguises of two characters 1 is lost.
COMMONEST = 3e-3
# Characters looked at on either side, beyond what parts the term's own.
NEIGHBOURS = max(LONGER_WORDS) - 2

_SHAPE = BITS["shape"]


def is_ordinary(pattern: Pattern, text: str, atoms: Sequence[Atom]) -> bool:
    """Whether the letters of the text, which only resemble the pattern's, are ordinary words there."""
    size = len(pattern.letters)
    if size < 2 or not all(map(is_han, pattern.letters)):
        return False
    start, end = atoms[0].start, atoms[-1].end
    if _stands_in_a_word(text, start, end):
        return True
    meant = _meant(pattern)
    if size > 2:
        return _ends_in_a_word(text, start, end, _written(atoms[0].char + atoms[-1].char), meant)
    if len(atoms) > 2:
        return True
    seen = _written(atoms[0].char + atoms[1].char)
    before, after = _beside(text, start, end, atoms[1].gap)
    if any(map(is_ordinary_word, (before + seen[0], seen, seen[1] + after))):
        return True
    shares = [frequency(char) for char in seen]
    foreign = [share for share, one, other in zip(shares, seen, meant, strict=True) if one != other]
    if any(share > COMMONEST for share in foreign):
        return True
    return shares[0] * shares[1] > (BOTH_BY_CHANCE if len(foreign) > 1 else MEET_BY_CHANCE)


def _meant(pattern: Pattern) -> str:
    """The characters of the term itself, one for each letter of the pattern."""
    if pattern.needs & _SHAPE:
        own = "".join(char for char in pattern.term.text if describe(char).kind == KEPT)
        if len(own) == len(pattern.letters):
            return _written(own)
    return _written("".join(letter.char for letter in pattern.letters))


def _beside(text: str, start: int, end: int, gap: str) -> tuple[str, str]:
    """The characters before and behind, beyond what parts those between: of 矿 泉 水 the 水."""
    if gap and text.endswith(gap, 0, start):
        start -= len(gap)
    if gap and text.startswith(gap, end):
        end += len(gap)
    return _written(text[start - 1 : start] if start else ""), _written(text[end : end + 1])


def _stands_in_a_word(text: str, start: int, end: int) -> bool:
    """Whether a longer word of the dictionary stands around the stretch."""
    first = max(end - LONGER_WORDS[-1], 0)
    near = _written(text[first : start + LONGER_WORDS[-1]])
    start, end = start - first, end - first
    for size in LONGER_WORDS:
        for begin in range(max(end - size, 0), min(start, len(near) - size) + 1) if size > end - start else ():
            if is_longer_word(near[begin : begin + size]):
                return True
    return False


def _ends_in_a_word(text: str, start: int, end: int, seen: str, meant: str) -> bool:
    """Whether a common word lies across either edge, with a character there that is not the term's own."""
    before, after = _written(text[start - 1 : start]), _written(text[end : end + 1])
    return (seen[0] != meant[0] and is_common_word(before + seen[0])) or (
        seen[1] != meant[-1] and is_common_word(seen[1] + after)
    )


def _written(chars: str) -> str:
    """The characters in simplified form, in which the words are listed."""
    return chars.translate(_simplified())


@cache
def _simplified() -> dict[int, str]:
    return {ord(char): others[0] for char, others in relation("script").items()}
