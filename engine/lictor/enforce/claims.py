"""Claims to have rectified, their checks, and what follows when an order is not met."""

from __future__ import annotations

from lictor.enforce.cases import Verdict, carry_out, expiry_steps, rectified
from lictor.enforce.orders import claimed, open_orders, resume_clock, stop_clock
from lictor.enforce.rulebook import Next
from lictor.enforce.states import Account, Case
from lictor.enforce.turn import Turn
from lictor.facts.kinds import RectifyClaim, Reinspection

__all__ = ["claim", "expire", "inspect"]

_OVER = ("expired", "failed")


def claim(turn: Turn, account: Account, fact: RectifyClaim) -> None:
    """The account says it has met every open order: their clocks stop until somebody has checked."""
    cases = [*open_orders(account), *_late(turn, account)]
    account.claim_accepted = False
    if not cases:
        over = any(case.order is not None and case.order.state in _OVER for case in account.cases)
        turn.refused = "claim_too_late" if over else "no_open_order"
        return
    for case in cases:
        order, document = case.order, turn.rules.document(case.policy)
        assert order is not None
        if order.state in _OVER:
            order.state = turn.move("order", case.id, order.state, "claim_late")
        elif "claim" not in order.stops:
            if order.attempts >= document.orders.attempts:
                turn.refused = "claim_attempts_exhausted"
                continue
            order.attempts += 1
            stop_clock(turn, case, "claim")
        order.claimed = tuple(dict.fromkeys((*order.claimed, *fact.fixed)))
        order.open = tuple(one for one in order.open if one not in fact.fixed)
        account.claim_accepted = True
    if account.claim_accepted:
        turn.refused = None


def inspect(turn: Turn, account: Account, fact: Reinspection) -> None:
    """The claims were checked: what was met is over, what was not has the rest of its time."""
    cases = [case for case in account.cases if case.order is not None and claimed(case.order)]
    if not cases:
        turn.refused = "no_claim"
        return
    for case in cases:
        order = case.order
        assert order is not None
        if fact.outcome == "passed":
            order.state = turn.move("order", case.id, order.state, "pass")
            order.open, order.claimed, order.stops = (), (), ()
            rectified(turn, account, case)
            continue
        still = fact.still_open if fact.still_open is not None else (*order.open, *order.claimed)
        order.open = tuple(one for one in order.items if one in still) if order.items else tuple(still)
        order.claimed = ()
        if order.state == "reclaimed":
            order.state = turn.move("order", case.id, order.state, "fail")
        else:
            resume_clock(turn, case, "claim")


def expire(turn: Turn, account: Account, case: Case) -> None:
    """The deadline passed: what the policy says follows for that kind of account."""
    assert case.order is not None
    document = turn.rules.document(case.policy)
    case.order.state = turn.move("order", case.id, case.order.state, "expire")
    outcome = turn.rules.on_expiry(document, account.profile)
    step = _next_rung(turn, case) if outcome == "next_step" else None
    if outcome is None or (outcome == "next_step" and step is None):
        return
    steps = expiry_steps(outcome) if step is None else step.steps
    if outcome != "delist":
        for sanction in case.sanctions:
            if sanction.until_event == "rectified" and sanction.ended is None:
                sanction.ended = turn.now
    version = None if case.version is None else document.version_numbers[case.version]
    follower = carry_out(
        turn,
        account,
        document,
        Verdict(
            trigger="system",
            steps=steps,
            category=case.category,
            severity=case.severity,
            version=version,
            next=step,
            parent=case.id,
            about=case.about,
            delivered=turn.now,
        ),
        id=f"{case.id}>expiry",
    )
    if step is not None:
        case.reached = follower.rung


def _late(turn: Turn, account: Account) -> list[Case]:
    document = turn.rules.judges(account.profile.pack)[0].policy.document
    kind = document.subjects.get(turn.rules.subject(document, account.profile) or "")
    if kind is None or not kind.late_claims:
        return []
    return [case for case in account.cases if case.order is not None and case.order.state in _OVER]


def _next_rung(turn: Turn, case: Case) -> Next | None:
    document = turn.rules.document(case.policy)
    ladder = document.ladder_of.get(case.ladder)
    if ladder is None or case.rung is None:
        return None
    rung = min(case.rung + 1, len(ladder.steps))
    return Next(ladder, rung, ladder.steps[rung - 1])
