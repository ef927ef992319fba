"""The ledger, timed: rows to durable commit, verified, read back; beside a table without chain, salt or check.

What was written is verified and counted before any figure is given. Records are made before the clock starts, and the
file lies in the system's folder for temporary files: the disk is part of the figure.
"""

from __future__ import annotations

import gc
import hashlib
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from harness.definitions import Case
from lictor.engine import Engine
from lictor.ledger import Batch, DecisionRecord, FactRecord, Ledger, PolicyRecord, StateRow, verify
from lictor.ledger.checkpoint import take_checkpoint, verify_against
from lictor.scan.jobs import ordered_map

__all__ = ["time_ledger", "timed"]

ACCOUNTS = 20_000
AT = "2022-07-01T00:00:00Z"
RUNS = 3
POLICY_BYTES = b'{"policy":"benchmark"}'
POLICY = PolicyRecord(hashlib.sha256(POLICY_BYTES).hexdigest(), POLICY_BYTES)
STATE = orjson.dumps({"cases": [], "items": {}, "profile": {"type": "official_account", "registered_region": "CN"}})
Record = dict[str, Any]


def time_ledger(case: Case) -> Record:
    """Rows a second, by what is done with them."""
    rows, size = case.options["rows"], case.options["batch"]
    batches = _batches(case.options["of"], rows, size)
    gc.collect()
    gc.freeze()  # what waits here to be appended is not for the collector of garbage to look through again and again
    with tempfile.TemporaryDirectory() as folder:
        path, plain = Path(folder, "ledger"), Path(folder, "plain")
        results = [
            timed("lictor append", lambda: _append(path, batches), path),
            timed("naive append", lambda: _append_plain(plain, batches), plain),
        ]
        verified = verify(path)
        wrong = "" if verified.rows == rows + 1 else f"{verified.rows - 1:,} rows, expected {rows:,}"
        checkpoint = take_checkpoint([path], "benchmark")
        readers: dict[str, Callable[[], object]] = {
            "lictor verify": lambda: verify(path),
            "lictor verify, 2 jobs": lambda: verify(path, spread=partial(ordered_map, jobs=2), parts=2),
            "lictor verify, checkpoint": lambda: verify_against(checkpoint, [path]),
            "lictor read": lambda: _read(path),
        }
        for name, read in readers.items():
            results.append(timed(name, read, None))
        bytes_a_row = path.stat().st_size / rows
    for result in results:
        result |= {"rows": rows, "wrong": wrong}
    gc.unfreeze()
    return {"case": case.name, "bytes_a_row": bytes_a_row, "results": results}


def timed(engine: str, run: Callable[[], object], written: Path | None) -> Record:
    """The best of some runs, each from nothing: what it wrote before is taken away."""
    best = float("inf")
    for _ in range(RUNS):
        for stale in written.parent.glob(f"{written.name}*") if written is not None else ():
            stale.unlink()
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return {"engine": engine, "best": best}


def _append(path: Path, batches: Sequence[Batch]) -> None:
    with Ledger.open(path) as ledger:
        for batch in batches:
            ledger.append(batch)


def _append_plain(path: Path, batches: Sequence[Batch]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE entry (id TEXT PRIMARY KEY, body TEXT)")
    for batch in batches:
        connection.execute("BEGIN")
        kept = [(one.id, orjson.dumps([one.at, one.decision, one.input.decode()])) for one in batch.decisions]
        kept += [(one.id, orjson.dumps(one)) for one in batch.facts]
        connection.executemany("INSERT INTO entry VALUES (?, ?)", kept)
        connection.execute("COMMIT")
    connection.close()


def _read(path: Path) -> None:
    with Ledger.read(path) as ledger:
        assert sum(1 for _ in ledger.facts()) + sum(1 for _ in ledger.decisions()) > 0


def _batches(kind: str, rows: int, size: int) -> list[Batch]:
    make = {"complaints": _complaint, "life": _life, "decisions": _decision}[kind]
    batches = []
    for first in range(0, rows, size):
        records = [make(number) for number in range(first, min(first + size, rows))]
        if kind == "decisions":
            batches.append(Batch(records, [POLICY]))
        else:
            states = {record.account: StateRow(STATE, "2022-07-08T00:00:00.000000Z") for record in records}
            batches.append(Batch(policies=[POLICY], facts=records, states=states))
    return batches


def _account(number: int) -> str:
    return f"account-{number * 7919 % ACCOUNTS}"


def _complaint(number: int) -> FactRecord:
    account, name = _account(number), f"fact-{number}"
    fact = {
        "id": name, "t": AT, "kind": "complaint", "against": account, "by": _account(number * 31 + 1), "age_d": 30,
        "note": "this one again",
    }  # fmt: skip
    return FactRecord(name, account, AT, "complaint", fact)


def _life(number: int) -> FactRecord:
    """Of ten facts seven are clean content, two are complaints and one is content that a decision is made of."""
    if number % 10 in (3, 6):
        return _complaint(number)
    account, name, sold = _account(number), f"fact-{number}", number % 10 == 9
    text = "收U 6.42 出大饼 加微信 abc123" if sold else "今天天气很好，出去走走"
    fact = {"id": name, "t": AT, "kind": "content", "subject": account, "form": "post", "text": text}
    if not sold:
        return FactRecord(name, account, AT, "content", fact)
    findings = ({"policy": "benchmark", "category": "fin.vc.otc", "severity": "S2", "field": "post"},)
    moved = ({"life": "item", "of": name, "from": "public", "event": "hide", "to": "hidden"},)
    return FactRecord(name, account, AT, "content", fact, findings, moved, (_decided(number, account),))


def _decision(number: int) -> DecisionRecord:
    account = _account(number)
    decision = _decided(number, account)
    judged = orjson.dumps({"account": account, "fields": {"post": "收U 6.42 出大饼 加微信 abc123"}})
    return DecisionRecord(decision["id"], account, AT, decision, judged)


def _decided(number: int, account: str) -> Record:
    if not _DECIDED:
        engine = Engine.load("wechat")
        decision = engine.check("收U 6.42 出大饼 加微信 abc123", field="post", subject="official_account", at=AT)
        _DECIDED.update(decision.to_dict())
    named = {"id": f"{number:026}", "account": account, "item": f"post-{number}", "digest": POLICY.digest}
    return _DECIDED | named


_DECIDED: Record = {}
