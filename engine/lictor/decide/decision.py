"""A decision as a value, with everything it must answer for, and as bytes that are always the same.

The bytes are canonical JSON by construction (RFC 8785): ASCII keys, sorted; texts, whole numbers, booleans and null.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
import orjson

from lictor.facts import canonical
from lictor.policy.actions import Action

__all__ = ["Decision", "Effect", "Evidence", "Guarded", "Monitored", "Status", "ViolationRecord", "decision_id"]

# What base 32 writes for each ten bits; and where in 256 bits the first thirteen times ten begin.
_PAIRS = [one + other for one in "abcdefghijklmnopqrstuvwxyz234567" for other in "abcdefghijklmnopqrstuvwxyz234567"]
_PLACES = range(246, 116, -10)
_CANONICAL = msgspec.json.Encoder(order="sorted")

Status = Literal["proposed", "applied", "monitor"]
Target = Literal["account", "item", "owner", "principal", "host"]


class Evidence(msgspec.Struct, frozen=True):
    """A span of the text as given, in half-open code-point offsets, with the term it is and how it was disguised."""

    field: str
    start: int
    end: int
    text: str
    term: str
    lexicon: str
    mechanisms: tuple[str, ...]


class ViolationRecord(msgspec.Struct, frozen=True):
    """A rule that fired: whether it may act or only watches, what shows it, and what excuses it."""

    rule: str
    title: Mapping[str, str]
    category: str
    severity: str
    status: Literal["enforce", "monitor"]
    version: str
    evidence: tuple[Evidence, ...]
    exempted_by: str | None


class Effect(msgspec.Struct, frozen=True, rename={"start": "from"}):
    """One thing done, or proposed to a person: to whom, to which functions, for which viewers, from when until when.

    Instants are UTC; they are null where the decision was asked for without one, and `lasting` says how long. As JSON,
    the start is called `from`.
    """

    effect: Action
    target: Target
    functions: tuple[str, ...]
    viewers: tuple[str, ...]
    start: str | None
    until: str | None
    until_event: str | None
    lasting: str | None
    status: Status


class Monitored(msgspec.Struct, frozen=True):
    """What rules that only watch would have led to."""

    action: Action
    rules: tuple[str, ...]


class Guarded(msgspec.Struct, frozen=True):
    """A rule that had used up its budget, and what it would otherwise have done by itself."""

    rule: str
    actions: tuple[Action, ...]


class Decision(msgspec.Struct, frozen=True):
    """What a policy decides of one item, and why. `action` is the strongest effect, `status` is that effect's.

    `version` is the state of the rules it was made under; `as_of` the instant it was made for, null where none was
    given, which means the newest version. `missing` names signals without which a rule or an exemption stayed unknown,
    `assumed` what the policy filled in. `guarded`, where there is any, is what a guard held back where the decision was
    applied; whoever only decides never sees it.
    """

    lictor: int
    id: str
    item: str | None
    account: str | None
    subject: str | None
    field: str | None
    surface: str | None
    published_at: str | None
    as_of: str | None
    policy: str
    version: str | None
    digest: str
    engine: str
    action: Action
    status: Status | None
    effects: tuple[Effect, ...]
    permanent: bool
    category: str | None
    severity: str | None
    trigger: str
    actor: str
    rules: tuple[str, ...]
    violations: tuple[ViolationRecord, ...]
    functions: tuple[str, ...]
    until: str | None
    rectify_by: str | None
    strike: bool
    appeal_until: str | None
    decision_ground: str | None
    clause: str | None
    automated_detection: bool
    automated_decision: str | None
    reasons: Mapping[str, str]
    monitored: Monitored | None
    missing: tuple[str, ...]
    assumed: tuple[str, ...]
    evidence_truncated: bool
    degraded: bool
    guarded: tuple[Guarded, ...] | msgspec.UnsetType = msgspec.UNSET

    def to_dict(self) -> dict[str, Any]:
        """The decision as JSON values."""
        plain: dict[str, Any] = orjson.loads(self.to_json())
        return plain

    def to_json(self) -> bytes:
        """The decision as canonical JSON: the same inputs, policy and engine always give the same bytes."""
        return _CANONICAL.encode(self)


def decision_id(item: str | None, judged: bytes, digest: str, as_of: str | None) -> str:
    """The decision's name: 26 characters that follow from the item, what was judged, the policy, and the instant."""
    named = canonical([item, hashlib.sha256(judged).hexdigest(), digest, as_of])
    number = int.from_bytes(hashlib.sha256(named).digest(), "big")
    return "".join([_PAIRS[number >> at & 1023] for at in _PLACES])
