"""Rows in, what the engine does with each out, by columns as any caller would judge them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa

from lictor import Engine
from lictor.policy.actions import above_flag
from scoreboard.texts import Row

__all__ = ["AT", "Outcome", "judge_rows"]

AT = "2022-07-01T00:00:00+08:00"
"""When rows are judged that do not say: ten days after the platform's own clause, with every rule but two in force."""

BATCH = 20_000
COLUMNS = ("text", "field", "subject", "surface")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: whether it is acted on (above a flag), and by which rules in which categories."""

    row: Row
    action: str
    rules: tuple[str, ...]
    categories: tuple[str, ...]

    @property
    def acted_on(self) -> bool:
        """Whether the action touches the item or the account; a flag only asks for a person's look."""
        return above_flag(self.action)

    @property
    def found(self) -> bool:
        """Whether a violation is acted on in the category it was written for."""
        return self.acted_on and (self.row.category is None or self.row.category in self.categories)


def judge_rows(engine: Engine, rows: Iterable[Row]) -> Iterator[Outcome]:
    """The outcome of each row, in order within each instant they are judged at."""
    for at, some in groupby(sorted(rows, key=lambda row: row.at or AT), key=lambda row: row.at or AT):
        held = list(some)
        for start in range(0, len(held), BATCH):
            yield from _judge(engine, held[start : start + BATCH], at)


def _judge(engine: Engine, rows: Sequence[Row], at: str) -> Iterator[Outcome]:
    columns = {name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in COLUMNS}
    (decided,) = engine.scan([pa.record_batch(columns)], at=at)
    for row, action, decision in zip(
        rows, decided.column("action").to_pylist(), decided.column("decision").to_pylist(), strict=True
    ):
        standing = [
            one
            for one in (json.loads(decision)["violations"] if decision else ())
            if one["exempted_by"] is None and one["status"] == "enforce"
        ]
        yield Outcome(
            row,
            action,
            tuple(dict.fromkeys(one["rule"] for one in standing)),
            tuple(dict.fromkeys(one["category"] for one in standing)),
        )
