"""Files of every kind in, rows and what is wrong out: each bad input is a promise of its own."""

import gzip
import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from lictor.errors import UsageError
from lictor.scan.inputs import FileError, InputBatch, Limits, Note, Reject, open_inputs


def read(*paths, **options):
    return list(open_inputs([str(path) for path in paths], **options))


def rows(pieces, column="text"):
    """(row number, value) of every row delivered."""
    found = []
    for piece in pieces:
        if isinstance(piece, InputBatch):
            values = piece.batch.column(column).to_pylist() if column in piece.batch.schema.names else []
            found += zip(piece.rows.tolist(), values, strict=False)
    return found


def texts(pieces):
    return [text for _, text in rows(pieces)]


def rejects(pieces):
    return [(piece.row, piece.reason) for piece in pieces if isinstance(piece, Reject)]


def faults(pieces):
    return [piece for piece in pieces if isinstance(piece, FileError)]


def fault(pieces):
    (found,) = faults(pieces)
    return found


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def parquet(tmp_path):
    def parquet(columns, name="a.parquet", **options):
        pq.write_table(pa.table(columns), tmp_path / name, **options)
        return tmp_path / name

    return parquet


# Kinds and names


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "tulip\n郁金香\n"),
        ("a.txt", "tulip\r\n郁金香"),
        ("a.txt", "\ufefftulip\n郁金香\n"),
        ("a.jsonl", '{"text": "tulip"}\n{"text": "\\u90c1金香"}\n'),
        ("a.ndjson", '\ufeff{"text": "tulip"}\r\n\r\n{"text": "郁金香"}'),
        ("A.JSONL", '  {"text": "tulip"}  \n{"text": "郁金香"}'),
        ("a.csv", "text\ntulip\n郁金香\n"),
        ("a.csv", '\ufeffid,"text"\r\n1,"tulip"\r\n\r\n2,郁金香'),
    ],
)
@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
def test_every_kind_gives_its_texts(write, name, content, packing):
    """Text, JSON lines and CSV, packed or not, with or without a byte order mark and carriage returns."""
    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[packing]

    pieces = read(write(name + packing, pack(content.encode())))

    assert texts(pieces) == ["tulip", "郁金香"]
    assert all(isinstance(piece, InputBatch) for piece in pieces)


def test_parquet_gives_its_texts(parquet):
    """Parquet with row groups, only the columns wanted."""
    pieces = read(parquet({"text": ["a", "b", "c"], "id": [7, 8, 9], "x": [[1], [2], [3]]}, row_group_size=2))

    assert rows(pieces) == [(1, "a"), (2, "b"), (3, "c")]
    assert [value for _, value in rows(pieces, "id")] == ["7", "8", "9"]
    assert pieces[0].batch.schema.names == ["text", "id"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_archives_may_follow_each_other(write, pack):
    """Members of a gzip file and frames of a Zstandard file are one text; a line may cross from one to the next."""
    suffix = "gz" if pack is gzip.compress else "zst"

    pieces = read(write(f"a.txt.{suffix}", pack(b"one\ntw") + pack(b"o\n") + pack(b"") + pack(b"three")))

    assert texts(pieces) == ["one", "two", "three"]
    assert faults(pieces) == []


def test_padding_behind_a_gzip_member_is_no_damage(write):
    """Zeros behind the last member are what tapes leave there."""
    assert texts(read(write("a.txt.gz", gzip.compress(b"one\n", mtime=0) + bytes(512)))) == ["one"]


def test_whole_files_are_one_text_each(write):
    """With `whole_files` a text file is one row, line ends and all; other kinds stay as they are."""
    one = write("a.txt", "\ufefffirst\nsecond\n")
    other = write("b.jsonl", '{"text": "x"}\n{"text": "y"}\n')
    empty = write("c.txt.gz", gzip.compress(b"", mtime=0))

    pieces = read(one, other, empty, whole_files=True)

    assert texts(pieces) == ["first\nsecond\n", "x", "y", ""]


def test_a_whole_file_that_is_no_text_is_one_reject(write):
    """A whole file with bytes that are no UTF-8, or beyond the limit, is refused as one row."""
    pieces = read(
        write("a.txt", b"ab\xff"), write("b.txt", "x" * 30), whole_files=True, limits=Limits(max_line_bytes=20)
    )

    assert rejects(pieces) == [(1, "invalid_utf8"), (1, "too_long")]


def test_a_folder_is_read_in_order(write, tmp_path):
    """A folder is read with all below it, by name; hidden and unknown files are left out, the unknown ones named."""
    for name in ("b.txt", "a/z.txt", "a/b.jsonl", "c.TXT", ".hidden.txt", ".git/x.txt", "pic.png", "a/notes.md"):
        write(name, json.dumps({"text": name}) if name.endswith("jsonl") else f"{name}\n")

    pieces = read(tmp_path)

    assert texts(pieces) == ["a/b.jsonl", "a/z.txt", "b.txt", "c.TXT"]
    assert [p.source for p in pieces[:2]] == [str(tmp_path / "a/b.jsonl"), str(tmp_path / "a/z.txt")]
    assert [p.message for p in pieces if isinstance(p, Note)] == [
        "2 files of unknown kind skipped: `a/notes.md`, `pic.png`"
    ]


def test_a_folder_with_nothing_to_read_is_an_error(write, tmp_path):
    """An empty folder, or one of pictures only, was certainly not meant."""
    write("pic.png", b"")

    pieces = read(tmp_path)

    assert fault(pieces).message == "nothing in this folder can be read"
    assert [p for p in pieces if isinstance(p, Note)]


def test_a_folder_that_leads_back_into_itself_is_an_error(write, tmp_path):
    """A loop of links ends, and is named; the rest of the folder is read."""
    write("a/x.txt", "x\n")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)

    pieces = read(tmp_path)

    assert fault(pieces).message == "the folder leads back into itself"
    assert fault(pieces).source == str(tmp_path / "a" / "loop")
    assert texts(pieces) == ["x"]


