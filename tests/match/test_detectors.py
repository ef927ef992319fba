"""Named cases of the detectors, and that none of them is slow or breaks on any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.match import DETECTORS

FOUND = [
    ("url", "看http://example.com，和https://test.com/a?b=1。", ["http://example.com", "https://test.com/a?b=1"]),
    ("url", "hxxps://evil[.]com/x).", ["https://evil.com/x"]),
    ("url", "打开www.okex.com或bit.ly/abc", ["www.okex.com", "bit.ly/abc"]),
    ("url", "ｈｔｔｐ：／／okex．com／join", ["http://okex.com/join"]),
    ("url", "(see https://en.example.org/wiki/A_(b))", ["https://en.example.org/wiki/A_(b)"]),
    ("url", "你我.他你 and so on. Next", []),
    ("domain", "okex点com okex dot com okex。com ok-ex[.]io", ["okex.com", "okex.com", "okex.com", "ok-ex.io"]),
    ("domain", "xn--80ak6aa92e.com okex.com.evil.org", ["xn--80ak6aa92e.com", "okex.com.evil.org"]),
    ("domain", "node.js main.py 3.14 e.g. It.Is", []),
    (
        "email",
        "foo@bar.com, foo＠qq.com name#qq.com a.b at gmail dot com",
        ["foo@bar.com", "foo@qq.com", "name@qq.com", "a.b@gmail.com"],
    ),
    ("ipv4", "127.0.0.1 和 999.1.1.1", ["127.0.0.1"]),
    ("ipv6", "2001:db8::1 at 12:30:45", ["2001:db8::1"]),
    ("invite_code", "幣安【邀請碼：BIN6666】註冊", ["BIN6666"]),
    ("invite_code", "invite code: abc123, the referral code is here", ["abc123"]),
    ("invite_code", "https://okx.com/join?ref=XY99Z", ["XY99Z"]),
    ("invite_code", "邀 请 码 A B C D 1 2", ["ABCD12"]),
    ("wechat_id", "加V：abc_12345", ["abc_12345"]),
    ("wechat_id", "薇❤️ btc88888 微信号zhang-san88", ["btc88888", "zhang-san88"]),
    ("wechat_id", "这个是我的微信：9⓿二肆⁹₈③⑸⒋➃㈤㊄", ["902498354455"]),
    ("wechat_id", "微信支付很方便", []),
    ("qq", "ＱＱ号：１２３４５６７８ 扣扣群 998877665", ["12345678", "998877665"]),
    ("telegram", "t.me/abc_def 电报：@hello_world", ["abc_def", "hello_world"]),
    ("telegram", "坐飞机去上海", []),
    ("number", "=====123456====70002 电话138 0013 8000", ["12345670002", "13800138000"]),
    ("number", "2021-09-24 10:00:00 和 1234567", []),
    (
        "price",
        "6.42元 ¥99 10930 usd 单价6.5 0.35 元/度 价格 880",
        ["6.42元", "¥99", "10930usd", "6.5", "0.35元/度", "880"],
    ),
    ("price", "收U 6.42 出大饼 1,000,000 dollars", ["6.42", "1000000dollars"]),
    ("price", "第3章 2021年 12:30", []),
    ("address", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"]),
    ("address", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", []),
    ("address", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"]),
    ("address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"]),
    ("address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", []),
]


@pytest.mark.parametrize(("detector", "text", "values"), FOUND)
def test_a_detector_finds_values(detector: str, text: str, values: list[str]) -> None:
    """Each value is found in its normal form, and nothing else."""
    assert values == [m.term for m in DETECTORS[detector](text)]


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.sampled_from("a.@:/0一V微信￥元[]()点 \u200bｗ1９③邀请码t-_#？=x\ud800"), max_size=60),
    st.sampled_from(sorted(DETECTORS)),
)
def test_any_text_has_spans_that_slice_it(text: str, detector: str) -> None:
    """No text breaks a detector; its spans slice the text as given, in order."""
    found = DETECTORS[detector](text)

    assert all(m.text == text[m.start : m.end] and m.term for m in found)
    assert found == sorted(found, key=lambda m: (m.start, m.end))


@pytest.mark.parametrize("detector", sorted(DETECTORS))
@pytest.mark.parametrize(
    "piece",
    ["a", "a.", "1.", "a@", "1", "1 ", "http://", "微信", "邀请码 ", "a-", ")", "[.]", "0x", " dot ", "1:", "t.me/a "],
)
def test_hostile_text_takes_linear_time(detector: str, piece: str) -> None:
    """Twice the text takes about twice the time, whatever it repeats."""
    text = piece * (100_000 // len(piece))
    start = time.perf_counter()
    DETECTORS[detector](text)

    assert time.perf_counter() - start < 3
