r"""Rows of CSV: commas, double quotes (doubled inside quotes), a header; blank lines are no rows and are not counted.

A record ends at `\n`, `\r\n` or `\r` outside quotes; a quote counts only at the beginning of a cell. Arrow parses a
block whose quotes all stand where RFC 4180 puts them, for only there does the parity of quotes tell which line ends are
inside a cell. Any other block, or one that Arrow refuses, is read record by record with the grammar below.

A record that cannot be read (a quote that never closes, text behind a closing quote, longer than the limit) costs its
first line: reading goes on at the next one, so that one stray quote does not swallow the rest of the file. An empty
cell is an empty text, and null in every other column. In the column of a signal that is a number, or true or false, a
cell is read as that; a record in which it is neither is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from lictor.errors import InputError
from lictor.scan.inputs.lines import BLOCK, is_utf8, utf8_fault, without_bom
from lictor.scan.inputs.values import RAW_KEPT, InputBatch, Limits, Note, Origin, Reason, Reject, RowNumbers
from lictor.scan.inputs.wanted import Wanted, assemble

__all__ = ["read_csv"]

QUOTED = re.compile(rb'"((?>[^"]*(?:""[^"]*)*+))"')
BARE = re.compile(rb"[^,\r\n]*")
CELL_END = re.compile(rb",|\r\n|\n|\r|\Z")
EDGES = np.frombuffer(b'",\r\n', np.uint8)
TOO_LONG: tuple[Reason, str] = ("too_long", "the record is beyond the limit")
LINE_END = re.compile(rb"\r\n|\n|\r")
TYPES: Mapping[str, tuple[str, str, pa.DataType]] = {
    "number": (r"^ *-?[0-9]{1,18} *$", "a whole number", pa.int64()),
    "boolean": (r"^ *(?i:true|false) *$", "`true` or `false`", pa.bool_()),
}
"""Of signals that are no text: the form of a cell, what it is called, what it becomes."""


@dataclass(frozen=True, slots=True)
class _Record:
    """One record and where the next begins: its cells, or why it has none."""

    raw: bytes
    end: int
    cells: tuple[bytes, ...] = ()
    fault: tuple[Reason, str] | None = None
    reach: int = 0  # how many bytes were looked at to know
    unended: bool = False  # its line goes on beyond the data

    @property
    def blank(self) -> bool:
        return not self.raw


def read_csv(
    pieces: Iterable[bytes], origin: Origin, wanted: Wanted, limits: Limits
) -> Iterator[InputBatch | Reject | Note]:
    """The records as rows, the refused ones of a block before those accepted."""
    held = _Held(without_bom(pieces))
    reader = _Reader(origin, wanted, limits.max_line_bytes, _header(held, limits.max_line_bytes))
    for name in wanted.unread(reader.names):
        yield Note(origin.source, f"column `{name}` is no field and is not read")
    size = BLOCK
    while data := held.view(size):
        final = held.final(size)
        records: list[_Record] = []
        end = _clean_end(data, final=final)
        if end and (read := reader.fast(data[:end])) is not None:
            yield from read
        else:
            records = list(_records(data, limits.max_line_bytes, final=final))
            yield from reader.slow(records)
            end = records[-1].end if records else 0
            if not end and held.exhausted(size):
                break
        held.drop(end)
        if end and records and records[-1].unended:
            held.skip_line()
        size = BLOCK if end else size * 2
    if held.failure is not None:
        raise held.failure


class _Held:
    """What has been read of the file and not yet made into rows."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self.source = source
        self.data = bytearray()
        self.ended = False
        self.failure: InputError | None = None

    def view(self, size: int) -> bytes:
        """The next bytes, `size` of them unless the file ends before."""
        while len(self.data) < size and not self.ended:
            self._read()
        return bytes(self.data[:size])

    def final(self, size: int) -> bool:
        """Whether such a view reaches to the true end of the file."""
        return self.exhausted(size) and self.failure is None

    def exhausted(self, size: int) -> bool:
        """Whether nothing can be added to such a view."""
        return self.ended and len(self.data) <= size

    def drop(self, end: int) -> None:
        del self.data[:end]

    def skip_line(self) -> None:
        while (found := LINE_END.search(self.data)) is None and not self.ended:
            self.data.clear()
            self._read()
        del self.data[: found.end() if found else len(self.data)]

    def _read(self) -> None:
        try:
            piece = next(self.source, b"")
        except InputError as error:
            self.failure, piece = error, b""
        self.data += piece
        self.ended = not piece


