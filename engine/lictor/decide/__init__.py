"""From violations to a decision: effects, headline, reasons. For a first offence; an account's history comes later."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import UNSET, structs

from lictor.decide.decision import (
    Decision,
    Effect,
    Evidence,
    Guarded,
    Monitored,
    ViolationRecord,
    decision_id,
)
from lictor.decide.effects import at_once, first_step, merge, outside_scope, retroactive, severity_of
from lictor.decide.reasons import Case, Frame, filled, frame
from lictor.decide.same import Same
from lictor.decide.versions import binds, expired, ground_at, version_at
from lictor.detect import CompiledPolicy, Detection, Known, Violation, detect, detect_matches, know, scope
from lictor.facts import Content, canonical, stamp
from lictor.match import Match
from lictor.policy import Policy
from lictor.policy.actions import PERMANENT, Action, above_flag, strength, strongest
from lictor.policy.models import Ground, PolicyDocument, Rule, Source
from lictor.policy.names import DETECTORS

__all__ = [
    "Decision",
    "Effect",
    "Evidence",
    "Guarded",
    "Judgement",
    "Monitored",
    "ViolationRecord",
    "decide",
    "judge",
    "judged_bytes",
]

_FORMAT = 1
_REMEMBERED = 4096
_UNKNOWN = (-1, False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a decision is made from: the content and what is known of it, what the rules found, whether they bind."""

    content: Content
    known: Known
    detection: Detection
    bound: bool


class _InForce(msgspec.Struct, frozen=True):
    """A violation that some version forbids: `old` where only the present one does, and the item is older."""

    violation: Violation
    field: str
    version: int
    old: bool


class _Outcome(msgspec.Struct, frozen=True):
    """What follows from violations: effects, the strongest, the number of the violation that leads, and its ground.

    `frames` are the statement of reasons but for the facts, by the exemptions that excuse, as these are met.
    """

    effects: tuple[Effect, ...]
    headline: Effect | None
    lead: int | None
    ground: tuple[Ground, Source] | None
    appeal_until: str | None
    functions: tuple[str, ...]
    rectify_by: str | None
    proposes: bool
    frames: dict[tuple[str, ...], Frame]


class _Memory(msgspec.Struct, frozen=True):
    """What was said under a policy of a few values that come again and again.

    `instants`: the version in force, and how one is written. `outcomes` of violations, where no guard holds anything
    back. `forbidden` of a category, severity, field and subject under the version in force when the item was published,
    and the present one.
    """

    instants: dict[datetime, tuple[int | None, str]]
    outcomes: dict[Hashable, _Outcome]
    forbidden: dict[Hashable, tuple[int, bool] | None]


def judged_bytes(content: Content) -> bytes:
    """What is judged, as canonical JSON: what the caller gave, before anything is assumed. Its digest names it."""
    given: dict[str, Any] = {}
    if content.fields:
        given["fields"] = {name or "": text for name, text in content.fields.items()}
    if content.published_at is not None:
        given["published_at"] = stamp(content.published_at)
    if content.signals:
        given["signals"] = dict(content.signals)
    for name in ("account", "lang", "subject", "surface"):
        value = getattr(content, name)
        if value is not None:
            given[name] = value
    return canonical(given)


def judge(
    compiled: CompiledPolicy, content: Content, matches: Mapping[str | None, Sequence[Match]] | None = None
) -> Judgement:
    """What the policy's rules find in the content, and whether the policy binds its account.

    `matches` are those of every term, by field as the content names it, where a column was searched already.
    """
    known = know(compiled.policy, content)
    if matches is None:
        detection = detect(compiled, known)
    else:
        by_field = {resolved: matches.get(name, ()) for name, resolved in zip(content.fields, known.texts, strict=True)}
        detection = detect_matches(compiled, known, by_field)
    if not detection.violations:
        return Judgement(content, known, detection, bound=True)
    found = scope(compiled, known)
    missing = tuple(sorted({*detection.missing, *found.missing}))
    return Judgement(content, known, Detection(detection.violations, missing), bound=found.truth is True)


