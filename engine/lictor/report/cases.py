"""The rules' own tests as a policy's author reads them: for each that failed, the text and what happened instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from lictor.author import CaseResult
from lictor.errors import Place, escape_controls
from lictor.report.because import because_lines, because_to_dict
from lictor.report.spans import underlined

__all__ = ["block", "case_to_dict", "counted", "render_cases", "render_failure"]


_SILENT = "it did not fire"


def render_cases(results: Sequence[CaseResult]) -> str:
    """The failed tests, each with its text, and a last line that counts them all."""
    failed = [render_failure(one) for one in results if one.outcome == "failed"]
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
        "file": None if result.place is None else result.place.file,
        "line": None if result.place is None else result.place.line,
        "exempted_by": next((one.exempted_by for one in result.violations), None),
        "others": [one.rule for one in result.others],
        "because": None if result.because is None else because_to_dict(result.because),
        "decision": None if result.decision is None else result.decision.to_dict(),
    }


def render_failure(result: CaseResult) -> str:
    """The text with what was found in it, what was expected, what was got, and why."""
    case = result.case
    fired = bool(result.violations) and result.violations[0].exempted_by is None
    evidence = [(piece.start, piece.end) for one in result.violations for piece in one.evidence]
    seen = [(span.start, span.end) for span in result.because.spans] if result.because else []
    lines = [f"failed  {case.policy}: {case.rule} must {case.must.replace('_', ' ')}{_where(result.place)}"]
    lines += block("text", underlined(case.text, evidence or seen))
    lines += block("expected", [f"`{case.rule}` {'fires' if case.must == 'fire' else 'does not fire'}"])
    lines += block("got", [_happened(result)])
    others = ", ".join(one.rule for one in result.others)
    lines += block("fired", [others] if others else [])
    if result.decision is not None and not result.violations:
        lines += block("missing", [", ".join(result.decision.missing)] if result.decision.missing else [])
    lines += block("because", because_lines(result.because, fired=fired) if result.because else [])
    return "\n".join(lines)


def block(label: str, lines: Sequence[str]) -> list[str]:
    """The lines behind their label."""
    return [f"  {label if number == 0 else '':<9} {escape_controls(line)}" for number, line in enumerate(lines)]


def _happened(result: CaseResult) -> str:
    if not result.violations:
        held = result.because is not None and result.because.when is not None and result.because.when.truth
        return "its condition holds, but its category is not in force for this text" if held else _SILENT
    excuse = result.violations[0].exempted_by
    return "it fired, and nothing excused it" if excuse is None else f"it fired, and was excused by {excuse}"


def _where(place: Place | None) -> str:
    return "" if place is None else f" ({place.file}:{place.line})"