def _header(held: _Held, limit: int) -> list[str]:
    size = BLOCK
    while data := held.view(size):
        end = 0
        for record in _records(data, limit, final=held.final(size)):
            end = record.end
            if record.fault is not None:
                raise InputError(f"the header cannot be read: {record.fault[1]}")
            if fault := utf8_fault(record.raw):
                raise InputError(f"the header cannot be read: {fault}", hint="convert the file to UTF-8")
            if not record.blank:
                held.drop(end)
                return [cell.decode() for cell in record.cells]
        if not end and held.exhausted(size):
            break
        held.drop(end)
        size = BLOCK if end else size * 2
    if held.failure is not None:
        raise held.failure
    raise InputError("there is no header", hint="the first line names the columns, one of them `text`")


class _Reader:
    """Records to rows, for one header; it counts the records."""

    def __init__(self, origin: Origin, wanted: Wanted, limit: int, names: list[str]) -> None:
        self.origin = origin
        self.wanted = wanted
        self.limit = limit
        self.names = names
        self.places = {name: names.index(column) for name, column in wanted.found(names).items()}
        self.typed = {n: TYPES[k] for n, k in wanted.types.items() if n in self.places and k in TYPES}
        self.row = 1

    def fast(self, data: bytes) -> list[InputBatch] | None:
        """The rows as Arrow reads them, or `None` where one of them is not what it should be."""
        if len(data) > self.limit or not is_utf8(data):
            return None
        every = [str(place) for place in range(len(self.names))]
        needed = sorted({str(place) for place in self.places.values()})
        try:
            table = pcsv.read_csv(
                pa.BufferReader(data),
                read_options=pcsv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=every),
                parse_options=pcsv.ParseOptions(newlines_in_values=True),
                convert_options=pcsv.ConvertOptions(
                    check_utf8=False, column_types=dict.fromkeys(needed, pa.string()), include_columns=needed
                ),
            )
        except pa.ArrowInvalid:
            return None
        columns = {name: table.column(str(place)).combine_chunks() for name, place in self.places.items()}
        for name, (form, _, _) in self.typed.items():
            right = pc.or_(pc.equal(columns[name], ""), pc.match_substring_regex(columns[name], form))
            if not pc.all(right).as_py():
                return None  # which record is refused, the slower way can tell
        row, self.row = self.row, self.row + table.num_rows
        return list(self._batches(columns, np.arange(row, self.row)))

    def slow(self, records: Iterable[_Record]) -> Iterator[InputBatch | Reject]:
        """The rows one by one."""
        rows: list[int] = []
        good: list[tuple[bytes, ...]] = []
        for record in records:
            if record.blank:
                continue
            if fault := self._fault(record):
                yield self.origin.reject(self.row, *fault, record.raw)
            else:
                rows.append(self.row)
                good.append(record.cells)
            self.row += 1
        columns = {
            name: pa.array([cells[place].decode() for cells in good], pa.string())
            for name, place in self.places.items()
        }
        yield from self._batches(columns, np.array(rows, np.int64))

    def _batches(self, columns: dict[str, pa.Array], rows: RowNumbers) -> Iterator[InputBatch]:
        for name, array in columns.items():
            if name not in self.wanted.texts:
                columns[name] = pc.if_else(pc.equal(array, ""), None, array)
            if name in self.typed:
                bare = pc.utf8_lower(pc.utf8_trim(columns[name], " "))
                columns[name] = bare.cast(self.typed[name][2])
        yield from self.origin.batches(assemble(columns), rows)

    def _fault(self, record: _Record) -> tuple[Reason, str] | None:
        if record.fault is not None:
            return record.fault
        if fault := utf8_fault(record.raw):
            return "invalid_utf8", fault
        if len(record.cells) != len(self.names):
            return "wrong_cells", f"{len(record.cells)} cells, where the header has {len(self.names)}"
        for name, (form, wanted, _) in self.typed.items():
            cell = record.cells[self.places[name]].decode()
            if cell and not re.match(form, cell):
                return "wrong_type", f"column `{self.names[self.places[name]]}` is {wanted}, not `{cell[:60]}`"
        return None


