"""Opens inputs and reads them one after the other, as one stream.

What is wrong with a file is a value in the stream, not an exception: the caller goes on with the other files and knows
at the end that not all could be read. Rejects come as values of their own, those of a block before its rows, so
that whoever keeps them need not wait for the rows to be decided, and batches can go to other processes without them.
Memory does not grow with the input: what is held is a block, or the longest line that the limits allow.

`shares` is the same stream for those who read elsewhere: parts come in it unread.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import IO

from lictor.errors import UsageError
from lictor.scan.inputs.lines import BLOCK
from lictor.scan.inputs.opening import OpenedInputs
from lictor.scan.inputs.parts import CHANGED_HINT, Part, PartReader, cut, cut_here, read_part
from lictor.scan.inputs.paths import Kind, Source, find_files
from lictor.scan.inputs.values import FileError, InputBatch, Limits, Note, Piece, Reject
from lictor.scan.inputs.wanted import Wanted

__all__ = ["Inputs", "open_inputs"]


def open_inputs(
    paths: Iterable[str],
    *,
    columns: Mapping[str, str] | None = None,
    signals: Collection[str] | Mapping[str, str] = (),
    whole_files: bool = False,
    limits: Limits | None = None,
    stdin: IO[bytes] | None = None,
    stdin_kind: Kind | None = None,
) -> Inputs:
    """The inputs behind these names (files, folders, `-`), listed at once and opened one by one while they are read.

    `columns` maps wanted names to the files' own (`{"text": "body"}`), `signals` names further columns to read;
    with their types, what CSV has as text is read as a number or as true or false.
    With `whole_files` a `.txt` file is one text instead of one a line. Raises `UsageError` for a mapping to an unknown
    name, or where no paths are given.
    """
    paths = list(paths)
    if not paths:
        raise UsageError("nothing to read", hint="name files or folders, or `-` for standard input")
    wanted = Wanted.of(columns or {}, signals)
    return Inputs(
        list(find_files(paths, stdin_kind)),
        wanted,
        limits or Limits(),
        stdin or sys.stdin.buffer,
        whole_files=whole_files,
    )


class Inputs(OpenedInputs[InputBatch | Reject | Note]):
    """The inputs of a scan as a stream of pieces."""

    changed_hint = CHANGED_HINT

    def __init__(
        self,
        found: list[Source | FileError | Note],
        wanted: Wanted,
        limits: Limits,
        stdin: IO[bytes],
        *,
        whole_files: bool,
    ) -> None:
        super().__init__(found, stdin, limits)
        self._wanted = wanted
        self._whole_files = whole_files
        self._given_up = False

    @property
    def awaited(self) -> bool:
        """Whether some of it may be long in coming: what is no file but standard input, or a pipe."""
        return any(isinstance(one, Source) and not one.is_file for one in self._found)

    def sources(self) -> list[Source | FileError | Note]:
        """What was found behind the names, in order: for those who read it elsewhere."""
        return list(self._found)

    def shares(self) -> Iterator[Part | Piece]:
        """The same stream, but for what can be read elsewhere as well: that comes in parts, for `reader` to read.

        Where one part of a source cannot be read, those after it are to be passed over: nobody would have come to them.
        """
        return self._each(self._shared)

    def give_up(self) -> None:
        """Ends whoever reads `shares` in another thread, soon and by an exception: nobody wants the rest."""
        self._given_up = True

    def cutter(self) -> Callable[[Source], list[Part | FileError]]:
        """Cuts a source of these inputs into its parts, in whichever process it comes to."""
        return partial(cut_here, limits=self._limits, whole_files=self._whole_files)

    def reader(self) -> PartReader:
        """Reads a part of these inputs, in whichever process it comes to."""
        return PartReader(self._wanted, self._limits)

    def _read(self, source: Source, file: IO[bytes], done: int) -> Iterator[InputBatch | Reject | Note]:
        return self._rows(cut(file, source, self._limits, whole_files=self._whole_files), file, done)

    def _shared(self, source: Source, file: IO[bytes], done: int) -> Iterator[Part | Piece]:
        # What is spooled has no name by which others could open it.
        size = BLOCK if source.is_file else None
        parts = cut(file, source, self._limits, whole_files=self._whole_files, size=size, go_on=self._go_on)
        if source.is_file and all(part.small for part in parts):
            for number, part in enumerate(parts, 1):
                yield part
                self.bytes_read = done + part.state[0] * number // len(parts)
        else:
            yield from self._watched(source, file, self._rows(parts, file, done))

    def _go_on(self) -> None:
        if self._given_up:
            raise _GivenUpError

    def _rows(self, parts: Iterable[Part], file: IO[bytes], done: int) -> Iterator[InputBatch | Reject | Note]:
        def reached(count: int) -> None:
            self.bytes_read = done + count

        for part in parts:
            yield from read_part(file, part, self._wanted, self._limits, reached)


class _GivenUpError(Exception):
    """What was being read is not wanted any more."""
