"""Columns of text as code points: rows joined with a break between them, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lictor import kernel
from lictor.errors import UsageError
from lictor.match.rows import Rows
from lictor.text import Codes, encode
from lictor.text.tables import BREAK_CODE

__all__ = ["rows_of"]

# Bytes of text taken at a time, so that its code points find memory that is warm; a longer row is taken alone.
BATCH = 1 << 20


def rows_of(column: pa.Array | pa.ChunkedArray) -> Iterator[Rows]:
    """The column's rows in order; slices, nulls, large, view and dictionary strings are honoured."""
    if not isinstance(column, (pa.Array, pa.ChunkedArray)):
        raise UsageError(
            f"a column is a pyarrow Array or ChunkedArray, not `{type(column).__name__}`", hint="use `pa.array(texts)`"
        )
    first = 0
    for array in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        yield from _rows_of_array(array, first)
        first += len(array)


def _rows_of_array(array: pa.Array, first: int) -> Iterator[Rows]:
    kind = array.type
    if pa.types.is_dictionary(kind):
        indices = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        order = np.argsort(indices, kind="stable")
        values = len(array.dictionary)
        edges = np.searchsorted(indices[order], np.arange(values + 1))
        used_by = [(order[a:b] + first).tolist() for a, b in pairwise(edges.tolist())]
        for rows in _rows_of_array(array.dictionary, 0):
            yield Rows(rows.texts, rows.codes, rows.starts, rows.first, used_by)
        return
    if pa.types.is_null(kind):
        return
    if kind == pa.string_view():
        array = array.cast(pa.large_string())
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise UsageError(f"a column of `{kind}` is no text", hint="cast it to `pa.string()` first")
    if not len(array):
        return
    array = array.fill_null("")
    sizes = pc.binary_length(array).to_numpy(zero_copy_only=False)
    ends = np.cumsum(sizes, dtype=np.int64)
    begin = 0
    while begin < len(array):
        limit = BATCH + (int(ends[begin - 1]) if begin else 0)
        end = max(int(np.searchsorted(ends, limit, side="right")), begin + 1)
        yield _join(array.slice(begin, end - begin), first + begin)
        begin = end


def _join(array: pa.Array, first: int) -> Rows:
    starts = np.zeros(len(array) + 1, np.int64)
    codes = None if kernel.compiled is None else _decoded(array, starts, kernel.compiled)
    if codes is None:
        whole = pa.LargeListArray.from_arrays(pa.array([0, len(array)], pa.int64()), array)
        text = str(pc.binary_join(whole, pa.scalar("\n", array.type))[0])
        np.cumsum(pc.utf8_length(array).to_numpy(zero_copy_only=False) + 1, out=starts[1:])
        codes = encode(text).copy()
        codes[starts[1:-1] - 1] = BREAK_CODE
    return Rows(array, codes, starts, first)


def _decoded(array: pa.Array, starts: NDArray[np.int64], compiled: ModuleType) -> Codes | None:
    """The codes of the rows, where they start put down; None where the bytes are no UTF-8."""
    _, offsets, data = array.buffers()
    width = np.int32 if pa.types.is_string(array.type) else np.int64
    ends = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    codes = np.empty(int(ends[-1] - ends[0]) + len(array), np.uint32)
    count = compiled.decode(b"" if data is None else data, ends, codes, starts)
    return None if count < 0 else codes[:count]
