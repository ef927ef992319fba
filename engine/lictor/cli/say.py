"""The standard streams: results go to output; notes, errors and summaries go to error, safe to print."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO

import click

from lictor.errors import InputError, LictorError, escape_controls

__all__ = ["StreamError", "aside", "error", "flush", "note", "result", "silence", "standard_input", "warning"]


class StreamError(LictorError):
    """Standard output cannot take what was to be written."""


def result(data: str | bytes) -> None:
    """The result on standard output, followed by a line end where it is text; bytes are written as they are."""
    stream = sys.stdout
    if isinstance(data, str):
        # A terminal or pipe that is not UTF-8 gets escapes rather than an error.
        data = f"{data}\n".encode(stream.encoding, "backslashreplace")
    try:
        stream.buffer.write(data)
    except BrokenPipeError:
        raise
    except OSError as wrong:
        raise _cannot(wrong) from wrong


def standard_input() -> BinaryIO:
    """Standard input, as bytes."""
    if sys.stdin is None:
        raise InputError("standard input is closed", hint="name a file, or send something in")
    return sys.stdin.buffer


def flush() -> None:
    """Everything written so far has left; a full disk behind a redirection shows here."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as wrong:
        raise _cannot(wrong) from wrong


def silence() -> None:
    """Nothing more is written to standard output: what waits in its buffer could only fail again when Python ends."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def note(message: str) -> None:
    """Something a person should know, on standard error."""
    aside(f"note: {escape_controls(message)}")


def warning(message: str, hint: str) -> None:
    """What a person must look at, and the way back, on standard error."""
    aside(f"warning: {escape_controls(message)}")
    aside(f"hint: {escape_controls(hint)}")


def error(message: str, hint: str = "") -> None:
    """What went wrong, and the way out, on standard error."""
    aside(f"error: {escape_controls(message)}")
    if hint:
        aside(f"hint: {escape_controls(hint)}")


def aside(lines: str) -> None:
    """These lines, which are safe to print, on standard error; if it is closed or full there is nobody to tell."""
    with suppress(OSError):
        click.echo(lines, err=True)


def _cannot(wrong: OSError) -> StreamError:
    return StreamError(f"cannot write to standard output: {(wrong.strerror or str(wrong)).lower()}")
