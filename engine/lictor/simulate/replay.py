"""Facts folded in memory, under rules that somebody asks about; no ledger is read or written on the way.

What comes of the facts is what a ledger fed the same facts in the same order would hold, byte for byte: the lives are
those of `Intake`. Where several sets of rules find the same things in texts, a text is judged once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from lictor.detect import CompiledPolicy
from lictor.enforce import Finding, Outcome, Rulebook
from lictor.enforce.guard import Trip
from lictor.enforce.states import Profile
from lictor.errors import LedgerError, UsageError
from lictor.facts.kinds import ContentEdited, ContentPublished, Fact
from lictor.intake import Intake, Judged
from lictor.match import Match

__all__ = ["Detect", "Refused", "Replay", "Shared"]

Detect = Literal["text", "truth", "recorded"]
"""Whether texts are judged, what `truth` says of them is believed, or what a ledger recorded is taken as it was."""

_Matches = Mapping[int, Mapping[str, tuple[Match, ...]]]


@dataclass(frozen=True, slots=True)
class Refused:
    """A fact that could not be taken at all under these rules, and why."""

    fact: Fact
    why: UsageError | LedgerError


@dataclass(frozen=True, slots=True)
class Searched:
    """Texts with the fields they stand in, and what was found in them, by row."""

    column: pa.Array
    forms: Sequence[str]
    found: _Matches


@dataclass(slots=True)
class Shared:
    """What was found in the texts of one batch, for all rules that find the same: by the matcher that finds."""

    matches: dict[int, Searched] = field(default_factory=dict)
    judged: dict[tuple[Any, ...], Judged] = field(default_factory=dict)

    def clear(self) -> None:
        """Another batch begins."""
        self.matches.clear()
        self.judged.clear()


class Replay(Intake):
    """Lives under these rules, in memory. A fact that cannot be taken leaves everything as it was.

    `tripped` are the rules that used up a budget on the way.
    """

    def __init__(self, rules: Rulebook, *, detect: Detect = "text", shared: Shared | None = None) -> None:
        super().__init__(rules, engine="", by_truth=detect == "truth", unstated=True)
        self._detect = detect
        self._shared = shared or Shared()
        self._recorded_findings: Mapping[str, tuple[Finding, ...]] = {}
        self.tripped: list[Trip] = []

    def replay(
        self,
        facts: Sequence[Fact],
        findings: Mapping[str, tuple[Finding, ...]] | None = None,
        *,
        crossing: Callable[[datetime], bool],
        before: Callable[[datetime], None],
        happened: Callable[[Fact, Sequence[Outcome]], None],
    ) -> list[Refused]:
        """Takes a batch in order of time, without facts that were had before; those that cannot be taken come back.

        Before a fact at an instant for which `crossing` holds, `before` is called; after each fact, `happened` with
        what came of it. `findings` are what was recorded, by fact.
        """
        self._recorded_findings = findings or {}
        refused: list[Refused] = []
        new = self._not_had(sorted(facts, key=lambda fact: fact.at), refused)
        matches = self._search(new) if self._detect == "text" else {}
        for fact in new:
            outcomes = self._tried(fact, matches)
            if isinstance(outcomes, UsageError):
                refused.append(Refused(fact, outcomes))
                continue
            if crossing(fact.at):
                # Only now is it known that the fact can be taken: time does not go by for one that cannot.
                self._undo()
                before(fact.at)
                outcomes, _ = self._apply(fact, matches)
            if self._guards is not None:
                self.tripped += self._guards.keep()
            happened(fact, outcomes)
        return refused

    def _tried(self, fact: Fact, matches: Mapping[str, Mapping[str, tuple[Match, ...]]]) -> list[Outcome] | UsageError:
        """What the fact leads to, or why it cannot be taken; then it has not happened."""
        self.enforcer.attempt()
        try:
            outcomes, _ = self._apply(fact, matches)
        except UsageError as wrong:
            self._undo()
            return wrong
        return outcomes

    def _undo(self) -> None:
        self.enforcer.undo()
        if self._guards is not None:
            self._guards.undo()

    def _not_had(self, facts: Sequence[Fact], refused: list[Refused]) -> list[Fact]:
        met: dict[str, Fact] = {}
        for fact in facts:
            earlier = met.get(fact.id) or self.enforcer.fact(fact.id)
            if earlier is None:
                if fact.id.isprintable():
                    met[fact.id] = fact
                else:
                    refused.append(Refused(fact, UsageError("its id holds a character that cannot be shown")))
            elif earlier != fact:
                refused.append(Refused(fact, LedgerError("its id stands for another fact already")))
        return list(met.values())

    def _find(self, compiled: CompiledPolicy, column: pa.Array, forms: Sequence[str]) -> _Matches:
        known = self._shared.matches.get(id(compiled.anchors))
        # What one variant could not take another may have: then the rows are others.
        if known is None or known.forms != forms or not known.column.equals(column):
            known = Searched(column, forms, super()._find(compiled, column, forms))
            self._shared.matches[id(compiled.anchors)] = known
        return known.found

    def _judge(self, fact: Fact, matches: Mapping[str, Mapping[str, tuple[Match, ...]]]) -> Judged:
        if self._detect == "recorded":
            return Judged(self._recorded_findings.get(fact.id, ()))
        return super()._judge(fact, matches)

    def _within_budgets(self, fact: Fact, judged: Judged) -> Judged:
        # What was recorded says itself what its rule might only propose.
        return judged if self._detect == "recorded" else super()._within_budgets(fact, judged)

    def _judged(
        self,
        compiled: CompiledPolicy,
        profile: Profile,
        published: ContentPublished,
        fact: ContentPublished | ContentEdited,
        matches: Mapping[str | None, Sequence[Match]] | None,
    ) -> Judged:
        # What is found depends on these, and on nothing else that rules with the same matchers can differ in.
        known = tuple(sorted(compiled.policy.document.subjects)), tuple(sorted(profile.signals.items()))
        told = profile.type, profile.registered_region, profile.serves_cn, profile.licence
        key = (id(compiled.anchors), fact.id, *known, *told)
        if key not in self._shared.judged:
            self._shared.judged[key] = super()._judged(compiled, profile, published, fact, matches)
        return self._shared.judged[key]
