"""Nothing lost, nothing doubled: every row of any file is in one batch or in one reject, however it is cut and read."""

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lictor import kernel
from lictor.scan.inputs import InputBatch, Limits, Reject, csv_rows, jsonl_rows, lines, txt_rows
from lictor.scan.inputs.values import Origin
from lictor.scan.inputs.wanted import Wanted

ORIGIN = Origin("a", "d")
WANTED = Wanted.of({}, ["risk"])
LIMITS = Limits(max_line_bytes=60)

patched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[lines.BLOCK, 1, 30], ids=lambda size: f"block={size}")
def block(request, monkeypatch):
    """Blocks so small that every row meets the edge of one, or so large that all rows share one."""
    monkeypatch.setattr(lines, "BLOCK", request.param)
    monkeypatch.setattr(csv_rows, "BLOCK", request.param)
    monkeypatch.setattr(jsonl_rows, "PART", request.param)


def cut(data, sizes):
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [piece for piece in [*pieces, data] if piece]


def fates(pieces):
    """Row number -> the row's values or the reason it was refused; each row once, numbers of a kind ascending."""
    found = {}
    last = {InputBatch: 0, Reject: 0}
    for piece in pieces:
        rows = piece.rows.tolist() if isinstance(piece, InputBatch) else [piece.row]
        values = piece.batch.to_pylist() if isinstance(piece, InputBatch) else [piece.reason]
        assert len(rows) == len(values) > 0
        for row, value in zip(rows, values, strict=True):
            assert row not in found
            assert row > last[type(piece)]
            last[type(piece)] = row
            found[row] = {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value
    return found


# Lines


ANY_LINES = st.lists(
    st.one_of(st.binary(max_size=12), st.text(max_size=6).map(str.encode), st.just(b"x" * 61), st.just(b"\r")),
    max_size=12,
)
SIZES = st.lists(st.integers(1, 40), max_size=12)


@patched
@given(ANY_LINES, SIZES)
def test_lines_are_whole_and_complete_wherever_the_pieces_end(block, parts, sizes):
    """The blocks hold every line of the file once, in order; those beyond the limit by themselves."""
    data = b"\n".join(parts)

    found = {}
    for piece in lines.line_blocks(cut(data, sizes), 60):
        if isinstance(piece, lines.LongLine):
            found[piece.row] = piece.head
        else:
            for row, line in enumerate(piece.data.removesuffix(b"\n").split(b"\n"), piece.first):
                assert row not in found
                found[row] = line

    plain = data.removeprefix(lines.BOM)
    expected = plain.removesuffix(b"\n").split(b"\n") if plain else []
    assert list(found.items()) == list(enumerate(expected, 1))


@patched
@given(ANY_LINES, SIZES)
def test_every_line_of_text_is_a_row_or_a_reject(block, parts, sizes):
    """Rows and rejects are the lines of the file, each with its own text or reason."""
    data = b"\n".join(parts)

    found = fates(txt_rows.read_txt(lines.line_blocks(cut(data, sizes), 60), ORIGIN))

    plain = data.removeprefix(lines.BOM)
    expected = plain.removesuffix(b"\n").split(b"\n") if plain else []
    assert found == {row: _text_fate(line) for row, line in enumerate(expected, 1)}


def _text_fate(line):
    if len(line) > 60:
        return "too_long"
    try:
        return {"text": line.removesuffix(b"\r").decode()}
    except UnicodeDecodeError:
        return "invalid_utf8"


# JSON


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
KEYS = st.sampled_from(["text", "text", "text.bio", "text.other", "id", "lang", "risk", "other"])
PAIRS = st.lists(st.tuples(KEYS, st.text(max_size=5) | VALUES), max_size=4)


def as_object(pairs, *, ascii_only):
    inner = ", ".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=ascii_only)}" for k, v in pairs)
    return ("{" + inner + "}").encode("utf-8", "surrogatepass")


GOOD = st.builds(lambda text, id_: as_object([("text", text), ("id", id_)], ascii_only=False), st.text(), st.text())
OBJECTS = st.builds(as_object, PAIRS, ascii_only=st.booleans())
BAD = st.sampled_from(
    [b"", b" ", b"{", b"}", b'{"text": "a"', b'"b"}', b"{}{}", b"null", b'{"text": "\xff"}', b'{"text": "a"}\r', b"{} ",
     b'{"text": "a", "x": Inf}', b'{"text": "a", "x": Infinity}', b'{"text": "a", "id": 01}', b'{"te\\u0078t": "a"}',
     b'{"text": "a", "x": {"text": "b"}}', b'{"text":"a"}{"text":"b"}', b'{"text":', b'"a"}']
)  # fmt: skip
JSON_LINES = st.lists(
    st.one_of(GOOD, OBJECTS, BAD, st.binary(max_size=8).map(lambda line: line.replace(b"\n", b""))), max_size=10
)


def read_json(data, sizes=()):
    return fates(jsonl_rows.read_jsonl(lines.line_blocks(cut(data, sizes), 1000), ORIGIN, WANTED))


