"""Prices, codes and links are looked for only where they can be, and none is lost by that."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from lictor.match.detectors import codes, hosts, prices
from lictor.match.detectors.codes import invite_code
from lictor.match.detectors.prices import price
from lictor.text.plain import plain

PRICE_PIECES = """
0 7 12 345 6789 , . ， $ ¥ ￥ 元 块 块链 块钱 万 k 亿 美元 u U usdt USDT btc /枚 / 个 价格 单价 报价 rate Price 收 出
买 币 大饼 : ： 为 a x
"""
CODE_PIECES = """
邀请码 邀 请 码 推荐人 邀请人id 注册号 口令 invite invıte code Code uid UİD id ıd promo - : ： 【 】 填 a b K8Q2WZ 12
abc123 _ . 人 令 ?ref= /invite/ &code=XY9
"""
LINK_PIECES = """
http:// hxxps : // www. WWW. ｗｗｗ. okex a.com foo。com abc dot 点 com .org / ? ？ # ＃ : 80 :8080 x= @ 好 Wｗw
"""
PRICES = st.lists(st.sampled_from([" ", "  ", "\n", *PRICE_PIECES.split()]), max_size=14).map("".join)
CODES = st.lists(st.sampled_from([" ", *CODE_PIECES.split()]), max_size=10).map("".join)
LINKS = st.lists(st.sampled_from([" ", *LINK_PIECES.split()]), max_size=10).map("".join)
PRICE = re.compile(f"{prices._NAMED.pattern}|{prices._COUNTED.pattern}", re.IGNORECASE)


@given(PRICES)
@example("均价＄１２，３４５．６万元/个 12345678901234元 收usdt:6.9")
def test_no_price_is_lost(text):
    """The prices are those found by trying every place of the text."""
    view = plain(text)
    groups = [("bare" if one["bare"] is not None else 0, one) for one in PRICE.finditer(view.text)]
    expected = [view.span(*one.span(group)) for group, one in groups]

    assert expected == [(one.start, one.end) for one in price(text)]


@given(CODES)
def test_no_code_is_lost(text):
    """A text that is not searched for words of invitation holds none."""
    view = plain(text)

    assert codes._may_be_behind(view.text) or not codes._BEHIND.search(view.text)
    assert codes._may_be_in_link(view.text) or not codes._IN_LINK.search(view.text)
    assert [] == invite_code(text) or codes._may_be_behind(view.text) or codes._may_be_in_link(view.text)


@given(LINKS)
def test_no_link_is_lost(text):
    """A text that is not searched for links has no scheme, no host with a path, and none that begins with www."""
    view = plain(text)
    ends = [(name, end) for _, end, name, _ in hosts.hosts_in(view)]
    linked = [name for name, end in ends if name.startswith("www.") or hosts._PATH.match(view.text, end)]

    assert hosts._may_link(view.text) or not (linked or hosts._SCHEME.search(view.text))
