"""`Ledger`: batches appended, decisions read back.

Rules: one batch is one transaction, acknowledged when it has reached the disk. Policies come before the decisions that
name them, decisions in the order given, the summary last. An entry's id makes appending it twice harmless; the same id
with other content is refused, and with it the whole batch. Appending waits for another writer, reading for nobody.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from lictor.errors import LedgerError
from lictor.ledger import chain
from lictor.ledger.canonical import canonical, spell
from lictor.ledger.connection import in_our_words, open_to_read, open_to_write, transaction
from lictor.ledger.records import (
    Appended,
    Batch,
    BatchSummary,
    DecisionRecord,
    PolicyRecord,
    RecordedDecision,
    Summary,
    join,
    part,
)

__all__ = ["Ledger"]

_ASKED = 500  # values looked up by one statement
_PAGE = 1000  # decisions fetched at once, so that a long reading holds back no checkpoint


class Ledger:
    """An open ledger file: a context manager, used by the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, salts: Callable[[int], bytes]) -> None:
        self._path = path
        self._connection = connection
        self._salts = salts

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        create: bool = True,
        wait: float = 10.0,
        salts: Callable[[int], bytes] = os.urandom,
    ) -> Self:
        """The ledger, ready to append; a file that does not exist becomes an empty one, unless `create` is false.

        `wait` is how many seconds to wait for another writer; `salts` gives so many random bytes.
        """
        place = Path(path)
        return cls(place, open_to_write(place, create=create, wait=wait), salts)

    @classmethod
    def read(cls, path: str | os.PathLike[str], *, wait: float = 10.0) -> Self:
        """The ledger, to read only: no row is added or changed, and no writer is waited for."""
        place = Path(path)
        return cls(place, open_to_read(place, wait=wait), os.urandom)

    def close(self) -> None:
        """Closes the file; the last one to close folds the log into it."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, batch: Batch) -> Appended:
        """Counts of what was added and what was there already, once all of the batch is durably in the file."""
        with in_our_words(self._path), transaction(self._connection):
            tail = _Tail(self._connection, self._salts)
            present = tail.find(_ids(batch))
            tail.find_accounts({record.account for record in batch.decisions if record.account is not None})
            for policy in {policy.digest: policy for policy in batch.policies}.values():
                if _policy_id(policy.digest) not in present:
                    tail.add_policy(policy)
            known = {policy.digest for policy in batch.policies}
            known |= {digest for digest in _policies_named(batch) if _policy_id(digest) in present}
            added = 0
            met: dict[str, DecisionRecord] = {}
            for record in batch.decisions:
                earlier = met.setdefault(record.id, record)
                if earlier is not record:
                    if earlier != record:
                        raise _conflict(record.id, "comes twice in one batch, with different content")
                elif record.id in present:
                    tail.refuse_other(record, *present[record.id])
                elif record.decision.get("digest") in known:
                    tail.add_decision(record)
                    added += 1
                else:
                    raise LedgerError(
                        f"decision `{record.id}` names a policy that is not in the ledger",
                        hint="append the policy with the batch: without it nobody could replay the decision",
                    )
            if batch.summary is not None and _summary_id(batch.summary) not in present:
                tail.add_summary(batch.summary)
            tail.write()
        return Appended(added, len(batch.decisions) - added, tail.seq, tail.head.hex())

    def decision(self, id: str) -> RecordedDecision | None:  # noqa: A002
        """The decision with this id, words and all; `None` if the ledger has none."""
        with in_our_words(self._path):
            row = self._connection.execute(
                "SELECT seq, body FROM entry WHERE id = ? AND kind = 'decision'", (id,)
            ).fetchone()
            return None if row is None else self._recorded(row[0], orjson.loads(row[1]))

    def decisions(self, account: str | None = None) -> Iterator[RecordedDecision]:
        """Every decision in the order recorded, words and all; of one account, if one is named."""
        whose, values = ("", ()) if account is None else (" AND account = ?", (self._identity_digest(account),))
        last = 0
        while True:
            with in_our_words(self._path):
                rows = self._connection.execute(
                    f"SELECT seq, body FROM entry WHERE seq > ?{whose} ORDER BY seq LIMIT {_PAGE}",  # noqa: S608
                    (last, *values),
                ).fetchall()
                bodies = [(seq, orjson.loads(body)) for seq, body in rows]
                page = [self._recorded(seq, body) for seq, body in bodies if body["kind"] == "decision"]
            if not rows:
                return
            yield from page
            last = rows[-1][0]

    def policy(self, digest: str) -> bytes | None:
        """The canonical bytes of the policy with this digest; `None` if the ledger has none."""
        with in_our_words(self._path):
            row = self._connection.execute(
                "SELECT bytes FROM entry JOIN blob ON blob.entry = entry.seq AND name = 'policy' WHERE id = ?",
                (_policy_id(digest),),
            ).fetchone()
            return None if row is None else row[0]

    def summary(self) -> Summary:
        """The ledger at a glance, from its indexes; nothing is verified."""
        with in_our_words(self._path):
            rows = self._connection.execute(
                """SELECT kind, count(*), min(at), max(at), (SELECT hash FROM entry ORDER BY seq DESC LIMIT 1)
                FROM entry GROUP BY kind ORDER BY kind"""
            ).fetchall()
        return Summary(
            rows=sum(count for _, count, *_ in rows),
            head=(rows[0][4] if rows else chain.GENESIS).hex(),
            kinds={kind: count for kind, count, *_ in rows},
            first_at=min((first for _, _, first, _, _ in rows if first is not None), default=None),
            last_at=max((last for _, _, _, last, _ in rows if last is not None), default=None),
        )

    def _identity_digest(self, account: str) -> str | None:
        with in_our_words(self._path):
            row = self._connection.execute(_IDENTITY_DIGEST, (_identity(account),)).fetchone()
        return None if row is None else row[0].hex()

    def _recorded(self, seq: int, body: Any) -> RecordedDecision:
        content = self._connection.execute(
            "SELECT bytes FROM blob WHERE entry = ? AND name = 'content'", (seq,)
        ).fetchone()
        words, _, judged = (b"null", b"", None) if content is None else content[0].partition(b"\n")
        digest = body["identities"].get("account", "")
        account = self._connection.execute(_IDENTITY_BYTES, (bytes.fromhex(digest),)).fetchone()
        return RecordedDecision(
            seq=seq,
            id=body["id"],
            account=None if account is None else orjson.loads(account[0]),
            at=body["at"],
            decision=join(body["decision"], orjson.loads(words)),
            input=judged,
            erased=("content",) * (content is None) + ("account",) * (digest != "" and account is None),
        )


_IDENTITY_BYTES = "SELECT bytes FROM blob WHERE identity = 1 AND digest = ?"
_IDENTITY_DIGEST = "SELECT digest FROM blob WHERE identity = 1 AND bytes = ?"


class _Tail:
    """Rows to be added after the last one, within one transaction."""

    def __init__(self, connection: sqlite3.Connection, salts: Callable[[int], bytes]) -> None:
        self._connection = connection
        self._salts = salts
        self.seq: int
        self.head: bytes
        row = connection.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        self.seq, self.head = row or (0, chain.GENESIS)
        self._entries: list[tuple[int, bytes, bytes]] = []
        self._blobs: list[tuple[int, str, int, bytes, bytes, bytes]] = []
        self._accounts: dict[str, str] = {}

    def find(self, ids: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Those of the ids that are in the ledger, each with its seq and body."""
        ids = list(ids)
        for id in ids:  # noqa: A001
            if not id.isprintable():
                raise LedgerError(f"id {id!a} holds a character that cannot be shown")
        rows = self._among("SELECT id, seq, body FROM entry WHERE id IN", ids)
        return {found: (seq, body) for found, seq, body in rows}

    def find_accounts(self, accounts: Iterable[str]) -> None:
        """Takes note of those of the accounts that have an identity in the ledger."""
        names = {_identity(account): account for account in accounts}
        rows = self._among("SELECT bytes, digest FROM blob WHERE identity = 1 AND bytes IN", names)
        self._accounts.update((names[data], digest.hex()) for data, digest in rows)

    def add_policy(self, policy: PolicyRecord) -> None:
        if hashlib.sha256(policy.bytes).hexdigest() != policy.digest:
            raise LedgerError(f"policy digest `{policy.digest}` is not that of the policy's bytes")
        self._blobs.append((self.seq + 1, "policy", 0, bytes.fromhex(policy.digest), b"", policy.bytes))
        self._add({"blobs": {"policy": policy.digest}, "id": _policy_id(policy.digest), "kind": "policy"})

    def add_decision(self, record: DecisionRecord) -> None:
        public, words = part(record.decision)
        content = self._blob("content", _content(record, words))
        account = None if record.account is None else self._account(record.account)
        self._add(_decision_body(record, public, content, account))

    def add_summary(self, summary: BatchSummary) -> None:
        self._add(_summary_body(summary) | {"at": summary.at, "id": _summary_id(summary), "kind": "batch"})

    def refuse_other(self, record: DecisionRecord, seq: int, body: str) -> None:
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
            if row is not None and row[0] != _identity(record.account):
                account = ""
        if spell(_decision_body(record, public, content, account)) != body.encode():
            raise _conflict(record.id, f"is in the ledger as row {seq} with other content", seq)

    def write(self) -> None:
        self._connection.executemany(
            "INSERT INTO entry (seq, body, hash) VALUES (?, CAST(? AS TEXT), ?)", self._entries
        )
        self._connection.executemany(
            "INSERT INTO blob (entry, name, identity, digest, salt, bytes) VALUES (?, ?, ?, ?, ?, ?)", self._blobs
        )

    def _add(self, value: dict[str, Any]) -> None:
        body = spell(value)
        self.seq += 1
        self.head = chain.follow(self.head, body)
        self._entries.append((self.seq, body, self.head))

    def _blob(self, name: str, data: bytes, identity: int = 0) -> str:
        salt = self._salts(chain.SALT_LENGTH)
        digest = chain.digest(salt, data)
        self._blobs.append((self.seq + 1, name, identity, digest, salt, data))
        return digest.hex()

    def _account(self, account: str) -> str:
        digest = self._accounts.get(account)
        if digest is None:
            digest = self._accounts[account] = self._blob("account", _identity(account), 1)
        return digest

    def _among(self, select: str, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        # As parameters: the elements of a JSON array lose what follows a NUL.
        values = list(values)
        for start in range(0, len(values), _ASKED):
            asked = values[start : start + _ASKED]
            yield from self._connection.execute(f"{select} ({','.join('?' * len(asked))})", asked)


def _identity(account: str) -> bytes:
    return spell(account)


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


def _summary_body(summary: BatchSummary) -> dict[str, Any]:
    # Pairs, not objects: a rule may have any name, a key may not.
    return {
        "actions": sorted(summary.actions.items()),
        "categories": sorted(summary.categories.items()),
        "policies": sorted(summary.policies),
        "read": summary.read,
        "rejects": summary.rejects,
        "rows": summary.rows,
        "rules": sorted(summary.rules.items()),
    }


def _summary_id(summary: BatchSummary) -> str:
    return "batch:" + hashlib.sha256(canonical(_summary_body(summary))).hexdigest()


def _policy_id(digest: str) -> str:
    return f"policy:{digest}"


def _policies_named(batch: Batch) -> set[str]:
    return {str(record.decision.get("digest")) for record in batch.decisions}


def _ids(batch: Batch) -> Iterator[str]:
    yield from (record.id for record in batch.decisions)
    yield from map(_policy_id, {policy.digest for policy in batch.policies} | _policies_named(batch))
    if batch.summary is not None:
        yield _summary_id(batch.summary)


def _conflict(name: str, fact: str, seq: int | None = None) -> LedgerError:
    hint = "an id must stand for everything the decision depends on"
    return LedgerError(f"decision `{name}` {fact}", hint=hint, seq=seq)
