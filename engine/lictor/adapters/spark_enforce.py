"""Accounts' lives on Spark: a stream of facts into the segments of one ledger.

Each micro-batch leads to what `lictor enforce` would make of it, in rows and states, whatever the number of executors.
Texts are searched as columns wherever the facts arrive; then each fact goes to the share of the key it is about, and
the shares settle the batch (see `shares`). A share's state is that of its segment: rows and states are written there in
one transaction, so that a batch begun again, by another driver or executor, loses and doubles nothing.

Rules:

- The plan of a batch is on disk before anything of it is recorded, and is carried out to its end before the next.
- What is late is in its place all the same: the key's facts are in its segment. `late` says from when on it is set
  aside, behind the newest fact of earlier batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import orjson
import pyarrow as pa

from lictor.adapters.shares import Folded, Heard, Share, segment_paths, settle, share_of
from lictor.detect import CompiledPolicy, compile_policy, find_matches
from lictor.enforce import Rulebook, key_of
from lictor.errors import LedgerError, UsageError
from lictor.facts import readable, suggest
from lictor.facts.kinds import AppealDecision, AuthorityOrder, ContentPublished, Fact, read_fact
from lictor.ledger import Ledger
from lictor.policy import bundled_policies, load_canonical, load_policy
from lictor.policy.contents import refuse_silent_change
from lictor.report.files import whole_file

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame
    from pyspark.sql.streaming import DataStreamWriter

__all__ = ["Done", "Enforcement", "enforce"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a micro-batch: facts that came, new ones, those had before, those set aside; decisions made.

    `rounds` is how often shares had to fold until nobody told another anything new.
    """

    batch: int
    facts: int
    new: int
    present: int
    aside: int
    decisions: int
    rounds: int


def enforce(
    facts: DataFrame,
    ledger: str | Path,
    policies: Iterable[str | Path] = ("wechat", "payments"),
    *,
    segments: int,
    late: timedelta | None = None,
    by_truth: bool = False,
    progress: Callable[[Done], object] | None = None,
) -> DataStreamWriter:
    """A stream's writer that feeds its facts, a line of JSON in each `value`, into the ledger in that folder.

    Give it a checkpoint and a trigger, and start it. The folder must be one that driver and executors all see, on a
    file system that locks files; the number of segments stays what it was when the ledger was begun.
    """
    whole = Enforcement(ledger, policies, segments=segments, late=late, by_truth=by_truth, progress=progress)
    return facts.writeStream.foreachBatch(whole)


