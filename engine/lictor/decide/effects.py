"""What follows from violations for a first offence: effects at once, and the ladder's first step for a person to take.

Only what a policy calls automatic, on detection, is applied; every step of a ladder waits for a review. A function that
the invariants protect cannot be in any step: a policy that tries does not load.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from lictor.decide.decision import Effect, Status, Target
from lictor.decide.versions import best_pattern
from lictor.facts import stamp
from lictor.policy.actions import Action, strength
from lictor.policy.models import Duration, Ladder, PolicyDocument, Rule, Step

__all__ = [
    "at_once",
    "first_step",
    "ladder_at",
    "merge",
    "outside_scope",
    "retroactive",
    "severity_of",
    "step_effects",
]

_ON_ITEM: frozenset[Action] = frozenset({"flag", "filter", "hide", "refuse"})


def severity_of(rule: Rule) -> str:
    """The severity of the rule's violation where no case is open."""
    return rule.severity if isinstance(rule.severity, str) else rule.severity.alone


def at_once(
    document: PolicyDocument, severity: str, field: str, as_of: datetime | None, *, own: Action | None = None
) -> Effect:
    """What detection alone leads to: the rule's `own` effect, or what the policy says for the severity and field."""
    action = own
    if action is None:
        table = document.detected.get(severity, {})
        action = table.get(field, table.get("default", "flag"))
    return _effect(action, as_of, "applied" if action in document.automatic else "proposed")


def outside_scope(
    document: PolicyDocument, severity: str, field: str, as_of: datetime | None, *, own: Action | None = None
) -> Effect | None:
    """The same for an account the policy does not bind: what would be hidden is, from those it protects only."""
    effect = at_once(document, severity, field, as_of, own=own)
    if effect.effect == "flag":
        return effect
    if document.binds is None or effect.effect != "hide":
        return None
    otherwise = document.binds.otherwise
    return _effect(otherwise.effect, as_of, effect.status, viewers=otherwise.viewers)


def retroactive(document: PolicyDocument, as_of: datetime | None) -> Effect | None:
    """What happens to an older item that only the present version forbids; nothing where the policy does not say."""
    if document.retroactive is None:
        return None
    action = document.retroactive.effect
    return _effect(action, as_of, "applied" if action in document.automatic else "proposed")


def first_step(
    document: PolicyDocument, rule: Rule, *, version: int, subject: str | None, as_of: datetime | None
) -> list[Effect]:
    """The first step of the ladder that holds for this subject, category and version, as proposals; or nothing."""
    severity = severity_of(rule)
    ladder = ladder_at(document, rule.category, subject, version)
    if ladder is None or rule.effect is not None:
        return []
    if severity in ladder.severity:
        steps: Iterable[Step] = ladder.severity[severity]
    elif ladder.steps:
        steps = ladder.steps[min(ladder.first.get(severity, 1), len(ladder.steps)) - 1]
    else:
        steps = ()
    return step_effects(document, steps, subject, as_of, "proposed")


def step_effects(
    document: PolicyDocument, steps: Iterable[Step], subject: str | None, as_of: datetime | None, status: Status
) -> list[Effect]:
    """A ladder's step as effects on such a subject: bundles opened, lengths counted from `as_of`."""
    return [_step_effect(document, step, subject, as_of, status) for step in steps]


def ladder_at(document: PolicyDocument, category: str, subject: str | None, version: int) -> Ladder | None:
    """The ladder that holds for this subject and category under that version, the first of several; or none."""
    numbers = document.version_numbers
    for ladder in document.ladders:
        if subject not in ladder.subjects or not any(fnmatchcase(category, p) for p in ladder.categories):
            continue
        start = best_pattern(ladder.start, category)
        until = best_pattern(ladder.until or {}, category)
        if start is not None and numbers[start] <= version and (until is None or version < numbers[until]):
            return ladder
    return None


def merge(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects without doubles: on the item the first of those that remove it, of the others one of each kind."""
    kept: list[Effect] = []
    for effect in effects:
        if effect.effect == "none":
            continue
        same = [e for e in kept if e.target == effect.target and (e.effect == effect.effect or _both_remove(e, effect))]
        if not same:
            kept.append(effect)
    if any(e.target == "item" and strength(e.effect) > strength("flag") and e.status == "applied" for e in kept):
        kept = [e for e in kept if e.effect != "flag"]
    return tuple(kept)


def _both_remove(one: Effect, other: Effect) -> bool:
    return one.target == "item" and one.effect != "flag" and other.effect != "flag"


def _step_effect(
    document: PolicyDocument, step: Step, subject: str | None, as_of: datetime | None, status: Status
) -> Effect:
    functions: tuple[str, ...] = tuple(f for name in step.functions for f in document.bundles.get(name, (name,)))
    until_event, lasting = step.until, step.lasting
    if step.action == "rectify_order":
        kind = document.subjects.get(subject or "")
        lasting = step.within or (kind.rectify if kind else None)
        until_event = "rectified"
        if not functions and kind is not None and kind.bundle is not None:
            functions = document.bundles[kind.bundle]
    return _effect(
        step.action, as_of, status, functions=functions, lasting=lasting, until_event=until_event, target=step.on
    )


def _effect(
    action: Action,
    as_of: datetime | None,
    status: Status,
    *,
    functions: tuple[str, ...] = (),
    viewers: tuple[str, ...] = (),
    lasting: Duration | None = None,
    until_event: str | None = None,
    target: Target | None = None,
) -> Effect:
    until = None if as_of is None or lasting is None else as_of + lasting.fixed
    return Effect(
        effect=action,
        target=target or ("item" if action in _ON_ITEM else "host" if action == "network_block" else "account"),
        functions=functions,
        viewers=viewers,
        start=None if as_of is None else stamp(as_of),
        until=None if until is None else stamp(until),
        until_event=until_event,
        lasting=None if lasting is None else str(lasting),
        status=status,
    )
