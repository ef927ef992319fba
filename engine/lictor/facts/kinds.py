"""The kinds of fact an account's life is made of, a frozen value each, and how they are read from JSON.

Rules held here: a fact has an `id`, an instant `t` with its offset, and a `kind`; the keys of each kind are its own and
no others; instants and names from fixed lists are checked. Ids are the caller's; what they refer to is for the fold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from lictor.errors import UsageError
from lictor.facts.values import EXACT, Field, Surface, Trigger, suggest

__all__ = [
    "KINDS",
    "AccountCreated",
    "Acquire",
    "Appeal",
    "AppealDecision",
    "AuthorityOrder",
    "Complaint",
    "ContentEdited",
    "ContentPublished",
    "ContentRemoved",
    "DnsChange",
    "DomainSeen",
    "ExtensionRequest",
    "Fact",
    "Fix",
    "GroupCreated",
    "NoticeDelivered",
    "RectifyClaim",
    "Reinspection",
    "Reinstatement",
    "RenameRequest",
    "RenameRevoked",
    "Review",
    "SubjectUpdated",
    "TransferAttempt",
    "Truth",
    "fact_from",
    "fact_to",
    "read_fact",
    "without_unknown",
]

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Instant = Annotated[datetime, Meta(tz=True)]
Whole = Annotated[int, Meta(ge=-EXACT, le=EXACT)]
Natural = Annotated[int, Meta(ge=0, le=EXACT)]
Count = Annotated[int, Meta(ge=1, le=EXACT)]
Text = Annotated[str, Meta(max_length=100_000_000)]
Share = Annotated[float, Meta(ge=0, le=1)] | Annotated[str, Meta(pattern=r"^[0-9]{1,7} ppm$")]


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind"):
    """Something that happened: its name for ever, when, and for what a person did, which person.

    `note` is for people; nothing reads it.
    """

    id: Id
    at: Instant = field(name="t")
    by: Id | None = None
    note: str | None = None


class SubjectUpdated(Fact, frozen=True, kw_only=True, tag="subject_updated"):
    """What is known of an account, a group, a site: what is given replaces what was known, the rest stays."""

    subject: Id
    type: str | None = None
    name: str | None = None
    registered_region: str | None = None
    serves_cn: bool | None = None
    serves_cn_from: Instant | None = None
    principal: Id | None = None
    owner: Id | None = None
    licence: str | None = None
    domains: tuple[str, ...] | None = None
    ips: tuple[str, ...] | None = None
    vendor: str | None = None
    pack: str | None = None
    age_years: Whole | None = None
    current_phone_region: str | None = None
    location: str | None = None
    signals: Mapping[str, str | Whole | bool] | None = None


class AccountCreated(Fact, frozen=True, kw_only=True, tag="account_created"):
    """A new account; whose it is, `principal`, may have been said before."""

    subject: Id
    principal: Id | None = None


class GroupCreated(Fact, frozen=True, kw_only=True, tag="group_created"):
    """A new group, with the share of its members that each older group has in common with it."""

    subject: Id
    member_overlap: Mapping[Id, Share] = {}
    same_notice_as: Id | None = None

    def overlap_ppm(self, group: str) -> int:
        """The share of members in common with that group, in parts per million."""
        share = self.member_overlap.get(group, 0.0)
        return int(share.removesuffix(" ppm")) if isinstance(share, str) else round(share * 1_000_000)


class Truth(Struct, frozen=True, forbid_unknown_fields=True):
    """What a perfect detector would report of a text; no categories means benign."""

    categories: tuple[str, ...] = ()
    severity: str | None = None
    evidence: tuple[str, ...] = ()
    exempt: str | None = None
    content_only: bool = False


class ContentPublished(Fact, frozen=True, kw_only=True, tag="content"):
    """Something published: its `form` is the field its text stands in. `boilerplate` is page furniture, never judged.

    `standing` says that it is shown until it is changed, as a menu is; left out, the policy knows it by the form.
    """

    subject: Id
    form: Field
    text: Text
    surface: Surface | None = None
    group: Id | None = field(default=None, name="in")
    standing: bool | None = None
    path: str | None = None
    count: Natural | None = None
    distinct_payers: Natural | None = None
    boilerplate: str | tuple[str, ...] = ()
    lang: str | None = None
    signals: Mapping[str, str | Whole | bool] = {}
    truth: Truth | None = None


class ContentEdited(Fact, frozen=True, kw_only=True, tag="content_edited"):
    """The text of a published item was replaced: it is judged anew, as published now."""

    subject: Id
    item: Id
    text: Text
    truth: Truth | None = None


class ContentRemoved(Fact, frozen=True, kw_only=True, tag="content_removed"):
    """The account took an item down itself."""

    subject: Id
    item: Id


class Complaint(Fact, frozen=True, kw_only=True, tag="complaint"):
    """A user's report; `age_d` is the age of the complainant's own account in days, `count` how many alike."""

    against: Id
    age_d: Natural
    evidence: bool | str | tuple[str, ...] = False
    count: Count = 1


class Review(Fact, frozen=True, kw_only=True, tag="review"):
    """A person's decision. `delivered` is when its notice arrived: left out, at once; null, not yet."""

    subject: Id
    outcome: Literal["upheld", "dismissed", "delist"]
    category: str | None = None
    severity: str | None = None
    about: tuple[Id, ...] = ()
    trigger: Trigger = "proactive"
    items: tuple[str, ...] = ()
    adds_domains: tuple[str, ...] = ()
    delivered: Instant | UnsetType | None = UNSET
    fraud_report: bool = False
    pack: str | None = None


