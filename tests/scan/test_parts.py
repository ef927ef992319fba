"""A file read part by part has the rows it has in one go."""

import gzip
import io
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.scan.inputs import InputBatch, Reject, open_inputs, parquet_rows, parts
from lictor.scan.inputs.paths import Source
from lictor.scan.inputs.values import FileError, Note

LINES = st.lists(
    st.sampled_from(
        [b'{"text":"a"}', b'{"text":"' + b"b" * 50 + b'"}', b"junk", b"", b"\xef\xbb\xbfx", b'{"id":1}', b"\xff"]
    ),
    max_size=40,
)


def rows(pieces):
    """Each row's number, with its text and name or why it was refused."""
    found = []
    for piece in pieces:
        if isinstance(piece, InputBatch):
            texts = piece.batch.column("text").to_pylist()
            found += [(int(n), texts[at], piece.item(at)) for at, n in enumerate(piece.rows)]
        elif isinstance(piece, Reject):
            found.append((piece.row, piece.reason, piece.raw.decode("latin-1")))
        else:
            assert isinstance(piece, Note)
    return sorted(found)


def apart(path, **settings):
    """The rows of the file's parts, each read by itself, and how many parts there are."""
    inputs = open_inputs([str(path)], stdin=io.BytesIO(), **settings)
    (source,) = inputs.sources()
    assert isinstance(source, Source)
    found = inputs.cutter()(source)
    return rows(piece for part in found for piece in inputs.reader()(part)), len(found)


@pytest.mark.parametrize("suffix", ["jsonl", "txt"])
@given(lines=LINES, ended=st.booleans(), size=st.integers(1, 200))
def test_lines_by_parts_are_the_lines(suffix, lines, ended, size, tmp_path_factory):
    """Wherever the file is cut, with the same numbers and names."""
    path = tmp_path_factory.mktemp("parts") / f"a.{suffix}"
    path.write_bytes(b"\n".join(lines) + b"\n" * ended)
    with pytest.MonkeyPatch.context() as patch:
        whole = rows(open_inputs([str(path)], stdin=io.BytesIO()))
        patch.setattr(parts, "BLOCK", size)
        patch.setattr(parts, "PIECE", 16)
        found, _ = apart(path)

    assert whole == found


def test_a_long_file_of_lines_is_several_parts(tmp_path, monkeypatch):
    """Each of about the size that was asked for."""
    path = tmp_path / "a.txt"
    path.write_text("line\n" * 100)
    monkeypatch.setattr(parts, "BLOCK", 100)
    monkeypatch.setattr(parts, "PIECE", 16)

    assert 5 <= apart(path)[1] <= 7


def test_a_part_of_parquet_is_a_row_group(tmp_path):
    """Rows are numbered through the file."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [str(n) for n in range(25)]}), path, row_group_size=10)
    found, number = apart(path)

    assert rows(open_inputs([str(path)], stdin=io.BytesIO())) == found
    assert (3, list(range(1, 26))) == (number, [row for row, *_ in found])


@pytest.fixture
def slices(monkeypatch):
    """Row groups are cut into slices of twelve rows."""
    monkeypatch.setattr(parts, "SLICE", 12)
    monkeypatch.setattr(parquet_rows, "SLICE", 12)
    monkeypatch.setattr(parquet_rows, "DIVISORS", [1, 2, 3, 4, 6, 12])


@pytest.mark.parametrize("readers", [1, 2, 3])
def test_slices_of_a_row_group_are_its_rows(readers, slices, tmp_path):
    """Whoever reads which of them, in batches that do not depend on it."""
    path = tmp_path / "a.parquet"
    texts = [*(str(n) for n in range(69)), None]
    pq.write_table(pa.table({"text": texts, "text.bioo": texts}), path, row_group_size=40)
    inputs = open_inputs([str(path)], stdin=io.BytesIO())
    shares = list(inputs.shares())
    assert ["0-12", "12-24", "24-36", "36-40", "0-12", "12-24", "24-30"] == [
        "{}-{}".format(*share.slice) for share in shares
    ]

    reads = [inputs.reader() for _ in range(readers)]
    pieces = [list(reads[number % readers](share)) for number, share in enumerate(shares)]
    for reader in reads:
        reader.close()
    alone = []
    for share in shares:
        with closing(inputs.reader()) as reader:
            alone.append(list(reader(share)))

    assert rows(open_inputs([str(path)], stdin=io.BytesIO())) == rows(piece for some in pieces for piece in some)
    assert [_sizes(some) for some in alone] == [_sizes(some) for some in pieces]


def _sizes(pieces):
    return [piece.batch.num_rows if isinstance(piece, InputBatch) else piece for piece in pieces]


@pytest.mark.parametrize("by", [-1, 1, 13, -13])
def test_a_slice_that_is_not_as_stated_is_an_error(by, slices, tmp_path, monkeypatch):
    """A row group that holds fewer rows than it says, or more."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [str(n) for n in range(60)]}), path)
    inputs = open_inputs([str(path)], stdin=io.BytesIO())
    shares = list(inputs.shares())
    other = pa.record_batch({"text": [str(n) for n in range(60 + by)]})
    monkeypatch.setattr(parquet_rows._Columns, "batches", lambda *_: iter([other.slice(n, 6) for n in range(0, 73, 6)]))

    reader = inputs.reader()
    found = [piece for share in shares for piece in reader(share)]

    assert any(isinstance(piece, FileError) and "it says 60 rows, and gave" in piece.message for piece in found)


