"""Collectibles: held for a while before they may be given away, and then only to somebody who may have them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from lictor.enforce.days import same_day
from lictor.enforce.routed import Acquired, Offered
from lictor.enforce.states import Account, Holding, Transfer
from lictor.enforce.turn import Turn
from lictor.facts.kinds import Acquire, TransferAttempt
from lictor.policy.models import PolicyDocument

__all__ = ["acquire", "offer", "on_holding"]

_GIFT = "nft.gift"
_GIVEN = "gift"


def acquire(turn: Turn, account: Account, fact: Acquire) -> None:
    """Tells the collectible who holds it now, and under which policy that account stands."""
    key = f"holding:{fact.item}"
    turn.send(key, Acquired, item=fact.item, holder=account.id, pack=account.profile.pack, given=fact.how == _GIVEN)


def offer(turn: Turn, account: Account, fact: TransferAttempt) -> None:
    """Asks the collectible whether it may go; whether its giver may give at all is known here."""
    key = f"holding:{fact.item}"
    taken = any(
        _GIFT in sanction.functions and sanction.in_force(turn.now)
        for case in account.cases
        for sanction in case.sanctions
    )
    turn.send(
        key,
        Offered,
        item=fact.item,
        giver=account.id,
        to=fact.to,
        attempt=fact.id,
        to_age=fact.to_age,
        to_region=fact.to_region,
        paid=fact.paid,
        restricted=taken,
    )


def on_holding(turn: Turn, holding: Holding, fact: Acquired | Offered) -> None:
    """What happens to one collectible."""
    if isinstance(fact, Acquired):
        holding.pack = holding.pack or fact.pack
        holding.state = turn.move("holding", holding.id, holding.state, "acquire")
        holding.holder, holding.since = fact.holder, turn.now
        holding.gifts = max(holding.gifts, int(fact.given))
        return
    document = turn.rules.judges(holding.pack)[0].policy.document
    allowed_from = _allowed_from(document, holding)
    reason = _why_not(document, holding, fact, allowed_from, turn.now)
    holding.transfers[fact.attempt] = Transfer(reason is None, reason, allowed_from)
    if reason is not None:
        turn.refused = reason
        return
    holding.state = turn.move("holding", holding.id, holding.state, "give")
    holding.holder, holding.since, holding.gifts = fact.to, turn.now, holding.gifts + 1


def _allowed_from(document: PolicyDocument, holding: Holding) -> datetime | None:
    if document.transfers is None or holding.since is None:
        return None
    length = document.transfers.regift_hold if holding.gifts else document.transfers.gift_hold
    if length.unit != "calendar years":
        return holding.since + length.fixed
    return same_day(holding.since.astimezone(ZoneInfo(document.timezone)), length.amount)


def _why_not(
    document: PolicyDocument, holding: Holding, fact: Offered, allowed_from: datetime | None, now: datetime
) -> str | None:
    rules = document.transfers
    if holding.state == "unheld" or holding.holder != fact.giver:
        return "not_held"
    if rules is None:
        return None
    if allowed_from is not None and now < allowed_from:
        return "hold_period"
    if fact.to_age is not None and fact.to_age < rules.min_recipient_age:
        return "recipient_age"
    if fact.to_region is not None and fact.to_region != rules.recipient_region:
        return "recipient_region"
    if fact.paid and not rules.paid:
        return "paid_transfer"
    return "function_restricted" if fact.restricted else None
