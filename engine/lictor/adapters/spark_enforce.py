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
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from hashlib import blake2b
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import orjson
import pyarrow as pa

from lictor.adapters.shares import Folded, Heard, Share, segment_paths, settle, share_of
from lictor.adapters.spark import kept_out_of_collections
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
_AT_ONCE = 4096  # lines read together


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

        plan = self._read_plan()
        begun = plan is not None and not plan.done
        limit = plan.limit if plan is not None and begun else self._limit(plan)
        lines = facts.select(facts["value"].cast("binary")).rdd
        arrived = lines.mapPartitions(partial(_arrived, self._work, limit))
        tasks = min(self._work.shares, facts.sparkSession.sparkContext.defaultParallelism)
        parts = arrived.partitionBy(tasks, int).mapPartitionsWithIndex(partial(_parts, self._work.shares, tasks))
        parts.persist(StorageLevel.DISK_ONLY)
        try:
            met = _met(parts)
            if plan is not None and begun and plan.read != met.read:
                raise LedgerError(
                    f"batch {plan.batch} of this ledger was begun and not finished, and this is another one",
                    hint="start the stream from its own checkpoint: then that batch comes again",
                )
            if plan is not None and not begun and (plan.batch, plan.read) == (batch, met.read):
                return
            if plan is None or not begun:
                known = (met.newest and met.newest[0], None if plan is None else plan.newest)
                newest = max((one for one in known if one is not None), default=None)
                plan = self._settled(parts, _Plan(batch, met.read, limit, newest), met)
            self._record(parts, plan, met)
        finally:
            parts.unpersist()

    def _limit(self, plan: _Plan | None) -> int | None:
        if plan is None or plan.newest is None or self._late is None:
            return None
        return plan.newest - self._late // _TICK

    def _settled(self, parts: RDD[_Part], plan: _Plan, met: _Met) -> _Plan:
        """The plan with what each share must hear and who cannot be had, kept on disk."""
        rounds = 0

        def fold(asked: Mapping[int, Heard]) -> dict[int, Folded]:
            nonlocal rounds
            rounds += 1
            return self._folded(parts, asked, record=False)

        # The newest fact that arrived is nearly always the last that counts: then nobody folds again to learn that.
        until = None if met.newest is None else (met.newest[0], 0, met.newest[1], (), ())
        heard, folded = settle(fold, self._work.shares, until)
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
        tasks = parts.getNumPartitions()
        return dict(parts.context.runJob(parts, fold, partitions=sorted({number % tasks for number in asked})))

    def _record(self, parts: RDD[_Part], plan: _Plan, met: _Met) -> None:
        aside = self._set_aside(parts, plan, met)
        folded = self._folded(parts, plan.heard, record=True).values()
        done = Done(
            batch=plan.batch,
            facts=met.lines,
            new=sum(one.new for one in folded),
            present=sum(one.present for one in folded),
            aside=aside,
            decisions=sum(one.cases for one in folded),
            rounds=plan.rounds,
        )
        self._write_plan(msgspec.structs.replace(plan, done=True, heard={}, wrong={}))
        if self._progress is not None:
            self._progress(done)

    def _set_aside(self, parts: RDD[_Part], plan: _Plan, met: _Met) -> int:
        """How many lines of the batch are no facts, too late, or cannot be had; they are in the folder `aside`."""
        folder = self._folder / "aside"
        if met.aside:
            lines = folder / f"lines-{plan.batch:09d}"
            lines.mkdir(parents=True, exist_ok=True)
            parts.foreachPartition(partial(_written_aside, lines))
        if plan.wrong:
            folder.mkdir(exist_ok=True)
            with whole_file(folder / f"facts-{plan.batch:09d}.jsonl") as file:
                file.writelines(orjson.dumps({"id": one, "why": plan.wrong[one]}) + b"\n" for one in sorted(plan.wrong))
        return met.aside + len(plan.wrong)

    def _read_plan(self) -> _Plan | None:
        path = self._folder / _PLAN
        return msgspec.json.decode(path.read_bytes(), type=_Plan) if path.exists() else None

    def _write_plan(self, plan: _Plan) -> None:
        with whole_file(self._folder / _PLAN) as file:
            file.write(msgspec.json.encode(plan))


