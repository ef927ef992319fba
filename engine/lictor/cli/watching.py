"""Doing something again whenever files change: they are looked at twice a second, until the person stops it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

__all__ = ["again_on_change", "files_below"]

_PAUSE = 0.5
_MOST = 10_000
_KINDS = (".yaml", ".yml", ".txt", ".csv", ".jsonl")

Stamp = tuple[int, int]


def again_on_change(do: Callable[[], None], watched: Callable[[], Iterable[Path]], *, pause: float = _PAUSE) -> None:
    """Does it now, and again after each change of these files; only an interrupt ends it."""
    while True:
        before = _stamps(watched())
        do()
        while (now := _stamps(watched())) == before:
            time.sleep(pause)
        # An editor writes in steps, the first of which may leave nothing: wait until nothing moves any more.
        moving = True
        while moving:
            time.sleep(pause / 5)
            later = _stamps(watched())
            moving, now = later != now, later


def files_below(paths: Iterable[Path]) -> list[Path]:
    """These files, and the files of the kinds that policies are made of in these folders."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [file for file in path.rglob("*") if file.suffix in _KINDS][: _MOST - len(found)]
        else:
            found.append(path)
    return found


def _stamps(files: Iterable[Path]) -> Mapping[Path, Stamp | None]:
    """When each file was last written, and how long it is; None where it is not there."""
    stamps: dict[Path, Stamp | None] = {}
    for file in files:
        try:
            told = file.stat()
        except OSError:
            stamps[file] = None
        else:
            stamps[file] = told.st_mtime_ns, told.st_size
    return stamps
