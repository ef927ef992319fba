"""A policy as a page to read: clauses, rules in plain words, ladders step by step, what held when.

The page is made of a few kinds of block; `lictor.report.show` writes them for a terminal, as Markdown or as HTML.
Titles are in the language asked for, as far as the policy speaks it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lictor.author.plain import condition_in_words, severity_in_words, since_in_words, steps_in_words
from lictor.decide.versions import best_pattern
from lictor.policy import Policy
from lictor.policy.models import Ladder, Lexicon, PolicyDocument, Rule, localized

__all__ = ["Block", "Facts", "Grid", "Heading", "Items", "Steps", "Text", "page"]

_SHOWN_TERMS = 12
_STATUS = {
    "enforce": "acts",
    "monitor": "only watches: counted, and nothing is done; `status: enforce` lets it act",
    "draft": "a draft, not judged; `status: monitor` lets it watch",
}
_COUNTED = {"strikes": "Violation", "rungs": "Rung", "severity": "Severity"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (the page) to 3."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what is said of each."""

    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """A ladder: what leads to what, from the mildest; `arrow`: each follows from the one before."""

    steps: tuple[tuple[str, str], ...]
    arrow: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """What is in force under which version: a row each, a mark for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[bool, ...]], ...]


Block = Heading | Text | Items | Facts | Steps | Grid


def page(policy: Policy, *, lang: str = "en") -> list[Block]:
    """The whole policy, in the order a reader asks: what it is, what is forbidden, how it is found, what follows."""
    document = policy.document

    def said(text: Mapping[str, str]) -> str:
        return localized(text, lang)

    blocks: list[Block] = [Heading(1, said(document.title))]
    if document.description is not None:
        blocks.append(Text(said(document.description)))
    blocks.append(
        Facts(
            (
                ("Policy", document.policy),
                ("Owner", document.owner),
                ("Time zone", document.timezone),
                ("Digest", policy.digest),
                *((("Binds", condition_in_words(document.binds.when)),) if document.binds else ()),
            )
        )
    )
    blocks += _versions(document, lang)
    blocks += _categories(document, lang)
    blocks += [Heading(2, "What is looked for")]
    for category in document.categories:
        for rule in (rule for rule in document.rules if rule.category == category):
            blocks += _rule(rule, lang)
    blocks += _building_blocks(document, lang)
    blocks += _consequences(document, lang)
    blocks += _rights(document, lang)
    return blocks


def _versions(document: PolicyDocument, lang: str) -> Iterator[Block]:
    yield Heading(2, "What held when")
    told = []
    for version in document.versions:
        title = "" if version.title is None else f": {localized(version.title, lang)}"
        source = "" if version.source is None else f" ({localized(version.source.name, lang)})"
        told.append((version.start.isoformat(), f"`{version.id}`{title}{source}"))
    yield Steps(tuple(told), arrow=True)
    columns = tuple(version.id for version in document.versions)
    rows = [(name, _in_force(document, name)) for name in document.categories]
    rows += [(f"ladder {ladder.id}", _heard(document, ladder)) for ladder in document.ladders]
    yield Grid(columns, tuple(rows))


def _in_force(document: PolicyDocument, name: str) -> tuple[bool, ...]:
    category = document.categories[name]
    numbers = document.version_numbers
    start = min(numbers[one] for one in category.start.values())
    end = len(numbers) if category.until is None else numbers[category.until]
    return tuple(start <= version < end for version in range(len(numbers)))


def _heard(document: PolicyDocument, ladder: Ladder) -> tuple[bool, ...]:
    numbers = document.version_numbers
    spans = []
    for category in document.categories:
        start, until = best_pattern(ladder.start, category), best_pattern(ladder.until or {}, category)
        if start is not None:
            spans.append((numbers[start], len(numbers) if until is None else numbers[until]))
    return tuple(any(start <= version < end for start, end in spans) for version in range(len(numbers)))


def _categories(document: PolicyDocument, lang: str) -> Iterator[Block]:
    yield Heading(2, "What is forbidden, and on what ground")
    for name, category in document.categories.items():
        yield Heading(3, f"{localized(category.title, lang)} (`{name}`)")
        grounds = []
        for ground in category.grounds:
            since = f"from `{ground.since}`: " if ground.since else ""
            text = "" if ground.text is None else f" {localized(ground.text, lang)}"
            grounds.append(f"{since}{ground.clause} ({ground.kind.replace('_', ' ')}).{text}")
        yield Text(f"In force from {since_in_words(category)}.")
        yield Items(tuple(grounds))


def _rule(rule: Rule, lang: str) -> Iterator[Block]:
    yield Heading(3, f"{localized(rule.title, lang)} (`{rule.id}`)")
    yield Facts(
        (
            ("Category", rule.category),
            ("Severity", severity_in_words(rule.severity)),
            ("Status", _STATUS[rule.status]),
            *((("Expires", str(rule.expires)),) if rule.expires is not None else ()),
            ("Looks at", ", ".join(rule.fields) if rule.fields else "every field"),
            ("Fires on", condition_in_words(rule.when)),
            *((("Unless", ", ".join(f"`{name}`" for name in rule.unless)),) if rule.unless else ()),
            *((("Then at once", rule.effect.replace("_", " ")),) if rule.effect else ()),
            *((("Owner", rule.owner),) if rule.owner else ()),
            *((("For example", f"“{rule.tests.fires[0]}”"),) if rule.tests.fires else ()),
            *((("But not", f"“{rule.tests.silent[0]}”"),) if rule.tests.silent else ()),
        )
    )


def _building_blocks(document: PolicyDocument, lang: str) -> Iterator[Block]:
    if document.exemptions:
        yield Heading(2, "What excuses")
        told = []
        for name, exemption in document.exemptions.items():
            cancelled = ", ".join(f"`{one}`" for one in exemption.cancelled_by)
            ending = f"; not where {cancelled} holds" if cancelled else ""
            title = f"`{name}`: {localized(exemption.title, lang)}"
            told.append((title, condition_in_words(exemption.when) + ending))
        yield Facts(tuple(told))
    if document.conditions:
        yield Heading(2, "Words that stand for conditions")
        yield Facts(tuple((f"`{name}`", condition_in_words(one)) for name, one in document.conditions.items()))
    if document.lexicons:
        yield Heading(2, "Lists of words")
        yield Facts(tuple((f"`{name}`", _lexicon(one, lang)) for name, one in document.lexicons.items()))


def _lexicon(lexicon: Lexicon, lang: str) -> str:
    title = "" if lexicon.title is None else f"{localized(lexicon.title, lang)}. "
    words = ", ".join(term.term for term in lexicon.terms[:_SHOWN_TERMS])
    more = len(lexicon.terms) - _SHOWN_TERMS
    return f"{title}{words}" + (f" and {more:,} more" if more > 0 else "")


def _consequences(document: PolicyDocument, lang: str) -> Iterator[Block]:
    yield Heading(2, "What follows")
    severities = [f"`{one.id}`: {localized(one.title, lang)}" for one in document.severities]
    yield Text("Severities, from the mildest: " + "; ".join(severities) + ".")
    if document.detected:
        at_once = []
        for severity, effects in document.detected.items():
            told = [
                f"{action.replace('_', ' ')}{'' if field == 'default' else f' ({field})'}"
                for field, action in effects.items()
            ]
            at_once.append((f"{severity}, when found", ", ".join(told)))
        yield Facts(tuple(at_once))
    automatic = ", ".join(action.replace("_", " ") for action in document.automatic)
    yield Text(f"Without a review: {automatic or 'nothing'}. Everything else waits for a person.")
    for ladder in document.ladders:
        subjects = ", ".join(localized(document.subjects[name].title, lang) for name in ladder.subjects)
        yield Heading(3, f"Ladder `{ladder.id}`: {subjects}")
        yield Text(f"For {', '.join(f'`{one}`' for one in ladder.categories)}, from {_versioned(ladder.start)}.")
        if ladder.steps:
            word = _COUNTED[ladder.by]
            steps = [(f"{word} {number}", steps_in_words(one)) for number, one in enumerate(ladder.steps, 1)]
            yield Steps(tuple(steps), arrow=True)
        if ladder.severity:
            apart = [(f"At {severity}", steps_in_words(one)) for severity, one in ladder.severity.items()]
            yield Steps(tuple(apart), arrow=False)
        if ladder.reoffence is not None:
            then = steps_in_words(ladder.reoffence.then)
            yield Text(f"Again within {ladder.reoffence.within} of a rectification: {then}.")


def _versioned(start: Mapping[str, str]) -> str:
    return ", ".join(
        f"`{version}`" if pattern == "*" else f"`{version}` for `{pattern}`" for pattern, version in start.items()
    )


def _rights(document: PolicyDocument, lang: str) -> Iterator[Block]:
    yield Heading(2, "What the account may do")
    appeals = document.appeals
    facts = [("Appeal", f"within {appeals.window}; answered in {appeals.answer}. {localized(appeals.how, lang)}")]
    orders = [
        (localized(one.title, lang), f"{one.rectify} to rectify") for one in document.subjects.values() if one.rectify
    ]
    facts += orders
    if document.strikes is not None:
        facts.append(("A strike counts", f"for {document.strikes.life}"))
    if document.invariants.never_restrict:
        facts.append(("Never taken away", ", ".join(document.invariants.never_restrict)))
    yield Facts(tuple(facts))
    if document.notices:
        yield Heading(2, "What people are told")
        yield Facts(
            tuple((f"`{one.id}`, on {', '.join(one.on)}", f"“{localized(one.text, lang)}”") for one in document.notices)
        )