def decide(
    policy: Policy,
    judgement: Judgement,
    *,
    as_of: datetime | None,
    engine: str,
    held: Mapping[str, Collection[str]] | None = None,
) -> Decision:
    """The decision that follows, for a first offence, for that instant; without one, under the newest version.

    `held` names rules that have used up a budget, each with the actions that it may only propose.
    """
    document, content, known = policy.document, judgement.content, judgement.known
    memory = _memory(Same(document))
    now, instant = _instant(document, as_of, memory)
    in_force = _in_force(policy, judgement, now, as_of, memory)
    acting = [v for v in in_force if v.violation.exempted_by is None and v.violation.rule.status == "enforce"]
    watching = [v for v in in_force if v.violation.exempted_by is None and v.violation.rule.status == "monitor"]
    guarded: list[Guarded] = []
    if held:
        outcome = _outcome(policy, judgement, acting, as_of, held, guarded)
    else:
        outcome = _remembered(policy, judgement, acting, as_of, memory)
    effects, headline, ground = outcome.effects, outcome.headline, outcome.ground
    lead = None if outcome.lead is None else acting[outcome.lead]
    records = [_record(policy, v) for v in in_force]
    lead_record = None if lead is None else next(r for r, v in zip(records, in_force, strict=True) if v is lead)
    action: Action = headline.effect if headline else "none"
    excused = tuple(dict.fromkeys([v.violation.exempted_by for v in in_force if v.violation.exempted_by]))
    said = outcome.frames.get(excused)
    if said is None:
        if len(outcome.frames) >= _REMEMBERED:
            outcome.frames.clear()
        said = outcome.frames[excused] = _frame(policy, outcome, lead_record, excused)
    version = lead.version if lead is not None else now
    return Decision(
        lictor=_FORMAT,
        id=decision_id(content.item, judged_bytes(content), policy.digest, instant),
        item=content.item,
        account=content.account,
        subject=known.subject,
        field=lead.field if lead else next(iter(known.texts), None),
        surface=known.surface,
        published_at=None if content.published_at is None else stamp(content.published_at),
        as_of=instant,
        policy=policy.id,
        version=None if version is None else document.versions[version].id,
        digest=policy.digest,
        engine=engine,
        action=action,
        status=headline.status if headline else "monitor" if watching else None,
        effects=effects,
        permanent=action in PERMANENT,
        category=lead_record.category if lead_record else None,
        severity=lead_record.severity if lead_record else None,
        trigger="proactive",
        actor="engine",
        rules=tuple(dict.fromkeys(v.violation.rule.id for v in acting)) if effects else (),
        violations=tuple(records),
        functions=outcome.functions,
        until=headline.until if headline else None,
        rectify_by=outcome.rectify_by,
        strike=outcome.proposes and lead is not None and not lead.old,
        appeal_until=outcome.appeal_until,
        decision_ground=None if ground is None else f"DECISION_GROUND_{ground[0].kind.upper()}",
        clause=None if ground is None else ground[0].clause,
        automated_detection=True,
        automated_decision=_automation(outcome),
        reasons=filled(said, lead_record),
        monitored=_monitored(policy, judgement, watching, as_of),
        missing=judgement.detection.missing,
        assumed=(*known.assumed, *(("as_of",) if as_of is None else ())),
        evidence_truncated=any(v.violation.truncated for v in in_force),
        degraded=False,
        guarded=tuple(guarded) or UNSET,
    )


