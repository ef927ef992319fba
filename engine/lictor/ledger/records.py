"""What is appended and what is read back; a decision parted from the user's words, and joined with them again.

Rules: a row holds nothing a person wrote and nothing that names one. Wherever in a decision they stand, the values of
`account`, `item`, `reasons` (they quote) and `text` leave `null` behind and go into the blob `content`: on its first
line, in the decision's shape; after it, what was judged. The account's id goes into the identity `account`. All else is
the policy's and the engine's own vocabulary, and stays readable when the blobs are erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lictor.ledger.canonical import LEAVES, plain, refuse_keys

__all__ = [
    "PERSONAL",
    "Appended",
    "Batch",
    "BatchSummary",
    "DecisionRecord",
    "PolicyRecord",
    "RecordedDecision",
    "Summary",
    "join",
    "part",
]

PERSONAL = frozenset({"account", "item", "reasons", "text"})


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision to be kept: itself in full, when it was taken, on whom, and canonical JSON of what was judged.

    The `id` stands for the content: the same id with other content is refused. `decision["digest"]` names its policy.
    """

    id: str
    account: str | None
    at: str | None
    decision: Mapping[str, Any]
    input: bytes


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """A policy as it was carried out: its canonical bytes, and their SHA-256 in hex, by which decisions name it."""

    digest: str
    bytes: bytes


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What became of one batch: rows read, rejected, and decided how, counted by action, category and rule.

    `read` is a digest of which rows were read, not only of what they say: two batches that agree in everything but `at`
    are one, so that a scan run again adds no second summary.
    """

    read: str
    rows: int
    rejects: int
    actions: Mapping[str, int]
    categories: Mapping[str, int]
    rules: Mapping[str, int]
    policies: tuple[str, ...] = ()
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What is appended in one transaction: policies not yet kept, decisions in order, and a summary."""

    decisions: Sequence[DecisionRecord] = ()
    policies: Sequence[PolicyRecord] = ()
    summary: BatchSummary | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """How many decisions were added and how many were there already; the last row and its hash in hex."""

    added: int
    present: int
    last: int
    head: str


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision read back. `erased` names the blobs that are gone: what they held reads as `None`."""

    seq: int
    id: str
    account: str | None
    at: str | None
    decision: Mapping[str, Any]
    input: bytes | None
    erased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A ledger at a glance: its rows by kind, the earliest and latest instant in them, the hash of the last in hex."""

    rows: int
    head: str
    kinds: Mapping[str, int] = field(default_factory=dict)
    first_at: str | None = None
    last_at: str | None = None


def part(value: Any) -> tuple[Any, Any]:
    """The value without what is personal, and what is personal in the same shape (`None` where there is nothing).

    Both are within the rules of canonical JSON, ready to be spelled; a value that is not is refused.
    """
    kind = type(value)
    if kind is dict:
        return _part_object(value)
    if kind is list or kind is tuple:
        return _part_list(value)
    return (value, None) if kind in LEAVES else part(plain(value))


def join(public: Any, words: Any) -> Any:
    """The value whole again: `part` undone."""
    if words is None:
        return public
    if isinstance(public, dict):
        return public | {key: join(public[key], inner) for key, inner in words.items()}
    if isinstance(public, list):
        return [join(item, inner) for item, inner in zip(public, words, strict=True)]
    return words


def _part_object(value: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    refuse_keys(value)
    public = value
    words: dict[str, Any] = {}
    for key in PERSONAL.intersection(value):
        if value[key] is not None:
            public = value.copy() if public is value else public
            public[key], words[key] = None, plain(value[key])
    for key, item in public.items():
        if type(item) not in LEAVES and item != []:
            new, inner = part(item)
            if new is not item:
                public = public.copy() if public is value else public
                public[key] = new
            if inner is not None:
                words[key] = inner
    return public, words or None


def _part_list(value: Sequence[Any]) -> tuple[Sequence[Any], list[Any] | None]:
    for item in value:
        if type(item) not in LEAVES:
            break
    else:
        return value, None
    pairs = [part(item) for item in value]
    words = [inner for _, inner in pairs]
    return [item for item, _ in pairs], words if any(words) else None
