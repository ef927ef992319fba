"""Facts in order, folded into the states of accounts, hosts, principals and collectibles.

Rules held here:

- One fact is applied to one key. What it means for another key is a fact of its own, applied right after it.
- Before a fact is applied, everything foreseen for an earlier instant happens, in order of time, whatever key it is at.
- A fact that comes late is applied in its place: the key's facts are folded again with it, and every decision that
  this changes is recorded as a correction. Nothing already decided is rewritten without saying so.
- A fact is applied once: the caller leaves out those it has had.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

import msgspec

from lictor.enforce import (
    appeals,
    claims,
    complaints,
    evasion,
    holdings,
    items,
    names,
    network,
    orders,
    reviews,
    timers,
)
from lictor.enforce import routed as told
from lictor.enforce.rulebook import Rulebook
from lictor.enforce.states import (
    Account,
    Address,
    Case,
    Finding,
    Host,
    Principal,
    State,
    decode_state,
    encode_state,
    fresh,
)
from lictor.enforce.turn import Transition, Turn
from lictor.errors import UsageError
from lictor.facts import kinds
from lictor.facts.kinds import Fact

__all__ = ["Applied", "Enforcer", "Outcome", "key_of"]

_PREFIXES = ("host:", "ip:", "principal:", "holding:")
_ANEW = "~after:"
_ITS_OWN = (
    kinds.RectifyClaim | kinds.ExtensionRequest | kinds.Appeal | kinds.RenameRequest | kinds.RenameRevoked
    | kinds.ContentEdited
)  # fmt: skip
"""What an account does itself: a refusal of these is an answer to it."""
_Said = tuple[str, Fact]


@dataclass(frozen=True, slots=True)
class Applied:
    """A fact as it was applied to a key, with what detection had found: enough to apply it again."""

    fact: Fact
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one fact led to at one key. `decisions` are the cases it made, as they stood then."""

    key: str | None
    fact: Fact
    origin: Literal["given", "derived", "due"]
    findings: tuple[Finding, ...] = ()
    transitions: tuple[Transition, ...] = ()
    decisions: tuple[Case, ...] = ()
    corrections: tuple[dict[str, Any], ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A state to be kept: its bytes, when something is next foreseen, and since when something waits for a person."""

    body: bytes
    due: datetime | None
    waiting: datetime | None


@dataclass(slots=True)
class _Memory:
    """What was applied to each key and may have to be applied again; everything published, by id."""

    applied: dict[str, list[Applied]] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(slots=True)
class _Attempt:
    """How things stood: the states that were touched since, and what was remembered since."""

    states: dict[str, tuple[bytes, bool]] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)


class Enforcer:
    """The states so far, and the one place where they change.

    `load` gives the bytes of a state kept elsewhere, `history` what was applied to a key, `recall` a fact by its id;
    without them everything is kept in memory.
    """

    def __init__(
        self,
        rules: Rulebook,
        *,
        load: Callable[[str], bytes | None] | None = None,
        history: Callable[[str], Iterable[Applied]] | None = None,
        recall: Callable[[str], Fact | None] | None = None,
    ) -> None:
        self._rules = rules
        self._load = load
        self._history = history
        self._recall = recall
        self._memory = _Memory()
        self._states: dict[str, State] = {}
        self._changed: set[str] = set()
        self._foreseen: list[tuple[datetime, str]] = []
        self._due: dict[str, datetime | None] = {}  # of each state as it is: to ask an account of many cases takes long
        self._attempt: _Attempt | None = None

    def attempt(self) -> None:
        """From here `undo` leads back to how things stand now. For a fold that keeps everything in memory."""
        self._attempt = _Attempt()

    def undo(self) -> None:
        """Everything since `attempt` has not happened."""
        assert self._attempt is not None
        attempt, self._attempt = self._attempt, None
        for id in attempt.facts:  # noqa: A001
            del self._memory.facts[id]
        for key in attempt.applied:
            self._memory.applied[key].pop()
        for key, (body, changed) in attempt.states.items():
            state = self._states[key] = decode_state(body)
            self._foresee(key, state)
            if not changed:
                self._changed.discard(key)

    def state(self, key: str) -> State:
        """The state of a key, as it is now."""
        state = self._states.get(key)
        if state is None:
            body = None if self._load is None else self._load(key)
            state = fresh(key) if body is None else decode_state(body)
            self._states[key] = state
            self._foresee(key, state)
        return state

    def past(self, key: str, until: datetime) -> State:
        """The state of a key as it was at that instant, by all that has been applied to it."""
        applied = [one for one in self._applied(key) if one.fact.at <= until]
        return self._fold(key, applied, until).state

    def published(self, item: str) -> kinds.ContentPublished | None:
        """What was published under that id, as it was told."""
        fact = self._published(item)
        return fact if isinstance(fact, kinds.ContentPublished) else None

    def fact(self, id: str) -> Fact | None:  # noqa: A002
        """The fact fed in under that id, as it was told."""
        return self._published(id)

    def keys(self) -> Iterable[str]:
        """The keys that were asked for or changed."""
        return self._states.keys()

    def changed(self) -> dict[str, Changed]:
        """The states that changed since this was last asked."""
        rows = {}
        for key in sorted(self._changed):
            state = self._states[key]
            rows[key] = Changed(encode_state(state), self._due[key], waiting_since(state))
        self._changed.clear()
        return rows

    def apply(self, fact: Fact, findings: Sequence[Finding] = ()) -> list[Outcome]:
        """Everything that happened up to the fact, the fact itself, and what it led to elsewhere, in order."""
        outcomes = self.advance(fact.at, before=True)
        self.note(fact)
        if isinstance(fact, kinds.AuthorityOrder):
            outcomes.append(Outcome(None, fact, "given"))
            for target, order in self.orders(fact):
                outcomes += self._spread(target, order)
            return outcomes
        key = self.key(fact)
        assert key is not None
        outcomes += self._spread(key, fact, tuple(findings), origin="given")
        return outcomes

    def note(self, fact: Fact) -> None:
        """Remembers the fact as it was told: `apply` does, a fold that is spread over processes does so itself."""
        if self._attempt is not None and fact.id not in self._memory.facts:
            self._attempt.facts.append(fact.id)
        self._memory.facts[fact.id] = fact

    def orders(self, fact: kinds.AuthorityOrder) -> list[tuple[str, Fact]]:
        """What an authority's order means for each of its targets."""
        document = self._rules.policies[0].policy.document
        strike = document.authority.strike if fact.strike is None else fact.strike
        return [
            (
                target,
                told.Ordered(
                    id=f"{fact.id}>ordered:{number}", at=fact.at, by=fact.by, subject=target, action=action,
                    category=fact.category, strike=strike,
                ),
            )
            for number, (target, action) in enumerate(fact.targets.items())
        ]  # fmt: skip

    def next_due(self) -> tuple[datetime, str] | None:
        """When something is next foreseen at a key that was asked for, and at which."""
        while self._foreseen:
            at, key = self._foreseen[0]
            if self._due[key] == at:
                return at, key
            heapq.heappop(self._foreseen)
        return None

    def advance(self, now: datetime, *, before: bool = False) -> list[Outcome]:
        """What was foreseen up to that instant (or only before it), in order of time."""
        outcomes: list[Outcome] = []
        while self._foreseen and (self._foreseen[0][0] < now or (not before and self._foreseen[0][0] <= now)):
            at, key = heapq.heappop(self._foreseen)
            if self._due[key] != at:
                continue
            due = told.due(key, at)
            outcomes += self._spread(key, due, origin="due")
        return outcomes

    def _spread(
        self,
        key: str,
        fact: Fact,
        findings: tuple[Finding, ...] = (),
        origin: Literal["given", "derived", "due"] = "derived",
    ) -> list[Outcome]:
        outcome, sent = self.take(key, fact, findings, origin)
        outcomes = [outcome]
        for where, what in sent:
            outcomes += self._spread(where, what)
        return outcomes

    def take(
        self, key: str, fact: Fact, findings: tuple[Finding, ...], origin: Literal["given", "derived", "due"]
    ) -> tuple[Outcome, list[tuple[str, Fact]]]:
        """What the fact leads to at this key, and whom to tell what of it: `apply` does so right after."""
        state = self.state(key)
        late = state.seen is not None and fact.at < state.seen and origin != "due"
        # An idle fact that comes late may be one that another spoke of before it was known.
        if self._attempt is not None and key not in self._attempt.states and (late or not _is_idle(fact, findings)):
            self._attempt.states[key] = (encode_state(state), key in self._changed)
        if late or isinstance(fact, told.Withdrawn):
            return self._take_late(key, state, fact, findings, origin)
        if _is_idle(fact, findings):
            return Outcome(key, fact, origin, findings), []
        turn = Turn(self._rules, fact, fact.at, self._published)
        _happen(turn, state, fact, findings)
        state.seen = fact.at
        if origin != "due":
            self._remember(key, Applied(fact, findings))
        self._keep(key, state)
        return _outcome(key, turn, findings, origin), turn.routed

    def _take_late(
        self,
        key: str,
        state: State,
        fact: Fact,
        findings: tuple[Finding, ...],
        origin: Literal["given", "derived", "due"],
    ) -> tuple[Outcome, list[tuple[str, Fact]]]:
        assert state.seen is not None
        awaited = isinstance(state, Account) and fact.id in state.awaited
        if _is_idle(fact, findings) and not awaited:
            return Outcome(key, fact, origin, findings), []
        until = max(state.seen, fact.at)
        past = self._applied(key)
        before = self._fold(key, past, until, unknown=fact.id)
        late = Applied(fact, findings)
        place = next((n for n, one in enumerate(past) if one.fact.at > fact.at), len(past))
        after = self._fold(key, [*past[:place], late, *past[place:]], until)
        self._remember(key, late)
        self._states[key] = after.state
        self._keep(key, after.state)
        turn = after.turns[fact.id]
        corrections = (*turn.corrections, *_differences(state, after.state, fact.id))
        outcome = replace(_outcome(key, turn, findings, origin), corrections=corrections)
        return outcome, _said_anew(before.sent, after.sent, fact)

    def _fold(self, key: str, applied: Sequence[Applied], until: datetime, *, unknown: str | None = None) -> _Folded:
        folded = _Folded(fresh(key), lambda id: None if id == unknown else self._published(id))  # noqa: A006
        for one in _not_withdrawn(applied):
            self._elapse(key, folded, one.fact.at, before=True)
            turn = Turn(self._rules, one.fact, one.fact.at, folded.remembered)
            if not isinstance(one.fact, told.Withdrawn) and not _is_idle(one.fact, one.findings):
                _happen(turn, folded.state, one.fact, one.findings)
                folded.state.seen = one.fact.at
            folded.note(turn)
        self._elapse(key, folded, until, before=False)
        folded.state.seen = until
        return folded

    def _elapse(self, key: str, folded: _Folded, now: datetime, *, before: bool) -> None:
        while (at := timers.next_due(folded.state)) is not None and (at < now or (not before and at <= now)):
            due = told.due(key, at)
            turn = Turn(self._rules, due, at, folded.remembered)
            _happen(turn, folded.state, due, ())
            folded.note(turn)

    def _applied(self, key: str) -> list[Applied]:
        """In order of time; of the same instant, in the order in which they came."""
        kept = () if self._history is None else self._history(key)
        # What is kept elsewhere by now is still in memory too.
        applied = {one.fact.id: one for one in (*kept, *self._memory.applied.get(key, ()))}
        return sorted(applied.values(), key=lambda one: one.fact.at)

    def _remember(self, key: str, applied: Applied) -> None:
        if self._attempt is not None:
            self._attempt.applied.append(key)
        self._memory.applied.setdefault(key, []).append(applied)

    def _published(self, id: str) -> Fact | None:  # noqa: A002
        fact = self._memory.facts.get(id)
        return fact if fact is not None or self._recall is None else self._recall(id)

    def _keep(self, key: str, state: State) -> None:
        self._changed.add(key)
        self._foresee(key, state)

    def _foresee(self, key: str, state: State) -> None:
        due = self._due[key] = timers.next_due(state)
        if due is not None:
            heapq.heappush(self._foreseen, (due, key))

    def key(self, fact: Fact) -> str | None:
        """The account that a fact fed in is about; none where it is about several."""
        if isinstance(fact, kinds.AuthorityOrder):
            return None
        if isinstance(fact, kinds.AppealDecision):
            appeal = self._published(fact.appeal)
            if not isinstance(appeal, kinds.Appeal):
                raise UsageError(f"there is no appeal `{fact.appeal}`", hint="name it by the id of the appeal's fact")
            return appeal.subject
        return key_of(fact)


def key_of(fact: Fact) -> str:
    """The account that the fact is about."""
    if isinstance(fact, kinds.Complaint):
        key = fact.against
    elif isinstance(fact, kinds.TransferAttempt):
        key = fact.giver
    else:
        key = fact.subject  # type: ignore[attr-defined]
    if key.startswith(_PREFIXES):
        raise UsageError(
            f"account `{key}` has a name kept for something else", hint=f"none of {', '.join(_PREFIXES)} may begin it"
        )
    return str(key)


def waiting_since(state: State) -> datetime | None:
    """Since when something at this key waits for a person: an open review, a flagged or hidden item, an appeal."""
    if not isinstance(state, Account):
        return None
    since = [item.at for item in state.items.values() if item.pending]
    appeals_filed = [*(one.appeal for one in state.cases), *(one.appeal for one in state.items.values())]
    since += [appeal.at for appeal in appeals_filed if appeal is not None and appeal.state == "pending"]
    return min([*since, *([state.review_since] if state.review_since else [])], default=None)


@dataclass(slots=True)
class _Folded:
    """A key's facts folded again: where they lead, and what they say to others."""

    state: State
    remembered: Callable[[str], Fact | None]
    sent: list[tuple[str, Fact]] = field(default_factory=list)
    turns: dict[str, Turn] = field(default_factory=dict)

    def note(self, turn: Turn) -> None:
        self.sent += turn.routed
        self.turns[turn.fact.id] = turn


def _is_idle(fact: Fact, findings: Sequence[Finding]) -> bool:
    """Whether the fact changes nothing here: most of what is published, so it must cost nothing."""
    return isinstance(fact, kinds.ContentPublished) and not findings and fact.path is None


def _outcome(
    key: str, turn: Turn, findings: tuple[Finding, ...], origin: Literal["given", "derived", "due"]
) -> Outcome:
    decisions = tuple(msgspec.json.decode(msgspec.json.encode(case), type=Case) for case in turn.cases)
    return Outcome(
        key, turn.fact, origin, findings, tuple(turn.transitions), decisions, tuple(turn.corrections), turn.refused
    )


def _differences(before: State, after: State, because: str) -> Iterator[dict[str, Any]]:
    if not isinstance(before, Account) or not isinstance(after, Account):
        return
    old = {case.id: case for case in before.cases}
    new = {case.id: case for case in after.cases}
    for id in dict.fromkeys([*old, *new]):  # noqa: A001
        was, now = old.get(id), new.get(id)
        if was is None and id == because:
            continue
        shown = [
            None if case is None else {"action": case.action, "rung": case.rung, "state": case.state}
            for case in (was, now)
        ]
        if shown[0] != shown[1]:
            yield {"decision": id, "because": because, "before": shown[0], "after": shown[1]}


def _said_anew(before: Sequence[tuple[str, Fact]], after: Sequence[tuple[str, Fact]], late: Fact) -> list[_Said]:
    """What other keys must now be told: what they were told and is no longer so, then what is so instead."""
    was = {(key, fact.id): fact for key, fact in before}
    now = {(key, fact.id): fact for key, fact in after}
    said: list[_Said] = [
        (key, told.Withdrawn(id=f"{late.id}>withdraws:{fact.id}", at=fact.at, told=fact.id))
        for (key, _), fact in was.items()
        if now.get((key, fact.id)) != fact
    ]
    for (key, _), fact in now.items():
        if (key, fact.id) not in was:
            said.append((key, fact))
        elif was[key, fact.id] != fact:
            said.append((key, msgspec.structs.replace(fact, id=f"{fact.id}{_ANEW}{late.id}")))
    return said


def _not_withdrawn(applied: Sequence[Applied]) -> list[Applied]:
    """What was applied, without what was withdrawn after it, whether as first told or as told anew."""
    withdrawn: set[str] = set()
    kept = []
    for one in reversed(applied):
        if isinstance(one.fact, told.Withdrawn):
            withdrawn.add(one.fact.told)
        if one.fact.id not in withdrawn and one.fact.id.rpartition(_ANEW)[0] not in withdrawn:
            kept.append(one)
    return kept[::-1]


def _happen(turn: Turn, state: State, fact: Fact, findings: Sequence[Finding]) -> None:
    match state:
        case Account():
            _happen_to_account(turn, state, fact, findings)
        case Principal():
            evasion.on_principal(turn, state, fact)  # type: ignore[arg-type]
        case Host():
            network.on_host(turn, state, fact)  # type: ignore[arg-type]
        case Address():
            network.on_address(turn, state, fact)  # type: ignore[arg-type]
        case _:
            holdings.on_holding(turn, state, fact)  # type: ignore[arg-type]


def _happen_to_account(turn: Turn, account: Account, fact: Fact, findings: Sequence[Finding]) -> None:
    about = fact.about if isinstance(fact, kinds.Review) else ()
    edited = (fact.item,) if isinstance(fact, kinds.ContentEdited) else ()
    account.awaited += [one for one in (*about, *edited) if one not in account.awaited and turn.recall(one) is None]
    match fact:
        case kinds.ContentPublished():
            effects = items.publish(turn, account, fact, findings)
            reviews.detected(turn, account, effects, findings, fact.id)
        case kinds.ContentEdited():
            effects = items.edit(turn, account, fact, findings)
            reviews.detected(turn, account, effects, findings, fact.item)
        case kinds.ContentRemoved():
            items.remove(turn, account, fact)
        case kinds.SubjectUpdated():
            _learn(turn, account, fact)
        case kinds.AccountCreated():
            evasion.ask_principal(turn, account, fact)
        case kinds.GroupCreated():
            evasion.ask_groups(turn, account, fact)
        case kinds.Complaint():
            complaints.complain(turn, account, fact)
        case kinds.Review():
            reviews.review(turn, account, fact)
        case kinds.NoticeDelivered():
            orders.deliver(turn, account, fact)
        case kinds.RectifyClaim():
            claims.claim(turn, account, fact)
        case kinds.Fix():
            orders.mend(account, fact)
        case kinds.Reinspection():
            claims.inspect(turn, account, fact)
        case kinds.ExtensionRequest():
            orders.extend(turn, account)
        case kinds.Appeal():
            appeals.file(turn, account, fact)
        case kinds.AppealDecision():
            appeals.answer(turn, account, fact)
        case kinds.Reinstatement():
            reviews.reinstate(turn, account, fact)
        case kinds.RenameRequest():
            names.request(turn, account, fact)
        case kinds.RenameRevoked():
            names.revoke(turn, account)
        case kinds.DnsChange():
            network.change_dns(turn, account, fact)
        case kinds.DomainSeen():
            network.see_domain(turn, account, fact)
        case kinds.Acquire():
            holdings.acquire(turn, account, fact)
        case kinds.TransferAttempt():
            holdings.offer(turn, account, fact)
        case told.Ordered():
            reviews.obey(turn, account, fact)
        case told.OwnerRestricted():
            reviews.restrict_owner(turn, account, fact)
        case told.Lifted():
            reviews.lift(turn, account, fact)
        case told.NewGroup():
            evasion.successor(turn, account, fact)
        case told.EvasionFound():
            reviews.continue_evasion(turn, account, fact)
        case told.Due():
            timers.fire(turn, account)
        case _:
            raise UsageError(f"`{type(fact).__name__}` is no fact about an account")
    if turn.refused is not None and isinstance(fact, _ITS_OWN):
        account.refused = turn.refused


_TOLD = (
    "type", "name", "registered_region", "serves_cn", "serves_cn_from", "principal", "owner", "licence", "domains",
    "pack", "signals",
)  # fmt: skip


def _learn(turn: Turn, account: Account, fact: kinds.SubjectUpdated) -> None:
    profile = account.profile
    if fact.pack is not None:
        turn.rules.judges(fact.pack)  # refused here, not at each later fact about the account
    for name in _TOLD:
        told_now = getattr(fact, name)
        if told_now is not None:
            setattr(profile, name, dict(told_now) if name == "signals" else told_now)
    if fact.name is not None and account.rename is not None:
        account.rename = None
    network.know_addresses(turn, account, fact)
