"""Rows of Parquet: only the columns wanted, read page by page, a batch sized by what its rows hold.

Those of one row group can be read by several, in slices; batches end where slices do, so that they are the same.

A text may be a string or bytes that are UTF-8; the other columns also numbers, dates or instants, which become
strings; a signal is a string, truth value or number. A column of another type is a fault of the file, not of its rows.
Dictionaries are expanded in batches so small that even the longest entry in every row would stay bounded, since a few
bytes may stand for a million rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lictor.errors import InputError
from lictor.scan.inputs.lines import utf8_fault
from lictor.scan.inputs.stored import check_expansion
from lictor.scan.inputs.values import ROWS, InputBatch, Limits, Note, Origin, Reason, Reject, RowNumbers
from lictor.scan.inputs.wanted import Wanted, assemble, without_text
from lictor.scan.naming import naming

__all__ = ["SLICE", "ParquetPlace", "read_parquet"]

BATCH = 4 << 20
LARGEST_BATCH = 64 << 20
OPTIONS = {"buffer_size": 1 << 20, "pre_buffer": False}
SLICE = 15_120
"""Rows that are read by one process where a row group is shared, in batches of one size: it has many divisors."""
DIVISORS = [number for number in range(1, SLICE + 1) if SLICE % number == 0]


def read_parquet(
    file: IO[bytes],
    origin: Origin,
    wanted: Wanted,
    limits: Limits,
    reached: Callable[[float], None],
    groups: range | None = None,
    first: int = 1,
) -> Iterator[InputBatch | Reject | Note]:
    """The rows, the refused ones of a batch before those accepted; `reached` is told the share of rows done.

    With `groups`, only those of these row groups, which begin with row `first`.
    """
    with _damage_named():
        columns = _Columns(file, origin, wanted, limits)
        if groups is None or groups.start == 0:
            yield from columns.notes()
        columns.settle()
        row, rows = first, columns.parquet.metadata.num_rows
        read = range(columns.parquet.num_row_groups) if groups is None else groups
        for group in read:
            for batch in columns.batches(group):
                yield from columns.rows(batch, row)
                row += len(batch)
                reached((row - 1) / max(rows, row - 1))
        _counted(rows if groups is None else columns.stated(groups), row - first)


class ParquetPlace:
    """A place in a row group, from which slices of it are read in order; what lies between them is decoded in vain.

    What Arrow reads of a row group it reads from its beginning. `at` is how many of its rows lie behind.
    """

    def __init__(self, file: IO[bytes], origin: Origin, wanted: Wanted, limits: Limits, group: int) -> None:
        with _damage_named():
            self._columns = _Columns(file, origin, wanted, limits)
        self._group = group
        self._batches: Iterator[pa.RecordBatch] | None = None
        self._stated = self._columns.stated([group])
        self._rest: pa.RecordBatch | None = None
        self.at = 0

    @property
    def ended(self) -> bool:
        """Whether no row lies ahead, as far as the file says."""
        return bool(self.at >= self._stated)

    def read(self, end: int, first: int) -> Iterator[InputBatch | Reject | Note]:
        """The rows up to this one of the group; here, they begin with row `first` of the file."""
        with _damage_named():
            if self._group == self.at == 0:
                yield from self._columns.notes()
            start = self.at
            for batch in self._until(end):
                yield from self._columns.rows(batch, first + self.at - start)
                self.at += len(batch)
            if self.at < end or self.ended:
                more = next(self._until(self._stated + 1), ())
                _counted(self._stated, self.at + len(more))

    def skip(self, end: int) -> None:
        """Goes on to this row of the group."""
        with _damage_named():
            for batch in self._until(end):
                self._columns.expanded(batch)
                self.at += len(batch)

    def _until(self, end: int) -> Iterator[pa.RecordBatch]:
        if self._batches is None:
            self._columns.settle()
            self._batches = self._columns.batches(self._group)
        while self.at < end and (batch := self._rest or next(self._batches, None)) is not None:
            left = end - self.at
            self._rest = batch.slice(left) if len(batch) > left else None
            yield batch.slice(0, left)


class _Columns:
    """The columns wanted of an open file, by wanted name. Nothing is read before they are settled."""

    def __init__(self, file: IO[bytes], origin: Origin, wanted: Wanted, limits: Limits) -> None:
        self._stored = file.seek(0, 2)
        self._origin, self._wanted, self._limits = origin, wanted, limits
        self._file = file
        self._types: dict[str, pa.DataType] = {}
        self.parquet = pq.ParquetFile(file, **OPTIONS)
        self.names = wanted.found(self.parquet.schema_arrow.names)
        self._texts = sorted({column for name, column in self.names.items() if name in wanted.texts})
        self._text_bytes = 0

    def notes(self) -> Iterator[Note]:
        """What stands in the file and is not read, though it looks as if it should be."""
        for name in self._wanted.unread(self.parquet.schema_arrow.names):
            yield Note(self._origin.source, f"column `{name}` is no field and is not read")

    def settle(self) -> None:
        """Settles what each column is to become; an `InputError` where one cannot."""
        schema = self.parquet.schema_arrow
        for name, column in self.names.items():
            self._types[name] = _target(name, schema.field(column), self._wanted, schema.names)
        self._coded = pq.ParquetFile(self._file, read_dictionary=self._texts, **OPTIONS)

    def batches(self, group: int) -> Iterator[pa.RecordBatch]:
        """The row group as it is stored, in batches that are bounded."""
        needed = sorted(set(self.names.values()))
        count = _rows_at_once(self._coded, group, self._texts)
        batches: Iterator[pa.RecordBatch] = self.parquet.iter_batches(
            batch_size=count, row_groups=[group], columns=needed, use_threads=False
        )
        return batches

    def rows(self, batch: pa.RecordBatch, first: int) -> Iterator[InputBatch | Reject]:
        """The rows of a batch, which begin with row `first` of the file."""
        arrays = {name: _normal(batch.column(column), self._types[name]) for name, column in self.names.items()}
        self._expanded(arrays[name] for name in arrays.keys() & self._wanted.texts.keys())
        rows = np.arange(first, first + len(batch))
        yield from _rows(arrays, rows, self._origin, self._wanted, self._limits)

    def expanded(self, batch: pa.RecordBatch) -> None:
        """Counts a batch that is not read; an `InputError` where the file has become too large."""
        self._expanded(batch.column(column) for column in self._texts)

    def stated(self, groups: Iterable[int]) -> int:
        """How many rows the file says these groups have."""
        return sum(self.parquet.metadata.row_group(group).num_rows for group in groups)

    def _expanded(self, texts: Iterable[pa.Array]) -> None:
        self._text_bytes += sum(text.nbytes for text in texts)
        check_expansion(self._text_bytes, self._stored, self._limits)


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # the last from damaged names
        said = str(error).partition("\n")[0].strip().rstrip(".")
        raise InputError(
            f"not a Parquet file, or cut off or damaged: {said[:1].lower()}{said[1:200]}",
            hint="rows before the damage were read; fetch the file again",
        ) from None


def _counted(stated: int, given: int) -> None:
    if given != stated:
        raise InputError(
            f"cut off or damaged: it says {stated:,} rows, and gave {given:,}", hint="fetch the file again"
        )


def _target(name: str, field: pa.Field, wanted: Wanted, names: list[str]) -> pa.DataType:
    """The type that the column is to have; an `InputError` where its own is no such thing."""
    given = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    types = pa.types
    text = (
        types.is_string(given) or types.is_large_string(given) or types.is_string_view(given)
        or types.is_binary(given) or types.is_large_binary(given)
    )  # fmt: skip
    if text or types.is_null(given):
        return pa.string()
    number = types.is_integer(given) or types.is_floating(given) or types.is_decimal(given)
    if name in wanted.texts:
        raise InputError(
            f"column `{field.name}` is {given}, not text: {naming(names)}",
            hint="name the column that holds the text with `--map text=NAME`",
        )
    if name in wanted.signals and types.is_boolean(given):
        return pa.bool_()
    if name in wanted.signals and number:
        return pa.int64() if types.is_integer(given) and given != pa.uint64() else pa.float64()
    if number or types.is_date(given) or types.is_timestamp(given):
        return pa.string()
    raise InputError(f"column `{field.name}` is {given}, which is not a single value that `{name}` can be")


def _rows_at_once(coded: pq.ParquetFile, group: int, texts: list[str]) -> int:
    metadata = coded.metadata.row_group(group)
    if metadata.num_rows == 0:
        return 1
    # First, as it refuses what is damaged; pyarrow 26 aborts where the metadata of a damaged chunk is asked for.
    batches = coded.iter_batches(batch_size=1, row_groups=[group], columns=texts, use_threads=False)
    first = next(batches, None)
    if first is None:
        return 1
    leaves = [leaf for leaf in range(len(coded.schema)) if coded.schema.column(leaf).path in texts]
    average = sum(metadata.column(leaf).total_uncompressed_size for leaf in leaves) // metadata.num_rows
    longest = 1
    for column in texts:
        array = first.column(column)
        if pa.types.is_dictionary(array.type):
            longest = max(longest, pc.max(pc.binary_length(array.dictionary)).as_py() or 1)
    count: int = min(ROWS, BATCH // max(average, 1), LARGEST_BATCH // longest)
    return max(divisor for divisor in DIVISORS if divisor <= max(1, count))


def _normal(array: pa.Array, target: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    given = array.type
    if pa.types.is_timestamp(given) and given.tz is not None:
        # Arrow writes an instant with `Z` only in UTC.
        array = array.cast(pa.timestamp("us", "UTC"), safe=False)
    if pa.types.is_binary(given) or pa.types.is_large_binary(given):
        return array.cast(pa.binary()).view(pa.string())
    array = array.cast(target, safe=target != pa.float64())
    if pa.types.is_floating(target):
        return pc.if_else(pc.is_finite(array), array, None)
    return array


def _rows(
    arrays: dict[str, pa.Array], rows: RowNumbers, origin: Origin, wanted: Wanted, limits: Limits
) -> Iterator[InputBatch | Reject]:
    faults: dict[int, tuple[Reason, str, bytes]] = {}
    if (missing := without_text(arrays, wanted)) is not None:
        for index in np.flatnonzero(missing.to_numpy(zero_copy_only=False)).tolist():
            faults[index] = ("no_text", "the text is null", b"")
    for name, array in arrays.items():
        if pa.types.is_string(array.type):
            faults = {**_faulty(name, array, limits.max_line_bytes), **faults}
    if faults:
        for index in sorted(faults):
            reason, detail, raw = faults[index]
            yield origin.reject(int(rows[index]), reason, detail, raw)
        keep = np.ones(len(rows), np.bool_)
        keep[list(faults)] = False
        arrays = {name: array.filter(pa.array(keep)) for name, array in arrays.items()}
        rows = rows[keep]
    yield from origin.batches(assemble(arrays), rows)


def _faulty(name: str, array: pa.StringArray, limit: int) -> dict[int, tuple[Reason, str, bytes]]:
    """The values that are no UTF-8, which Parquet does not check, or too long."""
    faults: dict[int, tuple[Reason, str, bytes]] = {}
    values = array.view(pa.binary())
    long = pc.fill_null(pc.greater(pc.binary_length(values), limit), fill_value=False)
    for index in np.flatnonzero(long.to_numpy(zero_copy_only=False)).tolist():
        faults[index] = ("too_long", f"`{name}` is beyond the limit", values[index].as_buffer()[:4096].to_pybytes())
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        for index, value in enumerate(values):
            if value.is_valid and (fault := utf8_fault(value.as_py())):
                faults.setdefault(index, ("invalid_utf8", f"`{name}`: {fault}", value.as_py()))
    return faults
