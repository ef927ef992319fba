"""The bundled policies against texts written for them: what must be acted on, what must be left alone, and since when.

`innocent.txt` lays the traps one by one; `promotional.txt` names the category each line breaks; `news/` holds whole
articles about the trade. Figures on real text are measured where `LICTOR_DATA` names a folder that holds it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from lictor import Engine
from lictor.author import rule_tests
from lictor.policy import load_policy
from lictor.policy.actions import above_flag

HERE = Path(__file__).parent
POLICIES = ("wechat", "marketplace")
JULY_2022 = "2022-07-01T00:00:00+08:00"
NEWS = sorted((HERE / "news").glob("*.txt"))


@cache
def engine(policy: str) -> Engine:
    return Engine.load(policy)


def lines(name: str) -> Iterator[str]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def promotional() -> Iterator[tuple[str, str, str]]:
    for line in lines("promotional.txt"):
        kind, text = line.split(" | ", 1)
        category, _, field = kind.partition("@")
        yield category, field or "article", text


def data(name: str) -> list[dict[str, object]]:
    folder = os.environ.get("LICTOR_DATA")
    if not folder or not (Path(folder) / name).is_file():
        pytest.skip(f"LICTOR_DATA names no folder with {name}")
    return [json.loads(line) for line in (Path(folder) / name).read_text(encoding="utf-8").splitlines()]


def acted_on(policy: str, text: str, **known: str) -> bool:
    return above_flag(engine(policy).check(text, at=JULY_2022, **known).action)


@pytest.mark.parametrize("policy", POLICIES)
def test_loads_without_a_note(policy: str) -> None:
    """The bundled policies load, and the loader has nothing to say about them."""
    loaded = load_policy(policy)

    assert loaded.notes == ()


@pytest.mark.parametrize("policy", POLICIES)
def test_every_rule_is_tested_both_ways(policy: str) -> None:
    """Every rule has texts that make it fire and texts that leave it silent, and a title in words."""
    thin = [
        rule.id
        for rule in load_policy(policy).document.rules
        if len(rule.tests.fires) < 2 or len(rule.tests.silent) < 3
    ]

    assert thin == []


@pytest.mark.parametrize("policy", POLICIES)
def test_rules_own_tests_hold(policy: str) -> None:
    """Each rule fires on its own examples and on none of its counter-examples."""
    failed = [(r.case.rule, r.case.must, r.case.text) for r in rule_tests(engine(policy)) if r.outcome == "failed"]

    assert failed == []


@pytest.mark.parametrize("policy", POLICIES)
def test_innocent_lines_are_left_alone(policy: str) -> None:
    """No innocent line is acted on above a flag, as an article in July 2022."""
    wrong = [line for line in lines("innocent.txt") if acted_on(policy, line)]

    assert wrong == []


def test_promotional_lines_are_acted_on() -> None:
    """Each promotional line is acted on, and the category it was written for is among the violations."""
    wrong = []
    for category, field, text in promotional():
        decision = engine("wechat").check(text, field=field, at=JULY_2022)
        found = {v.category for v in decision.violations if v.exempted_by is None}
        if not above_flag(decision.action) or category not in found:
            wrong.append((category, text, decision.action, sorted(found)))

    assert wrong == []


@pytest.mark.parametrize("path", NEWS, ids=lambda path: path.stem)
def test_news_stays_news(path: Path) -> None:
    """A report about the trade is not acted on, whether read whole or line by line."""
    text = path.read_text(encoding="utf-8")

    assert not acted_on("wechat", text)
    assert [line for line in text.splitlines() if acted_on("wechat", line)] == []


def test_a_way_in_turns_news_into_an_advertisement() -> None:
    """The same report with an invite code beside the platform's name is acted on."""
    report = "财经记者报道，币安本周上线新的注册页面，用户反应不一。"

    assert not acted_on("wechat", report)
    assert acted_on("wechat", report + "币安注册邀请码 KD83WQ，手续费返还。")


def test_spam_injected_into_news_is_found_by_the_other_policy() -> None:
    """The last line of the injected report is medicine spam: the marketplace policy acts on it, WeChat's does not."""
    spam = (HERE / "news" / "injected_spam.txt").read_text(encoding="utf-8").splitlines()[-1]

    assert acted_on("marketplace", spam)
    assert not acted_on("wechat", spam)


GROUP = {"field": "message", "subject": "group"}
MOMENTS = {"field": "moments", "subject": "personal_account"}
ICO = "新币ICO开启认购，早鸟额度有限"
RIGS = "蚂蚁矿机现货，四川托管，比特币日结"
USDT = "出USDT，单价7.1，加微信面交"
HYPE = "狗狗币百倍潜力，赶紧上车"
APP = "点击下载欧易APP，新人有礼"
TALK = "大家觉得比特币怎么样"
RWA = "RWA项目白名单开放，联系客服抢名额"