class NoticeDelivered(Fact, frozen=True, kw_only=True, tag="notice_delivered"):
    """The notice of a decision reached the account."""

    subject: Id
    decision: Id


class RectifyClaim(Fact, frozen=True, kw_only=True, tag="rectify_claim"):
    """The account says it has mended these items."""

    subject: Id
    fixed: tuple[str, ...] = ()


class Fix(Fact, frozen=True, kw_only=True, tag="fix"):
    """Items mended, without a claim yet."""

    subject: Id
    fixed: tuple[str, ...] = ()


class Reinspection(Fact, frozen=True, kw_only=True, tag="reinspection"):
    """A claim was checked; `still_open` names what is not mended, where somebody listed it."""

    subject: Id
    outcome: Literal["passed", "failed"]
    still_open: tuple[str, ...] | None = None


class ExtensionRequest(Fact, frozen=True, kw_only=True, tag="extension_request"):
    """The account asks for more time."""

    subject: Id


class Appeal(Fact, frozen=True, kw_only=True, tag="appeal"):
    """The account contests a decision, named by the fact that made it."""

    subject: Id
    decision: Id
    text: Text | None = None


class AppealDecision(Fact, frozen=True, kw_only=True, tag="appeal_decision"):
    """A person answers an appeal, named by its fact."""

    appeal: Id
    outcome: Literal["rejected", "granted"]


class Reinstatement(Fact, frozen=True, kw_only=True, tag="reinstatement"):
    """A person takes a decision back without an appeal, and says why."""

    subject: Id
    decision: Id
    why: str


class RenameRequest(Fact, frozen=True, kw_only=True, tag="rename_request"):
    """The account asks for another name."""

    subject: Id
    to: str
    old: str | None = field(default=None, name="from")


class RenameRevoked(Fact, frozen=True, kw_only=True, tag="rename_revoked"):
    """The account takes its pending request for another name back."""

    subject: Id


class AuthorityOrder(Fact, frozen=True, kw_only=True, tag="authority_order"):
    """An authority orders an action for each subject; it is carried out as ordered."""

    issuer: str
    ref: str
    targets: Mapping[Id, str]
    category: str | None = None
    strike: bool | None = None


class DnsChange(Fact, frozen=True, kw_only=True, tag="dns_change"):
    """The hosts of a subject resolve to these addresses from now on."""

    subject: Id
    ips: tuple[str, ...]


class DomainSeen(Fact, frozen=True, kw_only=True, tag="domain_seen"):
    """A host that looks like a mirror of the subject's."""

    subject: Id
    domain: str
    similarity: str | None = None


class Acquire(Fact, frozen=True, kw_only=True, tag="acquire"):
    """An account comes to hold a collectible."""

    subject: Id
    item: Id
    how: str


class TransferAttempt(Fact, frozen=True, kw_only=True, tag="transfer_attempt"):
    """A holder wants to give a collectible away."""

    giver: Id = field(name="from")
    to: Id
    item: Id
    to_age: Natural | None = None
    to_region: str | None = None
    paid: bool = False


