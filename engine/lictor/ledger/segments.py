"""The files a ledger is made of: named one by one, or a folder of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lictor.errors import UsageError

__all__ = ["SUFFIX", "segments_in"]

SUFFIX = ".db"
"""How the names of segments in a folder end."""


def segments_in(paths: Iterable[Path]) -> list[Path]:
    """The files, in order; for a folder those in it whose names end in `SUFFIX`, by name."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(path.glob(f"*{SUFFIX}"))
        if not inside:
            raise UsageError(f"no segment of a ledger in `{path}`", hint=f"their names end in `{SUFFIX}`")
        found += inside
    return found