def test_a_folder_under_two_names_is_read_once(write, tmp_path):
    """Links across a folder cannot multiply what is read."""
    write("a/x.txt", "x\n")
    (tmp_path / "b").symlink_to(tmp_path / "a")

    pieces = read(tmp_path)

    assert texts(pieces) == ["x"]
    assert [p.source for p in pieces if isinstance(p, Note)] == [str(tmp_path / "b")]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "no such file or folder"),
        ("broken.txt", "no such file or folder"),
        ("self.txt", "too many levels of symbolic links"),
        ("a.docx", "the kind of file is not known"),
        ("a.parquet.gz", "the kind of file is not known"),
        ("nul\0.txt", "embedded null byte"),
    ],
)
def test_a_file_that_cannot_be_opened_does_not_stop_the_others(write, tmp_path, name, message):
    """What is wrong with one file is told in its place, and the next is read."""
    write("a.docx", "x")
    write("a.parquet.gz", "x")
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")

    pieces = read(tmp_path / name, write("good.txt", "good\n"))

    assert fault(pieces[:1]).message == message
    assert texts(pieces) == ["good"]


def test_a_file_without_permission_is_named(write, tmp_path):
    """A file that may not be read is one error; the next is read."""
    secret = write("secret.txt", "x\n")
    secret.chmod(0)
    good = write("good.txt", "good\n")
    user = os.geteuid()
    for folder in (tmp_path, *tmp_path.parents):
        if "pytest-of-" in str(folder):  # the temporary folders are closed to others
            folder.chmod(0o755)
    if user == 0:
        os.seteuid(65534)
    try:
        pieces = read(secret, good)
    finally:
        os.seteuid(user)

    assert fault(pieces).message == "permission denied"
    assert texts(pieces) == ["good"]


def test_a_name_that_is_no_text_is_still_named(tmp_path):
    """A file name with bytes that are no UTF-8 is read, and its source can be written anywhere."""
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    path.write_bytes(b"x\n")

    (batch,) = read(path)

    assert batch.source.endswith("caf\\xe9.txt")


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"one\ntwo", None, ["one", "two"]),
        (b' \n{"text": "one"}\n', None, ["one"]),
        (b"text\none\n", "csv", ["one"]),
        (b'{"text": "one"}\n', "txt", ['{"text": "one"}']),
        (gzip.compress(b'{"text": "one"}', mtime=0), None, ["one"]),
        (zstandard.compress(b"one"), None, ["one"]),
        (b"", None, []),
    ],
)
def test_standard_input_is_of_the_kind_it_looks_like(content, kind, expected):
    """`-` is text unless it begins with `{`, or what it is said to be."""
    pieces = read("-", stdin=io.BytesIO(content), stdin_kind=kind)

    assert texts(pieces) == expected
    assert {p.source for p in pieces} <= {"-"}
    assert {p.digest for p in pieces} <= {hashlib.sha256(content).hexdigest()}


def test_parquet_can_come_through_standard_input(parquet):
    """Parquet is known by its first bytes."""
    assert texts(read("-", stdin=io.BytesIO(parquet({"text": ["a"]}).read_bytes()))) == ["a"]


def test_a_pipe_is_read_like_standard_input(tmp_path):
    """A process substitution has no kind in its name and cannot be read twice."""
    pipe = tmp_path / "63"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b'{"text": "one"}\n',))
    writer.start()

    pieces = read(pipe)
    writer.join()

    assert texts(pieces) == ["one"]


def test_who_reads_knows_what_may_be_long_in_coming(tmp_path):
    """Standard input and pipes are awaited, files and what is not there are not."""
    (tmp_path / "a.txt").write_text("one\n")
    os.mkfifo(tmp_path / "b")

    waits = [
        open_inputs(names, stdin=io.BytesIO()).awaited
        for names in (["-"], [str(tmp_path / "b")], [str(tmp_path), "-"], [str(tmp_path)], [str(tmp_path / "c.txt")])
    ]

    assert [True, True, True, False, False] == waits


