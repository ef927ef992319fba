"""On Spark: a local cluster of two executors decides what one machine does, also when one of them is killed."""

import gzip
import json
import os
import signal
import subprocess
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lictor.cli.exits import run as lictor
from lictor.scan.inputs import parts

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
    monkeypatch.setattr(parts, "_LINES", 20_000)
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
