"""Two states of a policy compared by what they mean: a sentence for each thing added, removed or changed.

What differs only in layout, order of keys, comments, notes or tests is no change: it decides nothing. Terms are
compared within their lexicon; rules, ladders, versions and notices by their id; conditions as wholes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lictor.author.plain import condition_in_words, severity_in_words, since_in_words, steps_in_words
from lictor.policy.models import Ladder, Lexicon, LexiconTerm, MatchSettings, PolicyDocument, Rule, localized

__all__ = ["Change", "Kind", "differences"]

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what happened to which part of the policy, by name, and the sentence that says so."""

    kind: Kind
    part: str
    name: str
    text: str


def differences(before: PolicyDocument, after: PolicyDocument) -> list[Change]:
    """Every change from the one to the other, in the order a policy is written."""
    found: list[Change] = []
    for names, section in _SECTIONS:
        said = list(section(before, after))
        if not said:
            # What no sentence of its own is written for is told value by value: nothing that decides changes unsaid.
            said = list(_mapping("setting", _flat(_dumped(before, names)), _flat(_dumped(after, names))))
        found += said
    return found


# --- sections --------------------------------------------------------------------------------------------------------


def _identity(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    for key, name in (
        ("policy", "name"), ("revision", "revision"), ("title", "title"), ("owner", "owner"), ("timezone", "time zone"),
    ):  # fmt: skip
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            yield Change("changed", "policy", key, f"the policy's {name} is now {_told(new)}, before {_told(old)}")


def _signals(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    yield from _named(before.signals, after.signals, "signal")
    for name in _both(before.signals, after.signals):
        yield from _values("signal", name, "values", before.signals[name].values, after.signals[name].values)
    yield from _mapping("assumption", before.assume, after.assume)
    if before.binds != after.binds:
        old, new = ("everybody" if one is None else condition_in_words(one.when) for one in (before.binds, after.binds))
        yield Change("changed", "scope", "binds", f"the policy now binds accounts where: {new}; before: {old}")


def _versions(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = ({one.id: one for one in document.versions} for document in (before, after))
    for name in _only(new, old):
        yield Change("added", "version", name, f"version `{name}` is new, in force from {new[name].start.isoformat()}")
    for name in _only(old, new):
        yield Change("removed", "version", name, f"version `{name}` is gone")
    for name in _both(old, new):
        if old[name].start != new[name].start:
            was, now = old[name].start.isoformat(), new[name].start.isoformat()
            yield Change("changed", "version", name, f"version `{name}` is in force from {now}, before from {was}")
        yield from _field("version", name, "source", old[name].source, new[name].source)


def _lexicons(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    yield from _named(before.lexicons, after.lexicons, "lexicon", lambda one: f"with {len(one.terms)} terms")
    for name in _both(before.lexicons, after.lexicons):
        yield from _lexicon(name, before.lexicons[name], after.lexicons[name])


def _lexicon(name: str, before: Lexicon, after: Lexicon) -> Iterator[Change]:
    yield from _field("lexicon", name, "kind", before.kind, after.kind)
    yield from _matched("lexicon", name, before.match, after.match)
    yield from _listed("lexicon", name, "is innocent in", before.allow, after.allow)
    old, new = ({term.term: term for term in lexicon.terms} for lexicon in (before, after))
    for term in _only(new, old):
        yield Change(
            "added", "term", f"{name}/{term}", f"lexicon `{name}` gains the term `{term}`{_strength(new[term])}"
        )
    for term in _only(old, new):
        yield Change("removed", "term", f"{name}/{term}", f"lexicon `{name}` loses the term `{term}`")
    for term in _both(old, new):
        whole, one, other = f"{name}/{term}", old[term], new[term]
        yield from _field("term", whole, "strength", one.strength, other.strength)
        yield from _listed("term", whole, "is also written", one.variants, other.variants)
        yield from _listed("term", whole, "is innocent in", one.allow, other.allow)
        yield from _matched("term", whole, one.match, other.match)


def _strength(term: LexiconTerm) -> str:
    return "" if term.strength == "context" else f" ({term.strength})"


def _conditions(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = before.conditions, after.conditions
    yield from _named(old, new, "condition", lambda one: f": {condition_in_words(one)}")
    for name in _both(old, new):
        yield from _condition("condition", name, "holds", old[name], new[name])


def _categories(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = before.categories, after.categories
    yield from _named(old, new, "category", lambda one: f"from {since_in_words(one)}: {localized(one.title, 'en')}")
    for name in _both(old, new):
        yield from _field("category", name, "title", old[name].title, new[name].title)
        yield from _field("category", name, "time it binds", since_in_words(old[name]), since_in_words(new[name]))
        clauses = [[(g.kind, g.clause, g.since) for g in one.grounds] for one in (old[name], new[name])]
        if clauses[0] != clauses[1]:
            was, now = ("; ".join(clause for _, clause, _ in some) for some in clauses)
            yield Change("changed", "category", name, f"category `{name}` now rests on {now}, before on {was}")
        yield from _field("category", name, "also leads to", dict(old[name].also), dict(new[name].also))


def _severities(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = ({one.id: one for one in document.severities} for document in (before, after))
    yield from _named(old, new, "severity")
    kept = [[one for one in some if one in old and one in new] for some in (old, new)]
    if kept[0] != kept[1]:
        yield Change("changed", "severity", "", f"severities are now, from the mildest: {', '.join(new)}")


def _exemptions(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = before.exemptions, after.exemptions
    yield from _named(old, new, "exemption", lambda one: f": {localized(one.title, 'en')}")
    for name in _both(old, new):
        yield from _condition("exemption", name, "holds", old[name].when, new[name].when)
        yield from _listed("exemption", name, "is cancelled by", old[name].cancelled_by, new[name].cancelled_by)


def _rules(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = ({rule.id: rule for rule in document.rules} for document in (before, after))
    for name in _only(new, old):
        yield Change("added", "rule", name, f"rule `{name}` is new: {_rule(new[name])}")
    for name in _only(old, new):
        yield Change("removed", "rule", name, f"rule `{name}` is gone: {localized(old[name].title, 'en')}")
    for name in _both(old, new):
        one, other = old[name], new[name]
        yield from _field("rule", name, "title", one.title, other.title)
        yield from _field("rule", name, "category", one.category, other.category)
        yield from _field("rule", name, "severity", severity_in_words(one.severity), severity_in_words(other.severity))
        yield from _field("rule", name, "status", one.status, other.status)
        ends = [None if at is None else at.isoformat() for at in (one.expires, other.expires)]
        yield from _field("rule", name, "end", ends[0], ends[1])
        yield from _values("rule", name, "fields", one.fields or ("every field",), other.fields or ("every field",))
        yield from _condition("rule", name, "fires on", one.when, other.when)
        yield from _listed("rule", name, "is excused by", one.unless, other.unless)
        yield from _field("rule", name, "effect", one.effect or "the ladder's", other.effect or "the ladder's")
        yield from _field("rule", name, "owner", one.owner or "the policy's", other.owner or "the policy's")


def _rule(rule: Rule) -> str:
    does = {"enforce": "it enforces", "monitor": "it only watches", "draft": "it is a draft"}[rule.status]
    return f"{localized(rule.title, 'en')} ({rule.category}, {severity_in_words(rule.severity)}); {does}"


def _restrictions(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    yield from _listed("policy", "functions", "knows the function", before.functions, after.functions)
    yield from _named(before.bundles, after.bundles, "bundle", lambda one: f": {', '.join(one)}")
    for name in _both(before.bundles, after.bundles):
        yield from _listed("bundle", name, "takes away", before.bundles[name], after.bundles[name])
    for action in sorted({*before.takes, *after.takes}):
        old, new = before.takes.get(action, ()), after.takes.get(action, ())
        yield from _listed("action", action, "takes away", old, new)
    protected = before.invariants.never_restrict, after.invariants.never_restrict
    yield from _listed("policy", "invariants", "never restricts", *protected)


def _subjects(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    yield from _named(before.subjects, after.subjects, "subject type")
    for name in _both(before.subjects, after.subjects):
        one, other = before.subjects[name], after.subjects[name]
        yield from _field("subject type", name, "deadline to rectify", one.rectify, other.rectify)
        yield from _field("subject type", name, "bundle", one.bundle, other.bundle)
        yield from _field("subject type", name, "consequence of expiry", one.on_expiry, other.on_expiry)
        yield from _field("subject type", name, "late claims", one.late_claims, other.late_claims)


def _detected(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = (
        {
            f"{severity} in {field}": action
            for severity, some in document.detected.items()
            for field, action in some.items()
        }
        for document in (before, after)
    )
    yield from _mapping("detection of", old, new)
    yield from _listed("policy", "automatic", "does without a review", before.automatic, after.automatic)
    yield from _listed("policy", "standing", "judges as it stands now", before.standing, after.standing)


def _ladders(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = ({one.id: one for one in document.ladders} for document in (before, after))
    yield from _named(old, new, "ladder", lambda one: f"for {', '.join(one.subjects)}: {_climb(one)}")
    for name in _both(old, new):
        yield from _ladder(name, old[name], new[name])
    kept = [[one for one in some if one in old and one in new] for some in (old, new)]
    if kept[0] != kept[1]:
        yield Change("changed", "ladder", "", f"ladders are heard in another order: {', '.join(kept[1])}")


def _climb(ladder: Ladder) -> str:
    return " → ".join(map(steps_in_words, ladder.steps)) or "by severity"


def _ladder(name: str, before: Ladder, after: Ladder) -> Iterator[Change]:
    yield from _listed("ladder", name, "is for", before.subjects, after.subjects)
    yield from _listed("ladder", name, "is for the categories", before.categories, after.categories)
    yield from _field("ladder", name, "beginning", _versioned(before.start), _versioned(after.start))
    yield from _field("ladder", name, "end", _versioned(before.until), _versioned(after.until))
    yield from _field("ladder", name, "way of counting", before.by, after.by)
    for number in range(max(len(before.steps), len(after.steps))):
        old = steps_in_words(before.steps[number]) if number < len(before.steps) else None
        new = steps_in_words(after.steps[number]) if number < len(after.steps) else None
        yield from _field("ladder", name, f"step {number + 1}", old, new)
    for severity in dict.fromkeys((*before.severity, *after.severity)):
        old = steps_in_words(before.severity[severity]) if severity in before.severity else None
        new = steps_in_words(after.severity[severity]) if severity in after.severity else None
        yield from _field("ladder", name, f"answer to {severity}", old, new)
    yield from _field("ladder", name, "first steps", dict(before.first), dict(after.first))
    old, new = (
        None if one.reoffence is None else f"{steps_in_words(one.reoffence.then)} within {one.reoffence.within}"
        for one in (before, after)
    )
    yield from _field("ladder", name, "answer to a re-offence", old, new)
    yield from _listed("ladder", name, "fails an open order on", before.fails_order, after.fails_order)


def _versioned(value: Mapping[str, str] | None) -> str | None:
    if value is None:
        return None
    return (
        value["*"]
        if set(value) == {"*"}
        else ", ".join(f"{version} for {pattern}" for pattern, version in value.items())
    )


def _notices(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = ({one.id: one for one in document.notices} for document in (before, after))
    yield from _named(old, new, "notice", lambda one: f": “{localized(one.text, 'en')}”")
    for name in _both(old, new):
        for lang in sorted({*old[name].text, *new[name].text}):
            whose = "text" if lang == "und" else f"text in `{lang}`"
            was, now = (None if (t := one.text.get(lang)) is None else f"“{t}”" for one in (old[name], new[name]))
            yield from _field("notice", name, whose, was, now)
        yield from _listed("notice", name, "is shown on", old[name].on, new[name].on)
        fits = [one.when.model_dump(exclude_none=True) for one in (old[name], new[name])]
        yield from _mapping("notice", fits[0], fits[1], owner=name)


def _guards(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    old, new = ({one.id: one.model_dump(mode="json") for one in document.guards} for document in (before, after))
    yield from _named(old, new, "guard")
    for name in _both(old, new):
        yield from _mapping("guard", _flat(old[name]), _flat(new[name]), owner=name)


_SINGLE = (
    "orders", "strikes", "appeals", "complaints", "renames", "evasion", "network", "transfers", "authority",
    "retroactive", "calendar",
)  # fmt: skip
"""The sections of single values."""


def _settings(before: PolicyDocument, after: PolicyDocument) -> Iterator[Change]:
    yield from _mapping("setting", _flat(_dumped(before, _SINGLE)), _flat(_dumped(after, _SINGLE)))


def _dumped(document: PolicyDocument, names: Sequence[str]) -> dict[str, Any]:
    dumped: dict[str, Any] = document.model_dump(mode="json", by_alias=True, include=set(names))
    return dumped


_SECTIONS: tuple[tuple[tuple[str, ...], Callable[[PolicyDocument, PolicyDocument], Iterator[Change]]], ...] = (
    (("policy", "revision", "title", "description", "owner", "timezone"), _identity),
    (("signals", "assume", "binds"), _signals),
    (("versions",), _versions),
    (("lexicons",), _lexicons),
    (("conditions",), _conditions),
    (("categories",), _categories),
    (("severities",), _severities),
    (("exemptions",), _exemptions),
    (("rules",), _rules),
    (("functions", "bundles", "takes", "invariants"), _restrictions),
    (("subjects",), _subjects),
    (("detected", "automatic", "standing"), _detected),
    (("ladders",), _ladders),
    (("notices",), _notices),
    (("guards",), _guards),
    (_SINGLE, _settings),
)


# --- sentences -------------------------------------------------------------------------------------------------------


def _only(some: Mapping[str, Any], others: Mapping[str, Any]) -> list[str]:
    return [name for name in some if name not in others]


def _both(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [name for name in new if name in old]


def _named(old: Mapping[str, Any], new: Mapping[str, Any], part: str, told: Any = None) -> Iterator[Change]:
    for name in _only(new, old):
        more = told(new[name]) if told else ""
        text = f"{part} `{name}` is new{more if more.startswith(':') else f' {more}' if more else ''}"
        yield Change("added", part, name, text)
    for name in _only(old, new):
        yield Change("removed", part, name, f"{part} `{name}` is gone")


def _field(part: str, name: str, key: str, old: Any, new: Any) -> Iterator[Change]:
    if old != new:
        text = f"{part} `{name}`: {key} is now {_told(new)}, before {_told(old)}"
        yield Change("added" if old is None else "removed" if new is None else "changed", part, name, text)


def _values(part: str, name: str, key: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    if set(old) != set(new):
        text = f"{part} `{name}`: {key} are now {', '.join(map(str, new))}, before {', '.join(map(str, old))}"
        yield Change("changed", part, name, text)


def _listed(part: str, name: str, verb: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Change]:
    """One sentence for each value that joins or leaves."""
    whose = f"{part} `{name}`" if part != "policy" else "the policy"
    for value in new:
        if value not in old:
            yield Change("added", part, name, f"{whose} now {verb} `{value}`")
    for value in old:
        if value not in new:
            yield Change(
                "removed", part, name, f"{whose} no longer {verb} `{value}`".replace("no longer is", "is no longer")
            )


def _condition(part: str, name: str, verb: str, old: Any, new: Any) -> Iterator[Change]:
    if old != new:
        was, now = condition_in_words(old), condition_in_words(new)
        text = f"{part} `{name}` now {verb}: {now}; before: {was}"
        yield Change("changed", part, name, text)


def _matched(part: str, name: str, old: MatchSettings, new: MatchSettings) -> Iterator[Change]:
    was, now = old.given(), new.given()
    for key in sorted({*was, *now}):
        if was.get(key) != now.get(key):
            yield from _field(part, name, f"match option `{key}`", was.get(key, "as usual"), now.get(key, "as usual"))


def _mapping(part: str, old: Mapping[str, Any], new: Mapping[str, Any], owner: str = "") -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was != now:
            whose = f"{part} `{owner}`: `{key}`" if owner else f"{part} `{key}`"
            kind: Kind = "added" if was is None else "removed" if now is None else "changed"
            yield Change(kind, part, owner or key, f"{whose} is now {_told(now)}, before {_told(was)}")


def _told(value: Any) -> str:
    if value is None or value in ({}, ()):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return (
            localized(value, "en") if set(value) == {"und"} else ", ".join(f"{k}: {_told(v)}" for k, v in value.items())
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value))
    return str(value)


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Every single value below, by its path; texts in several languages and lists are single values."""
    if not isinstance(value, dict) or not value:
        return {} if value in (None, {}) else {path: value}
    found: dict[str, Any] = {}
    for key, below in value.items():
        found |= _flat(below, f"{path}.{key}" if path else key)
    return found
