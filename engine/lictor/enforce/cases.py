"""Decisions about an account: what an upheld violation leads to, what it takes away, and how it is undone.

Every case is named by the fact that made it. What it took away ends with its time, with what it waits for, or when the
case is overturned or reinstated; then its strike never counted, and later decisions whose rung rested on it are taken
again and recorded as corrections.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from lictor.decide.decision import Effect
from lictor.decide.effects import step_effects
from lictor.enforce.items import hide_items, restore_items
from lictor.enforce.network import list_hosts, unlist_hosts
from lictor.enforce.notices import notices_sent
from lictor.enforce.orders import open_orders, resume_clock, revive_order, stop_clock
from lictor.enforce.routed import BanInForce, BanLifted, Lifted, OwnerRestricted, PrincipalBlacklisted
from lictor.enforce.rulebook import Next
from lictor.enforce.states import Account, Case, Order, Sanction
from lictor.enforce.turn import Turn
from lictor.policy.actions import PERMANENT, strongest
from lictor.policy.models import PolicyDocument, Step

__all__ = [
    "Verdict",
    "carry_out",
    "counting",
    "end_case",
    "evades",
    "expiry_steps",
    "find_case",
    "functions_of",
    "overturn",
    "raised",
    "rectified",
]

_ORDERED = frozenset({"rectify_order", "restrict"})
_FINAL = frozenset({"ban_permanent", "block_indefinite", "disable", "merchant_terminated"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be carried out: on what ground, with which steps, counting a strike or not."""

    trigger: str
    steps: Sequence[Step]
    category: str | None = None
    severity: str | None = None
    version: int | None = None
    next: Next | None = None
    strike: bool = False
    about: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    delivered: datetime | None = None
    offence_at: datetime | None = None
    parent: str | None = None
    by: str | None = None
    said: str | None = None
    provisional: bool = False


def carry_out(
    turn: Turn,
    account: Account,
    document: PolicyDocument,
    verdict: Verdict,
    *,
    id: str | None = None,  # noqa: A002
) -> Case:
    """The case that the verdict becomes, with everything it takes away in force from now."""
    case = Case(
        id=id or turn.fact.id,
        at=turn.now,
        trigger=verdict.trigger,
        policy=document.policy,
        category=verdict.category,
        severity=verdict.severity,
        version=None if verdict.version is None else document.versions[verdict.version].id,
        by=verdict.by,
        parent=verdict.parent,
        ladder=None if verdict.next is None else verdict.next.ladder.id,
        rung=None if verdict.next is None else verdict.next.rung,
        reached=None if verdict.next is None else verdict.next.rung,
        strike_until=turn.now + document.strikes.life.fixed if verdict.strike and document.strikes else None,
        offence_at=verdict.offence_at or turn.now,
        about=verdict.about,
        items=verdict.items,
        said=verdict.said,
        delivered=verdict.delivered,
        hosts=verdict.hosts,
        provisional=verdict.provisional,
    )
    account.cases.append(case)
    _impose(turn, account, document, case, verdict.steps, since=turn.now)
    turn.cases.append(case)
    if case.action in _FINAL:
        for other in open_orders(account):
            stop_clock(turn, other, "ban")
    return case


def find_case(account: Account, id: str) -> Case | None:  # noqa: A002
    """The case that the fact of that id made, here or by way of another key."""
    exact = next((case for case in account.cases if case.id == id), None)
    return exact or next((case for case in reversed(account.cases) if case.id.startswith(f"{id}>")), None)


def counting(account: Account, now: datetime) -> list[Case]:
    """The cases whose strike is active at that instant."""
    return [
        case
        for case in account.cases
        if case.strike_until is not None and case.state not in ("overturned", "reinstated") and now <= case.strike_until
    ]


def functions_of(document: PolicyDocument, action: str) -> tuple[str, ...]:
    """The functions that an action takes away by itself; never one that the invariants protect."""
    taken = document.takes.get(action, ())  # type: ignore[call-overload]
    opened = (
        document.functions if taken == ("*",) else [f for name in taken for f in document.bundles.get(name, (name,))]
    )
    return tuple(name for name in opened if name not in document.invariants.never_restrict)


def end_case(turn: Turn, account: Account, case: Case, *, only: str | None = None) -> None:
    """Ends what the case took away: all of it, or only what waits for that event."""
    for sanction in case.sanctions:
        if sanction.ended is None and (only is None or sanction.until_event == only):
            sanction.ended = turn.now
            if sanction.action == "network_block":
                unlist_hosts(turn, account, case)
    restore_items(turn, account, case.id)
    if case.state == "in_force" and not any(one.in_force(turn.now) or one.start > turn.now for one in case.sanctions):
        case.state = turn.move("decision", case.id, case.state, "end")


