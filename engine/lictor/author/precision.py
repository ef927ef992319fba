"""How often a rule was right, as far as people have looked: what reviews in a ledger upheld of what it found.

A review upholds or dismisses what was found in the items it is about; the last review of an item counts. A decision
that an appeal overturned, or that was taken back, was wrong after all. Where a review names a category, only rules of
that category are upheld by it; a review about no item says nothing of a rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from lictor.ledger import RecordedDecision, RecordedFact

__all__ = ["Precision", "precision_by_rule", "wilson"]

_Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Precision:
    """A rule, and how many items with it people upheld and dismissed."""

    rule: str
    upheld: int
    dismissed: int

    @property
    def share(self) -> float:
        """The share that was upheld."""
        return self.upheld / (self.upheld + self.dismissed)

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the truth lies, 95 times of 100."""
        return wilson(self.upheld, self.upheld + self.dismissed)


def wilson(right: int, all_: int) -> tuple[float, float]:
    """Wilson's score interval of a share at 95 %: sound for few observations, and for none or all of them."""
    if not all_:
        return 0.0, 1.0
    share, z2 = right / all_, _Z * _Z
    middle = (share + z2 / (2 * all_)) / (1 + z2 / all_)
    half = _Z / (1 + z2 / all_) * sqrt(share * (1 - share) / all_ + z2 / (4 * all_ * all_))
    # None begins at none, and all ends at all, which rounding may miss.
    return max(0.0, middle - half) if right else 0.0, min(1.0, middle + half) if right < all_ else 1.0


def precision_by_rule(
    facts: Iterable[RecordedFact], decisions: Iterable[RecordedDecision], *, policy: str
) -> list[Precision]:
    """Each rule of the policy that a person has judged, the most often judged first."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for decision in decisions:
        _found_in_text(found, decision.decision, policy)
    verdicts: dict[str, tuple[str, str | None]] = {}
    about: dict[str, tuple[str, ...]] = {}
    appeals: dict[str, str] = {}
    for recorded in facts:
        record = recorded.record
        fact: Mapping[str, Any] = record.fact or {}
        for finding in record.findings:
            if finding.get("policy") == policy and finding.get("rule") and not finding.get("exempted_by"):
                found[record.id][str(finding["rule"])] = str(finding["category"])
        if record.refused is not None:
            continue
        if record.kind == "review" and fact.get("outcome") in ("upheld", "dismissed"):
            about[record.id] = tuple(fact.get("about") or ())
            for item in about[record.id]:
                verdicts[item] = (fact["outcome"], fact.get("category"))
        elif record.kind == "appeal":
            appeals[record.id] = str(fact.get("decision"))
        overturned = None
        if record.kind == "appeal_decision" and fact.get("outcome") == "granted":
            overturned = appeals.get(str(fact.get("appeal")))
        elif record.kind == "reinstatement":
            overturned = str(fact.get("decision"))
        for item in about.get(overturned or "", ()):
            verdicts[item] = ("dismissed", None)
    return _tallied(found, verdicts)


def _found_in_text(found: dict[str, dict[str, str]], decision: Any, policy: str) -> None:
    if decision is None or decision.get("policy") != policy or not decision.get("item"):
        return
    for one in decision.get("violations") or ():
        if one.get("exempted_by") is None:
            found[str(decision["item"])][str(one["rule"])] = str(one["category"])


def _tallied(found: Mapping[str, Mapping[str, str]], verdicts: Mapping[str, tuple[str, str | None]]) -> list[Precision]:
    upheld: dict[str, int] = defaultdict(int)
    dismissed: dict[str, int] = defaultdict(int)
    for item, (outcome, category) in verdicts.items():
        for rule, of in found.get(item, {}).items():
            if outcome == "dismissed":
                dismissed[rule] += 1
            elif category in (None, of):
                upheld[rule] += 1
    judged = [Precision(rule, upheld[rule], dismissed[rule]) for rule in {*upheld, *dismissed}]
    return sorted(judged, key=lambda one: (-(one.upheld + one.dismissed), one.rule))
