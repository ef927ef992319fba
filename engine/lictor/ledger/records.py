"""What is appended and what is read back; a decision parted from the user's words, and joined with them again.

Rules: a row holds nothing a person wrote and nothing that names one. Wherever in a decision they stand, the values of
`account`, `item`, `reasons` (they quote) and `text` leave `null` behind and go into the blob `content`: on its first
line, in the decision's shape; after it, what was judged. The account's id goes into the identity `account`. All else is
the policy's and the engine's own vocabulary, and stays readable when the blobs are erased.

So it is with a fact, its findings and what was made of it. In the fact itself more is personal (`WORDS`), and whom it
names (`PEOPLE`) become identities of their own, by their place in it, so that a person can be erased from what is about
somebody else. In a renaming, `from` and `to` are words: the old name and the new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

from lictor.ledger.canonical import LEAVES, plain, refuse_keys

__all__ = [
    "PEOPLE",
    "PERSONAL",
    "WORDS",
    "Appended",
    "Batch",
    "BatchSummary",
    "DecisionRecord",
    "FactRecord",
    "Found",
    "GuardRecord",
    "PolicyRecord",
    "RecordedDecision",
    "RecordedFact",
    "Scanned",
    "StateRow",
    "Summary",
    "join",
    "join_fact",
    "part",
    "part_fact",
]

PERSONAL = frozenset({"account", "item", "reasons", "text"})

PEOPLE = frozenset({
    "account", "against", "by", "from", "giver", "holder", "in", "owner", "principal", "same_notice_as", "subject",
    "successor", "to",
})  # fmt: skip
WORDS = frozenset({
    "adds_domains", "boilerplate", "domain", "domains", "evidence", "fields", "fixed", "ips", "item", "items",
    "licence", "location", "name", "new", "note", "old", "reason", "reasons", "similarity", "still_open", "text",
    "title", "why",
})  # fmt: skip
_PAIRED = frozenset({"member_overlap", "targets"})  # lists of pairs: who, and what of them
_RENAMED = frozenset({"from", "to"})


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
class FactRecord:
    """A fact that was fed in, what was found in it, and all that was made of it: one row.

    `account` is the key it is addressed to. The `id` stands for the fact (account, instant, kind and `fact`): the same
    id with another fact is refused. Findings are the recorded violations the fold used, so that it can be done again
    without detecting again; each decision is a `Decision.to_dict()` whose `digest` names its policy.
    """

    id: str
    account: str | None
    at: str | None
    kind: str
    fact: Mapping[str, Any]
    findings: Sequence[Mapping[str, Any]] = ()
    transitions: Sequence[Mapping[str, Any]] = ()
    decisions: Sequence[Mapping[str, Any]] = ()
    corrections: Sequence[Mapping[str, Any]] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class StateRow:
    """What the facts amount to for one key: canonical JSON, and when its next timer fires (UTC, sortable text).

    `waiting` is since when something there waits for a person.
    `account` is whose erasure takes this state with it, where that is not the key itself.
    """

    body: bytes
    due: str | None = None
    waiting: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """A policy as it was carried out: its canonical bytes, and their SHA-256 in hex, by which decisions name it."""

    digest: str
    bytes: bytes


@dataclass(frozen=True, slots=True)
class GuardRecord:
    """What befell a rule under a guard: it `tripped`, or somebody (`by`) `rearmed` it. `told` holds the numbers.

    A rule's trips are numbered from 1, and a rearming has the number of the trip that it ends: it happens once.
    """

    event: str
    policy: str
    guard: str
    rule: str
    number: int
    at: str
    by: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of its row."""
        return f"guard:{self.event}:{self.policy}:{self.guard}:{self.rule}:{self.number}"


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What became of one batch: rows read, rejected, and decided how, counted by action, category and rule.

    `monitored` counts the rows on which rules fired that only watch, by rule.

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
    monitored: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is appended in one transaction: policies not yet kept, decisions, facts, guards' trips, states, a summary.

    `after` is the ledger's last row when the states were read that the new ones follow from. Where another writer has
    added facts since, the batch is refused: its states would forget them.
    """

    decisions: Sequence[DecisionRecord] = ()
    policies: Sequence[PolicyRecord] = ()
    summary: BatchSummary | None = None
    facts: Sequence[FactRecord] = ()
    guards: Sequence[GuardRecord] = ()
    states: Mapping[str, StateRow] = field(default_factory=dict)
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """How many decisions and facts were added, how many were there already; the last row and its hash in hex."""

    added: int
    present: int
    last: int
    head: str


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision read back. `erased` names the blobs that are gone: what they held reads as `None`.

    One made by a fact has the fact's id, and no input of its own: what was judged is the fact.
    """

    seq: int
    id: str
    account: str | None
    at: str | None
    decision: Mapping[str, Any]
    input: bytes | None
    erased: tuple[str, ...] = ()
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """A fact read back with all that was made of it. `erased` names what is gone and reads as `None`."""

    seq: int
    record: FactRecord
    erased: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one recorded fact: its row, its instant, whose it was (`None` if erased), the findings."""

    seq: int
    at: str
    account: str | None
    findings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one batch of a scan carried out: its last row, when it was run, how many rows it judged, its decisions.

    `read` are the digest of which rows were read, and those of the policies they were judged by. Each decision that
    applies something is as its row has it, without words, beside the account (`None` if erased). Decisions whose batch
    was summed up before come with no instant.
    """

    seq: int
    at: str | None
    read: tuple[str, ...]
    rows: int
    decisions: Sequence[tuple[Mapping[str, Any], str | None]]


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


