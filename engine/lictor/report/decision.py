"""One decision as a moderator reads it: what happens, by which rule, shown by which words, and why.

Evidence stands in brackets in its text, with some of the text around it; each disguise is told in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Literal

from lictor.decide import Decision, Effect, Evidence, ViolationRecord
from lictor.decide.words import LANGUAGES
from lictor.errors import escape_controls
from lictor.policy.models import PolicyDocument, localized
from lictor.report.words import excerpt, folded, in_words, marked

__all__ = ["Reasons", "render_decision"]

Reasons = Literal["en", "zh", "both"]

_TOLD = 12
_STATUS = {"applied": "applied", "proposed": "proposed, waits for a person", "monitor": "only monitored"}


def render_decision(
    decision: Decision, texts: Mapping[str, str], document: PolicyDocument, *, reasons: Reasons = "both"
) -> str:
    """The decision on these texts in lines, the headline first; `document` is the policy that spoke, for its titles."""
    lang = "zh" if reasons == "zh" else "en"
    lines = [_headline(decision)]
    if decision.category is not None:
        lines += _block("category", [_category(decision, document, lang)])
    if decision.monitored is not None:
        rules = ", ".join(decision.monitored.rules)
        lines += _block("monitor", [f"{rules} would have led to {decision.monitored.action}"])
    lines += _block("effects", [f"{n}. {_effect(effect)}" for n, effect in enumerate(decision.effects, 1)])
    for violation in decision.violations:
        lines += _block("rule", _violation(violation, texts, lang))
    shown = ("en", "zh") if reasons == "both" else (reasons,)
    lines += _block("reasons", [escape_controls(decision.reasons[one]) for one in shown if decision.reasons.get(one)])
    lines += _block("appeal", [f"until {decision.appeal_until}"] if decision.appeal_until else [])
    lines += _block("assumed", [f"{', '.join(decision.assumed)}: not given"] if decision.assumed else [])
    missing = ", ".join(decision.missing)
    lines += _block("missing", [f"{missing}: unknown, so nothing rests on it"] if missing else [])
    lines += _block("cut short", ["more evidence was found than is kept"] if decision.evidence_truncated else [])
    lines += _block("degraded", ["not everything could be looked at"] if decision.degraded else [])
    lines += _block("policy", [_policy(decision)])
    lines += _block("decision", [decision.id])
    return "\n".join(lines)


def _headline(decision: Decision) -> str:
    if decision.action == "none":
        return "none: nothing is done"
    assert decision.status is not None
    return f"{decision.action}: {_STATUS[decision.status]}"


def _category(decision: Decision, document: PolicyDocument, lang: str) -> str:
    assert decision.category is not None
    parts = [f"{decision.category}: {localized(document.categories[decision.category].title, lang)}"]
    parts += [f"clause {decision.clause}"] if decision.clause else []
    parts += [f"severity {decision.severity}"] if decision.severity else []
    parts += ["a strike if upheld"] if decision.strike else []
    return escape_controls(", ".join(parts))


def _effect(effect: Effect) -> str:
    parts = [f"{effect.effect} ({effect.target})", _STATUS[effect.status]]
    parts += ["without " + ", ".join(effect.functions)] if effect.functions else []
    parts += ["for viewers in " + ", ".join(effect.viewers)] if effect.viewers else []
    if effect.effect == "rectify_order" and effect.lasting:
        # The clock starts when the notice arrives: no instant can be promised yet.
        parts.append(f"within {LANGUAGES['en'].duration(effect.lasting)} of delivery of the notice")
    elif effect.until:
        parts.append(f"until {effect.until}")
    elif effect.lasting:
        parts.append(f"for {LANGUAGES['en'].duration(effect.lasting)}")
    parts += [f"until {effect.until_event}"] if effect.until_event else []
    return escape_controls(", ".join(parts))


def _violation(violation: ViolationRecord, texts: Mapping[str, str], lang: str) -> list[str]:
    facts = [f"{violation.rule}: {localized(violation.title, lang)}", f"severity {violation.severity}"]
    facts += ["only monitored"] if violation.status == "monitor" else []
    facts += [f"excused by {violation.exempted_by}"] if violation.exempted_by else []
    lines = [escape_controls(", ".join(facts))]
    for field, pieces in groupby(violation.evidence, key=lambda one: one.field):
        found = list(pieces)
        if field in texts:
            lines.append(f"  {field}: {marked(texts[field], [(one.start, one.end) for one in found])}")
        told = list(dict.fromkeys(_evidence(one, lang) for one in found))
        lines += [f"    {line}" for line in told[:_TOLD]]
        if len(told) > _TOLD:
            lines.append(f"    and {len(told) - _TOLD} more")
    return lines


def _evidence(piece: Evidence, lang: str) -> str:
    means = "" if piece.term == piece.text else f" is `{excerpt(piece.term)}`"
    source = f" ({escape_controls(piece.lexicon)})" if piece.lexicon else ""
    return f"`{excerpt(piece.text)}`{means}{source}: {in_words(piece.mechanisms, lang)}"


def _policy(decision: Decision) -> str:
    version = f"version {decision.version}" if decision.version else "no version in force then"
    when = f"as of {decision.as_of}" if decision.as_of else "the newest"
    return escape_controls(f"{decision.policy}, {version} ({when})")


def _block(label: str, lines: Sequence[str]) -> list[str]:
    parts = [part for line in lines for part in folded(line)]
    return [f"  {label if number == 0 else '':<9} {part}".rstrip() for number, part in enumerate(parts)]