@patched
@given(JSON_LINES, SIZES)
def test_every_line_of_json_is_a_row_or_a_reject(block, parts, sizes):
    """Lines that are not blank are the rows; and what becomes of a line does not depend on the lines around it."""
    # After an empty line, so that no line begins the file.
    found = read_json(b"\n" + b"\n".join(parts), sizes)

    alone = {row: read_json(b"\n" + line + b"\n").get(2) for row, line in enumerate(parts, 2)}
    assert found == {row: fate for row, fate in alone.items() if fate is not None}
    assert found.keys() == {row for row, line in enumerate(parts, 2) if line.strip(b" \t\r")}


@settings(max_examples=500)
@given(JSON_LINES)
def test_arrow_and_the_standard_library_read_the_same(parts):
    """Where Arrow's reading of a block is believed, reading line by line gives the same rows and the same rejects."""
    block = lines.LineBlock(b"\n".join([b'{"text": "first", "id": "1"}', *parts]), 1)
    reader = jsonl_rows._Reader(ORIGIN, WANTED)
    reader._expect(block.data)

    if (fast := reader._fast(block)) is not None:
        assert fates(fast) == fates(reader._slow(block))


@given(st.lists(st.text(min_size=1), min_size=1, max_size=20))
def test_clean_json_takes_the_fast_way(texts):
    """A file without a bad row is never read line by line."""
    block = lines.LineBlock(b"".join(as_object([("text", t), ("id", "x")], ascii_only=False) + b"\n" for t in texts), 1)

    assert jsonl_rows._Reader(ORIGIN, WANTED)._fast(block) is not None or any("Inf" in text for text in texts)


@pytest.mark.parametrize("late", [b'{"text": "b", "lang": "zh"}', b'{"other": 1, "text": "b", "x": Inf2}'])
def test_keys_that_come_late_are_read(late):
    """The first line is a guess at what the others have, and no more."""
    first, last = b'{"id": "1", "text": "a"}', b'{"text": "c"}'

    found = read_json(b"\n".join([*[first] * 9, late, last]))

    assert found[9] == {"text": "a", "id": "1"}
    assert found[10] == ({"text": "b", "lang": "zh"} if b"zh" in late else "invalid_json")
    assert found[11] == {"text": "c"}


PLAIN = st.dictionaries(
    st.sampled_from(["text", "id", "text.bio", "risk"]), st.text(max_size=20) | st.none(), min_size=1
)
ODD = st.sampled_from([bytes([one]) for one in b'{}":,\\ u0d8c\n\r\t\x00\xff\xe4n'])
SPACES = st.sampled_from([b"", b" ", b"\t \r"])
needs_kernel = pytest.mark.skipif(kernel.compiled is None, reason="the kernel is not compiled here")


def plain_lines(rows, ascii_only, space, ended):
    lines = []
    for row in rows:
        pairs = [as_object([pair], ascii_only=ascii_only)[1:-1].replace(b": ", b":" + space, 1) for pair in row.items()]
        lines.append(space + b"{" + space + (space + b"," + space).join(pairs) + space + b"}" + space)
    return b"\n".join(lines) + b"\n" * ended


def as_read(data):
    """What becomes of the rows as the kernel reads them, if it does, and as the standard library does."""
    block = lines.LineBlock(b'{"text": "first", "id": "1", "text.bio": "", "risk": "low"}\n' + data, 1)
    reader = jsonl_rows._Reader(ORIGIN, WANTED)
    reader._expect(block.data)
    arrays = reader._strings(block.data)
    read = None
    if arrays is not None:
        rows = enumerate(pa.RecordBatch.from_pydict(arrays).to_pylist(), 1)
        read = {row: {k: v for k, v in values.items() if v is not None} for row, values in rows}
        read = {row: values if {"text", "text.bio"} & values.keys() else "no_text" for row, values in read.items()}
    return read, fates(reader._slow(block))


@needs_kernel
@given(st.lists(PLAIN, min_size=1, max_size=6), st.booleans(), SPACES, st.booleans())
def test_the_kernel_reads_strings_as_the_standard_library(rows, ascii_only, space, ended):
    """Objects of strings and nulls, escaped or not, are read without Arrow, and the same."""
    fast, slow = as_read(plain_lines(rows, ascii_only, space, ended))

    assert fast == slow


@needs_kernel
@settings(max_examples=500)
@given(st.lists(PLAIN, min_size=1, max_size=3), st.booleans(), SPACES, st.data())
def test_the_kernel_refuses_what_is_not_as_it_should_be(rows, ascii_only, space, draw):
    """Whatever has become of a byte or two: what the kernel reads, the standard library reads as well, and the same."""
    data = bytearray(plain_lines(rows, ascii_only, space, ended=True))
    for _ in range(draw.draw(st.integers(1, 2))):
        at = draw.draw(st.integers(0, len(data) - 1))
        many = draw.draw(st.integers(0, 2))
        data[at : at + many] = draw.draw(ODD)

    fast, slow = as_read(bytes(data))

    assert fast is None or fast == slow


