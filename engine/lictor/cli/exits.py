"""Every way a command can end, and the exit code and message for it: the only place that turns a failure into one."""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click
from click.shell_completion import shell_complete

from lictor.cli import say
from lictor.cli.codes import FAILED, INTERRUPTED
from lictor.cli.verbs import lictor
from lictor.errors import LictorError, PolicyError

__all__ = ["main", "run"]

_COMPLETE = "_LICTOR_COMPLETE"


def main() -> NoReturn:
    """Runs the command line and ends the process with its exit code."""
    # Whoever ends us politely gets what Ctrl-C gives: drafts removed, commits kept.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What a command loads it keeps: at the usual pace the collector took a sixth of the time that loading takes.
    gc.set_threshold(50_000)
    sys.meta_path.insert(0, _WithoutPandas())
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED  # again, while it was being told
    if code == INTERRUPTED:
        # Some ask twice, such as `timeout`: once is enough.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Nor need it look through all that once more because the process ends: after a scan that took 0.1 seconds.
    gc.freeze()
    sys.exit(code)


class _WithoutPandas:
    """Pandas cannot be imported, unless Spark is there to use it.

    When pyarrow first converts a value it loads pandas where that is installed, 0.15 seconds, to recognise what comes
    from there; nothing in a command does.
    """

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:  # noqa: ARG002 - as Python calls it
        """Nothing; for pandas an error, so that nobody else is asked."""
        if fullname == "pandas" and "pyspark" not in sys.modules:
            raise ModuleNotFoundError(f"no module named `{fullname}` is loaded by a command", name=fullname)


def run(arguments: Sequence[str]) -> int:
    """The exit code of the command these arguments make; whatever goes wrong has been said on standard error."""
    if sys.stdout is None:
        say.error("standard output is closed", "send it to a file, or to `/dev/null`")
        return FAILED
    try:
        code = _carried_out(arguments)
        say.flush()
    except BrokenPipeError:
        # Whoever read our results went away: nothing to say, and nobody to say it to.
        say.silence()
        return FAILED
    except say.StreamError as wrong:
        say.silence()
        return _refused(wrong)
    return code


def _carried_out(arguments: Sequence[str]) -> int:
    try:
        if _COMPLETE in os.environ:
            return shell_complete(lictor, {}, "lictor", _COMPLETE, os.environ[_COMPLETE])
        with lictor.make_context("lictor", list(arguments)) as context:
            code = lictor.invoke(context)
        assert isinstance(code, int)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (KeyboardInterrupt, click.Abort) as stopped:
        say.error(str(stopped) or "interrupted")
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as wrong:
        say.aside(wrong.format_message())
        return FAILED
    except click.ClickException as wrong:
        return _misused(wrong)
    except BrokenPipeError:
        raise
    except say.StreamError:
        raise
    except LictorError as wrong:
        return _refused(wrong)
    except OSError as wrong:
        return _system(wrong)
    except MemoryError:
        say.error("out of memory", "scan fewer files at a time, or with fewer `--jobs`")
        return FAILED
    except Exception as bug:  # noqa: BLE001
        return _bug(bug)
    return code


def _refused(wrong: LictorError) -> int:
    if isinstance(wrong, PolicyError):
        # Rendered by the loader, line by line, and safe to print.
        say.aside(str(wrong))
    else:
        say.error(str(wrong), wrong.hint)
    return FAILED


def _misused(wrong: click.ClickException) -> int:
    message = re.sub(r"'([^']*)'", r"`\1`", wrong.format_message())
    fact, *ways_out = re.split(r"\. (?=Did you mean |Choose from:)", message, maxsplit=1)
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    path = context.command_path if context is not None else "lictor"
    hint = " ".join(ways_out[0].split()) if ways_out else f"`{path} --help` lists what it takes"
    say.error(*(said[:1].lower() + said[1:] for said in (fact.rstrip("."), hint)))
    return FAILED


def _system(wrong: OSError) -> int:
    name = f" `{os.fsdecode(wrong.filename)}`" if wrong.filename is not None else ""
    say.error(f"cannot use{name or ' a file'}: {(wrong.strerror or str(wrong)).lower()}")
    return FAILED


def _bug(bug: Exception) -> int:
    if os.environ.get("LICTOR_DEBUG") == "1":
        raise bug
    say.error(
        f"this is a bug in lictor: {type(bug).__name__}: {bug}",
        "please report it; `LICTOR_DEBUG=1` in the environment shows where it happened",
    )
    return FAILED
