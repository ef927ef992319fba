"""Ledgers to try things on: records as the engine makes them, salts that repeat, and a hand that edits the file."""

import hashlib
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from lictor.ledger import Batch, BatchSummary, DecisionRecord, FactRecord, Ledger, PolicyRecord, StateRow

POLICY_BYTES = b'{"policy":"market-square"}'
POLICY = PolicyRecord(hashlib.sha256(POLICY_BYTES).hexdigest(), POLICY_BYTES)


class Make:
    """Builders of records and ledgers."""

    policy = POLICY

    @staticmethod
    def salts() -> Callable[[int], bytes]:
        """Salts that are the same in every run and never the same twice in one."""
        numbers = itertools.count()
        return lambda length: hashlib.sha256(b"salt %d" % next(numbers)).digest()[:length]

    @staticmethod
    def record(number: int, *, account: str | None = "ann", **changed: Any) -> DecisionRecord:
        decision = {
            "id": f"D{number:025}",
            "item": f"post-{number}",
            "account": account,
            "digest": POLICY.digest,
            "action": "filter",
            "functions": [],
            "rules": ["goods"],
            "violations": [
                {
                    "rule": "goods",
                    "evidence": [
                        {"field": "post", "start": 0, "end": 4, "text": f"fake {number}", "mechanisms": []},
                        {"field": "post", "start": 9, "end": 12, "text": "表", "mechanisms": ["width"]},
                    ],
                }
            ],
            "reasons": {"en": f"it offers “fake {number}”", "zh": "出售"},
        } | changed
        return DecisionRecord(
            decision["id"], account, "2026-01-02T03:04:05Z", decision, orjson.dumps({"post": f"fake {number} 表"})
        )

    @staticmethod
    def summary(read: str = "r1", **changed: Any) -> BatchSummary:
        counts = {"actions": {"filter": 2}, "categories": {"goods.fake": 2}, "rules": {"goods": 2}}
        return BatchSummary(**{"read": read, "rows": 10, "rejects": 1, **counts, **changed})

    def batch(self, *numbers: int, **changed: Any) -> Batch:
        records = [self.record(n, account=[None, "ann", "bob"][n % 3], **changed) for n in numbers]
        return Batch(records, (POLICY,), self.summary(f"r{numbers}"))

    @staticmethod
    def fact(number: int, **changed: Any) -> FactRecord:
        """A complaint by somebody, about somebody else, that made a decision where the number is even."""
        account = changed.pop("account", ["ann", "bob", "cid"][number % 3])
        decision = {"id": f"M{number:025}", "account": account, "digest": POLICY.digest, "action": "hide", "item": "x"}
        record = {
            "id": f"F{number}",
            "account": account,
            "at": "2026-01-02T03:04:05Z",
            "kind": "complaint",
            "fact": {"id": f"F{number}", "kind": "complaint", "against": account, "by": f"u{number}", "note": "烦"},
            "findings": ({"policy": "market-square", "category": "goods.fake", "severity": "S1"},),
            "transitions": ({"life": "review", "of": "self", "from": "closed", "event": "open", "to": "open"},),
            "decisions": (decision,) if number % 2 == 0 else (),
            "corrections": (),
            "refused": None,
        }
        return FactRecord(**record | changed)

    def facts(self, *numbers: int) -> Batch:
        """A batch of facts, with a state for each key that names how far it is."""
        records = [self.fact(number) for number in numbers]
        states = {
            record.account: StateRow(b'{"seen":"%s"}' % record.id.encode(), f"2026-02-{1 + number % 28:02}T00:00:00Z")
            for number, record in zip(numbers, records, strict=True)
        }
        return Batch(policies=(POLICY,), facts=records, states=states)

    def ledger(self, path: Path) -> Path:
        """A ledger of 12 rows: policy, three decisions, summary, three decisions, summary, two decisions, summary."""
        with Ledger.open(path, salts=self.salts()) as ledger:
            for numbers in [(1, 2, 3), (4, 5, 6), (7, 8)]:
                ledger.append(self.batch(*numbers))
        return path

    @staticmethod
    @contextmanager
    def hand(path: Path) -> Iterator[sqlite3.Connection]:
        """The file open to somebody who takes the triggers away, edits, and puts them back."""
        connection = sqlite3.connect(path, isolation_level=None)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)
        connection.close()

    @staticmethod
    def loosen(connection: sqlite3.Connection) -> None:
        """The rows in a table that looks like `entry` but checks nothing."""
        rows = connection.execute("SELECT seq, body, hash, kind FROM entry").fetchall()
        connection.execute("DROP TABLE entry")
        connection.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, body TEXT, hash BLOB, kind TEXT, id TEXT)")
        connection.executemany("INSERT INTO entry (seq, body, hash, kind) VALUES (?, ?, ?, ?)", rows)


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture(scope="session")
def whole(make: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole ledger, to be copied and edited."""
    return make.ledger(tmp_path_factory.mktemp("whole") / "ledger.sqlite")