def overturn(turn: Turn, account: Account, case: Case, event: str) -> None:
    """Undoes the case and what followed from it, as if it had never been decided; later decisions are taken again."""
    for follower in account.cases:
        if follower.parent == case.id and follower.state in ("in_force", "ended"):
            overturn(turn, account, follower, event)
    _undo(turn, account, case)
    case.state = turn.move("decision", case.id, case.state, event)
    case.strike_until = None
    if case.order is not None and case.order.state not in ("passed", "lifted"):
        case.order.state = turn.move("order", case.id, case.order.state, "lift")
    case.reoffence_until = None
    for other in account.cases:
        if other.order is not None and fails(case, other.order):
            revive_order(turn, other)
    _decide_again(turn, account, case)
    if not any(one.action in _FINAL and one.in_force(turn.now) for other in account.cases for one in other.sanctions):
        for other in open_orders(account):
            resume_clock(turn, other, "ban")


def _undo(turn: Turn, account: Account, case: Case) -> None:
    for sanction in case.sanctions:
        if sanction.ended is None:
            sanction.ended = turn.now
    restore_items(turn, account, case.id)
    unlist_hosts(turn, account, case)
    if case.owner is not None:
        turn.send(case.owner, Lifted, subject=case.owner, case=case.id)
    principal = account.profile.principal
    if principal is not None:
        key = f"principal:{principal}"
        turn.send(key, BanLifted, principal=principal, account=account.id, case=case.id)


def _decide_again(turn: Turn, account: Account, overturned: Case) -> None:
    """Takes every later decision that counted a strike again, as if the one overturned had never been."""
    place = next(n for n, case in enumerate(account.cases) if case is overturned)
    for n, case in enumerate(account.cases):
        if n <= place or case.strike_until is None or case.ladder is None:
            continue
        assert case.category is not None
        assert case.severity is not None
        assert case.version is not None
        document = turn.rules.document(case.policy)
        before = {"action": case.action, "rung": case.rung}
        earlier = [
            one
            for one in account.cases[:n]
            if one.strike_until is not None and one.state not in ("overturned", "reinstated")
        ]
        severity = case.severity
        if case.said is not None:
            severity = raised(turn, account.cases[:n], document, case.at, case.about, case.said)
        found = turn.rules.next(
            document,
            turn.rules.subject(document, account.profile),
            case.category,
            severity,
            document.version_numbers[case.version],
            earlier,
            case.at,
            case.offence_at or case.at,
        )
        failing = any(one.order is not None and fails(case, one.order) for one in account.cases)
        if found is None or failing or (found.rung == case.rung and _actions(found.steps) == _stepped(case)):
            continue
        _take_back(turn, account, case)
        case.rung = case.reached = found.rung
        case.severity = severity
        order, case.order = case.order, None
        _impose(turn, account, document, case, found.steps, since=case.at, again=True)
        if order is not None:
            _carry_over(turn, account, case, order)
        turn.corrections.append(
            {
                "decision": case.id,
                "because": overturned.id,
                "before": before,
                "after": {"action": case.action, "rung": case.rung},
            }
        )


def raised(
    turn: Turn, earlier: Sequence[Case], document: PolicyDocument, at: datetime, about: Sequence[str], said: str
) -> str:
    """How grave an evasion is: what a person said, or one more than the gravest of the earlier cases it evaded.

    A case was evaded where something it took away was in force when the evasion happened, or when it was decided.
    """
    evasion = document.evasion
    names = [one.id for one in document.severities]
    if evasion.severity is None:
        return said
    moments = [at, *(fact.at for fact in map(turn.recall, about) if fact is not None)]
    evaded = [
        names.index(other.severity)
        for other in earlier
        if other.severity in names
        and other.state not in ("overturned", "reinstated")
        and any(one.in_force(moment) for one in other.sanctions for moment in moments)
    ]
    if not evaded:
        return said
    most = names.index(evasion.severity.max)
    return names[max(names.index(said), min(max(evaded) + evasion.severity.case, most))]


def fails(case: Case, order: Order) -> bool:
    """Whether the case is the evasion that failed the order, and nobody has claimed to have met it since."""
    return order.state == "failed" and order.failed_by == case.id


def expiry_steps(outcome: str) -> tuple[Step, ...]:
    """What an order that was not met leads to; what is taken down may come back once it is met after all."""
    return (Step(action=outcome, until="rectified" if outcome == "delist" else None),)  # type: ignore[arg-type]


def _take_back(turn: Turn, account: Account, case: Case) -> None:
    _undo(turn, account, case)
    case.sanctions, case.notices = [], ()
    for follower in account.cases:
        if follower.parent == case.id and follower.state in ("in_force", "ended"):
            _undo(turn, account, follower)
            follower.state = turn.move("decision", follower.id, follower.state, "overturn")


def _carry_over(turn: Turn, account: Account, case: Case, before: Order) -> None:
    """What the account has done about the order as it was stays done."""
    order = case.order
    if order is None:
        return
    if before.state == "passed":
        case.order = before
        end_case(turn, account, case, only="rectified")
        return
    order.open, order.claimed, order.attempts = before.open, before.claimed, before.attempts
    for reason in before.stops:
        stop_clock(turn, case, reason)


def _actions(steps: Iterable[Step]) -> list[str]:
    return sorted(step.action for step in steps if step.on is None and step.action != "hide")


