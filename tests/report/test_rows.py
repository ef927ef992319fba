"""A scan's rows say the same in each kind of file, and are safe to open."""

import csv
import json

import orjson
import pyarrow.parquet as pq
import pytest

from lictor.errors import UsageError
from lictor.report.files import OutputError
from lictor.report.rows import COLUMNS, ScanRow, defused, json_line, rows_file, terminal_line

DECISION = orjson.dumps(
    {"id": "abc", "violations": [{"exempted_by": None, "evidence": [{"text": "出\u202e大饼"}, {"text": "收"}]}]}
)
ROWS = [
    ScanRow("in.jsonl", 1, "item-1", "hide", "applied", "vc.otc", "S2", ("otc", "name"), DECISION),
    ScanRow("=cmd.csv", 2, "=1+1", "none"),
]


def expected(row: ScanRow) -> dict[str, object]:
    values = {name: getattr(row, name) for name in COLUMNS}
    return values | {"rules": list(row.rules), "decision": row.decision and json.loads(row.decision)}


def test_json_lines(tmp_path):
    """A JSON line holds every column, the decision as an object."""
    with rows_file(tmp_path / "out.jsonl") as write:
        write(ROWS)

    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert [expected(row) for row in ROWS] == [json.loads(line) for line in lines]


def test_parquet(tmp_path):
    """Parquet holds every column, the decision as its JSON text, in the order given."""
    path = tmp_path / "out.parquet"
    with rows_file(path) as write:
        for _ in range(3000):
            write(ROWS)

    read = pq.read_table(path).to_pylist()
    assert 6000 == len(read)
    assert [expected(row) for row in ROWS] * 2 == [
        row | {"decision": row["decision"] and json.loads(row["decision"])} for row in read[-4:]
    ]


def test_csv_is_defused(tmp_path):
    """A CSV cell that a spreadsheet would run as a formula begins with an apostrophe."""
    with rows_file(tmp_path / "out.csv") as write:
        write(ROWS)

    first, second = csv.DictReader((tmp_path / "out.csv").read_text("utf-8").splitlines())
    assert list(COLUMNS) == list(first)
    assert ("otc name", json.loads(DECISION)) == (first["rules"], json.loads(first["decision"]))
    assert ("'=cmd.csv", "'=1+1", "none", "", "") == tuple(
        second[name] for name in ("file", "item", "action", "rules", "decision")
    )


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1"])
def test_each_way_to_begin_a_formula(cell):
    """Every beginning that a spreadsheet takes for a formula is defused, and no other."""
    assert "'" + cell == defused(cell)
    assert "x" + cell == defused("x" + cell)


def test_no_rows_is_still_a_file(tmp_path):
    """A scan that found nothing leaves a file that says so."""
    for name in ("out.jsonl", "out.csv", "out.parquet"):
        with rows_file(tmp_path / name):
            pass

    assert b"" == (tmp_path / "out.jsonl").read_bytes()
    assert ",".join(COLUMNS) + "\n" == (tmp_path / "out.csv").read_text()
    assert (0, list(COLUMNS)) == (
        pq.read_table(tmp_path / "out.parquet").num_rows,
        pq.read_schema(tmp_path / "out.parquet").names,
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out", "does not say which kind"),
        ("out.xlsx", "does not say which kind"),
        ("out.gz", "does not say which kind"),
        ("out.parquet.gz", "compressed twice"),
    ],
)
def test_a_name_that_does_not_say_the_kind(tmp_path, name, message):
    """A file whose kind is not in its name is refused before anything is read."""
    with pytest.raises(UsageError, match=message), rows_file(tmp_path / name):
        raise AssertionError


def test_a_failed_parquet_file_leaves_nothing(tmp_path):
    """A Parquet file is as whole or absent as any other."""
    path = tmp_path / "out.parquet"

    def stopped():
        with rows_file(path) as write:
            write(ROWS)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()

    assert [] == list(tmp_path.iterdir())


def test_a_full_disk_under_parquet(tmp_path):
    """A disk that fills up under Parquet is told as under any other kind."""
    (tmp_path / "full.parquet").symlink_to("/dev/full")
    (tmp_path / "full.csv").symlink_to("/dev/full")
    for name in ("full.parquet", "full.csv"):
        with pytest.raises(OutputError, match="no space left"), rows_file(tmp_path / name) as write:
            write(ROWS * 100_000)


def test_a_line_on_a_terminal():
    """A line for a terminal names the place, what happens, why, and the words, with hostile characters escaped."""
    assert "in.jsonl:1  hide (applied)  vc.otc S2  otc, name  `出\\u202e大饼`, `收`" == terminal_line(ROWS[0])
    assert "=cmd.csv:2  none" == terminal_line(ROWS[1])


def test_json_lines_hold_canonical_decisions():
    """The decision in a JSON line is, byte for byte, the decision."""
    assert DECISION in json_line(ROWS[0])