AnyFact = (
    SubjectUpdated | AccountCreated | GroupCreated | ContentPublished | ContentEdited | ContentRemoved | Complaint
    | Review | NoticeDelivered | RectifyClaim | Fix | Reinspection | ExtensionRequest | Appeal | AppealDecision
    | Reinstatement | RenameRequest | RenameRevoked | AuthorityOrder | DnsChange | DomainSeen | Acquire
    | TransferAttempt
)  # fmt: skip

KINDS: Mapping[str, type[Fact]] = {kind.__struct_config__.tag: kind for kind in AnyFact.__args__}
"""The kinds by the name they are read under."""

_BY_ACCOUNT = ("member_overlap", "targets")
_DECODER = msgspec.json.Decoder(AnyFact)


def read_fact(line: bytes | str) -> Fact:
    """The fact in one line of JSON; a `UsageError` says what is wrong with it and where."""
    try:
        fact: Fact = _DECODER.decode(line)
    except msgspec.ValidationError as wrong:
        raise _in_our_words(wrong) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise UsageError(f"not a line of JSON: {wrong}", hint="one object a line, in UTF-8") from None
    return _within_reach(fact)


def fact_from(values: Mapping[str, Any]) -> Fact:
    """The fact in a mapping, as YAML, JSON or `fact_to` gives it; a `UsageError` says what is wrong with it."""
    paired = {key: dict(values[key]) for key in _BY_ACCOUNT if _are_pairs(values.get(key))}
    try:
        fact: Fact = msgspec.convert({**values, **paired}, AnyFact)
    except msgspec.ValidationError as wrong:
        raise _in_our_words(wrong) from None
    return _within_reach(fact)


def fact_to(fact: Fact) -> dict[str, Any]:
    """The fact as JSON values: what was said, without what was left out.

    Shares are parts per million. What goes by account is a list of pairs: who they are is a value, never a key.
    """
    values: dict[str, Any] = msgspec.to_builtins(fact)
    for name, default in _texts_left_out(type(fact)):
        if values.get(name) == default:
            del values[name]
    if isinstance(fact, GroupCreated) and fact.member_overlap:
        values["member_overlap"] = [[group, f"{fact.overlap_ppm(group)} ppm"] for group in fact.member_overlap]
    if isinstance(fact, AuthorityOrder):
        values["targets"] = [list(pair) for pair in fact.targets.items()]
    return values


@cache
def _texts_left_out(kind: type[Fact]) -> tuple[tuple[str, str], ...]:
    """Keys that are left out where they hold this text: msgspec leaves out only what is the very same object."""
    fields = kind.__struct_encode_fields__
    defaults = kind.__struct_defaults__
    return tuple(
        (name, default)
        for name, default in zip(fields[len(fields) - len(defaults) :], defaults, strict=True)
        if isinstance(default, str)
    )


def without_unknown(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The mapping without the keys its kind does not have, and those keys: for files that may say more than we read."""
    kind = KINDS.get(str(values.get("kind")))
    if kind is None:
        return dict(values), []
    known = {"kind", *kind.__struct_encode_fields__}
    return {key: value for key, value in values.items() if key in known}, [key for key in values if key not in known]


def _are_pairs(value: object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(one, list | tuple) and len(one) == 2 and isinstance(one[0], str) for one in value
    )


def _within_reach(fact: Fact) -> Fact:
    """The fact, if a policy's deadlines can be counted from its instants without leaving the calendar."""
    others: tuple[Any, ...] = ()
    if isinstance(fact, Review):
        others = (fact.delivered,)
    elif isinstance(fact, SubjectUpdated):
        others = (fact.serves_cn_from,)
    for moment in (fact.at, *others):
        if isinstance(moment, datetime) and not 1 < moment.year < 7000:
            raise UsageError(
                f"`{moment.isoformat()}` is too far away to count from", hint="use one from the year 2 to the year 6999"
            )
    return fact


def _in_our_words(wrong: msgspec.ValidationError) -> UsageError:
    said, _, place = str(wrong).partition(" - at `")
    where = place.rstrip("`").removeprefix("$").removeprefix(".")
    if said.startswith("Invalid value '") and where in ("", "kind"):
        kind = said.split("'")[1]
        return UsageError(f"`{kind}` is no kind of fact", hint=suggest(kind, KINDS))
    fact = said[:1].lower() + said[1:]
    hint = "write instants as '2022-06-21T09:00:00+08:00'" if "RFC3339" in said or "timezone" in said else ""
    return UsageError(f"`{where}`: {fact}" if where else fact, hint=hint)