# Rows that are bad


BAD_LINES = [
    (b'{"text": "\xff"}', "invalid_utf8"),
    (b'{"text": "a", "other": "\xff"}', "invalid_utf8"),
    (b'{"text": "a"', "invalid_json"),
    (b'{"text": "a"} {"text": "b"}', "invalid_json"),
    (b'{"text": "a"}\x00', "invalid_json"),
    (b"{'text': 'a'}", "invalid_json"),
    (b'{"text": "a", "other": Inf}', "invalid_json"),
    (b'{"text": "a\x01b"}', "invalid_json"),
    (b"[" * 100_000, "invalid_json"),
    (b"plain", "invalid_json"),
    (b"[1]", "not_an_object"),
    (b"null", "not_an_object"),
    (b'"text"', "not_an_object"),
    (b"{}", "no_text"),
    (b'{"text": null}', "no_text"),
    (b'{"body": "a"}', "no_text"),
    (b'{"text": 5}', "wrong_type"),
    (b'{"text": ["a"]}', "wrong_type"),
    (b'{"text": true}', "wrong_type"),
    (b'{"text": "a", "id": true}', "wrong_type"),
    (b'{"text": "a", "id": NaN}', "wrong_type"),
    (b'{"text": "a", "lang": {}}', "wrong_type"),
    (b'{"text": "a", "risk": [1]}', "wrong_type"),
    (b'{"text": "a", "text": "b"}', "duplicate_key"),
    (b'{"text": "a", "te\\u0078t": "b"}', "duplicate_key"),
    (b'{"text": "\\ud800"}', "lone_surrogate"),
    (b'{"text": "\\udc00\\ud800"}', "lone_surrogate"),
    (b'{"text": "' + b"x" * 300_000 + b'"}', "too_long"),
]


@pytest.mark.parametrize("line, reason", BAD_LINES)  # noqa: PT006
def test_a_bad_line_of_json_is_refused_and_the_rest_is_read(write, line, reason):
    """One bad line among good ones is one reject with its number and its bytes."""
    good = b'{"text": "good"}\n'

    pieces = read(write("a.jsonl", good + line + b"\n" + good), signals=["risk"], limits=Limits(max_line_bytes=200_000))

    (reject,) = (piece for piece in pieces if isinstance(piece, Reject))
    assert (reject.row, reject.reason) == (2, reason)
    assert reject.raw == line[:4096]
    assert reject.detail
    assert rows(pieces) == [(1, "good"), (3, "good")]


GOOD_LINES = [
    (b'{"text": ""}', {"text": ""}),
    (b'{"text": "a\\u0000b"}', {"text": "a\0b"}),
    (b'{"text": "\\ud83d\\ude00"}', {"text": "😀"}),
    (b'{"te\\u0078t": "a"}', {"text": "a"}),
    (b'{"text.b\\u0069o": "a"}', {"text.bio": "a"}),
    (b'{"text.title": "a", "text.bio": null}', {"text.title": "a"}),
    (b'{"text": "a", "other": NaN}', {"text": "a"}),
    (b'{"text": "a", "other": "\\ud800"}', {"text": "a"}),
    (b'{"text": "a", "other": 1, "other": 2}', {"text": "a"}),
    (b'{"text": "a", "other": {"text": "b"}}', {"text": "a"}),
    (b'{"text": "a", "other": ' + b"[" * 3000 + b"]" * 3000 + b"}", {"text": "a"}),
    (b'{"text": "a", "other": ' + b"9" * 9000 + b"}", {"text": "a"}),
    (b'{"text": "a", "id": 18446744073709551617}', {"text": "a", "id": "18446744073709551617"}),
    (b'{"text": "a", "id": 1.50}', {"text": "a", "id": "1.50"}),
    (b'{"text": "a", "account": 12}', {"text": "a", "account": "12"}),
    (b'{"text": "a", "published_at": "yesterday"}', {"text": "a", "published_at": "yesterday"}),
    (b'{"text": "a", "risk": 3}', {"text": "a", "risk": 3}),
    (b'{"text": "a", "risk": 0.5}', {"text": "a", "risk": 0.5}),
    (b'{"text": "a", "risk": true}', {"text": "a", "risk": True}),
    (b'{"text": "a", "risk": "high"}', {"text": "a", "risk": "high"}),
    (b'{"text": "a", "risk": NaN}', {"text": "a"}),
    (b'{"text": "a", "risk": 1e999}', {"text": "a"}),
    (b'{"text": "a", "risk": 9223372036854775808}', {"text": "a", "risk": 9223372036854775808.0}),
]


