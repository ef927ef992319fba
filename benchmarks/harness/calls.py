"""Single calls, memory, threads and the command: what a column's speed does not tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain
from pathlib import Path
from statistics import quantiles
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from harness.columns import engine_of, expected_rows, load_tables
from harness.corpora import Corpus, corpus_of
from harness.definitions import Case
from harness.rivals import Missing, build, lictor
from harness.terms import terms_of

__all__ = ["child_memory", "measure_memory", "time_calls", "time_command", "time_threads"]

COMMAND = [sys.executable, "-c", "from lictor.cli import main; main()"]
SLICES = 32
STARTS = 5
Record = dict[str, Any]


def time_calls(case: Case) -> Record:
    """Every text by itself: the median and the 99th percentile in microseconds, by engine."""
    terms = terms_of(case.terms)
    texts = corpus_of(case.text, terms).rows
    load_tables()
    results: list[Record] = []
    for name in case.engines:
        try:
            call = _check() if name == "lictor/check" else _one_by_one(name, case, terms)
        except Missing as reason:
            results.append({"engine": name, "skipped": str(reason)})
            continue
        hits = {number for number, text in enumerate(texts) if call(text)}
        wrong = _wrong_calls(name, case, hits, texts)
        results.append(
            {"engine": name, "hits": len(hits), **({"wrong": wrong} if wrong else _percentiles(call, texts))}
        )
    return {"case": case.name, "texts": len(texts), "terms": len(terms), "results": results}


def measure_memory(case: Case) -> Record:
    """The rise of peak memory, by engine, each in a process of its own."""
    script = Path(__file__).parent.parent / "run.py"
    results = []
    for name in case.engines:
        done = subprocess.run(
            [sys.executable, str(script), "--child", case.name, name], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            results.append({"engine": name, **json.loads(done.stdout)})
        else:
            results.append({"engine": name, "skipped": done.stderr.strip().splitlines()[-1]})
    return {"case": case.name, "results": results}


def child_memory(case: Case, name: str) -> Record:
    """What `measure_memory` asks of a child: bytes above what the texts need, built and searched."""
    terms = terms_of(case.terms)
    corpus = corpus_of(case.text, terms)
    column = pa.array(corpus.rows) if name == "lictor" else corpus.rows
    _forget_peak()
    before = _status("VmRSS")
    search = engine_of(name, case, terms)
    built = _status("VmHWM") - before
    answer = search(column)
    return {
        "built": built,
        "searched": _status("VmHWM") - before,
        "text_bytes": sum(len(row.encode()) for row in corpus.rows),
        "rows": len(answer.rows),
    }


def time_threads(case: Case, *, runs: int) -> Record:
    """A column by one thread and by as many as the machine has processors."""
    terms = terms_of(case.terms)
    corpus = corpus_of(case.text, terms)
    search = lictor(terms, case.options)
    column = pa.array(corpus.rows)
    size = -(-len(column) // SLICES)
    slices = [column.slice(at, size) for at in range(0, len(column), size)]
    whole = len(search(column).rows)
    results = []
    for threads in sorted({1, 2, os.cpu_count() or 1}):
        with ThreadPoolExecutor(threads) as pool:

            def run(pool: ThreadPoolExecutor = pool) -> int:
                return sum(len(answer.rows) for answer in pool.map(search, slices))

            found = run()
            wrong = "" if found == whole else f"{found:,} rows, expected {whole:,}"
            best = min(_timed(run) for _ in range(runs))
        results.append({"engine": f"{threads} threads", "wrong": wrong, "best": best, "rows": found})
    return {"case": case.name, "characters": corpus.characters, "results": results}


def time_command(case: Case) -> Record:
    """The command from its start to its end; of a scan also its peak memory and how many rows it decided on."""
    if "scan" in case.options:
        return _time_scan(case)
    arguments = list(case.options["command"])
    times = []
    for _ in range(STARTS):
        seconds, code, _ = _run(arguments)
        if code not in (0, 1):
            return {"case": case.name, "results": [{"engine": "lictor", "wrong": f"exit code {code}"}]}
        times.append(seconds)
    return {"case": case.name, "results": [{"engine": "lictor", "best": min(times)}]}


def _time_scan(case: Case) -> Record:
    corpus = corpus_of(case.text, terms_of(case.terms))
    kind, jobs = case.options["scan"], case.options["jobs"]
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder, f"texts.{kind}"), Path(folder, "decisions.jsonl")
        _write(corpus, given)
        at = "2022-07-01T09:00:00+08:00"
        arguments = ["scan", given, "-p", "wechat", "--as-of", at, "--jobs", jobs, "--out", out, "--no-progress"]
        runs = [_run([str(one) for one in arguments]) for _ in range(2)]
        decided = [orjson.loads(line)["row"] for line in out.read_bytes().splitlines()]
        seconds, code, memory = min(runs)
        missed = len(corpus.planted - {row - 1 for row in decided}) if decided else len(corpus.planted)
        result = {
            "engine": f"{jobs} jobs",
            "best": seconds,
            "memory": memory,
            "text_bytes": sum(len(row.encode()) for row in corpus.rows),
            "file_bytes": given.stat().st_size,
            "rows": len(decided),
            "missed": missed,
        }
        if code != 1:
            result["wrong"] = f"exit code {code}, expected 1"
    return {"case": case.name, "characters": corpus.characters, "results": [result]}


def _write(corpus: Corpus, path: Path) -> None:
    ids = [f"r{number}" for number in range(len(corpus.rows))]
    if path.suffix == ".parquet":
        pq.write_table(pa.table({"id": ids, "text": pa.array(corpus.rows)}), path)
    else:
        lines = (orjson.dumps({"id": id_, "text": text}) for id_, text in zip(ids, corpus.rows, strict=True))
        path.write_bytes(b"\n".join(chain(lines, [b""])))


# A child counts its parent's memory as its own peak until it runs its program, so a small parent starts the command.
_LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
with subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([seconds, process.returncode, usage.ru_maxrss * 1024]))
"""


