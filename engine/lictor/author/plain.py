"""A policy's conditions and effects in plain words, as a person reads them aloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lictor.policy.models import Category, ComputedSeverity, Condition, Step

__all__ = ["condition_in_words", "severity_in_words", "since_in_words", "step_in_words", "steps_in_words"]

_INSIDE = {"field": "", "paragraph": " in one paragraph", "sentence": " in one sentence"}
_COMPARED = {"above": "above", "below": "below", "at_least": "at least", "at_most": "at most"}
_MOST_TERMS = 8


def condition_in_words(condition: Condition) -> str:
    """The condition as one sentence, without a full stop; names stay in backticks."""
    match condition.operator:
        case "use":
            return f"`{condition.use}`"
        case "lexicon":
            which = f" ({_or(condition.strength)})" if condition.strength else ""
            return f"a word of `{condition.lexicon}`{which}"
        case "terms":
            return _or([f"“{term}”" for term in condition.terms or ()], _MOST_TERMS)
        case "any":
            return _joined(condition.any_ or (), " or ")
        case "all":
            return _joined(condition.all_ or (), " and ")
        case "not":
            assert condition.not_ is not None
            return f"not {_inner(condition.not_)}"
        case "at_least":
            return f"at least {condition.at_least} of: " + "; ".join(map(condition_in_words, condition.of or ()))
        case "near":
            order = " in this order" if condition.ordered else ""
            parts = " beside ".join(map(_inner, condition.near or ()))
            return f"{parts}{order}, within {condition.within} characters{_INSIDE[condition.inside]}"
        case "count" | "distinct":
            below = condition.count or condition.distinct
            assert below is not None
            what = "different matches of" if condition.distinct else "matches of"
            return f"{condition.minimum} {what} {_inner(below)}"
        case "mechanism":
            of = _joined(condition.of or (), " or ")
            return f"{of}, written in disguise ({_or(condition.mechanism or ())})"
        case "same_field":
            assert condition.same_field is not None
            return f"in one field: {condition_in_words(condition.same_field)}"
        case "field":
            return f"a text in {_or(condition.field or ())}"
        case "surface":
            return f"it is seen in {_or(condition.surface or ())}"
        case "subject":
            return f"the account is {_or(condition.subject or ())}"
        case _:
            ((name, wanted),) = condition.signals.items()
            return f"`{name}` is {_wanted(wanted)}"


def step_in_words(step: Step) -> str:
    """One effect: what is done, to what, for how long."""
    text = step.action.replace("_", " ")
    if step.functions:
        text += f" {', '.join(step.functions)}"
    if step.lasting is not None:
        text += f" for {step.lasting}"
    if step.within is not None:
        text += f" within {step.within}"
    if step.until is not None:
        text += f" until {step.until}"
    if step.permanent:
        text += " for good"
    return text if step.on is None else f"{text} (the {step.on})"


def steps_in_words(steps: Iterable[Step]) -> str:
    """The effects of one step of a ladder."""
    return " + ".join(map(step_in_words, steps)) or "nothing"


def severity_in_words(severity: str | ComputedSeverity) -> str:
    """The severity, or how it is worked out."""
    if isinstance(severity, str):
        return severity
    return f"{severity.alone}, or {severity.case} above an open case, at most {severity.max}"


def since_in_words(category: Category) -> str:
    """From which version a category binds, for whom, and until when."""
    default = category.start.get("default")
    apart = [f"{start} for {name}" for name, start in category.start.items() if name != "default" and start != default]
    text = ", ".join([*([default] if default else []), *apart])
    return text if category.until is None else f"{text}, until {category.until}"


def _joined(conditions: Sequence[Condition], word: str) -> str:
    return word.join(map(_inner, conditions)) if len(conditions) > 1 else condition_in_words(conditions[0])


def _inner(condition: Condition) -> str:
    text = condition_in_words(condition)
    simple = condition.operator in ("use", "lexicon", "field", "surface", "subject", "signal") or (
        condition.operator == "terms" and len(condition.terms or ()) == 1
    )
    return text if simple else f"({text})"


def _or(words: Iterable[Any], most: int = 1000) -> str:
    every = [str(word) for word in words]
    if len(every) > most:
        return ", ".join(every[:most]) + f" or one of {len(every) - most} more"
    return every[0] if len(every) == 1 else ", ".join(every[:-1]) + f" or {every[-1]}"


def _wanted(wanted: object) -> str:
    if isinstance(wanted, Mapping):
        return " and ".join(f"{_COMPARED[how]} {bound}" for how, bound in wanted.items())
    if isinstance(wanted, list | tuple):
        return _or(_scalar(one) for one in wanted)
    return _scalar(wanted)


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