@pytest.mark.parametrize(
    "company", [b"", b"{bad}\n", b'{"text": "x", "risk": "low", "id": "x"}\n'], ids=["alone", "bad", "good"]
)
@pytest.mark.parametrize("line, expected", GOOD_LINES)  # noqa: PT006
def test_a_good_line_of_json_is_read_the_same_in_any_company(write, line, expected, company):
    """Whether Arrow or the standard library reads a line, its values are the same."""
    pieces = read(write("a.jsonl", company + line + b"\n"), signals=["risk"])

    found = [row for piece in pieces if isinstance(piece, InputBatch) for row in piece.batch.to_pylist()]
    assert {name: value for name, value in found[-1].items() if value is not None} == expected


def test_two_lines_cannot_change_places(write):
    """Two objects on one line and one object on two lines are not read as three good lines."""
    pieces = read(write("a.jsonl", '{"text": "a"}{"text": "b"}\n{"text":\n"c"}\n{"text": "d"}\n'))

    assert rejects(pieces) == [(1, "invalid_json"), (2, "invalid_json"), (3, "invalid_json")]
    assert rows(pieces) == [(4, "d")]


def test_a_row_without_text_says_what_it_has(write):
    """The message names the columns there are, so that the one to map can be seen."""
    (reject,) = read(write("a.jsonl", '{"body": "x", "date": 1}\n'))

    assert reject.detail == "no `text`: it has `body`, `date`"


def test_binary_rubbish_in_a_text_file_is_refused_line_by_line(write):
    """Bytes that are no UTF-8 cost only their line; NUL is text; an empty line is an empty text."""
    pieces = read(write("a.txt", b"good\n\x89PNG\r\n\x00\n\n\xed\xa0\x80\nend\r"))

    assert rejects(pieces) == [(2, "invalid_utf8"), (5, "invalid_utf8")]
    assert rows(pieces) == [(1, "good"), (3, "\0"), (4, ""), (6, "end")]


@pytest.mark.parametrize(
    ("content", "expected", "refused"),
    [
        ("a,1\nb\nc,3\n", ["a", "c"], [(2, "wrong_cells")]),
        ("a,1\nb,2,3\nc,3\n", ["a", "c"], [(2, "wrong_cells")]),
        ('"a\r\n""b"", c",1\nd,2', ['a\r\n"b", c', "d"], []),
        ('say "hi" now,1\n5" pipe,2\n', ['say "hi" now', '5" pipe'], []),
        ('"a"b,1\nc,2\n', ["c"], [(1, "bad_quoting")]),
        ('a,1\n"b,2\nc,3\n', ["a", "c"], [(2, "bad_quoting")]),
        ('"",1\n,2\n\n"\0",3\n', ["", "", "\0"], []),
    ],
)
def test_a_bad_record_of_csv_costs_one_line(write, content, expected, refused):
    """Too many or too few cells, stray quotes and quotes that never close are rejects; line ends in quotes are not."""
    pieces = read(write("a.csv", "text,id\n" + content))

    assert texts(pieces) == expected
    assert rejects(pieces) == refused


def test_csv_with_bytes_that_are_no_text_costs_one_row(write):
    """Invalid UTF-8 in any cell, also one that is not read."""
    pieces = read(write("a.csv", b"text,x\na,1\nb,\xff\nc,3\n"))

    assert (texts(pieces), rejects(pieces)) == (["a", "c"], [(2, "invalid_utf8")])


def test_an_empty_cell_is_an_empty_text_and_no_other_value(write):
    """In CSV nothing tells empty from null: a text is empty, an id is missing."""
    (batch,) = read(write("a.csv", "text,id,lang\n,,\nb,7,\n"))

    assert batch.batch.to_pylist() == [{"text": "", "id": None}, {"text": "b", "id": "7"}]


TYPES = {"age": "number", "paid": "boolean", "region": "text"}


@pytest.mark.parametrize("quote", ["", '5" pipe,,,\n'])
def test_csv_is_read_by_the_types_of_signals(write, quote):
    """A number and a truth value are read as such, as a spreadsheet writes them; an empty cell says nothing."""
    content = "text,age,paid,region\na,12,true,7\nb,-3,FALSE,north\nc,,,\n" + quote
    found = [row for piece in read(write("a.csv", content), signals=TYPES) for row in piece.batch.to_pylist()]

    assert [12, -3, None] == [row.get("age") for row in found[:3]]
    assert [True, False, None] == [row.get("paid") for row in found[:3]]
    assert ["7", "north", None] == [row.get("region") for row in found[:3]]