def test_slices_of_a_damaged_row_group(slices, tmp_path):
    """What lies before the damage is read, and what lies behind it is an error for whoever comes that way."""
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"text": [f"{n:0900}" for n in range(60)]}), path, data_page_size=1, write_batch_size=6,
        use_dictionary=False, compression="zstd",
    )  # fmt: skip
    data = bytearray(path.read_bytes())
    middle = pq.ParquetFile(path).metadata.row_group(0).column(0).total_compressed_size // 2
    data[middle : middle + 60] = b"\xff" * 60
    path.write_bytes(data)
    inputs = open_inputs([str(path)], stdin=io.BytesIO())
    shares = list(inputs.shares())
    reader = inputs.reader()

    found = [list(reader(share)) for share in shares]

    assert [piece.batch.num_rows for piece in found[0]] == [12]
    assert all(isinstance(pieces[-1], FileError) and "damaged" in pieces[-1].message for pieces in found[3:])


@pytest.mark.parametrize(
    ("name", "content", "number"),
    [
        ("a.jsonl", b'{"text":"a"}\n', 1),
        ("a.csv", b"text\na\n", 1),
        ("a.txt.gz", gzip.compress(b"a\n", mtime=0), 0),
    ],
)  # fmt: skip
def test_what_can_be_read_elsewhere_comes_unread(name, content, number, tmp_path):
    """What is packed may be of any size, and is read where it is opened; the rows are the same."""
    path = tmp_path / name
    path.write_bytes(content)
    inputs = open_inputs([str(path)], stdin=io.BytesIO())
    shares = list(inputs.shares())
    unread = [share for share in shares if isinstance(share, parts.Part)]
    read = [piece for part in unread for piece in inputs.reader()(part)]

    assert number == len(unread)
    assert rows(open_inputs([str(path)], stdin=io.BytesIO())) == rows(read if unread else shares)
    assert inputs.bytes_read == inputs.total_bytes == path.stat().st_size


def test_a_file_that_changed_since_it_was_cut_is_not_read(tmp_path):
    """It says so: its rows would go under a digest that is not theirs."""
    path = tmp_path / "a.txt"
    path.write_text("one\n")
    inputs = open_inputs([str(path)], stdin=io.BytesIO())
    (source,) = inputs.sources()
    (part,) = inputs.cutter()(source)
    path.write_text("other\n")

    assert [FileError(str(path), parts.CHANGED, parts.CHANGED_HINT)] == list(inputs.reader()(part))


def test_a_file_that_is_gone_is_named(tmp_path):
    """Where a part is read, and where it is cut."""
    path = tmp_path / "a.txt"
    path.write_text("one\n")
    inputs = open_inputs([str(path)], stdin=io.BytesIO())
    (source,) = inputs.sources()
    (part,) = inputs.cutter()(source)
    path.unlink()

    gone = FileError(str(path), "no such file or folder")
    assert ([gone], [gone]) == (list(inputs.reader()(part)), inputs.cutter()(source))
