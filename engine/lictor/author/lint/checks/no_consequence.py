"""No ladder says what follows.

A rule finds a violation, a person upholds it, and nothing follows: no ladder is for its category, the ladder that
is says nothing of its severity, or accounts of one kind have no ladder at all. Say what follows, if only `warn`; or
let the rule name its own `effect`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault, listed
from lictor.author.lint.ladders import answers, asked, begins, holds, severities_of
from lictor.author.lint.study import Study
from lictor.policy.actions import above_flag

CODE = "L020"
LEVEL = "warning"


def find(study: Study) -> Iterator[Fault]:
    """Each category, severity and kind of account for which nothing follows."""
    document = study.document
    newest = len(document.versions) - 1
    wanted = asked(document)
    if not document.ladders:
        yield from _without_ladders(study)
        return
    for category, severities in wanted.items():
        rules = [number for number, rule in study.active if rule.category == category and rule.effect is None]
        place = study.place("rules", rules[0], "category")
        starts = [begins(document, category, subject) for subject in document.subjects]
        if document.subjects and all(start is None for start in starts):
            continue
        if document.categories[category].until is not None:
            continue
        held = [ladder for ladder in document.ladders if holds(document, ladder, category, newest)]
        missing = [one for one in severities if not any(answers(ladder, one) for ladder in held)]
        if not held and any(holds(document, one, category, v) for one in document.ladders for v in range(newest)):
            continue  # a gap in time, which is said by itself
        if not held:
            message = f"no ladder is for category `{category}`: nothing follows from its violations"
            yield Fault(place, message, "add the category to a ladder's `categories`, or give the rule an `effect`")
        elif missing:
            message = f"no ladder says what {listed(missing)} of category `{category}` leads to"
            hint = f"add `severity: {{{missing[0]}: [...]}}` to ladder `{held[0].id}`"
            yield Fault(place, message, hint)
    for ladder in document.ladders:
        used = {
            one
            for category, severities in wanted.items()
            if any(holds(document, ladder, category, version) for version in range(newest + 1))
            for one in severities
        }
        silent = [one.id for one in document.severities if one.id in used and not answers(ladder, one.id)]
        if silent and len(silent) < len(used):
            message = f"ladder `{ladder.id}` says nothing of {listed(silent)}, which rules of its categories have"
            hint = f"add `{silent[0]}` to its `severity`, if only with `[warn]`"
            yield Fault(study.place("ladders", ladder.id), message, hint)
    for subject in document.subjects:
        if not any(subject in ladder.subjects for ladder in document.ladders):
            message = f"no ladder is for subject type `{subject}`: nothing follows from its violations"
            yield Fault(study.place("subjects", subject), message, "add it to a ladder's `for`, or take it away")


def _without_ladders(study: Study) -> Iterator[Fault]:
    """A policy may act by detection alone, if that does more than ask a person to look."""
    document = study.document
    for number, rule in study.active:
        effects = [document.detected.get(one, {}) for one in severities_of(document, rule.severity)]
        acts = any(above_flag(action) for effect in effects for action in effect.values())
        if rule.status == "enforce" and rule.effect is None and not acts:
            message = f"nothing follows from rule `{rule.id}`: there is no ladder, and detection only flags"
            hint = "add a ladder, or say under `detected` what detection leads to"
            yield Fault(study.place("rules", number), message, hint)
