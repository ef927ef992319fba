"""Everything a policy may do, and to whom: each action with the effects beside it and where it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lictor.author.lint.ladders import all_steps
from lictor.author.lint.study import Study
from lictor.errors import Place
from lictor.policy.actions import Action

__all__ = ["Deed", "deeds"]


@dataclass(frozen=True, slots=True)
class Deed:
    """One action, the others of its step, the kinds of account and categories it is for (none: any), and its place."""

    action: Action
    beside: frozenset[Action]
    subjects: frozenset[str]
    categories: frozenset[str]
    place: Place


def deeds(study: Study) -> Iterator[Deed]:
    """Every action of the policy: of ladders, rules, detection, evasion and expired orders."""
    document = study.document
    nobody: frozenset[str] = frozenset()
    for number, ladder in enumerate(document.ladders):
        fit = frozenset(c for c in document.categories if any(fnmatchcase(c, p) for p in ladder.categories))
        for path, steps in all_steps(ladder):
            beside = frozenset(step.action for step in steps)
            for step in steps:
                place = study.place("ladders", number, *path)
                subjects = frozenset(ladder.subjects) if step.on in (None, "account", "item") else nobody
                yield Deed(step.action, beside, subjects, fit, place)
    for number, rule in study.active:
        if rule.effect is not None and rule.status == "enforce":
            place = study.place("rules", number, "effect")
            yield Deed(rule.effect, frozenset({rule.effect}), nobody, frozenset({rule.category}), place)
    for severity, effects in document.detected.items():
        for field, action in effects.items():
            place = study.place("detected", severity, field)
            yield Deed(action, frozenset({action}), nobody, nobody, place)
    for name, subject in document.subjects.items():
        if subject.on_expiry in ("ban_permanent", "delist"):
            place = study.place("subjects", name, "on_expiry")
            yield Deed(subject.on_expiry, frozenset({subject.on_expiry}), frozenset({name}), nobody, place)
    for key in ("new_account", "successor_group"):
        evasion = getattr(document.evasion, key)
        if evasion is not None:
            place = study.place("evasion", key, "then")
            yield Deed(evasion.then, frozenset({evasion.then}), nobody, frozenset({evasion.category}), place)
    if document.retroactive is not None:
        action = document.retroactive.effect
        yield Deed(action, frozenset({action}), nobody, nobody, study.place("retroactive", "effect"))
    if document.binds is not None:
        action = document.binds.otherwise.effect
        yield Deed(action, frozenset({action}), nobody, nobody, study.place("binds", "otherwise"))
