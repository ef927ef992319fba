"""What one key tells another: effects on an owner, a principal, a host, as facts of their own.

They are made by the fold, never fed in. Each is named after the fact that caused it, so that it happens once.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime

from lictor.facts.kinds import Fact

__all__ = [
    "KINDS",
    "Acquired",
    "AddressLeft",
    "AddressServes",
    "BanInForce",
    "BanLifted",
    "Due",
    "EvasionFound",
    "HostFlagged",
    "HostFreed",
    "HostListed",
    "Lifted",
    "NewAccount",
    "NewGroup",
    "Offered",
    "Ordered",
    "OwnerRestricted",
    "PrincipalBlacklisted",
    "Withdrawn",
    "due",
]


class Due(Fact, frozen=True, kw_only=True, tag="due"):
    """A deadline, an end or a beginning that was foreseen has come."""

    subject: str


class Ordered(Fact, frozen=True, kw_only=True, tag="ordered"):
    """An authority's order, for one of its targets."""

    subject: str
    action: str
    category: str | None = None
    strike: bool = False


class OwnerRestricted(Fact, frozen=True, kw_only=True, tag="owner_restricted"):
    """A decision about a group takes functions from its owner."""

    subject: str
    case: str
    policy: str
    functions: tuple[str, ...]
    category: str | None = None
    severity: str | None = None
    version: str | None = None
    trigger: str = "system"
    until: datetime | None = None


class Lifted(Fact, frozen=True, kw_only=True, tag="lifted"):
    """The decision that led to an effect here was overturned."""

    subject: str
    case: str


class NewAccount(Fact, frozen=True, kw_only=True, tag="new_account"):
    """A principal's new account, for the principal to know."""

    principal: str
    account: str


class NewGroup(Fact, frozen=True, kw_only=True, tag="new_group"):
    """A new group that shares members with this one."""

    subject: str
    successor: str
    overlap: int
    same_notice: bool


class EvasionFound(Fact, frozen=True, kw_only=True, tag="evasion_found"):
    """The circumstances of a new account or group show that it continues another."""

    subject: str
    category: str
    action: str
    policy: str


class BanInForce(Fact, frozen=True, kw_only=True, tag="ban_in_force"):
    """A ban against an account of this principal."""

    principal: str
    account: str
    case: str


class BanLifted(Fact, frozen=True, kw_only=True, tag="ban_lifted"):
    """That ban, or blacklisting, is over."""

    principal: str
    account: str
    case: str


class PrincipalBlacklisted(Fact, frozen=True, kw_only=True, tag="principal_blacklisted"):
    """A decision that reaches the principal itself."""

    principal: str
    account: str
    case: str


class HostListed(Fact, frozen=True, kw_only=True, tag="host_listed"):
    """A host is on the block list."""

    host: str
    subject: str
    case: str
    category: str | None = None
    severity: str | None = None
    version: str | None = None
    trigger: str = "proactive"
    viewers: tuple[str, ...] = ()


class HostFlagged(Fact, frozen=True, kw_only=True, tag="host_flagged"):
    """A host that looks like a mirror, for a person to look at."""

    host: str
    subject: str


class HostFreed(Fact, frozen=True, kw_only=True, tag="host_freed"):
    """A decision no longer blocks the host."""

    host: str
    subject: str
    case: str


class AddressServes(Fact, frozen=True, kw_only=True, tag="address_serves"):
    """An address serves this subject, or did until `last`; `listed` says whether the subject's hosts are blocked."""

    address: str
    subject: str
    listed: bool
    last: datetime | None = None
    viewers: tuple[str, ...] = ()
    ttl: int = 0


class AddressLeft(Fact, frozen=True, kw_only=True, tag="address_left"):
    """An address no longer serves this subject."""

    address: str
    subject: str


class Acquired(Fact, frozen=True, kw_only=True, tag="acquired"):
    """An account holds the collectible from now on; `given`: it was a gift, so the next one has to wait longer."""

    item: str
    holder: str
    pack: str | None = None
    given: bool = False


class Offered(Fact, frozen=True, kw_only=True, tag="offered"):
    """Its holder wants to give the collectible away; `restricted`: giving was taken from that account."""

    item: str
    giver: str
    to: str
    attempt: str
    to_age: int | None = None
    to_region: str | None = None
    paid: bool = False
    restricted: bool = False


class Withdrawn(Fact, frozen=True, kw_only=True, tag="withdrawn"):
    """What was told under that id was never so: a fact that came late changed what led to it."""

    told: str


def due(key: str, at: datetime) -> Due:
    """What was foreseen for that key and instant, under an id that names nobody."""
    named = hashlib.sha256(f"{key} {at.isoformat()}".encode()).digest()
    return Due(id="due:" + base64.b32encode(named).decode("ascii")[:26].lower(), at=at, subject=key)


ToldFact = (
    Acquired | AddressLeft | AddressServes | BanInForce | BanLifted | Due | EvasionFound | HostFlagged | HostFreed
    | HostListed | Lifted | NewAccount | NewGroup | Offered | Ordered | OwnerRestricted | PrincipalBlacklisted
    | Withdrawn
)  # fmt: skip
KINDS: Mapping[str, type[Fact]] = {kind.__struct_config__.tag: kind for kind in ToldFact.__args__}
"""The kinds by the name they are recorded under."""
