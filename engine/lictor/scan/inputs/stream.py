"""Opens inputs and reads them one after the other, as one stream.

What is wrong with a file is a value in the stream, not an exception: the caller goes on with the other files and knows
at the end that not all could be read. Rejects come as values of their own, those of a block before its rows, so
that whoever keeps them need not wait for the rows to be decided, and batches can go to other processes without them.
Memory does not grow with the input: what is held is a block, or the longest line that the limits allow.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import IO

from lictor.errors import UsageError
from lictor.scan.inputs.csv_rows import read_csv
from lictor.scan.inputs.jsonl_rows import read_jsonl
from lictor.scan.inputs.lines import line_blocks, without_bom
from lictor.scan.inputs.opening import OpenedInputs
from lictor.scan.inputs.parquet_rows import read_parquet
from lictor.scan.inputs.paths import Kind, Packing, Source, find_files
from lictor.scan.inputs.stored import digest_of, packing_of, unpacked
from lictor.scan.inputs.txt_rows import read_txt, read_whole
from lictor.scan.inputs.values import FileError, InputBatch, Limits, Note, Origin, Reject
from lictor.scan.inputs.wanted import Wanted

__all__ = ["Inputs", "open_inputs"]

CHANGED_HINT = "ids and digest are those of what was there at first; scan it again when it is complete"


def open_inputs(
    paths: Iterable[str],
    *,
    columns: Mapping[str, str] | None = None,
    signals: Collection[str] = (),
    whole_files: bool = False,
    limits: Limits | None = None,
    stdin: IO[bytes] | None = None,
    stdin_kind: Kind | None = None,
) -> Inputs:
    """The inputs behind these names (files, folders, `-`), listed at once and opened one by one while they are read.

    `columns` maps wanted names to the files' own (`{"text": "body"}`), `signals` names further columns to read.
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

    def _read(self, source: Source, file: IO[bytes], done: int) -> Iterator[InputBatch | Reject | Note]:
        size = os.fstat(file.fileno()).st_size
        origin = Origin(source.name, digest_of(file))

        def reached(count: int) -> None:
            self.bytes_read = done + count

        packing = source.packing if source.kind is not None and source.path is not None else packing_of(file)
        kind = source.kind or self._kind_of(file, packing)
        if kind == "parquet":
            yield from read_parquet(file, origin, self._wanted, self._limits, lambda share: reached(int(size * share)))
            return
        pieces = unpacked(file, packing, self._limits, reached)
        if kind == "csv":
            yield from read_csv(pieces, origin, self._wanted, self._limits)
        elif kind == "txt" and self._whole_files:
            yield from read_whole(without_bom(pieces), origin, self._limits)
        else:
            blocks = line_blocks(pieces, self._limits.max_line_bytes)
            yield from read_txt(blocks, origin) if kind == "txt" else read_jsonl(blocks, origin, self._wanted)

    def _kind_of(self, file: IO[bytes], packing: Packing | None) -> Kind:
        """The kind of an input without a name that tells: JSON lines where it begins with `{`, else text."""
        beginning = next(without_bom(unpacked(file, packing, self._limits, lambda _: None)), b"")
        file.seek(0)
        if beginning.startswith(b"PAR1"):
            return "parquet"
        return "jsonl" if beginning.lstrip(b" \t\r\n").startswith(b"{") else "txt"