_PLAN = "stream.json"


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
    """What came: lines, those of them set aside, a mark of them all; the newest fact by instant and id."""

    lines: int = 0
    aside: int = 0
    mark: int = 0
    newest: tuple[int, str] | None = None

    @property
    def read(self) -> str:
        """By what the same lines are known again, in any order."""
        return f"{self.lines} {self.mark:016x}"

    def __add__(self, other: _Met) -> _Met:
        newest = max((one.newest for one in (self, other) if one.newest is not None), default=None)
        return _Met(self.lines + other.lines, self.aside + other.aside, self.mark ^ other.mark, newest)


@dataclass(slots=True)
class _Part:
    """What falls to one share: facts as lines, quiet or not; lines set aside, with why."""

    number: int
    facts: list[tuple[bytes, bool]] = field(default_factory=list)
    aside: list[tuple[str, bytes]] = field(default_factory=list)
    met: _Met = _Met()

    def add(self, other: _Part) -> None:
        """Takes in what else falls to the share."""
        self.facts += other.facts
        self.aside += other.aside
        self.met += other.met


def _met(parts: RDD[_Part]) -> _Met:
    return sum(parts.map(lambda part: part.met).collect(), _Met())


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


@lru_cache(maxsize=4)
def _rules(canonical: tuple[bytes, ...]) -> Rulebook:
    rules = Rulebook([compile_policy(load_canonical(one)) for one in canonical], _bundled)
    kept_out_of_collections()
    return rules


def _bundled(name: str) -> CompiledPolicy:
    if name not in bundled_policies():
        raise UsageError(f"`{name}` is no bundled policy", hint=suggest(name, bundled_policies()))
    return compile_policy(load_policy(name))


def _meet(rules: Rulebook, policy: str) -> None:
    for name in bundled_policies():
        if load_policy(name).id == policy:
            rules.judges(name)


def _arrived(work: _Work, limit: int | None, rows: Iterator[Sequence[bytes | None]]) -> Iterator[tuple[int, _Part]]:
    """Lines by the share they fall to, each with whether the rules have something to look for in it.

    Some thousands at a time: Spark's shuffle takes long over small things.
    """
    values = (row[0] for row in rows)
    stripped = (bytes(one).strip() for one in values if one is not None)
    lines = (one for one in stripped if one)
    while some := list(islice(lines, _AT_ONCE)):
        parts = [_Part(number) for number in range(work.shares)]
        facts, wrong = _read(some)
        quiet = frozenset() if work.by_truth else _quiet(work.rules, [one for one in facts if one is not None])
        for line, fact, why in zip(some, facts, wrong, strict=True):
            mark = int.from_bytes(blake2b(line, digest_size=8).digest(), "big")
            at = None if fact is None else (fact.at - _EPOCH) // _TICK
            if fact is None or at is None or (limit is not None and at < limit):
                part = parts[mark % work.shares]
                part.aside.append((why or "late", line))
                part.met += _Met(1, 1, mark)
                continue
            for place, share in enumerate(_shares(fact, work.shares)):
                parts[share].facts.append((line, fact.id in quiet))
                if place == 0:
                    parts[share].met += _Met(1, 0, mark, (at, fact.id))
        yield from ((part.number, part) for part in parts)


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


def _parts(shares: int, tasks: int, number: int, rows: Iterator[tuple[int, _Part]]) -> Iterator[_Part]:
    """Those of one task, whether anything came for them or not. A task costs so much that a core is given one."""
    parts = {share: _Part(share) for share in range(number, shares, tasks)}
    for share, part in rows:
        parts[share].add(part)
    yield from parts.values()


def _written_aside(folder: Path, parts: Iterable[_Part]) -> None:
    for part in parts:
        if part.aside:
            with whole_file(folder / f"{part.number:05d}.jsonl") as file:
                for why, line in part.aside:
                    file.write(orjson.dumps({"why": why, "line": line.decode("utf-8", "replace")}) + b"\n")


def _folded(
    work: _Work, asked: Mapping[int, Heard], parts: Iterable[_Part], *, record: bool
) -> list[tuple[int, Folded]]:
    found = []
    for part in parts:
        number = part.number
        if number not in asked:
            continue
        facts = [read_fact(line) for line, _ in part.facts]
        quiet = {fact.id for fact, (_, is_quiet) in zip(facts, part.facts, strict=True) if is_quiet}
        path = segment_paths(work.folder, work.shares)[number]
        with Ledger.open(path, create=False) if record else Ledger.read(path) as segment:
            found.append((number, work.share(number, segment).fold(facts, quiet, asked[number], record=record)))
    return found
