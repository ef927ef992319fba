"""Every term of a policy with the options it is matched by and the place it was written at, and which holds which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any

from lictor.match.terms import MatchOptions, options_from
from lictor.policy.models import MatchSettings
from lictor.policy.source import Node
from lictor.policy.spellings import spellings

__all__ = ["Entry", "Terms", "options_of"]

_SOUND = ("none", "homophone", "pinyin", "mixed", "initials")
_LAX = tuple(one.name for one in fields(MatchOptions) if one.type == "bool" and one.name != "ticker")


@dataclass(frozen=True, slots=True)
class Entry:
    """One spelling of a term: its number among all, whose it is, how it is matched, and where it stands.

    `lexicon` is empty for terms written in a condition. `name` is the term it is a variant of, or itself. `allow` are
    the phrases that cancel it, `node` is where the spelling is written.
    """

    number: int
    lexicon: str
    text: str
    name: str
    strength: str
    options: MatchOptions
    allow: tuple[str, ...]
    host: bool
    node: Node

    @property
    def is_han(self) -> bool:
        """Whether no letter of an alphabet is in it, only Chinese characters."""
        return bool(self.text) and all("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in self.text)

    @property
    def is_latin(self) -> bool:
        """Whether it is written in plain letters of the Latin alphabet."""
        return self.text.isascii() and any(char.isalpha() for char in self.text)


def options_of(*settings: MatchSettings) -> MatchOptions:
    """The options that settings come to, the later ones over the earlier."""
    given: dict[str, Any] = {}
    for setting in settings:
        if setting.model_fields_set:
            given |= setting.given()
    return _options(tuple(sorted(given.items())))


@lru_cache(maxsize=256)
def _options(given: tuple[tuple[str, Any], ...]) -> MatchOptions:
    return options_from(dict(given))


class Terms:
    """All terms of a policy: in its lexicons, and written in its conditions (`inline`, by the condition's identity)."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.by_lexicon: dict[str, list[Entry]] = {}
        self.inline: dict[int, list[Entry]] = {}

    def add(
        self,
        written: Sequence[tuple[str, Node]],
        *,
        lexicon: str = "",
        strength: str = "context",
        options: MatchOptions,
        allow: Iterable[str] = (),
        host: bool = False,
    ) -> list[Entry]:
        """The entries made of a term and its variants, the term first."""
        phrases = tuple(text for phrase in allow for text in spellings(phrase))
        made = []
        for text, node in written:
            for spelled in spellings(text):
                name = spelled if text == written[0][0] else written[0][0]
                entry = Entry(len(self.entries), lexicon, spelled, name, strength, options, phrases, host, node)
                self.entries.append(entry)
                made.append(entry)
        return made

    @cached_property
    def inside(self) -> Mapping[int, frozenset[int]]:
        """For each entry that has any the others that match wherever it does: they stand in its text and are as lax."""
        by_text: dict[str, list[Entry]] = {}
        for entry in self.entries:
            by_text.setdefault(entry.text.casefold(), []).append(entry)
        longest = max(map(len, by_text), default=0)
        found: dict[int, frozenset[int]] = {}
        for text, some in by_text.items():
            held = [
                other
                for start in range(len(text))
                for end in range(start + 1, min(len(text), start + longest) + 1)
                for other in by_text.get(text[start:end], ())
                if _stands(other, text, start, end)
            ]
            for entry in some:
                others = frozenset(o.number for o in held if o is not entry and _as_lax(o, entry))
                if others:
                    found[entry.number] = others
        return found

    def covered(self, some: frozenset[int | str], by: frozenset[int | str]) -> bool:
        """Whether each of these matches only where one of the others does, too."""
        inside = self.inside
        for one in some:
            if one in by:
                continue
            others = inside.get(one) if isinstance(one, int) else None
            if others is None or others.isdisjoint(by):
                return False
        return True

    def of_lexicon(self, name: str, strengths: Sequence[str] | None = None) -> Iterator[Entry]:
        """The entries of that lexicon, of these strengths where any are named."""
        return (e for e in self.by_lexicon.get(name, ()) if strengths is None or e.strength in strengths)


def _stands(entry: Entry, text: str, start: int, end: int) -> bool:
    """Whether the entry is found at that stretch of the text, as far as its boundaries and its kind say."""
    if entry.options.boundary == "none" and not entry.host:
        return True
    return not any(
        0 <= beside < len(text) and text[beside].isascii() and text[beside].isalnum() and text[edge].isascii()
        for edge, beside in ((start, start - 1), (end - 1, end))
    )


def _as_lax(one: Entry, other: Entry) -> bool:
    """Whether the one overlooks every difference that the other does, and is cancelled by nothing else."""
    mine, others = one.options, other.options
    return (
        all(getattr(mine, name) or not getattr(others, name) for name in _LAX)
        and (not mine.ticker or others.ticker)
        and _SOUND.index(mine.sound) >= _SOUND.index(others.sound)
        and mine.gap >= others.gap
        and mine.separators in ("any", others.separators)
        and (mine.boundary in ("none", others.boundary) or others.boundary != "none")
        and set(one.allow) <= set(other.allow)
        and (one.host == other.host or other.host)
    )
