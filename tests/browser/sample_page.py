"""A page with something of everything, and words that mean harm to whoever shows them."""

from __future__ import annotations

from lictor.report.page import Note, Page, Plot, Sample, Samples, Section, Span, Table
from lictor.report.page.plots import area, bands, bars, lines, matrix, points

WORDS = {
    "en": {
        "title": "What changes for 2,000 lines",
        "about": "A made-up comparison of `wechat` with itself, to look at the page.",
        "changes": "What changes",
        "over_time": "Over time",
        "read": "Texts to read",
        "action": "action",
        "lines": "lines",
        "kind": "kind",
        "day": "day",
        "open": "open orders",
        "policy": "policy",
        "before": "before",
        "after": "after",
        "change": "change",
        "rule": "rule",
        "severity": "severity",
        "see": "Most lines that change are now {0}.",
    },
    "zh": {
        "title": "两千行文字，哪些判定会变",
        "about": "`wechat` 与自身的虚构比较，仅供查看页面。",
        "changes": "有何变化",
        "over_time": "随时间",
        "read": "供人阅读的文字",
        "action": "处置",
        "lines": "行数",
        "kind": "种类",
        "day": "日期",
        "open": "未结限期令",
        "policy": "政策",
        "before": "变更前",
        "after": "变更后",
        "change": "变化",
        "rule": "规则",
        "severity": "严重程度",
        "see": "变化的行中，多数现为{0}。",
    },
}
ACTIONS = {"en": ["none", "hide", "rectify_order", "ban_permanent"], "zh": ["不处置", "隐藏", "限期整改", "永久封禁"]}
HOSTILE = "</script><img src=x onerror=alert(1)>\u202e evil \u200b比\u200b特币 \x1b[31m \ud800 👨‍👩‍👧 & <b>bold</b>"


def page(lang: str = "en", samples: int = 300) -> Page:
    """The page; sample `n` has severity `S(n % 3 + 1)` and the change and rule that follow from its number."""
    w, actions = WORDS[lang], ACTIONS[lang]
    counts = [
        {w["action"]: one, w["lines"]: 900 // (at + 1) + 7, w["kind"]: kind}
        for at, one in enumerate(actions)
        for kind in (w["before"], w["after"])
    ]
    daily = [
        {
            w["day"]: f"2022-07-{day:02}",
            w["open"]: (day * step) % 17 + day,
            w["policy"]: policy,
            "low": day,
            "high": (day * step) % 17 + day + step,
        }
        for day in range(1, 31)
        for step, policy in ((3, "2018"), (5, "2022"))
    ]
    cells = [
        {w["before"]: a, w["after"]: b, w["lines"]: (len(a) * 7 + len(b) * 31) % 97} for a in actions for b in actions
    ]
    spread = [{"x": n * 37 % 101, "y": n * 53 % 97} for n in range(60)]
    return Page(
        title=w["title"],
        about=w["about"],
        facts=[
            ("policy", "wechat, sha256:" + "0123456789abcdef" * 4),
            ("corpus", "lines.txt <2,000 lines> & more"),
            ("seed", "7"),
        ],
        lang=lang,
        sections=[
            Section(
                w["changes"],
                [
                    Plot(
                        w["action"],
                        w["see"].format(actions[1]),
                        bars(counts, x=w["lines"], y=w["action"], series=w["kind"]),
                    ),
                    Plot(
                        w["before"],
                        w["see"].format(actions[2]),
                        matrix(cells, x=w["after"], y=w["before"], value=w["lines"]),
                    ),
                    Table(
                        w["rule"],
                        [w["rule"], w["lines"], "%"],
                        [
                            ["coin-sale", 1200, 0.61],
                            ["矿机出售", 30, 1.5],
                            ["<i>", None, 12.25],
                            ["app 10", 7, 100.0],
                            ["app 9", 7, -2.0],
                        ],
                        w["about"],
                    ),
                    Note(w["about"]),
                ],
                w["about"],
            ),
            Section(
                w["over_time"],
                [
                    Plot(
                        w["open"],
                        w["see"].format(actions[2]),
                        lines(daily, x=w["day"], y=w["open"], series=w["policy"]),
                    ),
                    Plot(
                        w["open"] + " 90 %",
                        w["about"],
                        bands(daily, x=w["day"], y=w["open"], low="low", high="high", series=w["policy"]),
                    ),
                    Plot(w["policy"], w["about"], area(daily, x=w["day"], y=w["open"], series=w["policy"])),
                    Plot(w["kind"], w["about"], points(spread, x="x", y="y")),
                    Plot(w["day"], w["about"], bars(daily[::2], x=w["day"], y=w["open"])),
                ],
            ),
            Section(w["read"], [Samples(w["read"], [_sample(n, w, actions) for n in range(samples)], w["about"])]),
        ],
    )


def _sample(n: int, w: dict[str, str], actions: list[str]) -> Sample:
    facets = {
        w["change"]: f"{actions[n % 4]} → {actions[(n + 1) % 4]}",
        w["rule"]: f"rule-{n % 13:02}",
        w["severity"]: f"S{n % 3 + 1}",
    }
    if n == 3:
        at = HOSTILE.index("比")
        return Sample(
            HOSTILE,
            [Span(0, 9, "<script>", "tags"), Span(at, at + 4, "比特币", "coins", ("invisible",))],
            facets,
            id=HOSTILE,
        )
    if n == 4:
        return Sample("收" * 1000 + "比特币" + "矿" * 6000, [Span(1000, 1003, "比特币")], facets, id="long")
    if n % 2:
        text = f"line {n}: we buy b1tcoin and B I T C O I N here, ask {n * 7919 % 1000}"
        at, other = text.index("b1tcoin"), text.index("B I")
        spans = [
            Span(at, at + 7, "bitcoin", "coin_name", ("leet",)),
            Span(other, other + 13, "bitcoin", "coin_name", ("case", "separators")),
        ]
    else:
        text = f"第{n}条：长期收U，加V信详谈，比特市也收，😀量大从优"
        at, other = text.index("收U"), text.index("比特市")
        spans = [
            Span(at, at + 2, "收u", "stablecoin", ("case",)),
            Span(other, other + 3, "比特币", "coin_name", ("shape",)),
            Span(at, at + 1, "收", "buying"),
        ]
    return Sample(text, spans, facets, [f"before: {actions[n % 4]}"], f"row-{n}", float(n % 50))