def _clean_end(data: bytes, *, final: bool) -> int:
    """Where the last whole record ends, if every quote before it stands at an edge of a cell; otherwise 0."""
    buffer = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(buffer == ord("\n"))
    quotes = np.flatnonzero(buffer == ord('"'))
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    end = int(outside[-1]) + 1 if len(outside) else 0
    if final and len(quotes) % 2 == 0:
        end = len(data)
    quotes = quotes[: np.searchsorted(quotes, end)]
    # Beyond either end of the data stands a line end.
    edged = np.concatenate(([ord("\n")], buffer[:end], [ord("\n")]))
    before, after = edged[quotes[::2]], edged[quotes[1::2] + 2]
    return end if np.isin(before, EDGES).all() and np.isin(after, EDGES).all() else 0


def _records(data: bytes, limit: int, *, final: bool) -> Iterator[_Record]:
    """The whole records at the beginning of the data, by the grammar above."""
    start = 0
    while start < len(data):
        record = _record(data, start, final=final)
        # Two bytes more show the end of a record of just that length, so that the cut of the data decides nothing.
        if len(data) - start > limit + 2 if record is None else record.reach > limit:
            record = _line(data, start, TOO_LONG, 0, final=final) or _Record(
                data[start : start + RAW_KEPT], len(data.removesuffix(b"\r")), (), TOO_LONG, unended=True
            )
        if record is None:
            return
        yield record
        start = record.end


def _record(data: bytes, start: int, *, final: bool) -> _Record | None:
    """The record that begins here; `None` where the data ends too soon to tell."""
    cells: list[bytes] = []
    at = start
    while True:
        if data[at : at + 1] == b'"':
            quoted = QUOTED.match(data, at)
            if quoted is None:
                fault: tuple[Reason, str] = ("bad_quoting", "a quote is never closed")
                return _line(data, start, fault, len(data) - start, final=True) if final else None
            cells.append(quoted[1].replace(b'""', b'"'))
            last = quoted.end()
        else:
            bare = BARE.match(data, at)
            assert bare is not None
            cells.append(bare[0])
            last = bare.end()
        mark = CELL_END.match(data, last)
        if mark is None:
            return _line(data, start, ("bad_quoting", "text stands behind a closing quote"), last - start, final=final)
        if not final and mark.end() == len(data) and mark[0] in (b"", b"\r"):
            return None
        at = mark.end()
        if mark[0] != b",":
            return _Record(data[start:last], at, tuple(cells), reach=last - start)


def _line(data: bytes, start: int, fault: tuple[Reason, str], reach: int, *, final: bool) -> _Record | None:
    """The first line of a record that cannot be read; `None` where the line goes on beyond the data."""
    mark = LINE_END.search(data, start)
    if mark is None:
        return _Record(data[start:], len(data), (), fault, max(reach, len(data) - start)) if final else None
    if not final and mark.end() == len(data) and mark[0] == b"\r":
        return None
    return _Record(data[start : mark.start()], mark.end(), (), fault, max(reach, mark.start() - start))
