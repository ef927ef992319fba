"""Facts through detection and enforcement, into a ledger where there is one.

Detection knows texts and not accounts' lives; the fold knows lives and not texts. Here they meet: the texts of a batch
are searched as one column, then its facts are folded in order of time, and everything is recorded in one transaction.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import msgspec
import pyarrow as pa

from lictor.decide import Judgement, decide, judge
from lictor.decide.effects import at_once, severity_of
from lictor.detect import CompiledPolicy, find_matches
from lictor.enforce import Account, Applied, Enforcer, Finding, Outcome, Rulebook, Standing, standing
from lictor.enforce import routed as told
from lictor.enforce.decisions import decision_of
from lictor.enforce.guard import Guarded, Guards, Trip, action_of, guards_of
from lictor.enforce.states import Profile
from lictor.errors import LedgerError, LictorError, UsageError
from lictor.facts import Content, instant, readable, stamp
from lictor.facts.kinds import (
    AuthorityOrder,
    Complaint,
    ContentEdited,
    ContentPublished,
    Fact,
    TransferAttempt,
    Truth,
    fact_from,
    fact_to,
)
from lictor.ledger import (
    Batch,
    BatchSummary,
    FactRecord,
    GuardRecord,
    Ledger,
    OvertakenError,
    PolicyRecord,
    StateRow,
    canonical,
)
from lictor.ledger.guards import TRIPPED
from lictor.ledger.masking import masked_decision, masked_text
from lictor.match import Match

__all__ = [
    "FactError",
    "Intake",
    "Judged",
    "Taken",
    "fact_of",
    "findings_of",
    "judge_fact",
    "refold",
    "signals_of",
    "summed_up",
    "told_by",
    "trip_record",
]


_HELD = 20_000  # facts remembered before they are left to the ledger
_TRIES = 5  # writers that may come first

_TEXTS = tuple(str(kind.__struct_config__.tag) for kind in (ContentPublished, ContentEdited))

T = TypeVar("T")


class FactError(LictorError):
    """A fact that cannot be taken, and why."""

    def __init__(self, fact: Fact, cause: LictorError) -> None:
        super().__init__(str(cause), hint=cause.hint)
        self.fact = fact
        self.cause = cause


@dataclass(slots=True)
class Taken:
    """What became of a batch. `decided` is what detection alone decided of published texts, by fact.

    `tripped` are rules that used up their budget in it: they go on deciding, and a person goes on acting.
    """

    new: int = 0
    present: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    decided: dict[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)
    unfit: list[FactError] = field(default_factory=list)
    tripped: list[Trip] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in a text, and what is decided of it by itself: nothing of either in most."""

    findings: tuple[Finding, ...] = ()
    decisions: tuple[dict[str, Any], ...] = ()


