"""What one core does, and what one item leaves behind: the figures that `plan.py` goes on from, as JSON.

    python benchmarks/scale/measure.py LINES > benchmarks/scale/measured.json

LINES is a file of texts, one a line. Time is that of the process alone on the processor, so that a shared machine
counts for less.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from lictor.adapters import Scanner
from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.facts.kinds import Fact, fact_from
from lictor.intake import Intake
from lictor.ledger import Ledger
from lictor.policy import load_policy

_LINES = 300_000
_ACCOUNTS = 4_000
_BATCH = 4_096
_OFFER = "收U 6.42 出大饼，加V信abc123"
_BEGIN = datetime(2022, 7, 1, tzinfo=UTC)


def main() -> None:
    """Measures, and writes what it found to standard output."""
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    found = {"python": platform.python_version(), "processors": os.cpu_count(), **_detection(lines), **_lives(lines)}
    json.dump(found, sys.stdout, indent=2)
    print()


def _detection(lines: Sequence[str]) -> dict[str, float]:
    texts = [f"{lines[n % len(lines)]} {n}" for n in range(_LINES)]
    batches = pa.table({"text": texts}).to_batches(max_chunksize=16_384)
    scanner = Scanner("wechat")
    scanner(batches[0])
    begin = time.process_time()
    for batch in batches:
        scanner(batch)
    seconds = time.process_time() - begin
    return {
        "items_decided_a_core_second": round(len(texts) / seconds),
        "items_scanned_a_core_second": round(len(texts) / (_scanned(texts) - _scanned(texts[:1]))),
        "bytes_an_item": round(sum(len(text.encode()) for text in texts) / len(texts)),
    }


def _scanned(texts: Sequence[str]) -> float:
    """The processor's seconds of a whole `lictor scan`: read, decided, written."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / "posts.jsonl"
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [Path(sys.executable).with_name("lictor"), "scan", "-p", "wechat", source, "--out", os.devnull]
        subprocess.run([*command, "--no-progress"], check=False, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _lives(lines: Sequence[str]) -> dict[str, float]:
    quiet, loud = list(_quiet(lines)), list(_reviewed())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger.open(path) as ledger:
            quiet_seconds = _fed(ledger, quiet)
        after_quiet = path.stat().st_size
        with Ledger.open(path) as ledger:
            loud_seconds = _fed(ledger, loud)
            bodies = [len(row.body) for _, row in ledger.all_states() if b'"cases"' in row.body]
        after_loud = path.stat().st_size
        decided = sum(fact.__struct_config__.tag == "review" for fact in loud)
    return {
        "quiet_facts_a_core_second": round(len(quiet) / quiet_seconds),
        "decided_facts_a_core_second": round(len(loud) / loud_seconds),
        "ledger_bytes_a_quiet_fact": round(after_quiet / len(quiet)),
        "ledger_bytes_a_decision": round((after_loud - after_quiet) / decided),
        "state_bytes_an_account_with_a_case": round(sum(bodies) / len(bodies)),
    }


def _fed(ledger: Ledger, facts: Sequence[Fact]) -> float:
    rules = Rulebook([compile_policy(load_policy("wechat"))])
    intake = Intake(rules, engine="measured", ledger=ledger)
    intake.take(facts[:1])
    begin = time.process_time()
    for start in range(1, len(facts), _BATCH):
        intake.take(facts[start : start + _BATCH])
    return time.process_time() - begin


def _quiet(lines: Sequence[str]) -> Iterator[Fact]:
    for n in range(5 * _ACCOUNTS):
        yield _fact(n, "content", subject=f"a{n % _ACCOUNTS}", form="message", text=f"{lines[n % len(lines)]}")


def _reviewed() -> Iterator[Fact]:
    """An offer, and the person who finds against it."""
    for n in range(_ACCOUNTS):
        at, account = 10 * _ACCOUNTS + 2 * n, f"a{n}"
        yield _fact(at, "content", subject=account, form="article", text=_OFFER)
        yield _fact(
            at + 1, "review", subject=account, by="m", outcome="upheld", category="fin.vc.otc", severity="S2",
            about=[f"f{at}"],
        )  # fmt: skip


def _fact(number: int, kind: str, **said: object) -> Fact:
    at = (_BEGIN + timedelta(seconds=number)).isoformat()
    return fact_from({"id": f"f{number}", "t": at, "kind": kind, **said})


if __name__ == "__main__":
    main()
