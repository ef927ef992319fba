"""The guards of a policy where a scan is recorded, and how a tripped rule is told of: loudly, with the way back.

Rules: one scan is one moment, that of its run: whatever it carries out is carried out then, however old the rows are.
What rules did in scans is read from the ledger, whoever ran them: what earlier ones did within the time counts, and so
does what others do meanwhile, as if it were done at the start of this one. A row that is in the ledger already stays as
it was recorded, so that a scan that was interrupted goes on as if it had not been; what a rule did before somebody
armed it again counts no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from lictor.cli import say
from lictor.cli.judging import Judged
from lictor.decide import decide, judge
from lictor.decide.effects import at_once
from lictor.detect import CompiledPolicy
from lictor.enforce.guard import Guarded, Guards, guards_of
from lictor.engine import Engine
from lictor.facts import instant, stamp
from lictor.intake import trip_record
from lictor.ledger import GuardRecord, Ledger
from lictor.ledger.guards import TRIPPED, tripped
from lictor.ledger.records import Scanned
from lictor.ledger.replay import content_of
from lictor.policy.models import PolicyDocument
from lictor.report.rows import ScanRow

__all__ = ["Budgets", "tell_tripped", "warn_of"]


class Budgets:
    """Holds batches of a scan to the guards of their policies, given what the ledger says of their rules."""

    def __init__(self, ledger: Ledger, engine: Engine, at: datetime) -> None:
        self._ledger = ledger
        self._at = at
        self._engine = engine
        self._guards = Guards()
        self._by_digest = {one.policy.digest: one for one in engine.policies if one.policy.document.guards}
        self._documents = {one.policy.id: one.policy.document for one in self._by_digest.values()}
        self._rearmed: dict[Guarded, int] = {}
        self._digests = sorted(one.policy.digest for one in engine.policies)
        self._reads: set[tuple[str, ...]] = set()
        self._last: int | None = None

    def __call__(self, judged: Judged) -> Judged:
        """The batch, with what tripped rules may only propose, and the records of those that tripped in it."""
        if not self._by_digest:
            return judged
        self._guards.undo()  # what was handed out before is read from the ledger, where it is by now
        numbers = self._read()
        read = (judged.read, *self._digests)
        items = 0 if read in self._reads else judged.count
        self._reads.add(read)
        for document in self._documents.values():
            self._guards.judged(document, self._at, judged.accounts, items)
        self._guards.keep()
        decisions = [None if row.decision is None else orjson.loads(row.decision) for row in judged.rows]
        kept = self._ledger.held_back(one["id"] for one in decisions if one is not None)
        inputs = iter(judged.inputs)
        rows = []
        for row, decision in zip(judged.rows, decisions, strict=True):
            given = None if decision is None else next(inputs)
            compiled = None if decision is None else self._by_digest.get(decision["digest"])
            if decision is None or compiled is None or given is None:
                rows.append(row)
                continue
            held = self._held(compiled.policy.document, decision, kept)
            rows.append(self._again(compiled, row, decision, given, held) if held else row)
        trips = [trip_record(trip, numbers.get(trip.whose, 0) + 1) for trip in self._guards.trips]
        return replace(judged, rows=tuple(rows), trips=tuple(trips))

    def _read(self) -> dict[Guarded, int]:
        """Takes over what was recorded since this was last asked; each rule's trips, by number."""
        numbers: dict[Guarded, int] = {}
        for seq, record in self._ledger.guards():
            whose = Guarded(record.policy, record.guard, record.rule)
            if record.event == TRIPPED:
                numbers[whose] = record.number
            elif seq > self._rearmed.get(whose, 0):
                self._rearmed[whose] = seq
                self._guards.forget(whose)
        self._guards.tripped = {Guarded(one.policy, one.guard, one.rule) for one in tripped(self._ledger)}
        if self._last is None:
            longest = max(guard.within.fixed for known in self._documents.values() for guard in known.guards)
            start = stamp(self._at - longest - longest / 50).partition(".")[0].removesuffix("Z")
            self._last = self._ledger.before_batches_from(start)
        for scanned in self._ledger.scanned(self._last):
            self._last = scanned.seq
            self._count(scanned)
        return numbers

    def _count(self, scanned: Scanned) -> None:
        at = self._at if scanned.at is None else min(self._at, instant(scanned.at))
        armed = {whose for whose, seq in self._rearmed.items() if seq > scanned.seq}
        if scanned.read and scanned.read not in self._reads:
            self._reads.add(scanned.read)
            for document in self._documents.values():
                self._guards.judged(document, at, (), scanned.rows)
        for decision, account in scanned.decisions:
            guarded = self._documents.get(decision["policy"])
            if guarded is None:
                continue
            self._guards.judged(guarded, at, [account], 0)
            held = {(one["rule"], action) for one in decision.get("guarded", ()) for action in one["actions"]}
            for rule, action in _carried_out(guarded, decision):
                if (rule, action) not in held:
                    self._guards.recall(guarded, rule, action, at, account, armed)

    def _held(
        self, document: PolicyDocument, decision: Mapping[str, Any], kept: Mapping[str, list[dict[str, Any]]]
    ) -> dict[str, frozenset[str]]:
        """The rules of the decision that may only propose, each with the actions."""
        recorded = kept.get(decision["id"])
        if recorded is not None:
            return {one["rule"]: frozenset(one["actions"]) for one in recorded}
        return {
            rule: frozenset({action})
            for rule, action in _carried_out(document, decision)
            if not self._guards.allows(document, rule, action, self._at, decision["account"], decision["id"])
        }

    def _again(
        self,
        compiled: CompiledPolicy,
        row: ScanRow,
        decision: Mapping[str, Any],
        given: bytes,
        held: Mapping[str, frozenset[str]],
    ) -> ScanRow:
        content = content_of(orjson.loads(given), item=decision["item"])
        as_of = None if decision["as_of"] is None else instant(decision["as_of"])
        made = decide(compiled.policy, judge(compiled, content), as_of=as_of, engine=self._engine.version, held=held)
        return replace(row, status=made.status, decision=made.to_json())


