"""Where each word of a list occurs in a string: the one door to the automaton library.

Another automaton need only offer `find`. Built on first need, since 100,000 words take seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Generic, TypeVar

import ahocorasick

__all__ = ["Automaton"]


T = TypeVar("T")


class Automaton(Generic[T]):
    """All occurrences of the words, overlapping ones too; safe to share between threads."""

    def __init__(self, words: Mapping[str, T]) -> None:
        self._words = words
        self._lock = threading.Lock()
        self._built: ahocorasick.Automaton | None = None

    def find(self, text: str) -> list[tuple[int, int, T]]:
        """The start, half-open end and value of each occurrence, by end."""
        automaton = self._built or self._build()
        # NOTE: the library's end is inclusive, and it yields nothing but the value, so that holds the length.
        return [(last + 1 - length, last + 1, value) for last, (length, value) in automaton.iter(text)]

    def _build(self) -> ahocorasick.Automaton:
        with self._lock:
            if self._built is None:
                automaton = ahocorasick.Automaton()
                for word, value in self._words.items():
                    automaton.add_word(word, (len(word), value))
                automaton.make_automaton()
                self._built = automaton
            return self._built
