r"""Rows of JSON lines: one object a line; blank lines are no rows, though they count in the numbering.

Arrow parses a whole block. It is believed only where it cannot be wrong about which row is which: every line that is
not blank begins with `{` and ends with `}` (after a `}`, a `{` can only begin the next object, so each end of line is
the end of an object), and there are as many objects as lines. A block that it refuses, or that fails this test, is read
again line by line with the standard library, which alone keeps numbers as they are written and shows every key. So a
row's fate does not depend on which way its block went:

- a key we read that stands twice, a lone surrogate in a text we read, a text that is no string: refused;
- NaN and infinities outside the columns we read: accepted (`Inf`, which only Arrow knows, is refused);
- bytes that are not UTF-8 anywhere in a line: refused, also where Arrow would not look.

An `id`, or another of the optional columns, may be a number: it becomes the string that stands in the file.

Most files have the same keys in every line. Where the first line has only keys that are read, the block is expected to
have no others, and Arrow refuses it if it does: to fill columns that never come with nulls takes as long as to parse.
Where all values are strings besides, the kernel reads the block, and refuses whatever it does not know.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from lictor import kernel
from lictor.scan.inputs.lines import LineBlock, LongLine, is_utf8, line_ends, utf8_fault
from lictor.scan.inputs.values import InputBatch, Origin, Reason, Reject, RowNumbers
from lictor.scan.inputs.wanted import Wanted, assemble, without_text
from lictor.scan.naming import naming

__all__ = ["read_jsonl"]

PART = 128 << 10
FIELD_KEY = re.compile(rb'"text\.')
ESCAPED_ASCII = re.compile(rb"\\u00")
BARE_INF = re.compile(rb"Inf(?![a-z])")
INT64 = range(-(1 << 63), 1 << 63)

Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: Reason
    detail: str


TOO_DEEP = _Fault("invalid_json", "nested too deeply")


class _Integer(str):
    """An integer as it is written."""

    __slots__ = ()


class _Fraction(str):
    """Any other number as it is written, NaN and infinities among them."""

    __slots__ = ()


class _Object(dict[str, object]):
    """A JSON object that remembers which keys stood in it twice."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.repeated: set[str] = set()
        if len(self) < len(pairs):
            seen: set[str] = set()
            self.repeated = {key for key, _ in pairs if key in seen or seen.add(key)}  # type: ignore[func-returns-value]


DECODER = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=_Integer, parse_float=_Fraction, parse_constant=_Fraction
)


def read_jsonl(blocks: Iterable[LineBlock | LongLine], origin: Origin, wanted: Wanted) -> Iterator[InputBatch | Reject]:
    """The lines as rows, the refused ones of a block before those accepted."""
    reader = _Reader(origin, wanted)
    for block in blocks:
        if isinstance(block, LongLine):
            yield origin.reject(block.row, "too_long", "the line is beyond the limit", block.head)
        else:
            yield from reader.read(block)


