"""What users put before a matcher that folds nothing itself; and the naive search that answers are checked by.

raw     the text as written
fold    NFKC, casefold, and traditional to simplified by table: what most moderation code does
squash  `fold`, and everything dropped that is no letter or digit
spans   `fold` character by character, so that a match can be given in the text as written
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate

__all__ = ["BREAK", "FOLDS", "agreed", "counted", "fold_with_offsets", "naive", "rows_of_places", "simplified"]

BREAK = "\n"


@cache
def simplified() -> dict[int, int]:
    """Traditional characters to simplified, one to one: OpenCC's table, as Lictor ships it."""
    lines = (files("lictor.text") / "data" / "script.txt").read_text("utf-8").splitlines()
    pairs = [line.split() for line in lines if not line.startswith("#")]
    return {ord(old): ord(plain) for old, plain in pairs if len(old) == len(plain) == 1}


def raw(text: str) -> str:
    """The text as it is."""
    return text


def fold(text: str) -> str:
    """NFKC, casefold, traditional to simplified."""
    return unicodedata.normalize("NFKC", text).casefold().translate(simplified())


def by_table(text: str) -> str:
    """`fold` of each character by itself; the table grows with the characters it meets."""
    return text.translate(_TABLE)


def squash(text: str) -> str:
    """As `by_table`, without what is no letter or digit; a row's end stays."""
    return text.translate(_DROPPING)


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """`fold` of each character by itself, and for each folded character the place it came from."""
    pieces = [_fold_one(char) for char in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


class _Table(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = fold(chr(code))
        return self[code]


class _Dropping(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = "".join(char for char in fold(chr(code)) if char == BREAK or char.isalnum())
        return self[code]


_TABLE, _DROPPING = _Table(), _Dropping()
FOLDS: dict[str, Callable[[str], str]] = {"raw": raw, "fold": fold, "table": by_table, "squash": squash, "spans": fold}


def naive(rows: Sequence[str], terms: Sequence[str], how: str) -> tuple[str, list[tuple[int, int]]]:
    """The joined rows, and every match as start and end, overlapping ones too: every term sought at every place."""
    change = FOLDS[how]
    text = BREAK.join(change(row) for row in rows)
    return text, [
        (place, place + len(term)) for term in dict.fromkeys(map(change, terms)) for place in _places(text, term)
    ]


def agreed(rows: Sequence[str], terms: Sequence[str], how: str) -> tuple[str, list[tuple[int, int]]]:
    """As `naive`, for very many terms: what daachorse and ahocorasick_rs both find."""
    import ahocorasick_rs  # noqa: PLC0415
    import daachorse  # noqa: PLC0415

    change = FOLDS[how]
    text = BREAK.join(change(row) for row in rows)
    folded = list(dict.fromkeys(map(change, terms)))
    one = {(a, b) for a, b, _ in daachorse.CharwiseDoubleArrayAhoCorasick(folded).find_overlapping(text)}
    other = ahocorasick_rs.AhoCorasick(folded).find_matches_as_indexes(text, overlapping=True)
    if one != {(a, b) for _, a, b in other}:
        raise AssertionError("daachorse and ahocorasick_rs disagree")
    return text, sorted(one)


def counted(text: str, matches: Sequence[tuple[int, int]], *, words: bool = False) -> tuple[set[int], int]:
    """The rows hit and how many matches there are.

    With `words` a term counts only between characters that are no ASCII letters, digits or `_`.
    """
    places = [start for start, end in matches if not words or _alone(text, start, end)]
    return set(rows_of_places(text, places)), len(places)


def rows_of_places(text: str, places: Sequence[int]) -> list[int]:
    """The row each place lies in, where rows are joined by breaks."""
    ends = list(accumulate((len(row) + 1 for row in text.split(BREAK)), initial=0))
    return [bisect_right(ends, place) - 1 for place in places]


def _alone(text: str, start: int, end: int) -> bool:
    around = text[max(start - 1, 0) : start] + text[end : end + 1]
    return not any(char == "_" or (char.isascii() and char.isalnum()) for char in around)


def _places(text: str, term: str) -> Iterator[int]:
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + 1)


@cache
def _fold_one(char: str) -> str:
    return fold(char)
