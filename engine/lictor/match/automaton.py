"""The words' places in a skeleton by an Aho-Corasick automaton: the one door to that library.

It finds what `Lookup` finds and more (a word also inside a longer one), slower the more words there are, and serves
where its behaviour is wanted or to check the other by. Built on first need, since 100,000 words take seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import ahocorasick
import numpy as np

from lictor.match.lookup import Places
from lictor.match.words import Word
from lictor.text import Skeleton

__all__ = ["Automaton"]


class Automaton:
    """All occurrences of the words, overlapping ones too; safe to share between threads."""

    def __init__(self, words: Sequence[Word]) -> None:
        # NOTE: the library keeps one value for a word, so words that are alike share theirs.
        self._numbers: dict[str, list[int]] = {}
        for number, word in enumerate(words):
            self._numbers.setdefault(word.symbols, []).append(number)
        self._lock = threading.Lock()
        self._built: ahocorasick.Automaton | None = None

    def find(self, view: Skeleton) -> tuple[Places, Places]:
        """Where words begin in the skeleton and the number of the word, in order of where they end."""
        automaton = self._built or self._build()
        text = view.symbols.astype(np.uint32).tobytes().decode("utf-32-le", "surrogatepass")
        # NOTE: the library's end is inclusive, and it yields nothing but the value, so that holds the length.
        found = [(last + 1 - length, number) for last, (length, numbers) in automaton.iter(text) for number in numbers]
        starts, words = np.array(found, np.int64).reshape(-1, 2).T.copy()
        return starts, words

    def _build(self) -> ahocorasick.Automaton:
        with self._lock:
            if self._built is None:
                automaton = ahocorasick.Automaton()
                for word, numbers in self._numbers.items():
                    automaton.add_word(word, (len(word), tuple(numbers)))
                automaton.make_automaton()
                self._built = automaton
            return self._built
