"""A file's bytes, as stored and unpacked, in pieces of bounded size.

The digest of a file is that of its bytes as stored and is known before the first row, because rows without an id are
named after it; so a file is read twice, and standard input is spooled to a temporary file first. What is unpacked is
never held: a piece is at most about a megabyte of a gzip member or what two kilobytes of a Zstandard frame can hold
(64 MiB).
Members and frames may follow each other. An archive that is cut off or damaged yields what came before, then raises.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import zstandard

from lictor.errors import InputError
from lictor.scan.inputs.paths import Packing
from lictor.scan.inputs.values import Limits

__all__ = ["PIECE", "Reached", "check_expansion", "packing_of", "spool", "unpacked"]

PIECE = 1 << 20
PLAIN_PIECE = 4 << 20
ZST_PIECE = 2 << 10
EXPANSION_FREE = 64 << 20

Reached = Callable[[int], None]
"""Told how many stored bytes have been consumed, in all, whenever more have been."""


@contextmanager
def spool(stream: IO[bytes], limits: Limits) -> Iterator[IO[bytes]]:
    """A temporary file with all that the stream holds: nothing of it can be named before its end is known."""
    with tempfile.TemporaryFile() as file:
        size = 0
        while piece := stream.read(PIECE):
            size += len(piece)
            if limits.max_bytes is not None and size > limits.max_bytes:
                raise InputError(f"more than {limits.max_bytes:,} bytes came in", hint="give it in parts")
            file.write(piece)
        file.seek(0)
        yield file


def packing_of(file: IO[bytes]) -> Packing | None:
    """How the file is packed, by its first bytes; the file is left at its start."""
    head = file.read(4)
    file.seek(0)
    if head[:2] == b"\x1f\x8b":
        return "gz"
    return "zst" if head == b"\x28\xb5\x2f\xfd" else None


def unpacked(
    file: IO[bytes], packing: Packing | None, limits: Limits, reached: Reached, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """The content in pieces, none of them empty; raises `InputError` where an archive breaks or a limit is passed.

    Of a file that is not packed, it is the bytes from `start` to `end`.
    """
    if packing is None:
        file.seek(start)
        pieces = _plain(file, reached, start, end)
    else:
        pieces = {"gz": _gzip, "zst": _zstandard}[packing](file, reached)
    total = start
    for piece in pieces:
        total += len(piece)
        if limits.max_bytes is not None and total > limits.max_bytes:
            raise InputError(f"it holds more than {limits.max_bytes:,} bytes", hint="give it in parts")
        if packing is not None:
            check_expansion(total, file.tell(), limits)
        yield piece


def check_expansion(total: int, stored: int, limits: Limits) -> None:
    """Raises `InputError` where so few stored bytes became so many that the file looks made to exhaust its reader."""
    if total > EXPANSION_FREE and total > stored * limits.max_ratio:
        raise InputError(
            f"it expands to more than {limits.max_ratio} times its size, and was stopped after {total:,} bytes",
            hint="if it is meant to, unpack it first",
        )


def _plain(file: IO[bytes], reached: Reached, at: int, end: int | None) -> Iterator[bytes]:
    while piece := file.read(PLAIN_PIECE if end is None else min(PLAIN_PIECE, end - at)):
        at += len(piece)
        reached(at)
        yield piece


def _gzip(file: IO[bytes], reached: Reached) -> Iterator[bytes]:
    member, waiting, first = None, b"", True
    while True:
        if not waiting:
            waiting = file.read(64 << 10)
            reached(file.tell())
            if not waiting:
                break
        if member is None:
            # gzip allows zeros after a member: tapes and some writers pad with them.
            waiting = waiting if first else waiting.lstrip(b"\0")
            if not waiting:
                continue
            member, first = zlib.decompressobj(wbits=31), False
        try:
            piece = member.decompress(waiting, PIECE)
        except zlib.error as error:
            raise _damaged(file, str(error)) from None
        waiting = member.unused_data if member.eof else member.unconsumed_tail
        if member.eof:
            member = None
        if piece:
            yield piece
    if first:
        raise InputError("the archive is empty")
    if member is not None:
        raise _cut_off(file)


def _zstandard(file: IO[bytes], reached: Reached) -> Iterator[bytes]:
    # `stream_reader` ends without a word where a frame is cut off; a decompression object knows whether it has ended.
    frame, empty = None, True
    while stored := file.read(64 << 10):
        empty = False
        reached(file.tell())
        held = bytearray()
        at = 0
        while at < len(stored):
            if frame is None:
                frame = zstandard.ZstdDecompressor().decompressobj()
            part = stored[at : at + ZST_PIECE]
            at += len(part)
            try:
                held += frame.decompress(part)
            except zstandard.ZstdError as error:
                if held:
                    yield bytes(held)
                raise _damaged(file, str(error)) from None
            if frame.eof:
                at -= len(frame.unused_data)
                frame = None
            if len(held) >= PIECE:
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)
    if empty:
        raise InputError("the archive is empty")
    if frame is not None:
        raise _cut_off(file)


def _cut_off(file: IO[bytes]) -> InputError:
    return InputError(
        f"the archive is cut off after {file.tell():,} bytes",
        hint="the rows before the cut were read; fetch the file again",
    )


def _damaged(file: IO[bytes], said: str) -> InputError:
    return InputError(
        f"the archive is damaged before byte {file.tell():,}: {said.lower()}",
        hint="the rows before the damage were read; fetch the file again",
    )
