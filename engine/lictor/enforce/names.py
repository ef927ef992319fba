"""Names: a new one takes effect after a while, and can be taken back until then; the account stays the same."""

from __future__ import annotations

from lictor.enforce.states import Account, Alias, Rename
from lictor.enforce.turn import Turn
from lictor.facts.kinds import RenameRequest

__all__ = ["confirm", "request", "revoke"]


def request(turn: Turn, account: Account, fact: RenameRequest) -> None:
    """The account asks for another name."""
    if account.rename is not None:
        turn.refused = "rename_pending"
        return
    if account.profile.name is None:
        account.profile.name = fact.old
    renames = turn.rules.judges(account.profile.pack)[0].policy.document.renames
    until = turn.now if renames is None else turn.now + renames.confirm.fixed
    turn.move("rename", "self", "settled", "request")
    account.rename = Rename(fact.to, turn.now, until)


def revoke(turn: Turn, account: Account) -> None:
    """The account takes its request back."""
    if account.rename is None:
        turn.refused = "no_rename_pending"
        return
    turn.move("rename", "self", "pending", "revoke")
    account.rename = None


def confirm(turn: Turn, account: Account) -> None:
    """The new name takes effect; the old one is remembered, so that search and sanctions follow the account."""
    rename = account.rename
    assert rename is not None
    renames = turn.rules.judges(account.profile.pack)[0].policy.document.renames
    turn.move("rename", "self", "pending", "confirm")
    if account.profile.name is not None and renames is not None:
        account.aliases = [one for one in account.aliases if one.name != account.profile.name]
        account.aliases.append(Alias(account.profile.name, turn.now + renames.alias_lookback.fixed))
    account.profile.name, account.rename = rename.to, None
