"""Amounts of money: a number with a currency or a unit, or behind a word for a price."""

from __future__ import annotations

import re

from lictor.match.found import Match, match_of
from lictor.text.plain import plain

__all__ = ["price"]

_NUMBER = r"(?:\d{1,3}(?:[,，]\d{3}){1,4}|\d{1,12})(?:\.\d{1,8})?"
_SCALE = r"(?:\s?[万亿千百kw](?![a-z]))?"
_SIGN = r"(?:[¥$€£₿]|(?<![a-z])(?:rmb|cny|usdt?|us\$|hkd|eur|busd|usdc)(?![a-z]))"
_UNIT = (
    r"(?:[元圆刀]|块(?!钱?链)(?:钱)?|美元|美金|美刀|人民币|港[元币]|日[元圆]|欧元|英镑|泰达币?|(?:rmb|cny|usdt?|usdc|busd|hkd|eur|jpy|dollars?|yuan|bucks?|btc|eth|bnb|trx)(?![a-z])|"
    r"[$€£¥]|u(?![a-z0-9]))(?:\s?/\s?(?:度|个|枚|张|台|月|天|年|次|u|t|th|kwh)(?![a-z]))?"
)
_WORD = r"(?:单价|价格|售价|报价|现价|均价|总价|定价|底价|市价|收价|出价|汇率|费率|电费|(?<![a-z])(?:price|rate))"
_TRADE = r"(?:[收出买卖换](?:\s?(?:u|usdt|币|大饼|以太))(?![a-z]))"
_LINK = r"[\s:：=是为约@在到≈~]{0,6}"
# A price that starts with its digits; and one that does not.
_COUNTED = re.compile(rf"(?<![\d.,a-z]){_NUMBER}{_SCALE}\s?{_UNIT}", re.IGNORECASE)
_NAMED = re.compile(
    rf"{_SIGN}\s?{_NUMBER}(?![\d.]*\d){_SCALE}(?:\s?{_UNIT})?"
    rf"|(?:{_WORD}|{_TRADE}){_LINK}(?P<bare>{_NUMBER}(?![\d.]*\d){_SCALE}(?:\s?{_UNIT})?)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"[\s,，]")
# What can stand at the start of the latter, and how far before its digits at most.
_FIRST = re.compile("[¥$€£₿单价售报现均总定底市收出汇费电买卖换rcuhebpRCUHEBP]")
_AHEAD = 12


def price(text: str) -> list[Match]:
    """The prices in the text, without the word for it; the value has plain digits, no spaces, no thousands marks."""
    view = plain(text)
    found = []
    end = 0
    # To try every place of a text takes ten times as long as to try those before its few digits.
    for digits in _DIGITS.finditer(view.text):
        first = digits.start()
        place = _place(view.text, max(first - _AHEAD, end), first) if first >= end else None
        if place is not None:
            start, end = place
            found.append(match_of(view, start, end, _SPACE.sub("", view.text[start:end]).lower()))
        end = max(end, digits.end())
    return found


def _place(text: str, since: int, first: int) -> tuple[int, int] | None:
    """Where the price is whose first digit that is, and which begins no earlier than `since`."""
    for at in _FIRST.finditer(text, since, first):
        named = _NAMED.match(text, at.start())
        if named is not None:
            return named.span(0 if named["bare"] is None else "bare")
    counted = _COUNTED.match(text, first)
    return None if counted is None else counted.span()