@pytest.mark.parametrize(
    ("cells", "detail"),
    [
        ("abc,true", "column `age` is a whole number, not `abc`"),
        ("1.5,true", "column `age` is a whole number, not `1.5`"),
        ("12345678901234567890,", "column `age` is a whole number, not `12345678901234567890`"),
        ("1,yes", "column `paid` is `true` or `false`, not `yes`"),
        ("1,1", "column `paid` is `true` or `false`, not `1`"),
    ],
)
def test_a_cell_that_its_signal_cannot_be_is_refused(write, cells, detail):
    """The record is named with its column and what stands there; the others are read."""
    pieces = read(write("a.csv", f"text,age,paid\na,1,true\nb,{cells}\nc,3,false\n"), signals=TYPES)

    assert (["a", "c"], [(2, "wrong_type")]) == (texts(pieces), rejects(pieces))
    assert [detail] == [piece.detail for piece in pieces if isinstance(piece, Reject)]


def test_a_mapped_column_is_read_by_its_signals_type(write):
    """The type is that of the signal, whatever the file calls its column; a refusal uses the file's word."""
    pieces = read(write("a.csv", "text,days\na,1\nb,x\n"), signals=TYPES, columns={"age": "days"})

    assert ["column `days` is a whole number, not `x`"] == [p.detail for p in pieces if isinstance(p, Reject)]


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("", "there is no header", "one of them `text`"),
        ("id,body\n1,x\n", "no column `text`: it has `id`, `body`", "--map text=NAME"),
        ("id,texts\n1,x\n", "no column `text`: it has `id`, `texts`", "did you mean `texts`?"),
        ("text,text\n1,x\n", "column `text` stands 2 times", "rename"),
        (b"text,\xff\n1,x\n", "the header cannot be read: byte 6 (0xff) is not UTF-8", "UTF-8"),
        ('"text\n1,x\n', "the header cannot be read: a quote is never closed", ""),
    ],
)
def test_a_csv_without_its_header_is_an_error_of_the_file(write, content, message, hint):
    """Without knowing the columns no row can be read, so the file is refused, and says what it has."""
    found = fault(read(write("a.csv", content)))

    assert found.message == message
    assert hint in found.hint


def test_a_text_column_that_is_no_field_is_noted(write, parquet):
    """`text.bioo` beside `text` would be left unread in silence."""
    pieces = read(write("a.csv", "text,text.bioo\na,b\n"), parquet({"text": ["a"], "text.x": ["b"]}))

    assert [p.message for p in pieces if isinstance(p, Note)] == [
        "column `text.bioo` is no field and is not read",
        "column `text.x` is no field and is not read",
    ]


# Columns


def test_columns_are_read_under_the_names_they_are_mapped_to(write, parquet):
    """`--map` names the file's column; a column mapped to another name loses its own."""
    files = (
        write("a.jsonl", '{"body": "a", "key": 1, "text": "not this", "text.title": "t"}\n'),
        write("b.csv", "key,text,body,text.title\n1,not this,a,t\n"),
        parquet({"body": ["a"], "key": [1], "text": ["not this"], "text.title": ["t"]}),
    )
    for path in files:
        (batch,) = read(path, columns={"text": "body", "id": "key", "lang": "text"})

        assert batch.batch.to_pylist() == [{"text": "a", "text.title": "t", "id": "1", "lang": "not this"}]


def test_several_texts_make_one_row(write):
    """`text.<field>` columns stand beside each other; a row needs one of them."""
    pieces = read(write("a.jsonl", '{"text.title": "a"}\n{"text.bio": "b"}\n{"text.other": "c"}\n'))

    found = [row for p in pieces if isinstance(p, InputBatch) for row in p.batch.to_pylist()]
    assert [{k: v for k, v in row.items() if v} for row in found] == [{"text.title": "a"}, {"text.bio": "b"}]
    assert rejects(pieces) == [(3, "no_text")]


@pytest.mark.parametrize("columns", [{"texts": "body"}, {"text.boi": "body"}, {"risk": "x"}])
def test_a_mapping_to_an_unknown_name_is_refused(columns):
    """What nobody reads cannot be mapped to; the nearest name is suggested."""
    with pytest.raises(UsageError, match=r"column `.*` is not known"):
        open_inputs(["a.txt"], columns=columns)


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_mapping_from_a_missing_column_is_an_error_of_the_file(write, parquet, name):
    """A mapped column that is not there is named, with the nearest there is."""
    path = write(name, "text,keys\na,1\n") if name.endswith("csv") else parquet({"text": ["a"], "keys": [1]})

    found = fault(read(path, columns={"id": "key"}))

    assert found.message == "no column `key`, which `id` is to be read from: it has `text`, `keys`"
    assert found.hint == "did you mean `keys`?"


def test_nothing_to_read_is_refused():
    """No paths are no inputs."""
    with pytest.raises(UsageError, match="nothing to read"):
        open_inputs([])


@pytest.mark.parametrize(
    "bad", [{"max_line_bytes": 0}, {"max_line_bytes": 2 << 30}, {"max_ratio": 0}, {"max_bytes": 0}]
)
def test_limits_are_sensible(bad):
    """A limit that nothing could pass is refused."""
    with pytest.raises(UsageError):
        Limits(**bad)


# Parquet


