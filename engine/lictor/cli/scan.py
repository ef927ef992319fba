"""`lictor scan`: every row of files decided, and the decisions kept.

One batch after the other is decided (by other processes, with `--jobs`), committed to the ledger in one transaction,
written out and counted, in the order of the input. Files appear when all is done; the ledger keeps what was committed.
"""

from __future__ import annotations

import gc
import io
import sys
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar, cast

import click
import orjson
import pyarrow as pa

from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.judging import Done, Judge, Judged, Worker, each_task, joined, judge_of, shares
from lictor.cli.loading import loaded
from lictor.cli.options import (
    as_of_option,
    chosen,
    columns_of,
    json_option,
    policy_option,
    processes_option,
    rows_options,
)
from lictor.cli.sinks import Targets, open_sinks
from lictor.errors import InputError, UsageError
from lictor.facts import one_of
from lictor.report.summary import Tally, render_tally
from lictor.scan.ahead import made_ahead
from lictor.scan.inputs import FileError, Inputs, open_inputs
from lictor.scan.inputs.parts import PartReader
from lictor.scan.jobs import copies, ordered_map

__all__ = ["command"]

_NAMED = 5  # rejects named on standard error; the others are counted

_FILE = click.Path(path_type=Path)

_ALL_SORTS = "比特币 6.42 出 ＢＴＣ，b!tc0in http://a.example"
"""A text with characters of many sorts, for which tables are made when the first is met."""

T = TypeVar("T")


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path())
@policy_option
@as_of_option
@click.option("--out", type=_FILE, metavar="F", help="Write rows here: .jsonl, .csv (also .gz, .zst) or .parquet.")
@click.option("--ledger", type=_FILE, metavar="F", help="Keep the decisions in this ledger; a second run adds nothing.")
@click.option("--rejects", type=_FILE, metavar="F", help="Write the rows that cannot be decided here, as JSON lines.")
@click.option("--events", type=_FILE, metavar="F|-", help="Write a JSON event a decision here; `-`: standard output.")
@click.option(
    "engine_name",
    "--engine",
    type=click.Choice(["here", "spark"]),
    default="here",
    help="Decide on this machine, or on the executors of a Spark cluster.",
)
@processes_option
@rows_options
@click.option("every", "--all", is_flag=True, help="Rows of which nothing is decided, too.")
@click.option("--strict", is_flag=True, help="Stop at the first row that cannot be decided.")
@click.option("--no-progress", is_flag=True, help="No progress bar.")
@json_option
def command(
    *,
    paths: Sequence[str],
    policies: Sequence[str],
    as_of: datetime | None,
    out: Path | None,
    ledger: Path | None,
    rejects: Path | None,
    events: Path | None,
    engine_name: str,
    jobs: int,
    mapping: Sequence[str],
    field: str | None,
    subject: str | None,
    surface: str | None,
    whole_files: bool,
    stdin_kind: Any,
    every: bool,
    strict: bool,
    no_progress: bool,
    as_json: bool,
) -> int:
    """Decide on every row of files, and keep the decisions.

    PATH is a file (.txt, .jsonl, .ndjson, .csv, also .gz or .zst; .parquet), a folder of such files, or `-` for
    standard input. The column `text`, or columns `text.<field>`, hold what is judged; id, field, subject, surface,
    account, published_at, lang and the signals the policy declares are read where they are.

    Rows that something is decided of come out in the order they were read: in the file of --out, else on standard
    output, as lines to read on a terminal, as JSON lines in a pipe or with --json. The summary goes to standard error;
    with --json it is one line of JSON, on standard output where files have taken the rows and events.

    The exit code is 1 where an action is stronger than `flag`, 2 where a file could not be read.
    """
    if engine_name == "spark" and jobs > 1:
        raise UsageError(
            "`--jobs` is about this machine", hint="leave it out: Spark has as many executors as it is given"
        )
    targets = Targets(out=out, ledger=ledger, rejects=rejects, events=events, as_json=as_json)
    targets.check(paths, strict=strict)
    engine = loaded(chosen(policies))
    if subject is not None:
        one_of(subject, {name for one in engine.policies for name in one.policy.document.subjects}, "subject")
    if as_of is None:
        newest = ", ".join(f"`{p.policy.document.versions[-1].id}` of `{p.policy.id}`" for p in engine.policies)
        say.note(f"judging by the newest version, {newest}; another instant: `--as-of`")
    given = {"field": field, "subject": subject, "surface": surface}
    judge = Judge(engine, as_of, {name: value for name, value in given.items() if value is not None}, every)
    inputs = open_inputs(
        paths,
        columns=columns_of(mapping),
        signals=engine.signals,
        whole_files=whole_files,
        stdin=say.standard_input() if "-" in paths else io.BytesIO(),
        stdin_kind=stdin_kind,
    )
    shown = sys.stderr is not None and sys.stderr.isatty() and not no_progress and not targets.terminal
    started = time.monotonic()
    try:
        tally = _run(judge, inputs, targets, on=engine_name, jobs=jobs, strict=strict, progress=shown)
    except KeyboardInterrupt:
        kept = "no file was written" if ledger is None else "what was committed is in the ledger"
        raise KeyboardInterrupt(f"interrupted: {kept}; run it again to go on") from None
    seconds = time.monotonic() - started
    if not as_json:
        say.aside(render_tally(tally, seconds=seconds))
    else:
        tell = say.result if targets.output_is_free else say.aside
        tell(orjson.dumps(tally.to_dict(seconds=seconds)).decode())
    if tally.rows and tally.rejects.total() == tally.rows:
        say.error("no row could be decided", "see why above; `--map text=NAME` names the column the texts are in")
        return FAILED
    return FAILED if tally.file_errors else FOUND if tally.found else OK


