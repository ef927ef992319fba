"""One item under judgement: its texts with the matches found in them, and what is known of its author and place.

What the caller left out is filled from the policy's `assume`, and remembered, so that the decision can say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

import msgspec

from lictor.errors import UsageError
from lictor.facts import FIELDS, SURFACES, Content, one_of, suggest
from lictor.match import DETECTORS, Match
from lictor.policy import Policy
from lictor.policy.names import SignalType
from lictor.text.reading import symbols_before

__all__ = ["Item", "Known", "Passage", "Place", "Span", "know"]

_PARAGRAPH_END = re.compile("[\n\r\u2028\u2029]")
_SENTENCE_END = re.compile("[\n\r\u2028\u2029。！？!?；;]")
_TYPES = {"text": str, "number": int, "boolean": bool}


Place = tuple[str, int, int]


class Span(NamedTuple):
    """A match in one field, and the lexicon or detector that found it (`""` for terms written in a condition)."""

    field: str
    start: int
    end: int
    match: Match
    source: str

    @property
    def place(self) -> Place:
        """What makes two spans the same piece of text."""
        return self[:3]


class Passage:
    """The text of one field: matches by lexicon, detectors run on demand, distances counted without padding."""

    def __init__(self, name: str, text: str, matches: Iterable[Match]) -> None:
        self.name = name
        self.text = text
        self._by_lexicon: dict[str, list[Match]] = {}
        for match in matches:
            self._by_lexicon.setdefault(match.key[0], []).append(match)  # type: ignore[index]
        self._detected: dict[str, list[Span]] = {}

    @property
    def lexicons(self) -> Collection[str]:
        """The lexicons with at least one match here."""
        return self._by_lexicon.keys()

    def of_lexicon(self, lexicon: str, strengths: Sequence[str] | None = None) -> list[Span]:
        """Matches of that lexicon's terms, of these strengths where any are named, in order of place."""
        found = []
        for match in self._by_lexicon.get(lexicon, ()):
            _, source, strength = cast("tuple[str, str, str]", match.key)
            if strengths is None or strength in strengths:
                found.append(Span(self.name, match.start, match.end, match, source))
        return found

    def of_detector(self, detector: str) -> list[Span]:
        """What that detector finds here, in order of place."""
        if detector not in self._detected:
            found = DETECTORS[detector](self.text)
            self._detected[detector] = [Span(self.name, one.start, one.end, one, detector) for one in found]
        return self._detected[detector]

    def ends(self, inside: str) -> Sequence[int]:
        """Where paragraphs or sentences end, the last one apart; a `field` has no parts."""
        if inside == "field":
            return ()
        return self._paragraph_ends if inside == "paragraph" else self._sentence_ends

    @cached_property
    def bare(self) -> Sequence[int]:
        """Each position counted in characters that carry meaning: padding and separators before it do not count."""
        return symbols_before(self.text)

    @cached_property
    def _paragraph_ends(self) -> list[int]:
        return [end.start() for end in _PARAGRAPH_END.finditer(self.text)]

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [end.start() for end in _SENTENCE_END.finditer(self.text)]


class Known(msgspec.Struct, frozen=True):
    """What is known of an item: its texts by field, its author's kind, and the names of what was assumed."""

    texts: Mapping[str, str]
    subject: str | None
    surface: str | None
    signals: Mapping[str, Any]
    assumed: tuple[str, ...]


class Item:
    """An item ready for the rules: what is known of it, its passages by field, and what was said of it already.

    `lexicons` are those with at least one match in it, `bits` the same as one number.
    `said` holds what parts of conditions came to, by the number of the part: rules share many of them.
    """

    __slots__ = ("_bits_of", "_views", "bits", "known", "lexicons", "passages", "said")

    def __init__(self, known: Known, passages: Mapping[str, Passage], bits_of: Callable[[Iterable[str]], int]) -> None:
        self.known = known
        self.passages = passages
        self.lexicons = frozenset().union(*[passage.lexicons for passage in passages.values()])
        self.bits = bits_of(self.lexicons)
        self._bits_of = bits_of
        self.said: dict[int, Any] = {}
        self._views: dict[tuple[str, ...], Item] = {}

    def within(self, fields: Collection[str]) -> Item:
        """The same item, seen through these fields only."""
        names = tuple([name for name in self.passages if name in fields])
        if len(names) == len(self.passages):
            return self
        if names not in self._views:
            passages = {name: self.passages[name] for name in names}
            self._views[names] = Item(self.known, passages, self._bits_of)
        return self._views[names]

    def apart(self) -> Sequence[tuple[Passage, Item]]:
        """Each passage, with the item seen through its field alone."""
        if len(self.passages) == 1:
            return [(passage, self) for passage in self.passages.values()]
        return [(passage, self.within((name,))) for name, passage in self.passages.items()]


def know(policy: Policy, content: Content) -> Known:
    """What is known of the content under this policy: checked against its names, completed from its `assume`."""
    document = policy.document
    assume = document.assume
    assumed: list[str] = []
    texts: dict[str, str] = {}
    for name, text in content.fields.items():
        if name is None and "field" in assume:
            assumed.append("field")
            name = str(assume["field"])  # noqa: PLW2901
        texts[_one_of(name or "post", FIELDS, "field")] = text
    subject, surface = content.subject, content.surface
    if subject is None and "subject" in assume:
        assumed.append("subject")
        subject = str(assume["subject"])
    if surface is None and "surface" in assume:
        assumed.append("surface")
        surface = str(assume["surface"])
    if subject is not None:
        _one_of(subject, document.subjects, "subject")
    if surface is not None:
        _one_of(surface, SURFACES, "surface")
    specs, signals = document.known_signals, document.assumed_signals
    # What only another policy declares is that policy's to read.
    given = {name: value for name, value in content.signals.items() if name in specs}
    for name, value in given.items():
        _check_signal(name, value, specs[name])
    assumed += [name for name, value in signals.items() if value is not None and name not in given]
    if given:
        signals = {**signals, **given}
    return Known(texts, subject, surface, signals, tuple(sorted(assumed)))


def _one_of(value: str, allowed: Collection[str], what: str) -> str:
    return value if value in allowed else one_of(value, allowed, what)


def _check_signal(name: str, value: Any, spec: SignalType) -> None:
    if isinstance(value, bool) != (spec.type == "boolean") or not isinstance(value, _TYPES[spec.type]):
        hint = "give shares in parts per million, as a whole number" if isinstance(value, float) else ""
        raise UsageError(f"signal `{name}` is a {spec.type}, not `{value!r}`", hint=hint)
    if spec.values and value not in spec.values:
        raise UsageError(f"signal `{name}` is never `{value}`", hint=suggest(str(value), spec.values))
