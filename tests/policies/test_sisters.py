"""Policies beside `wechat`: payments, search and a platform for collectibles, against lines written for them.

Each line is judged as the policy assumes (a payment's memo, a query, a post); names and counts are given.
"""

from __future__ import annotations

from functools import cache

import pytest

from lictor import Decision, Engine
from lictor.author import rule_tests
from lictor.policy import load_policy
from lictor.policy.actions import above_flag

POLICIES = ("payments", "search", "whaletalk")


@cache
def engine(policy: str) -> Engine:
    return Engine.load(policy)


def check(policy: str, text: str, **known: object) -> Decision:
    return engine(policy).check(text, **known)  # type: ignore[arg-type]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("policy", POLICIES)
def test_loads_without_a_note(policy: str) -> None:
    """The policy loads, and the loader has nothing to say about it or about what it borrows."""
    assert load_policy(policy).notes == ()


@pytest.mark.parametrize("policy", POLICIES)
def test_every_rule_is_tested_both_ways(policy: str) -> None:
    """Every rule has texts that make it fire, in more than one wording, and texts that leave it silent."""
    thin = [r.id for r in load_policy(policy).document.rules if len(r.tests.fires) < 2 or len(r.tests.silent) < 3]

    assert thin == []


@pytest.mark.parametrize("policy", POLICIES)
def test_rules_own_tests_hold(policy: str) -> None:
    """Each rule fires on its own examples and on none of its counter-examples."""
    failed = [(r.case.rule, r.case.must, r.case.text) for r in rule_tests(engine(policy)) if r.outcome == "failed"]

    assert failed == []


@pytest.mark.parametrize("policy", POLICIES)
def test_the_balance_is_never_taken(policy: str) -> None:
    """Withdrawing is protected in every policy."""
    assert "payments.withdraw" in load_policy(policy).document.invariants.never_restrict


# --- payments --------------------------------------------------------------------------------------------------------

SUSPECTED = lines("""
    USDT 货款
    买U 500
    btc otc
    购usdt
    C2C USDT 7.1
    U.S.D.T 货款
    ＵＳＤＴ　500
    usdt6.42*300
    火币网入金
    binance p2p order 33121
    比.特.币 尾款
    ICO 认购
    币圈带单费
""")
PLAIN = lines("""
    U盘 500
    买U盘
    饭钱
    房租
    货款
    学费
    外币兑换
    比特币纪念币 摆件
    早餐大饼油条
    柚子茶货款
    以太网线 30米
    Canon EOS 尾款
    游戏币充值
    购币 电玩
    数字人民币测试
    《精通比特币》
    比特币原理 讲座费
    洗衣代币
    2U服务器 托管
    UU跑腿
    DOT 胶带 10个
    otc 药品 感冒灵
    ico 图标设计费
    eth cable 10m
    coin cell 10pcs
    货币博物馆门票
""")


@pytest.mark.parametrize("memo", SUSPECTED)
def test_suspected_memos_halt_collecting(memo: str) -> None:
    """A memo in the words of coin trade halts collecting at once, without a person."""
    decision = check("payments", memo)

    assert (decision.action, decision.status, decision.severity) == ("payment_halt", "applied", "S2")


@pytest.mark.parametrize("memo", PLAIN)
def test_plain_memos_pass(memo: str) -> None:
    """A memo for goods, games, books or money itself is not even flagged, however many pay."""
    assert check("payments", memo, signals={"distinct_payers": 50, "payment_count": 90}).action == "none"


@pytest.mark.parametrize(
    ("signals", "action"),
    [
        ({}, "flag"),
        ({"distinct_payers": 4, "payment_count": 19}, "flag"),
        ({"distinct_payers": 5}, "payment_halt"),
        ({"payment_count": 20}, "payment_halt"),
    ],
)
def test_a_coins_name_alone_needs_many_payers(signals: dict[str, int], action: str) -> None:
    """A bare coin's name is flagged; from many payers, or in many payments, it is suspected."""
    assert check("payments", "BTC", signals=signals).action == action


@pytest.mark.parametrize(
    ("subject", "at", "steps"),
    [
        ("merchant", "2018-08-20T23:59:59+08:00", []),
        ("merchant", "2018-08-21T00:00:00+08:00", [("payment_halt", "applied"), ("flag", "applied")]),
        (
            "personal_account",
            "2022-07-01T00:00:00+08:00",
            [("payment_halt", "applied"), ("flag", "applied"), ("restrict", "proposed")],
        ),
    ],
)
def test_what_a_suspected_payment_leads_to(subject: str, at: str, steps: list[tuple[str, str]]) -> None:
    """From August 2018 the halt is applied; a person's first step is proposed, a merchant's is the halt itself."""
    decision = check("payments", "USDT 货款", subject=subject, at=at)

    assert steps == [(e.effect, e.status) for e in decision.effects]


# --- search ----------------------------------------------------------------------------------------------------------

