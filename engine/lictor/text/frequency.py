"""How often a term stands in ordinary text: an estimate that need only put terms in order, the rare ones apart.

Chinese words and characters are counted in the table that ships in `data/frequency.txt`, the commonest English words
are listed here; for the rest, length decides.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lictor.text.fold import Symbols
from lictor.text.tables import symbols

__all__ = ["frequency", "is_common_word", "is_ordinary_word", "pair_commonness"]

_UNKNOWN_CHARACTER = 2e-6
_COMMON_ENGLISH = 5e-4
_ENGLISH_WORDS = """
a about above account add after again all also always an and any are around as ask at away back be because been
before best better big book both buy by call can card cash change check cheap click come contact could day deal did
do down each easy end even every fast few find first follow for found free friend from full get gift give go good
great group had hand has have he help her here high him his hot how if in info into is it join just keep know last
learn left less let life like link list little live long look lot low made make many market may me member men mine
mining money month more most move much must my name need new next no not now of off offer old on once one only open
or order other our out over own part pay people phone place play point post price public put rate read real rent
right run sale same save say see sell send service set she shop should show sign small so some start still stop such
support take team tell than thank that the their them then there these they thing think this those time to today
token too top trade trading try two under up us use very visit want was watch way we week welcome well were what
when where which while who why will win with work world would year you your
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
# Latin letters, most common first, and the share of English text that the first has; each has a little less than the
# one before it.
_LETTERS, _LETTER, _LESS = "etaoinsrhldcumfpgwybvkxjqz", 0.1, 0.85


def frequency(term: str) -> float:
    """About how many times the term stands in a character of ordinary text, 0 to 1."""
    text = term.strip().lower()
    counted = _counts().get(text)
    if counted is not None:
        return counted
    han = [char for char in text if unicodedata.category(char) == "Lo"]
    others = len(text) - len(han)
    guess = 1.0
    for char in han:
        guess *= _counts().get(char, _UNKNOWN_CHARACTER)
    if not han:
        return _COMMON_ENGLISH if text in _ENGLISH else float(10.0 ** -(3.5 + others / 2))
    return guess * 0.02**others


def is_ordinary_word(pair: str) -> bool:
    """Whether the two characters are an everyday Chinese word."""
    return pair[1:] in _ends().get(pair[:1], "") if len(pair) == 2 else False


def is_common_word(pair: str) -> bool:
    """Whether the two characters are one of the Chinese words that are counted: some 7,000."""
    return len(pair) == 2 and pair in _counts()


def pair_commonness(one: Symbols, other: Symbols) -> NDArray[np.float32]:
    """For pairs of skeleton symbols, the logarithm of how often they stand side by side in ordinary text."""
    single, pairs, shares = _commonness()
    found = single.take(one) + single.take(other)
    key = one.astype(np.uint32) << np.uint32(16) | other
    at = np.searchsorted(pairs, key)
    known = pairs.take(at, mode="clip") == key
    return np.where(known, np.maximum(shares.take(at, mode="clip"), found), found)


@cache
def _commonness() -> tuple[NDArray[np.float32], NDArray[np.uint32], NDArray[np.float32]]:
    """The logarithm of each symbol's share, the pairs of symbols within words, and that of theirs."""
    single = np.full(1 << 16, _UNKNOWN_CHARACTER)
    pairs: dict[int, float] = {}
    for word, count in _counts().items():
        spelt = [int(symbols()[ord(char)]) for char in word]
        for symbol in spelt:
            single[symbol] += count
        for one, other in pairwise(spelt):
            pairs[one << 16 | other] = pairs.get(one << 16 | other, 0.0) + count
    for rank, letter in enumerate(_LETTERS):
        single[symbols()[ord(letter)]] += _LETTER * _LESS**rank
    keys = np.array(sorted(pairs), np.uint32)
    shares = np.log(np.array([pairs[key] for key in keys.tolist()]))
    return np.log(single).astype(np.float32), keys, shares.astype(np.float32)


@cache
def _ends() -> dict[str, str]:
    text = resources.files("lictor.text").joinpath("data", "words.txt").read_text(encoding="utf-8")
    return {line[0]: line[2:] for line in text.splitlines() if not line.startswith("#")}


@cache
def _counts() -> dict[str, float]:
    """Relative frequencies of Chinese words and characters."""
    text = resources.files("lictor.text").joinpath("data", "frequency.txt").read_text(encoding="utf-8")
    lines = [line.split(" ") for line in text.splitlines() if not line.startswith("#")]
    return {word: int(count) / 1e9 for word, count in lines}
