r"""Rows of a text file: a line is a row, without its `\n` or `\r\n`; an empty line is an empty text.

NUL and every other character is text; only bytes that are not UTF-8 make a line no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from lictor.scan.inputs.lines import LineBlock, LongLine, is_utf8, utf8_fault
from lictor.scan.inputs.values import RAW_KEPT, InputBatch, Limits, Origin, Reject

__all__ = ["read_txt", "read_whole"]


def read_txt(blocks: Iterable[LineBlock | LongLine], origin: Origin) -> Iterator[InputBatch | Reject]:
    """The lines as rows with the column `text`."""
    for block in blocks:
        if isinstance(block, LongLine):
            yield origin.reject(block.row, "too_long", "the line is beyond the limit", block.head)
        elif is_utf8(block.data):
            texts = _texts(block.data)
            yield from origin.batches(_column(texts), np.arange(block.first, block.first + len(texts)))
        else:
            yield from _mixed(block, origin)


def read_whole(pieces: Iterable[bytes], origin: Origin, limits: Limits) -> Iterator[InputBatch | Reject]:
    """The whole file as one row with the column `text`."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) > limits.max_line_bytes:
            yield origin.reject(1, "too_long", "the file is beyond the limit for one text", bytes(held[:RAW_KEPT]))
            return
    whole = bytes(held)
    if fault := utf8_fault(whole):
        yield origin.reject(1, "invalid_utf8", fault, whole)
    else:
        yield from origin.batches(_column(pa.array([whole.decode()], pa.string())), np.array([1]))


def _texts(data: bytes) -> pa.StringArray:
    if not data.endswith(b"\n"):
        data += b"\n"
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    offsets = np.zeros(len(ends) + 1, np.int32)
    offsets[1:] = ends - np.arange(len(ends))
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data.replace(b"\n", b"")))


def _mixed(block: LineBlock, origin: Origin) -> Iterator[InputBatch | Reject]:
    rows: list[int] = []
    good: list[bytes] = []
    for row, line in enumerate(block.data.removesuffix(b"\n").split(b"\n"), block.first):
        if fault := utf8_fault(line):
            yield origin.reject(row, "invalid_utf8", fault, line)
        else:
            rows.append(row)
            good.append(line)
    if good:
        yield from origin.batches(_column(_texts(b"\n".join(good) + b"\n")), np.array(rows))


def _column(texts: pa.StringArray) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([texts], names=["text"])
