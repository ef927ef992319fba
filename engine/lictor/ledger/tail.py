"""`Tail`: rows to be added after the last one, within one transaction."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from lictor.errors import LedgerError
from lictor.ledger import chain
from lictor.ledger.canonical import canonical, plain, spell
from lictor.ledger.reading import Page, among
from lictor.ledger.records import (
    BatchSummary,
    DecisionRecord,
    FactRecord,
    GuardRecord,
    PolicyRecord,
    StateRow,
    part,
    part_fact,
)

__all__ = ["Tail", "conflict", "identity", "policy_id", "summary_id"]


class Tail:
    """What is appended: chained as it is added, and put in the file by `write`."""

    def __init__(self, connection: sqlite3.Connection, salts: Callable[[int], bytes]) -> None:
        self._connection = connection
        self._salts = salts
        self.seq: int
        self.head: bytes
        row = connection.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        self.seq, self.head = row or (0, chain.GENESIS)
        self._entries: list[tuple[int, bytes, bytes]] = []
        self._blobs: list[tuple[int, str, int, bytes, bytes, bytes]] = []
        self._made: list[tuple[str, int]] = []
        self._people: dict[str, str] = {}

    def find(self, ids: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Those of the ids that are in the ledger, each with its seq and body."""
        ids = list(ids)
        for id in ids:  # noqa: A001
            if not id.isprintable():
                raise LedgerError(f"id {id!a} holds a character that cannot be shown")
        rows = among(self._connection, "SELECT id, seq, body FROM entry WHERE id IN", ids)
        return {found: (seq, body) for found, seq, body in rows}

    def find_people(self, people: Iterable[str]) -> None:
        """Takes note of those of the people that have an identity in the ledger."""
        names = {identity(person): person for person in people}
        rows = among(self._connection, "SELECT bytes, digest FROM blob WHERE identity = 1 AND bytes IN", names)
        self._people.update((names[data], digest.hex()) for data, digest in rows)

    def add_policy(self, policy: PolicyRecord) -> None:
        """Adds the policy's row, its bytes beside it."""
        if hashlib.sha256(policy.bytes).hexdigest() != policy.digest:
            raise LedgerError(f"policy digest `{policy.digest}` is not that of the policy's bytes")
        self._blobs.append((self.seq + 1, "policy", 0, bytes.fromhex(policy.digest), b"", policy.bytes))
        self._add({"blobs": {"policy": policy.digest}, "id": policy_id(policy.digest), "kind": "policy"})

    def add_decision(self, record: DecisionRecord) -> None:
        """Adds the decision's row."""
        public, words = part(record.decision)
        content = self._blob("content", _content(record, words))
        account = None if record.account is None else self._person("account", record.account)
        self._add(_decision_body(record, public, content, account))

    def add_facts(self, records: Sequence[FactRecord]) -> None:
        """Adds the rows of facts, each with all that was made of it."""
        for start in range(0, len(records), _WRITTEN):
            some = records[start : start + _WRITTEN]
            parted = [part_fact(record) for record in some]
            people = {person for _, _, named in parted for person in named.values()}
            people.update(record.account for record in some if record.account is not None)
            self.find_people(people - self._people.keys())
            for record, (body, words, named) in zip(some, parted, strict=True):
                self._add_fact(record, body, words, named)

    def _add_fact(
        self, record: FactRecord, body: dict[str, Any], words: dict[str, Any], people: dict[str, str]
    ) -> None:
        body["at"], body["fact_kind"], body["id"], body["kind"] = record.at, record.kind, record.id, "fact"
        if words:
            body["blobs"] = {"content": self._blob("content", spell(words))}
        if record.account is not None:
            people["account"] = record.account
        if people:
            body["identities"] = {path: self._person(path, person) for path, person in people.items()}
        if record.refused is not None:
            body["refused"] = record.refused
        self._made.extend((decision["id"], self.seq + 1) for decision in record.decisions)
        self._add(body)

    def add_summary(self, summary: BatchSummary) -> None:
        """Adds the row that sums up a batch."""
        self._add(_summary_body(summary) | {"at": summary.at, "id": summary_id(summary), "kind": "batch"})

    def add_guard(self, record: GuardRecord) -> None:
        """Adds the row that says what befell a rule under a guard."""
        body = {
            "at": record.at,
            "event": record.event,
            "guard": record.guard,
            "id": record.id,
            "kind": "guard",
            "number": record.number,
            "policy": record.policy,
            "rule": record.rule,
            "told": plain(record.told),
        }
        if record.by is not None:
            self.find_people({record.by})
            body["identities"] = {"by": self._person("by", record.by)}
        self._add(body)

    def add_erasure(self, name: str, digests: list[str], *, by: str, why: str, at: str) -> None:
        """Adds the row that says which blobs are erased; they must go in the same transaction."""
        content = self._blob("content", spell({"why": why}))
        self._add({
            "at": at,
            "blobs": {"content": content},
            "erases": digests,
            "id": f"erasure:{name}",
            "identities": {"by": self._person("by", by)},
            "kind": "erasure",
        })  # fmt: skip

    def refuse_other_decision(self, record: DecisionRecord, seq: int, body: str) -> None:
        """Nothing, if the row is what the record would become under the salts that were used; otherwise an error.

        What has been erased can no longer be compared and counts as the same. So does what another version of the
        engine decided: a scan may be finished after an upgrade, and what was recorded stands until replay is asked.
        """
        kept = orjson.loads(body)
        if record.decision.get("engine") != kept.get("decision", record.decision).get("engine"):
            return
        public, words = part(record.decision)
        content = kept.get("blobs", {}).get("content")
        row = self._connection.execute("SELECT salt FROM blob WHERE entry = ? AND name = 'content'", (seq,)).fetchone()
        if row is not None:
            content = chain.digest(row[0], _content(record, words)).hex()
        account = None
        if record.account is not None:
            account = kept.get("identities", {}).get("account", "")
            row = self._connection.execute(_IDENTITY_BYTES, (bytes.fromhex(account),)).fetchone()
            if row is not None and row[0] != identity(record.account):
                account = ""
        if spell(_decision_body(record, public, content, account)) != body.encode():
            raise conflict(f"decision `{record.id}` is in the ledger as row {seq} with other content", seq)

    def refuse_other_fact(self, record: FactRecord, seq: int, body: str) -> None:
        """Nothing, if the row holds this same fact, whatever was made of it; otherwise an error that names both.

        What has been erased can no longer be compared and counts as the same.
        """
        page = Page(self._connection, [(seq, body)])
        self._refuse_other_fact(record, page, *page.rows[0])

    def other_facts(self, records: Sequence[FactRecord]) -> dict[str, LedgerError]:
        """Those of the facts whose id stands for something else in the ledger, each with why."""
        found = self.find(record.id for record in records)
        page = Page(self._connection, list(found.values()))
        kept = dict(zip(found, page.rows, strict=True))
        others: dict[str, LedgerError] = {}
        for record in records:
            try:
                self._refuse_other_fact(record, page, *kept[record.id])
            except LedgerError as wrong:
                others[record.id] = wrong
        return others

    def _refuse_other_fact(self, record: FactRecord, page: Page, seq: int, kept: dict[str, Any]) -> None:
        if kept["kind"] != "fact":
            raise conflict(f"the id of fact `{record.id}` is taken by row {seq}, a `{kept['kind']}`", seq)
        recorded = page.fact(seq, kept)
        if recorded.erased:
            mine, theirs = part_fact(record)[0]["fact"], kept["fact"]
            same = (record.at, record.kind) == (recorded.record.at, recorded.record.kind)
        else:
            mine, theirs = plain(record.fact), recorded.record.fact
            same = _told(record) == _told(recorded.record)
        if not same or mine != theirs:
            raise conflict(
                f"fact `{record.id}` is in the ledger as row {seq}, {_named(recorded.record)}, and this one, "
                f"{_named(record)}, has other content{_difference(mine, theirs)}",
                seq,
            )

    def write(self, states: Mapping[str, StateRow]) -> None:
        """Puts what was added, and the states, into the file."""
        self._flush()
        self._connection.executemany(
            """INSERT INTO state (key, body, waiting, due, account) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key)
            DO UPDATE SET body = excluded.body, waiting = excluded.waiting, due = excluded.due,
            account = excluded.account""",
            [(key, row.body, row.waiting, row.due, row.account) for key, row in sorted(states.items())],
        )

    def _add(self, value: dict[str, Any]) -> None:
        body = spell(value)
        self.seq += 1
        self.head = chain.follow(self.head, body)
        self._entries.append((self.seq, body, self.head))
        if len(self._entries) == _WRITTEN:
            self._flush()

    def _flush(self) -> None:
        self._connection.executemany(
            "INSERT INTO entry (seq, body, hash) VALUES (?, CAST(? AS TEXT), ?)", self._entries
        )
        self._connection.executemany(
            "INSERT INTO blob (entry, name, identity, digest, salt, bytes) VALUES (?, ?, ?, ?, ?, ?)", self._blobs
        )
        self._connection.executemany("INSERT INTO made (id, entry) VALUES (?, ?)", self._made)
        self._entries, self._blobs, self._made = [], [], []

    def _blob(self, name: str, data: bytes, person: int = 0) -> str:
        salt = self._salts(chain.SALT_LENGTH)
        digest = chain.digest(salt, data)
        self._blobs.append((self.seq + 1, name, person, digest, salt, data))
        return digest.hex()

    def _person(self, path: str, person: str) -> str:
        digest = self._people.get(person)
        if digest is None:
            digest = self._people[person] = self._blob(path, identity(person), 1)
        return digest


