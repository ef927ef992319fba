"""A checkpoint: how many rows a ledger has and what they hash to, to be signed and kept out of the ledger's reach.

Against a kept checkpoint a ledger cannot be shortened, nor any row changed with the chain computed anew. It is a C2SP
tlog-checkpoint in a signed note:

    <origin>                          the log's name: the signing key's
    <size>                            rows of all segments together
    <root>                            of the RFC 6962 tree over them, in base64
    segment <rows> <head>             for each segment, in order: its rows, and the hash of the last, in base64;
                                      of several, then the name of its file, as in a URL

Rules: a leaf is a row's hash in the chain, so that it stands for the row and for all before it in its segment; the
leaves of a segment follow those of the segment before. Segments with names are found by them, whatever order they are
given in; one that is not named came later, and is as whole as its chain says.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from urllib.parse import quote, unquote

from lictor.errors import LedgerError, UsageError
from lictor.ledger import chain
from lictor.ledger.merkle import Frontier
from lictor.ledger.verify import Spread, Verified, verify

__all__ = ["Checkpoint", "Segment", "read_checkpoint", "segment_named", "take_checkpoint", "verify_against"]

Path = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Segment:
    """One chain: its rows, and the hash of the last of them; the name of its file, where there are several."""

    rows: int
    head: bytes
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a ledger amounts to at one moment: its name, its segments, and the root of the tree over all their rows."""

    origin: str
    segments: tuple[Segment, ...]
    root: bytes

    def text(self) -> str:
        """The checkpoint as the text that is signed."""
        lines = [self.origin, str(sum(one.rows for one in self.segments)), _encoded(self.root)]
        return "".join(f"{line}\n" for line in [*lines, *map(_line, self.segments)])


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note; a `UsageError` where it is none of ours."""
    lines = text.split("\n")
    try:
        origin, size, root, *segments = lines[:-1]
        checkpoint = Checkpoint(origin, tuple(map(_segment, segments)), _hash(root))
        whole = checkpoint.text() == text and int(size) >= 0 and origin != "" and segments != []
    except (ValueError, TypeError, binascii.Error):
        whole = False
    if not whole:
        raise UsageError("the note holds no checkpoint of a ledger", hint="`lictor ledger checkpoint` makes one")
    return checkpoint


def take_checkpoint(paths: Sequence[Path], origin: str, *, spread: Spread | None = None, parts: int = 1) -> Checkpoint:
    """The checkpoint of a ledger's segments, in order; a ledger that does not verify gets none."""
    frontier = Frontier()
    segments = []
    names = _names(paths)
    for path, name in zip(paths, names, strict=True):
        with segment_named(name):
            verified = verify(path, spread=spread, parts=parts, leaves=frontier.extend)
        segments.append(Segment(verified.rows, bytes.fromhex(verified.head), name))
    return Checkpoint(origin, tuple(segments), frontier.root())


def verify_against(
    checkpoint: Checkpoint, paths: Sequence[Path], *, spread: Spread | None = None, parts: int = 1, new: bool = False
) -> list[Verified]:
    """What `verify` says of each segment, if all of them still begin as they were when the checkpoint was taken.

    With `new`, rows that were there then are taken to be whole if the last of them has the hash that was signed. They
    and their blobs are not read, so an edit in one of them is not seen.

    Raises:
        LedgerError: a segment is missing, is broken, was cut, or was computed anew; it is named.
        UsageError: the checkpoint is of so many segments without names, and these are more or fewer.
    """
    frontier = Frontier()
    found: dict[Path, Verified] = {}
    for signed, path in zip(checkpoint.segments, _signed(checkpoint, paths), strict=True):
        begin = _Beginning(min(signed.rows, 1) if new else signed.rows, frontier)
        after = signed.rows if new else 0
        with segment_named(signed.name):
            verified = found[path] = verify(path, spread=spread, parts=parts, leaves=begin.extend, after=after)
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
    if not new and frontier.root() != checkpoint.root:
        raise LedgerError("the checkpoint's root is not that of the rows it counts", hint="take a new one")
    for path in paths:
        if path not in found:
            with segment_named(PurePath(path).name):
                found[path] = verify(path, spread=spread, parts=parts)
    return [found[path] for path in paths]


@contextmanager
def segment_named(name: str | None) -> Iterator[None]:
    """Whatever is wrong inside is said of the segment of that name, where it has one."""
    try:
        yield
    except LedgerError as error:
        if name is None or f"{name}`" in str(error):
            raise
        raise LedgerError(f"segment `{name}`: {error}", hint=error.hint, seq=error.seq) from None


def _names(paths: Sequence[Path]) -> list[str | None]:
    """By what each segment is found again: its file's name, where there are several."""
    names = [PurePath(path).name for path in paths]
    if len(names) == 1:
        return [None]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise UsageError(f"two segments are called `{twice}`", hint="a segment is found again by its file's name")
    return list(names)


def _signed(checkpoint: Checkpoint, paths: Sequence[Path]) -> list[Path]:
    """Where each segment of the checkpoint is."""
    if all(one.name is None for one in checkpoint.segments):
        if len(paths) != len(checkpoint.segments):
            raise UsageError(
                f"the checkpoint is of {len(checkpoint.segments)} segments, and {len(paths)} were given",
                hint="name the segments in the order they were signed in",
            )
        return list(paths)
    named = dict(zip(_names(paths) if len(paths) > 1 else [PurePath(one).name for one in paths], paths, strict=True))
    for one in checkpoint.segments:
        if one.name not in named:
            raise LedgerError(
                f"segment `{one.name}` is missing: the checkpoint was signed at {one.rows} of its rows", hint=_HINT
            )
    return [named[one.name] for one in checkpoint.segments]


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
    _, rows, head, *name = line.split(" ")
    return Segment(int(rows), _hash(head), *map(unquote, name))


def _line(segment: Segment) -> str:
    name = "" if segment.name is None else " " + quote(segment.name, safe="")
    return f"segment {segment.rows} {_encoded(segment.head)}{name}"


def _hash(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
