"""What of a policy was ever exercised: by its own tests, its tables, its scenarios, and by texts of the real world.

Counted are rules that fired and were not excused, terms that were found where a rule might start, exemptions that
excused, ladder steps that were reached, and transitions of the lives that happened. Drafts count for nothing: they are
not judged. A life that the policy gives no occasion for (holdings without `transfers`) is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from lictor.author.cases import rule_tests
from lictor.author.lint.ladders import all_steps
from lictor.author.lint.study import Study
from lictor.author.scenarios import Companions, run_scenario
from lictor.author.tables import TableCase, run_case
from lictor.decide import Decision
from lictor.decide.effects import ladder_at
from lictor.detect import CompiledPolicy, find_in_column
from lictor.enforce import Outcome
from lictor.enforce.lives import LIVES
from lictor.enforce.states import Case
from lictor.engine import Engine
from lictor.errors import Place
from lictor.facts.kinds import ContentEdited, ContentPublished
from lictor.match import Match
from lictor.policy.models import Ladder, PolicyDocument
from lictor.policy.spellings import spellings
from lictor.scan.columns import RowError, decide_columns

__all__ = ["KINDS", "Coverage", "Kind", "Source", "Thing"]

Kind = Literal["rule", "term", "exemption", "ladder step", "transition"]
Source = Literal["tests", "tables", "scenarios", "corpus"]
KINDS: tuple[Kind, ...] = ("rule", "term", "exemption", "ladder step", "transition")

Key = tuple[Kind, str, str]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be exercised: its kind, what it belongs to (a lexicon, a life), its name, its place."""

    kind: Kind
    whose: str
    name: str
    place: Place | None = None

    @property
    def key(self) -> Key:
        """What makes it this one."""
        return self.kind, self.whose, self.name

    @property
    def label(self) -> str:
        """How a person calls it."""
        return f"{self.whose}: {self.name}" if self.whose else self.name


@dataclass(slots=True)
class Coverage:
    """The things of one policy, and how often each was exercised by each source."""

    engine: Engine
    things: list[Thing] = field(default_factory=list)
    seen: dict[Source, Counter[Key]] = field(default_factory=dict)
    rows: int = 0
    _terms: dict[tuple[str, str], Key] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.things = list(_things(self.engine.policies[0]))
        for thing in self.things:
            if thing.kind == "term":
                for spelled in {thing.name, *spellings(thing.name)}:
                    self._terms[thing.whose, spelled] = thing.key

    @property
    def compiled(self) -> CompiledPolicy:
        """The policy."""
        return self.engine.policies[0]

    def times(self, thing: Thing) -> Mapping[Source, int]:
        """How often it was exercised, by the sources that did."""
        return {source: counts[thing.key] for source, counts in self.seen.items() if counts[thing.key]}

    def share(self, kinds: Iterable[Kind] = KINDS) -> tuple[int, int]:
        """How many things of these kinds were exercised, and how many there are."""
        chosen = [thing for thing in self.things if thing.kind in tuple(kinds)]
        return sum(bool(self.times(thing)) for thing in chosen), len(chosen)

    # --- sources

    def run_tests(self) -> None:
        """The rules' own tests."""
        for result in rule_tests(self.engine):
            if result.decision is not None:
                self._find("tests", result.case.text)
                self._decided("tests", result.decision)

    def run_tables(self, cases: Iterable[TableCase]) -> None:
        """Rows of tables."""
        for case in cases:
            for text in case.fields.values():
                self._find("tables", text)
            self._decided("tables", run_case(self.engine, case).decision)

    def run_scenarios(self, companions: Companions, scenarios: Iterable[Mapping[str, object]]) -> None:
        """Scenarios, told what is true of their texts, and once more judging the texts themselves."""
        for scenario in scenarios:
            for detect in ("truth", "text"):
                for outcome in run_scenario(companions, scenario, detect).timeline:
                    self._happened(outcome)

    def read(self, batch: pa.RecordBatch) -> list[RowError]:
        """A batch of a corpus, as columns; the rows that cannot be judged are returned."""
        wrong: list[RowError] = []
        decided = decide_columns(
            self.engine.policies, batch, as_of=None, engine=self.engine.version, find=self._counting, silent=True
        )
        for one in decided:
            if isinstance(one, RowError):
                wrong.append(one)
            else:
                self._decided("corpus", one.decision)
        self.rows += batch.num_rows - len(wrong)
        return wrong

    # --- counting

    def _count(self, source: Source, key: Key, times: int = 1) -> None:
        self.seen.setdefault(source, Counter())[key] += times

    def _counting(
        self,
        compiled: CompiledPolicy,
        terms: Literal["anchors", "others"],
        name: str,
        column: pa.Array,
        rows: Sequence[int] | None,
    ) -> Mapping[int, Sequence[Match]]:
        found = find_in_column(compiled, terms, name, column, rows)
        for matches in found.values():
            self._matched("corpus", matches)
        return found

    def _find(self, source: Source, text: str) -> None:
        for matcher in (self.compiled.anchors, self.compiled.others):
            self._matched(source, matcher.find(text, overlap="all"))

    def _matched(self, source: Source, matches: Iterable[Match]) -> None:
        for match in matches:
            assert isinstance(match.key, tuple)
            key = self._terms.get((match.key[1], match.term))
            if key is not None:
                self._count(source, key)

    def _decided(self, source: Source, decision: Decision) -> None:
        document = self.compiled.policy.document
        for one in decision.violations:
            if one.exempted_by is not None:
                self._count(source, ("exemption", "", one.exempted_by))
                continue
            self._count(source, ("rule", "", one.rule))
            rule = document.rule_of.get(one.rule)
            number = document.version_numbers.get(one.version)
            if rule is not None and rule.effect is None and one.status == "enforce" and number is not None:
                ladder = ladder_at(document, rule.category, decision.subject, number)
                if ladder is not None:
                    self._step(source, ladder, ladder.first.get(one.severity, 1), one.severity)

    def _happened(self, outcome: Outcome) -> None:
        policy = self.compiled.policy
        for finding in outcome.findings:
            if finding.policy != policy.id:
                continue
            if finding.exempted_by is not None:
                self._count("scenarios", ("exemption", "", finding.exempted_by))
            elif finding.rule is not None:
                self._count("scenarios", ("rule", "", finding.rule))
        if isinstance(outcome.fact, ContentPublished | ContentEdited) and outcome.origin == "given":
            self._find("scenarios", outcome.fact.text)
        for step in outcome.transitions:
            self._count("scenarios", ("transition", step.life, f"{step.before} -{step.event}-> {step.after}"))
        for case in outcome.decisions:
            self._reached(policy.document, case)

    def _reached(self, document: PolicyDocument, case: Case) -> None:
        ladder = document.ladder_of.get(case.ladder)
        if case.policy != document.policy or ladder is None or case.severity is None:
            return
        if ladder.reoffence is not None and _imposed(case) == [step.action for step in ladder.reoffence.then]:
            self._count("scenarios", ("ladder step", ladder.id, "reoffence"))
        self._step("scenarios", ladder, case.reached or case.rung or 1, case.severity)

    def _step(self, source: Source, ladder: Ladder, rung: int, severity: str) -> None:
        if severity in ladder.severity:
            self._count(source, ("ladder step", ladder.id, f"severity {severity}"))
        elif ladder.steps and ladder.by != "severity":
            self._count(source, ("ladder step", ladder.id, f"step {min(rung, len(ladder.steps))}"))


