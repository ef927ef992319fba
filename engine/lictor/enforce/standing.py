"""Where an account stands at an instant, derived from its life: its state, what is taken from it, what it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lictor.enforce.appeals import answer_due, appeal_until
from lictor.enforce.cases import counting
from lictor.enforce.notices import notice_shown
from lictor.enforce.rulebook import Rulebook
from lictor.enforce.states import Account, Case, Item, Sanction
from lictor.policy.actions import strength
from lictor.policy.models import PolicyDocument

__all__ = ["STATES", "Standing", "is_hidden", "notice_on", "standing", "state_of"]

STATES = ("active", "under_review", "restricted", "suspended", "delisted", "disabled", "blocked", "banned")
"""What an account can be, the mildest first; the highest in force is its state."""

_STATE_OF = {
    "restrict": "restricted",
    "rectify_order": "restricted",
    "payment_halt": "restricted",
    "merchant_terminated": "restricted",
    "suspend": "suspended",
    "delist": "delisted",
    "disable": "disabled",
    "block_indefinite": "blocked",
    "network_block": "blocked",
    "ban_permanent": "banned",
}
_OPEN = ("awaiting", "held", "running", "stopped", "reclaimed")
_SEARCH = "search.discoverable"


@dataclass(frozen=True, slots=True)
class Standing:
    """An account at an instant.

    Of its decisions, `case` is the newest that is in force, or was a warning; `contested` is the one that the last
    appeal is about.
    """

    state: str
    name: str | None
    pending_name: str | None
    rename_revocable_until: datetime | None
    aliases: tuple[str, ...]
    case: Case | None
    sanction: str | None
    permanent: bool
    until: datetime | None
    deadline: datetime | None
    clock: str | None
    items_open: tuple[str, ...]
    strikes: int
    strike_expires: datetime | None
    reoffence_window_until: datetime | None
    functions_restricted: tuple[str, ...]
    hidden_items: tuple[str, ...]
    all_content_hidden: bool
    open_review: bool
    flagged_for_review: bool
    visitor_notice: str | None
    old_link_notice: str | None
    search_result: str | None
    search_hidden_for: tuple[str, ...]
    notices: tuple[str, ...]
    appeal_state: str | None
    contested: Case | Item | None
    appeal_until: datetime | None
    appeal_answer_due: date | None
    decided: bool


def standing(rules: Rulebook, account: Account, now: datetime) -> Standing:
    """Where the account stands. Everything foreseen up to that instant must have happened to it."""
    force = [(case, sanction) for case in account.cases for sanction in case.sanctions if sanction.in_force(now)]
    case, sanction = _newest(account, force)
    functions = tuple(dict.fromkeys(name for _, one in force for name in one.functions))
    actions = {one.action for _, one in force}
    state = _state(account, actions, restricted=bool(functions))
    ordered = next((one for one in reversed(account.cases) if one.order and one.order.state in _OPEN), None)
    order = ordered.order if ordered else None
    strikes = counting(account, now)
    name = account.profile.name
    aliases = tuple(alias.name for alias in account.aliases if now <= alias.until)
    hidden = _SEARCH in functions
    contested = _contested(account)
    open_to_appeal = _open_to_appeal(account, case, contested)
    return Standing(
        state=state,
        name=name,
        pending_name=account.rename.to if account.rename else None,
        rename_revocable_until=account.rename.until if account.rename else None,
        aliases=aliases,
        case=case,
        sanction=sanction.action if sanction else None,
        permanent=sanction.permanent if sanction else False,
        until=sanction.until if sanction else None,
        deadline=order.deadline if order else None,
        clock=None if order is None else "running" if order.state == "running" else "stopped",
        items_open=order.open if order else (),
        strikes=len(strikes),
        strike_expires=max((one.strike_until for one in strikes if one.strike_until), default=None),
        reoffence_window_until=max(
            (one.reoffence_until for one in account.cases if one.reoffence_until and now <= one.reoffence_until),
            default=None,
        ),
        functions_restricted=functions,
        hidden_items=tuple(item.id for item in account.items.values() if is_hidden(item)),
        all_content_hidden=state in ("banned", "blocked"),
        open_review=account.review == "open",
        flagged_for_review=any(item.pending for item in account.items.values()) or bool(account.flagged_hosts),
        visitor_notice=_shown(rules, account, "visitor", force),
        old_link_notice=_shown(rules, account, "old_link", force),
        search_result=_shown(rules, account, "search", force),
        search_hidden_for=tuple(dict.fromkeys(one for one in (*aliases, name) if one)) if hidden else (),
        notices=case.notices if case else (),
        appeal_state=None if contested is None or contested.appeal is None else contested.appeal.state,
        contested=contested,
        appeal_until=None
        if open_to_appeal is None
        else appeal_until(_document(rules, account, open_to_appeal), open_to_appeal),
        appeal_answer_due=None
        if contested is None or contested.appeal is None
        else answer_due(_document(rules, account, contested), contested.appeal.at),
        decided=any(not one.provisional or one.sanctions for one in account.cases)
        or any(item.state in ("hidden", "filtered", "refused") for item in account.items.values()),
    )


def state_of(account: Account, now: datetime) -> str:
    """What the account is: one of `STATES`. Everything foreseen up to that instant must have happened to it."""
    force = [sanction for case in account.cases for sanction in case.sanctions if sanction.in_force(now)]
    return _state(account, {one.action for one in force}, restricted=any(one.functions for one in force))


def notice_on(rules: Rulebook, account: Account, item: Item) -> str | None:
    """The notice in place of an item that is hidden; none where it is not."""
    if item.state != "hidden":
        return None
    by = next((case for case in account.cases if case.id in item.hidden_by), None)
    document = _document(rules, account, item)
    case = by or Case(item.id, item.at, "proactive", document.policy, category=item.category)
    subject = rules.subject(document, account.profile)
    return notice_shown(document, "item", case, subject, actions=("hide", case.action), functions=())


def is_hidden(item: Item) -> bool:
    """Whether nobody can see the item: hidden from all, or never let through and found to break the rules."""
    if item.state == "hidden":
        return not item.viewers
    return item.state in ("filtered", "refused") and bool(item.hidden_by)


def _state(account: Account, actions: Iterable[str], *, restricted: bool) -> str:
    reached = {_STATE_OF[action] for action in actions if action in _STATE_OF}
    if restricted or any(case.order and case.order.state in _OPEN for case in account.cases):
        reached.add("restricted")
    if account.review == "open":
        reached.add("under_review")
    return max(reached, key=STATES.index, default="active")


def _newest(account: Account, force: Sequence[tuple[Case, Sanction]]) -> tuple[Case | None, Sanction | None]:
    """The newest case with something in force or a warning, and the strongest of what it has."""
    for _, _, case in sorted(
        ((one.at, n, one) for n, one in enumerate(account.cases)), key=lambda one: one[:2], reverse=True
    ):
        if case.state in ("overturned", "reinstated"):
            continue
        mine = [sanction for one, sanction in force if one is case]
        warned = [sanction for sanction in case.sanctions if sanction.action == "warn"]
        if mine or warned:
            return case, max([*mine, *warned], key=lambda one: strength(one.action))
    return None, None


def _document(rules: Rulebook, account: Account, decided: Case | Item | None) -> PolicyDocument:
    """The policy that something was decided under; of nothing, the first that judges the account."""
    if decided is not None and decided.policy is not None:
        return rules.document(decided.policy)
    return rules.judges(account.profile.pack)[0].policy.document


def _contested(account: Account) -> Case | Item | None:
    """What the last appeal is about."""
    if account.appeal is None:
        return None
    found: Case | Item | None = next((one for one in account.cases if one.id == account.appeal), None)
    return found or account.items.get(account.appeal)


def _open_to_appeal(account: Account, case: Case | None, contested: Case | Item | None) -> Case | Item | None:
    """The newest decision, in force or not, unless another was contested since."""
    newest = case or next((one for one in reversed(account.cases) if one.state in ("in_force", "ended")), None)
    if contested is None or contested.appeal is None or newest is None:
        return contested or newest
    return newest if newest.at > contested.appeal.at else contested


def _shown(
    rules: Rulebook,
    account: Account,
    place: str,
    force: Sequence[tuple[Case, Sanction]],
) -> str | None:
    """The notice of the strongest measure in force that has one for the place, the newest of equals."""
    ranked = sorted(force, key=lambda one: (strength(one[1].action), one[0].at), reverse=True)
    for case, sanction in ranked:
        document: PolicyDocument = rules.document(case.policy)
        subject = rules.subject(document, account.profile)
        found = notice_shown(document, place, case, subject, actions=(sanction.action,), functions=sanction.functions)
        if found is not None:
            return found
    return None