@needs_kernel
@pytest.mark.parametrize(
    "line",
    [
        b'{"text":"\\ud83d\\ude00"}',
        b'{"text":"\\u00e9\\u4e2d\\u0000\\b\\f\\n\\r\\t\\/\\\\\\""}',
        b'{"text":"12345678\\"12345678"}',
    ],
)
def test_the_kernel_knows_every_escape(line):
    """As the standard library does."""
    fast, slow = as_read(line)

    assert fast == slow


@needs_kernel
@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"text":"a"',
        b'{"text":"a',
        b'{"text":"a\\',
        b'{"text":"\\u12',
        b'{"text":"\\ud83d"}',
        b'{"text":"\\ude00"}',
        b'{"text":"\\ud83d\\u0041"}',
        b'{"text":"a","text":"b"}',
        b'{"text":1}',
        b'{"text":"a","other":"b"}',
        b'{"te\\u0078t":"a"}',
        b'{"text":"a"}{"text":"b"}',
        b'{"text":"a",}',
        b'{"text":"\\x"}',
        b'{"text":"a\tb"}',
        b'{"text":"\xff"}',
        b'\xef\xbb\xbf{"text":"a"}',
        b'{"text":nul}',
        b'{"text" "a"}',
        b'["text"]',
        b'{"text":"a"}x',
        b'{"text":"\\u00g0"}',
        b'{"text":"\\\x00"}',
    ],
)
def test_the_kernel_leaves_the_rest_to_others(line):
    """Whatever it does not know, in the middle of a block and at its end."""
    assert as_read(line + b'\n{"text":"a"}\n')[0] is None
    assert as_read(line)[0] is None or not line


def test_a_key_that_would_be_escaped():
    """It is none that can be compared byte by byte."""
    wanted = Wanted.of({"text": 'a"b'}, [])
    data = b'{"a\\"b": "1"}\n{"a"b": "2"}\n'

    found = fates(jsonl_rows.read_jsonl(lines.line_blocks([data], 1000), ORIGIN, wanted))

    assert found == {1: {"text": "1"}, 2: "invalid_json"}


# CSV


CELLS = st.text(alphabet='a",\r\n é\0', max_size=5)
TABLES = st.lists(st.tuples(CELLS, CELLS), max_size=8)
RUBBISH = st.lists(
    st.sampled_from(
        [b"a", b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"b,c\n", b'"d",e\n', b"\xff", "é".encode(), b"y" * 70]
    ),
    max_size=25,
).map(b"".join)


def read_csv(data, sizes=(), limits=LIMITS):
    return fates(csv_rows.read_csv(cut(data, sizes), ORIGIN, WANTED, limits))


@patched
@given(TABLES, SIZES, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_csv_that_was_written_well_is_read_as_it_was(block, table, sizes, quoting):
    """What Python's own writer writes comes back, with quotes, commas and line ends inside cells."""
    file = io.StringIO(newline="")
    csv.writer(file, quoting=quoting).writerows([("text", "id"), *table])

    found = read_csv(file.getvalue().encode(), sizes, Limits())

    assert found == {row: {"text": a, **({"id": b} if b else {})} for row, (a, b) in enumerate(table, 1)}


@patched
@given(RUBBISH, SIZES)
def test_every_record_of_csv_is_a_row_or_a_reject(block, rubbish, sizes):
    """Rows count on without a gap, and none depends on where pieces and blocks end."""
    data = b"text,id\n" + rubbish

    found = read_csv(data, sizes)

    assert sorted(found) == list(range(1, len(found) + 1))
    assert found == _slowly(data, LIMITS)
    if len(data) <= LIMITS.max_line_bytes:
        assert found == read_csv(data, sizes, Limits())


def _slowly(data, limits):
    """The grammar alone, on the whole file at once."""
    reader = csv_rows._Reader(ORIGIN, WANTED, limits.max_line_bytes, ["text", "id"])
    records = list(csv_rows._records(data, limits.max_line_bytes, final=True))
    return fates(reader.slow(records[1:]))


@settings(max_examples=500)
@given(RUBBISH)
def test_arrow_and_the_grammar_read_the_same_csv(rubbish):
    """Where a block is given to Arrow, it reads the records that the grammar reads."""
    fast = csv_rows._Reader(ORIGIN, WANTED, 1 << 20, ["text", "id"])
    slow = csv_rows._Reader(ORIGIN, WANTED, 1 << 20, ["text", "id"])

    end = csv_rows._clean_end(rubbish, final=True)
    if end and (read := fast.fast(rubbish[:end])) is not None:
        assert fates(read) == fates(slow.slow(csv_rows._records(rubbish[:end], 1 << 20, final=True)))
        assert fast.row == slow.row


# Rows and text


@given(st.lists(st.binary(max_size=6)))
def test_the_check_for_text_is_that_of_python(values):
    """What Arrow calls UTF-8 is what Python can decode, and the message finds the byte."""
    data = b"".join(values)

    assert lines.is_utf8(data) is (lines.utf8_fault(data) == "")


def test_rows_of_a_batch_are_int64():
    """Row numbers fit any file."""
    (batch,) = ORIGIN.batches(pa.record_batch({"text": ["a"]}), np.array([3_000_000_000]))

    assert batch.rows.dtype == np.int64
