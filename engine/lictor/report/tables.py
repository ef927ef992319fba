"""Cases in tables as their author reads them: of each that failed the text, what was expected, what was got, why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from lictor.author.tables import TableResult
from lictor.errors import escape_controls
from lictor.report.because import because_lines, because_to_dict
from lictor.report.cases import block
from lictor.report.spans import underlined

__all__ = ["counted_tables", "render_table_failure", "table_to_dict"]


def counted_tables(results: Sequence[TableResult]) -> str:
    """How many rows of how many tables passed and failed, in one line."""
    files = len({one.case.file for one in results})
    failed = sum(not one.passed for one in results)
    tail = f", {failed:,} failed" if failed else ""
    return f"{files:,} {'table' if files == 1 else 'tables'}: {len(results) - failed:,} passed{tail}"


def render_table_failure(result: TableResult) -> str:
    """The row with what was found in its text, each key that is wrong, and why the rules asked for did as they did."""
    case, decision = result.case, result.decision
    fired = {one.rule for one in decision.violations if one.exempted_by is None}
    lines = [escape_controls(f"failed  {decision.policy}: {case.id} ({case.file}:{case.line})")]
    for name, text in case.fields.items():
        field = name or decision.field
        spans = [(p.start, p.end) for one in decision.violations for p in one.evidence if p.field == field]
        spans += [(s.start, s.end) for because in result.because.values() for s in because.spans if s.field == field]
        label = "text" if len(case.fields) == 1 else str(name or "text")
        lines += block(label, underlined(text, spans))
    for key, got in result.got.items():
        lines += block("expected", [f"{key}: {_shown(case.expect[key])}"])
        lines += block("got", [f"{key}: {_shown(got)}"])
    lines += block("why", [case.why] if case.why else [])
    lines += block("missing", [", ".join(decision.missing)] if decision.missing else [])
    for name, because in result.because.items():
        lines += block("because", [f"`{name}` {'fired' if name in fired else 'did not fire'}"])
        lines += block("", because_lines(because, fired=name in fired))
    return "\n".join(lines)


def table_to_dict(result: TableResult) -> dict[str, Any]:
    """The result as JSON values."""
    case = result.case
    return {
        "id": case.id,
        "file": case.file,
        "line": case.line,
        "passed": result.passed,
        "expected": dict(case.expect),
        "got": dict(result.got),
        "because": {name: because_to_dict(because) for name, because in result.because.items()},
        "decision": result.decision.to_dict(),
    }


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return value if isinstance(value, str) else orjson.dumps(value).decode()
