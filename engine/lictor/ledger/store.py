"""`Ledger`: batches appended, decisions and facts read back, states looked up.

Rules: one batch is one transaction, acknowledged when it has reached the disk. Policies come before what names them,
decisions and facts in the order given, the summary last. An entry's id makes appending it twice harmless; the same id
with other content is refused, and with it the whole batch. Appending waits for another writer, reading for nobody.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from lictor.errors import LedgerError, UsageError
from lictor.ledger import chain
from lictor.ledger.connection import in_our_words, open_to_read, open_to_write, transaction
from lictor.ledger.erasing import Erased, erase_account, erase_entry
from lictor.ledger.reading import Page, among, named
from lictor.ledger.records import (
    Appended,
    Batch,
    DecisionRecord,
    FactRecord,
    Found,
    GuardRecord,
    RecordedDecision,
    RecordedFact,
    Scanned,
    StateRow,
    Summary,
)
from lictor.ledger.tail import Tail, conflict, identity, policy_id, summary_id

__all__ = ["Ledger", "OvertakenError"]

_PAGE = 1000  # rows fetched at once, so that a long reading holds back no checkpoint


class OvertakenError(LedgerError):
    """Another writer added facts since the states were read that a batch follows from: the batch was not appended."""


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
            tail = Tail(self._connection, self._salts)
            if batch.after is not None:
                self._refuse_overtaken(batch.after)
            present = tail.find(_ids(batch))
            tail.find_people({record.account for record in batch.decisions if record.account is not None})
            known = {policy.digest for policy in batch.policies}
            for policy in {policy.digest: policy for policy in batch.policies}.values():
                if policy_id(policy.digest) not in present:
                    tail.add_policy(policy)
            known |= {digest for digest in _policies_named(batch) if policy_id(digest) in present}
            added = self._append_decisions(tail, batch, present, known)
            added += self._append_facts(tail, batch, present, known)
            for record in batch.guards:
                if record.id not in present:
                    tail.add_guard(record)
            if batch.summary is not None and summary_id(batch.summary) not in present:
                tail.add_summary(batch.summary)
            tail.write(batch.states)
        return Appended(added, len(batch.decisions) + len(batch.facts) - added, tail.seq, tail.head.hex())

    def erase(self, *, account: str | None = None, entry: str | None = None, by: str, why: str, at: str) -> Erased:
        """What was erased of an account, or of one entry, once it is gone from the file and a row says so.

        `by` is who erases, `at` when. Nothing of it can be had back.
        """
        if (account is None) == (entry is None):
            raise UsageError("either an account or an entry is erased", hint="name one of them")
        with in_our_words(self._path):
            with transaction(self._connection):
                tail = Tail(self._connection, self._salts)
                if account is not None:
                    erased = erase_account(self._connection, tail, account, by=by, why=why, at=at)
                else:
                    erased = erase_entry(self._connection, tail, str(entry), by=by, why=why, at=at)
            # The log still holds what was erased, until it is folded into the file.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased

    def last(self) -> int:
        """The number of the last row; 0 of an empty ledger."""
        with in_our_words(self._path):
            return self._connection.execute("SELECT coalesce(max(seq), 0) FROM entry").fetchone()[0]  # type: ignore[no-any-return]

    def present(self, ids: Iterable[str]) -> set[str]:
        """Those of the ids that stand for something in the ledger."""
        with in_our_words(self._path):
            return {found for (found,) in among(self._connection, "SELECT id FROM entry WHERE id IN", ids)}

    def others(self, facts: Iterable[FactRecord]) -> dict[str, LedgerError]:
        """Of facts whose ids stand for something in the ledger, those that are not what they stand for, and why."""
        with in_our_words(self._path):
            return Tail(self._connection, self._salts).other_facts(list(facts))

    def states(self, keys: Iterable[str]) -> dict[str, bytes]:
        """What the facts amount to for each of the keys; a key without facts is left out."""
        with in_our_words(self._path):
            return dict(among(self._connection, "SELECT key, body FROM state WHERE key IN", keys))

    def all_states(self) -> Iterator[tuple[str, StateRow]]:
        """Every state with its key."""
        with in_our_words(self._path):
            for key, *row in self._connection.execute("SELECT key, body, due, waiting, account FROM state"):
                yield key, StateRow(*row)

    def replace_states(self, states: Mapping[str, StateRow], *, after: int) -> None:
        """Puts these states in place of all there are; refused where facts were added after that row."""
        with in_our_words(self._path), transaction(self._connection):
            self._refuse_overtaken(after)
            self._connection.execute("DELETE FROM state")
            Tail(self._connection, self._salts).write(states)

    def due(self, until: str, limit: int = -1) -> list[str]:
        """The keys whose next timer fires at that instant or before it, the earliest first; so many at most."""
        with in_our_words(self._path):
            rows = self._connection.execute(
                "SELECT key FROM state WHERE due <= ? ORDER BY due, key LIMIT ?", (until, limit)
            )
            return [key for (key,) in rows]

    def waiting(self, limit: int = -1) -> list[str]:
        """The keys at which something waits for a person, the longest first; so many at most."""
        with in_our_words(self._path):
            rows = self._connection.execute(
                "SELECT key FROM state WHERE waiting IS NOT NULL ORDER BY waiting, key LIMIT ?", (limit,)
            )
            return [key for (key,) in rows]

    def decision(self, id: str) -> RecordedDecision | None:  # noqa: A002
        """The decision with this id, words and all; `None` if the ledger has none.

        A text may have been scanned and the same item decided by a fact: then it is the fact's, which had effect.
        """
        with in_our_words(self._path):
            row = self._connection.execute(
                "SELECT seq, body FROM made JOIN entry ON seq = entry WHERE made.id = ? ORDER BY seq DESC LIMIT 1",
                (id,),
            ).fetchone()
            if row is not None:
                page = Page(self._connection, [row])
                return next(one for one in page.all_made(*page.rows[0]) if one.id == id)
            row = self._connection.execute(
                "SELECT seq, body FROM entry WHERE id = ? AND kind = 'decision'", (id,)
            ).fetchone()
            if row is None:
                return None
            page = Page(self._connection, [row])
            return page.decision(*page.rows[0])

    def decisions(self, account: str | None = None) -> Iterator[RecordedDecision]:
        """Every decision of scanned text in the order recorded, words and all; of one account, if one is named."""
        for page in self._pages(("decision",), account):
            yield from (page.decision(seq, body) for seq, body in page.rows)

    def all_decisions(self) -> Iterator[RecordedDecision]:
        """Every decision, of scanned text or made by a fact, in the order recorded."""
        for page in self._pages(("decision", "fact"), None):
            for seq, body in page.rows:
                if body["kind"] == "decision":
                    yield page.decision(seq, body)
                elif "decisions" in body:
                    yield from page.all_made(seq, body)

    def facts(self, key: str | None = None) -> Iterator[RecordedFact]:
        """Every fact in the order recorded, with all that was made of it; those addressed to one key, if one is named.

        What was erased reads as `None`.
        """
        for page in self._pages(("fact",), key):
            yield from (page.fact(seq, body) for seq, body in page.rows)

    def guards(self) -> list[tuple[int, GuardRecord]]:
        """What befell rules under guards, in the order recorded, each with the number of its row."""
        with in_our_words(self._path):
            rows = self._connection.execute("SELECT seq, body FROM entry WHERE kind = 'guard' ORDER BY seq").fetchall()
            return list(Page(self._connection, rows).guards())

    def held_back(self, ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """What guards held back of the recorded decisions with these ids; those of scanned text, each there is."""
        sql = "SELECT id, json_extract(body, '$.decision.guarded') FROM entry WHERE +kind = 'decision' AND id IN"
        with in_our_words(self._path):
            return {id: orjson.loads(held or b"[]") for id, held in among(self._connection, sql, ids)}  # noqa: A001

    def newest(self, kinds: Iterable[str]) -> str | None:
        """The latest instant of a fact of these kinds, as rows hold it."""
        sql = """SELECT at FROM entry WHERE kind = 'fact' AND json_extract(body, '$.fact_kind') IN ({})
            ORDER BY at DESC LIMIT 1"""
        asked = list(kinds)
        with in_our_words(self._path):
            row = self._connection.execute(sql.format(",".join("?" * len(asked))), asked).fetchone()
        return None if row is None else row[0]

    def found_from(self, at: str, kinds: Iterable[str]) -> Iterator[Found]:
        """What was found in facts of these kinds from that instant (a text as rows hold it) on, in order recorded."""
        asked = list(kinds)
        sql = f"""SELECT seq, at, account, json_extract(body, '$.findings') FROM entry WHERE kind = 'fact' AND at >= ?
            AND json_extract(body, '$.fact_kind') IN ({",".join("?" * len(asked))}) ORDER BY seq"""  # noqa: S608
        with in_our_words(self._path):
            rows = self._connection.execute(sql, (at, *asked))
            while page := rows.fetchmany(_PAGE):
                whom = named(self._connection, {digest for _, _, digest, _ in page if digest is not None})
                for seq, when, digest, found in page:
                    yield Found(seq, when, whom.get(digest), () if found is None else orjson.loads(found))

    def before_batches_from(self, at: str) -> int:
        """The number of the last row before what batches brought that were run from that instant on."""
        first = "SELECT min(seq) FROM entry WHERE kind = 'batch' AND at >= ?"
        with in_our_words(self._path):
            (batch,) = self._connection.execute(first, (at,)).fetchone()
            if batch is None:
                return self.last()
            sql = "SELECT coalesce(max(seq), 0) FROM entry WHERE kind = 'batch' AND seq < ?"
            return int(self._connection.execute(sql, (batch,)).fetchone()[0])

    def scanned(self, after: int) -> Iterator[Scanned]:
        """What batches of scans carried out after that row, in the order recorded."""
        # Where a rule is tripped most decisions only propose, and to read a body takes long.
        sql = """SELECT seq, body FROM entry WHERE seq > ? AND (+kind = 'batch'
            OR +kind = 'decision' AND instr(body, '"status":"applied"')) ORDER BY seq"""
        made: list[tuple[Mapping[str, Any], str | None]] = []
        last = after
        with in_our_words(self._path):
            rows = self._connection.execute(sql, (after,))
            while page := [(seq, orjson.loads(body)) for seq, body in rows.fetchmany(_PAGE)]:
                digests = [body.get("identities", {}).get("account") for _, body in page]
                whom = named(self._connection, {one for one in digests if one is not None})
                for (last, body), digest in zip(page, digests, strict=True):
                    if body["kind"] == "decision":
                        made.append((body["decision"], whom.get(digest)))
                    elif not body["read"].startswith("facts:"):
                        yield Scanned(last, body["at"], (body["read"], *body["policies"]), body["rows"], tuple(made))
                        made.clear()
        if made:
            yield Scanned(last, None, (), 0, tuple(made))

    def fact(self, id: str) -> RecordedFact | None:  # noqa: A002
        """The fact with this id, with all that was made of it; `None` if the ledger has none."""
        with in_our_words(self._path):
            row = self._connection.execute(
                "SELECT seq, body FROM entry WHERE id = ? AND kind = 'fact'", (id,)
            ).fetchone()
            if row is None:
                return None
            page = Page(self._connection, [row])
            return page.fact(*page.rows[0])

    def policy(self, digest: str) -> bytes | None:
        """The canonical bytes of the policy with this digest; `None` if the ledger has none."""
        with in_our_words(self._path):
            row = self._connection.execute(
                "SELECT bytes FROM entry JOIN blob ON blob.entry = entry.seq AND name = 'policy' WHERE id = ?",
                (policy_id(digest),),
            ).fetchone()
            return None if row is None else row[0]

    def policies(self) -> list[str]:
        """The digests of the policies the ledger holds, in the order they were recorded."""
        with in_our_words(self._path):
            rows = self._connection.execute("SELECT id FROM entry WHERE kind = 'policy' ORDER BY seq").fetchall()
        return [name.removeprefix(policy_id("")) for (name,) in rows]

    def fed_under(self) -> list[str]:
        """The digests of the policies under which facts were last fed in, in the order they were first recorded.

        They are those that judge every account: others are recorded once an account names them.
        """
        recorded = self.policies()
        with in_our_words(self._path):
            row = self._connection.execute(
                "SELECT body FROM entry WHERE kind = 'batch' AND json_extract(body, '$.read') LIKE 'facts:%' "
                "ORDER BY at DESC, seq DESC LIMIT 1"
            ).fetchone()
        if row is None:
            return []
        named = set(orjson.loads(row[0])["policies"])
        return [digest for digest in recorded if digest in named]

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

    def _append_decisions(
        self, tail: Tail, batch: Batch, present: Mapping[str, tuple[int, str]], known: set[str]
    ) -> int:
        added = 0
        met: dict[str, DecisionRecord] = {}
        for record in batch.decisions:
            earlier = met.setdefault(record.id, record)
            if earlier is not record:
                if earlier != record:
                    raise conflict(f"decision `{record.id}` comes twice in one batch, with different content")
            elif record.id in present:
                tail.refuse_other_decision(record, *present[record.id])
            else:
                _refuse_unknown_policy(f"decision `{record.id}`", record.decision, known)
                tail.add_decision(record)
                added += 1
        return added

    def _append_facts(self, tail: Tail, batch: Batch, present: Mapping[str, tuple[int, str]], known: set[str]) -> int:
        new: list[FactRecord] = []
        met: dict[str, FactRecord] = {}
        for record in batch.facts:
            earlier = met.setdefault(record.id, record)
            if earlier is not record:
                if _fact(earlier) != _fact(record):
                    raise conflict(f"fact `{record.id}` comes twice in one batch, with different content")
            elif record.id in present:
                tail.refuse_other_fact(record, *present[record.id])
            else:
                for decision in record.decisions:
                    _refuse_unknown_policy(f"a decision of fact `{record.id}`", decision, known)
                new.append(record)
        tail.add_facts(new)
        return len(new)

    def _refuse_overtaken(self, after: int) -> None:
        overtaken = self._connection.execute(
            "SELECT 1 FROM entry WHERE seq > ? AND kind IN ('fact', 'erasure', 'guard') LIMIT 1", (after,)
        ).fetchone()
        if overtaken is not None:
            raise OvertakenError(
                f"another writer added facts to ledger `{self._path}` meanwhile",
                hint="run again: facts fed twice are kept once",
            )

    def _pages(self, kinds: tuple[str, ...], account: str | None) -> Iterator[Page]:
        whose, values = ("", ()) if account is None else (" AND account = ?", (self._identity_digest(account),))
        last = 0
        while True:
            with in_our_words(self._path):
                rows = self._connection.execute(
                    f"""SELECT seq, body FROM entry
                    WHERE seq > ?{whose} AND +kind IN ({",".join("?" * len(kinds))}) ORDER BY seq LIMIT {_PAGE}""",  # noqa: S608
                    (last, *values, *kinds),
                ).fetchall()
                if not rows:
                    return
                page = Page(self._connection, rows)
            yield page
            last = rows[-1][0]

    def _identity_digest(self, account: str) -> str | None:
        with in_our_words(self._path):
            row = self._connection.execute(_IDENTITY_DIGEST, (identity(account),)).fetchone()
        return None if row is None else row[0].hex()


_IDENTITY_DIGEST = "SELECT digest FROM blob WHERE identity = 1 AND bytes = ?"


def _fact(record: FactRecord) -> tuple[Any, ...]:
    return record.account, record.at, record.kind, record.fact


def _policies_named(batch: Batch) -> set[str]:
    made = (decision for fact in batch.facts for decision in fact.decisions)
    return {str(one.get("digest")) for one in (*(record.decision for record in batch.decisions), *made)}


def _ids(batch: Batch) -> Iterator[str]:
    yield from (record.id for record in batch.decisions)
    yield from (fact.id for fact in batch.facts)
    yield from (record.id for record in batch.guards)
    yield from map(policy_id, {policy.digest for policy in batch.policies} | _policies_named(batch))
    if batch.summary is not None:
        yield summary_id(batch.summary)


def _refuse_unknown_policy(name: str, decision: Mapping[str, Any], known: set[str]) -> None:
    if decision.get("digest") not in known:
        raise LedgerError(
            f"{name} names a policy that is not in the ledger",
            hint="append the policy with the batch: without it nobody could replay the decision",
        )
