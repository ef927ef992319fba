"""Bad input of every kind is a clear error or a named reject: the good rows beside it are decided, nothing is lost."""

import gzip
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

GOOD = b'{"id": "good", "text": "buy my tulip"}\n'


def parquet(rows):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"text": rows}), sink)
    return sink.getvalue().to_pybytes()


def bomb():
    import io

    data = io.BytesIO()
    with gzip.GzipFile(fileobj=data, mode="wb") as file:
        for _ in range(300):
            file.write(b"\n" * (1 << 20))
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("in.jsonl", b'{"text": "caf\xe9"}', "invalid_utf8"),
        ("in.jsonl", b'{"text": "\\ud800"}', "lone_surrogate"),
        ("in.jsonl", b'{"text": ', "invalid_json"),
        ("in.jsonl", b"[1, 2]", "not_an_object"),
        ("in.jsonl", b'{"text": 5}', "wrong_type"),
        ("in.jsonl", b'{"text": null}', "no_text"),
        ("in.jsonl", b'{"text": "a", "text": "b"}', "duplicate_key"),
        ("in.jsonl", b"[" * 100_000, "invalid_json"),
        ("in.jsonl", b'{"text": "x", "field": "rumour"}', "bad_value"),
        ("in.jsonl", b'{"text": "x", "text.bio": "x"}', "bad_value"),
        ("in.jsonl", b'{"text": "x", "published_at": "0000-01-01T00:00:00Z"}', "bad_value"),
        ("in.jsonl", b'{"text": "x", "published_at": "2021-01-01"}', "bad_value"),
    ],
)
def test_one_bad_row_among_good_ones(lictor, tulips, tmp_path, name, line, reason):
    """A bad row is named and written aside with its reason; the rows before and after it are decided."""
    path, aside = tmp_path / name, tmp_path / "rejects.jsonl"
    path.write_bytes(GOOD + line + b"\n" + GOOD)

    ran = lictor("scan", path, "-p", tulips, "--rejects", aside)

    assert (1, [1, 3]) == (ran.code, [row["row"] for row in ran.rows])
    assert f"note: rejected {path}:2: {reason}: " in ran.err
    (reject,) = [json.loads(one) for one in aside.read_text("utf-8").splitlines()]
    assert (2, reason) == (reject["row"], reject["reason"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("in.jsonl.gz", gzip.compress(GOOD * 100, mtime=0)[:-30], "the archive is cut off"),
        ("in.jsonl.gz", b"not gzip at all", "the archive is damaged"),
        ("in.jsonl.zst", b"not zstd at all", "the archive is damaged"),
        ("in.parquet", parquet(["a"])[:-10], "parquet"),
        ("in.parquet", b"PAR1", "parquet"),
        ("in.csv", b"id,body\n1,x\n", "no column `text`"),
        ("in.txt.gz", bomb(), "expands to more than 200 times its size"),
        ("in.docx", b"x", "the kind of file is not known"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_bad_file_among_good_ones(lictor, tulips, tmp_path, name, content, message):
    """A file that cannot be read, or not to its end, is named and the others are decided; the exit code is 2."""
    path, good = tmp_path / name, tmp_path / "z.jsonl"
    path.write_bytes(content)
    good.write_bytes(GOOD)

    ran = lictor("scan", path, good, "-p", tulips)

    assert (2, str(good)) == (ran.code, ran.rows[-1]["file"])
    assert f"error: `{path}`: " in ran.err
    assert message in ran.err.lower()
    assert "bug in lictor" not in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_nobody_may_read(lictor, tulips, tmp_path):
    """A file and a folder without permission are named as such."""
    path, folder = tmp_path / "in.txt", tmp_path / "folder"
    path.write_bytes(GOOD)
    folder.mkdir()
    path.chmod(0)
    folder.chmod(0)
    try:
        ran = lictor("scan", path, folder, "-p", tulips)
    finally:
        folder.chmod(0o700)

    assert (2, 2) == (ran.code, ran.err.count("permission denied"))


@pytest.mark.parametrize("line", [b"", b"\x00\x00tulip\x00", b"\x1b[31mbuy tulip\x1b[0m", "\u202ebuy tulip".encode()])
def test_odd_lines_are_judged(lictor, tulips, tmp_path, line):
    """Empty lines, NUL and control characters are text like any other, and come out as valid JSON."""
    path = tmp_path / "in.txt"
    path.write_bytes(line + b"\nbuy my tulip\n")

    ran = lictor("scan", path, "-p", tulips)

    assert 1 == ran.code
    assert 2 == ran.rows[-1]["row"]
    assert "rejected" not in ran.err


def test_one_line_of_fifty_megabytes(lictor, tulips, tmp_path):
    """A line of 50 MB is judged; one beyond the limit is a named reject, and the line after it is decided."""
    path = tmp_path / "in.txt"
    path.write_bytes(b"x" * (50 << 20) + b" buy my tulip\n" + b"y" * (65 << 20) + b"\nbuy my tulip\n")

    ran = lictor("scan", path, "-p", tulips)

    assert (1, [1, 3]) == (ran.code, [row["row"] for row in ran.rows])
    assert f"note: rejected {path}:2: too_long: " in ran.err


def test_many_rejects_are_counted_not_listed(lictor, tulips, tmp_path):
    """The first rejects are named, all are counted, all can be written aside."""
    path, aside = tmp_path / "in.jsonl", tmp_path / "rejects.jsonl"
    path.write_bytes(b"{broken\n" * 2500 + GOOD)

    ran = lictor("scan", path, "-p", tulips, "--rejects", aside)

    assert (1, 5) == (ran.code, ran.err.count("note: rejected "))
    assert "rejected  2,500  invalid_json" in ran.err
    assert list(range(1, 2501)) == [json.loads(line)["row"] for line in aside.read_text().splitlines()]


def test_csv_cells_are_defused(lictor, tulips, tmp_path):
    """What somebody named an item cannot run as a formula in a spreadsheet."""
    path, out = tmp_path / "in.jsonl", tmp_path / "out.csv"
    path.write_text(json.dumps({"id": "=HYPERLINK(1)", "text": "buy my tulip"}))

    lictor("scan", path, "-p", tulips, "--out", out)

    assert ",'=HYPERLINK(1)," in out.read_text("utf-8")


def test_a_hostile_name_is_printed_safely(lictor, tulips, tmp_path):
    """A file's name cannot move the cursor, and comes out of JSON as it is shown."""
    path = tmp_path / "a\x1b[2Jb.txt"
    path.write_text("buy my tulip\n")
    path.rename(tmp_path / os.fsdecode(b"c\xff\x1b[2J.txt"))

    ran = lictor("scan", tmp_path, tmp_path / "no\x1b[2J.txt", "-p", tulips)

    assert "\x1b" not in ran.out + ran.err
    assert [f"{tmp_path}/c\\xff\x1b[2J.txt"] == [row["file"] for row in ran.rows]


def test_a_scan_that_could_decide_no_row_is_no_clean_scan(lictor, tulips, tmp_path):
    """Where every row was rejected, the scan says so and exits 2, so that nobody takes it for an all-clear."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(GOOD)

    ran = lictor("scan", path, "-p", tulips, "--map", "text=body")

    assert 2 == ran.code
    assert "error: no row could be decided" in ran.err


def test_jobs_are_of_this_machine(lictor, tmp_path):
    """Beside a cluster they would be ignored, so they are refused."""
    path = tmp_path / "a.txt"
    path.write_text("x\n")
    ran = lictor("scan", path, "-p", "wechat", "--engine", "spark", "--jobs", "2")

    assert (2, "error: `--jobs` is about this machine\n") == (ran.code, ran.err.partition("hint")[0])
