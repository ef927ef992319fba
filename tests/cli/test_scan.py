"""`lictor scan`: rows in, decisions out, in order, counted, and kept."""

import csv
import gzip
import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lictor.ledger import Ledger

AT = "2021-06-01T00:00:00+01:00"


def test_rows_come_out_as_json_lines(lictor, tulips, rows):
    """Without a terminal, rows of which something is decided come out as JSON lines, in the order read."""
    ran = lictor("scan", rows, "-p", tulips, "--as-of", AT)

    assert 1 == ran.code
    assert [(1, "a", "rectify_order"), (4, "d", "filter"), (6, "f", "rectify_order")] == [
        (row["row"], row["item"], row["action"]) for row in ran.rows
    ]
    first = ran.rows[0]
    assert {str(rows)} == {row["file"] for row in ran.rows}
    assert (first["item"], first["action"], first["rules"]) == tuple(
        first["decision"][name] for name in ("item", "action", "rules")
    )


def test_a_scanned_row_is_decided_as_checked(lictor, tulips, rows):
    """A row decided by `scan` has, byte for byte, the decision that `check` gives the same item."""
    (row, *_) = lictor("scan", rows, "-p", tulips, "--as-of", AT).out.splitlines()
    checked = lictor("check", "buy my tulip", "--item", "a", "-p", tulips, "--as-of", AT, "--json").out

    assert checked.rstrip("\n") in row


def test_the_summary(lictor, tulips, rows, golden):
    """The summary counts rows by action, category and rule, names rejects, and says what they were judged by."""
    import re

    ran = lictor("scan", rows, "-p", tulips)

    golden("scan-summary.txt", re.sub(r"in \d+\.\d s", "in 0.0 s", ran.err).replace(str(rows.parent), "."))


def test_the_summary_for_a_machine(lictor, tulips, rows, tmp_path):
    """With `--json` the summary is one line: on standard error beside the rows, on standard output without them."""
    beside = lictor("scan", rows, "-p", tulips, "--json")
    alone = lictor("scan", rows, "-p", tulips, "--json", "--out", tmp_path / "out.jsonl")

    one, other = json.loads(beside.err.splitlines()[-1]), json.loads(alone.out)
    assert 3 == len(beside.rows)
    assert (one | {"seconds": 0}) == (other | {"seconds": 0})
    assert (6, 1, 0) == (one["rows"], one["files"], one["file_errors"])
    assert {"none": 1, "filter": 1, "rectify_order": 2} == one["actions"]
    assert {"invalid_json": 1, "bad_value": 1} == one["rejects"]
    assert {"offer": 2, "filter": 1} == one["rules"]


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.csv", "out.parquet"])
def test_each_kind_of_file(lictor, tulips, rows, tmp_path, name):
    """Each kind of file holds the same rows as standard output."""
    expected = lictor("scan", rows, "-p", tulips).rows
    ran = lictor("scan", rows, "-p", tulips, "--out", tmp_path / name)

    path = tmp_path / name
    if name.endswith(".csv"):
        read = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    elif name.endswith(".parquet"):
        read = pq.read_table(path).to_pylist()
    else:
        data = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
        read = [json.loads(line) for line in data.splitlines()]
        read = [row | {"decision": json.dumps(row["decision"])} for row in read]
    assert (1, "") == (ran.code, ran.out)
    assert [(row["item"], row["action"], row["decision"]) for row in expected] == [
        (row["item"], row["action"], json.loads(row["decision"])) for row in read
    ]


def test_all_rows(lictor, tulips, rows):
    """With `--all` every row that was judged comes out, those without a decision with `none`."""
    ran = lictor("scan", rows, "-p", tulips, "--all")

    assert [(1, "a"), (2, "b"), (4, "d"), (6, "f")] == [(row["row"], row["item"]) for row in ran.rows]
    assert ("none", None) == (ran.rows[1]["action"], ran.rows[1]["decision"])


@pytest.mark.parametrize(
    ("code", "text"),
    [(0, "a day in spring"), (0, "tulip to the moon"), (1, "buy my tulip")],
    ids=["nothing", "flag", "above flag"],
)
def test_exit_codes(lictor, tulips, tmp_path, code, text):
    """The exit code is 1 exactly where an action is stronger than `flag`."""
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"text": text, "registered_region": "DE"}))

    assert code == lictor("scan", path, "-p", tulips).code


def test_rejects_are_written_aside(lictor, tulips, rows, tmp_path):
    """A row that cannot be decided is kept, with its place, what is wrong and what it said; the others go on."""
    aside = tmp_path / "rejects.jsonl"

    ran = lictor("scan", rows, "-p", tulips, "--rejects", aside)

    broken, unknown = [json.loads(line) for line in aside.read_text("utf-8").splitlines()]
    assert 1 == ran.code
    assert (str(rows), 3, "invalid_json", '{"id": "c", "text": ') == tuple(
        broken[name] for name in ("file", "row", "reason", "raw")
    )
    assert (5, "bad_value", True) == (
        unknown["row"],
        unknown["reason"],
        "subject `nobody` is not known" in unknown["detail"],
    )
    assert {"id": "e", "text": "buy my tulip", "subject": "nobody"} == {
        name: value for name, value in json.loads(unknown["raw"]).items() if value is not None
    }


