"""Terms by kind, count and seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache

from harness.corpora import source_rows, words_of
from harness.definitions import TermSpec

__all__ = ["terms_of"]


def terms_of(spec: TermSpec) -> tuple[str, ...]:
    """The terms, distinct, in an order that the seed gives."""
    return _terms(spec)


@cache
def _terms(spec: TermSpec) -> tuple[str, ...]:
    return KINDS[spec.kind](spec.count, random.Random(spec.seed))


def _han(count: int, dice: random.Random) -> tuple[str, ...]:
    """Two to four characters drawn from those of the reviews, so that most terms hit nothing."""
    han = sorted({char for text in source_rows("reviews") for char in text if "\u4e00" <= char <= "\u9fff"})
    return _distinct(count, lambda: "".join(dice.choices(han, k=dice.choice((2, 3, 3, 4)))))


def _generated(count: int, dice: random.Random) -> tuple[str, ...]:
    return _distinct(count, lambda: "".join(chr(dice.randint(0x4E00, 0x4E00 + 1_999)) for _ in range(3)))


def _latin(count: int, dice: random.Random) -> tuple[str, ...]:
    """Half are words of the reviews that are rare there, half two such words in a row."""
    words = sorted(word for word, times in words_of(source_rows("movies")).items() if times <= 2 and len(word) >= 4)
    return _distinct(count, lambda: " ".join(dice.sample(words, dice.choice((1, 2)))))


def _nested(count: int, dice: random.Random) -> tuple[str, ...]:
    """Every beginning, from two characters on, of one long term."""
    whole = "".join(chr(dice.randint(0x4E00, 0x9FA5)) for _ in range(count + 1))
    return tuple(whole[: size + 2] for size in range(count))


def _same(count: int, dice: random.Random) -> tuple[str, ...]:  # noqa: ARG001
    """One character two, three, four ... times."""
    return tuple("哈" * (size + 2) for size in range(count))


def _bundled(count: int, dice: random.Random) -> tuple[str, ...]:  # noqa: ARG001
    """The words of the bundled policy's lexicons, detectors left out."""
    from lictor import Engine  # noqa: PLC0415

    found = dict.fromkeys(term.text for term in Engine.load("wechat").policies[0].terms if term.text)
    return tuple(found)[: count or None]


def _offers(count: int, dice: random.Random) -> tuple[str, ...]:  # noqa: ARG001
    """Offers that the bundled policy decides on, as its own tests have them."""
    return ("收U 6.42 出大饼，量大私聊", "长期收USDT，价格6.9，诚信秒结")[: count or None]


def _distinct(count: int, draw: Callable[[], str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[draw()] = None
    return tuple(found)


KINDS = {
    "han": _han,
    "latin": _latin,
    "nested": _nested,
    "same": _same,
    "bundled": _bundled,
    "offers": _offers,
    "generated": _generated,
}
