"""Recorded decisions made again from what was judged: the same bytes, others, or no telling any more.

Rules: each decision is made again by the policy it names, from that policy's own bytes in the ledger; with another
policy, what that one would decide is compared, all but the names that must differ. A decision is not replayable where
its words were erased, or where another version of the engine made it: no version vouches for another's bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from lictor.decide import decide, judge
from lictor.detect import CompiledPolicy, compile_policy
from lictor.errors import UsageError
from lictor.facts import Content, instant
from lictor.ledger.canonical import canonical
from lictor.ledger.records import RecordedDecision
from lictor.ledger.store import Ledger
from lictor.policy import load_canonical

__all__ = ["Replayed", "content_of", "replay"]

_NAMES = frozenset({"digest", "engine", "id", "policy"})  # they follow from the policy and the engine


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one decision made again; `differs` names its keys that are other now, `why` what prevented it."""

    seq: int
    id: str
    result: Literal["same", "different", "not replayable"]
    differs: tuple[str, ...] = ()
    why: str = ""


def replay(ledger: Ledger, *, engine: str, policy: CompiledPolicy | None = None) -> Iterator[Replayed]:
    """Every decision of scanned text, made again in the order recorded, by this version of the engine."""
    compiled: dict[str, CompiledPolicy] = {}
    for recorded in ledger.decisions():
        why = _prevented(recorded, engine)
        if why:
            yield Replayed(recorded.seq, recorded.id, "not replayable", why=why)
            continue
        by = policy or _recorded_policy(ledger, str(recorded.decision["digest"]), compiled)
        made = _again(by, recorded, engine)
        if policy is None:
            same = canonical(made) == canonical(recorded.decision)
            differs = () if same else _differences(made, recorded.decision, frozenset())
        else:
            differs = _differences(made, recorded.decision, _NAMES)
        yield Replayed(recorded.seq, recorded.id, "different" if differs else "same", differs)


def _prevented(recorded: RecordedDecision, engine: str) -> str:
    if recorded.erased:
        return "erased"
    if recorded.decision.get("masked"):
        return "masked"
    made_by = recorded.decision.get("engine")
    return "" if made_by == engine else f"made by engine {made_by}"


def _recorded_policy(ledger: Ledger, digest: str, compiled: dict[str, CompiledPolicy]) -> CompiledPolicy:
    if digest not in compiled:
        data = ledger.policy(digest)
        if data is None:  # a ledger that lost it does not verify
            raise UsageError(f"the ledger holds no policy `{digest}`", hint="`lictor ledger verify` says what is wrong")
        compiled[digest] = compile_policy(load_canonical(data))
    return compiled[digest]


def _again(compiled: CompiledPolicy, recorded: RecordedDecision, engine: str) -> dict[str, Any]:
    content = content_of(orjson.loads(recorded.input or b"{}"), item=recorded.decision["item"])
    as_of = recorded.decision["as_of"]
    now = None if as_of is None else instant(as_of)
    # What a guard held back is no part of what the policy decides, but of how it was applied then.
    held = {one["rule"]: one["actions"] for one in recorded.decision.get("guarded", ())}
    return decide(compiled.policy, judge(compiled, content), as_of=now, engine=engine, held=held).to_dict()


def content_of(judged: Mapping[str, Any], *, item: str | None) -> Content:
    """What was judged, from the JSON values that `judged_bytes` wrote of it."""
    published_at = judged.get("published_at")
    return Content(
        fields={name or None: text for name, text in judged["fields"].items()},
        item=item,
        account=judged.get("account"),
        subject=judged.get("subject"),
        surface=judged.get("surface"),
        published_at=None if published_at is None else instant(published_at),
        lang=judged.get("lang"),
        signals=judged.get("signals", {}),
    )


def _differences(made: Mapping[str, Any], kept: Mapping[str, Any], but: frozenset[str]) -> tuple[str, ...]:
    keys = sorted((made.keys() | kept.keys()) - but)
    return tuple(key for key in keys if canonical(made.get(key)) != canonical(kept.get(key)))
