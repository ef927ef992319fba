"""What two policies decided otherwise, as counts that are added up batch by batch, in whatever process."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lictor.policy.actions import PERMANENT
from lictor.simulate.contribution import Contributions
from lictor.simulate.labels import Marks, Truth
from lictor.simulate.samples import Samples
from lictor.simulate.verdicts import CHANGES, WATCHED, Change, Verdict

__all__ = ["DIMENSIONS", "Comparison", "Seen", "Tally"]

DIMENSIONS = ("action", "status", "category", "severity", "rule", "subject", "watching", "excused")
"""What rows are counted by; `watching` are rules that only watch, `excused` the exemptions that hold something back."""

Seen = tuple[str, str]  # a lexicon and its term


@dataclass(slots=True)
class Tally:
    """What one policy made of the rows it could judge, whether the other could or not: what its own scan counts."""

    rows: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)

    def merge(self, other: Tally) -> None:
        """Adds the other's counts."""
        self.rows += other.rows
        self.actions.update(other.actions)
        self.unfit.update(other.unfit)


@dataclass(slots=True)
class Comparison:
    """Counts over the rows that both policies could judge, and the rows kept to be read.

    `by` has for each dimension and name the rows of the first policy, of the second, gained and lost; `accounts` for
    each account the rows decided of by the first, by the second, newly hit and newly freed. `seen` are the accounts of
    all rows; `evidence` counts the terms that show what is newly hit and what was newly freed.
    """

    samples: Samples
    read: int = 0
    compared: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    files: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)
    sides: tuple[Tally, Tally] = field(default_factory=lambda: (Tally(), Tally()))
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    changes: Counter[Change] = field(default_factory=Counter)
    by: dict[str, dict[str, list[int]]] = field(default_factory=lambda: {name: {} for name in DIMENSIONS})
    evidence: dict[Change, Counter[Seen]] = field(default_factory=dict)
    accounts: dict[str, list[int]] = field(default_factory=dict)
    unsaid: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    seen: set[str] = field(default_factory=set)
    truths: Counter[Truth] = field(default_factory=Counter)
    unlabelled: int = 0
    no_labels: Counter[str] = field(default_factory=Counter)
    marks: tuple[Marks, Marks] = field(default_factory=lambda: (Marks(), Marks()))
    changed_truths: Counter[tuple[Change, bool]] = field(default_factory=Counter)
    parts: tuple[Contributions, Contributions] = field(default_factory=lambda: (Contributions(), Contributions()))

    def add(self, account: str | None, before: Verdict, after: Verdict, change: Change | None) -> None:
        """Counts a row that one of the two made something of."""
        self.moves[before.action, after.action] += 1
        if change is not None:
            self.changes[change] += 1
        for dimension, counts in self.by.items():
            mine, theirs = _names(dimension, before), _names(dimension, after)
            for name in {*mine, *theirs}:
                a, b = name in mine, name in theirs
                _plus(counts.setdefault(name, [0, 0, 0, 0]), a, b)
        a, b = before.action != "none", after.action != "none"
        if a or b:
            _plus(self.unsaid if account is None else self.accounts.setdefault(account, [0, 0, 0, 0]), a, b)

    def merge(self, other: Comparison) -> None:
        """Adds the other's counts, and of its samples those that are to be read before these."""
        self.samples.add(other.samples)
        self.read += other.read
        self.compared += other.compared
        self.unlabelled += other.unlabelled
        self.rejects.update(other.rejects)
        self.files |= other.files
        self.digests |= other.digests
        self.seen |= other.seen
        self.moves.update(other.moves)
        self.changes.update(other.changes)
        self.truths.update(other.truths)
        self.no_labels.update(other.no_labels)
        self.changed_truths.update(other.changed_truths)
        for dimension, counts in other.by.items():
            _merge(self.by[dimension], counts)
        for change, terms in other.evidence.items():
            self.evidence.setdefault(change, Counter()).update(terms)
        _merge(self.accounts, other.accounts)
        self.unsaid = [a + b for a, b in zip(self.unsaid, other.unsaid, strict=True)]
        for side in (0, 1):
            self.sides[side].merge(other.sides[side])
            self.marks[side].merge(other.marks[side])
            self.parts[side].merge(other.parts[side])

    def counts(self) -> dict[str, int]:
        """Rows by every name that a condition may ask for and that any row has."""
        counts: Counter[str] = Counter({name: self.changes[name] for name in (*CHANGES, *WATCHED)})
        counts["changed"] = sum(self.changes[name] for name in CHANGES)
        for (a, b), rows in self.moves.items():
            if a != b:
                counts["flipped"] += rows
                counts["newly_banned"] += rows * (b in PERMANENT and a not in PERMANENT)
                counts["no_longer_banned"] += rows * (a in PERMANENT and b not in PERMANENT)
                counts[f"newly.{b}"] += rows
                counts[f"no_longer.{a}"] += rows
        return dict(counts)


def _names(dimension: str, verdict: Verdict) -> tuple[str, ...]:
    if dimension in ("watching", "excused"):
        names: tuple[str, ...] = getattr(verdict, dimension)
        return names
    if verdict.action == "none":
        return ()
    if dimension == "rule":
        return verdict.rules
    name: str | None = getattr(verdict, dimension)
    return () if name is None else (name,)


def _plus(counts: list[int], a: bool, b: bool) -> None:  # noqa: FBT001
    for at, one in enumerate((a, b, b and not a, a and not b)):
        counts[at] += one


def _merge(counts: dict[str, list[int]], others: dict[str, list[int]]) -> None:
    for name, other in others.items():
        mine = counts.setdefault(name, [0, 0, 0, 0])
        counts[name] = [a + b for a, b in zip(mine, other, strict=True)]