@pytest.mark.parametrize(
    "texts_as",
    [
        pa.array(["a", "b"], pa.large_string()),
        pa.array(["a", "b"], pa.string_view()),
        pa.array(["a", "b"]).dictionary_encode(),
        pa.array([b"a", b"b"], pa.binary()),
        pa.array([b"a", b"b"], pa.large_binary()),
    ],
    ids=lambda array: str(array.type),
)
def test_parquet_text_of_any_width_is_text(parquet, texts_as):
    """Large, view, dictionary and byte columns are read as strings."""
    pieces = read(parquet({"text": texts_as}))

    assert texts(pieces) == ["a", "b"]
    assert pieces[0].batch.schema.field("text").type == pa.string()


def test_parquet_values_become_text_and_signals(parquet):
    """Instants keep their offset; signals are string, bool, int64 or double."""
    instant = pa.array([1655773200_000_000_001], pa.timestamp("ns", "Asia/Shanghai"))
    columns = {
        "text": ["a"], "published_at": instant,
        "account": pa.array([3], pa.uint64()), "lang": pa.array([None], pa.null()),
        "i": pa.array([1], pa.int8()), "u": pa.array([2**63], pa.uint64()), "f": pa.array([0.5], pa.float32()),
        "n": [float("nan")], "b": [True], "s": pa.array(["x"]).dictionary_encode(),
    }  # fmt: skip

    (batch,) = read(parquet(columns), signals=["i", "u", "f", "n", "b", "s"])

    assert batch.batch.to_pylist() == [
        {
            "text": "a", "account": "3", "published_at": "2022-06-21 01:00:00.000000Z",
            "b": True, "f": 0.5, "i": 1, "s": "x", "u": 2.0**63,
        }
    ]  # fmt: skip


def test_bad_rows_of_parquet_are_refused(parquet):
    """Null texts, bytes that are no UTF-8 (also where the file says text) and values beyond the limit are rejects."""
    bad = pa.array([b"a", None, b"\xe4\xb8", b"\xad", b"x" * 50, b"b"], pa.binary())
    text = pa.Array.from_buffers(pa.string(), 6, bad.buffers())
    for column in (bad, text, text.dictionary_encode()):
        pieces = read(parquet({"text": column}), limits=Limits(max_line_bytes=20))

        assert rejects(pieces) == [(2, "no_text"), (3, "invalid_utf8"), (4, "invalid_utf8"), (5, "too_long")]
        assert rows(pieces) == [(1, "a"), (6, "b")]


@pytest.mark.parametrize(
    ("columns", "message", "hint"),
    [
        ({"text": [5], "body": ["a"]}, "column `text` is int64, not text: it has `text`, `body`", "--map text=NAME"),
        ({"text": [["a"]]}, "column `text` is list<element: string>, not text: it has `text`", "--map"),
        ({"Text": ["a"], "id": [1]}, "no column `text`: it has `Text`, `id`", "did you mean `Text`?; name"),
        (
            {"text": ["a"], "id": [[1]]},
            "column `id` is list<element: int64>, which is not a single value that `id` can be",
            "",
        ),
        ({"text": ["a"], "id": [True]}, "column `id` is bool, which is not a single value that `id` can be", ""),
    ],
)
def test_a_parquet_column_of_the_wrong_type_is_an_error_of_the_file(parquet, columns, message, hint):
    """A type belongs to the whole column; the message says what there is and the hint the nearest name."""
    found = fault(read(parquet(columns)))

    assert found.message == message
    assert hint in found.hint


@pytest.mark.parametrize("keep", [0, 3, 4, 100, -1, -9])
def test_parquet_that_is_cut_off_is_an_error(parquet, write, keep):
    """A file without its end, or without anything, is named; the next is read."""
    whole = parquet({"text": ["a"] * 1000}).read_bytes()

    pieces = read(write("cut.parquet", whole[:keep]), write("good.txt", "good\n"))

    assert "not a Parquet file, or cut off or damaged" in fault(pieces).message
    assert texts(pieces) == ["good"]


def test_parquet_that_is_damaged_gives_what_comes_before(parquet):
    """Rows before a broken page are read."""
    path = parquet({"text": [f"row {n}" for n in range(20_000)]}, row_group_size=10_000, compression="zstd")
    data = bytearray(path.read_bytes())
    start = pq.ParquetFile(path).metadata.row_group(1).column(0).dictionary_page_offset
    data[start : start + 200] = b"\xff" * 200
    path.write_bytes(data)

    pieces = read(path)

    assert len(texts(pieces)) == 10_000
    assert "damaged" in fault(pieces).message


def test_parquet_with_damaged_names_is_an_error(parquet, write):
    """A file whose columns are named in bytes that are no text is named; the next is read."""
    path = parquet({"text": ["a"], "other": ["b"]})
    data = path.read_bytes()
    path.write_bytes(data.replace(b"other", b"\xff" * 5))

    pieces = read(path, write("good.txt", "good\n"))

    assert "damaged" in fault(pieces).message
    assert ["good"] == texts(pieces)


