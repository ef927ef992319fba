"""The character tables: what kind each character is, its symbol in the skeleton, what it may stand for.

They ship as text in `data/`, written by `engine/build_tables.py`, and are read on first use. `MECHANISMS` names the
differences a match may overlook; a set of them is an int with one bit each, in that order.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ACCENT",
    "ALIKE",
    "BLANK",
    "BREAK",
    "BREAK_CODE",
    "DIGIT",
    "DUAL",
    "DUAL_LETTERS",
    "ENCLOSING",
    "EXPANDS",
    "FIRST_KEPT",
    "HAN",
    "INVISIBLE",
    "KEPT",
    "KIND",
    "LETTER",
    "MASK",
    "MASKS",
    "RELATIONS",
    "SPACE",
    "STANDS",
    "SYMBOL",
    "WORD",
    "expansions",
    "is_drawn",
    "kinds",
    "latin_symbols",
    "marked",
    "readings",
    "relation",
    "sound_symbol",
    "sounds",
    "symbols",
]

# The low three bits of a kind: what becomes of the character in the skeleton.
KIND = 7
KEPT, SPACE, SYMBOL, INVISIBLE, ACCENT, ENCLOSING, DUAL = range(7)
# The other bits: what it is at the edge of a word. LETTER is Latin, Greek, Cyrillic and what is drawn like them.
LETTER, DIGIT, HAN = 8, 16, 32

# The elementary folds, in the order in which one may follow another.
RELATIONS = ("width", "style", "script", "accents", "lookalike", "case", "leet")

# Symbols of the skeleton below FIRST_KEPT are dropped: 0, or 1 + the index of the letter that a dual character (a
# separator that is a letter inside a word, as in b!t) is read as. The last two are no character's.
DUAL_LETTERS = "abceisty"
FIRST_KEPT = 16
EXPANDS = 0xFFFE
BREAK = 0xFFFF
# Symbols written in place of a letter that is not to be read.
MASKS = frozenset("*＊✱∗×#＃_＿?？%％&＆^＾~～=＝●○◯◎■□▪★☆")
# What `marked` says of a character above its symbol. ALIKE: it is read as a letter or digit and touches nothing. WORD:
# it is a letter (the lower bit) or a digit that touches what stands beside it. STANDS: it is kept. BLANK: a space.
# MASK: one of MASKS. The two bits between are for what depends on its neighbours.
ALIKE, WORD, STANDS, BLANK, MASK = 1, 6, 32, 64, 128
_LETTER, _DIGIT = np.uint32(2), np.uint32(4)
# The code that stands for the end of a row; no character has it.
BREAK_CODE = 0x110000

_POINTS = 0x110000
# Characters beyond the basic plane share the private use area, which holds no letters: a collision only makes the
# skeleton coarser, and every match is verified on the text.
_PRIVATE, _PRIVATE_SIZE = 0xE000, 0x1900
# Syllables take the place of the Yi script, of which the same holds.
_SYLLABLES = 0xA000


@cache
def kinds() -> NDArray[np.uint8]:
    """The kind of each code point, and of the row break."""
    table = np.zeros(_POINTS + 1, np.uint8)
    for line in _lines("kinds.txt"):
        first, last, kind = (int(field, 16) for field in line.split())
        table[first : last + 1] = kind
    table[BREAK_CODE] = SPACE
    return table


@cache
def symbols() -> NDArray[np.uint16]:
    """The skeleton symbol of each code point, and of the row break."""
    private = np.arange(_PRIVATE_SIZE, dtype=np.uint16) + np.uint16(_PRIVATE)
    beyond = np.resize(np.roll(private, -(0x10000 % _PRIVATE_SIZE)), _POINTS + 1 - 0x10000)
    table = np.concatenate([np.arange(0x10000, dtype=np.uint16), beyond])
    pairs = np.array([int(field, 16) for line in _lines("skeleton.txt") for field in line.split()], np.uint32)
    table[pairs[0::2]] = table[pairs[1::2]]
    kind = kinds() & KIND
    dual = np.flatnonzero(kind == DUAL)
    letters = table[dual]
    table[kind != KEPT] = 0
    table[dual] = [1 + DUAL_LETTERS.index(chr(letter)) for letter in letters]
    table[[ord(char) for char in expansions()]] = EXPANDS
    table[BREAK_CODE] = BREAK
    return table


@cache
def marked(*, sound: bool = False) -> NDArray[np.uint32]:
    """The symbol of each code point (with `sound`, that of `sounds`), and above it what it is: `ALIKE` to `MASK`."""
    table = (sounds() if sound else symbols()).astype(np.uint32)
    # Piece by piece: what is made of all code points at once stays in memory.
    for begin in range(0, len(table), 1 << 16):
        part = slice(begin, begin + (1 << 16))
        kind, found = kinds()[part], table[part]
        stands = ((kind & KIND) == KEPT) | (found == BREAK)
        word = stands & ((kind & (LETTER | DIGIT)) != 0) & (found != EXPANDS)
        drawn = [ord(char) - begin for char in relation("style") if begin <= ord(char) < begin + len(found)]
        word[[at for at in drawn if is_drawn(chr(at + begin))]] = False
        marks = stands * np.uint32(STANDS)
        marks |= (stands & ~word & latin_symbols().take(found)) * np.uint32(ALIKE)
        marks |= word * np.where(kind & LETTER, _LETTER, _DIGIT)
        marks |= ((kind & KIND) == SPACE) * np.uint32(BLANK)
        found |= marks << np.uint32(16)
    table[[ord(char) for char in MASKS]] |= MASK << 16
    return table


@cache
def latin_symbols() -> NDArray[np.bool_]:
    """Whether a letter (Latin, Greek, Cyrillic) or a digit has the symbol, or it is that of what expands."""
    table = np.zeros(1 << 16, np.bool_)
    kind = kinds()
    table[symbols()[((kind & KIND) == KEPT) & ((kind & (LETTER | DIGIT)) != 0)]] = True
    table[EXPANDS] = True
    return table


def is_drawn(char: str) -> bool:
    """Whether the letter or digit is drawn as a symbol, or is a tag, so that plain ones beside it are no part of it."""
    return unicodedata.category(char) in ("So", "Cf")


@cache
def sounds() -> NDArray[np.uint16]:
    """The symbol of each code point where a Chinese character is its syllable without tone; else as in `symbols`."""
    table = symbols().copy()
    for index, (_, chars) in enumerate(sorted(_syllables().items())):
        table[[ord(char) for char in chars]] = _SYLLABLES + index
    return table


def sound_symbol(char: str) -> int:
    """The symbol of the character where Chinese characters are their syllables."""
    return int(sounds()[ord(char)])


@cache
def readings() -> dict[str, str]:
    """The syllable of each Chinese character, in plain letters."""
    return {char: syllable for syllable, chars in _syllables().items() for char in chars}


@cache
def expansions() -> dict[str, str]:
    """The characters that stand for several letters or digits, with those."""
    return {line[0]: line[2:] for line in _lines("expansions.txt")}


@cache
def relation(name: str) -> dict[str, str]:
    """For each character that may stand for others under the named fold, those others."""
    return {line[0]: line[2:] for line in _lines(f"{name}.txt")}


@cache
def _syllables() -> dict[str, str]:
    return dict(line.split(" ") for line in _lines("syllables.txt"))


def _lines(name: str) -> list[str]:
    text = (resources.files("lictor.text") / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("# ")]
