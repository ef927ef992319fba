"""The statement of reasons: what was done, on what facts and ground, how it was found, and how to contest it.

It follows what the EU's article 17 asks of any platform: the measure with its scope and length, the facts, whether a
notice or own initiative led to it, whether machines decided, the ground with an explanation, and redress. It never
claims a trigger that was not there. Quoted words are escaped, so that no text can disguise the statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lictor.decide.decision import Effect, Evidence, ViolationRecord
from lictor.decide.words import LANGUAGES, Words
from lictor.errors import escape_controls
from lictor.policy.models import Ground, PolicyDocument, Source, localized

__all__ = ["Case", "statement"]

_QUOTES = 5
_QUOTE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Case:
    """What a statement is about. `lead`, its ground and source are None where nothing is done."""

    effects: Sequence[Effect]
    lead: ViolationRecord | None
    ground: tuple[Ground, Source] | None
    excused: Sequence[str]
    trigger: str
    appeal_until: str | None


def statement(document: PolicyDocument, case: Case) -> dict[str, str]:
    """The statement, in each language there are words for."""
    return {lang: _Writer(document, lang, words).write(case) for lang, words in LANGUAGES.items()}


class _Writer:
    def __init__(self, document: PolicyDocument, lang: str, words: Words) -> None:
        self._document = document
        self._lang = lang
        self._words = words

    def write(self, case: Case) -> str:
        words = self._words
        said: list[str] = []
        if case.lead is None or case.ground is None:
            said.append(words.nothing)
        else:
            for status, sentence in (("applied", words.applied), ("proposed", words.proposed)):
                some = [self._effect(effect) for effect in case.effects if effect.status == status]
                if some:
                    said.append(sentence.format(effects=words.semicolon.join(some)))
            if case.lead.evidence:
                said.append(self._facts(case.lead.evidence))
            said.append(self._ground(case.lead, *case.ground))
            waiting = any(effect.status == "proposed" for effect in case.effects)
            said += [words.reviewed if waiting else words.detected, words.trigger[case.trigger]]
            if any(effect.effect != "flag" for effect in case.effects):
                said.append(self._appeal(case.appeal_until))
        if case.excused:
            titles = [localized(self._document.exemptions[name].title, self._lang) for name in case.excused]
            said.append(words.exempted.format(titles=words.semicolon.join(titles)))
        return words.stop.join(said)

    def _effect(self, effect: Effect) -> str:
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

    def _facts(self, evidence: Sequence[Evidence]) -> str:
        words = self._words
        widest = _widest(evidence)
        quotes = [self._quote(piece) for piece in widest[:_QUOTES]]
        if len(widest) > _QUOTES:
            quotes.append(words.more.format(count=len(widest) - _QUOTES))
        return words.found.format(field=words.field[evidence[0].field], quotes=words.semicolon.join(quotes))

    def _quote(self, piece: Evidence) -> str:
        words = self._words
        text = piece.text if len(piece.text) <= _QUOTE_LENGTH else piece.text[: _QUOTE_LENGTH - 1] + "…"
        return (words.disguised if piece.mechanisms else words.quote).format(
            text=escape_controls(text),
            start=piece.start + 1,  # people count from 1, and both ends
            end=piece.end,
            term=escape_controls(piece.term),
            how=words.comma.join(words.mechanism[name] for name in piece.mechanisms),
        )

    def _ground(self, lead: ViolationRecord, ground: Ground, source: Source) -> str:
        words = self._words
        return words.ground.format(
            category=localized(self._document.categories[lead.category].title, self._lang),
            severity=lead.severity,
            rule=localized(lead.title, self._lang),
            clause=ground.clause,
            source=localized(source.name, self._lang),
            kind=words.law if ground.kind == "illegal_content" else words.contract,
        )

    def _appeal(self, appeal_until: str | None) -> str:
        words, appeals = self._words, self._document.appeals
        return words.appeal.format(
            how=localized(appeals.how, self._lang),
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