class Enforcement:
    """Takes one micro-batch after the other, as `foreachBatch` gives them."""

    def __init__(
        self,
        ledger: str | Path,
        policies: Iterable[str | Path],
        *,
        segments: int,
        late: timedelta | None = None,
        by_truth: bool = False,
        progress: Callable[[Done], object] | None = None,
    ) -> None:
        loaded = [load_policy(one) for one in policies]
        self._folder = Path(ledger).absolute()
        self._late = late
        self._progress = progress
        self._work = _Work(
            tuple(one.canonical for one in loaded), self._folder, segments, version("lictor"), by_truth=by_truth
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        paths = segment_paths(self._folder, segments)
        for other in self._folder.glob("segment-*.db"):
            if other not in paths:
                raise UsageError(
                    f"`{self._folder}` holds a ledger of another number of segments: `{other.name}`",
                    hint="give that number: which share a key falls to depends on it",
                )
        for number, path in enumerate(paths):
            with Ledger.open(path) as segment:
                recorded = {digest: segment.policy(digest) or b"{}" for digest in segment.policies()}
                for policy in loaded:
                    if policy.digest not in recorded:
                        refuse_silent_change(policy, recorded.items(), "the ledger")
                self._work.share(number, segment)

    def __call__(self, facts: DataFrame, batch: int) -> None:
        """The batch, settled and recorded; one that was begun before is carried out as it was planned then."""
        from pyspark import StorageLevel  # noqa: PLC0415

        lines = facts.select(facts["value"].cast("binary").alias("value"))
        arrived = lines.mapInArrow(partial(_arrived, self._work), _ARRIVED).persist(StorageLevel.DISK_ONLY)
        try:
            met = _met(arrived)
            plan = self._read_plan()
            if plan is not None and not plan.done and plan.read != met.read:
                raise LedgerError(
                    f"batch {plan.batch} of this ledger was begun and not finished, and this is another one",
                    hint="start the stream from its own checkpoint: then that batch comes again",
                )
            if plan is not None and plan.done and (plan.batch, plan.read) == (batch, met.read):
                return
            limit = plan.limit if plan is not None and not plan.done else self._limit(plan)
            fit = arrived.where("wrong is null" if limit is None else f"wrong is null and at >= {limit}")
            unfit = arrived.where("not copy").where(
                "wrong is not null" if limit is None else f"wrong is not null or at < {limit}"
            )
            parts = fit.rdd.map(_by_share).partitionBy(self._work.shares, int).mapPartitionsWithIndex(_part)
            parts.persist(StorageLevel.DISK_ONLY)
            try:
                if plan is None or plan.done:
                    known = (met.newest, None if plan is None else plan.newest)
                    newest = max((one for one in known if one is not None), default=None)
                    plan = self._settled(parts, _Plan(batch, met.read, limit, newest))
                aside = self._set_aside(unfit, plan)
                self._record(parts, plan, met.facts, aside)
            finally:
                parts.unpersist()
        finally:
            arrived.unpersist()

    def _limit(self, plan: _Plan | None) -> int | None:
        if plan is None or plan.newest is None or self._late is None:
            return None
        return plan.newest - self._late // _TICK

    def _settled(self, parts: RDD[_Part], plan: _Plan) -> _Plan:
        """The plan with what each share must hear and who cannot be had, kept on disk."""
        rounds = 0

        def fold(asked: Mapping[int, Heard]) -> dict[int, Folded]:
            nonlocal rounds
            rounds += 1
            return self._folded(parts, asked, record=False)

        heard, folded = settle(fold, self._work.shares, None)
        wrong = {name: why for part in folded.values() for name, why in part.unfit.items()}
        wrong |= dict.fromkeys(
            frozenset.intersection(*(part.unclaimed for part in folded.values())), "there is no such appeal"
        )
        wrong |= dict.fromkeys(heard[0].barred, "what it means for another account cannot be applied")
        plan = msgspec.structs.replace(plan, heard=heard, wrong=wrong, rounds=rounds)
        self._write_plan(plan)
        return plan

    def _folded(self, parts: RDD[_Part], asked: Mapping[int, Heard], *, record: bool) -> dict[int, Folded]:
        fold = partial(_folded, self._work, dict(asked), record=record)
        return dict(parts.context.runJob(parts, fold, partitions=sorted(asked)))

    def _record(self, parts: RDD[_Part], plan: _Plan, facts: int, aside: int) -> None:
        folded = self._folded(parts, plan.heard, record=True).values()
        done = Done(
            batch=plan.batch,
            facts=facts,
            new=sum(one.new for one in folded),
            present=sum(one.present for one in folded),
            aside=aside,
            decisions=sum(one.cases for one in folded),
            rounds=plan.rounds,
        )
        self._write_plan(msgspec.structs.replace(plan, done=True, heard={}, wrong={}))
        if self._progress is not None:
            self._progress(done)

    def _set_aside(self, unfit: DataFrame, plan: _Plan) -> int:
        """How many lines of the batch are no facts, too late, or cannot be had; they are in the folder `aside`."""
        count: int = unfit.count()
        folder = self._folder / "aside"
        if count:
            said = unfit.selectExpr("coalesce(wrong, 'late') as why", "decode(line, 'UTF-8') as line")
            said.write.mode("overwrite").json(str(folder / f"lines-{plan.batch:09d}"))
        if plan.wrong:
            folder.mkdir(exist_ok=True)
            with whole_file(folder / f"facts-{plan.batch:09d}.jsonl") as file:
                file.writelines(orjson.dumps({"id": one, "why": plan.wrong[one]}) + b"\n" for one in sorted(plan.wrong))
        return count + len(plan.wrong)

    def _read_plan(self) -> _Plan | None:
        path = self._folder / _PLAN
        return msgspec.json.decode(path.read_bytes(), type=_Plan) if path.exists() else None

    def _write_plan(self, plan: _Plan) -> None:
        with whole_file(self._folder / _PLAN) as file:
            file.write(msgspec.json.encode(plan))


_PLAN = "stream.json"
_ARRIVED = "share int, copy boolean, at long, mark long, quiet boolean, wrong string, line binary"


class _Plan(msgspec.Struct, frozen=True):
    """A batch on its way into the segments. `limit` and `newest` are instants in microseconds."""

    batch: int
    read: str
    limit: int | None
    newest: int | None
    done: bool = False
    rounds: int = 0
    heard: dict[int, Heard] = {}
    wrong: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Met:
    facts: int
    newest: int | None
    read: str


def _met(arrived: DataFrame) -> _Met:
    row = arrived.where("not copy").selectExpr("count(*)", "max(at)", "coalesce(bit_xor(mark), 0)").collect()[0]
    return _Met(row[0], row[1], f"{row[0]} {row[2]:016x}")


@dataclass(frozen=True, slots=True)
class _Work:
    """What an executor must know to fold a share; it travels."""

    canonical: tuple[bytes, ...]
    folder: Path
    shares: int
    engine: str
    by_truth: bool = False

    @property
    def rules(self) -> Rulebook:
        """The rules, compiled once in each process."""
        return _rules(self.canonical)

    def share(self, number: int, segment: Ledger) -> Share:
        """The share of that number, from what its segment holds."""
        return Share(
            self.rules,
            number=number,
            shares=self.shares,
            engine=self.engine,
            ledger=segment,
            by_truth=self.by_truth,
            meet=_meet,
        )


_Part = tuple[int, list[tuple[bytes, bool]]]


@lru_cache(maxsize=4)
def _rules(canonical: tuple[bytes, ...]) -> Rulebook:
    return Rulebook([compile_policy(load_canonical(one)) for one in canonical], _bundled)


def _bundled(name: str) -> CompiledPolicy:
    if name not in bundled_policies():
        raise UsageError(f"`{name}` is no bundled policy", hint=suggest(name, bundled_policies()))
    return compile_policy(load_policy(name))


def _meet(rules: Rulebook, policy: str) -> None:
    for name in bundled_policies():
        if load_policy(name).id == policy:
            rules.judges(name)


def _arrived(work: _Work, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each line with its share, and whether the rules have something to look for in it."""
    for batch in batches:
        lines = [line.strip() for line in batch.column("value").to_pylist() if line is not None and line.strip()]
        facts, wrong = _read(lines)
        quiet = frozenset() if work.by_truth else _quiet(work.rules, [one for one in facts if one is not None])
        rows: list[tuple[object, ...]] = []
        for line, fact, why in zip(lines, facts, wrong, strict=True):
            mark = int.from_bytes(blake2b(line, digest_size=8).digest(), "big", signed=True)
            if fact is None:
                rows.append((0, False, None, mark, False, why, line))
                continue
            at = (fact.at - _EPOCH) // _TICK
            for place, share in enumerate(_shares(fact, work.shares)):
                rows.append((share, place > 0, at, mark, fact.id in quiet, None, line))
        yield pa.RecordBatch.from_arrays(
            [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), _SCHEMA, strict=True)]
            if rows
            else [pa.array([], field.type) for field in _SCHEMA],
            schema=_SCHEMA,
        )


_SCHEMA = pa.schema(
    [
        ("share", pa.int32()),
        ("copy", pa.bool_()),
        ("at", pa.int64()),
        ("mark", pa.int64()),
        ("quiet", pa.bool_()),
        ("wrong", pa.string()),
        ("line", pa.binary()),
    ]
)


def _read(lines: Sequence[bytes]) -> tuple[list[Fact | None], list[str | None]]:
    facts: list[Fact | None] = []
    wrong: list[str | None] = []
    for line in lines:
        try:
            fact = read_fact(line)
            _shares(fact, 1)
        except UsageError as no:
            facts.append(None)
            wrong.append(f"{no}; {no.hint}" if no.hint else str(no))
        else:
            facts.append(fact)
            wrong.append(None)
    return facts, wrong


def _shares(fact: Fact, shares: int) -> Iterable[int]:
    """Where the fact must go. An answer to an appeal does not say whose it is: the share that has the appeal knows."""
    if isinstance(fact, AppealDecision):
        return range(shares)
    return [share_of(fact.id if isinstance(fact, AuthorityOrder) else key_of(fact), shares)]


def _quiet(rules: Rulebook, facts: Sequence[Fact]) -> frozenset[str]:
    """What was published without anything in it that the rules that judge everybody look for."""
    spoken = [one for one in facts if isinstance(one, ContentPublished)]
    column = pa.array([readable(one.text) for one in spoken], pa.string())
    loud: set[int] = set()
    for compiled in rules.policies if spoken else ():
        loud.update(find_matches(compiled, {"": column}, lambda _, row: spoken[row].form))
    return frozenset(one.id for row, one in enumerate(spoken) if row not in loud)


def _by_share(row: Mapping[str, object]) -> tuple[object, tuple[bytes, object]]:
    return row["share"], (bytes(row["line"]), row["quiet"])  # type: ignore[call-overload]


def _part(number: int, rows: Iterator[tuple[int, tuple[bytes, bool]]]) -> Iterator[_Part]:
    yield number, [value for _, value in rows]


def _folded(
    work: _Work, asked: Mapping[int, Heard], parts: Iterable[_Part], *, record: bool
) -> list[tuple[int, Folded]]:
    found = []
    for number, lines in parts:
        facts = [read_fact(line) for line, _ in lines]
        quiet = {fact.id for fact, (_, is_quiet) in zip(facts, lines, strict=True) if is_quiet}
        path = segment_paths(work.folder, work.shares)[number]
        with Ledger.open(path, create=False) if record else Ledger.read(path) as segment:
            found.append((number, work.share(number, segment).fold(facts, quiet, asked[number], record=record)))
    return found
