"""One item under judgement: its texts with the matches found in them, and what is known of its author and place.

What the caller left out is filled from the policy's `assume`, and remembered, so that the decision can say so.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from lictor.errors import UsageError
from lictor.facts import FIELDS, SURFACES, Content, one_of, suggest
from lictor.match import DETECTORS, Match
from lictor.policy import Policy
from lictor.policy.names import SignalType
from lictor.text import skeleton

__all__ = ["Item", "Known", "Passage", "Span", "know"]

_PARAGRAPH_ENDS = frozenset("\n\r\u2028\u2029")
_SENTENCE_ENDS = _PARAGRAPH_ENDS | frozenset("。！？!?；;")
_TYPES = {"text": str, "number": int, "boolean": bool}


@dataclass(frozen=True, slots=True)
class Span:
    """A match in one field, and the lexicon or detector that found it (`""` for terms written in a condition)."""

    field: str
    match: Match
    source: str

    @property
    def place(self) -> tuple[str, int, int]:
        """What makes two spans the same piece of text."""
        return self.field, self.match.start, self.match.end


class Passage:
    """The text of one field: matches by lexicon, detectors run on demand, distances counted without padding."""

    def __init__(self, name: str, text: str, matches: Iterable[Match]) -> None:
        self.name = name
        self.text = text
        self._by_lexicon: dict[str, list[tuple[str, Span]]] = {}
        for match in matches:
            lexicon, source, strength = cast("tuple[str, str, str]", match.key)
            self._by_lexicon.setdefault(lexicon, []).append((strength, Span(name, match, source)))
        self._detected: dict[str, list[Span]] = {}

    @property
    def lexicons(self) -> Collection[str]:
        """The lexicons with at least one match here."""
        return self._by_lexicon.keys()

    def of_lexicon(self, lexicon: str, strengths: Sequence[str] | None = None) -> list[Span]:
        """Matches of that lexicon's terms, of these strengths where any are named, in order of place."""
        found = self._by_lexicon.get(lexicon, ())
        return [span for strength, span in found if strengths is None or strength in strengths]

    def of_detector(self, detector: str) -> list[Span]:
        """What that detector finds here, in order of place."""
        if detector not in self._detected:
            self._detected[detector] = [Span(self.name, match, detector) for match in DETECTORS[detector](self.text)]
        return self._detected[detector]

    def bare(self, position: int) -> int:
        """The position counted in characters that carry meaning: padding and separators before it do not count."""
        return bisect_left(self._offsets, position)

    def segment(self, position: int, inside: str) -> int:
        """Which paragraph or sentence the position is in, from 0; always 0 for `field`."""
        if inside == "field":
            return 0
        return bisect_right(self._paragraph_ends if inside == "paragraph" else self._sentence_ends, position)

    @cached_property
    def _offsets(self) -> Sequence[int]:
        offsets: Sequence[int] = skeleton(self.text).offsets.tolist()
        return offsets

    @cached_property
    def _paragraph_ends(self) -> list[int]:
        return [at for at, char in enumerate(self.text) if char in _PARAGRAPH_ENDS]

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [at for at, char in enumerate(self.text) if char in _SENTENCE_ENDS]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an item: its texts by field, its author's kind, and the names of what was assumed."""

    texts: Mapping[str, str]
    subject: str | None
    surface: str | None
    signals: Mapping[str, Any]
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item ready for the rules: what is known of it, and its passages by field."""

    known: Known
    passages: Mapping[str, Passage]

    def within(self, fields: Collection[str]) -> Item:
        """The same item, seen through these fields only."""
        if all(name in fields for name in self.passages):
            return self
        return replace(self, passages={name: p for name, p in self.passages.items() if name in fields})


def know(policy: Policy, content: Content) -> Known:
    """What is known of the content under this policy: checked against its names, completed from its `assume`."""
    document = policy.document
    assumed: list[str] = []

    def settle(name: str, given: Any) -> Any:
        if given is None and name in document.assume:
            assumed.append(name)
            return document.assume[name]
        return given

    texts: dict[str, str] = {}
    for name, text in content.fields.items():
        texts[one_of(settle("field", name) or "post", FIELDS, "field")] = text
    subject = settle("subject", content.subject)
    if subject is not None:
        one_of(subject, document.subjects, "subject")
    surface = settle("surface", content.surface)
    if surface is not None:
        one_of(surface, SURFACES, "surface")
    # What only another policy declares is that policy's to read.
    specs = document.known_signals
    for name, value in content.signals.items():
        if name in specs:
            _check_signal(name, value, specs[name])
    signals = {name: settle(name, content.signals.get(name)) for name in specs}
    return Known(texts, subject, surface, signals, tuple(sorted(assumed)))


def _check_signal(name: str, value: Any, spec: SignalType) -> None:
    if isinstance(value, bool) != (spec.type == "boolean") or not isinstance(value, _TYPES[spec.type]):
        hint = "give shares in parts per million, as a whole number" if isinstance(value, float) else ""
        raise UsageError(f"signal `{name}` is a {spec.type}, not `{value!r}`", hint=hint)
    if spec.values and value not in spec.values:
        raise UsageError(f"signal `{name}` is never `{value}`", hint=suggest(str(value), spec.values))
