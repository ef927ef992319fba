"""One item under judgement: its texts with the matches found in them, and what is known of its author and place.

What the caller left out is filled from the policy's `assume`, and remembered, so that the decision can say so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

import msgspec

from lictor.errors import UsageError
from lictor.facts import EXACT, FIELDS, SURFACES, Content, one_of, suggest
from lictor.match import DETECTORS, Match
from lictor.policy import Policy
from lictor.policy.names import SignalType

__all__ = ["Asked", "Disguises", "Item", "Key", "Known", "Passage", "Place", "Span", "Spans", "in_order", "know"]

_TYPES = {"text": str, "number": int, "boolean": bool}
_WIDTH = 40
_RANK: Mapping[str, int] = {name: rank << 2 * _WIDTH for rank, name in enumerate(sorted(FIELDS))}


Place = int
"""A stretch of an item's text: the field (in order of its name), where it begins, where it ends."""

Key = tuple[str, str, str]
"""Which terms a match is of: their lexicon, its name as evidence has it, and their strength."""


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
        return _RANK[self.field] | self.start << _WIDTH | self.end


# What `Span(...)` does, in a third of its time.
_span: Callable[[tuple[str, int, int, Match, str]], Span] = partial(tuple.__new__, Span)

Spans = dict[Place, Span]
"""One span a place, in no order. They are shared, and never changed once made."""

Disguises = tuple[frozenset[str], ...]
"""Sets of transformations, of each of which a match must have needed one."""


class Passage:
    """The text of one field: matches by lexicon, and detectors run on demand.

    `measured` is what `near` counts distances in it by, once it was asked.
    """

    __slots__ = ("_detected", "_doubled", "_matches", "keys", "lexicons", "measured", "name", "text")

    def __init__(self, name: str, text: str, matches: Sequence[Match]) -> None:
        self.name = name
        self.text = text
        # By lexicon what it found here, the first at a place; and those of which a place has several.
        self.lexicons: dict[str, Spans] = {}
        self._doubled: set[str] = set()
        self.keys: set[Key] = set()
        self.measured: Any = None
        self._matches = matches
        rank = _RANK[name]
        for match in matches:
            key: Key = match.key  # type: ignore[assignment]
            self.keys.add(key)
            lexicon, source, _ = key
            start, end = match.start, match.end
            place = rank | start << _WIDTH | end
            found = self.lexicons.get(lexicon)
            if found is None:
                self.lexicons[lexicon] = {place: _span((name, start, end, match, source))}
            elif place not in found:
                found[place] = _span((name, start, end, match, source))
            else:
                self._doubled.add(lexicon)
        self._detected: dict[str, Sequence[Match]] = {}

    def of_lexicon(self, lexicon: str, strengths: Sequence[str] | None, disguises: Disguises) -> Spans:
        """Matches of the lexicon's terms, of these strengths if any are named, so disguised; the first at a place."""
        if lexicon in self._doubled:
            own = (match for match in self._matches if match.key[0] == lexicon)  # type: ignore[index]
            fitting = [match for match in own if _is_so(match, strengths, disguises)]
            spans = [Span(self.name, one.start, one.end, one, one.key[1]) for one in fitting]  # type: ignore[index]
            return {span.place: span for span in reversed(spans)}
        found = self.lexicons.get(lexicon, {})
        return {place: span for place, span in found.items() if _is_so(span.match, strengths, disguises)}

    def of_detector(self, detector: str, disguises: Disguises) -> Spans:
        """What that detector finds here, so disguised; the first at a place."""
        found = self._detected.get(detector)
        if found is None:
            found = self._detected[detector] = DETECTORS[detector](self.text)
        if disguises:
            found = [match for match in found if _is_so(match, None, disguises)]
        spans = [_span((self.name, one.start, one.end, one, detector)) for one in found]
        return {span.place: span for span in reversed(spans)}


class Known(msgspec.Struct, frozen=True):
    """What is known of an item: its texts by field, its author's kind, and the names of what was assumed."""

    texts: Mapping[str, str]
    subject: str | None
    surface: str | None
    signals: Mapping[str, Any]
    assumed: tuple[str, ...]


class Asked(Protocol):
    """What asks an item."""

    @property
    def questions(self) -> Mapping[int, Callable[[Item], Any]]:
        """The questions by their numbers."""

    @property
    def numbers(self) -> Mapping[str, int]:
        """The numbers of those that ask for all matches of a lexicon, by its name."""

    def bits(self, keys: Iterable[Key]) -> int:
        """What an item with matches of these keys has, as one number."""


class Item(dict[int, Any]):
    """An item ready for the rules, and what was said of it: `item[number]` is the answer to the question so numbered.

    Each is asked once: rules share many of them. `known` is what is known of the item, `passages` are its
    texts by field; `only` is its passage, where it has one. `bits` are the keys of all its matches as one number.
    """

    __slots__ = ("_asked", "_views", "bits", "known", "only", "passages")

    def __init__(self, known: Known, passages: Mapping[str, Passage], asked: Asked) -> None:
        self.known = known
        self.passages = passages
        self._asked = asked
        self.only = None
        if len(passages) == 1:
            (self.only,) = passages.values()
            self.bits = asked.bits(self.only.keys)
            numbers = asked.numbers
            for lexicon, spans in self.only.lexicons.items():
                if lexicon in numbers:
                    self[numbers[lexicon]] = spans
        else:
            self.bits = asked.bits(set().union(*[passage.keys for passage in passages.values()]))
        self._views: dict[tuple[str, ...], Item] = {}

    @property
    def lexicons(self) -> frozenset[str]:
        """Those with at least one match in it."""
        return frozenset().union(*[passage.lexicons for passage in self.passages.values()])

    def __missing__(self, number: int) -> Any:
        said = self[number] = self._asked.questions[number](self)
        return said

    def within(self, fields: Collection[str]) -> Item:
        """The same item, seen through these fields only."""
        names = tuple([name for name in self.passages if name in fields])
        if len(names) == len(self.passages):
            return self
        if names not in self._views:
            passages = {name: self.passages[name] for name in names}
            self._views[names] = Item(self.known, passages, self._asked)
        return self._views[names]

    def apart(self) -> Sequence[Item]:
        """The item seen through each of its fields alone."""
        return (self,) if self.only else [self.within((name,)) for name in self.passages]


def _is_so(match: Match, strengths: Sequence[str] | None, disguises: Disguises) -> bool:
    if strengths is not None and match.key[2] not in strengths:  # type: ignore[index]
        return False
    return not (disguises and any(wanted.isdisjoint(match.mechanisms) for wanted in disguises))


def in_order(spans: Spans, item: Item) -> list[Place]:
    """The places in order of the item's fields, and of place in each."""
    if item.only:
        return sorted(spans)
    order = {name: at for at, name in enumerate(item.passages)}
    return sorted(spans, key=lambda place: (order[spans[place].field], place))


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
    if isinstance(value, int) and abs(value) > EXACT:
        raise UsageError(f"signal `{name}` is farther from 0 than {EXACT}", hint="give that number instead")
    if spec.values and value not in spec.values:
        raise UsageError(f"signal `{name}` is never `{value}`", hint=suggest(str(value), spec.values))
