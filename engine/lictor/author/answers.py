"""What a probe asks, answered from the states: one function for each key that may be expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from lictor.enforce import Account, Address, Enforcer, Holding, Host, Principal, Rulebook, Standing, standing
from lictor.enforce.network import address_blocked, address_name, host_name
from lictor.enforce.standing import is_hidden, notice_on
from lictor.enforce.states import Case, Item
from lictor.errors import UsageError
from lictor.facts import instant, suggest
from lictor.facts.kinds import ContentPublished, Fact, TransferAttempt

__all__ = ["KEYS", "Asked", "answer", "same"]

_AT_LEAST = ("functions_allowed", "pages_allowed")
_WITHDRAW = "payments.withdraw"
_DONE = {"hidden": "hide", "filtered": "filter", "refused": "refuse"}


@dataclass(frozen=True)
class Asked:
    """A probe in a world at an instant, and what it can be asked of."""

    enforcer: Enforcer
    rules: Rulebook
    probe: Mapping[str, Any]
    at: datetime
    told: Mapping[str, Fact]

    @cached_property
    def account(self) -> Account:
        """The account that is asked about."""
        name = self.probe.get("subject")
        if name is None and isinstance(self.published, ContentPublished):
            name = self.published.subject
        if name is None:
            raise UsageError(f"probe `{self.probe.get('id')}` names no subject")
        state = self.enforcer.state(str(name))
        if not isinstance(state, Account):
            raise UsageError(f"probe `{self.probe.get('id')}`: `{name}` is no account")
        return state

    @cached_property
    def standing(self) -> Standing:
        """Where that account stands."""
        return standing(self.rules, self.account, self.at)

    @cached_property
    def published(self) -> Fact | None:
        """What was published as the item that is asked about."""
        return self.told.get(str(self.probe.get("item")))

    @cached_property
    def item(self) -> Item | None:
        """What is remembered of that item, at whoever published it; nothing where nothing was found."""
        if "item" not in self.probe:
            return None
        author = self.published.subject if isinstance(self.published, ContentPublished) else self.account.id
        state = self.enforcer.state(author)
        return state.items.get(str(self.probe["item"])) if isinstance(state, Account) else None

    @cached_property
    def host(self) -> Host | None:
        """The listed host that the one asked about belongs to, or else the flagged one."""
        access = self.probe.get("access")
        labels = host_name(str(access.get("host", "") if isinstance(access, Mapping) else "")).split(".")
        states = [self.enforcer.state(f"host:{'.'.join(labels[n:])}") for n in range(len(labels))]
        known = [state for state in states if isinstance(state, Host) and state.state != "open"]
        return next((state for state in known if state.state == "listed"), known[0] if known else None)

    @cached_property
    def case(self) -> Case | None:
        """The decision asked about: the newest in force."""
        return self.standing.case


def answer(asked: Asked, key: str, wanted: object) -> Any:
    """What the world says to that key. `wanted` only tells which regions `visible_to` asks about."""
    if key not in KEYS:
        raise UsageError(f"a probe cannot expect `{key}`", hint=suggest(key, KEYS))
    if key == "visible_to":
        regions = wanted if isinstance(wanted, Mapping) else {}
        return {region: _visible(asked, region) for region in regions}
    return KEYS[key](asked)


def same(key: str, wanted: Any, got: Any) -> bool:
    """Whether the answer is the one expected: lists as sets, instants as instants."""
    if key == "category_includes":
        return wanted in got
    if isinstance(wanted, list):
        if not isinstance(got, list | tuple):
            return False
        named, found = {str(one) for one in wanted}, {str(one) for one in got}
        return named <= found if key in _AT_LEAST else named == found
    if isinstance(got, datetime):
        return isinstance(wanted, str | datetime) and instant(wanted) == got
    if isinstance(got, date):
        return str(wanted)[:10] == got.isoformat()
    return bool(wanted == got)


def _of_item(asked: Asked, name: str) -> Any:
    """The item's own answer, where the probe names one that a decision in force is not about."""
    item = asked.item
    if item is not None and item.state != "public" and (asked.case is None or item.id not in asked.case.about):
        return getattr(item, name)
    return None