def _run(arguments: Sequence[str]) -> tuple[float, int, int]:
    """Seconds, exit code, and peak bytes of the command itself."""
    launched = [sys.executable, "-c", _LAUNCHER, *COMMAND, *arguments]
    # As it is installed: compiled by Python once, also where whoever measures wants no such files.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(launched, capture_output=True, check=True, env=environment)
    seconds, code, memory = json.loads(done.stdout)
    return seconds, code, memory


def _one_by_one(name: str, case: Case, terms: Sequence[str]) -> Callable[[str], object]:
    if name == "lictor":
        from lictor import Matcher  # noqa: PLC0415

        return Matcher(terms, **case.options).find
    search = build(name, terms)
    return lambda text: search((text,)).rows


@cache
def _check() -> Callable[[str], object]:
    from lictor import Engine  # noqa: PLC0415

    engine = Engine.load("wechat")
    at = "2022-07-01T09:00:00+08:00"
    return lambda text: engine.check(text, field="message", subject="group", at=at).action != "none"


def _wrong_calls(name: str, case: Case, hits: set[int], texts: Sequence[str]) -> str:
    if name == "lictor/check":
        # The texts are real: a few of them hold what a policy takes up, and a few what excuses an offer.
        fine = len(hits) * 10 >= len(texts) * 9 if case.text.planted else len(hits) * 100 <= len(texts)
        return "" if fine else f"{len(hits):,} of {len(texts):,} texts decided on"
    expected = expected_rows(name, case)
    return "" if hits == expected else f"{len(hits):,} texts, expected {len(expected):,}"


def _percentiles(call: Callable[[str], object], texts: Sequence[str]) -> Record:
    """Of two passes the quicker one."""
    passes = []
    for _ in range(2):
        times = []
        for text in texts:
            start = time.perf_counter_ns()
            call(text)
            times.append((time.perf_counter_ns() - start) / 1000)
        cuts = quantiles(times, n=100)
        passes.append((cuts[49], cuts[98]))
    p50, p99 = min(passes)
    return {"p50": p50, "p99": p99}


def _timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _forget_peak() -> None:
    """Linux forgets the peak of resident memory so far."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
