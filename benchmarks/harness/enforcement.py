"""Enforcement, timed: facts from a file to durable commit, beside checking each text by itself.

Every fact must be in the ledger once, and the ledger whole, before any figure is given.
"""

from __future__ import annotations

import io
import json
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness.corpora import corpus_of
from harness.definitions import Case
from harness.ledger import timed
from harness.terms import terms_of
from lictor.enforce import Rulebook
from lictor.engine import Engine
from lictor.intake import Intake
from lictor.ledger import Ledger, StateRow, verify
from lictor.scan.inputs.facts import FactBatch, FactInputs
from lictor.simulate.overrides import change_from, varied
from lictor.simulate.timeline import Timelines, Variant

__all__ = ["time_enforcement"]

ACCOUNTS = 2_000
WHAT_IFS = ("subjects.official_account.rectify=3d", "strikes.life=90d", "complaints.distinct=5")
BEGIN = datetime(2022, 7, 1, tzinfo=UTC)
Record = dict[str, Any]


def time_enforcement(case: Case) -> Record:
    """Facts a second, by how they are taken."""
    engine = Engine.load("wechat")
    rules = Rulebook(engine.policies)
    with tempfile.TemporaryDirectory() as folder:
        source, ledger, told, plain = (Path(folder, name) for name in ("facts.jsonl", "ledger", "told", "plain"))
        facts = _write(source, case)
        replayed: list[dict[str, StateRow]] = []
        results = [
            timed("lictor enforce", lambda: _enforce(rules, source, ledger), ledger),
            timed("lictor enforce, truth", lambda: _enforce(rules, source, told, by_truth=True), told),
            timed("lictor enforce, known already", lambda: _enforce(rules, source, ledger), None),
            timed("lictor simulate timeline", lambda: replayed.append(_replay(rules, source)), None),
            timed("lictor simulate timeline, three what-ifs", lambda: _replay(rules, source, WHAT_IFS), None),
            timed("text by text", lambda: _text_by_text(engine, source, plain), plain),
        ]
        verify(ledger)
        wrong = _wrong(ledger, facts, replayed[-1])
    for result in results:
        result |= {"rows": facts, "wrong": wrong}
    return {"case": case.name, "results": results}


def _write(path: Path, case: Case) -> int:
    corpus = corpus_of(case.text, terms_of(case.terms))
    number = 0
    with path.open("w", encoding="utf-8") as file:
        for number, fact in enumerate(_facts(corpus.rows, corpus.planted), 1):
            file.write(
                json.dumps({"t": (BEGIN + timedelta(seconds=number)).isoformat(), **fact}, ensure_ascii=False) + "\n"
            )
    return number


def _facts(rows: tuple[str, ...], planted: frozenset[int]) -> Iterator[Record]:
    for number, text in enumerate(rows):
        account = f"account-{number * 7919 % ACCOUNTS}"
        if number % 20 == 0:
            known = {"type": "official_account", "registered_region": "CN", "name": f"name {number}"}
            yield {"id": f"known-{number}", "kind": "subject_updated", "subject": account, **known}
        if number % 33 == 0:
            by = f"account-{number * 31 % ACCOUNTS}"
            yield {"id": f"complaint-{number}", "kind": "complaint", "by": by, "against": account, "age_d": 30}
        found = {"categories": ["fin.vc.otc"], "severity": "S2"} if number in planted else {}
        said = {"form": "article", "text": text, "truth": found}
        yield {"id": f"post-{number}", "kind": "content", "subject": account, **said}
        if number in planted:
            outcome = "upheld" if number % 3 else "dismissed"
            review = {"by": "somebody", "outcome": outcome, "about": [f"post-{number}"]}
            if outcome == "upheld":
                review |= {"category": "fin.vc.otc", "severity": "S2"}
            yield {"id": f"review-{number}", "kind": "review", "subject": account, **review}


def _enforce(rules: Rulebook, source: Path, path: Path, *, by_truth: bool = False) -> None:
    with Ledger.open(path) as ledger:
        lives = Intake(rules, engine="benchmark", ledger=ledger, by_truth=by_truth)
        for piece in FactInputs([str(source)], stdin=io.BytesIO()):
            assert isinstance(piece, FactBatch)
            taken = lives.take_fit(piece.facts, run_at=BEGIN)
            assert not taken.unfit, taken.unfit[0]


def _text_by_text(engine: Engine, source: Path, path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE fact (id TEXT PRIMARY KEY, body TEXT, decision TEXT)")
    waiting: list[tuple[str, str, bytes | None]] = []
    with source.open(encoding="utf-8") as file:
        for line in file:
            fact = json.loads(line)
            decision = None
            if fact["kind"] == "content":
                decided = engine.check(fact["text"], field=fact["form"], account=fact["subject"], at=fact["t"])
                decision = None if decided.action == "none" else decided.to_json()
            waiting.append((fact["id"], line, decision))
            if len(waiting) == 4096:
                _commit(connection, waiting)
    _commit(connection, waiting)
    connection.close()


def _commit(connection: sqlite3.Connection, waiting: list[tuple[str, str, bytes | None]]) -> None:
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO fact VALUES (?, ?, ?)", waiting)
    connection.execute("COMMIT")
    waiting.clear()


def _replay(rules: Rulebook, source: Path, what_ifs: Sequence[str] = ()) -> dict[str, StateRow]:
    variants = [Variant(one, varied(rules, [change_from(one)])) for one in what_ifs]
    timelines = Timelines([Variant("as it is", rules), *variants])
    for piece in FactInputs([str(source)], stdin=io.BytesIO()):
        assert isinstance(piece, FactBatch)
        assert not timelines.take(piece.facts)
    timelines.finish()
    return timelines.states()


def _wrong(path: Path, facts: int, replayed: dict[str, StateRow]) -> str:
    with Ledger.read(path) as ledger:
        given = [one for one in ledger.facts() if ">" not in one.record.id and one.record.kind != "due"]
        decided = sum(bool(one.record.decisions) for one in given if one.record.kind == "content")
        kept = {key: (row.body, row.due, row.waiting) for key, row in ledger.all_states()}
    if kept != {key: (row.body, row.due, row.waiting) for key, row in replayed.items()}:
        return "replayed, the states are other than the ledger's"
    if len(given) != facts or len({one.record.id for one in given}) != facts:
        return f"{len(given):,} facts, expected {facts:,}"
    return "" if decided else "nothing was found in any text"
