"""Files that appear whole or not at all: what is written under another name beside, and renamed once complete.

A failure or an interrupt on the way leaves what stood there before. A device or a pipe has no before and is written
directly.
"""

from __future__ import annotations

import gzip
import io
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, ENOENT
from pathlib import Path
from typing import IO, BinaryIO, cast

import zstandard

from lictor.errors import LictorError
from lictor.scan.inputs.paths import display, os_message

__all__ = ["OutputError", "refuse_unwritable", "whole_file"]


class OutputError(LictorError):
    """A file that cannot be written: a full disk, a missing folder, no permission."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; it replaces `path` when the block ends well. A name in `.gz` or `.zst` compresses it.

    The old file's permissions are kept, and a symbolic link goes on pointing where it did.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        with _opened(path, path, "wb") as device, _compressed(_Sink(device, path), path) as stream:
            yield stream
        return
    target = Path(os.path.realpath(path))  # a circle of links raises only where it is opened
    if target.is_dir():
        raise _folder(path)
    draft = target.with_name(f".{target.name[:50]}.{secrets.token_hex(4)}.tmp")
    try:
        with _opened(draft, path, "xb") as raw:
            sink = _Sink(raw, path)
            with _compressed(sink, path) as stream:
                yield stream
            sink.settle()
        _replace(draft, target, path)
    finally:
        draft.unlink(missing_ok=True)


def refuse_unwritable(path: Path) -> None:
    """Nothing, if a file can be begun there as things stand; else the OutputError that `whole_file` would raise."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise _folder(path)
    if not target.exists() or target.is_file():
        missing = None if target.parent.is_dir() else ENOENT
        refused = None if os.access(target.parent, os.W_OK | os.X_OK) else EACCES
        if code := missing or refused:
            raise _cannot(path, OSError(code, os.strerror(code)))


class _Sink(io.RawIOBase):
    """The raw file, with its failures told as what they are: the output cannot be written."""

    def __init__(self, raw: IO[bytes], path: Path) -> None:
        self._raw, self._path, self._given_up = raw, path, False

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        if self._given_up:
            return view.nbytes
        done = 0
        try:
            while done < view.nbytes:
                done += self._raw.write(view[done:]) or 0
        except BrokenPipeError:
            raise
        except OSError as wrong:
            raise _cannot(self._path, wrong) from wrong
        return done

    def give_up(self) -> None:
        """Nothing more is written: a buffer that failed would try again, and complain, when it is collected."""
        self._given_up = True

    def settle(self) -> None:
        """What was written is on the disk."""
        try:
            os.fsync(self._raw.fileno())
        except OSError as wrong:
            raise _cannot(self._path, wrong) from wrong


def _opened(path: Path, asked: Path, mode: str) -> IO[bytes]:
    try:
        return cast("IO[bytes]", path.open(mode, buffering=0))
    except OSError as wrong:
        raise _cannot(asked, wrong) from wrong


@contextmanager
def _compressed(sink: _Sink, path: Path) -> Iterator[BinaryIO]:
    buffered = io.BufferedWriter(sink, 1 << 18)
    try:
        if path.suffix == ".gz":
            # A fixed time and no name: the same rows give the same bytes.
            with gzip.GzipFile(filename="", mode="wb", fileobj=buffered, mtime=0) as packed:
                yield cast("BinaryIO", packed)
        elif path.suffix == ".zst":
            with zstandard.ZstdCompressor().stream_writer(buffered, closefd=False) as packed_zst:
                yield cast("BinaryIO", packed_zst)
        else:
            yield cast("BinaryIO", buffered)
        buffered.flush()
    except BaseException:
        sink.give_up()
        raise


def _replace(draft: Path, target: Path, asked: Path) -> None:
    try:
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as wrong:
        raise _cannot(asked, wrong) from wrong


def _folder(path: Path) -> OutputError:
    return OutputError(f"`{display(str(path))}` is a folder", hint="name a file in it")


def _cannot(path: Path, wrong: OSError) -> OutputError:
    return OutputError(
        f"cannot write `{display(str(path))}`: {os_message(wrong)}", hint="what stood there is unchanged"
    )
