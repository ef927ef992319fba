"""A file cut into parts that can be read by themselves, in whichever process.

A part is some megabytes of whole lines, or a row group of Parquet, or a slice of one where small parts are asked for.
What is packed, and CSV, whose quotes may hold ends of lines, is one part, and may be of any size.

A part knows the file's digest and its own first row, so that its rows have the names they would have had in one go.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from lictor.errors import InputError
from lictor.scan.inputs.csv_rows import read_csv
from lictor.scan.inputs.jsonl_rows import read_jsonl
from lictor.scan.inputs.lines import BLOCK, line_blocks, line_ends, without_bom
from lictor.scan.inputs.parquet_rows import SLICE, ParquetPlace, read_parquet
from lictor.scan.inputs.paths import Kind, Packing, Source, os_message
from lictor.scan.inputs.stored import PIECE, Reached, packing_of, unpacked
from lictor.scan.inputs.txt_rows import read_txt, read_whole
from lictor.scan.inputs.values import FileError, InputBatch, Limits, Note, Origin, Reject
from lictor.scan.inputs.wanted import Wanted

__all__ = ["CHANGED", "CHANGED_HINT", "Part", "PartReader", "cut", "cut_here", "read_part"]

CHANGED = "it was changed while it was read"
CHANGED_HINT = "ids and digest are those of what was there at first; scan it again when it is complete"

_LINES = 16 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a file, the first of them row `first`: its bytes from `start` to `end`, of Parquet its row groups.

    `slice` says which rows of its one row group, where not all.
    `whole` says that all the file's text is one row. `state` is how large the file was, and when it was last changed.
    All that comes of a `small` part can be held in memory, even if every row leads to a decision.
    """

    source: Source
    kind: Kind
    packing: Packing | None
    digest: str
    start: int
    end: int | None
    first: int
    whole: bool
    state: tuple[int, int]
    small: bool
    slice: tuple[int, int] | None = None


def cut(
    file: IO[bytes],
    source: Source,
    limits: Limits,
    *,
    whole_files: bool,
    size: int | None = None,
    go_on: Callable[[], None] = lambda: None,
) -> list[Part]:
    """The parts of an open file, in order; it is read through once, for its digest.

    Parts of lines have `size` bytes and up to a megabyte more, or what a single line has; with it, large row groups are
    cut in slices. `go_on` is called again and again, and may raise what ends it.
    """
    packing = source.packing if source.kind is not None and source.path is not None else packing_of(file)
    kind = source.kind or _kind_of(file, packing, limits)
    whole = kind == "txt" and whole_files
    lines = packing is None and not whole and kind in ("txt", "jsonl")
    sliced, size = size is not None, size or _LINES
    digest, ends, rows = hashlib.sha256(), [0], [1]
    at, row = 0, 1
    file.seek(0)
    while piece := file.read(PIECE):
        go_on()
        digest.update(piece)
        if lines:
            row += line_ends(piece)
            if at + len(piece) - ends[-1] >= size and (last := piece.rfind(b"\n") + 1):
                ends.append(at + last)
                rows.append(row)
        at += len(piece)
    file.seek(0)
    part = Part(source, kind, packing, digest.hexdigest(), 0, None, 1, whole, _state(file), small=False)
    if kind == "parquet":
        return list(_groups(file, part, sliced=sliced))
    if lines:
        stops = [*ends[1:], at] if ends[-1] < at or len(ends) == 1 else ends[1:]
        return [
            replace(part, start=start, end=stop, first=row, small=True)
            for start, stop, row in zip(ends, stops, rows, strict=False)
        ]
    return [replace(part, small=whole or (packing is None and at <= BLOCK))]


def read_part(
    file: IO[bytes], part: Part, wanted: Wanted, limits: Limits, reached: Reached
) -> Iterator[InputBatch | Reject | Note]:
    """The rows of the part, from its file; `reached` is told how far in the file the reading has come."""
    origin = Origin(part.source.name, part.digest)
    if part.kind == "parquet":
        size = part.state[0]
        groups = None if part.end is None else range(part.start, part.end)
        yield from read_parquet(
            file, origin, wanted, limits, lambda share: reached(int(size * share)), groups, part.first
        )
        return
    pieces = unpacked(file, part.packing, limits, reached, part.start, part.end)
    if part.kind == "csv":
        yield from read_csv(pieces, origin, wanted, limits)
    elif part.whole:
        yield from read_whole(without_bom(pieces), origin, limits)
    else:
        blocks = line_blocks(pieces, limits.max_line_bytes, part.first)
        yield from read_txt(blocks, origin) if part.kind == "txt" else read_jsonl(blocks, origin, wanted)


