"""One item under judgement: its texts with the matches found in them, and what is known of its author and place.

What the caller left out is filled from the policy's `assume`, and remembered, so that the decision can say so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from lictor.errors import UsageError
from lictor.facts import FIELDS, SURFACES, Content, one_of, suggest
from lictor.match import DETECTORS, Match
from lictor.policy import Policy
from lictor.policy.names import SignalType
from lictor.text.reading import symbols_before

__all__ = ["Disguises", "Item", "Key", "Known", "Mark", "Passage", "Place", "Span", "Spans", "in_order", "know"]

_END = {"paragraph": re.compile("[\n\r\u2028\u2029]"), "sentence": re.compile("[\n\r\u2028\u2029。！？!?；;]")}
_TYPES = {"text": str, "number": int, "boolean": bool}
_WIDTH = 40
# Further than any text is long, as a power of two.
_FAR = 32
_RANK: Mapping[str, int] = {name: rank << 2 * _WIDTH for rank, name in enumerate(sorted(FIELDS))}


Place = int
"""A stretch of an item's text: the field (in order of its name), where it begins, where it ends."""

Mark = tuple[int, int, Place, "Span"]
"""A span by where it begins and ends, counted in characters that carry meaning, and its place."""

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


Spans = dict[Place, Span]
"""One span a place, in no order. They are shared, and never changed once made."""

Disguises = tuple[frozenset[str], ...]
"""Sets of transformations, of each of which a match must have needed one."""


class Passage:
    """The text of one field: matches by lexicon, detectors run on demand, distances counted without padding."""

    __slots__ = ("_bare", "_detected", "_doubled", "_ends", "_matches", "_rank", "keys", "lexicons", "name", "text")

    def __init__(self, name: str, text: str, matches: Sequence[Match]) -> None:
        self.name = name
        self.text = text
        # By lexicon what it found here, the first at a place; and those of which a place has several.
        self.lexicons: dict[str, Spans] = {}
        self._doubled: set[str] = set()
        self.keys: set[Key] = set()
        self._matches = matches
        rank = self._rank = _RANK[name]
        for match in matches:
            key: Key = match.key  # type: ignore[assignment]
            self.keys.add(key)
            lexicon, source, _ = key
            start, end = match.start, match.end
            place = rank | start << _WIDTH | end
            found = self.lexicons.get(lexicon)
            if found is None:
                self.lexicons[lexicon] = {place: Span(name, start, end, match, source)}
            elif place not in found:
                found[place] = Span(name, start, end, match, source)
            else:
                self._doubled.add(lexicon)
        self._detected: dict[str, Sequence[Match]] = {}
        # Each position counted in characters that carry meaning: padding and separators before it do not count.
        self._bare: Sequence[int] = ()
        self._ends: dict[str, Sequence[int]] = {"field": ()}

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
        known = self._detected.get(detector)
        if known is None:
            known = self._detected[detector] = DETECTORS[detector](self.text)
        fitting = [match for match in known if _is_so(match, None, disguises)]
        spans = [Span(self.name, one.start, one.end, one, detector) for one in fitting]
        return {span.place: span for span in reversed(spans)} if spans else {}

    def marks(self, spans: Iterable[tuple[Place, Span]], inside: str) -> list[Mark]:
        """The spans as marks, those in one paragraph or sentence far from those in the next."""
        bare = self._bare = self._bare or symbols_before(self.text)
        ends = self._ends.get(inside)
        if ends is None:
            # A field has no parts; of the others the last one ends with the text.
            ends = self._ends[inside] = [end.start() for end in _END[inside].finditer(self.text)]
        if not ends:
            return [(bare[span[1]], bare[span[2]], place, span) for place, span in spans]
        return [
            (bare[span[1]] + (far := bisect_right(ends, span[1]) << _FAR), bare[span[2]] + far, place, span)
            for place, span in spans
        ]


class Known(msgspec.Struct, frozen=True):
    """What is known of an item: its texts by field, its author's kind, and the names of what was assumed."""

    texts: Mapping[str, str]
    subject: str | None
    surface: str | None
    signals: Mapping[str, Any]
    assumed: tuple[str, ...]


class Item:
    """An item ready for the rules: what is known of it, its passages by field, and what was said of it already.

    `lexicons` are those with at least one match in it, `bits` the keys of all its matches as one number. `only` is its
    passage, where it has one.
    `said` holds what parts of conditions came to, by the number of the part: rules share many of them.
    """

    __slots__ = ("_bits_of", "_views", "bits", "known", "lexicons", "only", "passages", "said")

    def __init__(self, known: Known, passages: Mapping[str, Passage], bits_of: Callable[[Iterable[Key]], int]) -> None:
        self.known = known
        self.passages = passages
        self.only = next(iter(passages.values())) if len(passages) == 1 else None
        keys = self.only.keys if self.only else set().union(*[passage.keys for passage in passages.values()])
        self.lexicons = frozenset([key[0] for key in keys])
        self.bits = bits_of(keys)
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
    if spec.values and value not in spec.values:
        raise UsageError(f"signal `{name}` is never `{value}`", hint=suggest(str(value), spec.values))