def _sanction(asked: Asked) -> Any:
    if "access" in asked.probe:
        return None if _allowed(asked) else "network_block"
    own = _of_item(asked, "state")
    return asked.standing.sanction if own is None else _DONE.get(own)


def _permanent(asked: Asked) -> bool:
    return not _allowed(asked) if "access" in asked.probe else asked.standing.permanent


def _case(name: str) -> Callable[[Asked], Any]:
    def of_case(asked: Asked) -> Any:
        if asked.host is not None and asked.host.blocks:
            return getattr(asked.host.blocks[0], name, None)
        if "access" in asked.probe:
            return None
        own = _of_item(asked, name) if name in Item.__struct_fields__ else None
        return own if own is not None else getattr(asked.case, name, None)

    return of_case


def _standing(name: str) -> Callable[[Asked], Any]:
    return lambda asked: getattr(asked.standing, name)


def _version_at(asked: Asked) -> str | None:
    document = asked.rules.judges(asked.account.profile.pack)[0].policy.document
    number = asked.rules.version(document, asked.at)
    return None if number is None else document.versions[number].id


def _decision(asked: Asked) -> str:
    return "none" if not asked.standing.decided else (asked.case.action if asked.case else "ended")


def _hidden(asked: Asked) -> bool:
    return asked.standing.all_content_hidden or (asked.item is not None and is_hidden(asked.item))


def _notice(place: Literal["visitor_notice", "old_link_notice"]) -> Callable[[Asked], str | None]:
    def shown(asked: Asked) -> str | None:
        of_account: str | None = getattr(asked.standing, place)
        if of_account is not None or asked.item is None:
            return of_account
        return notice_on(asked.rules, asked.account, asked.item)

    return shown


def _visible(asked: Asked, region: str) -> bool:
    item = asked.item
    if asked.standing.all_content_hidden:
        return False
    return (
        item is None
        or item.state in ("public", "flagged")
        or (item.state == "hidden" and bool(item.viewers) and region not in item.viewers)
    )


def _delivered(asked: Asked) -> bool:
    return asked.item is None or asked.item.state not in ("filtered", "refused")


def _flagged(asked: Asked) -> bool:
    if "access" in asked.probe:
        return asked.host is not None and asked.host.state == "flagged"
    if "item" in asked.probe:
        return asked.item is not None and asked.item.pending
    return asked.standing.flagged_for_review


def _pages(asked: Asked, *, blocked: bool) -> list[str]:
    paths: dict[str, bool] = {}
    gone = asked.standing.all_content_hidden or asked.standing.state == "delisted"
    for item in asked.account.items.values():
        if item.path is not None:
            paths[item.path] = paths.get(item.path, gone) or item.state == "hidden"
    return [path for path, hidden in paths.items() if hidden == blocked]


def _principal(asked: Asked) -> bool:
    name = asked.account.profile.principal
    state = asked.enforcer.state(f"principal:{name}") if name else None
    return isinstance(state, Principal) and bool(state.blacklisted_by)


def _functions_allowed(asked: Asked) -> list[str]:
    names = {name for one in asked.rules for name in one.policy.document.functions}
    return sorted(names - set(asked.standing.functions_restricted))


def _transfer(asked: Asked, name: str) -> Any:
    fact = asked.told.get(str(asked.probe["transfer"]))
    if not isinstance(fact, TransferAttempt):
        raise UsageError(f"probe `{asked.probe.get('id')}`: `{asked.probe['transfer']}` is no transfer")
    state = asked.enforcer.state(f"holding:{fact.item}")
    transfer = state.transfers.get(fact.id) if isinstance(state, Holding) else None
    return getattr(transfer, name, None)