def cut_here(source: Source, limits: Limits, *, whole_files: bool) -> list[Part | FileError]:
    """The parts of the file of that name where this runs; what is wrong with it is a value.

    They end where those of one machine do, so that batches, by which a ledger knows a scan again, are the same.
    """
    assert source.path is not None
    try:
        with source.path.open("rb") as file:
            return [*cut(file, source, limits, whole_files=whole_files, size=BLOCK)]
    except InputError as error:
        return [FileError(source.name, str(error), error.hint)]
    except OSError as error:
        return [FileError(source.name, os_message(error))]


class PartReader:
    """Reads parts from the files of their names where this runs; what is wrong with one is a value, too.

    Between slices of a row group it keeps its place, and the file open. It can travel while it has read nothing.
    """

    def __init__(self, wanted: Wanted, limits: Limits) -> None:
        self._wanted = wanted
        self._limits = limits
        self._kept: _Kept | None = None

    def __call__(self, part: Part) -> Iterator[InputBatch | Reject | Note | FileError]:
        """The rows of the part."""
        name = part.source.name
        try:
            with self._opened(part) as file:
                if _state(file) == part.state:
                    if part.slice is None:
                        yield from read_part(file, part, self._wanted, self._limits, lambda _: None)
                    else:
                        yield from self._sliced(file, part, *part.slice)
                if _state(file) != part.state:
                    yield FileError(name, CHANGED, CHANGED_HINT)
        except InputError as error:
            yield FileError(name, str(error), error.hint)
        except OSError as error:
            yield FileError(name, os_message(error))

    def close(self) -> None:
        """Closes the file that was kept open."""
        if self._kept is not None:
            self._kept.file.close()
            self._kept = None

    @contextmanager
    def _opened(self, part: Part) -> Iterator[IO[bytes]]:
        assert part.source.path is not None
        kept = self._kept
        goes_on = part.slice is not None and kept is not None and kept.leads_to(part, part.slice[0])
        if not goes_on:
            self.close()
        file = part.source.path.open("rb") if kept is None or not goes_on else kept.file
        try:
            yield file
        finally:
            if self._kept is None:
                file.close()

    def _sliced(self, file: IO[bytes], part: Part, begin: int, end: int) -> Iterator[InputBatch | Reject | Note]:
        kept, self._kept = self._kept, None  # for good, if something goes wrong
        if kept is None:
            origin = Origin(part.source.name, part.digest)
            kept = _Kept(part, file, ParquetPlace(file, origin, self._wanted, self._limits, part.start))
        kept.place.skip(begin)
        yield from kept.place.read(end, part.first)
        if not kept.place.ended:
            self._kept = kept


@dataclass(frozen=True, slots=True)
class _Kept:
    """A place in a row group that a part belongs to, in an open file."""

    part: Part
    file: IO[bytes]
    place: ParquetPlace

    def leads_to(self, part: Part, begin: int) -> bool:
        """Whether the row at which this part begins lies before this place."""
        one, other = self.part, part
        same = (one.source, one.state, one.start) == (other.source, other.state, other.start)
        return same and self.place.at <= begin


def _state(file: IO[bytes]) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _kind_of(file: IO[bytes], packing: Packing | None, limits: Limits) -> Kind:
    """The kind of an input without a name that tells: JSON lines where it begins with `{`, else text."""
    beginning = next(without_bom(unpacked(file, packing, limits, lambda _: None)), b"")
    file.seek(0)
    if beginning.startswith(b"PAR1"):
        return "parquet"
    return "jsonl" if beginning.lstrip(b" \t\r\n").startswith(b"{") else "txt"


def _groups(file: IO[bytes], whole: Part, *, sliced: bool) -> Iterator[Part]:
    """Each row group, or its slices; a file that cannot be understood stays whole: reading it will say why."""
    try:
        metadata = pq.ParquetFile(file, pre_buffer=False).metadata
        counts = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        yield whole
        return
    finally:
        file.seek(0)
    if sum(counts) != metadata.num_rows or not counts:
        yield whole
        return
    for group, (count, first) in enumerate(zip(counts, accumulate(counts, initial=1), strict=False)):
        part = replace(whole, start=group, end=group + 1, first=first, small=count <= SLICE)
        if part.small or not sliced:
            yield part
            continue
        for begin in range(0, count, SLICE):
            yield replace(part, first=first + begin, small=True, slice=(begin, min(begin + SLICE, count)))
