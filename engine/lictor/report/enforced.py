"""What a run over facts came to: how many were new, what was decided, what was refused, what was corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lictor.enforce import Outcome
from lictor.policy.actions import ACTIONS, above_flag, strongest
from lictor.report.timeline import refused_in_words
from lictor.report.words import counted, table

__all__ = ["Enforced", "render_enforced"]


@dataclass(slots=True)
class Enforced:
    """Counts of a run, added to while it goes.

    `decisions` were carried out, by people or by detection; `proposed` wait for a person. `monitored` are texts on
    which rules fired that only watch, by rule. `due` is what was foreseen and came, `effects` what one life told
    another.
    """

    files: int = 0
    facts: int = 0
    new: int = 0
    present: int = 0
    due: int = 0
    effects: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    proposed: Counter[str] = field(default_factory=Counter)
    monitored: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    corrections: int = 0
    rejects: Counter[str] = field(default_factory=Counter)
    file_errors: int = 0

    def add(self, outcomes: Iterable[Outcome], decided: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Adds what facts led to, and what detection alone decided."""
        for outcome in outcomes:
            self.due += outcome.origin == "due"
            self.effects += outcome.origin == "derived"
            self.corrections += len(outcome.corrections)
            self.decisions.update(case.action for case in outcome.decisions)
            if outcome.refused is not None:
                self.refused[outcome.refused] += 1
        for made in decided.values():
            for one in made:
                # What detection does to an account itself is a case of its own, and counted there.
                done = (has for has in one["effects"] if has["status"] == "applied" and has["target"] == "item")
                applied = strongest(effect["effect"] for effect in done)
                if applied != "none":
                    self.decisions[applied] += 1
                self.monitored.update(one["monitored"]["rules"] if one["monitored"] else ())
                if one["status"] == "proposed":
                    self.proposed[one["action"]] += 1

    @property
    def found(self) -> bool:
        """Whether something above `flag` was decided, or something was refused."""
        return self.refused.total() > 0 or any(map(above_flag, (*self.decisions, *self.proposed)))

    def to_dict(self, *, seconds: float) -> dict[str, Any]:
        """The counts as JSON values."""
        return {
            "files": self.files,
            "facts": self.facts,
            "new": self.new,
            "present": self.present,
            "due": self.due,
            "effects": self.effects,
            "decisions": _by_strength(self.decisions),
            "proposed": _by_strength(self.proposed),
            "monitored": dict(self.monitored.most_common()),
            "refused": dict(self.refused.most_common()),
            "corrections": self.corrections,
            "rejects": dict(self.rejects.most_common()),
            "file_errors": self.file_errors,
            "seconds": round(seconds, 3),
        }


def render_enforced(done: Enforced, *, seconds: float) -> str:
    """The counts in lines, the strongest decisions first."""
    known = f", {counted(done.present, 'fact')} known already" if done.present else ""
    lines = [f"{counted(done.new, 'new fact')} of {counted(done.files, 'file')} in {seconds:.1f} s{known}"]
    lines += table("decided", _by_strength(done.decisions))
    lines += table("proposed", _by_strength(done.proposed))
    lines += table("watched", dict(done.monitored.most_common()))
    lines += table("refused", {refused_in_words(name): count for name, count in done.refused.most_common()})
    lines += table("rejected", dict(done.rejects.most_common()))
    lines += table("due", {"deadlines, ends and beginnings came": done.due} if done.due else {})
    lines += table(
        "corrected", {"decisions, by what came late or was overturned": done.corrections} if done.corrections else {}
    )
    lines += [f"  {counted(done.file_errors, 'file')} not read, or not to the end"] if done.file_errors else []
    return "\n".join(lines)


def _by_strength(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in reversed(ACTIONS) if counts[name]}
