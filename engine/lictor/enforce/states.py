"""What is remembered between facts, one value a key: an account, a principal, a host, an address, a collectible.

A state is a cache: folding the key's facts again gives it back byte for byte. It holds what later facts and questions
need, and nothing of what was said: no text is in it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct, field

__all__ = [
    "Account",
    "Address",
    "Alias",
    "Appeal",
    "Block",
    "Case",
    "Finding",
    "Holding",
    "Host",
    "Item",
    "Order",
    "Principal",
    "Profile",
    "Rename",
    "Report",
    "Sanction",
    "Server",
    "State",
    "decode_state",
    "encode_state",
    "fresh",
]


class Profile(Struct, omit_defaults=True):
    """What is known of an account, as it was last told."""

    type: str | None = None
    name: str | None = None
    registered_region: str | None = None
    serves_cn: bool | None = None
    serves_cn_from: datetime | None = None
    principal: str | None = None
    owner: str | None = None
    licence: str | None = None
    domains: tuple[str, ...] = ()
    ips: tuple[str, ...] = ()
    pack: str | None = None
    signals: dict[str, str | int | bool] = {}


class Finding(Struct, frozen=True, omit_defaults=True):
    """What a text was found to break: under which policy, and what excuses it. No words of the text.

    `guard`, under a guard: `counted` against the rule's budget, or `held` back from what it would do by itself.
    """

    policy: str
    category: str
    severity: str
    field: str
    rule: str | None = None
    effect: str | None = None
    exempted_by: str | None = None
    content_only: bool = False
    guard: Literal["counted", "held"] | None = None


class Appeal(Struct, omit_defaults=True):
    """The appeal against one decision."""

    id: str
    at: datetime
    state: str = "pending"
    number: int = 1


class Item(Struct, omit_defaults=True):
    """Something published of which more may be asked: why it is hidden, by what, from whom."""

    id: str
    form: str
    at: datetime
    state: str = "public"
    hidden_by: list[str] = []
    viewers: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    policy: str | None = None
    version: str | None = None
    category: str | None = None
    severity: str | None = None
    pending: bool = False
    appeal: Appeal | None = None
    standing: bool = False
    path: str | None = None
    judge_again: datetime | None = None


class Sanction(Struct, omit_defaults=True):
    """One thing taken away: from when, until when (inclusive) or until what, and when it was ended before that."""

    action: str
    start: datetime
    functions: tuple[str, ...] = ()
    until: datetime | None = None
    until_event: str | None = None
    permanent: bool = False
    ended: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Whether it holds at that instant; `until` still counts."""
        return (
            self.start <= now and (self.ended is None or now < self.ended) and (self.until is None or now <= self.until)
        )


class Order(Struct, omit_defaults=True):
    """An order to rectify: its clock, its items, its claims. Without a deadline nothing expires."""

    state: str
    within: int | None
    starts: datetime | None
    deadline: datetime | None = None
    items: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    stopped_at: datetime | None = None
    failed_by: str | None = None
    failed_at: datetime | None = None
    attempts: int = 0
    extensions: int = 0


class Case(Struct, omit_defaults=True):
    """A decision about the account that is more than a hidden item: who made it, on what, and what it took away.

    `rung` is the step it was decided on, `reached` the highest it has led to since. `provisional`: it came of detection
    alone, and ends when a person has looked. `items` are what an order has to name, `said` the severity that a person
    gave where evasion made it graver.
    """

    id: str
    at: datetime
    trigger: str
    policy: str
    category: str | None = None
    severity: str | None = None
    version: str | None = None
    by: str | None = None
    parent: str | None = None
    ladder: str | None = None
    rung: int | None = None
    reached: int | None = None
    strike_until: datetime | None = None
    offence_at: datetime | None = None
    about: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    said: str | None = None
    provisional: bool = False
    sanctions: list[Sanction] = []
    order: Order | None = None
    state: str = "in_force"
    delivered: datetime | None = None
    rectified_at: datetime | None = None
    reoffence_until: datetime | None = None
    appeal: Appeal | None = None
    notices: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    owner: str | None = None
    action: str = "none"