class Intake:
    """Policies and the lives under them. With a ledger, what it holds is where the lives go on from.

    `by_truth` believes the `truth` of published facts and searches no text. `rehearsed` keeps everything in memory, and
    the ledger as it is: for asking what would happen. `unstated` states no decision about a text by itself: nothing
    that follows rests on it, and it costs more than finding what the text says.
    """

    def __init__(
        self,
        rules: Rulebook,
        *,
        engine: str,
        ledger: Ledger | None = None,
        by_truth: bool = False,
        rehearsed: bool = False,
        unstated: bool = False,
    ) -> None:
        self.rules = rules
        self._engine = engine
        self._ledger = ledger
        self._by_truth = by_truth
        self._rehearsed = rehearsed
        self._unstated = unstated
        self._mask = frozenset(field for one in rules.policies for field in one.policy.document.ledger.mask)
        self._recorded: set[str] = set()
        self._guards: Guards | None = None
        self._counted_from: datetime | None = None
        self._trips: Counter[Guarded] = Counter()
        self._begin()

    def take(self, facts: Sequence[Fact]) -> list[Outcome]:
        """What these facts lead to, in order of time, durably recorded; facts that were had before are left out.

        Raises:
            OvertakenError: another writer came first, and what the caller knew of the accounts may be old.
            LedgerError: a fact's id stands for another fact already; nothing of the batch is recorded.
            UsageError: a fact cannot be applied; it is named, and nothing of the batch is recorded.
        """
        taken = Taken()
        try:
            self._take(_in_time(facts), taken, None)
        except FactError as wrong:
            raise wrong.cause from None
        if taken.unfit:
            raise taken.unfit[0].cause
        return taken.outcomes

    def take_fit(self, facts: Sequence[Fact], *, run_at: datetime | None = None) -> Taken:
        """The same, but a fact that cannot be taken is set aside, and the others count; other writers are waited for.

        `run_at` is when the batch was run, for a row that sums it up. A ledger holds what was taken so far.
        """
        taken = Taken()
        queue = _in_time(facts)
        while queue:
            try:
                self._unless_overtaken(partial(self._take, queue, taken, run_at))
                break
            except FactError as wrong:
                taken.unfit.append(wrong)
                place = next(n for n, fact in enumerate(queue) if fact is wrong.fact)
                before, queue = queue[:place], queue[place + 1 :]
                # What came before it went well a moment ago, and is not to be lost with it.
                self._unless_overtaken(partial(self._take, before, taken, run_at))
        return taken

    def due(self, now: datetime) -> list[Outcome]:
        """What was foreseen up to that instant, durably recorded."""
        return self._unless_overtaken(partial(self._due, now))

    def _due(self, now: datetime) -> list[Outcome]:
        self._wake((), now)
        outcomes = self.enforcer.advance(now)
        self._record(outcomes, {}, None)
        return outcomes

    def _take(self, facts: Sequence[Fact], taken: Taken, run_at: datetime | None) -> None:
        new, unfit = self._new(facts)
        if unfit and run_at is None:
            raise unfit[0]
        if new:
            self._wake(new, new[-1].at)
            self._count_again_for(new[0].at)
        matches = {} if self._by_truth else self._search(new)
        outcomes: list[Outcome] = []
        decided: dict[str, tuple[dict[str, Any], ...]] = {}
        for fact in new:
            try:
                happened, judged = self._apply(fact, matches)
                outcomes += happened
            except UsageError as wrong:
                self._begin()
                if self._guards is not None:
                    self._guards.undo()
                raise _unfit(fact, wrong) from None
            if judged.decisions:
                decided[fact.id] = judged.decisions
        summary = None if run_at is None or not new else summed_up(new, outcomes, decided, self.rules, run_at)
        try:
            self._record(outcomes, decided, summary)
        except LedgerError:
            self._refuse_unwritable(new)
            raise
        taken.present += len(facts) - len(new) - len(unfit)
        taken.new += len(new)
        taken.outcomes += outcomes
        taken.decided |= decided
        taken.unfit += unfit
        if self._guards is not None:
            trips = self._guards.keep()
            self._trips.update(trip.whose for trip in trips)
            taken.tripped += trips
            if self._guards.forgot and new:
                self._guards.forgot, self._counted_from = False, new[-1].at

    def _apply(
        self, fact: Fact, matches: Mapping[str, Mapping[str, tuple[Match, ...]]]
    ) -> tuple[list[Outcome], Judged]:
        """What was foreseen before the fact, then what it leads to with what is found in its text."""
        outcomes = self.enforcer.advance(fact.at, before=True)
        judged = self._within_budgets(fact, self._judge(fact, matches))
        return [*outcomes, *self.enforcer.apply(fact, judged.findings)], judged

    def _new(self, facts: Sequence[Fact]) -> tuple[list[Fact], list[FactError]]:
        """Those that were not had before, each once; and those that can never be had."""
        met: dict[str, Fact] = {}
        unfit: list[FactError] = []
        for fact in facts:
            earlier = met.get(fact.id)
            if not fact.id.isprintable():
                unfit.append(_unfit(fact, UsageError("its id holds a character that cannot be shown")))
            elif earlier is None:
                met[fact.id] = fact
            elif earlier != fact:
                unfit.append(_unfit(fact, LedgerError("it comes twice, with different content")))
        if self._ledger is None:
            return list(met.values()), unfit
        kept = []
        for name in self._ledger.present(met):
            try:
                kept.append(self._as_record(Outcome(self.enforcer.key(met[name]), met[name], "given"), {}))
            except UsageError as wrong:
                unfit.append(_unfit(met.pop(name), wrong))
        others = self._ledger.others(kept)
        for record in kept:
            fact = met.pop(record.id)
            if record.id in others:
                unfit.append(FactError(fact, others[record.id]))
        return list(met.values()), unfit

    def _refuse_unwritable(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            try:
                canonical(fact_to(fact))
            except LedgerError as wrong:
                raise _unfit(fact, UsageError(str(wrong), hint=wrong.hint)) from None

    def _unless_overtaken(self, do: Callable[[], T]) -> T:
        """What it gives; where another writer came first, what it gives upon what that one wrote."""
        for _ in range(_TRIES):
            try:
                return do()
            except OvertakenError:
                continue
        return do()

    def states(self) -> dict[str, StateRow]:
        """The states that changed since they were recorded, or since this was last asked."""
        return _state_rows(self.enforcer)

    def standing(self, account: str, now: datetime) -> Standing:
        """Where the account stands at that instant; everything foreseen by then must have been recorded."""
        return standing(self.rules, self.account(account), now)

    def standing_of(self, account: Account, now: datetime) -> Standing:
        """Where an account of the past stood."""
        return standing(self.rules, account, now)

    def past(self, account: str, until: datetime) -> Account:
        """The account as it was at that instant, by all that is known today."""
        state = self.enforcer.past(account, until)
        assert isinstance(state, Account)
        return state

    def account(self, account: str) -> Account:
        """What is remembered of the account."""
        state = self.enforcer.state(account)
        if not isinstance(state, Account):
            raise UsageError(f"`{account}` is no account")
        return state

    def _begin(self) -> None:
        # Before anything is read: whoever writes after it is found out when we append.
        self._seen = None if self._ledger is None else self._ledger.last()
        self._ahead: dict[str, bytes | None] = {}
        self._held = 0
        self.enforcer = Enforcer(self.rules, load=self._load, history=self._history, recall=self._recall)

    def _load(self, key: str) -> bytes | None:
        if self._ledger is None:
            return None
        return self._ahead.pop(key) if key in self._ahead else self._ledger.states([key]).get(key)

    def _history(self, key: str) -> Iterable[Applied]:
        if self._ledger is None:
            return
        for recorded in self._ledger.facts(key):
            if recorded.record.kind != "due":
                yield Applied(fact_of(recorded.record), findings_of(recorded.record))

    def _recall(self, id: str) -> Fact | None:  # noqa: A002
        recorded = None if self._ledger is None else self._ledger.fact(id)
        return None if recorded is None else fact_of(recorded.record)

    def _wake(self, facts: Sequence[Fact], until: datetime) -> None:
        """Reads, all at once, the states of what something is foreseen for, and of whom the facts are about."""
        if self._ledger is None:
            return
        due = self._ledger.due(_sortable(until) or "")
        about = (key for fact in facts for key in _about(fact))
        wanted = {*due, *about}.difference(self.enforcer.keys())
        self._ahead = {**dict.fromkeys(wanted), **self._ledger.states(wanted)}
        for key in due:
            self.enforcer.state(key)

    def _search(self, facts: Sequence[Fact]) -> dict[str, dict[str, tuple[Match, ...]]]:
        """By policy and fact, the matches of those texts that are worth a look."""
        spoken = [(fact.id, fact) for fact in facts if isinstance(fact, ContentPublished | ContentEdited)]
        found: dict[str, dict[str, tuple[Match, ...]]] = {}
        if not spoken:
            return found
        column = pa.array([readable(fact.text) for _, fact in spoken], pa.string())
        forms = [self._form(fact) for _, fact in spoken]
        for compiled in self.rules.policies:
            rows = self._find(compiled, column, forms)
            found[compiled.policy.id] = {spoken[row][0]: matches.get("", ()) for row, matches in rows.items()}
        return found

    def _find(
        self, compiled: CompiledPolicy, column: pa.Array, forms: Sequence[str]
    ) -> Mapping[int, Mapping[str, tuple[Match, ...]]]:
        """By row, the matches of those texts that are worth a look."""
        return find_matches(compiled, {"": column}, lambda _, row: forms[row])

    def _form(self, fact: ContentPublished | ContentEdited) -> str:
        if isinstance(fact, ContentPublished):
            return fact.form
        original = self.enforcer.published(fact.item)
        return "post" if original is None else original.form

    def _judge(self, fact: Fact, matches: Mapping[str, Mapping[str, tuple[Match, ...]]]) -> Judged:
        if not isinstance(fact, ContentPublished | ContentEdited):
            return Judged()
        published = fact if isinstance(fact, ContentPublished) else self.enforcer.published(fact.item)
        if published is None:
            return Judged()
        profile = self.account(fact.subject).profile
        if self._by_truth:
            return Judged(told_by(self.rules, profile, published, fact.text, fact.truth or Truth()))
        found: list[Finding] = []
        decisions: list[dict[str, Any]] = []
        for compiled in self.rules.judges(profile.pack):
            searched = matches.get(compiled.policy.id)
            if searched is not None and fact.id not in searched:
                continue
            judged = self._judged(
                compiled, profile, published, fact, None if searched is None else {published.form: searched[fact.id]}
            )
            found += judged.findings
            decisions += judged.decisions
        return Judged(tuple(found), tuple(decisions))

    def _within_budgets(self, fact: Fact, judged: Judged) -> Judged:
        """What was judged, where a rule has used up its budget with what it may only propose."""
        guarding = [one.policy.document for one in self.rules if one.policy.document.guards]
        if not guarding or not isinstance(fact, ContentPublished | ContentEdited):
            return judged
        guards = self._counted() if self._guards is None else self._guards
        for document in guarding:
            guards.judged(document, fact.at, [fact.subject])
        profile = self.account(fact.subject).profile
        findings: list[Finding] = []
        held: dict[str, dict[str, frozenset[str]]] = {}
        for finding in judged.findings:
            document = self.rules.document(finding.policy)
            action = None if finding.rule is None else action_of(self.rules, profile, finding, fact.at)
            if finding.rule is None or action is None or not any(guards_of(document, finding.rule, action)):
                findings.append(finding)
            elif guards.allows(document, finding.rule, action, fact.at, fact.subject, fact.id):
                findings.append(msgspec.structs.replace(finding, guard="counted"))
            else:
                findings.append(msgspec.structs.replace(finding, guard="held"))
                held.setdefault(finding.policy, {})[finding.rule] = frozenset({action})
        decisions = [
            self._held_back(one, fact, profile, held[one["policy"]]) if one["policy"] in held else one
            for one in judged.decisions
        ]
        return Judged(tuple(findings), tuple(decisions))

    def _held_back(
        self,
        decision: dict[str, Any],
        fact: ContentPublished | ContentEdited,
        profile: Profile,
        held: Mapping[str, Collection[str]],
    ) -> dict[str, Any]:
        """The decision made again, with what those rules may only propose."""
        published = fact if isinstance(fact, ContentPublished) else self.enforcer.published(fact.item)
        assert published is not None
        compiled = next(one for one in self.rules if one.policy.id == decision["policy"])
        judgement = judge(compiled, _content(compiled, profile, published, fact.text))
        return decide(compiled.policy, judgement, as_of=fact.at, engine=self._engine, held=held).to_dict()

    def _count_again_for(self, at: datetime) -> None:
        """What was counted is left to the ledger where it does not reach back to a batch that begins so late."""
        reaches = self._counted_from is not None and self._counted_from <= at
        if self._guards is None or (self._ledger is not None and not reaches):
            self._guards, self._counted_from = None, at

    def _counted(self) -> Guards:
        """The guards, with what the ledger says of their rules: what each did in its time, and which are tripped."""
        rearmed: dict[Guarded, int] = {}
        tripped: set[Guarded] = set()
        self._trips.clear()
        for seq, record in () if self._ledger is None else self._ledger.guards():
            whose = Guarded(record.policy, record.guard, record.rule)
            if record.event == TRIPPED:
                tripped.add(whose)
                self._trips[whose] = record.number
            else:
                tripped.discard(whose)
                rearmed[whose] = seq
        guards = self._guards = Guards(tripped)
        documents = {one.policy.id: one.policy.document for one in self.rules if one.policy.document.guards}
        newest = None if self._ledger is None else self._ledger.newest(_TEXTS)
        if self._ledger is None or newest is None:
            return guards
        longest = max(guard.within.fixed for known in documents.values() for guard in known.guards)
        first = self._counted_from
        if first is None or first >= instant(newest):
            first = instant(newest)
        else:
            first -= longest  # it comes late, and more may
        self._counted_from = first
        start = stamp(first - longest - longest / 50).partition(".")[0].removesuffix("Z")
        for one in self._ledger.found_from(start, _TEXTS):
            at = instant(one.at)
            for document in documents.values():
                guards.judged(document, at, [one.account])
            for finding in (msgspec.convert(found, Finding) for found in one.findings):
                if finding.guard == "counted" and finding.rule is not None and finding.policy in documents:
                    armed = {whose for whose, seq in rearmed.items() if seq > one.seq}
                    document = documents[finding.policy]
                    own: Any = finding.effect
                    action = at_once(document, finding.severity, finding.field, at, own=own).effect
                    if document.binds is not None and not any(guards_of(document, finding.rule, action)):
                        action = document.binds.otherwise.effect  # it was counted, so this is what was done
                    guards.recall(document, finding.rule, action, at, one.account, armed)
        guards.keep(forgetting=False)
        return guards

    def _judged(
        self,
        compiled: CompiledPolicy,
        profile: Profile,
        published: ContentPublished,
        fact: ContentPublished | ContentEdited,
        matches: Mapping[str | None, Sequence[Match]] | None,
    ) -> Judged:
        """What one policy finds in the text, with its decision."""
        judgement = judge(compiled, _content(compiled, profile, published, fact.text), matches)
        if not judgement.detection.violations:
            return Judged()
        found = tuple(_findings(compiled, published.form, judgement))
        if self._unstated:
            return Judged(found)
        decision = decide(compiled.policy, judgement, as_of=fact.at, engine=self._engine)
        return Judged(found, (decision.to_dict(),))

    def _record(
        self,
        outcomes: Sequence[Outcome],
        decided: Mapping[str, tuple[dict[str, Any], ...]],
        summary: BatchSummary | None,
    ) -> None:
        if self._ledger is None or self._rehearsed:
            return
        states = _state_rows(self.enforcer)
        records = [self._as_record(outcome, decided) for outcome in outcomes]
        if not records:
            return
        policies = [
            PolicyRecord(one.policy.digest, one.policy.canonical)
            for one in self.rules
            if one.policy.digest not in self._recorded
        ]
        try:
            appended = self._ledger.append(
                Batch(
                    policies=policies,
                    summary=summary,
                    facts=records,
                    guards=self._trip_records(),
                    states=states,
                    after=self._seen,
                )
            )
        except BaseException:
            self._begin()  # what was not recorded did not happen
            self._guards = None
            raise
        self._seen = appended.last
        self._recorded.update(one.digest for one in policies)
        self._held += len(records)
        if self._held > _HELD:
            self._begin()  # all of it is in the ledger: memory must not grow with what is fed in

    def _trip_records(self) -> list[GuardRecord]:
        trips = () if self._guards is None else self._guards.trips
        return [trip_record(trip, self._trips[trip.whose] + 1) for trip in trips]

    def _as_record(self, outcome: Outcome, decided: Mapping[str, tuple[dict[str, Any], ...]]) -> FactRecord:
        fact = outcome.fact
        made: list[dict[str, Any]] = list(decided.get(fact.id, ()))
        if outcome.decisions and outcome.key is not None:
            account = self.account(outcome.key)
            made += [decision_of(self.rules, account, one, engine=self._engine).to_dict() for one in outcome.decisions]
        said = fact_to(fact)
        if self._mask:
            made = [masked_decision(one, self._mask) for one in made]
            if isinstance(fact, ContentPublished | ContentEdited) and self._form(fact) in self._mask:
                said = masked_text(said)
        return FactRecord(
            id=fact.id,
            account=outcome.key,
            at=stamp(fact.at),
            kind=str(type(fact).__struct_config__.tag),
            fact=said,
            findings=[msgspec.to_builtins(one) for one in outcome.findings],
            transitions=[one.to_dict() for one in outcome.transitions],
            decisions=made,
            corrections=outcome.corrections,
            refused=outcome.refused,
        )


def trip_record(trip: Trip, number: int) -> GuardRecord:
    """The row that says so, of a trip that is the rule's so-manyth."""
    told = {
        "accounts": trip.accounts,
        "actions": list(trip.actions),
        "items": trip.items,
        "of_accounts": trip.of_accounts,
        "of_items": trip.of_items,
        "within": trip.within,
    }
    return GuardRecord(TRIPPED, *trip.whose, number, trip.at, told=told)


def _unfit(fact: Fact, wrong: LictorError) -> FactError:
    return FactError(fact, type(wrong)(f"fact `{fact.id}`: {wrong}", hint=wrong.hint))


def _in_time(facts: Sequence[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: fact.at)


def _about(fact: Fact) -> Iterable[str]:
    """The accounts whose states the fact will ask for, as far as it says so itself."""
    match fact:
        case Complaint():
            return (fact.against,)
        case TransferAttempt():
            return (fact.giver,)
        case AuthorityOrder():
            return tuple(fact.targets)
        case _:
            subject = getattr(fact, "subject", None)
            return () if subject is None else (subject,)


def summed_up(
    facts: Sequence[Fact],
    outcomes: Sequence[Outcome],
    decided: Mapping[str, tuple[dict[str, Any], ...]],
    rules: Rulebook,
    run_at: datetime,
) -> BatchSummary:
    """The row that sums up a batch: what became of these facts, and when that was."""
    cases = [case for outcome in outcomes for case in outcome.decisions]
    found = [decision for made in decided.values() for decision in made]
    return BatchSummary(
        read="facts:" + hashlib.sha256(canonical([fact.id for fact in facts])).hexdigest(),
        rows=len(facts),
        rejects=0,
        actions=Counter([*(case.action for case in cases), *(one["action"] for one in found)]),
        categories=Counter(
            [
                *(case.category for case in cases if case.category),
                *(one["category"] for one in found if one["category"]),
            ]
        ),
        rules=Counter(rule for one in found for rule in one["rules"]),
        monitored=Counter(rule for one in found if one["monitored"] for rule in one["monitored"]["rules"]),
        policies=tuple(one.policy.digest for one in rules.policies),
        at=stamp(run_at),
    )


def refold(rules: Rulebook, records: Iterable[FactRecord]) -> dict[str, StateRow]:
    """The states that recorded facts lead to, with what was found in them then: nothing is detected again.

    What the fold said to itself (effects on other keys, deadlines) comes of it again; a deadline that somebody asked
    for is asked for again at its place.
    """
    enforcer = Enforcer(rules)
    for record in records:
        fact = fact_of(record)
        if isinstance(fact, told.Due):
            enforcer.advance(fact.at)
        elif record.kind not in told.KINDS:
            enforcer.apply(fact, findings_of(record))
    return _state_rows(enforcer)


def fact_of(record: FactRecord) -> Fact:
    """The fact that was recorded, as a value again."""
    kind = told.KINDS.get(record.kind)
    if kind is None:
        return fact_from(record.fact)
    fact: Fact = msgspec.convert(record.fact, kind)
    return fact


def findings_of(record: FactRecord) -> tuple[Finding, ...]:
    """What was found in the fact's text when it was recorded."""
    return tuple(msgspec.convert(one, Finding) for one in record.findings)


def told_by(rules: Rulebook, profile: Profile, fact: ContentPublished, text: str, truth: Truth) -> tuple[Finding, ...]:
    """What `truth` says of the text, as findings.

    Rules with an effect of their own (a chat filter) are about words and not about acts: where truth says that
    anything is wrong at all, they are read from the text.
    """
    if not truth.categories:
        return ()
    found = []
    for category in truth.categories:
        compiled = next((one for one in rules.judges(profile.pack) if category in one.policy.document.categories), None)
        if compiled is None:
            continue
        document = compiled.policy.document
        found.append(
            Finding(
                policy=document.policy,
                category=category,
                severity=truth.severity or document.severities[0].id,
                field=fact.form,
                exempted_by=truth.exempt,
                content_only=truth.content_only,
            )
        )
    words = judge_fact(rules, profile, fact, text) if truth.exempt is None else ()
    return (*found, *(one for one in words if one.effect is not None))


def judge_fact(rules: Rulebook, profile: Profile, fact: ContentPublished, text: str) -> tuple[Finding, ...]:
    """What the policies that judge the account find in one text."""
    return tuple(
        finding
        for compiled in rules.judges(profile.pack)
        for finding in _findings(compiled, fact.form, judge(compiled, _content(compiled, profile, fact, text)))
    )


def _state_rows(enforcer: Enforcer) -> dict[str, StateRow]:
    rows = enforcer.changed()
    return {key: StateRow(row.body, _sortable(row.due), _sortable(row.waiting)) for key, row in rows.items()}


def signals_of(profile: Profile, fact: ContentPublished) -> dict[str, str | int | bool]:
    """What is known of what was published and of its author, as signals that a policy may read."""
    known = {
        "registered_region": profile.registered_region,
        "serves_cn": profile.serves_cn,
        "licence": profile.licence,
        "payment_count": fact.count,
        "distinct_payers": fact.distinct_payers,
        **profile.signals,
        **fact.signals,
    }
    return {name: value for name, value in known.items() if value is not None}


def _content(compiled: CompiledPolicy, profile: Profile, fact: ContentPublished, text: str) -> Content:
    """What a policy is asked: the text in its place, its author's kind, and the signals this policy declares."""
    known = signals_of(profile, fact)
    document = compiled.policy.document
    return Content(
        fields={fact.form: readable(text)},
        item=fact.id,
        account=fact.subject,
        subject=profile.type if profile.type in document.subjects else None,
        surface=fact.surface,
        published_at=fact.at,
        lang=fact.lang,
        signals={name: value for name, value in known.items() if name in document.known_signals},
    )


def _findings(compiled: CompiledPolicy, field: str, judgement: Judgement) -> Iterable[Finding]:
    """What acts, each rule once: drafts and rules that only watch are left out."""
    for violation in judgement.detection.violations:
        rule = violation.rule
        if rule.status == "enforce":
            yield Finding(
                policy=compiled.policy.id,
                category=rule.category,
                severity=severity_of(rule),
                field=field,
                rule=rule.id,
                effect=rule.effect,
                exempted_by=violation.exempted_by,
            )


def _sortable(at: datetime | None) -> str | None:
    """The instant as text whose order is the order of time."""
    if at is None:
        return None
    text = stamp(at)
    return text if "." in text else text.replace("Z", ".000000Z")
