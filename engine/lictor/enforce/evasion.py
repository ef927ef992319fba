"""Coming back under another account or group: recognised from its principal, its members and its notice."""

from __future__ import annotations

from lictor.enforce.routed import (
    BanInForce,
    BanLifted,
    EvasionFound,
    NewAccount,
    NewGroup,
    PrincipalBlacklisted,
)
from lictor.enforce.states import Account, Principal
from lictor.enforce.turn import Turn
from lictor.facts.kinds import AccountCreated, GroupCreated

__all__ = ["ask_groups", "ask_principal", "on_principal", "successor"]


def ask_principal(turn: Turn, account: Account, fact: AccountCreated) -> None:
    """Asks the principal behind a new account whether it may open one."""
    if fact.principal is not None:
        account.profile.principal = fact.principal
    principal = account.profile.principal
    if principal is not None:
        key = f"principal:{principal}"
        turn.send(key, NewAccount, principal=principal, account=account.id)


def on_principal(
    turn: Turn, principal: Principal, fact: NewAccount | BanInForce | BanLifted | PrincipalBlacklisted
) -> None:
    """What a principal's accounts lead to for it, and for the next one."""
    if isinstance(fact, BanInForce):
        principal.bans[f"{fact.account} {fact.case}"] = fact.account
    elif isinstance(fact, BanLifted):
        principal.bans.pop(f"{fact.account} {fact.case}", None)
        principal.blacklisted_by = [one for one in principal.blacklisted_by if one != fact.case]
    elif isinstance(fact, PrincipalBlacklisted):
        principal.blacklisted_by.append(fact.case)
    else:
        document = turn.rules.policies[0].policy.document
        rule = document.evasion.new_account
        others = [account for account in principal.bans.values() if account != fact.account]
        if rule is not None and (others or principal.blacklisted_by):
            turn.send(
                fact.account,
                EvasionFound,
                subject=fact.account,
                category=rule.category,
                action=rule.then,
                policy=document.policy,
            )


def ask_groups(turn: Turn, account: Account, fact: GroupCreated) -> None:
    """Asks the groups that share members with a new one whether it continues them."""
    for group in sorted(fact.member_overlap):
        turn.send(
            group,
            NewGroup,
            subject=group,
            successor=account.id,
            overlap=fact.overlap_ppm(group),
            same_notice=fact.same_notice_as == group,
        )


def successor(turn: Turn, account: Account, fact: NewGroup) -> None:
    """Whether a new group continues this one, which was disabled a short while ago."""
    document = turn.rules.judges(account.profile.pack)[0].policy.document
    rule = document.evasion.successor_group
    if rule is None or fact.overlap < rule.min_member_overlap or (rule.same_notice and not fact.same_notice):
        return
    since = turn.now - rule.within.fixed
    for case in account.cases:
        if any(one.action == "disable" and one.in_force(turn.now) and one.start >= since for one in case.sanctions):
            turn.send(
                fact.successor,
                EvasionFound,
                subject=fact.successor,
                category=rule.category,
                action=rule.then,
                policy=document.policy,
            )
            return
