"""On Spark: a local cluster of two executors decides what one machine does, also when one of them is killed."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lictor.cli.exits import run as lictor
from lictor.ledger import Ledger, verify
from lictor.scan.inputs import parts, stream

if find_spec("pyspark") is None or which("java") is None:
    pytest.skip("Spark and Java are not installed: make adapters", allow_module_level=True)

from lictor.adapters import Scanner, spark

pytestmark = pytest.mark.filterwarnings("ignore")  # Spark's own

OFFER, CLEAN = "收U 6.42 出大饼", "今晚吃什么，哪家好吃"


@pytest.fixture
def folder(tmp_path):
    """Files of every kind: large, empty, packed, and with rows that are no rows."""
    texts = [OFFER if n % 50 == 0 else f"{CLEAN} {n}" for n in range(3000)]
    lines = [json.dumps({"text": text, "account": f"a{n % 7}"}).encode() for n, text in enumerate(texts)]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([*lines, b"junk", b'{"text": 1}', b""]))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines[:99])))
    (tmp_path / "c.csv").write_text('text,id\n"收U 6.42\n出大饼",7\nx\n')
    (tmp_path / "empty.jsonl").write_bytes(b"")
    pq.write_table(
        pa.table({"text": texts, "id": [str(n) for n in range(3000)]}), tmp_path / "d.parquet", row_group_size=700
    )
    (tmp_path / "e.parquet").write_bytes(b"PAR1 no parquet at all PAR1")
    return tmp_path


def scanned(folder, out, *options):
    """The exit code of a scan, and the bytes of its rows and rejects."""
    code = lictor(
        [
            "scan",
            "-p",
            "wechat",
            str(folder),
            "--out",
            f"{out}.jsonl",
            "--rejects",
            f"{out}.rejects",
            "--no-progress",
            *options,
        ]
    )
    return code, Path(f"{out}.jsonl").read_bytes(), Path(f"{out}.rejects").read_bytes()


def test_a_cluster_decides_what_one_machine_does(session, folder, tmp_path_factory, monkeypatch):
    """Rows, rejects and exit code are the same, byte for byte, whatever is wrong with the files."""
    monkeypatch.setattr(parts, "BLOCK", 20_000)
    out = tmp_path_factory.mktemp("out")
    here = scanned(folder, out / "here")

    assert here == scanned(folder, out / "there", "--engine", "spark")
    assert (2, 123) == (here[0], here[1].count(b"\n"))


def test_the_ledger_is_the_same(session, folder, tmp_path, tmp_path_factory):
    """A scan on a cluster adds nothing to what one machine recorded of the same rows."""
    (folder / "e.parquet").unlink()
    ledger = tmp_path_factory.mktemp("ledger") / "l.db"
    scanned(folder, tmp_path / "one", "--ledger", str(ledger))
    scanned(folder, tmp_path / "two", "--ledger", str(ledger), "--engine", "spark")
    out = tmp_path / "all.jsonl"
    lictor(["ledger", "export", str(ledger), "--format", "jsonl", "--out", str(out)])

    assert 123 == sum(b'"decision"' in line for line in out.read_bytes().splitlines())


def executors():
    """The processes of this cluster's executors."""
    found = subprocess.run(["pgrep", "-f", "CoarseGrainedExecutorBackend"], capture_output=True, text=True, check=False)
    return [int(one) for one in found.stdout.split()]


def test_an_executor_that_is_killed_loses_and_doubles_nothing(session, tmp_path):
    """Its work is done again by the others; results stay in order."""
    flag = tmp_path / "begun"

    def work(item):
        flag.touch()
        time.sleep(0.2)
        return item * item

    def kill():
        while not flag.exists():
            time.sleep(0.01)
        os.kill(executors()[0], signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    results = list(spark.spread(session, lambda: work, range(30)))
    killer.join(timeout=60)

    assert [n * n for n in range(30)] == results


def test_a_task_has_few_items(session):
    """However many there are, since the driver holds all that comes of one."""

    def make():
        from pyspark import TaskContext

        return lambda _: TaskContext.get().partitionId()

    tasks = list(spark.spread(session, make, range(400)))

    assert (25, 16) == (len(set(tasks)), max(map(tasks.count, tasks)))


def recorded(ledger):
    """What a ledger holds of a scan, in order: its decisions with what was judged, and the batches' counts."""
    with Ledger.read(ledger) as opened, closing(sqlite3.connect(ledger)) as rows:
        batches = [json.loads(body) for (body,) in rows.execute("SELECT body FROM entry WHERE kind = 'batch'")]
        decisions = [(one.id, one.decision, one.input) for one in opened.decisions()]
    verify(ledger)
    return decisions, [{**one, "at": None} for one in batches]


@pytest.fixture
def undisturbed(folder, tmp_path_factory, monkeypatch):
    """Where one machine's scan of the folder is, into a ledger; parts are so small that a cluster has some to do."""
    monkeypatch.setattr(parts, "BLOCK", PART)
    monkeypatch.setattr(stream, "BLOCK", PART)
    (folder / "e.parquet").unlink()
    out = tmp_path_factory.mktemp("out")
    return out, scanned(folder, out / "one", "--ledger", f"{out}/one.db")


PART = 10_000


def test_a_scan_whose_executor_is_killed_loses_and_doubles_nothing(session, folder, undisturbed):
    """Rows and ledger are those of one machine, although a part of them was decided twice."""
    out, expected = undisturbed
    tracker = session.sparkContext.statusTracker()
    killed = []

    def kill():
        while not killed:
            stages = [tracker.getStageInfo(one) for one in tracker.getActiveStageIds()]
            if any(one is not None and one.numTasks >= 8 and one.numCompletedTasks for one in stages):
                killed.append(executors()[0])
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.01)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    found = scanned(folder, out / "two", "--ledger", f"{out}/two.db", "--engine", "spark")

    assert killed
    assert expected == found
    assert recorded(out / "one.db") == recorded(out / "two.db")


