"""What a person said of rows, and how right a policy was: counts that add up, and figures with their intervals.

A label is read as words, apart by spaces, commas, semicolons or `|`:

    a category's id       the row violates it; there may be several
    violation, true, yes, 1
                          the row violates something, and nobody says what
    none, mention, false, no, 0
                          the row violates nothing
    nothing at all        nobody looked: the row counts in no figure
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from lictor.policy.actions import ACTIONS, strength
from lictor.simulate.verdicts import Verdict

__all__ = ["Marks", "Truth", "f1_interval", "figures", "truth_of", "wilson"]

Z = 1.959964  # 95 % of a normal distribution lies within

_APART = re.compile(r"[\s,;|]+")
_VIOLATES = frozenset({"violation", "true", "yes", "1"})
_NOTHING = frozenset({"none", "mention", "false", "no", "0"})
_MOST_TERMS = 10
UNSAID = "violation"


@dataclass(frozen=True, slots=True)
class Truth:
    """What a row is, by its label: whether it violates anything, and which categories, where that was said."""

    violates: bool
    categories: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The categories, sorted; `violation` where none was said, `none` where there is nothing to say."""
        return tuple(sorted(self.categories)) or ((UNSAID,) if self.violates else ("none",))

    @property
    def judges(self) -> bool:
        """Whether the label says of each category if the row is of it."""
        return bool(self.categories) or not self.violates


def truth_of(label: str, categories: Collection[str]) -> Truth | None:
    """What the label says; None where it says nothing. A `ValueError` names the word that is no label.

    Of a label that says of one row that it violates something and nothing, it names the whole.
    """
    words = [word for word in _APART.split(label.strip()) if word]
    said = {word.casefold() for word in words}
    if not words:
        return None
    if said <= _NOTHING:
        return Truth(violates=False)
    if said & _NOTHING:
        raise ValueError(label.strip())
    for word in words:
        if word not in categories and word.casefold() not in _VIOLATES:
            raise ValueError(word)
    return Truth(violates=True, categories=frozenset(word for word in words if word in categories))


@dataclass(slots=True)
class Marks:
    """How one policy's verdicts stand to the labels, as counts that are added up.

    `predicted` and `right` are by category; `decided` by what the row is and the category of its decision; `actions`
    and `terms` by whether the row violates, and the action or the number of different terms that show it.
    """

    predicted: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    decided: Counter[tuple[Truth, str]] = field(default_factory=Counter)
    actions: Counter[tuple[bool, str]] = field(default_factory=Counter)
    terms: Counter[tuple[bool, int]] = field(default_factory=Counter)

    def add(self, truth: Truth, verdict: Verdict, terms: int) -> None:
        """Counts a row that something is done about, shown by so many different terms."""
        if truth.judges:
            self.predicted.update(verdict.categories)
            self.right.update(truth.categories.intersection(verdict.categories))
        self.decided[truth, verdict.category or "none"] += 1
        self.actions[truth.violates, verdict.action] += 1
        self.terms[truth.violates, min(terms, _MOST_TERMS)] += 1

    def merge(self, other: Marks) -> None:
        """Adds the other's counts."""
        for mine, theirs in (
            (self.predicted, other.predicted), (self.right, other.right), (self.decided, other.decided),
            (self.actions, other.actions), (self.terms, other.terms),
        ):  # fmt: skip
            mine.update(theirs)  # type: ignore[arg-type]


def figures(marks: Marks, truths: Mapping[Truth, int]) -> dict[str, Any]:
    """The figures of one policy over all labelled rows, of which there are so many of each truth: JSON values."""
    violating = sum(count for truth, count in truths.items() if truth.violates)
    innocent = sum(truths.values()) - violating
    are: Counter[str] = Counter()
    for truth, count in truths.items():
        are.update(dict.fromkeys(truth.categories, count))
    found = {violates: Counter[str]() for violates in (True, False)}
    for (violates, action), count in marks.actions.items():
        found[violates][action] += count
    categories = sorted({*are, *marks.predicted})
    return {
        "overall": _figures(found[True].total(), found[False].total(), violating),
        "categories": [
            {"category": name, **_figures(marks.right[name], marks.predicted[name] - marks.right[name], are[name])}
            for name in categories
        ],
        "confusion": _confusion(marks, truths),
        "by_action": [
            {"at_least": level, **_figures(_from(found[True], level), _from(found[False], level), violating)}
            for level in _levels(marks)
        ],
        "by_terms": [
            {"at_least": least, **_figures(_shown(marks, True, least), _shown(marks, False, least), violating)}
            for least in range(1, max((terms for _, terms in marks.terms), default=0) + 1)
        ],
        "false_alarms": _share(found[False].total(), innocent),
    }


def _figures(right: int, wrong: int, violating: int) -> dict[str, Any]:
    missed = violating - right
    low, high = f1_interval(right, wrong + missed)
    told = right + wrong + missed
    return {
        "right": right,
        "wrong": wrong,
        "missed": missed,
        "precision": _share(right, right + wrong),
        "recall": _share(right, violating),
        "f1": {"value": round(2 * right / (right + told), 6) if told else None, "low": low, "high": high},
    }


def _share(hits: int, of: int) -> dict[str, Any]:
    low, high = wilson(hits, of)
    return {"value": round(hits / of, 6) if of else None, "low": round(low, 6), "high": round(high, 6)}


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score; everything where there is nothing to go by."""
    if of == 0:
        return 0.0, 1.0
    centre = (hits + Z * Z / 2) / (of + Z * Z)
    spread = Z / (of + Z * Z) * sqrt(hits * (of - hits) / of + Z * Z / 4)
    # At the ends the bounds are exactly 0 and 1, whatever rounding makes of them.
    return 0.0 if hits == 0 else centre - spread, 1.0 if hits == of else centre + spread


def f1_interval(right: int, mistaken: int) -> tuple[float, float]:
    """The 95 % interval of F1, from the rows found rightly and those found wrongly or missed.

    F1 is 2J / (1 + J), where J = right / (right + mistaken) is a share; so its interval is that of J, carried over.
    """
    low, high = (2 * j / (1 + j) for j in wilson(right, right + mistaken))
    return round(low, 6), round(high, 6)


def _confusion(marks: Marks, truths: Mapping[Truth, int]) -> list[dict[str, Any]]:
    """Rows by label and category decided; one of several categories counts as that decided of, else as the first."""
    cells: Counter[tuple[str, str]] = Counter()
    left = Counter(truths)
    for (truth, category), count in marks.decided.items():
        cells[category if category in truth.categories else truth.names[0], category] += count
        left[truth] -= count
    for truth, count in left.items():
        cells[truth.names[0], "none"] += count
    return [
        {"label": label, "decided": category, "rows": count}
        for (label, category), count in sorted(cells.items())
        if count
    ]


def _levels(marks: Marks) -> list[str]:
    """Of the actions there are, one of each strength, the weakest first."""
    present = {action for _, action in marks.actions}
    by_strength = {strength(action): action for action in reversed(ACTIONS) if action in present}
    return [by_strength[one] for one in sorted(by_strength)]


def _from(counts: Mapping[str, int], level: str) -> int:
    return sum(count for action, count in counts.items() if strength(action) >= strength(level))


def _shown(marks: Marks, violates: bool, least: int) -> int:  # noqa: FBT001
    return sum(count for (said, terms), count in marks.terms.items() if said == violates and terms >= least)