_WRITTEN = 250  # rows put in the file at once: few enough for the collector of garbage to have little to look through


def identity(person: str) -> bytes:
    """The bytes a person's id is kept as."""
    return spell(person)


def policy_id(digest: str) -> str:
    """The id of the row of a policy."""
    return f"policy:{digest}"


def summary_id(summary: BatchSummary) -> str:
    """The id of the row that sums up a batch."""
    return "batch:" + hashlib.sha256(canonical(_summary_body(summary))).hexdigest()


def conflict(fact: str, seq: int | None = None) -> LedgerError:
    """The refusal of one id for two things."""
    return LedgerError(fact, hint="an id must stand for everything that depends on it", seq=seq)


_IDENTITY_BYTES = "SELECT bytes FROM blob WHERE identity = 1 AND digest = ?"


def _decision_body(record: DecisionRecord, public: Any, content: str, account: str | None) -> dict[str, Any]:
    return {
        "at": record.at,
        "blobs": {"content": content},
        "decision": public,
        "id": record.id,
        "identities": {} if account is None else {"account": account},
        "kind": "decision",
    }


def _content(record: DecisionRecord, words: Any) -> bytes:
    return spell(words) + b"\n" + record.input  # canonical JSON has no line break of its own


def _told(record: FactRecord) -> tuple[str | None, str | None, str]:
    return record.account, record.at, record.kind


def _named(record: FactRecord) -> str:
    return f"a `{record.kind}`" + (f" of {record.at}" if record.at else "")


def _difference(mine: Any, theirs: Any) -> str:
    """Where two facts differ, by the name of the key alone: what stands there may be anybody's words."""
    keys = (key for key in sorted(mine.keys() | theirs.keys()) if mine.get(key, ...) != theirs.get(key, ...))
    first = next(keys, None)
    return "" if first is None else f": they differ in `{first}`"


def _summary_body(summary: BatchSummary) -> dict[str, Any]:
    # Pairs, not objects: a rule may have any name, a key may not.
    watched = {"monitored": sorted(summary.monitored.items())} if summary.monitored else {}
    return watched | {
        "actions": sorted(summary.actions.items()),
        "categories": sorted(summary.categories.items()),
        "policies": sorted(summary.policies),
        "read": summary.read,
        "rejects": summary.rejects,
        "rows": summary.rows,
        "rules": sorted(summary.rules.items()),
    }
