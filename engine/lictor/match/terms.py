"""Terms, the options that say which differences are overlooked, and the patterns terms are compiled to.

On means: this difference is ignored.
"""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, Literal, Self, TypedDict

import msgspec

from lictor.errors import UsageError
from lictor.text import BITS, Part
from lictor.text.tables import DIGIT, HAN, KEPT, KIND, LETTER, kinds

__all__ = [
    "LEADING_DUALS",
    "OPENING_DUALS",
    "TRAILING_DUALS",
    "Boundary",
    "Letter",
    "MatchOptions",
    "OptionValues",
    "Pattern",
    "Term",
    "is_han",
    "is_word_edge",
    "options_from",
]

Sound = Literal["none", "homophone", "pinyin", "mixed", "initials"]
Boundary = Literal["auto", "word", "number", "none"]
BOUNDARIES = ("auto", "word", "number", "none")
SOUNDS = ("none", "homophone", "pinyin", "mixed", "initials")
SEPARATORS = ("none", "space", "symbols", "any")
# Dual characters that may be the first letter of a match; the last; and those that open a bracket where it is closed.
LEADING_DUALS = frozenset("@＠₳$＄§+＋†₮(（¢￠₵€₿฿¥￥!！¡")
TRAILING_DUALS = frozenset("@＠₳$＄§+＋†₮(（¢￠₵€₿฿¥￥")
OPENING_DUALS = {"(": ")", "（": "）"}


class OptionValues(TypedDict, total=False):
    """The match options as keyword arguments."""

    case: bool
    width: bool
    style: bool
    script: bool
    accents: bool
    lookalike: bool
    leet: bool
    invisible: bool
    separators: str
    gap: int
    repeats: bool
    boundary: Boundary
    ticker: bool
    inflect: bool
    masked: bool
    reversed: bool
    sound: Sound
    split: bool
    shape: bool


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """Which differences a match may overlook; as constructed, the preset that is safe on ordinary text.

    `separators` is none, space, symbols, any, or the characters themselves; at most `gap` of them stand between two
    letters. `boundary` is tested only at an edge of the term that is a letter (word), or a letter or digit (number,
    auto). `sound` is cumulative: homophone (any character of that syllable), pinyin (the syllables in letters), mixed
    (some of them in letters), initials (their first letters; the last syllable may break off anywhere).
    `reversed` implies `invisible`. What only sounds or looks like a term in Chinese characters (`sound`, `shape`) is no
    match where it reads as ordinary words: inside a longer one, or with one across its edge; of a term of two, where it
    or either character with its neighbour is an everyday word, or they are too common to be a sign.
    """

    case: bool = True
    width: bool = True
    style: bool = True
    script: bool = True
    accents: bool = True
    lookalike: bool = True
    leet: bool = True
    invisible: bool = True
    separators: str = "any"
    gap: int = 4
    repeats: bool = True
    boundary: Boundary = "auto"
    ticker: bool = False
    inflect: bool = True
    masked: bool = True
    reversed: bool = False
    sound: Sound = "none"
    split: bool = False
    shape: bool = False

    def __post_init__(self) -> None:
        for option in fields(self):
            value = getattr(self, option.name)
            if option.type == "bool" and not isinstance(value, bool):
                raise UsageError(f"option `{option.name}` is `{value!r}`", hint="use `true` or `false`")
        if self.boundary not in BOUNDARIES:
            raise UsageError(f"boundary `{self.boundary}` is not known", hint=_nearest(str(self.boundary), BOUNDARIES))
        if self.sound not in SOUNDS:
            raise UsageError(f"sound `{self.sound}` is not known", hint=_nearest(str(self.sound), SOUNDS))
        if isinstance(self.gap, bool) or not isinstance(self.gap, int) or not 0 <= self.gap <= 64:
            raise UsageError(f"gap `{self.gap!r}` is not a number from 0 to 64", hint="leave it out for 4")
        if not isinstance(self.separators, str) or not self.separators:
            raise UsageError(
                f"separators `{self.separators!r}` is not a name or a set of characters", hint=_nearest("", SEPARATORS)
            )
        if self.separators not in SEPARATORS and any(int(kinds()[ord(c)]) & KIND == KEPT for c in self.separators):
            raise UsageError(
                f"separators `{self.separators}` holds a letter or digit", hint=_nearest(self.separators, SEPARATORS)
            )

    @classmethod
    def exact(cls) -> Self:
        """Nothing is overlooked and no boundary is tested."""
        off: dict[str, Any] = {option.name: False for option in fields(cls) if option.type == "bool"}
        return replace(cls(), **off, separators="none", boundary="none")

    @property
    def allowed(self) -> int:
        """The mechanisms a match may need."""
        return _allowed(self)


