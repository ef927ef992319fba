"""A checkpoint: how many rows a ledger has and what they hash to, to be signed and kept out of the ledger's reach.

Against a kept checkpoint a ledger cannot be shortened, nor any row changed with the chain computed anew. It is a C2SP
tlog-checkpoint in a signed note:

    <origin>                          the log's name: the signing key's
    <size>                            rows of all segments together
    <root>                            of the RFC 6962 tree over them, in base64
    segment <rows> <head>             for each segment, in order: its rows, and the hash of the last, in base64

Rules: a leaf is a row's hash in the chain, so that it stands for the row and for all before it in its segment; the
leaves of a segment follow those of the segment before.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from lictor.errors import LedgerError, UsageError
from lictor.ledger import chain
from lictor.ledger.merkle import Frontier
from lictor.ledger.verify import Spread, Verified, verify

__all__ = ["Checkpoint", "Segment", "read_checkpoint", "take_checkpoint", "verify_against"]

Path = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Segment:
    """One chain: its rows, and the hash of the last of them."""

    rows: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a ledger amounts to at one moment: its name, its segments, and the root of the tree over all their rows."""

    origin: str
    segments: tuple[Segment, ...]
    root: bytes

    def text(self) -> str:
        """The checkpoint as the text that is signed."""
        lines = [self.origin, str(sum(one.rows for one in self.segments)), _encoded(self.root)]
        return "".join(
            f"{line}\n" for line in [*lines, *(f"segment {s.rows} {_encoded(s.head)}" for s in self.segments)]
        )


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note; a `UsageError` where it is none of ours."""
    lines = text.split("\n")
    try:
        origin, size, root, *segments = lines[:-1]
        checkpoint = Checkpoint(origin, tuple(map(_segment, segments)), _hash(root))
        whole = checkpoint.text() == text and int(size) >= 0 and origin != "" and segments != []
    except (ValueError, binascii.Error):
        whole = False
    if not whole:
        raise UsageError("the note holds no checkpoint of a ledger", hint="`lictor ledger checkpoint` makes one")
    return checkpoint


def take_checkpoint(paths: Sequence[Path], origin: str, *, spread: Spread | None = None, parts: int = 1) -> Checkpoint:
    """The checkpoint of a ledger's segments, in order; a ledger that does not verify gets none."""
    frontier = Frontier()
    segments = []
    for path in paths:
        verified = verify(path, spread=spread, parts=parts, leaves=frontier.extend)
        segments.append(Segment(verified.rows, bytes.fromhex(verified.head)))
    return Checkpoint(origin, tuple(segments), frontier.root())


def verify_against(
    checkpoint: Checkpoint, paths: Sequence[Path], *, spread: Spread | None = None, parts: int = 1
) -> list[Verified]:
    """What `verify` says of each segment, if all of them still begin as they were when the checkpoint was taken.

    Raises:
        LedgerError: a segment is broken, was cut, or was computed anew; it is named.
        UsageError: the checkpoint is of so many segments, and these are more or fewer.
    """
    if len(paths) != len(checkpoint.segments):
        raise UsageError(
            f"the checkpoint is of {len(checkpoint.segments)} segments, and {len(paths)} were given",
            hint="name the segments in the order they were signed in",
        )
    frontier = Frontier()
    found = []
    for path, signed in zip(paths, checkpoint.segments, strict=True):
        begin = _Beginning(signed.rows, frontier)
        verified = verify(path, spread=spread, parts=parts, leaves=begin.extend)
        if verified.rows < signed.rows:
            raise LedgerError(
                f"ledger `{path}` was cut after row {verified.rows}: the checkpoint was signed at row {signed.rows}",
                hint=_HINT,
                seq=verified.rows + 1,
            )
        if begin.head != signed.head:
            raise LedgerError(
                f"ledger `{path}` was rewritten: row {signed.rows} is not the one the checkpoint was signed at, so one "
                "of the rows up to it was changed, dropped or put in, and the chain computed anew",
                hint=_HINT,
            )
        found.append(verified)
    if frontier.root() != checkpoint.root:
        raise LedgerError("the checkpoint's root is not that of the rows it counts", hint="take a new one")
    return found


class _Beginning:
    """The first so many leaves of a segment, on their way into the tree."""

    def __init__(self, rows: int, frontier: Frontier) -> None:
        self._missing = rows
        self._frontier = frontier
        self.head = chain.GENESIS

    def extend(self, leaves: Sequence[bytes]) -> None:
        begin = list(islice(leaves, self._missing))
        if begin:
            self._frontier.extend(begin)
            self._missing -= len(begin)
            self.head = begin[-1]


_HINT = "compare with a copy held elsewhere"


def _segment(line: str) -> Segment:
    _, rows, head = line.split(" ")
    return Segment(int(rows), _hash(head))


def _hash(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