def _in_force(
    policy: Policy, judgement: Judgement, now: int | None, as_of: datetime | None, memory: _Memory
) -> list[_InForce]:
    """The violations that some version forbids, in order."""
    found: list[_InForce] = []
    # Read once for each field, as there are few: what is published, and under which version.
    then: dict[str, tuple[datetime | None, int | None]] = {}
    for violation in judgement.detection.violations:
        rule = violation.rule
        field = violation.evidence[0].field if violation.evidence else next(iter(judgement.known.texts))
        if field not in then:
            then[field] = _published(policy, judgement, field, now)
        published, version = then[field]
        if rule.expires is None:
            key = rule.category, severity_of(rule), field, judgement.known.subject, version, now
            forbidden = memory.forbidden.get(key, _UNKNOWN)
            if forbidden is _UNKNOWN:
                # Another thread may forget at any time, so what was found is not asked for again.
                if len(memory.forbidden) >= _REMEMBERED:
                    memory.forbidden.clear()
                forbidden = _forbidden(policy, judgement, rule, field, (version, None), (now, None))
                memory.forbidden[key] = forbidden
        else:
            done_at = published if as_of is None else min(published or as_of, as_of)
            forbidden = _forbidden(policy, judgement, rule, field, (version, done_at), (now, as_of or published))
        if forbidden is not None:
            found.append(_InForce(violation, field, *forbidden))
    return found


def _published(policy: Policy, judgement: Judgement, field: str, now: int | None) -> tuple[datetime | None, int | None]:
    """When what stands in the field was published, and the version it is judged by; it may not be a later one."""
    document = policy.document
    published = None if field in document.standing else judgement.content.published_at
    then = now if published is None else version_at(document, published)
    return published, then if then is None or now is None else min(then, now)


def _forbidden(
    policy: Policy,
    judgement: Judgement,
    rule: Rule,
    field: str,
    then: tuple[int | None, datetime | None],
    now: tuple[int | None, datetime | None],
) -> tuple[int, bool] | None:
    """The version that forbids what stands in the field, and whether it is the present one alone."""
    document, subject, severity = policy.document, judgement.known.subject, severity_of(rule)
    for (version, at), old in ((then, False), (now, True)):
        bound = binds(document, rule.category, version, field=field, subject=subject, severity=severity)
        if bound and version is not None and not expired(rule, at):
            return version, old
    return None


def _remembered(
    policy: Policy, judgement: Judgement, acting: Sequence[_InForce], as_of: datetime | None, memory: _Memory
) -> _Outcome:
    """The outcome where no guard holds anything back: then it follows from a few values, the same again and again."""
    outcomes = memory.outcomes
    found = tuple([(one.violation.rule.id, one.field, one.version, one.old) for one in acting])
    key = judgement.bound, judgement.known.subject, as_of, found
    known = outcomes.get(key)
    if known is None:
        if len(outcomes) >= _REMEMBERED:
            outcomes.clear()
        known = outcomes[key] = _outcome(policy, judgement, acting, as_of, {}, [])
    return known


@lru_cache(maxsize=16)
def _memory(_: Same) -> _Memory:
    """What is remembered of the policy."""
    return _Memory({}, {}, {})


def _instant(document: PolicyDocument, as_of: datetime | None, memory: _Memory) -> tuple[int | None, str | None]:
    """The version in force, and the instant as it is written."""
    if as_of is None:
        return version_at(document, None), None
    known = memory.instants.get(as_of)
    if known is None:
        if len(memory.instants) >= _REMEMBERED:
            memory.instants.clear()
        known = memory.instants[as_of] = version_at(document, as_of), stamp(as_of)
    return known


def _outcome(
    policy: Policy,
    judgement: Judgement,
    acting: Sequence[_InForce],
    as_of: datetime | None,
    held: Mapping[str, Collection[str]],
    guarded: list[Guarded],
) -> _Outcome:
    document = policy.document
    effects = _effects(policy, judgement, acting, as_of, held, guarded)
    headline = max(effects, key=lambda e: strength(e.effect), default=None)
    appealable = as_of is not None and headline is not None and above_flag(headline.effect)
    appeal_until = stamp(as_of + document.appeals.window.fixed) if appealable and as_of is not None else None
    lead = _lead(policy, acting) if headline else None
    outcome = _Outcome(
        effects=effects,
        headline=headline,
        lead=None,
        ground=None,
        appeal_until=appeal_until,
        functions=tuple(dict.fromkeys(name for effect in effects for name in effect.functions)),
        rectify_by=next((effect.until for effect in effects if effect.effect == "rectify_order"), None),
        proposes=any(effect.status == "proposed" for effect in effects),
        frames={},
    )
    record = None
    if lead is not None:
        number = next(at for at, one in enumerate(acting) if one is lead)
        ground = ground_at(document, lead.violation.rule.category, lead.version)
        outcome = structs.replace(outcome, lead=number, ground=ground)
        record = _record(policy, lead)
    return structs.replace(outcome, frames={(): _frame(policy, outcome, record, ())})