@lru_cache(maxsize=1024)
def _allowed(options: MatchOptions) -> int:
    allowed = BITS["variant"]
    for option in fields(options):
        value = getattr(options, option.name)
        if option.name in BITS and value and value != "none":
            allowed |= BITS[option.name]
    return allowed | (BITS["invisible"] if options.reversed else 0)


# A sentence is no term: what spellings and verification cost grows with a term's length.
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Term:
    """What is looked for: a text, the name it is reported by, a key for the caller, and how it may be disguised.

    `allow` holds phrases that cancel a match inside them. A `host` is a host name: it is also found as the end of a
    longer one and with its dots disguised, never inside another name.
    """

    text: str
    name: str | None = None
    key: Hashable = None
    options: MatchOptions = field(default_factory=MatchOptions)
    allow: tuple[str, ...] = ()
    host: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise UsageError(f"a term is a `str`, not `{type(self.text).__name__}`", hint="write it as text")
        if not self.text.strip():
            raise UsageError("a term is empty", hint="write at least one visible character, or leave the term out")
        if len(self.text) > LONGEST:
            raise UsageError(
                f"a term has {len(self.text)} characters", hint=f"{LONGEST} is the most; write a part of it"
            )
        if not isinstance(self.options, MatchOptions):
            raise UsageError(f"options of term `{self.text}` are no `MatchOptions`", hint="use `MatchOptions(...)`")
        if isinstance(self.allow, str) or any(not isinstance(p, str) or not p.strip() for p in self.allow):
            raise UsageError(f"`allow` of term `{self.text}` is not a list of phrases", hint="write `allow=('...',)`")
        object.__setattr__(self, "allow", tuple(self.allow))


class Letter(msgspec.Struct, frozen=True):
    """One letter of a pattern: its part, the character it comes from and which part of that, and its kind."""

    part: Part
    char: str
    part_index: int
    flags: int


class Pattern(msgspec.Struct, frozen=True, eq=False):
    """One spelling of a term.

    `gaps[i]` is what stands between letters i and i + 1 in the term; `lead` and `trail` are its own symbols before the
    first and after the last. `word` holds the skeleton symbols, runs squeezed, and `runs` how many letters each stands
    for; in a `sound` pattern each Chinese character is its syllable. `dots` marks the gaps that are the dot of a host
    name, `mask` the gap that hides one letter. A `turned` pattern needs a look-alike: a letter that is turned.
    """

    term: Term
    text: str
    letters: tuple[Letter, ...]
    gaps: tuple[str, ...]
    lead: str
    trail: str
    word: str
    runs: tuple[int, ...]
    allowed: int
    needs: int
    boundary: Boundary
    order: int
    scope: int | None = None
    allow: bool = False
    dots: frozenset[int] = frozenset()
    mask: int | None = None
    plain: bool = False
    sound: bool = False
    turned: bool = False
    latin: tuple[tuple[int, int], ...] = ()


def options_from(values: OptionValues | dict[str, object]) -> MatchOptions:
    """The safe preset with the given options set; an option that does not exist is refused."""
    known = [option.name for option in fields(MatchOptions)]
    for name in values:
        if name not in known:
            raise UsageError(f"match option `{name}` is not known", hint=_nearest(name, known))
    return MatchOptions(**values)


def _nearest(value: str, names: Iterable[str]) -> str:
    names = list(names)
    near = difflib.get_close_matches(value, names, n=1)
    return f"did you mean `{near[0]}`?" if near else "use one of " + ", ".join(f"`{n}`" for n in names)


def is_word_edge(letter: Letter, boundary: Boundary) -> bool:
    """Whether the boundary is tested at this letter of the term."""
    if boundary == "none":
        return False
    return bool(letter.flags & (LETTER if boundary == "word" else LETTER | DIGIT))


def is_han(letter: Letter) -> bool:
    """Whether the letter is a Chinese character or kana."""
    return bool(letter.flags & HAN)
