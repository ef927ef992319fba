"""`lictor simulate diff`: what one policy would decide otherwise than another, over a corpus."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, cast

import click
import orjson

from lictor.cli import say
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.judging import Task, tasks
from lictor.cli.lives import rules_of
from lictor.cli.options import (
    INSTANT,
    POLICY,
    WORDS,
    as_of_option,
    columns_of,
    json_option,
    page_options,
    processes_option,
    rows_options,
)
from lictor.cli.pages import refuse_page, write_page
from lictor.cli.revisions import policy_at
from lictor.detect import CompiledPolicy, compile_policy
from lictor.errors import UsageError
from lictor.facts import one_of
from lictor.ledger import Ledger
from lictor.policy import load_canonical
from lictor.report.diff_page import page_of
from lictor.report.simulated_diff import render_result
from lictor.report.words import counted
from lictor.scan.columns import signal_columns
from lictor.scan.inputs import FileError, Inputs, Note, Piece, Reject, open_inputs
from lictor.scan.jobs import copies, ordered_map
from lictor.simulate.compare import Comparer, Question, Side
from lictor.simulate.comparison import Comparison
from lictor.simulate.corpus import recorded_texts
from lictor.simulate.limits import limit_of
from lictor.simulate.result import result_of

__all__ = ["command"]

_NAMED = 5  # rejects and labels named on standard error; the others are counted

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("before", type=POLICY, metavar="A")
@click.argument("after", type=POLICY, metavar="B")
@click.option("paths", "--corpus", type=click.Path(), multiple=True, metavar="PATH", help="A file or folder, or `-`.")
@click.option("--ledger", type=_FILE, metavar="F", help="The texts that this ledger holds, instead of a corpus.")
@as_of_option
@click.option("--at-a", type=INSTANT, metavar="T", help="Judge by A as of this instant.")
@click.option("--at-b", type=INSTANT, metavar="T", help="Judge by B as of this instant.")
@click.option("--labels", type=WORDS, metavar="COLUMN", help="The column that says what a row is.")
@click.option(
    "--contribution", is_flag=True, help="What each rule and term contributes; with --labels it is asked too."
)
@click.option("--fail-if", type=WORDS, multiple=True, metavar="CONDITION", help="Such as 'newly_banned > 0.1%'.")
@click.option("--samples", type=click.IntRange(0, 1000), default=3, metavar="N", help="Rows to read of each kind (3).")
@click.option("--seed", type=click.IntRange(min=0), default=0, metavar="N", help="What samples are drawn by (0).")
@processes_option
@rows_options
@page_options
@click.option("--no-progress", is_flag=True, help="No progress bar.")
@json_option
def command(
    *,
    before: str,
    after: str,
    paths: Sequence[str],
    ledger: Path | None,
    as_of: datetime | None,
    at_a: datetime | None,
    at_b: datetime | None,
    labels: str | None,
    contribution: bool,
    fail_if: Sequence[str],
    samples: int,
    seed: int,
    jobs: int,
    mapping: Sequence[str],
    field: str | None,
    subject: str | None,
    surface: str | None,
    whole_files: bool,
    stdin_kind: Any,
    html: Path | None,
    lang: Literal["en", "zh"],
    no_progress: bool,
    as_json: bool,
) -> int:
    """What policy B would decide otherwise than policy A, over a corpus.

    A and B are bundled policies' names, files or folders, or a state in git such as `HEAD:policies/wechat`; with --at-a
    and --at-b, one policy at two instants. The corpus is read like that of `lictor scan`. Nothing is recorded.

    The exit code is 1 where a condition of --fail-if holds, 2 where a file could not be read.
    """
    limits = [limit_of(one) for one in fail_if]
    if (ledger is None) == (not paths):
        raise UsageError("nothing to compare over", hint="name files with `--corpus`, or a ledger with `--ledger`")
    if html is not None:
        read = (before, after, *paths, *(() if ledger is None else (str(ledger),)))
        refuse_page(html, read)
    policies = _compiled(before, after)
    sides = ((policies[0], at_a or as_of), (policies[1], at_b or as_of))
    given = {"field": field, "subject": subject, "surface": surface}
    if subject is not None:
        one_of(subject, {name for one in policies for name in one.policy.document.subjects}, "subject")
    question = Question(
        defaults={name: value for name, value in given.items() if value is not None},
        labels=labels,
        contribution=contribution or labels is not None,
        samples=samples,
        seed=seed,
    )
    with ExitStack() as stack:
        pieces: Iterable[Piece]
        if ledger is not None:
            opened = stack.enter_context(Ledger.read(ledger))
            rules = rules_of(opened, ()) if opened.summary().kinds.get("fact") else None
            pieces = recorded_texts(opened, str(ledger), rules)
        else:
            pieces = open_inputs(
                paths,
                columns=columns_of(mapping),
                signals={**signal_columns(policies), **({} if labels is None else {labels: "text"})},
                whole_files=whole_files,
                stdin=say.standard_input() if "-" in paths else io.BytesIO(),
                stdin_kind=stdin_kind,
            )
        shown = sys.stderr is not None and sys.stderr.isatty() and not no_progress
        told = _Told()
        made = _run(sides, question, pieces, jobs, told, progress=shown)
    _refuse_useless(made, question)
    result = result_of(made, sides, (before, after), question, limits=limits, engine=version("lictor"))
    if html is not None:
        write_page(html, page_of(result, lang=lang))
    if as_json:
        say.result(orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_result(result))
    if told.file_errors:
        return FAILED
    return FOUND if any(one["holds"] for one in result["limits"]) else OK


def _compiled(before: str, after: str) -> tuple[CompiledPolicy, CompiledPolicy]:
    first, second = policy_at(before), policy_at(after)
    one = compile_policy(first)
    return one, one if first.digest == second.digest else compile_policy(second)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A task compared: what was met before it, and its rows."""

    before: tuple[Reject | FileError | Note, ...]
    made: Comparison


