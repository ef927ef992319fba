"""`lictor follow`: facts as they come, under policies as they change.

Facts are read from the end of a file that others append to; between two readings the policies' files are looked at.
Whatever ends the run, what was committed is in the ledger, and following again goes on from there: facts that the
ledger has already are passed over.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import click
import orjson

from lictor import PolicySource
from lictor.cli import say
from lictor.cli.budgets import tell_tripped
from lictor.cli.codes import FOUND, OK
from lictor.cli.enforce import Run
from lictor.cli.lives import bundled, chosen_for_lives, intake, ledger_option, refuse_other_content
from lictor.cli.options import json_option, policy_option
from lictor.enforce import Rulebook
from lictor.engine import Engine
from lictor.errors import InputError, LictorError, PolicyError, UsageError
from lictor.intake import Intake
from lictor.ledger import Ledger
from lictor.report.enforced import Enforced, render_enforced
from lictor.scan.inputs.facts import FactPiece, fact_pieces
from lictor.scan.inputs.paths import display

__all__ = ["command"]

_AT_ONCE = 2 << 20  # bytes of facts between two looks at the policies
_HEAD = 1024  # bytes by which a file that was written anew is told from the one that was read
_LONGEST = 64 << 20  # bytes of a line that has no end yet


@click.command()
@click.argument("path", metavar="FACTS", type=click.Path(path_type=Path))
@ledger_option
@policy_option
@click.option(
    "every", "--every", type=click.FloatRange(min=0.01), default=1.0, show_default=True, metavar="S",
    help="Seconds to wait where nothing new has come.",
)  # fmt: skip
@click.option("once", "--once", is_flag=True, help="Stop at the end of what is there now.")
@json_option
def command(*, path: Path, ledger: Path, policies: Sequence[str], every: float, once: bool, as_json: bool) -> int:
    """Feed facts in as they come, under policies as they change.

    FACTS is a file of JSON lines that others append to; a line counts once it has its end, and a file that is replaced
    by another of that name is followed there. Policies are taken up without a restart: what does not load is said, and
    the last good ones go on. Ctrl-C ends it; what was committed is in the ledger.
    """
    source = PolicySource(chosen_for_lives(policies))
    done = Enforced()
    started = time.monotonic()
    try:
        with ExitStack() as stack:
            opened = stack.enter_context(Ledger.open(ledger))
            tell_tripped(opened, display(str(ledger)))
            run = Run(_world(opened, source.engine), done, None, ledger=ledger, strict=False)
            following = _Following(source, opened)
            for pieces in _tail(path, every, once=once):
                if following.changed():
                    run.go_on(_world(opened, following.engine))
                for piece in pieces:
                    run.take(piece)
    except KeyboardInterrupt:
        _tell(done, time.monotonic() - started, as_json=as_json)
        raise KeyboardInterrupt("interrupted: what was committed is in the ledger; follow it again to go on") from None
    _tell(done, time.monotonic() - started, as_json=as_json)
    return FOUND if done.found or done.rejects.total() else OK


class _Following:
    """The policies' files, and which engine is in use: the newest that loads and does not change silently."""

    def __init__(self, source: PolicySource, ledger: Ledger) -> None:
        self._source = source
        self._ledger = ledger
        self._problem: LictorError | None = None
        self.engine = source.engine

    def changed(self) -> bool:
        """Whether another engine is in use now; what is wrong with the files is said once."""
        if not self._source.poll():
            self._tell(self._source.problem)
            return False
        engine = self._source.engine
        try:
            refuse_other_content(self._ledger, [one.policy for one in engine.policies])
        except UsageError as wrong:
            self._tell(wrong)
            return False
        before = {one.policy.id: one.policy.digest[:12] for one in self.engine.policies}
        for one in engine.policies:
            if before.get(one.policy.id) != one.policy.digest[:12]:
                was = before.get(one.policy.id, "none")
                say.note(f"policy `{one.policy.id}` is now {one.policy.digest[:12]}, before {was}")
        self.engine, self._problem = engine, None
        return True

    def _tell(self, problem: LictorError | None) -> None:
        if problem is not None and problem is not self._problem:
            if isinstance(problem, PolicyError):
                say.aside(str(problem))  # rendered by the loader, and safe to print
            else:
                say.error(str(problem), problem.hint)
            say.note("the policies changed and are not in use; those before go on")
        elif problem is None and self._problem is not None and self._source.engine is self.engine:
            say.note("the policies are again those in use")
            self._problem = None
            return
        self._problem = problem if problem is not None else self._problem


def _world(ledger: Ledger, engine: Engine) -> Intake:
    return intake(ledger, Rulebook(engine.policies, bundled))


def _tell(done: Enforced, seconds: float, *, as_json: bool) -> None:
    if as_json:
        say.result(orjson.dumps(done.to_dict(seconds=seconds), option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(render_enforced(done, seconds=seconds))


def _tail(path: Path, every: float, *, once: bool) -> Iterator[Iterator[FactPiece]]:
    """What comes, a few megabytes at a time; nothing, again and again, while nothing comes.

    Where another file takes the place of this one, what was still written to this one comes first, and its last line
    is whole, whether it has its end or not.
    """
    name = display(str(path))
    row, rest, head = 1, b"", b""
    file: IO[bytes] = _opened(path)
    other: IO[bytes] | None = None
    try:
        while True:
            data = file.read(_AT_ONCE)
            head += data[: _HEAD - len(head)]
            rest += data
            if cut := rest.rfind(b"\n") + 1:
                whole, rest = rest[:cut], rest[cut:]
                yield fact_pieces(name, whole, row)
                row += whole.count(b"\n")
            if len(rest) > _LONGEST:
                raise InputError(f"line {row:,} of `{name}` has no end after {_LONGEST:,} bytes")
            if data:
                continue
            if once:
                return
            if other is not None:
                if rest:
                    yield fact_pieces(name, rest, row)
                file.close()
                file, other, row, rest, head = other, None, 1, b"", b""
                continue
            yield iter(())
            time.sleep(every)
            other = _in_its_place(file, path, head)
            if other is not None and os.path.sameopenfile(file.fileno(), other.fileno()):
                file.close()
                file = io.BytesIO()  # of what was cut nothing is left to read
    finally:
        file.close()
        if other is not None:
            other.close()


def _opened(path: Path) -> IO[bytes]:
    if not path.is_file():
        raise UsageError(
            f"`{display(str(path))}` is no file to follow", hint="name the file that facts are appended to"
        )
    return path.open("rb")


def _in_its_place(file: IO[bytes], path: Path, head: bytes) -> IO[bytes] | None:
    """What stands there now, if it is another file, or this one cut or written anew; `head` is how this one began."""
    try:
        if not path.is_file():
            return None
        other = path.open("rb")
    except OSError:
        return None
    same = os.path.sameopenfile(file.fileno(), other.fileno())
    if same and os.fstat(other.fileno()).st_size >= file.tell() and other.read(len(head)) == head:
        other.close()
        return None
    other.seek(0)
    return other