DYING = """
import os, signal, sys
from lictor.cli.exits import run
from lictor.ledger import Ledger
from lictor.scan.inputs import parts

def append(ledger, batch, append=Ledger.append, told=[]):
    told.append(batch)
    if len(told) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return append(ledger, batch)

parts.BLOCK = int(sys.argv[1])
Ledger.append = append
run(sys.argv[2:])
"""


def test_a_scan_whose_driver_is_killed_is_run_again(session, folder, undisturbed):
    """Nothing appears but what the ledger holds by then; the next run adds the rest, and leads to the same files."""
    out, expected = undisturbed
    options = ["--ledger", f"{out}/two.db", "--engine", "spark", "--no-progress"]
    command = [sys.executable, "-c", DYING, str(PART), "scan", "-p", "wechat", str(folder), "--out", f"{out}/two.jsonl"]
    cluster = "--master local-cluster[2,1,1024] --conf spark.ui.enabled=false pyspark-shell"
    died = subprocess.run(
        [*command, *options], env={**os.environ, "PYSPARK_SUBMIT_ARGS": cluster}, capture_output=True, check=False
    )
    assert -signal.SIGKILL == died.returncode, died.stderr
    assert not (out / "two.jsonl").exists()
    decisions, batches = recorded(out / "one.db")
    before, counts = recorded(out / "two.db")
    assert 0 < len(before) < len(decisions)
    assert (before, counts) == (decisions[: len(before)], batches[: len(counts)])

    found = scanned(folder, out / "two", "--ledger", f"{out}/two.db", "--engine", "spark")

    assert expected == found
    assert (decisions, batches) == recorded(out / "two.db")


def test_a_frame_is_decided_row_for_row(session):
    """Also where one partition holds nearly all rows, and others none; the metrics count each row once."""
    rows = [(str(n), OFFER if n % 10 == 0 else None if n % 10 == 1 else CLEAN) for n in range(500)]
    frame = (
        session.createDataFrame(rows, "id string, body string")
        .repartition(1)
        .union(session.createDataFrame([], "id string, body string").repartition(3))
    )
    metrics = spark.Metrics(session.sparkContext)
    decided = spark.scan(frame, "wechat", columns={"text": "body"}, keep=["id"], metrics=metrics).collect()
    table = pa.table({"id": [row[0] for row in rows], "body": [row[1] for row in rows]})
    expected = Scanner("wechat", columns={"text": "body"}, keep=["id"])(table).to_pylist()

    assert expected == sorted((row.asDict(recursive=True) for row in decided), key=lambda row: int(row["id"]))
    assert (500, 50, 50) == (metrics.rows.value, metrics.decided.value, metrics.errors.value)


def test_a_stream_is_decided_as_it_comes(session, tmp_path):
    """Files that arrive are decided once each, and again nothing after a restart from the checkpoint."""
    arriving, decided = tmp_path / "in", tmp_path / "out"
    arriving.mkdir()

    def run():
        frame = session.readStream.schema("id string, text string").json(str(arriving))
        out = spark.scan(frame, "wechat", keep=["id"]).where("action <> 'none'").writeStream.format("json")
        out = out.option("checkpointLocation", str(tmp_path / "state")).trigger(availableNow=True)
        out.start(str(decided)).awaitTermination()
        return sorted(json.loads(line)["id"] for file in decided.glob("*.json") for line in file.open())

    (arriving / "1.json").write_text(
        json.dumps({"id": "a", "text": OFFER}) + "\n" + json.dumps({"id": "b", "text": CLEAN})
    )

    assert ["a"] == run()
    (arriving / "2.json").write_text(json.dumps({"id": "c", "text": OFFER}))
    assert ["a", "c"] == run()
    assert ["a", "c"] == run()
