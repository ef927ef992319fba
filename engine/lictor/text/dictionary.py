"""Ordinary words that hold a term, or sound like it: what an author should see before the term meets ordinary text.

The lists ship in `data/chinese.txt` (words of three characters or more) and `data/english.txt` (three letters or more),
the commonest words first; Chinese words of two characters are in `data/words.txt`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from operator import add

from lictor.text.frequency import frequency, is_ordinary_word
from lictor.text.tables import readings

__all__ = ["LONGER_WORDS", "everydayness", "is_longer_word", "words_around", "words_that_sound_like"]

# The lengths in characters of nearly all Chinese words that are longer than two.
LONGER_WORDS = (3, 4)

_RANKED = 3_000


def words_around(terms: Collection[str]) -> Mapping[str, list[str]]:
    """For each of the terms that any hold, the ordinary words that are longer than it, the commonest first."""
    found: dict[str, list[str]] = {}
    for term in terms:
        lowered = term.lower()
        if words := _english_words_around(lowered) if lowered.isascii() else _chinese_words_around(lowered):
            found[term] = words
    return found


def _english_words_around(term: str) -> list[str]:
    blob = _blob("english.txt")
    found: dict[str, None] = {}
    at = blob.find(term)
    while term and at >= 0:
        start, end = blob.rfind("\n", 0, at) + 1, blob.find("\n", at)
        if end - start > len(term):
            found[blob[start:end]] = None
        at = blob.find(term, end)
    return list(found)


def _chinese_words_around(term: str) -> list[str]:
    words = _by_pair().get(term[:2], ()) if len(term) > 1 else _blob("chinese.txt").split()
    return [word for word in words if term in word and len(word) > len(term)]


def is_longer_word(word: str) -> bool:
    """Whether the characters are a Chinese word of three characters or more."""
    return word in _longer_words()


def words_that_sound_like(term: str) -> list[str]:
    """The ordinary words of two characters that are said like the term, tones aside; none unless it is such a pair."""
    heard = tuple(readings().get(char, "") for char in term)
    return [] if len(heard) != 2 or not all(heard) else [word for word in _by_sound().get(heard, ()) if word != term]


def everydayness(term: str) -> float:
    """About what share of texts of a few sentences hold the term as a word: 0 for all but the commonest words."""
    word = term.strip().lower()
    rank = _ranks().get(word)
    if rank is not None:
        return min(1.0, 10 / (rank + 1))
    if word.isascii() and len(word) < 3:
        return min(1.0, frequency(word) * 200)
    known = len(word) == 1 or is_ordinary_word(word) or word in _longer_words()
    return min(1.0, frequency(word) * 100) if known and not word.isascii() else 0.0


@cache
def _blob(name: str) -> str:
    text = resources.files("lictor.text").joinpath("data", name).read_text(encoding="utf-8")
    return "\n" + "".join(f"{line}\n" for line in text.splitlines() if not line.startswith("#"))


@cache
def _by_pair() -> dict[str, list[str]]:
    """The words of `chinese.txt` by each two characters that stand side by side in them, the commonest first."""
    found: dict[str, list[str]] = {}
    for word in _blob("chinese.txt").split():
        for pair in dict.fromkeys(map(add, word, word[1:])):
            found.setdefault(pair, []).append(word)
    return found


@cache
def _longer_words() -> frozenset[str]:
    return frozenset(_blob("chinese.txt").split())


@cache
def _ranks() -> dict[str, int]:
    return {word: rank for rank, word in enumerate(_blob("english.txt").split()[:_RANKED])}


@cache
def _by_sound() -> dict[tuple[str, ...], list[str]]:
    said = readings()
    found: dict[tuple[str, ...], list[str]] = {}
    pairs = [line[0] + last for line in _blob("words.txt").split("\n") for last in line[2:]]
    for word in sorted(pairs, key=frequency, reverse=True):
        found.setdefault((said.get(word[0], ""), said.get(word[1], "")), []).append(word)
    return found
