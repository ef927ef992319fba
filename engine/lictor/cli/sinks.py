"""Where the decisions of a scan go: the ledger first, then rejects, events and rows, each into its file or stream.

Files appear when all is done, and stay as they were if it is not; the ledger keeps every batch that was committed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from lictor import Engine
from lictor.cli import say
from lictor.cli.judging import Judged
from lictor.errors import UsageError
from lictor.report.files import whole_file
from lictor.report.rejects import rejects_file
from lictor.report.rows import json_line, rows_file, terminal_line
from lictor.scan.inputs.paths import display

__all__ = ["Sink", "Targets", "open_sinks"]

Sink = Callable[[Judged], None]

_STANDARD = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What the user asked to be written, and where. Without `out`, rows go to standard output."""

    out: Path | None
    ledger: Path | None
    rejects: Path | None
    events: Path | None
    as_json: bool

    @property
    def output_is_free(self) -> bool:
        """Whether neither rows nor events go to standard output."""
        return self.out is not None and self.events != _STANDARD

    @property
    def terminal(self) -> bool:
        """Whether rows are lines for a person at a terminal."""
        return self.out is None and not self.as_json and sys.stdout.isatty()

    def check(self, paths: Sequence[str], *, strict: bool) -> None:
        """Nothing, if all of it can be done together; otherwise a `UsageError`."""
        if "" in paths:
            raise UsageError("an empty path names nothing", hint="write `.` for the folder here")
        files = {name: getattr(self, name) for name in ("out", "ledger", "rejects", "events") if getattr(self, name)}
        for (one, path), (other, same) in combinations(files.items(), 2):
            if os.path.realpath(path) == os.path.realpath(same):
                raise UsageError(f"`--{one}` and `--{other}` name the same file", hint="give each its own")
        for name, path in files.items():
            if any(given != "-" and os.path.realpath(given) == os.path.realpath(path) for given in paths):
                raise UsageError(
                    f"`--{name}` would replace `{display(str(path))}`, which is read", hint="name another file"
                )
        if self.events == _STANDARD and self.out is None:
            raise UsageError("rows and events both go to standard output", hint="write the rows to a file with `--out`")
        if strict and self.rejects is not None:
            raise UsageError(
                "`--strict` and `--rejects` exclude each other",
                hint="either stop at the first reject, or write all of them aside",
            )


def open_sinks(stack: ExitStack, targets: Targets, engine: Engine) -> tuple[Callable[[Judged], Judged], list[Sink]]:
    """What holds each batch to the guards, and then the sinks, in the order they are to be fed; the stack closes them.

    Without a ledger nothing is held back: then nothing is applied, and what is decided is the same every time.
    """
    sinks: list[Sink] = []
    hold: Callable[[Judged], Judged] = _as_it_is
    if targets.ledger is not None:
        from lictor.cli.recording import open_ledger  # noqa: PLC0415 - few ask for a ledger, and it takes its time too

        hold, keep = open_ledger(stack, targets.ledger, engine)
        sinks.append(keep)
    if targets.rejects is not None:
        write_rejects = stack.enter_context(rejects_file(targets.rejects))
        sinks.append(lambda judged: write_rejects(judged.rejects))
    if targets.events is not None:
        # structlog takes longer to load than the policy, and few ask for events.
        from lictor.cli.events import event_log  # noqa: PLC0415

        standard = targets.events == _STANDARD
        log = event_log(say.result if standard else stack.enter_context(whole_file(targets.events)).write)
        sinks.append(lambda judged: log(judged.rows))
    if targets.out is not None:
        write_rows = stack.enter_context(rows_file(targets.out))
        sinks.append(lambda judged: write_rows(judged.rows))
    elif targets.terminal:
        sinks.append(lambda judged: say.result("".join(f"{terminal_line(row)}\n" for row in judged.rows).encode()))
    else:
        sinks.append(lambda judged: say.result(b"".join(map(json_line, judged.rows))))
    return hold, sinks


def _as_it_is(judged: Judged) -> Judged:
    return judged
