"""Contacts in other channels, introduced by a word for the channel, and bare runs of digits in any style."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from lictor.match.found import Match, match_of
from lictor.text.plain import Plain, plain

__all__ = ["digits_of", "number", "qq", "telegram", "wechat_id"]

HAN_DIGITS = {char: str(digit) for digit, chars in enumerate(
    ["零〇", "一壹幺", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"]
) for char in chars}  # fmt: skip
_DIGIT = rf"[0-9{''.join(HAN_DIGITS)}]"

# What may stand between a word for a channel and the name in it.
_LINK = r"[\s:：=号号码群是为加→➡⇒☞👉~～\-—_/|丨.,，、（(【\[「“\"']{0,6}"
_NOISE = r"[\s.·*_~\-]{0,2}"
_HEART = r"[❤♥💕💗💓🧡💚心]"
_WECHAT = (
    rf"(?:微{_NOISE}信|[薇威维徽徵溦喂魏]{_NOISE}[信芯欣]|微{_HEART}|薇{_HEART}?|威❤|卫星|绿泡泡|绿色软件|wei{_NOISE}xin|we{_NOISE}chat|"
    r"wei信|v信|(?<![a-z0-9])(?:wx|vx|v❤|weixin)(?![a-z])|(?<![a-z0-9])v(?=\s?[:：=]))"
)
_ADD = rf"(?:[加+➕扣找私家佳茄] ?(?:我 ?)?(?:{_WECHAT}|[vw](?![a-z])))"
_WECHAT_WORD = re.compile(rf"(?:{_ADD}|{_WECHAT}){_LINK}", re.IGNORECASE)
_WECHAT_NAME = re.compile(r"[a-z][a-z0-9_-]{5,19}+(?![a-z0-9_-])", re.IGNORECASE)

_QQ_WORD = re.compile(
    rf"(?:(?<![a-z0-9])q{_NOISE}q(?![a-z])|扣{_NOISE}扣|企鹅|秋秋|球球|叩叩|[q扣]群|加[q扣](?![a-z])|(?<![a-z0-9])q(?=\s?[:：]|\s?{_DIGIT}{{5}})){_LINK}",
    re.IGNORECASE,
)
_TELEGRAM_LINK = re.compile(
    r"(?<![a-z0-9.])(?:t\.me|telegram\.(?:me|dog))/(?:joinchat/)?([a-z+][a-z0-9_+-]{3,40}+)", re.IGNORECASE
)
_TELEGRAM_WORD = re.compile(
    rf"(?:telegram|(?<![a-z])tele(?![a-z])|电{_NOISE}报|纸飞机|飞机|土遁|(?<![a-z])tg(?![a-z])|✈){_LINK}(?:@|id{_LINK})?",
    re.IGNORECASE,
)
_TELEGRAM_NAME = re.compile(r"[a-z][a-z0-9_]{4,31}+(?![a-z0-9_])", re.IGNORECASE)

# A run of digits in any style, broken by at most two symbols at a time; or four.
_SPELT_NUMBER = re.compile(rf"{_DIGIT}(?:[ .·\-—_*~=]{{0,2}}{_DIGIT}){{4,18}}+(?![0-9a-z])", re.IGNORECASE)
_NUMBER = re.compile(rf"(?<![0-9a-z]){_DIGIT}++(?:[ .·\-—_*~=+|/\\]{{1,4}}{_DIGIT}++)*+", re.IGNORECASE)
_NUMBER_DIGITS = 8
_DATE = re.compile(r"(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}|\d+(?:\.\d+)?|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d")

# What a name found behind a word stands for, given both; None where it is none.
_Accept = Callable[[str, str], str | None]


def wechat_id(text: str) -> list[Match]:
    """WeChat names and numbers behind a word for WeChat, however it is written (薇, vx, 加V)."""
    return _behind(plain(text), _WECHAT_WORD, [(_WECHAT_NAME, _is_name), (_SPELT_NUMBER, _is_account)])


def qq(text: str) -> list[Match]:
    """QQ and QQ group numbers behind a word for QQ."""
    return _behind(plain(text), _QQ_WORD, [(_SPELT_NUMBER, _is_account)])


def telegram(text: str) -> list[Match]:
    """Telegram names: in links, and behind a word for Telegram."""
    view = plain(text)
    links = _TELEGRAM_LINK.finditer(view.text) if "/" in view.text else ()
    found = [match_of(view, m.start(), m.end(), m[1]) for m in links]
    taken = [(m.start, m.end) for m in found]
    found += [m for m in _behind(view, _TELEGRAM_WORD, [(_TELEGRAM_NAME, _is_handle)]) if (m.start, m.end) not in taken]
    return sorted(found, key=lambda m: (m.start, m.end))


def number(text: str) -> list[Match]:
    """Runs of eight digits and more in any style, up to four symbols between two; no dates and no amounts."""
    view = plain(text)
    found = []
    for run in _NUMBER.finditer(view.text):
        digits = digits_of(run[0])
        if len(digits) < _NUMBER_DIGITS or _is_date(run[0]):
            continue
        found.append(match_of(view, run.start(), run.end(), digits, also=() if digits == run[0] else _how(run[0])))
    return found


def digits_of(text: str) -> str:
    """The digits in the text, Han ones as Arabic ones, everything else left out."""
    return "".join(HAN_DIGITS.get(char, char) for char in text if char.isdigit() or char in HAN_DIGITS)


def _behind(view: Plain, word: re.Pattern[str], kinds: Iterable[tuple[re.Pattern[str], _Accept]]) -> list[Match]:
    found: list[Match] = []
    # Most texts name nothing, and to look for the word takes longer.
    kinds = [kind for kind in kinds if kind[0].search(view.text)]
    if not kinds:
        return found
    end = 0
    for introduced in word.finditer(view.text):
        if introduced.start() < end:
            continue
        for pattern, accept in kinds:
            name = pattern.match(view.text, introduced.end())
            value = accept(name[0], introduced[0]) if name is not None else None
            if name is not None and value:
                also = () if value == name[0] else _how(name[0])
                found.append(match_of(view, name.start(), name.end(), value, also=also))
                end = name.end()
                break
    return found


def _is_name(name: str, word: str) -> str | None:
    """A WeChat name: letters with a digit or a joint, or any letters behind a colon."""
    worded = any(c in "0123456789_-" for c in name)
    return name if worded or word.rstrip()[-1:] in ":：=" else None


def _is_handle(name: str, word: str) -> str | None:
    named = "@" in word or any(c in "0123456789_" for c in name) or word.rstrip()[-1:] in ":：="
    return name if named else None


def _is_account(name: str, _: str) -> str | None:
    digits = digits_of(name)
    return digits if 5 <= len(digits) <= 12 and not digits.startswith("0") else None


def _is_date(run: str) -> bool:
    return _DATE.match(run) is not None and (re.search(r"[-./]", run) is not None)


def _how(spelt: str) -> tuple[str, ...]:
    styled = any(char in HAN_DIGITS for char in spelt)
    separated = any(not char.isdigit() and char not in HAN_DIGITS for char in spelt)
    return (*(("style",) if styled else ()), *(("separators",) if separated else ()))