def _allowed(asked: Asked) -> Any:
    if "transfer" in asked.probe:
        return _transfer(asked, "allowed")
    access = asked.probe.get("access")
    if not isinstance(access, Mapping):
        raise UsageError(f"probe `{asked.probe.get('id')}` asks about no `access` and no `transfer`")
    region = access.get("viewer_region")
    if "ip" in access:
        state = asked.enforcer.state(f"ip:{address_name(str(access['ip']))}")
        return not (isinstance(state, Address) and region in state.viewers and address_blocked(state, asked.at))
    host = asked.host
    return not (host is not None and host.state == "listed" and region in host.viewers)


def _decision_status(asked: Asked) -> str | None:
    contested = asked.standing.contested
    if isinstance(contested, Item) and contested.appeal is not None:
        return "overturned" if contested.appeal.state == "granted" else "in_force"
    last = contested or next(reversed(asked.account.cases), None)
    return None if last is None else last.state


KEYS: Mapping[str, Callable[[Asked], Any]] = {
    "state": _standing("state"),
    "decision": _decision,
    "sanction": _sanction,
    "permanent": _permanent,
    "category": _case("category"),
    "category_includes": lambda asked: [one.category for one in asked.item.findings] if asked.item else [],
    "severity": _case("severity"),
    "version": _case("version"),
    "version_at": _version_at,
    "trigger": _case("trigger"),
    "rung": _case("rung"),
    "until": lambda asked: None if "access" in asked.probe else asked.standing.until,
    "deadline": _standing("deadline"),
    "clock": _standing("clock"),
    "items_open": _standing("items_open"),
    "strikes_active": _standing("strikes"),
    "strike_expires": _standing("strike_expires"),
    "reoffence_window_until": _standing("reoffence_window_until"),
    "functions_restricted": _standing("functions_restricted"),
    "functions_allowed": _functions_allowed,
    "open_review": _standing("open_review"),
    "delivered": _delivered,
    "hidden": _hidden,
    "hidden_items": _standing("hidden_items"),
    "all_content_hidden": _standing("all_content_hidden"),
    "visible_to": _visible,  # type: ignore[dict-item]
    "flagged_for_review": _flagged,
    "visitor_notice": _notice("visitor_notice"),
    "old_link_notice": _notice("old_link_notice"),
    "search_result": _standing("search_result"),
    "notices": _standing("notices"),
    "search_hidden_for": _standing("search_hidden_for"),
    "name": _standing("name"),
    "pending_name": _standing("pending_name"),
    "aliases": _standing("aliases"),
    "rename_revocable_until": _standing("rename_revocable_until"),
    "appeal_state": _standing("appeal_state"),
    "appeal_until": _standing("appeal_until"),
    "appeal_answer_due": _standing("appeal_answer_due"),
    "second_appeal_accepted": lambda asked: asked.account.second_appeal_accepted,
    "refuse_reason": lambda asked: _transfer(asked, "reason") if "transfer" in asked.probe else asked.account.refused,
    "decision_status": _decision_status,
    "claim_accepted": lambda asked: asked.account.claim_accepted,
    "extension_granted": lambda asked: asked.account.extensions[0] if asked.account.extensions else None,
    "second_extension_granted": lambda asked: (
        asked.account.extensions[1] if len(asked.account.extensions) > 1 else None
    ),
    "can_withdraw": lambda asked: _WITHDRAW not in asked.standing.functions_restricted,
    "principal_blacklisted": _principal,
    "referred_to_authority": lambda asked: asked.account.referred,
    "pages_blocked": lambda asked: _pages(asked, blocked=True),
    "pages_allowed": lambda asked: _pages(asked, blocked=False),
    "allowed": _allowed,
    "allowed_from": lambda asked: _transfer(asked, "allowed_from"),
    "reason": lambda asked: _transfer(asked, "reason") if "transfer" in asked.probe else None,
}
"""The keys a probe may expect, each with what answers it."""