class _Reader:
    """What is learnt from one block for the next: which columns there seem to be, and of which type."""

    def __init__(self, origin: Origin, wanted: Wanted) -> None:
        self.origin = origin
        self.wanted = wanted
        self.columns = wanted.columns()
        self.held = frozenset(self.columns.values())
        self.names = {held: [name for name, column in self.columns.items() if column == held] for held in self.held}
        self.order = {name: at for at, name in enumerate(self.columns)}
        self.types: dict[str, pa.DataType] = {}
        self.keys: set[str] = set()
        self.alone = True

    def read(self, block: LineBlock) -> Iterator[InputBatch | Reject]:
        self._expect(block.data)
        if (pieces := self._fast(block)) is not None:
            yield from pieces
            return
        for part in _parts(block):
            pieces = self._fast(part) if len(part.data) < len(block.data) else None
            yield from pieces if pieces is not None else self._slow(part)

    def _expect(self, data: bytes) -> None:
        """Takes what the first line has for what the block has; a guess, as Arrow refuses what it does not fit."""
        found = _decoded(data[: data.find(b"\n") + 1] or data)
        if isinstance(found, _Fault):
            return
        self.keys |= found.keys()
        values = self._values(found)
        if not isinstance(values, _Fault):
            self._learn(values)

    def _learn(self, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            if name in self.wanted.signals:
                self.types[name] = _type_of(value)
            elif name in self.wanted.optional:
                self.types[name] = pa.int64() if isinstance(value, _Integer) else pa.string()

    def _fast(self, block: LineBlock) -> list[InputBatch | Reject] | None:
        """The rows as the kernel or Arrow reads them, or `None` where neither can be believed."""
        data = block.data
        if (arrays := self._strings(data)) is not None and without_text(arrays, self.wanted) is None:
            count = len(next(iter(arrays.values())))
            return list(self.origin.batches(assemble(arrays), np.arange(block.first, block.first + count)))
        lines = _objects(data)
        if lines is None or not is_utf8(data):
            return None
        starts, ends, numbers = lines
        if not len(starts):
            return []
        table = self._expected(data) or self._whatever(data)
        if table is None or table.num_rows != len(starts):
            return None
        columns = {name: column for name, column in self.columns.items() if column in table.schema.names}
        arrays = {name: self._normal(name, table.column(column)) for name, column in columns.items()}
        rows: RowNumbers = numbers + block.first
        refused: list[InputBatch | Reject] = []
        if (missing := without_text(arrays, self.wanted)) is not None:
            mask = missing.to_numpy(zero_copy_only=False)
            for index in np.flatnonzero(mask).tolist():
                line = data[starts[index] : ends[index]]
                refused.append(self.origin.reject(int(rows[index]), "no_text", self._no_text(line), line))
            kept = pa.array(~mask)
            arrays = {name: array.filter(kept) for name, array in arrays.items()}
            rows = rows[~mask]
        return refused + list(self.origin.batches(assemble(arrays), rows))

    def _strings(self, data: bytes) -> dict[str, pa.Array] | None:
        """The columns, if every line is an object of strings under the keys met before; `None` where one is not."""
        columns = self._likely()
        keys = sorted(set(columns.values()))
        # A key that would be escaped is left to those who know how.
        if kernel.compiled is None or not keys or not all(k.isprintable() and not {*'"\\'} & {*k} for k in keys):
            return None
        rows = line_ends(data) + (not data.endswith(b"\n"))
        offsets = np.empty((len(keys), rows + 1), np.int32)
        valid = np.empty((len(keys), rows), np.bool_)
        texts = np.empty((len(keys), len(data)), np.uint8)
        read = kernel.compiled.strings(data, tuple(key.encode() for key in keys), offsets, valid.view(np.uint8), texts)
        if read != rows or not is_utf8(data):
            return None
        arrays = {
            key: pa.StringArray.from_buffers(
                rows,
                pa.py_buffer(offsets[at]),
                pa.py_buffer(texts[at, : offsets[at, -1]]),
                None if valid[at].all() else pa.py_buffer(np.packbits(valid[at], bitorder="little")),
            )
            for at, key in enumerate(keys)
        }
        return {name: arrays[column] for name, column in columns.items()}

    def _likely(self) -> dict[str, str]:
        """The columns that are met, if there seem to be no others in the file, and a text is among them."""
        columns = {name: column for name, column in self.columns.items() if column in self.keys}
        likely = self.alone and self.keys <= self.held and columns.keys() & self.wanted.texts.keys()
        return columns if likely else {}

    def _expected(self, data: bytes) -> pa.Table | None:
        """What Arrow reads if there are no keys but those met before; `None` where there are."""
        columns = self._likely()
        return self._parsed(data, columns, alone=True) if columns else None

    def _whatever(self, data: bytes) -> pa.Table | None:
        """What Arrow reads whatever keys there are; `None` where it refuses."""
        columns = self.columns
        if not (FIELD_KEY.search(data) or (b"\\" in data and ESCAPED_ASCII.search(data))):
            # No key can be `text.<field>`: 14 columns less to fill with nulls.
            columns = {n: c for n, c in columns.items() if n not in self.wanted.texts or not c.startswith("text.")}
        table = self._parsed(data, columns, alone=False)
        if table is not None:
            new = {name for name in table.schema.names if table[name].null_count < len(table)} - self.keys
            self.alone, self.keys = bool(new), self.keys | new
        return table

    def _parsed(self, data: bytes, columns: Mapping[str, str], *, alone: bool) -> pa.Table | None:
        """What Arrow reads, or `None` where it refuses; with `alone`, it refuses lines with any other column."""
        schema = self._schema(columns)
        if not (alone and all(pa.types.is_string(kind) for kind in schema.types)) and BARE_INF.search(data):
            return None  # a number, which in a string's place Arrow refuses by itself
        try:
            return pj.read_json(
                pa.BufferReader(data),
                read_options=pj.ReadOptions(use_threads=False, block_size=len(data) + 1),
                parse_options=pj.ParseOptions(
                    explicit_schema=schema, unexpected_field_behavior="error" if alone else "ignore"
                ),
            )
        except (pa.ArrowInvalid, UnicodeDecodeError):  # the latter from the message of the former
            return None

    def _schema(self, columns: Mapping[str, str]) -> pa.Schema:
        types = {column: self.types.get(name, pa.string()) for name, column in columns.items()}
        types |= {column: pa.string() for name, column in columns.items() if name in self.wanted.texts}
        return pa.schema(types.items())

    def _normal(self, name: str, column: pa.ChunkedArray) -> pa.Array:
        array = column.combine_chunks()
        if name in self.wanted.optional:
            return array.cast(pa.string())
        if pa.types.is_floating(array.type):
            return pc.if_else(pc.is_finite(array), array, None)
        return array

    def _no_text(self, line: bytes) -> str:
        fault = self._row(line)
        return fault.detail if isinstance(fault, _Fault) else "no text"

    def _slow(self, block: LineBlock) -> Iterator[InputBatch | Reject]:
        """The rows one by one; a batch is cut where a signal changes its type, so that no value is bent."""
        run: list[dict[str, Value]] = []
        rows: list[int] = []
        kinds: dict[str, str] = {}
        for row, line in enumerate(block.data.removesuffix(b"\n").split(b"\n"), block.first):
            if not line.strip(b" \t\r"):
                continue
            values = self._row(line)
            if values is TOO_DEEP and (alone := self._fast(LineBlock(line, row))) is not None:
                # Arrow does not recurse, and what it accepts in company it must accept by itself.
                yield from self._batch(run, rows)
                yield from alone
                run, rows, kinds = [], [], {}
                continue
            if isinstance(values, _Fault):
                yield self.origin.reject(row, values.reason, values.detail, line)
                continue
            self._learn(values)
            changed = {name: _kind_of(values[name]) for name in self.wanted.signals if name in values}
            if any(kinds.get(name, kind) != kind for name, kind in changed.items()):
                yield from self._batch(run, rows)
                run, rows, kinds = [], [], {}
            kinds |= changed
            run.append(values)
            rows.append(row)
        yield from self._batch(run, rows)

    def _batch(self, run: list[dict[str, Value]], rows: list[int]) -> Iterator[InputBatch]:
        if not run:
            return
        arrays = {}
        for name in self.columns:
            values = [row.get(name) for row in run]
            if name in self.wanted.signals:
                held = {type(value) for value in values} - {type(None)}
                arrays[name] = pa.array(values, pa.float64()) if held == {int, float} else pa.array(values)
            else:
                arrays[name] = pa.array(values, pa.string())
        yield from self.origin.batches(assemble(arrays), np.array(rows))

    def _row(self, line: bytes) -> dict[str, Value] | _Fault:
        """The values read from one line, by wanted name, those that are null left out; or why there are none."""
        found = _decoded(line)
        return found if isinstance(found, _Fault) else self._values(found)

    def _values(self, found: _Object) -> dict[str, Value] | _Fault:
        if repeated := sorted(found.repeated & self.held):
            return _Fault("duplicate_key", f"`{repeated[0]}` stands twice")
        values: dict[str, Value] = {}
        held = [name for column in self.held & found.keys() for name in self.names[column]]
        for name in sorted(held, key=self.order.__getitem__):
            if (given := found[self.columns[name]]) is None:
                continue
            value = self._value(name, given)
            if isinstance(value, _Fault):
                return value
            if value is not None:
                values[name] = value
        if not values.keys() & self.wanted.texts.keys():
            null = next((column for column in self.wanted.texts.values() if column in found), None)
            return _Fault("no_text", f"`{null}` is null" if null else f"no `{self._text_name()}`: {naming(found)}")
        return values

    def _text_name(self) -> str:
        return next(iter(self.wanted.texts.values()))

    def _value(self, name: str, given: object) -> Value | _Fault | None:
        column = self.columns[name]
        if type(given) is str:
            try:
                given.encode()
            except UnicodeEncodeError:
                return _Fault("lone_surrogate", f"`{column}` holds half of a surrogate pair")
            return given
        if name in self.wanted.texts:
            return _Fault("wrong_type", f"`{column}` is {_called(given)}, not a string")
        if name in self.wanted.optional:
            if isinstance(given, _Integer) or (isinstance(given, _Fraction) and math.isfinite(float(given))):
                return given
            return _Fault("wrong_type", f"`{column}` is {_called(given)}, not a string or a number")
        if isinstance(given, bool):
            return given
        # Twenty characters hold every int64; the length first, as Python refuses to convert huge ones.
        if isinstance(given, _Integer) and len(given) <= 20 and int(given) in INT64:
            return int(given)
        if isinstance(given, _Integer | _Fraction):
            number = float(given)
            return number if math.isfinite(number) else None
        return _Fault("wrong_type", f"`{column}` is {_called(given)}, not a single value")


def _decoded(line: bytes) -> _Object | _Fault:
    try:
        found = DECODER.decode(line.decode())
    except UnicodeDecodeError:
        return _Fault("invalid_utf8", utf8_fault(line))
    except json.JSONDecodeError as error:
        return _Fault("invalid_json", f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}")
    except RecursionError:
        return TOO_DEEP
    return (
        found if isinstance(found, _Object) else _Fault("not_an_object", f"the line is {_called(found)}, not an object")
    )


def _objects(data: bytes) -> tuple[RowNumbers, RowNumbers, RowNumbers] | None:
    """Start, end and number (from 0) of each line that is not blank; `None` if one does not go from `{` to `}`."""
    buffer = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(buffer == ord("\n"))
    if not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
    ends = ends - ((ends > starts) & (buffer[ends - 1] == ord("\r")))
    numbers = np.flatnonzero(ends > starts)
    starts, ends = starts[numbers], ends[numbers]
    if (buffer[starts] == ord("{")).all() and (buffer[ends - 1] == ord("}")).all():
        return starts, ends, numbers
    return None


def _parts(block: LineBlock) -> Iterator[LineBlock]:
    start, row = 0, block.first
    while start < len(block.data):
        end = block.data.find(b"\n", start + PART) + 1 or len(block.data)
        part = block.data[start:end]
        yield LineBlock(part, row)
        start, row = end, row + part.count(b"\n")


def _kind_of(value: Value) -> str:
    return "bool" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"


def _type_of(value: Value) -> pa.DataType:
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, str):
        return pa.string()
    return pa.int64() if isinstance(value, int) else pa.float64()


def _called(value: object) -> str:
    match value:
        case _Integer() | _Fraction():
            return "a number"
        case bool():
            return "a truth value"
        case None:
            return "null"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"
