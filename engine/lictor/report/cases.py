"""The rules' own tests as a policy's author reads them: for each that failed, the text and what happened instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from lictor.author import CaseResult
from lictor.errors import escape_controls
from lictor.report.words import excerpt, marked

__all__ = ["case_to_dict", "counted", "render_cases"]


_SILENT = "it did not fire"


def render_cases(results: Sequence[CaseResult]) -> str:
    """The failed tests, each with its text, and a last line that counts them all."""
    failed = [_failure(one) for one in results if one.outcome == "failed"]
    counts = counted(results)
    tally = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped") if counts[outcome])
    return "\n\n".join([*failed, tally or "no tests"])


def counted(results: Sequence[CaseResult]) -> Counter[str]:
    """How many tests had which outcome."""
    return Counter(one.outcome for one in results)


def case_to_dict(result: CaseResult) -> dict[str, Any]:
    """The result as JSON values."""
    return {
        "policy": result.case.policy,
        "rule": result.case.rule,
        "must": result.case.must,
        "text": result.case.text,
        "outcome": result.outcome,
        "exempted_by": next((one.exempted_by for one in result.violations), None),
        "others": [one.rule for one in result.others],
        "decision": None if result.decision is None else result.decision.to_dict(),
    }


def _failure(result: CaseResult) -> str:
    case = result.case
    spans = [(piece.start, piece.end) for one in result.violations for piece in one.evidence]
    text = marked(case.text, spans) if spans else excerpt(case.text)
    if case.must == "fire":
        excused = [f"it fired, and was excused by {one.exempted_by}" for one in result.violations]
        happened = excused[0] if excused else _SILENT
    else:
        happened = "it fired, and nothing excused it"
    others = ", ".join(one.rule for one in result.others)
    lines = [
        f"failed  {case.policy}: {case.rule} must {case.must.replace('_', ' ')}",
        f"  text     {text}",
        f"  instead  {happened}",
    ]
    lines += [f"  fired    {others}"] if others else []
    if happened == _SILENT and result.decision is not None and result.decision.missing:
        lines.append(f"  missing  {', '.join(result.decision.missing)}")
    return "\n".join(map(escape_controls, lines))