@dataclass(frozen=True, slots=True)
class _Worker:
    """Compares tasks, in whatever process."""

    comparer: Comparer

    def __call__(self, task: Task) -> _Compared:
        made = self.comparer.nothing() if task.batch is None else self.comparer(task.batch)
        made.rejects.update(one.reason for one in task.before if isinstance(one, Reject))
        return _Compared(task.before, made)


def _worker_of(policies: Sequence[bytes], instants: Sequence[datetime | None], question: Question) -> _Worker:
    """The worker for policies given as canonical bytes, which is how another process is told of them."""
    sides = [(compile_policy(load_canonical(data)), at) for data, at in zip(policies, instants, strict=True)]
    return _Worker(Comparer(cast("tuple[Side, Side]", tuple(sides)), question, engine=version("lictor")))


def _run(
    sides: tuple[Side, Side], question: Question, pieces: Iterable[Piece], jobs: int, told: _Told, *, progress: bool
) -> Comparison:
    comparer = Comparer(sides, question, engine=version("lictor"))
    comparer.warm_up()
    made = comparer.nothing()
    spread = partial(_worker_of, [one.policy.canonical for one, _ in sides], [as_of for _, as_of in sides], question)
    with ExitStack() as stack:
        # What is loaded by now stays to the end: the collector need not look at it, nor other processes copy it.
        gc.freeze()
        stack.callback(gc.unfreeze)
        make = (lambda: _Worker(comparer)) if jobs == 1 or copies() else spread
        results = stack.enter_context(closing(cast("Generator[_Compared]", ordered_map(make, tasks(pieces), jobs))))
        for one in _with_progress(results, pieces) if progress and isinstance(pieces, Inputs) else results:
            told.add(one.before)
            made.merge(one.made)
    return made


class _Told:
    """What a person was told of on the way."""

    def __init__(self) -> None:
        self.file_errors = 0
        self._rejects = 0

    def add(self, before: Iterable[Reject | FileError | Note]) -> None:
        for one in before:
            if isinstance(one, FileError):
                self.file_errors += 1
                say.error(f"`{one.source}`: {one.message}", one.hint)
            elif isinstance(one, Note):
                say.note(f"`{one.source}`: {one.message}")
            else:
                self._rejects += 1
                if self._rejects <= _NAMED:
                    say.note(f"rejected {one.source}:{one.row}: {one.reason}: {one.detail}")
                elif self._rejects == _NAMED + 1:
                    say.note("more rows are rejected; they are counted below")


def _refuse_useless(made: Comparison, question: Question) -> None:
    """A comparison of nothing would pass every condition: a corpus without rows is told, rows in vain are refused."""
    if not made.read + made.rejects.total():
        say.note("there is no row in the corpus: nothing was compared")
    if made.read + made.rejects.total() and not made.compared:
        reasons = dict.fromkeys([*made.rejects, *(reason for side in made.sides for reason in side.unfit)])
        raise UsageError(
            f"no row could be compared: {'; '.join(list(reasons)[:_NAMED])}",
            hint="every row must hold a text, and a subject type that both policies know",
        )
    for label, rows in made.no_labels.most_common(_NAMED):
        say.note(
            f"label `{label}` is no category of A or B, nor `violation` or `none`: left out of the figures, "
            f"{counted(rows, 'row')}"
        )
    if question.labels is not None and made.compared and not made.truths:
        raise UsageError(
            f"column `{question.labels}` labels no row",
            hint="labels are ids of categories, `violation`, or `none`; an empty one says nothing",
        )


def _with_progress(results: Iterable[_Compared], inputs: Inputs) -> Iterator[_Compared]:
    with click.progressbar(length=inputs.total_bytes, label="comparing", file=sys.stderr) as bar:
        for one in results:
            yield one
            bar.length = inputs.total_bytes
            bar.update(inputs.bytes_read - bar.pos)