@pytest.mark.parametrize("stated", [0, 2, 40])
def test_parquet_that_gives_other_rows_than_it_says_is_an_error(parquet, write, stated):
    """A file that gives more or fewer rows than its end says is named; the next is read."""
    path = parquet({"text": ["a"] * 33}, compression="none", store_schema=False)
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    count = data.index(b"\x16\x42", footer)  # 33, as Thrift writes it
    path.write_bytes(data[:count] + bytes([0x16, stated * 2]) + data[count + 2 :])

    pieces = read(path, write("good.txt", "good\n"))

    assert "damaged" in fault(pieces).message
    assert "good" == texts(pieces)[-1]


# Archives and limits


@pytest.mark.parametrize("suffix", ["gz", "zst"])
@pytest.mark.parametrize("kind", ["txt", "jsonl", "csv"])
def test_an_archive_that_is_cut_off_gives_what_comes_before(write, suffix, kind):
    """Whole rows before the cut are read, the row in the cut is not, and the file is named."""
    words = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(60_000)]
    lines = {"txt": words, "jsonl": [json.dumps({"text": word}) for word in words], "csv": ["text", *words]}[kind]
    data = "\n".join(lines).encode()
    packed = gzip.compress(data, mtime=0) if suffix == "gz" else zstandard.compress(data)

    pieces = read(write(f"a.{kind}.{suffix}", packed[: len(packed) // 2]))

    found = texts(pieces)
    assert fault(pieces).message == f"the archive is cut off after {len(packed) // 2:,} bytes"
    assert rejects(pieces) == []
    assert 10_000 < len(found) < 50_000
    assert found == words[: len(found)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt.gz", b"plain\n", "the archive is damaged"),
        ("a.txt.zst", b"plain\n", "the archive is damaged"),
        ("a.txt.gz", b"", "the archive is empty"),
        ("a.txt.zst", b"", "the archive is empty"),
        ("a.txt.gz", gzip.compress(b"one\n", mtime=0) + b"garbage", "the archive is damaged"),
        ("a.txt.zst", zstandard.compress(b"one\n") + b"garbage", "the archive is damaged"),
        ("a.txt.gz", gzip.compress(b"one\n", mtime=0)[:-1], "the archive is cut off"),
        ("a.csv.gz", gzip.compress(b"text\none\n", mtime=0)[:12], "the archive is cut off"),
    ],
)
def test_an_archive_that_is_none_is_an_error_of_the_file(write, name, content, message):
    """What is not packed as its name says, or has something else behind it, is named."""
    assert fault(read(write(name, content))).message.startswith(message)


@pytest.mark.parametrize("suffix", ["gz", "zst"])
@pytest.mark.parametrize("kind", ["txt", "jsonl", "csv"])
def test_an_archive_made_to_expand_is_stopped(write, suffix, kind):
    """A bomb is stopped soon after 64 MiB; what follows is read. The memory test below holds the bound."""
    line = {"txt": "0" * 80, "csv": "0" * 80, "jsonl": json.dumps({"text": "0" * 80})}[kind]
    data = b"text\n" * (kind == "csv") + f"{line}\n".encode() * 1_000_000
    packed = zstandard.compress(data) if suffix == "zst" else gzip.compress(data, 9, mtime=0)

    pieces = open_inputs([str(write(f"a.{kind}.{suffix}", packed)), str(write("good.txt", "good\n"))])
    last = None
    for last in pieces:
        if isinstance(last, FileError):
            assert "expands to more than" in last.message

    assert texts([last]) == ["good"]


def test_a_parquet_file_made_to_expand_is_stopped(parquet):
    """A dictionary with one long entry for a million rows is read in small batches and stopped."""
    entry = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000_000, pa.int32()), pa.array(["x" * 100_000]))

    largest = 0
    for piece in open_inputs([str(parquet({"text": entry}))]):
        if isinstance(piece, InputBatch):
            largest = max(largest, piece.batch.nbytes)

    assert isinstance(piece, FileError)
    assert "expands to more than 200 times" in piece.message
    assert largest <= 65 << 20


def test_a_file_beyond_the_size_limit_is_stopped(write):
    """`max_bytes` bounds what a file unpacks to, and what comes through standard input."""
    limits = Limits(max_bytes=100)

    pieces = read(
        write("a.txt.gz", gzip.compress(b"0123456789\n" * 50, mtime=0)),
        "-",
        stdin=io.BytesIO(bytes(101)),
        limits=limits,
    )

    assert [p.message for p in faults(pieces)] == ["it holds more than 100 bytes", "more than 100 bytes came in"]