@pytest.mark.parametrize(
    ("text", "known", "at", "action", "status"),
    [
        ("收U 6.48，出大饼，私聊", GROUP, "2022-06-21", "rectify_order", "proposed"),
        (TALK, GROUP, "2022-06-21", "filter", "applied"),
        (TALK, GROUP | {"surface": "private"}, "2022-06-21", "none", None),
        (APP, {}, "2022-06-21", "rectify_order", "proposed"),
        (APP, {}, "2022-06-01", "restrict", "proposed"),
        (ICO, {}, "2022-06-21", "ban_permanent", "proposed"),
        (ICO, {}, "2018-03-01", "block_indefinite", "proposed"),
        (ICO, {}, "2017-09-03", "none", None),
        (RIGS, {}, "2021-09-23", "none", None),
        (RIGS, {}, "2021-09-24", "restrict", "proposed"),
        (HYPE, {}, "2018-08-20", "none", None),
        (HYPE, {"subject": "media_account"}, "2018-08-21", "warn", "proposed"),
        (USDT, MOMENTS, "2021-09-23", "none", None),
        (USDT, MOMENTS, "2021-09-24", "restrict", "proposed"),
        ("USDT 500", {"field": "payment", "subject": "merchant"}, "2022-06-21", "payment_halt", "applied"),
        ("https://www.okx.com/join/55", {"field": "link"}, "2022-06-21", "rectify_order", "proposed"),
        (RWA, {}, "2025-01-01", "none", None),
        (RWA, {}, "2026-03-01", "ban_permanent", "proposed"),
    ],
)  # fmt: skip
def test_what_follows(text: str, known: dict[str, str], at: str, action: str, status: str | None) -> None:
    """Detection hides or filters at once; what reaches the account is proposed, by the ladder of its day."""
    decision = engine("wechat").check(text, at=f"{at}T12:00:00+08:00", **known)  # type: ignore[arg-type]

    assert (decision.action, decision.status) == (action, status)


@pytest.mark.parametrize(
    ("field", "text", "category", "severity"),
    [
        ("menu", "寄售大厅", "fin.nft.secondary", "S2"),
        ("menu", "买币入口", "fin.vc.entry", "S2"),
        ("page", "ETH/USDT 现报 1180，点击下载欧易 APP", "fin.vc.broker", "S2"),
        ("profile", "矿机托管：S19 电费 0.36 元/度，BTC 日结", "fin.vc.mine", "S2"),
        ("group_notice", "今日收 ETH 8100，出 ETH 8300，群主担保", "fin.vc.otc", "S2"),
        ("payment", "买U 300", "fin.vc.pay", "S2"),
        ("bio", "币圈老师，BTC 波段带单", "fin.vc.broker", "S2"),
    ],
)
def test_short_texts_of_other_forms(field: str, text: str, category: str, severity: str) -> None:
    """A menu, a page, a profile or a memo says in a few words what an article says in a sentence."""
    violations = engine("wechat").check(text, field=field, at=JULY_2022).violations  # type: ignore[arg-type]

    assert (category, severity) in {(v.category, v.severity) for v in violations if v.exempted_by is None}


@pytest.mark.parametrize(
    ("text", "at", "categories"),
    [
        ("自家矿场还有机位，蚂蚁矿机拉来就能上架", "2020-05-01", set()),
        ("自家矿场还有机位，蚂蚁矿机拉来就能上架", "2021-10-01", {"fin.vc.mine"}),
        ("新人专享：存以太坊得盲盒", "2017-08-01", set()),
        ("新人专享：存以太坊得盲盒", "2017-10-01", {"fin.vc.entry"}),
        ("这三个币建议满仓，比特币就不用看了", "2018-08-01", set()),
        ("这三个币建议满仓，比特币就不用看了", "2018-09-01", {"fin.vc.hype"}),
    ],
)
def test_each_act_binds_from_its_own_day(text: str, at: str, categories: set[str]) -> None:
    """Sales talk is not judged as hype where it belongs to an act that binds from a later day."""
    decision = engine("wechat").check(text, at=f"{at}T12:00:00+08:00")

    assert {v.category for v in decision.violations if v.exempted_by is None} == categories


def test_outside_its_scope_the_policy_only_hides_from_china() -> None:
    """An account that is neither registered in China nor serving its residents is not sanctioned."""
    decision = engine("wechat").check(APP, at=JULY_2022, signals={"registered_region": "SG", "serves_cn": False})

    assert [(e.effect, e.viewers) for e in decision.effects] == [("hide", ("CN",))]


def test_innocent_uses_of_the_terms() -> None:
    """Of the sentences in which the terms mean something else, at most 3 % are acted on."""
    texts = [str(use["text"]) for row in data("terms.jsonl") for use in row.get("benign_collisions", [])]  # type: ignore[attr-defined]
    wrong = [text for text in texts if acted_on("wechat", text)]

    assert len(wrong) <= 0.03 * len(texts), wrong


def test_real_lines_that_mention_the_terms() -> None:
    """Of real lines, at least 70 % of the violations are found and at most 5 % of the mentions acted on."""
    rows = data("mentions_labelled.jsonl")
    found = {
        label: [acted_on("wechat", str(row["text"])) for row in rows if row["label"] == label]
        for label in ("violation", "mention")
    }

    assert sum(found["violation"]) >= 0.7 * len(found["violation"])
    assert sum(found["mention"]) <= 0.05 * len(found["mention"])
