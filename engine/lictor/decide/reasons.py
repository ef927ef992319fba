"""The statement of reasons: what was done, on what facts and ground, how it was found, and how to contest it.

It follows what the EU's article 17 asks of any platform: the measure with its scope and length, the facts, whether a
notice or own initiative led to it, whether machines decided, the ground with an explanation, and redress. It never
claims a trigger that was not there. Quoted words are escaped, so that no text can disguise the statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from lictor.decide.decision import Effect, Evidence, ViolationRecord
from lictor.decide.same import Same
from lictor.decide.words import LANGUAGES, Words
from lictor.errors import escape_controls
from lictor.policy.models import Ground, PolicyDocument, Source, localized

__all__ = ["Case", "Frame", "filled", "frame", "quoted", "statement"]

_QUOTES = 5
_QUOTE_LENGTH = 60


class Framed(NamedTuple):
    """A statement in one language but for the facts: what is said before them, and behind; or all, if none are told."""

    writer: _Writer
    before: str
    behind: str
    without: str
    has_facts: bool


Frame = Sequence[Framed]
"""A statement but for the facts, in each language."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a statement is about. `lead`, its ground and source are None where nothing is done or no category is named.

    `actor` is who decided: the `engine`, a `person`, an `authority`, or an `earlier` decision that led to this one.
    """

    effects: Sequence[Effect]
    lead: ViolationRecord | None
    ground: tuple[Ground, Source] | None
    excused: Sequence[str]
    trigger: str
    appeal_until: str | None
    actor: str = "engine"


def statement(document: PolicyDocument, case: Case) -> dict[str, str]:
    """The statement, in each language there are words for."""
    return filled(frame(document, case), case.lead)


def frame(document: PolicyDocument, case: Case) -> Frame:
    """The statement but for the facts: what is said before and behind them, by language.

    Of the lead it takes in the rule, the version and the severity, but not the evidence.
    """
    return [writer.frame(case) for writer in _writers(Same(document))]


def filled(frame: Frame, lead: ViolationRecord | None) -> dict[str, str]:
    """The statement, with the facts that the lead shows."""
    if lead is None or not lead.evidence:
        return {one.writer.lang: one.without for one in frame}
    shown = _widest(lead.evidence)
    quotes = [_quote(piece) for piece in shown[:_QUOTES]]
    field, more = lead.evidence[0].field, len(shown) - len(quotes)
    return {
        one.writer.lang: one.before + one.writer.facts(field, quotes, more) + one.behind
        if one.has_facts
        else one.without
        for one in frame
    }


@lru_cache(maxsize=16)
def _writers(same: Same) -> tuple[_Writer, ...]:
    return tuple(_Writer(same.document, lang, words) for lang, words in LANGUAGES.items())


_Quote = Mapping[str, Any]
"""A piece of evidence as it is quoted in any language, by the names that templates have for its parts."""


def _quote(piece: Evidence) -> _Quote:
    return {
        "text": quoted(piece.text),
        # People count from 1, and both ends.
        "start": piece.start + 1,
        "end": piece.end,
        "term": escape_controls(piece.term),
        "mechanisms": piece.mechanisms,
    }


def quoted(text: str) -> str:
    """The text as a statement quotes it, between “ and ”: cut where it is long, and nothing in it disguises."""
    return escape_controls(text if len(text) <= _QUOTE_LENGTH else text[: _QUOTE_LENGTH - 1] + "…")


class _Writer:
    """Writes in one language about one policy; what it says again and again it remembers."""

    def __init__(self, document: PolicyDocument, lang: str, words: Words) -> None:
        self.lang = lang
        self.stop = words.stop
        self._document = document
        self._words = words
        self._grounds: dict[tuple[str, str, str], str] = {}
        self._effect = lru_cache(maxsize=1024)(self._written_effect)
        self._appeal = lru_cache(maxsize=64)(self._written_appeal)

    def frame(self, case: Case) -> Framed:
        """What is said but for the facts."""
        words = self._words
        before: list[str] = []
        behind: list[str] = []
        if not case.effects:
            before.append(words.nothing)
        else:
            for status, sentence in (("applied", words.applied), ("proposed", words.proposed)):
                some = [self._effect(effect) for effect in case.effects if effect.status == status]
                if some:
                    before.append(sentence.format(effects=words.semicolon.join(some)))
            if case.lead is not None and case.ground is not None:
                behind.append(self._ground(case.lead, *case.ground))
            waiting = any(effect.status == "proposed" for effect in case.effects)
            by_whom = {"person": words.decided, "earlier": words.followed, "authority": None}
            found = by_whom.get(case.actor, words.reviewed if waiting else words.detected)
            behind += [one for one in (found, words.trigger[case.trigger]) if one is not None]
            if any(effect.effect != "flag" for effect in case.effects):
                behind.append(self._appeal(case.appeal_until))
        if case.excused:
            titles = [localized(self._document.exemptions[name].title, self.lang) for name in case.excused]
            behind.append(words.exempted.format(titles=words.semicolon.join(titles)))
        return Framed(
            self,
            before="".join(one + self.stop for one in before),
            behind="".join(self.stop + one for one in behind),
            without=self.stop.join([*before, *behind]),
            has_facts=bool(case.effects),
        )

    def _written_effect(self, effect: Effect) -> str:
        words = self._words
        parts = [words.effect[effect.effect]]
        if effect.viewers:
            parts.append(words.viewers.format(names=", ".join(effect.viewers)))
        if effect.effect == "rectify_order" and effect.lasting:
            # The clock starts when the notice arrives, so no instant is promised before that.
            parts.append(words.rectify.format(lasting=words.duration(effect.lasting)))
        elif effect.until:
            parts.append(words.until.format(instant=effect.until))
        elif effect.lasting:
            parts.append(words.lasting.format(lasting=words.duration(effect.lasting)))
        elif effect.until_event:
            parts.append(words.rectified)
        if effect.functions:
            parts.append(words.functions.format(names=", ".join(effect.functions)))
        return words.comma.join(parts)

    def facts(self, field: str, quotes: Sequence[_Quote], more: int) -> str:
        """What was found in the field: these quotes of the evidence, and so many more left out."""
        words = self._words
        said = [self._said(quote) if quote["mechanisms"] else words.quote.format_map(quote) for quote in quotes]
        if more:
            said.append(words.more.format(count=more))
        return words.found.format(field=words.field[field], quotes=words.semicolon.join(said))

    def _said(self, quote: _Quote) -> str:
        words = self._words
        how = words.comma.join(words.mechanism[name] for name in quote["mechanisms"])
        return words.disguised.format(how=how, **quote)

    def _ground(self, lead: ViolationRecord, ground: Ground, source: Source) -> str:
        # The category and the version give the ground and its source.
        key = lead.rule, lead.version, lead.severity
        if key not in self._grounds:
            words = self._words
            self._grounds[key] = words.ground.format(
                category=localized(self._document.categories[lead.category].title, self.lang),
                degree=self._degree(lead),
                clause=ground.clause,
                source=localized(source.name, self.lang),
                kind=words.law if ground.kind == "illegal_content" else words.contract,
            )
        return self._grounds[key]

    def _degree(self, lead: ViolationRecord) -> str:
        # An authority's order names no severity, and what a person found need not be what a rule looks for.
        if not lead.severity:
            return ""
        template = self._words.degree if lead.rule == lead.category else self._words.degree_by_rule
        return template.format(severity=lead.severity, rule=localized(lead.title, self.lang))

    def _written_appeal(self, appeal_until: str | None) -> str:
        words, appeals = self._words, self._document.appeals
        return words.appeal.format(
            how=localized(appeals.how, self.lang),
            window=words.duration(str(appeals.window)),
            by="" if appeal_until is None else words.appeal_by.format(instant=appeal_until),
            answer=words.duration(str(appeals.answer)),
        )


def _widest(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The pieces in order of place, without those that stand inside another: nobody is told the same words twice."""
    kept: list[Evidence] = []
    for piece in sorted(evidence, key=lambda e: (e.field, e.start, -e.end)):
        if not kept or piece.field != kept[-1].field or piece.end > kept[-1].end:
            kept.append(piece)
    return kept