def _run(judge: Judge, inputs: Inputs, targets: Targets, *, on: str, jobs: int, strict: bool, progress: bool) -> Tally:
    counts = _Counts(strict=strict)
    with ExitStack() as stack:
        stack.callback(gc.unfreeze)
        hold, sinks = open_sinks(stack, targets, judge.engine)
        results = stack.enter_context(
            closing(_on_spark(judge, inputs) if on == "spark" else _here(judge, inputs, jobs))
        )
        for judged in _with_progress(results, inputs) if progress else results:
            held = hold(judged)
            for sink in (counts.add, *sinks):
                sink(held)
    return counts.tally


def _here(judge: Judge, inputs: Inputs, jobs: int) -> Generator[Judged]:
    with closing(inputs.reader()) as reader:
        results = _alone(judge, inputs, reader) if jobs == 1 else _spread(judge, inputs, reader, jobs)
        with closing(results):
            yield from joined(results)


def _alone(judge: Judge, inputs: Inputs, reader: PartReader) -> Generator[Done]:
    """Decided by this process, which reads ahead."""
    with _ahead(each_task(shares(inputs.shares()), reader), inputs) as tasks:
        _make_ready(judge)
        for part, task in tasks:
            yield part, [judge(task)]


def _spread(judge: Judge, inputs: Inputs, reader: PartReader, jobs: int) -> Generator[Done]:
    """Decided by other processes, which begin when there is something to read."""
    given = shares(inputs.shares())
    with _ahead(_first_of(given), inputs) as first:
        _make_ready(judge)
        begun = [*first]
    canonical = [one.policy.canonical for one in judge.engine.policies]
    elsewhere = partial(judge_of, canonical, judge.as_of, judge.defaults, every=judge.every)
    # The thread that read ahead has ended: beside it no copies could be made.
    make = (lambda: judge) if copies() else elsewhere
    with closing(given):
        results = ordered_map(partial(Worker.made, make, reader), chain(begun, given), jobs)
        with closing(cast("Generator[Done]", results)):
            yield from results


def _ahead(items: Generator[T], inputs: Inputs) -> AbstractContextManager[Iterable[T]]:
    """The items made ahead, unless that could mean to wait for what may never come."""
    return closing(items) if inputs.awaited else made_ahead(items, inputs.give_up)


def _first_of(items: Iterator[T]) -> Generator[T]:
    yield from islice(items, 1)


def _make_ready(judge: Judge) -> None:
    """Makes what the first rows would otherwise have to wait for, each process for itself."""
    judge.engine.warm_up()
    judge.engine.decide_batch(pa.record_batch({"text": pa.array([_ALL_SORTS])}), at=judge.as_of)
    # What is there by now stays to the end: the collector need not look at it, nor other processes copy it.
    gc.freeze()


def _on_spark(judge: Judge, inputs: Inputs) -> Generator[Judged]:
    from lictor.cli.on_spark import judged_on_spark  # noqa: PLC0415 (only here is Spark needed)

    return judged_on_spark(judge, inputs)


class _Counts:
    """Counts what was judged, and tells a person what was met on the way."""

    def __init__(self, *, strict: bool) -> None:
        self.tally = Tally()
        self._strict = strict
        self._sources: set[str] = set()

    def add(self, judged: Judged) -> None:
        """Counts a batch; under `strict`, its first reject is an error."""
        for one in judged.before:
            if isinstance(one, FileError):
                self.tally.file_errors += 1
                say.error(f"`{one.source}`: {one.message}", one.hint)
            else:
                say.note(f"`{one.source}`: {one.message}")
        for number, reject in enumerate(judged.rejects, self.tally.rejects.total()):
            if self._strict:
                raise InputError(str(reject), hint="without `--strict` such rows are set aside")
            if number < _NAMED:
                say.note(f"rejected {reject}")
            elif number == _NAMED:
                say.note("more rows are rejected; `--rejects F` writes them all")
        self.tally.add(judged.count, judged.rows, (one.reason for one in judged.rejects))
        self.tally.monitored.update(rule for rules in judged.monitored for rule in rules)
        self._sources.update(judged.sources)
        self.tally.files = len(self._sources)


def _with_progress(results: Iterable[Judged], inputs: Inputs) -> Iterator[Judged]:
    with click.progressbar(length=inputs.total_bytes, label="scanning", file=sys.stderr) as bar:
        for judged in results:
            yield judged
            bar.length = inputs.total_bytes
            bar.update(inputs.bytes_read - bar.pos)