REFUSED = lines("""
    OKEX
    火币 app
    币安交易所怎么注册
    kucoin 邀请码
    比特币
    比 特 币
    B1tcoin
    btc 场外
    泰达币 出售
    收u群
    ICO 私募 额度
    加密货币
    狗狗币 哪里买
    NFT 二级市场 平台
    coinbase download
    比特币 骗局揭秘 邀请码
""")
ANSWERED = lines("""
    货币
    货币博物馆门票
    火锅店
    以太网交换机 购买
    ico 图标下载
    information commissioner ICO
    私募基金 排名
    煤矿机械 购买
    数据挖掘 教材
    U盘 购买
    大饼 做法
    抹茶蛋糕
    比特率
    数字人民币 app 下载
    纪念币 预约 官网
    游戏币 购买
    区块链 课程
    故宫 数字藏品
    盲盒 二手
    比特币 骗局
    比特币 病毒 解密
    比特币 白皮书
    虚拟货币 合法吗
    luna 洗衣液 购买
    隔空投送
    人民币 兑换 美元
    wallet 男士钱包 购买
""")


@pytest.mark.parametrize("query", REFUSED)
def test_queries_for_the_trade_are_refused(query: str) -> None:
    """A query for a platform, a trade or a sensitive term is refused at once."""
    decision = check("search", query)

    assert (decision.action, decision.status) == ("refuse", "applied")


@pytest.mark.parametrize("query", ANSWERED)
def test_other_queries_are_answered(query: str) -> None:
    """Other meanings, questions of law and study, and whatever only sounds alike are answered."""
    assert check("search", query).action == "none"


@pytest.mark.parametrize("name", ["火币网", "huobicom", "OKEx中文社区", "USDT承兑", "Huobi Global"])
def test_hiding_an_account_waits_for_a_person(name: str) -> None:
    """An account named after a platform or the trade is proposed to be hidden, under each of its names."""
    decision = check("search", name, field="name")

    assert (decision.action, decision.status) == ("hide", "proposed")


@pytest.mark.parametrize("name", ["货币博物馆", "区块链日报", "数字人民币", "茶友群", "币安骗局曝光", "比特币之家"])
def test_other_names_are_found(name: str) -> None:
    """Names of currency, technology, warnings and of coins without a trade stay found."""
    assert check("search", name, field="name").action == "none"


# --- whaletalk -------------------------------------------------------------------------------------------------------

RESOLD = lines("""
    出国宝系列藏品，300 一份，私下转赠
    鲸探藏品八折转让，加微信
    低价转让数字藏品，支付宝付款后转赠
    数字藏品转卖群，扫码加入
    求购编号 666，价高者得
    藏品打包出，闲鱼交易
    私下交易，微信转账后立即转赠
    专业回收数字藏品，秒到账
    诚信交易数字藏品，支付宝转账后马上转赠
    Anyone selling collectible #12? I will pay 500 yuan
""")
KEPT = lines("""
    今天首发的敦煌飞天 19.9 元，限量 8000 份
    我的藏品满 180 天啦，送给妹妹
    求好友转赠
    抢到了！支付成功，编号 1024
    怎么转赠？需要付费吗？
    请大家不要在闲鱼上买卖藏品
    有人高价收购藏品是骗子，大家小心
    敦煌文创手机壳 39 元出售
    官方首发 35 元，限购 2 份，10 点开抢
    据澎湃新闻报道，有藏品在闲鱼被炒到上万元
    我不会卖掉我的第一件藏品
    博物馆一份文创套餐 98 元
    The collectible costs 19.9 yuan and cannot be resold
""")


@pytest.mark.parametrize("text", RESOLD)
def test_resale_is_hidden_and_the_gift_function_proposed_to_close(text: str) -> None:
    """An offer to resell is hidden at once; closing the gift function is proposed, without an end date."""
    decision = check("whaletalk", text, at="2022-01-15T00:00:00+08:00")
    restrict = next(e for e in decision.effects if e.effect == "restrict")

    assert decision.category == "fin.nft.secondary"
    assert ("hide", "applied") in [(e.effect, e.status) for e in decision.effects]
    assert (("nft.gift",), None, None) == (restrict.functions, restrict.until, restrict.until_event)


@pytest.mark.parametrize("text", KEPT)
def test_collecting_and_giving_are_left_alone(text: str) -> None:
    """First-hand sale, gifts, questions, warnings and goods of the same motif are left alone."""
    assert check("whaletalk", text).action == "none"


def test_nothing_binds_before_the_first_version() -> None:
    """Before the holding rule, and its version, resale was nobody's offence."""
    assert not above_flag(check("whaletalk", RESOLD[0], at="2021-12-15T23:59:59+08:00").action)


def test_conditions_of_a_transfer() -> None:
    """Held 180 days, then two calendar years; recipients of 14 in mainland China; never for money."""
    transfers = load_policy("whaletalk").document.transfers
    assert transfers is not None

    assert ("180d", "2 calendar years") == (str(transfers.gift_hold), str(transfers.regift_hold))
    assert (14, "CN", False) == (transfers.min_recipient_age, transfers.recipient_region, transfers.paid)


def test_a_repeat_closes_the_gift_function_for_ever() -> None:
    """Since March 2022 the second strike restricts for good; before, each restricts without an end date."""
    ladders = {ladder.id: ladder for ladder in load_policy("whaletalk").document.ladders}

    assert [[s.permanent for s in step] for step in ladders["gift-2021"].steps] == [[False, False]]
    assert [[s.permanent for s in step] for step in ladders["gift-2022"].steps] == [[False, False], [False, True]]