def _stepped(case: Case) -> list[str]:
    return sorted(sanction.action for sanction in case.sanctions)


def _impose(
    turn: Turn,
    account: Account,
    document: PolicyDocument,
    case: Case,
    steps: Sequence[Step],
    *,
    since: datetime,
    again: bool = False,
) -> None:
    subject = turn.rules.subject(document, account.profile)
    effects = step_effects(document, steps, subject, since, "applied")
    suspended = next((_until(effect, since, steps) for effect in effects if effect.effect == "suspend"), None)
    for effect, step in zip(effects, steps, strict=True):
        if effect.effect == "hide":
            hide_items(turn, account, case)
        elif effect.target == "owner":
            _restrict_owner(turn, account, case, effect, step)
        else:
            case.sanctions.append(_sanction(document, effect, step, since, suspended))
        if effect.effect == "network_block":
            list_hosts(turn, account, document, case)
    if any(one.until_event == "rectified" and one.action in _ORDERED for one in case.sanctions):
        case.order = _order(turn, document, case, subject, steps, suspended, again=again)
    case.action = strongest(effect.effect for effect in effects)
    case.notices = notices_sent(document, case, subject)
    _reach_principal(turn, account, document, case)


def _sanction(
    document: PolicyDocument, effect: Effect, step: Step, since: datetime, suspended: datetime | None
) -> Sanction:
    ordered = effect.effect == "rectify_order"
    return Sanction(
        action=effect.effect,
        start=suspended if ordered and suspended is not None else since,
        functions=effect.functions or functions_of(document, effect.effect),
        until=None if ordered else _until(effect, since, (step,)),
        until_event=effect.until_event,
        permanent=step.permanent or effect.effect in PERMANENT,
        ended=since if effect.effect == "warn" else None,
    )


def _until(effect: Effect, since: datetime, steps: Sequence[Step]) -> datetime | None:
    lasting = next((step.lasting for step in steps if step.action == effect.effect and step.lasting), None)
    return None if lasting is None else since + lasting.fixed


def _order(
    turn: Turn,
    document: PolicyDocument,
    case: Case,
    subject: str | None,
    steps: Sequence[Step],
    suspended: datetime | None,
    *,
    again: bool,
) -> Order:
    step = next((step for step in steps if step.action == "rectify_order"), None)
    within = None
    if step is not None:
        kind = document.subjects.get(subject or "")
        length = step.within or (kind.rectify if kind else None)
        within = None if length is None else int(length.fixed.total_seconds())
    # Nobody could have met an order that was not yet given: decided again, its clock starts now.
    starts = turn.now if again else case.delivered
    if document.orders.clock.starts == "decision" and not again:
        starts = case.at
    if suspended is not None and starts is not None:
        starts = max(starts, suspended)
    order = Order(state="awaiting", within=within, starts=starts, items=case.items, open=case.items)
    if starts is not None and within is not None:
        order.deadline = starts + timedelta(seconds=within)
    if starts is not None and starts <= turn.now:
        order.state = turn.move("order", case.id, order.state, "start")
    return order


def _restrict_owner(turn: Turn, account: Account, case: Case, effect: Effect, step: Step) -> None:
    owner = account.profile.owner
    if owner is None:
        return
    case.owner = owner
    turn.send(
        owner,
        OwnerRestricted,
        subject=owner,
        case=case.id,
        policy=case.policy,
        functions=effect.functions,
        category=case.category,
        severity=case.severity,
        version=case.version,
        trigger=case.trigger,
        until=_until(effect, case.at, (step,)),
    )


def _reach_principal(turn: Turn, account: Account, document: PolicyDocument, case: Case) -> None:
    principal = account.profile.principal
    if principal is None:
        return
    key = f"principal:{principal}"
    if case.action == "ban_permanent":
        turn.send(key, BanInForce, principal=principal, account=account.id, case=case.id)
    category = document.categories.get(case.category or "")
    if category is not None and "blacklist_principal" in category.also.get(case.severity or "", ()):
        turn.send(key, PrincipalBlacklisted, principal=principal, account=account.id, case=case.id)


def evades(document: PolicyDocument, case: Case, category: str) -> bool:
    """Whether a violation of that category fails the open order of the case."""
    ladder = document.ladder_of.get(case.ladder)
    return ladder is not None and any(fnmatchcase(category, pattern) for pattern in ladder.fails_order)


def rectified(turn: Turn, account: Account, case: Case) -> None:
    """The order was met: what waited for it ends, hidden items come back, and a relapse counts for a while."""
    document = turn.rules.document(case.policy)
    case.rectified_at = turn.now
    ladder = document.ladder_of.get(case.ladder)
    if ladder is not None and ladder.reoffence is not None:
        case.reoffence_until = turn.now + ladder.reoffence.within.fixed
    for other in account.cases:
        followed = other.parent == case.id or (case.order is not None and case.order.failed_by == other.id)
        if followed and other.state == "in_force":
            end_case(turn, account, other, only="rectified")
    end_case(turn, account, case, only="rectified")
