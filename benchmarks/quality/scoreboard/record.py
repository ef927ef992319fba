"""The record of the last full run, and what a new run must not do worse."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["RECORD", "TOLERANCE", "read_record", "regressions", "write_record"]

RECORD = Path(__file__).parents[1] / "record.json"
TOLERANCE = 1
"""Percentage points by which a set's recall may fall below the record before the check fails."""

Figures = Mapping[str, Any]


def read_record() -> dict[str, Any]:
    """The record; empty where there is none yet."""
    return json.loads(RECORD.read_text("utf-8")) if RECORD.is_file() else {"sets": []}  # type: ignore[no-any-return]


def write_record(record: Figures) -> None:
    """The record, one figure a line, so that a change shows as such."""
    RECORD.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


def regressions(record: Figures, sets: Iterable[Figures]) -> Iterator[str]:
    """What is worse than in the record: each innocent text newly acted on, each set whose recall fell."""
    recorded = {one["name"]: one for one in record["sets"]}
    for now in sets:
        before = recorded.get(now["name"], {"acted_on": (), "recall": {"hits": 0, "of": 0}})
        for row in sorted(set(now["acted_on"]) - set(before["acted_on"])):
            yield f"{now['name']}: {row} is innocent and newly acted on"
        had, has = _per_cent(before["recall"]), _per_cent(now["recall"])
        if had is not None and has is not None and has < had - TOLERANCE:
            yield f"{now['name']}: recall fell from {had:.1f} % to {has:.1f} %"


def _per_cent(share: Figures) -> float | None:
    return 100 * share["hits"] / share["of"] if share["of"] else None
