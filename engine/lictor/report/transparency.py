"""A transparency report: what was decided in a period, by whom or by what, how often it was contested and taken back.

Counts and durations only. A decision counts under the strongest of its effects that were applied; a headline that is
only proposed is counted apart.
Shares are parts per million, durations whole seconds, medians the lower of two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lictor.facts import instant
from lictor.ledger import RecordedDecision, RecordedFact
from lictor.policy.actions import strength

__all__ = ["Tally", "as_markdown", "transparency"]

_MILLION = 1_000_000


@dataclass(slots=True)
class Tally:
    """What was counted so far."""

    actions: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    proposed: Counter[str] = field(default_factory=Counter)
    automated: Counter[str] = field(default_factory=Counter)
    detected: int = 0
    triggers: Counter[str] = field(default_factory=Counter)
    policies: Counter[str] = field(default_factory=Counter)
    complaints: int = 0
    reviews: Counter[str] = field(default_factory=Counter)
    filed: dict[str, datetime] = field(default_factory=dict)
    refused: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    reinstated: int = 0
    to_decision: list[int] = field(default_factory=list)
    to_answer: list[int] = field(default_factory=list)


def transparency(
    decisions: Iterable[RecordedDecision], facts: Iterable[RecordedFact], *, since: str | None, until: str | None
) -> dict[str, Any]:
    """The report as JSON values, of what is given; `since` and `until` are the period it says it is about."""
    tally = Tally()
    for decision in decisions:
        _count_decision(tally, decision)
    for fact in facts:
        _count_fact(tally, fact)
    decided = sum(actions.total() for actions in tally.actions.values())
    answered = tally.answers.total()
    return {
        "period": {"since": since, "until": until},
        "decisions": decided,
        "actions": {category: dict(sorted(counts.items())) for category, counts in sorted(tally.actions.items())},
        "proposed": dict(sorted(tally.proposed.items())),
        "triggers": dict(sorted(tally.triggers.items())),
        "policies": dict(sorted(tally.policies.items())),
        "automated": {
            "detection_ppm": _share(tally.detected, decided),
            "decision": dict(sorted(tally.automated.items())),
            "decision_ppm": _share(tally.automated["AUTOMATED_DECISION_FULLY"], decided),
        },
        "complaints": tally.complaints,
        "reviews": dict(sorted(tally.reviews.items())),
        "appeals": {
            "filed": len(tally.filed),
            "refused": tally.refused,
            "granted": tally.answers["granted"],
            "rejected": tally.answers["rejected"],
            "overturned_ppm": _share(tally.answers["granted"], answered),
            "reinstated_without": tally.reinstated,
        },
        "median_seconds": {
            "publication_to_decision": _median(tally.to_decision),
            "appeal_to_answer": _median(tally.to_answer),
        },
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as a page for people."""
    period, automated, appeals = report["period"], report["automated"], report["appeals"]
    decisions = f"{report['decisions']:,} decisions applied, {sum(report['proposed'].values()):,} proposed"
    machine = (_percent(automated["detection_ppm"]), _percent(automated["decision_ppm"]))
    overturned = _percent(appeals["overturned_ppm"])
    counted = ", ".join(f"{appeals[what]:,} {what}" for what in ("filed", "granted", "rejected", "refused"))
    times = report["median_seconds"]
    lines = [
        "# Transparency report",
        "",
        f"From {period['since'] or 'the beginning'} to {period['until'] or 'the end'} of the ledger: {decisions}.",
        "",
        "| category | action | decisions |",
        "|---|---|---:|",
        *(
            f"| {category} | {action} | {count:,} |"
            for category, actions in report["actions"].items()
            for action, count in actions.items()
        ),
        "",
        f"- found by automated means: {machine[0]}; decided by them alone: {machine[1]}",
        f"- complaints: {report['complaints']:,}; reviews: {_counts(report['reviews'])}",
        f"- appeals: {counted}; overturned of those answered: {overturned}",
        f"- taken back without an appeal: {appeals['reinstated_without']:,}",
        f"- median time from publication to decision: {_duration(times['publication_to_decision'])}",
        f"- median time from appeal to answer: {_duration(times['appeal_to_answer'])}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _count_decision(tally: Tally, recorded: RecordedDecision) -> None:
    decision = recorded.decision
    if decision["status"] == "proposed":
        tally.proposed[decision["action"]] += 1
    applied = [one["effect"] for one in decision["effects"] if one["status"] == "applied"]
    if not applied:
        return
    tally.actions[decision["category"] or "none"][max(applied, key=strength)] += 1
    tally.automated[decision["automated_decision"]] += 1
    tally.detected += decision["automated_detection"]
    tally.triggers[decision["trigger"]] += 1
    tally.policies[f"{decision['policy']} {decision['digest'][:12]}"] += 1
    made = recorded.at or decision["as_of"]
    if decision["published_at"] is not None and made is not None:
        tally.to_decision.append(_seconds(instant(decision["published_at"]), instant(made)))


def _count_fact(tally: Tally, recorded: RecordedFact) -> None:
    fact = recorded.record
    if fact.kind == "complaint":
        tally.complaints += fact.fact.get("count", 1)
    elif fact.kind == "review":
        tally.reviews[fact.fact["outcome"]] += 1
    elif fact.kind == "appeal":
        if fact.refused is None:
            tally.filed[fact.id] = instant(str(fact.at))
        else:
            tally.refused += 1
    elif fact.kind == "appeal_decision" and fact.refused is None:
        tally.answers[fact.fact["outcome"]] += 1
        if fact.fact["appeal"] in tally.filed:
            tally.to_answer.append(_seconds(tally.filed[fact.fact["appeal"]], instant(str(fact.at))))
    elif fact.kind == "reinstatement":
        tally.reinstated += fact.refused is None


def _seconds(start: datetime, end: datetime) -> int:
    return max(int((end - start).total_seconds()), 0)


def _median(values: list[int]) -> int | None:
    return sorted(values)[(len(values) - 1) // 2] if values else None


def _share(part: int, whole: int) -> int | None:
    return part * _MILLION // whole if whole else None


def _percent(ppm: int | None) -> str:
    return "none" if ppm is None else f"{ppm / 10_000:.1f} %"


def _duration(seconds: int | None) -> str:
    return "none" if seconds is None else f"{seconds / 3600:,.1f} hours"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "none"
