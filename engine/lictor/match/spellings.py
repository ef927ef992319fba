"""The spellings of a term that are searched: as written, and those its options add.

A pattern is one spelling: its letters in order, what stands between them, and the word of symbols it is searched by.
An option that changes letters one for one is the verifier's affair; one that changes their number or order (plural,
masked, reversed, pinyin, 拆字, the dot of a host name) adds patterns.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from msgspec.structs import replace

from lictor.errors import UsageError
from lictor.match.terms import Letter, MatchOptions, Pattern, Term, is_han
from lictor.text import BITS, describe
from lictor.text.tables import ACCENT, DIGIT, ENCLOSING, INVISIBLE, KEPT, LETTER, readings, relation, sound_symbol

__all__ = ["cancel_phrase", "compile_term"]

MASKED_LETTERS = 5
REVERSED_LETTERS = 3
# Han characters in a term up to which every mixture of characters and letters is compiled (3 ** 4 spellings).
MIXED_LETTERS = 4
PINYIN_LETTERS = 4
_SPLIT_CASE = frozenset("ΗΝΥΜηνυμ")
# Letters that are another plain one upside down, and the one whose turned form is no look-alike, since it is a b.
_UPSIDE_DOWN = str.maketrans("bdnpqug", "qpudbnƃ")
# A part as it is written on the left or top of a character.
RADICALS = dict(zip("人手水金言心草犬示衣食糸刀火竹", "亻扌氵钅讠忄艹犭礻衤饣纟刂灬⺮", strict=True))


def compile_term(term: Term, order: int) -> list[Pattern]:
    """The patterns of a term: its own spelling first, then those its options add, then the phrases that cancel it."""
    options = term.options
    needs = BITS["variant"] if term.name is not None and term.name != term.text else 0
    if term.host:
        return [*_hosts(term, order, needs), *_cancelling(term, order)]
    plain = _spell(term, term.text, order, needs)
    found = [plain, *_recased(plain)]
    last = plain.letters[-1] if plain.letters else None
    if last is not None and not plain.trail:
        if options.inflect and last.flags & LETTER:
            found += [_spell(term, plural, order, needs | BITS["inflect"]) for plural in _plurals(term.text)]
        if options.masked:
            found += _masked(plain)
        found += _sounded(plain)
        found += _apart(plain)
        if options.reversed and len(plain.letters) >= REVERSED_LETTERS:
            backwards = _spell(term, term.text[::-1], order, needs | BITS["reversed"])
            if backwards.word != plain.word:
                found += [backwards, *_syllables(backwards)]
            found += _turned(plain)
    return [*found, *_cancelling(term, order)]


def cancel_phrase(phrase: str, options: MatchOptions, order: int, scope: int | None) -> Pattern:
    """The pattern of a phrase that cancels matches: of the term numbered `scope`, or of all."""
    term = Term(phrase, options=_as_written(options))
    return replace(_spell(term, phrase, order, 0), allow=True, scope=scope)


@lru_cache(maxsize=256)
def _as_written(options: MatchOptions) -> MatchOptions:
    """A phrase must be written as it is, or everything inside it could be disguised at will."""
    return dataclasses.replace(
        options, lookalike=False, leet=False, separators="none", repeats=False, boundary="none", ticker=False,
        inflect=False, masked=False, reversed=False, sound="none", split=False, shape=False,
    )  # fmt: skip


def _cancelling(term: Term, order: int) -> list[Pattern]:
    return [cancel_phrase(phrase, term.options, order, order) for phrase in term.allow]


def _spell(term: Term, text: str, order: int, needs: int) -> Pattern:
    letters: list[Letter] = []
    gaps: list[str] = []
    # Without what is invisible, which is no part of a term: where a text has it, that is overlooked or not.
    seen = text
    lead, gap = "", ""
    for char in text:
        about = describe(char)
        if about.kind == KEPT:
            if letters:
                gaps.append(gap)
            else:
                lead = gap
            gap = ""
            letters += _letters_of(char)
            gaps += [""] * (len(about.parts) - 1)
        elif about.kind in (ACCENT, ENCLOSING) and letters and not gap:
            part = letters[-1].part
            letters[-1] = replace(letters[-1], part=part._replace(marks=part.marks + about.parts[0].marks))
        elif about.kind != INVISIBLE:
            gap += char
        else:
            seen = seen.replace(char, "")
    if not letters:
        lead, gap = gap or text, ""
    word, runs = _squeeze(letters)
    return Pattern(
        term=term,
        text=seen,
        letters=tuple(letters),
        gaps=tuple(gaps),
        lead=lead,
        trail=gap,
        word=word,
        runs=runs,
        allowed=term.options.allowed,
        needs=needs,
        boundary=term.options.boundary,
        order=order,
        plain=not (lead or gap or (term.options.ticker and not term.host)),
        latin=_latin_runs(letters, gaps),
    )


@lru_cache(maxsize=1 << 16)
def _letters_of(char: str) -> tuple[Letter, ...]:
    about = describe(char)
    return tuple(Letter(part, char, index, about.flags) for index, part in enumerate(about.parts))


def _squeeze(letters: Iterable[Letter], *, sound: bool = False) -> tuple[str, tuple[int, ...]]:
    word: list[str] = []
    runs: list[int] = []
    for letter in letters:
        symbol = chr(sound_symbol(letter.part.base) if sound else letter.part.symbol)
        if word and word[-1] == symbol:
            runs[-1] += 1
        else:
            word.append(symbol)
            runs.append(1)
    return "".join(word), tuple(runs)


def _latin_runs(letters: list[Letter], gaps: list[str]) -> tuple[tuple[int, int], ...]:
    """The stretches of letters and digits that the term writes together, two or more long, as half-open ranges."""
    found: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(letters) + 1):
        joined = (
            index < len(letters)
            and not gaps[index - 1]
            and letters[index].flags & (LETTER | DIGIT)
            and letters[index - 1].flags & (LETTER | DIGIT)
        )
        if not joined:
            if index - start > 1:
                found.append((start, index))
            start = index
    return tuple(found)


def _plurals(text: str) -> list[str]:
    lower = text.lower()
    found = [] if lower.endswith("s") else [text + "s"]
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        found.append(text + "es")
    if lower.endswith("y") and len(lower) > 2 and lower[-2] not in "aeiou":
        found.append(text[:-1] + "ies")
    return found


def _recased(plain: Pattern) -> list[Pattern]:
    """The pattern in each case, if it has Greek letters whose cases are drawn like different Latin letters."""
    if not plain.allowed & BITS["case"] or _SPLIT_CASE.isdisjoint(letter.part.base for letter in plain.letters):
        return []
    forms = {plain.text.lower(), plain.text.upper(), plain.text.capitalize()} - {plain.text}
    return [_spell(plain.term, form, plain.order, plain.needs | BITS["case"]) for form in sorted(forms)]


def _masked(plain: Pattern) -> list[Pattern]:
    """The pattern with each letter but the first and last in turn behind a mask, if it is Latin and long enough."""
    letters, gaps = plain.letters, plain.gaps
    if len(letters) < MASKED_LETTERS or plain.latin != ((0, len(letters)),) or plain.lead:
        return []
    found = []
    for hidden in range(1, len(letters) - 1):
        rest = letters[:hidden] + letters[hidden + 1 :]
        word, runs = _squeeze(rest)
        found.append(
            replace(
                plain, letters=rest, gaps=gaps[1:], word=word, runs=runs, mask=hidden - 1, plain=False,
                needs=plain.needs | BITS["masked"], latin=((0, len(rest)),),
            )
        )  # fmt: skip
    return found


def _turned(plain: Pattern) -> list[Pattern]:
    """The pattern of a Latin term upside down, in which b is q and n is u; other turned letters are look-alikes."""
    lower = plain.text.lower()
    if not plain.allowed & BITS["lookalike"] or not (lower.isascii() and lower.isalpha()):
        return []
    recased = BITS["case"] if lower != plain.text else 0
    if recased & ~plain.allowed:
        return []
    needs = plain.needs | recased | BITS["reversed"]
    turned = _spell(plain.term, lower[::-1].translate(_UPSIDE_DOWN), plain.order, needs)
    return [replace(turned, plain=False, turned=True)]


def _sounded(plain: Pattern) -> list[Pattern]:
    """The patterns of a term as it sounds: its syllables, and spellings with letters for some or all of them."""
    term, level = plain.term, plain.term.options.sound
    found = _syllables(plain)
    if not found or any(plain.gaps) or level == "homophone":
        return found
    if not all(letter.part.base in readings() for letter in plain.letters):
        return found
    # Letters of a syllable may not go on in a word, whatever the term's own boundary; a digit beside them is none.
    lettered = dataclasses.replace(term.options, sound="none", boundary="word")
    spelt = dataclasses.replace(term, options=lettered)
    # Digits are no letters of two syllables, which are too short to tell from codes (F4 B1).
    allowed = plain.allowed if len(plain.letters) > 2 else plain.allowed & ~BITS["leet"]
    # Of a character that is several (㍿) each by itself.
    chars = [letter.char if letter.char in readings() else letter.part.base for letter in plain.letters]
    for text in dict.fromkeys(_letterings(chars, level)):
        one = _spell(spelt, text, plain.order, plain.needs | BITS["sound"])
        one = replace(one, term=term, allowed=allowed)
        # Of two characters either alone is too little to go by what it sounds like.
        found += [one, *_syllables(one)] if len(plain.letters) > 2 else [one]
    return found


def _syllables(spelt: Pattern) -> list[Pattern]:
    """The pattern of a spelling in which each Chinese character is any of its syllable, if it has such."""
    if spelt.term.options.sound == "none" or not any(
        is_han(letter) and letter.part.base in readings() for letter in spelt.letters
    ):
        return []
    word, runs = _squeeze(spelt.letters, sound=True)
    return [replace(spelt, word=word, runs=runs, sound=True, plain=False)]


def _letterings(chars: list[str], level: str) -> Iterator[str]:
    said = list(map(_written_as, chars))
    full = [ways[0] for ways in said]
    first = [syllable[0] for syllable in full]
    if len("".join(full)) >= PINYIN_LETTERS and len(full) > 1:
        for index, ways in enumerate(said):
            for way in ways:
                syllables = [*full[:index], way, *full[index + 1 :]]
                yield "".join(syllables)
                yield " ".join(syllables)
    if level == "pinyin":
        return
    choices = [[char, *ways] for char, ways in zip(chars, said, strict=True)]
    if level == "initials":
        choices = [[*choice, letter] for choice, letter in zip(choices, first, strict=True)]
        # The last may break off anywhere, as while it is being typed.
        for cut in range(2, len(full[-1])):
            yield "".join(chars[:-1]) + full[-1][:cut]
    if len(chars) > MIXED_LETTERS:
        for index, choice in enumerate(choices):
            for letters in choice[1:]:
                yield "".join([*chars[:index], letters, *chars[index + 1 :]])
    else:
        for spelling in product(*choices):
            lettered = sum(part != char for part, char in zip(spelling, chars, strict=True))
            shortened = sum(part == letter for part, letter in zip(spelling, first, strict=True))
            if lettered > 0 and (lettered < len(chars) or shortened < len(chars)):
                yield "".join(spelling)
    if level == "initials" and len(first) > 1:
        yield "".join(first)


def _written_as(char: str) -> list[str]:
    """The syllables of the character in letters, the usual one first: xing and hang, lv and lü."""
    simplified = relation("script").get(char, char)[0]
    said = [readings()[char], *relation("polyphones").get(simplified, "").split()]
    return list(dict.fromkeys([*said, *(syllable.replace("v", "ü") for syllable in said)]))


def _apart(plain: Pattern) -> list[Pattern]:
    """The patterns with one character, or all, taken apart into parts, or one in the place of its look-alike."""
    options, chars = plain.term.options, list(plain.text)
    if not (options.split or options.shape) or len(plain.letters) < 2:
        return []
    spellings: dict[str, int] = {}
    if options.split:
        parts = {place: relation("parts")[char] for place, char in enumerate(chars) if char in relation("parts")}
        for taken in [[place] for place in parts] + ([list(parts)] if len(parts) > 1 else []):
            spellings |= dict.fromkeys(_replaced(chars, {place: parts[place] for place in taken}), BITS["split"])
    if options.shape:
        for place, char in enumerate(chars):
            for other in relation("shape").get(char, ""):
                spellings["".join([*chars[:place], other, *chars[place + 1 :]])] = BITS["shape"]
    spelt = [_spell(plain.term, text, plain.order, plain.needs | bit) for text, bit in spellings.items()]
    # What only looks like a term is judged by its neighbours, even as written here.
    return [replace(pattern, plain=pattern.plain and not pattern.needs & BITS["shape"]) for pattern in spelt]


def _replaced(chars: list[str], parts: dict[int, str]) -> Iterator[str]:
    """The characters with those at some places as their parts, as they are by themselves and as they are on a side."""
    for radicals in (False, True):
        written = {
            place: "".join(RADICALS.get(part, part) for part in own) if radicals else own
            for place, own in parts.items()
        }
        yield "".join(written.get(place, char) for place, char in enumerate(chars))


def _hosts(term: Term, order: int, needs: int) -> list[Pattern]:
    """A host name with its dots as symbols, as 点 and as the word dot."""
    name = term.text.strip().strip(".")
    labels = name.split(".")
    if len(labels) < 2 or not all(labels) or any(c.isspace() or c in "/:@" for c in name):
        raise UsageError(
            f"host `{term.text}` is no host name", hint="write it as `example.com`, without scheme or path"
        )
    options = dataclasses.replace(
        term.options, leet=False, repeats=False, script=False, accents=False, separators="none", inflect=False,
        masked=False, reversed=False, ticker=False, sound="none", split=False, shape=False,
    )  # fmt: skip
    plain = dataclasses.replace(term, options=options)
    found = []
    for dot, extra in ((".", 0), ("点", BITS["separators"]), ("點", BITS["separators"]), ("dot", BITS["separators"])):
        spelt = _spell(plain, dot.join(labels), order, needs | extra)
        after = {i for i, gap in enumerate(spelt.gaps) if "." in gap} if dot == "." else _around(labels, len(dot))
        found.append(replace(spelt, dots=frozenset(after), plain=False, term=term))
    return found


def _around(labels: list[str], width: int) -> set[int]:
    """The gaps on both sides of each spelt-out dot."""
    found: set[int] = set()
    place = 0
    for label in labels[:-1]:
        place += sum(1 for c in label if describe(c).kind == KEPT)
        found |= {place - 1, place + width - 1}
        place += width
    return found