def part_fact(record: FactRecord) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """What may stand in the row, the words in the same shape, and whom the fact names, by place in it."""
    people: dict[str, str] = {}
    whose = PEOPLE - _RENAMED if record.kind.startswith("rename") else PEOPLE
    public, words = _part_people(record.fact, "fact", whose, people)
    rows: dict[str, Any] = {"fact": public}
    theirs: dict[str, Any] = {} if words is None else {"fact": words}
    for name in _MADE:
        values = getattr(record, name)
        if values:
            rows[name], words = part(list(values))
            if words is not None:
                theirs[name] = words
    return rows, theirs, people


def join_fact(rows: Mapping[str, Any], theirs: Mapping[str, Any], people: Mapping[str, str | None]) -> dict[str, Any]:
    """The fact, and what was made of it, whole again: `part_fact` undone."""
    whole: dict[str, Any] = {"fact": join(rows["fact"], theirs.get("fact"))}
    whole |= {name: tuple(join(rows.get(name, []), theirs.get(name))) for name in _MADE}
    for path, person in people.items():
        whole = _put(whole, [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")], person)
    return whole


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


def _put(value: Any, steps: Sequence[str], person: str | None) -> Any:
    if not steps:
        return person
    if isinstance(value, list):
        place = int(steps[0])
        return [*value[:place], _put(value[place], steps[1:], person), *value[place + 1 :]]
    return value | {steps[0]: _put(value[steps[0]], steps[1:], person)}


_MADE = ("findings", "transitions", "decisions", "corrections")


def _part_people(value: Any, path: str, whose: frozenset[str], people: dict[str, str]) -> tuple[Any, Any]:
    """The value without words and people, the words in its shape; people are noted by their JSON Pointer."""
    if type(value) in LEAVES:
        return value, None
    if isinstance(value, Mapping):
        refuse_keys(value)
        public: dict[str, Any] = {}
        words: dict[str, Any] = {}
        for key, item in value.items():
            public[key], inner = _part_one(key, item, path, whose, people)
            if inner is not None:
                words[key] = inner
        return public, words or None
    if isinstance(value, list | tuple):
        pairs = [_part_people(item, f"{path}/{place}", whose, people) for place, item in enumerate(value)]
        inners = [inner for _, inner in pairs]
        return [item for item, _ in pairs], inners if any(inner is not None for inner in inners) else None
    return plain(value), None


def _part_one(key: str, item: Any, path: str, whose: frozenset[str], people: dict[str, str]) -> tuple[Any, Any]:
    if type(item) in _PLAINEST:
        return item, None
    if key in whose:
        if type(item) is str:
            people[_step(path, key)] = item
            return None, None
        if type(item) in (list, tuple) and all(type(one) is str for one in item):
            people.update((f"{_step(path, key)}/{place}", one) for place, one in enumerate(item))
            return [None] * len(item), None
    elif key in _PAIRED and type(item) in (list, tuple):
        pairs = [list(pair) for pair in item]
        people.update((f"{path}/{key}/{place}/0", str(pair[0])) for place, pair in enumerate(pairs))
        return [[None, *plain(rest)] for _, *rest in pairs], None
    elif key in WORDS or key in _RENAMED or key in _PAIRED:
        return None, plain(item)
    return (item, None) if type(item) is str else _part_people(item, _step(path, key), whose, people)


def _step(path: str, key: str) -> str:
    return f"{path}/{key.replace('~', '~0').replace('/', '~1')}"


_PLAINEST = frozenset({bool, NoneType})


def _part_list(value: Sequence[Any]) -> tuple[Sequence[Any], list[Any] | None]:
    for item in value:
        if type(item) not in LEAVES:
            break
    else:
        return value, None
    pairs = [part(item) for item in value]
    words = [inner for _, inner in pairs]
    return [item for item, _ in pairs], words if any(words) else None
