"""Scenarios: a policy's acceptance tests over time, as dated facts and questions about what they lead to.

A file of the form `regime-scenarios/1` holds subjects, events and probes. Each scenario is a world of its own: its
events are folded in order of time, and a probe sees every fact up to its own instant. Only what a probe expects is
asked. A key that is not known, of a scenario, an event or a probe, is a note and never an error.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from lictor.author.answers import KEYS, Asked, answer, same
from lictor.detect import CompiledPolicy, compile_policy
from lictor.enforce import Outcome, Rulebook
from lictor.errors import LedgerError, UsageError
from lictor.facts import instant, suggest
from lictor.facts.kinds import Fact, SubjectUpdated, fact_from, without_unknown
from lictor.intake import Intake
from lictor.policy import Policy, bundled_policies, load_policy
from lictor.policy.documents import read_document
from lictor.policy.merge import ROOT_FILE

__all__ = [
    "Companions",
    "ProbeResult",
    "ScenarioResult",
    "own_scenarios",
    "read_scenarios",
    "run_scenario",
    "scenario_files",
]

FORMAT = "regime-scenarios/1"
Detect = Literal["text", "truth"]
_NEVER = instant("2000-01-01T00:00:00+00:00")  # a scenario without events or probes begins at no time that matters

_SCENARIO_KEYS = frozenset({"id", "title", "mechanisms", "subjects", "events", "probes"})
_PROBE_KEYS = frozenset(
    {"id", "at", "subject", "item", "access", "transfer", "expect", "basis", "why", "calc", "calc_note"}
)
_SUBJECT_KEYS = frozenset({"id", *SubjectUpdated.__struct_encode_fields__}) - {"kind", "t", "by", "note", "subject"}
_BESIDE = ("payments",)
"""Bundled policies that judge beside the one given."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """How a probe went: what was expected and what was found, key by key, and why it should be so."""

    id: str
    passed: bool
    expected: Mapping[str, Any]
    got: Mapping[str, Any]
    why: str
    at: datetime
    about: str
    wrong: tuple[str, ...]
    """The keys whose answer is another than expected."""


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """A scenario's probes in order, and everything that happened on the way."""

    id: str
    title: str
    probes: tuple[ProbeResult, ...]
    timeline: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether every probe passed."""
        return all(probe.passed for probe in self.probes)


@dataclass(slots=True)
class Companions:
    """Policies compiled once for all scenarios: the one under test, those beside it, those that subjects name."""

    policy: Policy
    _compiled: dict[str, CompiledPolicy] = field(default_factory=dict)

    def rulebook(self) -> Rulebook:
        """The rules for one scenario."""
        beside = [self._named(name) for name in _BESIDE if name in bundled_policies() and name != self.policy.id]
        return Rulebook([self._of(self.policy), *beside], self._named)

    def _named(self, name: str) -> CompiledPolicy:
        if name not in bundled_policies():
            raise UsageError(f"`{name}` is no bundled policy", hint=suggest(name, bundled_policies()))
        if name not in self._compiled:
            self._compiled[name] = compile_policy(load_policy(name))
        return self._compiled[name]

    def _of(self, policy: Policy) -> CompiledPolicy:
        if policy.id not in self._compiled:
            self._compiled[policy.id] = compile_policy(policy)
        return self._compiled[policy.id]


def own_scenarios(spec: str) -> list[Path]:
    """The files of scenarios that a policy brings: those in `scenarios/` beside its `policy.yaml`, by name."""
    folder = bundled_policies().get(spec) or Path(spec)
    if not folder.is_dir():
        if folder.name != ROOT_FILE:
            return []
        folder = folder.parent
    if not (folder / "scenarios").is_dir():
        return []
    return scenario_files([folder / "scenarios"])


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """The files at these places; of a folder, its YAML files by name."""
    return [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]


def read_scenarios(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The scenarios in the file, and notes about what in it is not read."""
    document = read_document(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(f"`{path}` holds no scenarios", hint=f"begin it with `format: {FORMAT}`")
    scenarios = _listed(document, "scenarios", str(path), ("id",))
    notes: list[str] = []
    for one in scenarios:
        name = str(one["id"])
        notes += _unread(name, one, _SCENARIO_KEYS)
        for subject in _listed(one, "subjects", name, ("id",)):
            notes += _unread(f"{name}: subject `{subject['id']}`", subject, _SUBJECT_KEYS)
        for event in _listed(one, "events", name, ("id", "kind", "t")):
            notes += _unread(f"{name}: event `{event['id']}`", event, event.keys() - set(without_unknown(event)[1]))
        for probe in _listed(one, "probes", name, ("id", "at")):
            place = f"{name}: probe `{probe['id']}`"
            notes += _unread(place, probe, _PROBE_KEYS)
            expected = probe.get("expect", {})
            if not isinstance(expected, dict):
                raise UsageError(f"{place}: `expect` is not a mapping")
            notes += [
                f"{place}: nothing answers `{key}`, so the probe fails"
                + (f"; {hint}" if (hint := suggest(key, KEYS)) else "")
                for key in expected
                if key not in KEYS
            ]
    return scenarios, notes


def run_scenario(companions: Companions, scenario: Mapping[str, Any], detect: Detect) -> ScenarioResult:
    """The scenario in a world of its own; `detect` says whether texts are judged, or `truth` is believed.

    Where no event says a `truth` there is nothing to believe, and texts are judged.
    """
    try:
        return _run(companions, scenario, detect)
    except (UsageError, LedgerError) as wrong:
        raise UsageError(f"{scenario['id']}: {wrong}", hint=wrong.hint) from None


def _run(companions: Companions, scenario: Mapping[str, Any], detect: Detect) -> ScenarioResult:
    events = sorted((_event(one) for one in scenario.get("events", ())), key=lambda one: one.at)
    probes = sorted(scenario.get("probes", ()), key=lambda one: instant(one["at"], what=f"probe `{one['id']}`"))
    subjects = scenario.get("subjects", ())
    by_truth = detect == "truth" and any("truth" in one for one in scenario.get("events", ()))
    world = Intake(companions.rulebook(), engine="", by_truth=by_truth)
    begin = min([*(one.at for one in events), *(instant(one["at"]) for one in probes)], default=_NEVER)
    timeline: list[Outcome] = []
    timeline += world.take([_subject(one, begin) for one in subjects])
    results: list[ProbeResult] = []
    waiting = list(events)
    told = {fact.id: fact for fact in events}
    for probe in probes:
        at = instant(probe["at"])
        seen = [fact for fact in waiting if fact.at <= at]
        waiting = waiting[len(seen) :]
        timeline += world.take(seen) + world.due(at)
        asked = Asked(world.enforcer, world.rules, probe, at, told)
        expected = probe.get("expect", {})
        got = {key: answer(asked, key, wanted) if key in KEYS else None for key, wanted in expected.items()}
        wrong = tuple(key for key, wanted in expected.items() if key not in KEYS or not same(key, wanted, got[key]))
        results.append(
            ProbeResult(
                id=str(probe["id"]),
                passed=not wrong,
                expected=expected,
                got=got,
                why=str(probe.get("why", "")),
                at=at,
                about=_about(probe),
                wrong=wrong,
            )
        )
    order = {str(one["id"]): number for number, one in enumerate(scenario.get("probes", ()))}
    return ScenarioResult(
        str(scenario["id"]),
        str(scenario.get("title", "")),
        tuple(sorted(results, key=lambda one: order[one.id])),
        tuple(timeline),
    )


def _listed(holder: Mapping[str, Any], name: str, place: str, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    """The mappings listed there, each with the keys without which nothing can be said of it."""
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UsageError(f"{place}: `{name}` is not a list of mappings")
    for number, one in enumerate(found, 1):
        if missing := next((key for key in needed if key not in one), None):
            raise UsageError(f"{place}: number {number} of `{name}` has no `{missing}`")
    return found


def _unread(place: str, holder: Mapping[str, Any], known: Container[str]) -> list[str]:
    return [f"{place}: `{key}` is not read" for key in holder if key not in known]


def _about(probe: Mapping[str, Any]) -> str:
    asked = [probe.get("subject"), probe.get("item"), probe.get("transfer"), *(probe.get("access") or {}).values()]
    return ", ".join(str(one) for one in asked if one is not None)


def _event(event: Mapping[str, Any]) -> Fact:
    values, _ = without_unknown(event)
    # No person is named in a scenario, so each decision is another person's.
    if values.get("kind") in ("review", "reinspection", "appeal_decision", "authority_order") and "by" not in values:
        values["by"] = f"reviewer of {values.get('id')}"
    try:
        return fact_from(values)
    except UsageError as wrong:
        raise UsageError(f"event `{event.get('id')}`: {wrong}", hint=wrong.hint) from None


def _subject(subject: Mapping[str, Any], at: datetime) -> Fact:
    values = {key: value for key, value in subject.items() if key in SubjectUpdated.__struct_fields__ and key != "id"}
    given = {"kind": "subject_updated", "id": f"subject {subject['id']}", "t": at.isoformat(), "subject": subject["id"]}
    try:
        return fact_from({**values, **given})
    except UsageError as wrong:
        raise UsageError(f"subject `{subject.get('id')}`: {wrong}", hint=wrong.hint) from None
