"""The work of a scan that other processes can share: part of a file in, or a batch of rows, its decisions out as bytes.

What comes between two batches (rejects, unreadable files, remarks) travels with the batch that follows it, and never
from one part to the next, so that it is reported in its place whoever reads the part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from lictor.decide import Decision
from lictor.engine import Engine
from lictor.policy import load_canonical
from lictor.report.rejects import RejectRow
from lictor.report.rows import ScanRow
from lictor.scan.columns import RowError, completed
from lictor.scan.inputs import FileError, InputBatch, Note, Piece, Reject
from lictor.scan.inputs.parts import Part

if TYPE_CHECKING:
    from lictor.ledger import GuardRecord

__all__ = ["Done", "Judge", "Judged", "Task", "Worker", "each_task", "joined", "judge_of", "shares", "tasks"]

_AT_ONCE = 1000
_RAW_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Task:
    """A batch to decide, and what was met on the way to it."""

    before: tuple[Reject | FileError | Note, ...]
    batch: InputBatch | None


Share: TypeAlias = Part | Task


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch decided: its rows, for each decision what was judged, and the rows rejected before and in it.

    `read` is a digest of which rows were read: the file's own, the rows' numbers, and the rejects. `monitored` says,
    for each row on which rules fired that only watch, which. `accounts`, where a guard asks for a share of them, are
    all in the batch, and `trips` are of rules that went beyond their guards in it.
    """

    before: tuple[FileError | Note, ...]
    sources: frozenset[str]
    count: int
    rows: tuple[ScanRow, ...]
    inputs: tuple[bytes, ...]
    rejects: tuple[RejectRow, ...]
    read: str
    monitored: tuple[tuple[str, ...], ...] = ()
    accounts: tuple[str, ...] = ()
    trips: tuple[GuardRecord, ...] = ()


Done: TypeAlias = tuple[Part | None, list[Judged]]
"""Some of the batches of a part decided, in their order, or all; or what is of no part."""


def tasks(pieces: Iterable[Piece]) -> Iterator[Task]:
    """The pieces as tasks, in order; of what is no batch at most a thousand at once."""
    return (share for share in shares(pieces) if isinstance(share, Task))


