"""Rows for a person to read: of each kind of change and category a few, those that changed most first.

Which of equals are kept is drawn by the seed and the text alone, so that neither the order of the corpus nor the number
of processes matters; a text is kept once, however often it stands there.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from lictor.decide import Decision
from lictor.decide.decision import ViolationRecord
from lictor.simulate.verdicts import CHANGES, WATCHED, Change, Verdict, jump

__all__ = ["Drawn", "Samples"]

LONGEST = 4_000
"""Characters of a text that are kept."""

Rank = tuple[int, int, str]


@dataclass(frozen=True, slots=True, order=True)
class Drawn:
    """A row that was kept: its rank, by which the first is read first, and what there is to read as JSON values."""

    rank: Rank
    sample: dict[str, Any] = field(compare=False)


class Samples:
    """At most `each` rows of each change and category."""

    def __init__(self, *, each: int, seed: int) -> None:
        self._each, self._seed = each, seed
        self._kept: dict[tuple[str, str], list[Drawn]] = {}

    def offer(
        self,
        change: Change,
        verdicts: tuple[Verdict, Verdict],
        decisions: tuple[Decision | None, Decision | None],
        judged: bytes,
        where: Mapping[str, Any],
    ) -> None:
        """Keeps the row if it is among the first of its kind. `judged` is what was judged, `where` the row's origin."""
        if not self._each:
            return
        texts = orjson.loads(judged)["fields"]
        drawn = hashlib.sha256(orjson.dumps([self._seed, texts])).hexdigest()[:24]
        before, after = verdicts
        rank = (-abs(jump(before, after)), -len(set(before.rules) ^ set(after.rules)), drawn)
        category = after.category or before.category or _watched_category(decisions) or ""
        kept = self._kept.setdefault((change, category), [])
        if len(kept) == self._each and rank >= kept[-1].rank:
            return
        if any(one.rank == rank for one in kept):
            return
        sample = {
            "change": change,
            "category": category or None,
            **where,
            "texts": {name: text[:LONGEST] for name, text in texts.items()},
            "cut": any(len(text) > LONGEST for text in texts.values()),
            "a": _side(decisions[0]),
            "b": _side(decisions[1]),
        }
        insort(kept, Drawn(rank, sample))
        del kept[self._each :]

    def add(self, others: Samples) -> None:
        """Keeps the first of both; of the same text that which was kept here."""
        for kind, drawn in others._kept.items():
            merged = {one.rank: one for one in (*drawn, *self._kept.get(kind, ()))}
            self._kept[kind] = sorted(merged.values())[: self._each]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows as JSON values: change by change in their order, within one those that changed most first."""
        order = {change: number for number, change in enumerate((*CHANGES, *WATCHED))}
        for change in order:
            some = [one for kind, drawn in self._kept.items() if kind[0] == change for one in drawn]
            yield from (one.sample for one in sorted(some))


def _watched_category(decisions: tuple[Decision | None, Decision | None]) -> str | None:
    for decision in reversed(decisions):
        for violation in decision.violations if decision else ():
            if violation.status == "monitor" and violation.exempted_by is None:
                return violation.category
    return None


def _side(decision: Decision | None) -> dict[str, Any]:
    """What there is to read of one policy's decision."""
    if decision is None:
        return {"action": "none", "status": None, "category": None, "severity": None, "rules": [], "violations": []}
    return {
        "action": decision.action,
        "status": decision.status,
        "category": decision.category,
        "severity": decision.severity,
        "rules": list(decision.rules),
        "violations": [_violation(one) for one in decision.violations],
    }


def _violation(one: ViolationRecord) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "category": one.category,
        "severity": one.severity,
        "status": one.status,
        "exempted_by": one.exempted_by,
        "evidence": [
            {
                "field": piece.field,
                "start": piece.start,
                "end": piece.end,
                "text": piece.text,
                "term": piece.term,
                "lexicon": piece.lexicon,
                "mechanisms": list(piece.mechanisms),
            }
            for piece in one.evidence
            if piece.end <= LONGEST
        ],
    }
