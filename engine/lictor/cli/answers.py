"""What people decide, as facts: reviews of what waits, and answers to appeals. Only what waits can be decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lictor.cli.acting import Scene
from lictor.cli.lives import new_id
from lictor.enforce import Account
from lictor.enforce.states import Case, Item
from lictor.errors import UsageError
from lictor.facts import Trigger
from lictor.facts.kinds import AppealDecision, Review
from lictor.report.queue import Waiting, waiting_at

__all__ = ["answer_appeal", "review_of", "waiting_thing"]

_LIST = "`lictor case list` shows what does"


def waiting_thing(scene: Scene, id: str) -> Waiting:  # noqa: A002
    """The thing with that id that waits: an item, an appeal, or whatever waits longest at an account."""
    account = _account_of(scene, id)
    things = waiting_at(account)
    found = next((one for one in things if one.id == id), None)
    if found is None and id == account.id:
        found = next((one for one in things if one.kind == "item"), None)
    if found is None:
        raise UsageError(f"nothing waits for a person at `{id}`", hint=_settled(account, id) or _LIST)
    return found


def review_of(
    scene: Scene,
    ids: Sequence[str],
    outcome: Literal["upheld", "dismissed"],
    *,
    by: str,
    category: str | None = None,
    severity: str | None = None,
    trigger: Trigger | None = None,
    items: Sequence[str] = (),
    note: str | None = None,
    named: str | None = None,
) -> Review:
    """The review of these things, all of one account: items, or the account with all that waits there."""
    things = [_reviewable(scene, id) for id in ids]  # noqa: A001
    accounts = {account.id for account, _ in things}
    if len(accounts) > 1:
        raise UsageError(
            "these are of several accounts: " + ", ".join(f"`{one}`" for one in sorted(accounts)),
            hint="decide each account's by itself",
        )
    account = things[0][0]
    waiting = waiting_at(account)
    about = tuple(dict.fromkeys(name for _, names in things for name in names))
    review = next((one for one in waiting if one.kind == "review"), None)
    found = trigger or (review.trigger if review is not None else None) or "proactive"
    return Review(
        id=new_id("review", named),
        at=scene.now,
        by=by,
        note=note,
        subject=account.id,
        outcome=outcome,
        category=category or (review.category if review is not None and not about else None),
        severity=severity or (review.severity if review is not None and not about else None),
        about=about,
        trigger=found,  # type: ignore[arg-type]
        items=tuple(items),
    )


def answer_appeal(
    scene: Scene,
    id: str,  # noqa: A002
    outcome: Literal["rejected", "granted"],
    *,
    by: str,
    named: str | None = None,
) -> AppealDecision:
    """The answer to the appeal with that id, which must wait for one."""
    thing = waiting_thing(scene, id)
    if thing.kind != "appeal":
        raise UsageError(f"`{id}` is no appeal", hint="`lictor appeal list` shows those that wait")
    return AppealDecision(id=new_id("answer", named), at=scene.now, by=by, appeal=thing.id, outcome=outcome)


def _reviewable(scene: Scene, id: str) -> tuple[Account, Sequence[str]]:  # noqa: A002
    """The account, and the items that a review of that thing is about."""
    account = _account_of(scene, id)
    things = waiting_at(account)
    if id == account.id and id not in account.items:
        if any(one.kind != "appeal" for one in things):
            return account, [one.id for one in things if one.kind == "item"]
    elif any(one.kind == "item" and one.id == id for one in things):
        return account, [id]
    elif any(one.kind == "appeal" and one.id == id for one in things):
        raise UsageError(f"`{id}` is an appeal", hint=f"answer it with `lictor appeal grant {id}` or `reject`")
    raise UsageError(f"nothing waits for a person at `{id}`", hint=_settled(account, id) or _LIST)


def _account_of(scene: Scene, id: str) -> Account:  # noqa: A002
    fact = scene.ledger.fact(id)
    if fact is not None and fact.record.account is not None:
        return scene.lives.account(fact.record.account)
    return scene.account(id)


def _settled(account: Account, id: str) -> str:  # noqa: A002
    """Who was there before, if somebody was."""
    by = next((case for case in reversed(account.cases) if id in case.about and case.by is not None), None)
    if by is not None:
        return f"{by.by} upheld it on {by.at.isoformat()}: see decision `{by.id}` in `lictor account show {account.id}`"
    held: list[Case | Item] = [*account.cases, *account.items.values()]
    appeal = next((one.appeal for one in held if one.appeal is not None and one.appeal.id == id), None)
    return "" if appeal is None else f"that appeal was {appeal.state}"