def shares(pieces: Iterable[Part | Piece]) -> Generator[Share]:
    """The pieces as tasks, and the parts among them as they are, in order."""
    before: list[Reject | FileError | Note] = []

    def task(batch: InputBatch | None) -> Task:
        met = tuple(before)
        before.clear()
        return Task(met, batch)

    for piece in pieces:
        match piece:
            case InputBatch():
                yield task(piece)
            case Part():
                if before:
                    yield task(None)
                yield piece
            case _:
                before.append(piece)
                if len(before) == _AT_ONCE:
                    yield task(None)
    if before:
        yield task(None)


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides tasks. `defaults` are values for rows that do not say; `every`: also rows of which nothing is decided."""

    engine: Engine
    as_of: datetime | None
    defaults: Mapping[str, str]
    every: bool

    def __call__(self, task: Task) -> Judged:
        """The task decided."""
        rejects = [_rejected(one) for one in task.before if isinstance(one, Reject)]
        others = tuple(one for one in task.before if not isinstance(one, Reject))
        digest = hashlib.sha256()
        rows: list[ScanRow] = []
        inputs: list[bytes] = []
        wrong: list[RowError] = []
        monitored: list[tuple[str, ...]] = []
        accounts: tuple[str, ...] = ()
        found = task.batch
        if found is not None:
            digest.update(found.digest.encode() + found.rows.tobytes())
            batch = completed(found.batch, self.defaults)
            if self._asks_for_accounts and "account" in batch.schema.names:
                accounts = tuple(pc.unique(batch["account"]).drop_null().to_pylist())
            quiet = 0
            for outcome in self.engine.decide_batch(
                batch, at=self.as_of, items=found.item, silent=self._watches, checked=True
            ):
                if not isinstance(outcome, RowError):
                    watched = outcome.decision.monitored
                    monitored += [] if watched is None else [watched.rules]
                    if outcome.decision.action == "none" and not (self.every and watched is not None):
                        continue
                rows += self._quiet(found, quiet, outcome.row)
                quiet = outcome.row + 1
                if isinstance(outcome, RowError):
                    wrong.append(outcome)
                else:
                    rows.append(_row(found, outcome.row, outcome.decision))
                    inputs.append(outcome.judged)
            rows += self._quiet(found, quiet, found.batch.num_rows)
            rejects += _not_judged(found, wrong)
        digest.update(orjson.dumps([(one.file, one.row, one.reason, one.raw) for one in rejects]))
        return Judged(
            before=others,
            sources=frozenset({found.source} if found else ()) | {one.file for one in rejects},
            count=(found.batch.num_rows if found else 0) + sum(isinstance(one, Reject) for one in task.before),
            rows=tuple(rows),
            inputs=tuple(inputs),
            rejects=tuple(rejects),
            read=digest.hexdigest(),
            monitored=tuple(monitored),
            accounts=accounts,
        )

    @property
    def _watches(self) -> bool:
        """Whether there is a rule that only watches: what fires and leads to nothing must then be looked at."""
        return any(rule.status == "monitor" for one in self.engine.policies for rule in one.rules)

    @property
    def _asks_for_accounts(self) -> bool:
        guards = (guard for one in self.engine.policies for guard in one.policy.document.guards)
        return any(guard.accounts is not None and guard.accounts.share is not None for guard in guards)

    def _quiet(self, found: InputBatch, start: int, end: int) -> Iterable[ScanRow]:
        if not self.every:
            return ()
        return (ScanRow(found.source, int(found.rows[at]), found.item(at), "none") for at in range(start, end))


@dataclass(frozen=True, slots=True)
class Worker:
    """Decides shares of a scan, reading those that are parts."""

    judge: Judge
    read: Callable[[Part], Iterable[Piece]]

    @classmethod
    def made(cls, make: Callable[[], Judge], read: Callable[[Part], Iterable[Piece]]) -> Worker:
        """The worker, from what can travel to another process."""
        return cls(make(), read)

    def __call__(self, share: Share) -> Done:
        """The share, if it is a part, and its batches decided."""
        if isinstance(share, Task):
            return None, [self.judge(share)]
        return share, [self.judge(task) for task in tasks(self.read(share))]


def each_task(shares: Iterable[Share], read: Callable[[Part], Iterable[Piece]]) -> Generator[tuple[Part | None, Task]]:
    """The tasks of shares one by one, those of parts read for it, each with the part it is of."""
    for share in shares:
        if isinstance(share, Task):
            yield None, share
        else:
            yield from ((share, task) for task in tasks(read(share)))


def joined(results: Iterable[Done]) -> Iterator[Judged]:
    """The batches of all shares. Behind a part that could not be read, the rest of its file is passed over."""
    failed: Part | None = None
    for part, batches in results:
        if part is not None:
            if failed is not None and failed.source == part.source and _place(failed) < _place(part):
                continue
            wrong = any(isinstance(one, FileError) for judged in batches for one in judged.before)
            failed = part if wrong else None
        yield from batches


def judge_of(policies: Iterable[bytes], as_of: datetime | None, defaults: Mapping[str, str], *, every: bool) -> Judge:
    """The judge for policies given as canonical bytes, which is how another process is told of them."""
    return Judge(Engine([load_canonical(policy) for policy in policies]), as_of, defaults, every)


def _place(part: Part) -> tuple[int, int]:
    return part.start, part.first


def _row(found: InputBatch, at: int, decision: Decision) -> ScanRow:
    return ScanRow(
        file=found.source,
        row=int(found.rows[at]),
        item=decision.item,
        action=decision.action,
        status=decision.status,
        category=decision.category,
        severity=decision.severity,
        rules=decision.rules,
        decision=decision.to_json(),
    )


def _rejected(one: Reject) -> RejectRow:
    return RejectRow(one.source, one.row, one.reason, one.detail, one.raw.decode("utf-8", "backslashreplace"))


def _not_judged(found: InputBatch, errors: Sequence[RowError]) -> Iterator[RejectRow]:
    for start in range(0, len(errors), _AT_ONCE):
        some = errors[start : start + _AT_ONCE]
        given = found.batch.take(pa.array([error.row for error in some], pa.int64())).to_pylist()
        for error, row in zip(some, given, strict=True):
            detail = f"{error.reason}; {error.hint}" if error.hint else error.reason
            raw = orjson.dumps(row)[:_RAW_KEPT].decode("utf-8", "backslashreplace")
            yield RejectRow(found.source, int(found.rows[error.row]), "bad_value", detail, raw)