def test_a_line_of_fifty_megabytes_is_one_row(write):
    """A line as long as that is read whole, in a batch that holds little else."""
    long = "郁" * 17_000_000

    for name, content in (
        ("a.txt", f"a\n{long}\nb\n"),
        ("a.jsonl", f'{{"text": "a"}}\n{{"text": "{long}"}}\n{{"text": "b"}}\n'),
        ("a.csv", f'text\na\n"{long}"\nb\n'),
    ):
        pieces = read(write(name, content))
        assert [len(text) for text in texts(pieces)] == [1, 17_000_000, 1], name
        assert rejects(pieces) == []


@pytest.mark.parametrize("kind", ["txt", "jsonl", "csv"])
def test_a_line_beyond_the_limit_is_refused_and_passed_over(write, kind):
    """Longer than the limit, wherever the file is cut into pieces: one reject, and reading goes on behind it."""
    lines = [b"a", b"x" * 3_000_000, b"b", b"y" * 101, b"z" * 80, b"x" * 5_000_000]
    if kind == "jsonl":
        lines = [b'{"text": "%s"}' % line for line in lines]
    header = b"text\n" if kind == "csv" else b""

    pieces = read(write(f"a.{kind}", header + b"\n".join(lines)), limits=Limits(max_line_bytes=100))

    assert texts(pieces) == ["a", "b", "z" * 80]
    assert rejects(pieces) == [(2, "too_long"), (4, "too_long"), (6, "too_long")]


def test_memory_does_not_grow_with_the_input(write, tmp_path):
    """Fifty times the input, and an archive that unpacks to 500 MB, take no more memory than one batch and a bit."""
    script = write(
        "peak.py",
        "import resource, sys\n"
        "from lictor.scan.inputs import open_inputs, Limits\n"
        "for _ in open_inputs(sys.argv[1:], limits=Limits(max_ratio=10**9)): pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n",
    )
    line = json.dumps({"text": "tulip " * 30}).encode() + b"\n"
    small, large = write("small.jsonl", line * 20_000), write("large.jsonl", line * 1_000_000)
    bomb = write("bomb.txt.zst", zstandard.compress((b"0" * 99 + b"\n") * 5_000_000))

    def peak(path):
        return int(subprocess.run([sys.executable, script, path], check=True, capture_output=True).stdout)

    assert peak(large) < peak(small) + 40_000
    assert peak(bomb) < peak(small) + 150_000


# Origin and progress


def test_a_row_without_id_is_named_after_file_and_number(write):
    """The id is the row's own, or SHA-256 of the file's digest and the row's number; refused rows count."""
    path = write("a.jsonl", '{"text": "a", "id": "x"}\n{bad}\n{"text": "b"}\n{"text": "c", "id": ""}\n')

    _, batch = read(path)

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    named = [hashlib.sha256(f"{digest}:{row}".encode()).hexdigest() for row in (3, 4)]
    assert [batch.item(i) for i in range(3)] == ["x", *named]
    assert batch.digest == digest
    assert batch.source == str(path)


def test_the_digest_is_of_the_bytes_as_stored(write):
    """A packed file is named after its packed bytes, so that anybody can check it."""
    path = write("a.txt.gz", gzip.compress(b"one\n", mtime=0))

    (batch,) = read(path)

    assert batch.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_progress_ends_at_the_total(write, tmp_path, parquet):
    """Stored bytes read never fall, never pass the total, and reach it, also past a file that breaks."""
    write("a.txt", "x" * 50 + "\n")
    write("b.txt.gz", gzip.compress(b"x\n" * 10_000_00, mtime=0)[:-10])
    parquet({"text": ["a"] * 100_000}, "c.parquet", row_group_size=10_000)
    inputs = open_inputs([str(tmp_path), "-"], stdin=io.BytesIO(b"five\n"))

    seen = [inputs.bytes_read for _ in inputs]

    assert seen == sorted(seen)
    assert inputs.bytes_read == inputs.total_bytes == sum(p.stat().st_size for p in tmp_path.iterdir()) + 5


def test_a_file_that_changes_while_it_is_read_is_named(write):
    """Ids and digest would be those of another file."""
    path = write("a.txt", "line\n" * 1_000_000)
    inputs = iter(open_inputs([str(path)]))
    next(inputs)

    with path.open("ab") as file:
        file.write(b"more\n")

    assert fault(list(inputs)).message == "it was changed while it was read"


def test_a_batch_can_go_to_another_process(write):
    """Batches pickle, and take no more of the block with them than their rows."""
    (batch,) = read(write("a.txt", "a\nb\n"))

    again = pickle.loads(pickle.dumps(batch))

    assert (again.batch, again.rows.tolist(), again.item(1)) == (batch.batch, [1, 2], batch.item(1))


def test_batches_are_bounded(write):
    """Neither rows nor bytes of a batch grow with the file."""
    pieces = read(write("a.txt", "\n" * 300_000 + ("x" * 100 + "\n") * 100_000))

    assert len(texts(pieces)) == 400_000
    assert max(p.batch.num_rows for p in pieces) <= 16_384
    assert max(p.batch.nbytes for p in pieces) <= 8 << 20
