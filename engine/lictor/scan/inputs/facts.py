"""Facts from files of JSON lines, a line each, in batches: what is no fact is refused by name, and the others go on.

Files and folders as in a scan, also packed, and standard input; memory is a block of about three megabytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, TypeAlias

from lictor.errors import UsageError
from lictor.facts.kinds import Fact, read_fact
from lictor.scan.inputs.lines import LineBlock, LongLine, line_blocks, utf8_fault
from lictor.scan.inputs.opening import OpenedInputs
from lictor.scan.inputs.paths import Source, find_files
from lictor.scan.inputs.stored import packing_of, unpacked
from lictor.scan.inputs.values import RAW_KEPT, FileError, Limits, Note, Reason, Reject

__all__ = ["AT_ONCE", "FactBatch", "FactInputs", "FactPiece", "fact_pieces"]

AT_ONCE = 4096
"""Facts in one batch at most."""


@dataclass(slots=True)
class FactBatch:
    """Facts of one file in the order read, each with its line and the line's number."""

    source: str
    facts: list[Fact] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    def reject(self, fact: Fact, reason: Reason, detail: str) -> Reject:
        """One of the facts refused; of its line the first bytes are kept."""
        place = next(n for n, one in enumerate(self.facts) if one is fact)
        return Reject(self.source, self.rows[place], reason, detail, self.lines[place][:RAW_KEPT])


FactPiece: TypeAlias = FactBatch | Reject | FileError | Note


class FactInputs(OpenedInputs[FactBatch | Reject | FileError]):
    """The facts behind these names as a stream; the rejects of a batch come before it."""

    changed_hint = "run it again when it is complete"

    def __init__(self, paths: Iterable[str], *, stdin: IO[bytes], limits: Limits | None = None) -> None:
        paths = list(paths)
        if not paths:
            raise UsageError("nothing to read", hint="name files of facts, or `-` for standard input")
        super().__init__([_of_facts(one) for one in find_files(paths, "jsonl")], stdin, limits or Limits())

    def _read(self, source: Source, file: IO[bytes], done: int) -> Iterator[FactBatch | Reject]:
        def reached(count: int) -> None:
            self.bytes_read = done + count

        pieces = unpacked(file, packing_of(file), self._limits, reached)
        for block in line_blocks(pieces, self._limits.max_line_bytes):
            if isinstance(block, LongLine):
                yield Reject(source.name, block.row, "too_long", "the line is beyond the limit", block.head)
            else:
                yield from _batches(source.name, block)


def fact_pieces(source: str, data: bytes, first: int) -> Iterator[FactPiece]:
    """The facts in whole lines, the first of which is line `first` of the source."""
    yield from _batches(source, LineBlock(data, first))


def _of_facts(found: Source | FileError | Note) -> Source | FileError | Note:
    if isinstance(found, Source) and found.kind not in (None, "jsonl"):
        return FileError(found.name, "facts are JSON lines", hint="give them as .jsonl or .ndjson")
    return found


def _batches(source: str, block: LineBlock) -> Iterator[FactBatch | Reject]:
    batch = FactBatch(source)
    for row, line in enumerate(block.data.removesuffix(b"\n").split(b"\n"), block.first):
        try:
            fact = read_fact(line)
        except UsageError as wrong:
            if line.strip(b" \t\r"):
                yield _refused(source, row, line, wrong)
            continue
        batch.facts.append(fact)
        batch.rows.append(row)
        batch.lines.append(line)
        if len(batch.facts) == AT_ONCE:
            yield batch
            batch = FactBatch(source)
    if batch.facts:
        yield batch


def _refused(source: str, row: int, line: bytes, wrong: UsageError) -> Reject:
    if fault := utf8_fault(line):
        return Reject(source, row, "invalid_utf8", fault, line[:RAW_KEPT])
    reason: Reason = "invalid_json" if str(wrong).startswith("not a line of JSON") else "no_fact"
    detail = f"{wrong}; {wrong.hint}" if wrong.hint else str(wrong)
    return Reject(source, row, reason, detail, line[:RAW_KEPT])
