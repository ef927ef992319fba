"""What the lint found, for a terminal, a program, SARIF 2.1.0 (code scanning), or the log of a GitHub workflow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any
from urllib.parse import quote

from lictor.author.lint import ABOUT_COMMENTS, CHECKS, Finding
from lictor.errors import Place, escape_controls, render
from lictor.scan.inputs.paths import display

__all__ = ["explained", "render_findings", "to_annotations", "to_rows", "to_sarif"]

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def render_findings(findings: Sequence[Finding]) -> str:
    """Each finding with its place and the way out, and how many there are; what is allowed is only counted."""
    shown = [finding for finding in findings if finding.allowed is None]
    allowed = len(findings) - len(shown)
    counts = Counter(one.diagnostic.level for one in shown)
    told = [f"{n} {level}{'s' if n > 1 else ''}" for level in ("error", "warning", "note") if (n := counts[level])]
    last = ", ".join(told) or "no mistakes"
    return "\n\n".join([*(render(one.diagnostic) for one in shown), f"{last}, {allowed} allowed" if allowed else last])


def to_rows(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What was found and not allowed, as plain values; a place is null where there is none."""
    return [_row(one) for one in findings if one.allowed is None]


def to_annotations(findings: Iterable[Finding]) -> str:
    """A line for each finding in the form by which a GitHub workflow marks the place in a pull request."""
    kinds = {"error": "error", "warning": "warning", "note": "notice"}
    lines = []
    for finding in findings:
        one = finding.diagnostic
        if finding.allowed is not None:
            continue
        where = "" if one.place is None else f"file={_property(display(one.place.file))},"
        if one.place is not None:
            where += f"line={one.place.line},col={one.place.column},endColumn={one.place.column + one.place.length},"
        text = one.message + (f"; {one.hint}" if one.hint else "")
        lines.append(f"::{kinds[one.level]} {where}title={_property(one.code)}::{_data(escape_controls(text))}")
    return "\n".join(lines)


def to_sarif(findings: Sequence[Finding], *, version: str) -> dict[str, Any]:
    """A SARIF log of one run; what a comment allows is there, marked as suppressed with its reason."""
    titles = {check.code: check.title for check in CHECKS} | dict(ABOUT_COMMENTS)
    used = sorted({finding.diagnostic.code for finding in findings})
    rules = [{"id": code, **({"shortDescription": {"text": titles[code]}} if code in titles else {})} for code in used]
    driver = {"name": "lictor", "version": version, "rules": rules}
    results = [_result(finding, used) for finding in findings]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}


def explained(code: str) -> str | None:
    """What that code is about and what to do; None where there is no such code."""
    check = next((one for one in CHECKS if one.code == code), None)
    if check is not None:
        return f"{check.code} ({check.level}): {check.title}\n\n{check.text}"
    return f"{code}: {ABOUT_COMMENTS[code]}" if code in ABOUT_COMMENTS else _of_diagnostics(code)


def _of_diagnostics(code: str) -> str | None:
    """What the page of mistakes says under that code, with its example."""
    found = re.search(rf"^## {re.escape(code)}: (.+)\n\n((?:.*\n)*?)(?=## |\Z)", _page(), re.MULTILINE)
    if found is None:
        return None
    level = "note" if f"\nnote[{code}]" in found[2] and f"\nerror[{code}]" not in found[2] else "error"
    text = re.sub(r"```text\n(.*?)```", lambda block: indent(block[1], "    ").rstrip(), found[2], flags=re.DOTALL)
    return f"{code} ({level}): {found[1]}\n\n{text.rstrip()}"


def _page() -> str:
    """The page of mistakes: as packaged, else that of the checkout."""
    package = Path(__file__).resolve().parent.parent
    for path in (package / "diagnostics.md", package.parent.parent / "docs" / "diagnostics.md"):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    return ""


def _row(finding: Finding) -> dict[str, Any]:
    one = finding.diagnostic
    told = {name: getattr(one, name) for name in ("code", "level", "message", "label", "hint")}
    where = {name: getattr(one.place, name, None) for name in ("line", "column", "length")}
    file = None if one.place is None else display(one.place.file)
    return told | where | {"file": file, "fixable": finding.edit is not None}


def _result(finding: Finding, codes: Sequence[str]) -> dict[str, Any]:
    one = finding.diagnostic
    result: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": codes.index(one.code),
        "level": one.level,
        "message": {"text": one.message + (f"; {one.hint}" if one.hint else "")},
    }
    if one.place is not None:
        result["locations"] = [_location(one.place)]
    if one.related:
        result["relatedLocations"] = [{**_location(place), "message": {"text": text}} for place, text in one.related]
    if finding.allowed is not None:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.allowed}]
    return result


def _location(place: Place) -> Mapping[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column, "endColumn": place.column + place.length}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}


def _uri(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
