"""Scenarios as their author reads them: each a timeline with its probes in their places, or only what failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from lictor.author.scenarios import ProbeResult, ScenarioResult
from lictor.errors import escape_controls
from lictor.report.timeline import clock_time, happening, render
from lictor.report.words import folded

__all__ = ["counted_scenarios", "render_failed", "render_timeline", "scenario_to_dict"]


def scenario_to_dict(result: ScenarioResult) -> dict[str, Any]:
    """The probes as JSON values; instants as ISO text."""
    return {
        "id": result.id,
        "probes": [
            {
                "id": probe.id,
                "passed": probe.passed,
                "expected": _plain(probe.expected),
                "got": _plain(probe.got),
                "why": probe.why,
            }
            for probe in result.probes
        ],
    }


def render_timeline(result: ScenarioResult) -> str:
    """Everything that happened, in order of time, and each probe at its instant."""
    lines = [_title(result)]
    left = list(result.timeline)
    for probe in sorted(result.probes, key=lambda one: one.at):
        come = [outcome for outcome in left if outcome.fact.at <= probe.at]
        left = left[len(come) :]
        lines += render(one for outcome in come if (one := happening(outcome)) is not None)
        lines += _probe(probe)
    return "\n".join(lines)


def render_failed(result: ScenarioResult) -> str:
    """The probes that failed, each with what was expected, what was found, and why it should be so."""
    failed = [line for probe in result.probes if not probe.passed for line in _probe(probe)]
    return "\n".join([_title(result), *failed])


def counted_scenarios(results: Sequence[ScenarioResult]) -> str:
    """How many probes of how many scenarios passed and failed, in one line."""
    probes = [probe for result in results for probe in result.probes]
    passed = sum(probe.passed for probe in probes)
    failed = f", {len(probes) - passed:,} failed" if passed < len(probes) else ""
    scenarios = "1 scenario" if len(results) == 1 else f"{len(results):,} scenarios"
    return f"{scenarios}: {passed:,} {'probe' if passed == 1 else 'probes'} passed{failed}"


def _title(result: ScenarioResult) -> str:
    return escape_controls(f"{result.id}: {result.title}" if result.title else result.id)


def _probe(probe: ProbeResult) -> Iterator[str]:
    about = f" {probe.about}" if probe.about else ""
    yield escape_controls(f"  {clock_time(probe.at)}  {'passed' if probe.passed else 'FAILED'} probe {probe.id}{about}")
    if probe.passed:
        return
    for key, wanted in probe.expected.items():
        if key not in probe.wrong:
            continue
        yield from _block("expected", f"{key}: {_shown(wanted)}")
        yield from _block("got", f"{key}: {_shown(probe.got[key])}")
    if probe.why:
        yield from _block("why", probe.why)


def _block(label: str, line: str) -> Iterator[str]:
    for number, part in enumerate(folded(escape_controls(line))):
        yield f"      {label if number == 0 else '':<9} {part}"


def _shown(value: Any) -> str:
    return orjson.dumps(_plain(value)).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value
