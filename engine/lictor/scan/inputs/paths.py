"""From the names a user gave to the files to read: kinds by name, folders walked in order.

A file's kind is in its name (`.txt`, `.jsonl`, `.ndjson`, `.csv`, `.parquet`, the first four also with `.gz` or
`.zst`). A folder is read recursively, sorted by name; hidden entries are skipped, others of unknown kind are skipped
and noted. Links are followed; a folder is entered once however many names it has, and one that leads back into itself
is an error.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lictor.scan.inputs.values import FileError, Note

__all__ = ["Kind", "Packing", "Source", "display", "find_files", "os_message"]

Kind = Literal["txt", "jsonl", "csv", "parquet"]
Packing = Literal["gz", "zst"]

KINDS: dict[str, Kind] = {".txt": "txt", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
PACKINGS: dict[str, Packing] = {".gz": "gz", ".zst": "zst"}
READABLE = "lictor reads .txt, .jsonl, .ndjson and .csv (also .gz, .zst), and .parquet"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; `path` is `None` for standard input, `kind` is `None` where only its bytes can tell."""

    name: str
    path: Path | None
    kind: Kind | None
    packing: Packing | None
    size: int

    @property
    def is_file(self) -> bool:
        """Whether it is a file by a name under which others can open it too, not standard input or a pipe."""
        return self.path is not None and self.path.is_file()


def find_files(paths: Iterable[str], stdin_kind: Kind | None) -> Iterator[Source | FileError | Note]:
    """The files behind these names, in the order given, with what is wrong or left out in its place."""
    for given in paths:
        if given == "-":
            yield Source("-", None, stdin_kind, None, 0)
            continue
        path = Path(given)
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            yield FileError(display(given), os_message(error))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _folder(path)
        elif (source := _source(path, status)) is not None:
            yield source
        else:
            yield FileError(display(given), "the kind of file is not known", hint=READABLE)


def display(name: str) -> str:
    """The name as text that can be written anywhere: bytes of it that are no UTF-8 become escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace") if "\0" not in name else name


def os_message(error: OSError | ValueError) -> str:
    """What the system said, in our words where they are plainer."""
    match error:
        case FileNotFoundError():
            return "no such file or folder"
        case PermissionError():
            return "permission denied"
        case OSError(strerror=str(said)):
            return said[:1].lower() + said[1:]
        case _:
            return str(error)


def _source(path: Path, status: os.stat_result) -> Source | None:
    if stat.S_ISFIFO(status.st_mode):
        # A process substitution has no name that tells anything.
        return Source(display(str(path)), path, _kind(path)[0], None, 0)
    kind, packing = _kind(path)
    if kind is None or not stat.S_ISREG(status.st_mode):
        return None
    return Source(display(str(path)), path, kind, packing, status.st_size)


def _kind(path: Path) -> tuple[Kind | None, Packing | None]:
    packing = PACKINGS.get(path.suffix.lower())
    kind = KINDS.get(Path(path.stem).suffix.lower() if packing else path.suffix.lower())
    return (None, None) if packing and kind == "parquet" else (kind, packing)


def _folder(folder: Path) -> Iterator[Source | FileError | Note]:
    unknown: list[Path] = []
    something = False
    for found in _walk(folder, (), set(), unknown):
        something = something or isinstance(found, Source)
        yield found
    if unknown:
        shown = ", ".join(f"`{display(str(path.relative_to(folder)))}`" for path in unknown[:5]) + (
            ", ..." if len(unknown) > 5 else ""
        )
        files = "1 file" if len(unknown) == 1 else f"{len(unknown)} files"
        yield Note(display(str(folder)), f"{files} of unknown kind skipped: {shown}")
    if not something:
        yield FileError(display(str(folder)), "nothing in this folder can be read", hint=READABLE)


def _walk(
    folder: Path, above: tuple[tuple[int, int], ...], entered: set[tuple[int, int]], unknown: list[Path]
) -> Iterator[Source | FileError | Note]:
    name = display(str(folder))
    try:
        status = folder.stat()
        here = (status.st_dev, status.st_ino)
        if here in above:
            yield FileError(name, "the folder leads back into itself", hint="remove the link, or name the files")
            return
        if here in entered:
            yield Note(name, "the folder was read under another name, and is skipped")
            return
        entered.add(here)
        entries = sorted(entry for entry in os.listdir(folder) if not entry.startswith("."))  # noqa: PTH208 (names only)
    except OSError as error:
        yield FileError(name, os_message(error))
        return
    for entry in entries:
        path = folder / entry
        try:
            inner = path.stat()
        except OSError as error:
            yield FileError(display(str(path)), os_message(error))
            continue
        if stat.S_ISDIR(inner.st_mode):
            yield from _walk(path, (*above, here), entered, unknown)
        elif stat.S_ISREG(inner.st_mode) and (source := _source(path, inner)) is not None:
            yield source
        else:
            unknown.append(path)