def test_strict_stops_at_the_first_reject(lictor, tulips, rows, tmp_path):
    """Under `--strict` the first row that cannot be decided ends the run, and no file is written."""
    out = tmp_path / "out.jsonl"

    ran = lictor("scan", rows, "-p", tulips, "--strict", "--out", out)

    assert (2, "", False) == (ran.code, ran.out, out.exists())
    assert f"error: {rows}:3: invalid_json" in ran.err


def test_a_file_that_cannot_be_read_does_not_stop_the_others(lictor, tulips, rows, tmp_path):
    """Unreadable files are named, the others are scanned and written, and the exit code is 2."""
    out = tmp_path / "out.jsonl"
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(rows.read_bytes() * 50)[:-20])

    ran = lictor("scan", tmp_path / "nowhere.txt", cut, rows, "-p", tulips, "--out", out)

    assert (2, "") == (ran.code, ran.out)
    assert f"error: `{tmp_path}/nowhere.txt`: no such file or folder" in ran.err
    assert f"error: `{cut}`: the archive is cut off" in ran.err
    assert {"a", "d", "f"} == {json.loads(line)["item"] for line in out.read_text("utf-8").splitlines()}


def test_what_rows_do_not_say(lictor, tulips, tmp_path):
    """Field, subject and surface can be given for rows that do not say; a row that does keeps its own."""
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "tulip"}\n{"text": "tulip", "field": "bio"}\n')

    ran = lictor("scan", path, "-p", tulips, "--field", "message", "--subject", "group", "--surface", "group")

    assert [(1, "filter", "group")] == [(row["row"], row["action"], row["decision"]["subject"]) for row in ran.rows]


def test_columns_by_other_names(lictor, tulips, tmp_path):
    """`--map` reads a column by its name in the file."""
    path = tmp_path / "in.csv"
    path.write_text("key,body\n1,buy my tulip\n")

    ran = lictor("scan", path, "-p", tulips, "--map", "text=body", "--map", "id=key")

    assert ["1"] == [row["item"] for row in ran.rows]


def test_standard_input(lictor, tulips):
    """`-` reads standard input, of the kind it looks like or the kind that is said."""
    lines = lictor("scan", "-", "-p", tulips, stdin="hello\nbuy my tulip\n")
    sheet = lictor("scan", "-", "-p", tulips, "--stdin-kind", "csv", stdin="id,text\nz,buy my tulip\n")

    assert [("-", 2)] == [(row["file"], row["row"]) for row in lines.rows]
    assert ["z"] == [row["item"] for row in sheet.rows]


