"""Rows of Parquet: only the columns wanted, read page by page, a batch sized by what its rows hold.

A text may be a string or bytes that are UTF-8; the other columns also numbers, dates or instants, which become
strings; a signal is a string, truth value or number. A column of another type is a fault of the file, not of its rows.
Dictionaries are expanded in batches so small that even the longest entry in every row would stay bounded, since a few
bytes may stand for a million rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

__all__ = ["read_parquet"]

BATCH = 4 << 20
LARGEST_BATCH = 64 << 20


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
    try:
        yield from _read(file, origin, wanted, limits, reached, groups, first)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # the last from damaged names
        said = str(error).partition("\n")[0].strip().rstrip(".")
        raise InputError(
            f"not a Parquet file, or cut off or damaged: {said[:1].lower()}{said[1:200]}",
            hint="rows before the damage were read; fetch the file again",
        ) from None


def _read(
    file: IO[bytes],
    origin: Origin,
    wanted: Wanted,
    limits: Limits,
    reached: Callable[[float], None],
    groups: range | None,
    first: int,
) -> Iterator[InputBatch | Reject | Note]:
    stored = file.seek(0, 2)
    options = {"buffer_size": 1 << 20, "pre_buffer": False}
    parquet = pq.ParquetFile(file, **options)
    names = parquet.schema_arrow.names
    columns = wanted.found(names)
    for name in wanted.unread(names) if groups is None or groups.start == 0 else ():
        yield Note(origin.source, f"column `{name}` is no field and is not read")
    targets = {
        name: _target(name, parquet.schema_arrow.field(column), wanted, names) for name, column in columns.items()
    }
    needed = sorted(set(columns.values()))
    texts = [column for name, column in columns.items() if name in wanted.texts]
    coded = pq.ParquetFile(file, read_dictionary=texts, **options)
    row, text_bytes, rows = first, 0, parquet.metadata.num_rows
    read = range(parquet.num_row_groups) if groups is None else groups
    stated = rows if groups is None else sum(parquet.metadata.row_group(group).num_rows for group in groups)
    for group in read:
        count = _rows_at_once(coded, group, texts)
        for batch in parquet.iter_batches(batch_size=count, row_groups=[group], columns=needed, use_threads=False):
            arrays = {name: _normal(batch.column(column), targets[name]) for name, column in columns.items()}
            text_bytes += sum(arrays[name].nbytes for name in arrays.keys() & wanted.texts.keys())
            check_expansion(text_bytes, stored, limits)
            yield from _rows(arrays, np.arange(row, row + len(batch)), origin, wanted, limits)
            row += len(batch)
            reached((row - 1) / max(rows, row - 1))
    if row - first != stated:
        raise InputError(
            f"cut off or damaged: it says {stated:,} rows, and gave {row - first:,}", hint="fetch the file again"
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
    return max(1, count)


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