class Report(Struct, frozen=True):
    """An eligible complaint."""

    by: str
    at: datetime


class Rename(Struct, frozen=True):
    """A name that was asked for."""

    to: str
    at: datetime
    until: datetime


class Alias(Struct, frozen=True):
    """A name the account had, and until when it is remembered."""

    name: str
    until: datetime


class Account(Struct, tag="account", omit_defaults=True):
    """An account's life so far.

    `seen` is the instant of the newest fact that changed it; `awaited` names what facts spoke of before it was known.
    """

    id: str
    seen: datetime | None = None
    profile: Profile = field(default_factory=Profile)
    cases: list[Case] = []
    items: dict[str, Item] = {}
    review: str = "closed"
    review_since: datetime | None = None
    reports: list[Report] = []
    complained: bool = False
    rename: Rename | None = None
    aliases: list[Alias] = []
    refused: str | None = None
    claim_accepted: bool | None = None
    extensions: list[bool] = []
    second_appeal_accepted: bool | None = None
    appeal: str | None = None
    referred: bool = False
    flagged_hosts: list[str] = []
    past_ips: list[str] = []
    awaited: list[str] = []


class Principal(Struct, tag="principal", omit_defaults=True):
    """A person or company behind accounts: the bans in force against them, and whether they may open no more."""

    id: str
    seen: datetime | None = None
    bans: dict[str, str] = {}
    blacklisted_by: list[str] = []


class Block(Struct, frozen=True, omit_defaults=True):
    """A decision that blocks a host."""

    case: str
    category: str | None = None
    severity: str | None = None
    version: str | None = None
    trigger: str = "proactive"


class Host(Struct, tag="host", omit_defaults=True):
    """A host: which subject it belongs to, what blocks it, and for which viewers."""

    id: str
    seen: datetime | None = None
    state: str = "open"
    subject: str | None = None
    blocks: list[Block] = []
    viewers: tuple[str, ...] = ()


class Server(Struct, omit_defaults=True):
    """A subject that an address serves, or served until `last`, and whether that subject is listed.

    `alone` is the last instant of a past time in which the address served this subject and listed ones only.
    """

    listed: bool = False
    last: datetime | None = None
    alone: datetime | None = None


class Address(Struct, tag="address", omit_defaults=True):
    """An address: whom it serves (`last` unset) and served, so that it is blocked only while no one else is hit."""

    id: str
    seen: datetime | None = None
    servers: dict[str, Server] = {}
    viewers: tuple[str, ...] = ()
    ttl: int = 0


class Transfer(Struct, frozen=True, omit_defaults=True):
    """What became of an attempt to give a collectible away."""

    allowed: bool
    reason: str | None = None
    allowed_from: datetime | None = None


class Holding(Struct, tag="holding", omit_defaults=True):
    """A collectible: who holds it since when, how many times it changed hands, under which policy it stands."""

    id: str
    seen: datetime | None = None
    state: str = "unheld"
    holder: str | None = None
    since: datetime | None = None
    gifts: int = 0
    pack: str | None = None
    transfers: dict[str, Transfer] = {}


State = Account | Principal | Host | Address | Holding

_DECODER = msgspec.json.Decoder(State)
_KINDS = {"principal": Principal, "host": Host, "ip": Address, "holding": Holding}


def encode_state(state: State) -> bytes:
    """The state as canonical JSON."""
    return msgspec.json.encode(state, order="sorted")


def decode_state(body: bytes) -> State:
    """The state in these bytes."""
    state: State = _DECODER.decode(body)
    return state


def fresh(key: str) -> State:
    """The state of a key of which nothing is known; its beginning (`host:`, `ip:`, ...) says what kind it is."""
    kind, colon, rest = key.partition(":")
    return _KINDS[kind](id=rest) if colon and kind in _KINDS else Account(id=key)
