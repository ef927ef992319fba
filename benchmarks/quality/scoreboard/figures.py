"""Figures from outcomes: shares with their intervals, by set, kind, category and rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any

from scoreboard.judge import Outcome
from scoreboard.texts import TextSet

__all__ = ["by_category", "by_kind", "by_rule", "f1", "set_figures", "share", "wilson"]

Z = 1.959964  # 95 % of a normal distribution lies within


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score; everything where there is nothing to go by.

    It keeps within 0 and 1, and says something at 0 of 50,000 too, where the textbook interval is empty.
    """
    if of == 0:
        return 0.0, 1.0
    centre = (hits + Z * Z / 2) / (of + Z * Z)
    spread = Z / (of + Z * Z) * sqrt(hits * (of - hits) / of + Z * Z / 4)
    # At the ends the bounds are exactly 0 and 1, whatever rounding makes of them.
    return 0.0 if hits == 0 else centre - spread, 1.0 if hits == of else centre + spread


def share(hits: int, of: int) -> dict[str, Any]:
    """A share as it is recorded: the counts it comes from, and its interval in per cent."""
    low, high = wilson(hits, of)
    return {"hits": hits, "of": of, "low": round(100 * low, 3), "high": round(100 * high, 3)}


def f1(precision: Mapping[str, Any], recall: Mapping[str, Any]) -> float | None:
    """The harmonic mean of two shares; None where one of them rests on nothing."""
    if not precision["of"] or not recall["of"]:
        return None
    p, r = precision["hits"] / precision["of"], recall["hits"] / recall["of"]
    return 2 * p * r / (p + r) if p + r else 0.0


def set_figures(text_set: TextSet, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """One set: how many of its violations are acted on, in the right category, and which innocents are."""
    held = list(outcomes)
    violations = [one for one in held if one.row.label == "violation"]
    innocents = [one for one in held if one.row.label == "innocent"]
    characters = sum(len(one.row.text) for one in innocents)
    wrong = [one for one in innocents if one.acted_on]
    return {
        "name": text_set.name,
        "title": text_set.title,
        "rows": len(held),
        "recall": share(sum(one.acted_on for one in violations), len(violations)),
        "right_category": share(sum(one.found for one in violations), len(violations)),
        "false_alarms": share(len(wrong), len(innocents)),
        "characters": characters,
        "per_million": round(1e6 * len(wrong) / characters, 3) if characters else None,
        "acted_on": {one.row.id: list(one.rules) for one in sorted(wrong, key=lambda one: one.row.id)},
        "missed": sorted(one.row.id for one in violations if not one.acted_on),
    }


def by_kind(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """For each kind of row: how many of its violations are acted on, and how many of its innocents."""
    counts: dict[str, Counter[str]] = {}
    for one in outcomes:
        count = counts.setdefault(one.row.kind, Counter())
        count[one.row.label] += 1
        count[f"{one.row.label} acted on"] += one.acted_on
    return [
        {
            "name": name,
            "recall": share(count["violation acted on"], count["violation"]),
            "false_alarms": share(count["innocent acted on"], count["innocent"]),
        }
        for name, count in sorted(counts.items())
    ]


def by_category(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """For each category: of the rows written for it, in how many it is found; and how precise it is.

    Where it is found in a violation of another category, that is right too: a text may be several things.
    """
    counts: dict[str, Counter[str]] = {}
    for one in outcomes:
        if one.row.label == "violation" and one.row.category is not None:
            count = counts.setdefault(one.row.category, Counter())
            count["written"] += 1
            count["found"] += one.found
        for name in one.categories if one.acted_on else ():
            count = counts.setdefault(name, Counter())
            count["fired"] += 1
            count["right"] += one.row.label == "violation"
    return [
        {"name": name, "recall": share(c["found"], c["written"]), "precision": share(c["right"], c["fired"])}
        for name, c in sorted(counts.items())
    ]


def by_rule(outcomes: Iterable[Outcome], rules: Iterable[str]) -> list[dict[str, Any]]:
    """For each rule: of the rows it takes part in acting on, how many are violations; how many only it finds."""
    counts: dict[str, Counter[str]] = {rule: Counter() for rule in rules}
    for one in outcomes:
        for name in one.rules if one.acted_on else ():
            counts[name]["fired"] += 1
            counts[name]["right"] += one.row.label == "violation"
            counts[name]["alone"] += len(one.rules) == 1 and one.row.label == "violation"
    return [
        {"name": name, "precision": share(c["right"], c["fired"]), "alone": c["alone"]} for name, c in counts.items()
    ]