def _imposed(case: Case) -> list[str]:
    """The account's effects of the case, as far as they are a ladder's."""
    return [*(["hide"] if case.items or case.about else []), *(one.action for one in case.sanctions)]


# --- what there is ---------------------------------------------------------------------------------------------------


def _things(compiled: CompiledPolicy) -> Iterable[Thing]:
    policy = compiled.policy
    document = policy.document
    for rule in compiled.rules:
        yield Thing("rule", "", rule.id, policy.place("rules", rule.id))
    for name, lexicon in document.lexicons.items():
        written = policy.node("lexicons", name, "terms")
        for number, term in enumerate(lexicon.terms):
            place = written.items[number].place if written and number < len(written.items) else None
            yield Thing("term", name, term.term, place)
    inline = {
        entry.name: Thing("term", "", entry.name, entry.node.place)
        for entries in Study(policy).terms.inline.values()
        for entry in entries
    }
    yield from inline.values()
    for name in document.exemptions:
        yield Thing("exemption", "", name, policy.place("exemptions", name))
    for ladder in document.ladders:
        for path, _ in all_steps(ladder):
            place = policy.place("ladders", ladder.id, *path)
            yield Thing("ladder step", ladder.id, _step_name(path), place)
    for life, table in LIVES.items():
        if life in _lives(document):
            for (before, event), after in table.items():
                yield Thing("transition", life, f"{before} -{event}-> {after}")


def _step_name(path: tuple[str | int, ...]) -> str:
    if path[0] == "reoffence":
        return "reoffence"
    return f"step {int(path[1]) + 1}" if path[0] == "steps" else f"severity {path[1]}"


def _lives(document: PolicyDocument) -> set[str]:
    """The lives that something in the policy gives occasion for."""
    actions = {step.action for ladder in document.ladders for _, steps in all_steps(ladder) for step in steps}
    lives = {"review", "appeal", "item", "decision"}
    lives |= {"order"} if "rectify_order" in actions else set()
    lives |= {"rename"} if document.renames is not None else set()
    lives |= {"host"} if "network_block" in actions else set()
    lives |= {"holding"} if document.transfers is not None else set()
    return lives
