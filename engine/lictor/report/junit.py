"""Test results as JUnit XML, which every CI knows how to show: a suite for the rules, the tables and the scenarios.

The rendered failure is the body of `failure`. Characters that XML cannot hold are written as escapes. No times are
told: they would say more of the machine than of the policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from lictor.author import CaseResult
from lictor.author.scenarios import ScenarioResult
from lictor.author.tables import TableResult
from lictor.report.cases import render_failure
from lictor.report.scenarios import render_failed
from lictor.report.tables import render_table_failure

__all__ = ["to_junit"]

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def to_junit(cases: Sequence[CaseResult], tables: Sequence[TableResult], scenarios: Sequence[ScenarioResult]) -> bytes:
    """The document, UTF-8."""
    suites = [*_rules(cases), *_tables(tables), *_scenarios(scenarios)]
    tests, failures = sum(one.tests for one in suites), sum(one.failures for one in suites)
    counts = f'tests="{tests}" failures="{failures}"'
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="lictor policy test" {counts}>\n'
    return "".join([head, *(one.xml for one in suites), "</testsuites>\n"]).encode()


class _Suite:
    def __init__(self, name: str, cases: Iterable[tuple[dict[str, str], str, str]]) -> None:
        listed = list(cases)
        self.tests = len(listed)
        self.failures = sum(outcome == "failed" for _, outcome, _ in listed)
        skipped = sum(outcome == "skipped" for _, outcome, _ in listed)
        counts = f'tests="{self.tests}" failures="{self.failures}" skipped="{skipped}"'
        inner = "".join(_case(attributes, outcome, text) for attributes, outcome, text in listed)
        self.xml = f"  <testsuite name={_attribute(name)} {counts}>\n{inner}  </testsuite>\n"


def _case(attributes: dict[str, str], outcome: str, text: str) -> str:
    said = " ".join(f"{name}={_attribute(value)}" for name, value in attributes.items())
    if outcome == "passed":
        return f"    <testcase {said}/>\n"
    if outcome == "skipped":
        return f"    <testcase {said}><skipped/></testcase>\n"
    first = text.split("\n", 1)[0].removeprefix("failed  ")
    return f"    <testcase {said}><failure message={_attribute(first)}>{escape(_clean(text))}</failure></testcase>\n"


def _rules(results: Sequence[CaseResult]) -> list[_Suite]:
    by_policy: dict[str, list[tuple[dict[str, str], str, str]]] = {}
    for one in results:
        attributes = {
            "classname": f"{one.case.policy}.{one.case.rule}",
            "name": f"must {one.case.must}: {one.case.text}",
        }
        if one.place is not None:
            attributes |= {"file": one.place.file, "line": str(one.place.line)}
        text = render_failure(one) if one.outcome == "failed" else ""
        by_policy.setdefault(one.case.policy, []).append((attributes, one.outcome, text))
    return [_Suite(f"{policy}: rules", cases) for policy, cases in by_policy.items()]


def _tables(results: Sequence[TableResult]) -> list[_Suite]:
    by_file: dict[str, list[tuple[dict[str, str], str, str]]] = {}
    for one in results:
        case = one.case
        attributes = {"classname": case.file, "name": case.id, "file": case.file, "line": str(case.line)}
        text = "" if one.passed else render_table_failure(one)
        by_file.setdefault(case.file, []).append((attributes, "passed" if one.passed else "failed", text))
    return [_Suite(file, cases) for file, cases in by_file.items()]


def _scenarios(results: Sequence[ScenarioResult]) -> list[_Suite]:
    cases = [
        (
            {"classname": f"scenarios.{one.id}", "name": probe.id},
            "passed" if probe.passed else "failed",
            "" if probe.passed else render_failed(one),
        )
        for one in results
        for probe in one.probes
    ]
    return [_Suite("scenarios", cases)] if cases else []


def _attribute(text: str) -> str:
    return quoteattr(_clean(text), _BLANKS)


def _clean(text: str) -> str:
    """The text with every character that XML forbids written as an escape."""
    return _FORBIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
