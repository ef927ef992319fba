"""A rule's own tests: texts that must make it fire, and texts that must not, each judged as the engine judges anything.

A rule fires where the decision holds a violation of it that nothing excuses, whether the rule acts or only watches. A
draft is not judged: its tests are skipped. Without `given`, a text stands in the first field the rule looks at and is
judged by the newest version.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from lictor.author.because import Why, why
from lictor.decide import Decision, ViolationRecord
from lictor.engine import Engine
from lictor.errors import Place, UsageError
from lictor.facts import Content
from lictor.policy.models import Rule

__all__ = ["Case", "CaseResult", "compiled_pattern", "rule_tests"]

_OF_THE_ITEM = ("field", "subject", "surface", "lang", "at")


@dataclass(frozen=True, slots=True)
class Case:
    """One text of a rule's tests, and what it must do."""

    policy: str
    rule: str
    must: Literal["fire", "stay_silent"]
    text: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case went; `decision` is what was decided of the text, absent where the case was skipped.

    `place` is where its text was written, `because` says of a failed one what the rule's condition came to.
    """

    case: Case
    outcome: Literal["passed", "failed", "skipped"]
    decision: Decision | None
    place: Place | None = None
    because: Why | None = None

    @property
    def violations(self) -> tuple[ViolationRecord, ...]:
        """What the text violated in the rule under test: none, or one."""
        return tuple(one for one in self._all if one.rule == self.case.rule)

    @property
    def others(self) -> tuple[ViolationRecord, ...]:
        """The other rules that fired and were not excused."""
        return tuple(one for one in self._all if one.rule != self.case.rule and one.exempted_by is None)

    @property
    def _all(self) -> tuple[ViolationRecord, ...]:
        return () if self.decision is None else self.decision.violations


def rule_tests(engine: Engine, *, pattern: str = "") -> Iterator[CaseResult]:
    """The result of each test of each rule whose id the pattern fits, in the policy's order.

    The engine holds one policy: of several, another one's rules might speak.
    """
    if len(engine.policies) != 1:
        raise UsageError("rule tests need an engine with one policy", hint="load each policy on its own")
    document = engine.policies[0].policy.document
    wanted = compiled_pattern(pattern)
    policy = engine.policies[0].policy
    for number, rule in enumerate(document.rules):
        if not wanted.search(rule.id):
            continue
        for at, text in enumerate(rule.tests.fires):
            place = policy.place("rules", number, "tests", "fires", at)
            yield _result(engine, rule, Case(document.policy, rule.id, "fire", text), place)
        for at, text in enumerate(rule.tests.silent):
            place = policy.place("rules", number, "tests", "silent", at)
            yield _result(engine, rule, Case(document.policy, rule.id, "stay_silent", text), place)


def compiled_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern: a glob such as `otc-*` fits a whole id, any other is found anywhere in it as a regular expression.

    One that cannot be read is refused.
    """
    if re.fullmatch(r"[\w:*?-]*[*?][\w:*?-]*", pattern):
        pattern = r"\A" + fnmatch.translate(pattern)
    try:
        return re.compile(pattern)
    except re.error as wrong:
        raise UsageError(f"pattern `{pattern}` cannot be read: {wrong}") from None


def _result(engine: Engine, rule: Rule, case: Case, place: Place | None) -> CaseResult:
    if rule.status == "draft":
        return CaseResult(case, "skipped", None, place)
    given: dict[str, Any] = dict(rule.tests.given)
    known = {name: given.pop(name) for name in _OF_THE_ITEM if name in given}
    if rule.fields and "field" not in known:
        known["field"] = rule.fields[0]
    decision = engine.check(case.text, signals=given, **known)
    fired = any(one.rule == rule.id and one.exempted_by is None for one in decision.violations)
    if fired == (case.must == "fire"):
        return CaseResult(case, "passed", decision, place)
    content = Content(
        fields={known.get("field"): case.text},
        subject=known.get("subject"),
        surface=known.get("surface"),
        signals=given,
    )
    return CaseResult(case, "failed", decision, place, why(engine.policies[0], rule, content))