def _frame(policy: Policy, outcome: _Outcome, lead: ViolationRecord | None, excused: Sequence[str]) -> Frame:
    case = Case(
        effects=outcome.effects,
        lead=lead,
        ground=outcome.ground,
        excused=excused,
        trigger="proactive",
        appeal_until=outcome.appeal_until,
    )
    return frame(policy.document, case)


def _effects(
    policy: Policy,
    judgement: Judgement,
    acting: Sequence[_InForce],
    as_of: datetime | None,
    held: Mapping[str, Collection[str]],
    guarded: list[Guarded],
) -> tuple[Effect, ...]:
    """What follows; what is held back of it is noted in `guarded`, and comes after what another rule may do itself."""
    document = policy.document
    effects: list[Effect] = []
    waiting: list[Effect] = []
    for one in acting if not judgement.bound else sorted(acting, key=lambda v: -_rank(policy, v)):
        rule = one.violation.rule
        effect: Effect | None
        if not judgement.bound:
            effect = outside_scope(document, severity_of(rule), one.field, as_of, own=rule.effect)
        elif one.old:
            effect = retroactive(document, as_of)
        else:
            effect = at_once(document, severity_of(rule), one.field, as_of, own=rule.effect)
        if effect is not None and effect.status == "applied" and effect.effect in held.get(rule.id, ()):
            waiting.append(structs.replace(effect, status="proposed"))
            guarded.append(Guarded(rule.id, (effect.effect,)))
        else:
            effects += [effect] if effect else []
    effects += waiting
    if not judgement.bound:
        return merge(effects)
    lead = _lead(policy, [one for one in acting if not one.old and one.violation.rule.effect is None])
    if lead is not None:
        subject = judgement.known.subject
        effects += first_step(document, lead.violation.rule, version=lead.version, subject=subject, as_of=as_of)
    return merge(effects)


def _lead(policy: Policy, acting: Sequence[_InForce]) -> _InForce | None:
    """The violation the decision rests on: the gravest, of a rule that leads further than one effect, the first."""
    return max(acting, key=lambda v: (not v.old, _rank(policy, v), v.violation.rule.effect is None), default=None)


def _rank(policy: Policy, one: _InForce) -> int:
    severity = severity_of(one.violation.rule)
    return next(rank for rank, known in enumerate(policy.document.severities) if known.id == severity)


def _record(policy: Policy, one: _InForce) -> ViolationRecord:
    rule = one.violation.rule
    return ViolationRecord(
        rule=rule.id,
        title=rule.title,
        category=rule.category,
        severity=severity_of(rule),
        status="monitor" if rule.status == "monitor" else "enforce",
        version=policy.document.versions[one.version].id,
        evidence=tuple(
            [
                # What a detector read is the user's own (a name, a number), so the detector itself stands for it.
                Evidence(
                    field,
                    start,
                    end,
                    match.text,
                    source if source in DETECTORS else match.term,
                    source,
                    match.mechanisms,
                )
                for field, start, end, match, source in one.violation.evidence
            ]
        ),
        exempted_by=one.violation.exempted_by,
    )


def _automation(outcome: _Outcome) -> str | None:
    if not outcome.effects:
        return None
    return "AUTOMATED_DECISION_PARTIALLY" if outcome.proposes else "AUTOMATED_DECISION_FULLY"


def _monitored(
    policy: Policy, judgement: Judgement, watching: Sequence[_InForce], as_of: datetime | None
) -> Monitored | None:
    if not watching:
        return None
    effects = _effects(policy, judgement, watching, as_of, {}, [])
    return Monitored(
        action=strongest(effect.effect for effect in effects),
        rules=tuple(dict.fromkeys(v.violation.rule.id for v in watching)),
    )
