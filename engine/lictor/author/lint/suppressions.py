"""`# lint: allow L004 because memos are short`: findings that an author has looked at and wants to keep.

The comment stands at the end of the line it is about, or on a line of its own just above it. It names one or several
codes and gives a reason. Without a reason, or with a code that does not exist, it allows nothing and says so; one that
allows nothing because there is nothing to allow is itself a note.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from lictor.author.lint.finding import Edit, Finding
from lictor.author.lint.study import Study
from lictor.errors import Diagnostic, Place
from lictor.policy.source import TextFile

__all__ = ["IDLE", "MALFORMED", "allow"]

IDLE, MALFORMED = "L090", "L091"

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*lint:(?P<rest>.*)$")
_ALLOW = re.compile(r"\s*allow\s+(?P<codes>L\d{3}(?:\s*,\s*L\d{3})*)(?:\s+because\s+(?P<why>\S.*))?\s*$")


@dataclass(slots=True)
class _Allowance:
    """One comment: where it stands, the lines it speaks of, the codes it allows, and those it was needed for."""

    place: Place
    lines: frozenset[int]
    codes: tuple[str, ...]
    why: str
    used: set[str] = field(default_factory=set)


def allow(study: Study, findings: Iterable[Finding], known: Collection[str]) -> list[Finding]:
    """The findings, those that a comment allows with its reason; and what is wrong with the comments."""
    allowances: list[_Allowance] = []
    wrong: list[Finding] = []
    for file in study.files.values():
        for one in _comments(file, known):
            if isinstance(one, _Allowance):
                allowances.append(one)
            else:
                wrong.append(one)
    judged = [_judged(one, allowances) for one in findings]
    idle = [_idle(one) for one in allowances if set(one.codes) - one.used]
    return [*judged, *wrong, *idle]


def _comments(file: TextFile, known: Collection[str]) -> Iterator[_Allowance | Finding]:
    for number, line in enumerate(file.lines, 1):
        comment = _COMMENT.search(line)
        if comment is None:
            continue
        place = file.place(number, comment.start() + 1, len(line) - comment.start())
        said = _ALLOW.match(comment["rest"])
        codes = re.findall(r"L\d{3}", said["codes"]) if said else []
        unknown = [code for code in codes if code not in known]
        if said is None:
            yield _malformed(place, "a comment for the lint that it cannot read")
        elif unknown:
            yield _malformed(place, f"there is no check `{unknown[0]}` to allow")
        elif said["why"] is None:
            yield _malformed(place, f"`{codes[0]}` is allowed without a reason")
        else:
            alone = not line[: comment.start()].strip()
            lines = {number, *([_next(file, number)] if alone else ())}
            yield _Allowance(place, frozenset(lines), tuple(codes), said["why"])


def _next(file: TextFile, number: int) -> int:
    """The next line that is no comment."""
    while number < len(file.lines) and file.lines[number].lstrip().startswith("#"):
        number += 1
    return number + 1


def _judged(finding: Finding, allowances: Iterable[_Allowance]) -> Finding:
    place = finding.diagnostic.place
    for one in allowances:
        if place and place.file == one.place.file and place.line in one.lines and finding.diagnostic.code in one.codes:
            one.used.add(finding.diagnostic.code)
            return replace(finding, allowed=one.why)
    return finding


def _idle(one: _Allowance) -> Finding:
    unused = [code for code in one.codes if code not in one.used]
    message = f"`{unused[0]}` is allowed here, and there is nothing to allow"
    diagnostic = Diagnostic(IDLE, message, one.place, hint="take the comment away", level="note")
    return Finding(diagnostic, _removed(one.place) if len(unused) == len(one.codes) else None)


def _removed(place: Place) -> Edit:
    before = place.source[: place.column - 1]
    if not before.strip():
        return Edit(place.file, (place.line, 1), (place.line + 1, 1), "")
    return Edit(place.file, (place.line, len(before.rstrip()) + 1), (place.line, len(place.source) + 1), "")


def _malformed(place: Place, message: str) -> Finding:
    hint = "write `# lint: allow L004 because ...`, with the codes and your reason"
    return Finding(Diagnostic(MALFORMED, message, place, hint=hint, level="warning"))