def test_whole_files(lictor, tulips, tmp_path):
    """With `--whole-files` a text file is one text; a folder is read in order of names."""
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text("buy my\ntulip\n")

    ran = lictor("scan", tmp_path, "-p", tulips, "--whole-files")

    assert [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")] == [row["file"] for row in ran.rows]


def test_an_item_without_an_id_has_a_lasting_one(lictor, tulips, tmp_path):
    """A row without an id is named after its file's digest and its number, wherever the file lies."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text("buy my tulip\n")

    one, other = lictor("scan", tmp_path / "a.txt", tmp_path / "b.txt", "-p", tulips).rows

    assert 64 == len(one["item"])
    assert one["item"] == other["item"]


def test_order_does_not_depend_on_jobs(lictor, tulips, tmp_path):
    """Rows and rejects come out in the order of the input, the same bytes for any number of jobs."""
    paths = [tmp_path / f"{number:02}.jsonl" for number in range(12)]
    for number, path in enumerate(paths):
        lines = [
            json.dumps({"id": f"{number}-{row}", "text": "buy my tulip" if row % 7 == 0 else "spring"})
            for row in range(40)
        ]
        path.write_text("\n".join([*lines, "{", json.dumps({"text": "tulip", "subject": "nobody"})]))

    written = []
    for jobs in (1, 2):
        out, aside = tmp_path / f"out-{jobs}.jsonl", tmp_path / f"aside-{jobs}.jsonl"
        ran = lictor(
            "scan", *paths, "-p", tulips, "--as-of", AT, "--jobs", jobs, "--out", out, "--rejects", aside, "--all"
        )
        assert 1 == ran.code
        written.append((out.read_bytes(), aside.read_bytes(), ran.err.split(" in ")[0]))

    assert written[0] == written[1]


def test_what_breaks_in_a_part_ends_its_file(lictor, tulips, tmp_path):
    """Rows before the damage are decided, those behind it are not, for any number of jobs; the next file is read."""
    path, good = tmp_path / "a.parquet", tmp_path / "b.jsonl"
    pq.write_table(pa.table({"text": [f"buy my tulip {n}" for n in range(3000)]}), path, row_group_size=1000)
    data = bytearray(path.read_bytes())
    start = pq.ParquetFile(path).metadata.row_group(1).column(0).dictionary_page_offset
    data[start : start + 200] = b"\xff" * 200
    path.write_bytes(data)
    good.write_text('{"text": "buy my tulip"}\n')

    written = []
    for jobs in (1, 2):
        ran = lictor("scan", path, good, "-p", tulips, "--as-of", AT, "--jobs", jobs)
        assert (2, 1) == (ran.code, ran.err.count("damaged"))
        written.append((ran.out, ran.err.split(" in ")[0]))

    rows = [(row["file"], row["row"]) for row in map(json.loads, written[0][0].splitlines())]
    assert written[0] == written[1]
    assert [*((str(path), row) for row in range(1, 1001)), (str(good), 1)] == rows


def test_a_command_does_not_load_pandas(tulips, rows):
    """Arrow would, to recognise what comes from there, and that takes longer than to read a short file."""
    said = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from lictor.cli import main; main()", "scan", rows, "-p", tulips],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == said.returncode
    assert " pyarrow.lib" in said.stderr
    assert " pandas." not in said.stderr


def test_events(lictor, tulips, rows, tmp_path):
    """`--events` gives one JSON event a decision, without anybody's words."""
    log = tmp_path / "events.jsonl"
    out = tmp_path / "out.jsonl"
    lictor("scan", rows, "-p", tulips, "--events", log)
    ran = lictor("scan", rows, "-p", tulips, "--events", "-", "--out", out, "--json")

    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [("decision", "a"), ("decision", "d"), ("decision", "f")] == [(one["event"], one["item"]) for one in events]
    assert {"timestamp", "level", "id", "digest", "version", "effects", "account", "rules"} <= set(events[0])
    assert "tulip" not in events[0]["rules"]
    assert "buy my" not in log.read_text("utf-8")
    assert [one | {"timestamp": ""} for one in events] == [one | {"timestamp": ""} for one in ran.rows]


def test_a_ledger_keeps_the_decisions(lictor, tulips, rows, tmp_path):
    """The ledger holds each decision with what was judged, the policy's bytes, and one summary a batch."""
    path = tmp_path / "ledger.db"

    ran = lictor("scan", rows, "-p", tulips, "--ledger", path)

    with Ledger.read(path) as ledger:
        kept = list(ledger.decisions())
        summary = ledger.summary()
        assert ledger.policy(kept[0].decision["digest"]) is not None
    assert [row["decision"] for row in ran.rows] == [one.decision for one in kept]
    assert [None, None, "=acc"] == [one.account for one in kept]
    assert {"policy": 1, "decision": 3, "batch": 1} == summary.kinds


def test_running_again_adds_nothing(lictor, tulips, rows, tmp_path):
    """The same scan into the same ledger adds no row."""
    path = tmp_path / "ledger.db"
    lictor("scan", rows, "-p", tulips, "--ledger", path)
    before = json.loads(lictor("ledger", "verify", path, "--json").out)

    ran = lictor("scan", rows, "-p", tulips, "--ledger", path)

    assert 1 == ran.code
    assert before == json.loads(lictor("ledger", "verify", path, "--json").out)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "nothing to read"),
        (["{rows}", "--map", "text"], "mapping `text` is not `NAME=COLUMN`"),
        (["{rows}", "--map", "text=a", "--map", "text=b"], "`text` is mapped twice"),
        (["{rows}", "--map", "txt=a"], "column `txt` is not known"),
        (["{rows}", "--subject", "nobody"], "subject `nobody` is not known"),
        (["{rows}", "--out", "{tmp}/out.xlsx"], "does not say which kind of file to write"),
        (["{rows}", "--out", "{tmp}/none/out.csv"], "no such file or folder"),
        (["{rows}", "--out", "{rows}"], "which is read"),
        ([""], "an empty path names nothing"),
        (["{rows}", "--out", "{tmp}/a.csv", "--rejects", "{tmp}/a.csv"], "`--out` and `--rejects` name the same file"),
        (["{rows}", "--events", "-"], "rows and events both go to standard output"),
        (["{rows}", "--strict", "--rejects", "{tmp}/r"], "`--strict` and `--rejects` exclude each other"),
        (["{rows}", "--ledger", "{tmp}"], "is a folder, not a ledger"),
        (["{rows}", "--ledger", "{rows}.db/x"], "does not exist"),
        (["{rows}", "-p", "{rows}"], "error[P"),
    ],
)
def test_what_cannot_be_done(lictor, tulips, rows, tmp_path, options, message):
    """What cannot be done is refused before anything is read or written."""
    given = [option.format(rows=rows, tmp=tmp_path) for option in options]

    ran = lictor("scan", *([] if "-p" in given else ["-p", tulips]), *given)

    assert (2, "") == (ran.code, ran.out)
    assert message in ran.err
    assert ["rows.jsonl"] == [path.name for path in tmp_path.iterdir()]