def warn_of(records: Iterable[GuardRecord], ledger: object) -> None:
    """Says of each rule that tripped what it did, what it may no longer do, and the way back."""
    for one in records:
        told = one.told
        say.warning(
            f"rule `{one.rule}` of `{one.policy}` is beyond guard `{one.guard}`: {told['items']:,} of "
            f"{told['of_items']:,} items and {told['accounts']:,} accounts within {told['within']}; from now on its "
            f"{', '.join(told['actions'])} wait for a person",
            f"`lictor guard rearm --ledger {ledger} --rule {one.rule} --by WHO` lets it act again",
        )


def tell_tripped(ledger: Ledger, path: object) -> None:
    """Says which rules were tripped before this run, and still are."""
    for one in tripped(ledger):
        say.note(
            f"rule `{one.rule}` of `{one.policy}` is tripped since {one.at}, and its {', '.join(one.told['actions'])} "
            f"wait for a person; `lictor guard rearm --ledger {path} --rule {one.rule} --by WHO` lets it act again"
        )


def _carried_out(document: PolicyDocument, decision: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What guarded rules would carry out by themselves: each with the action that the decision applies."""
    applied = {one["effect"] for one in decision["effects"] if one["status"] == "applied"}
    for violation in decision["violations"]:
        rule = document.rule_of.get(violation["rule"])  # a recorded decision may be of a rule that is no more
        if rule is None or violation["status"] != "enforce" or violation["exempted_by"] is not None:
            continue
        field = violation["evidence"][0]["field"] if violation["evidence"] else decision["field"]
        action = at_once(document, violation["severity"], field, None, own=rule.effect).effect
        if action not in applied and document.retroactive is not None:
            action = document.retroactive.effect
        if action in applied and any(guards_of(document, rule.id, action)):
            yield rule.id, action
