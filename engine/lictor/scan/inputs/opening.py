"""Sources opened one after the other: what is wrong with one is a value in the stream, and the others go on."""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Generic, TypeVar

from lictor.errors import InputError
from lictor.scan.inputs.parts import CHANGED
from lictor.scan.inputs.paths import Source, os_message
from lictor.scan.inputs.stored import spool
from lictor.scan.inputs.values import FileError, Limits, Note

__all__ = ["OpenedInputs"]

T = TypeVar("T")
U = TypeVar("U")


class OpenedInputs(ABC, Generic[T]):
    """The sources as a stream of pieces, to be iterated once, with how far the reading has come.

    `bytes_read` and `total_bytes` count stored (compressed) bytes; what comes through pipes counts once it has come.
    """

    changed_hint: str
    """What to do about a file that changed while it was read."""

    def __init__(self, found: Sequence[Source | FileError | Note], stdin: IO[bytes], limits: Limits) -> None:
        self.total_bytes = sum(source.size for source in found if isinstance(source, Source))
        self.bytes_read = 0
        self._found = found
        self._stdin = stdin
        self._limits = limits

    @abstractmethod
    def _read(self, source: Source, file: IO[bytes], done: int) -> Iterator[T]:
        """What is in the file, `done` bytes having been read of others."""

    def __iter__(self) -> Iterator[T | FileError | Note]:
        return self._each(lambda source, file, done: self._watched(source, file, self._read(source, file, done)))

    def _each(self, read: Callable[[Source, IO[bytes], int], Iterator[U]]) -> Iterator[U | FileError | Note]:
        """The sources opened, and what comes of each; `read` is called as `_read` is."""
        done = 0
        for source in self._found:
            if not isinstance(source, Source):
                yield source
                continue
            size = source.size
            try:
                with self._opened(source) as file:
                    if not source.size:
                        size = os.fstat(file.fileno()).st_size
                        self.total_bytes += size
                    yield from read(source, file, done)
            except InputError as error:
                yield FileError(source.name, str(error), error.hint)
            except OSError as error:
                yield FileError(source.name, os_message(error))
            done += size
            self.bytes_read = done

    def _watched(self, source: Source, file: IO[bytes], pieces: Iterator[U]) -> Iterator[U | FileError]:
        """What is read of a file, and whether it changed meanwhile."""
        before = os.fstat(file.fileno())
        yield from pieces
        after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            yield FileError(source.name, CHANGED, self.changed_hint)

    @contextmanager
    def _opened(self, source: Source) -> Iterator[IO[bytes]]:
        if source.path is None:
            with spool(self._stdin, self._limits) as file:
                yield file
            return
        with source.path.open("rb") as file:
            if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
                with spool(file, self._limits) as spooled:
                    yield spooled
            else:
                yield file
