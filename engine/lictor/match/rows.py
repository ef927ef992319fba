"""Texts to search together: one after the other as code points, a break between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lictor.text import Codes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Rows"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Some texts as one: row i is codes[starts[i] : starts[i + 1] - 1], with a break where the rows meet.

    `first` is the number of row 0 in the column; `used_by` says instead, where the rows are a dictionary's values,
    which rows of the column each value stands in.
    """

    texts: Sequence[str] | pa.Array
    codes: Codes
    starts: NDArray[np.int64]
    first: int = 0
    used_by: Sequence[Sequence[int]] | None = None

    def __getitem__(self, row: int) -> str:
        """The text of the row."""
        return str(self.texts[row])

    def holding(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """For each place the row that holds it, where that begins and where it ends."""
        rows = np.searchsorted(self.starts, places, side="right") - 1
        return rows, self.starts.take(rows), self.starts.take(rows + 1) - 1

    def split(self, places: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """The rows of an array that begin with start and end, in order, by row of text and counted from its begin."""
        if not len(places):
            return
        rows = np.searchsorted(self.starts, places[:, 0], side="right") - 1
        places[:, :2] -= self.starts.take(rows)[:, None]
        cuts = [0, *(np.flatnonzero(rows[1:] != rows[:-1]) + 1).tolist(), len(rows)]
        for begin, end in pairwise(cuts):
            yield int(rows[begin]), places[begin:end]

    def numbers(self, row: int) -> Sequence[int]:
        """The rows of the column that hold this row's text."""
        return (self.first + row,) if self.used_by is None else self.used_by[self.first + row]
