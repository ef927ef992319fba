"""Invitation and referral codes: behind a word for one, or in a link that carries one."""

from __future__ import annotations

import re

from lictor.match.found import Match, match_of
from lictor.text.plain import plain

__all__ = ["invite_code"]

_N = r"[\s.·*_~\-]{0,2}"
_WORD = (
    rf"(?:(?:专属)?(?:邀{_N}请|要请|邀清|yao{_N}qing|推{_N}荐|注{_N}册|返{_N}[佣现]|开户|优惠|兑换|口令){_N}(?:[码馬马吗瑪]|代码|口令|id|编号|号)|邀{_N}码|推荐人(?:id)?|邀请人(?:id)?|"
    r"(?<![a-z])(?:invit(?:e|ation)|refer(?:ral|rer)?|ref|promo|coupon|sign-?up|affiliate)[\s_-]?(?:code|id)|(?<![a-z])uid)"
)
_LINK = r"(?:[\s:：=是为填写输入用→➡☞👉【】\[\]()（）「」“”\"'#\-—]|is){0,8}"
_CODE = r"([a-z0-9](?:[a-z0-9_-]{3,19}|(?:[ .·-][a-z0-9]){3,15}))(?![a-z0-9_-])"
_BEHIND = re.compile(rf"({_WORD}{_LINK}){_CODE}", re.IGNORECASE)
_IN_LINK = re.compile(
    r"[?&#/](?:ref(?:erral)?(?:_?(?:code|id))?|invit(?:e|ation)?(?:_?(?:code|id))?|invitecode|vipcode|rcode|aff(?:iliate)?(?:_?id)?|code|r|channelid|sharecode|inviter)"
    r"[=/]([a-z0-9_-]{3,32}+)",
    re.IGNORECASE,
)
# One of these is in every word for a code, in lower case (and as `re` takes a dotted or dotless i for one).
_ENDS = re.compile("码|馬|马|吗|瑪|口令|号|荐人|请人|code|id|ıd|i̇d")
_SPELT = re.compile(r"[ .·-]")


def invite_code(text: str) -> list[Match]:
    """The codes in the text, as they are to be typed."""
    view = plain(text)
    found = []
    for match in _BEHIND.finditer(view.text) if _may_be_behind(view.text) else ():
        code = match[2]
        spelt = len(_SPELT.split(code)) == (len(code) + 1) // 2
        value = _SPELT.sub("", code) if spelt else code
        if _is_code(value, match[1]):
            also = () if value == code else ("separators",)
            found.append(match_of(view, match.start(2), match.end(2), value, also=also))
    places = {(m.start, m.end) for m in found}
    for match in _IN_LINK.finditer(view.text) if _may_be_in_link(view.text) else ():
        one = match_of(view, match.start(1), match.end(1), match[1])
        if (one.start, one.end) not in places and any(c.isdigit() or c.isupper() for c in match[1]):
            found.append(one)
    return sorted(found, key=lambda m: (m.start, m.end))


def _may_be_behind(text: str) -> bool:
    return _ENDS.search(text.lower()) is not None


def _may_be_in_link(text: str) -> bool:
    return "=" in text or "/" in text


def _is_code(value: str, word: str) -> bool:
    """Whether it looks like a code: a digit in it, or capitals only, or letters behind a colon or bracket."""
    if any(c.isdigit() for c in value) or (value.isupper() and len(value) >= 4):
        return True
    return word.rstrip()[-1:] in ":：=【「“" and not word.isascii()
