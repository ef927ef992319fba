"""`lictor enforce`: facts into the lives of accounts, each recorded once.

Facts go in batches, each detected, folded and committed in one transaction; whatever ends the run, what was committed
stays, and running it again goes on from there.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from lictor.cli import say
from lictor.cli.budgets import tell_tripped, warn_of
from lictor.cli.codes import FAILED, FOUND, OK
from lictor.cli.lives import intake, ledger_option, rules_for
from lictor.cli.loading import collected_seldom
from lictor.cli.options import json_option, policy_option
from lictor.errors import InputError, LedgerError, UsageError
from lictor.intake import FactError, Intake, Taken, trip_record
from lictor.ledger import Ledger
from lictor.report.enforced import Enforced, render_enforced
from lictor.report.rejects import RejectRow, rejects_file
from lictor.report.timeline import happening
from lictor.scan.inputs import FileError, Note, Reject
from lictor.scan.inputs.facts import FactBatch, FactInputs
from lictor.scan.inputs.paths import display

__all__ = ["Run", "command"]

_NAMED = 5  # rejects and refusals named on standard error; the others are counted


@click.command()
@click.argument("paths", nargs=-1, metavar="FACTS...", type=click.Path())
@ledger_option
@policy_option
@click.option(
    "--detect",
    type=click.Choice(["text", "truth"]),
    default="text",
    help="Judge the texts of facts, or believe what their `truth` says of them.",
)
@click.option(
    "--rejects", type=click.Path(path_type=Path), metavar="F", help="Write lines that are no facts here, as JSON lines."
)
@click.option("--strict", is_flag=True, help="Stop at the first line that cannot be taken.")
@click.option("--no-progress", is_flag=True, help="No progress bar.")
@json_option
def command(
    *,
    paths: Sequence[str],
    ledger: Path,
    policies: Sequence[str],
    detect: str,
    rejects: Path | None,
    strict: bool,
    no_progress: bool,
    as_json: bool,
) -> int:
    """Feed facts into the lives of accounts, and record what they lead to.

    FACTS are files of JSON lines (.jsonl, .ndjson, also .gz or .zst), folders of them, or `-` for standard input; each
    line is one fact, such as something published, a review or an appeal. A fact's id makes feeding it twice harmless.

    The exit code is 1 where a line was set aside, something was refused, or an action stronger than `flag` was decided;
    2 where a file could not be read, or an id stands for two facts.
    """
    if strict and rejects is not None:
        raise UsageError("`--strict` and `--rejects` exclude each other", hint="stop at the first, or write all aside")
    if rejects is not None and rejects.resolve() in {ledger.resolve(), *(Path(path).resolve() for path in paths)}:
        raise UsageError("`--rejects` would replace what is read or the ledger", hint="name another file")
    inputs = FactInputs(paths, stdin=say.standard_input() if "-" in paths else io.BytesIO())
    rules = rules_for(policies)
    done = Enforced()
    shown = sys.stderr is not None and sys.stderr.isatty() and not no_progress
    try:
        with collected_seldom(), ExitStack() as stack:
            started = time.monotonic()
            opened = stack.enter_context(Ledger.open(ledger))
            aside = None if rejects is None else stack.enter_context(rejects_file(rejects))
            tell_tripped(opened, display(str(ledger)))
            world = intake(opened, rules, by_truth=detect == "truth")
            run = Run(world, done, aside, ledger=ledger, strict=strict)
            for piece in _with_progress(inputs) if shown else inputs:
                run.take(piece)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("interrupted: what was committed is in the ledger; run it again to go on") from None
    seconds = time.monotonic() - started
    if as_json:
        say.result(orjson.dumps(done.to_dict(seconds=seconds), option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_enforced(done, seconds=seconds))
    if done.rejects and done.rejects.total() == done.facts:
        say.error("no line could be taken", "see why above; a fact has an `id`, an instant `t` and a `kind`")
        return FAILED
    if done.file_errors or done.rejects["already_used"]:
        return FAILED
    return FOUND if done.found or done.rejects.total() else OK


class Run:
    """Takes what is read, piece by piece, counts it, and tells a person what was met on the way."""

    def __init__(
        self,
        world: Intake,
        done: Enforced,
        aside: Callable[[Iterable[RejectRow]], None] | None,
        *,
        ledger: Path,
        strict: bool,
    ) -> None:
        self._world = world
        self._ledger = ledger
        self._done = done
        self._aside = aside
        self._strict = strict
        self._sources: set[str] = set()

    def go_on(self, world: Intake) -> None:
        """From here on facts are taken in this world: the same ledger, under other rules."""
        self._world = world

    def take(self, piece: object) -> None:
        """One piece: facts are taken, the rest is said."""
        if isinstance(piece, FileError):
            self._done.file_errors += 1
            say.error(f"`{piece.source}`: {piece.message}", piece.hint)
        elif isinstance(piece, Note):
            say.note(f"`{piece.source}`: {piece.message}")
        elif isinstance(piece, Reject):
            self._done.facts += 1
            self._source(piece.source)
            self._set_aside(piece)
        elif isinstance(piece, FactBatch):
            self._done.facts += len(piece.facts)
            self._source(piece.source)
            now = datetime.now(UTC)  # noqa: TID251 - the command line reads the clock
            taken = self._world.take_fit(piece.facts, run_at=now)
            self._count(taken)
            warn_of((trip_record(trip, 1) for trip in taken.tripped), display(str(self._ledger)))
            for wrong in taken.unfit:
                self._set_aside(_rejected(piece, wrong))

    def _source(self, name: str) -> None:
        self._sources.add(name)
        self._done.files = len(self._sources)

    def _count(self, taken: Taken) -> None:
        self._done.new += taken.new
        self._done.present += taken.present
        before = self._done.refused.total()
        self._done.add(taken.outcomes, taken.decided)
        if before < _NAMED:
            refused = [one for one in taken.outcomes if one.refused is not None]
            for outcome in refused[: _NAMED - before]:
                told = happening(outcome)
                if told is not None:
                    say.note(f"`{outcome.fact.id}`: {told.said}: {'; '.join(told.led_to)}")
            if before + len(refused) > _NAMED:
                say.note("more is refused; the summary counts it")

    def _set_aside(self, reject: Reject) -> None:
        row = RejectRow(
            reject.source, reject.row, reject.reason, reject.detail, reject.raw.decode("utf-8", "backslashreplace")
        )
        if self._strict:
            raise InputError(str(row), hint="without `--strict` such lines are set aside")
        number = self._done.rejects.total()
        if number < _NAMED:
            say.note(f"rejected {row}")
        elif number == _NAMED:
            say.note("more lines are rejected; `--rejects F` writes them all")
        self._done.rejects[reject.reason] += 1
        if self._aside is not None:
            self._aside([row])


def _rejected(batch: FactBatch, wrong: FactError) -> Reject:
    detail = f"{wrong}; {wrong.hint}" if wrong.hint else str(wrong)
    return batch.reject(wrong.fact, "already_used" if isinstance(wrong.cause, LedgerError) else "not_possible", detail)


def _with_progress(inputs: FactInputs) -> Iterator[object]:
    with click.progressbar(length=inputs.total_bytes, label="enforcing", file=sys.stderr) as bar:
        for piece in inputs:
            yield piece
            bar.length = inputs.total_bytes
            bar.update(inputs.bytes_read - bar.pos)
