"""What a scan came to: rows by action, category and rule; what was refused, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lictor.policy.actions import ACTIONS, above_flag
from lictor.report.rows import ScanRow
from lictor.report.words import counted, table

__all__ = ["Tally", "render_tally"]


@dataclass(slots=True)
class Tally:
    """Counts of a scan, added to while it runs. Rows that were rejected have no action.

    `monitored` counts the rows on which a rule fired that only watches.
    """

    files: int = 0
    rows: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    monitored: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    file_errors: int = 0

    def add(self, count: int, rows: Iterable[ScanRow], rejects: Iterable[str]) -> None:
        """Adds a batch of so many rows: those that came out, and the reasons of those rejected."""
        decided = [row for row in rows if row.action != "none"]
        before = self.rejects.total()
        self.rejects.update(rejects)
        self.rows += count
        self.actions.update(row.action for row in decided)
        self.actions["none"] += count - len(decided) - (self.rejects.total() - before)
        self.categories.update(row.category for row in decided if row.category)
        self.rules.update(rule for row in decided for rule in row.rules)

    @property
    def found(self) -> bool:
        """Whether an action stronger than `flag` was among the decisions."""
        return any(above_flag(action) for action, count in self.actions.items() if count)

    def to_dict(self, *, seconds: float) -> dict[str, Any]:
        """The counts as JSON values."""
        return {
            "files": self.files,
            "rows": self.rows,
            "actions": _ranked(self.actions),
            "categories": _ranked(self.categories),
            "rules": _ranked(self.rules),
            "monitored": _ranked(self.monitored),
            "rejects": _ranked(self.rejects),
            "file_errors": self.file_errors,
            "seconds": round(seconds, 3),
        }


def render_tally(tally: Tally, *, seconds: float) -> str:
    """The counts in lines: the commonest category and rule first, actions from the strongest."""
    lines = [f"{counted(tally.rows, 'row')} of {counted(tally.files, 'file')} in {seconds:.1f} s"]
    lines += table("action", {name: tally.actions[name] for name in reversed(ACTIONS) if tally.actions[name]})
    lines += table("category", _ranked(tally.categories))
    lines += table("rule", _ranked(tally.rules))
    lines += table("watched", _ranked(tally.monitored))
    lines += table("rejected", _ranked(tally.rejects))
    lines += [f"  {counted(tally.file_errors, 'file')} not read, or not to the end"] if tally.file_errors else []
    return "\n".join(lines)


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
