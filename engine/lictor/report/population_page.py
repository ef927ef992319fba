"""A simulated population as a page: the frontier, what happened week by week, which quantities matter, every source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lictor.report.page import Note, Page, Plot, Section, Table
from lictor.report.page.plots import Row, bars, lines, points
from lictor.report.simulated_population import AXES, provenance, ranked
from lictor.simulate.population.measures import MEASURES, SERIES, WEEK
from lictor.simulate.population.sensitivity import Sensitivity
from lictor.simulate.population.study import Study, frontier

__all__ = ["page_of"]

_LINES = 8
"""Variants drawn over time; tables and the frontier have all."""
_BARS = 12


def page_of(study: Study, effects: Sensitivity | None = None, lang: str = "en") -> Page:
    """The page, with its headings in that language; names of measures and quantities are those of the JSON."""
    say = _SAID[lang]
    sections = [Section(say["summary"], list(_summary(study, say)), say["summary_about"])]
    if len(study.found) > 1:
        # What differs is what was asked.
        sections.insert(0, Section(say["frontier"], list(_frontier(study, say)), say["frontier_about"]))
    sections.append(Section(say["time"], list(_over_time(study, say)), say["time_about"]))
    if effects is not None:
        about = say["lhs_about"] if effects.method == "lhs" else say["sobol_about"]
        sections.append(Section(say["matters"], list(_matters(effects, say)), about))
    sections.append(Section(say["model"], [_quantities(study, say)], say["model_about"]))
    facts = [(say.get(name, name), value) for name, value in provenance(study)]
    about = say["about"].format(accounts=f"{study.size.accounts:,}", days=f"{study.size.days:,}")
    return Page(say["title"].format(policy=study.found[0].variant.policy.id), about, facts, sections, lang)


def _meaning(name: str, about: str, say: Mapping[str, str]) -> str:
    """What the measure or series is, in the page's language."""
    return say.get(f"{name}?", about)


def _summary(study: Study, say: Mapping[str, str]) -> Iterator[Table]:
    first = study.found[0]
    yield Table(
        first.variant.name,
        [say["measure"], say["mean"], say["low"], say["high"], say["means"]],
        [[name, *_rounded(first.measures[name]), _meaning(name, MEASURES[name].about, say)] for name in MEASURES],
        say["interval"],
    )
    names = ("violating_posts", "sanctions", "restrictions", "bans", "wrongful_restrictions", "wrongful_bans", "banned")
    yield Table(
        say["types"],
        [say["type"], *names],
        [[kind, *(round(by[name], 2) for name in names)] for kind, by in first.by_kind.items()],
        say["types_about"],
    )
    yield Table(
        say["actions"],
        [say["action"], say["all"], say["wrongful"]],
        [[name, round(every, 3), round(wrong, 3)] for name, (every, wrong) in first.actions.items()],
    )


def _frontier(study: Study, say: Mapping[str, str]) -> Iterator[Plot | Table]:
    over, under = (f"{name}: {_meaning(name, MEASURES[name].about, say)}" for name in AXES)
    on = frontier(study.found)
    rows = [
        {over: _mean(one.measures["wrongful"].mean), under: _mean(one.measures["prevalence"].mean),
         say["place"]: say["on"] if best else say["behind"], say["variant"]: one.variant.name}
        for one, best in zip(study.found, on, strict=True)
    ]  # fmt: skip
    drawn = points(rows, x=over, y=under, series=say["place"], label=say["variant"])
    yield Plot(say["trade"], say["trade_about"], drawn)
    yield Table(
        say["variants"],
        [say["variant"], say["place"], *MEASURES],
        [
            [one.variant.name, say["on"] if best else "", *(_mean(one.measures[name].mean) for name in MEASURES)]
            for one, best in zip(study.found, on, strict=True)
        ],
    )
    first = study.found[0].variant.name
    rows_differing = [
        [one.variant.name, name, *_rounded(difference)]
        for one in study.found[1:]
        for name, difference in (one.difference or {}).items()
        if difference.low is not None and difference.high is not None and difference.low * difference.high > 0
    ]
    yield Table(
        say["differs"].format(first=first),
        [say["variant"], say["measure"], say["mean"], say["low"], say["high"]],
        rows_differing,
        say["differs_about"],
    )


def _over_time(study: Study, say: Mapping[str, str]) -> Iterator[Plot | Note]:
    if len(study.found) > _LINES:
        yield Note(say["drawn"].format(count=_LINES))
    for name, about in SERIES.items():
        rows: list[Row] = [
            {say["day"]: week * WEEK, name: round(value, 4), say["variant"]: one.variant.name}
            for one in study.found[:_LINES]
            for week, value in enumerate(one.series[name])
        ]
        yield Plot(
            name,
            say.get(f"{name}~", _meaning(name, about, say)),
            lines(rows, x=say["day"], y=name, series=say["variant"]),
        )


def _matters(effects: Sensitivity, say: Mapping[str, str]) -> Iterator[Plot | Table]:
    for measure in AXES:
        rows: list[Row] = [
            {say["effect"]: round(effects.effects[measure][name].value, 3), say["quantity"]: name}
            for name in ranked(effects, measure)[:_BARS]
        ]
        yield Plot(
            measure, _meaning(measure, MEASURES[measure].about, say), bars(rows, x=say["effect"], y=say["quantity"])
        )
    yield Table(
        say["effects"],
        [say["measure"], say["quantity"], say["effect"], say["low"], say["high"], say["alone"]],
        [
            [measure, name, *(None if x is None else round(x, 3) for x in (one.value, one.low, one.high, one.alone))]
            for measure, by in effects.effects.items()
            for name, one in by.items()
        ],
    )


def _quantities(study: Study, say: Mapping[str, str]) -> Table:
    return Table(
        study.model.title,
        [say["quantity"], say["value"], say["range"], say["source"], say["means"]],
        [
            [name, one.value, "" if one.range is None else f"{one.range[0]:g} … {one.range[1]:g}",
             one.source or say["assumed"], one.about]
            for name, one in study.model.quantities.items()
            if one.said
        ],
    )  # fmt: skip


def _rounded(interval: tuple[float | None, float | None, float | None]) -> list[float | None]:
    return [None if value is None else round(value, 4) for value in interval]


def _mean(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


_SAID: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "A modelled population under {policy}",
        "about": "{accounts} modelled accounts over {days} days: comparisons under stated assumptions, not a forecast.",
        "policy": "policy", "size": "size", "seed": "seed",
        "summary": "What it came to",
        "summary_about": "Each measure is a mean over replicates, with its 95 % interval.",
        "interval": "Where there is one replicate there is no interval.",
        "measure": "measure", "mean": "mean", "low": "from", "high": "to", "means": "what it is",
        "types": "By type of account", "types_about": "Per 10,000 accounts of the type.", "type": "type",
        "actions": "By action, per 10,000 accounts", "action": "action", "all": "all", "wrongful": "wrongful",
        "frontier": "What variants trade",
        "frontier_about": "Less to the left: fewer wrongful decisions; less below: less violating content is seen.",
        "trade": "Over- and under-enforcement",
        "trade_about": "A variant is on the frontier where no other is as good in both, and better in one.",
        "place": "place", "on": "on the frontier", "behind": "behind it", "variant": "variant", "variants": "Variants",
        "differs": "What differs from {first}",
        "differs_about": "Differences replicate by replicate on the same chances, whose 95 % interval leaves 0 out.",
        "time": "Week by week", "time_about": "Means of each week over all replicates.",
        "drawn": "The first {count} variants are drawn.", "day": "day",
        "matters": "What matters",
        "lhs_about": "Spearman's rank correlation of each uncertain quantity with the measure.",
        "sobol_about": "The share of the measure's variance that each uncertain quantity explains, with interactions.",
        "effect": "effect", "quantity": "quantity", "effects": "Every effect", "alone": "alone (first order)",
        "model": "What was assumed", "model_about": "Every quantity of the model and where it comes from.",
        "value": "value", "range": "range", "source": "source", "assumed": "assumed",
    },
    "zh": {
        "title": "政策 {policy} 下的帐号群体模拟",
        "about": "{accounts} 个模型帐号，{days} 天：在已说明的假设下作比较，不是预测。",
        "policy": "政策", "model": "模型与假设", "size": "规模", "seed": "随机种子",
        "summary": "结果", "summary_about": "各项指标为多次重复的平均值及其 95% 置信区间。",
        "interval": "只重复一次时没有区间。",
        "measure": "指标", "mean": "平均", "low": "下限", "high": "上限", "means": "含义",
        "types": "按帐号类型", "types_about": "每一万个该类帐号。", "type": "类型",
        "actions": "按处置，每一万个帐号", "action": "处置", "all": "全部", "wrongful": "误处置",
        "frontier": "各方案的取舍", "frontier_about": "越靠左误处置越少，越靠下被看到的违规内容越少。",
        "trade": "过度与不足", "trade_about": "没有其他方案两方面都不逊于它且一方面更好的，即在边界上。",
        "place": "位置", "on": "在边界上", "behind": "在边界内", "variant": "方案", "variants": "各方案",
        "differs": "与“{first}”的差异", "differs_about": "在同样的随机数下逐次相减，95% 区间不含 0 的差异。",
        "time": "逐周变化", "time_about": "各周在所有重复上的平均值。",
        "drawn": "只画出前 {count} 个方案。", "day": "天",
        "matters": "哪些参数重要",
        "lhs_about": "各不确定参数与指标的斯皮尔曼秩相关。",
        "sobol_about": "各不确定参数（含交互）所解释的指标方差比例。",
        "effect": "影响", "quantity": "参数", "effects": "全部影响", "alone": "单独（一阶）",
        "model_about": "模型的每个参数及其来源。",
        "value": "值", "range": "范围", "source": "来源", "assumed": "假设",
        # What each measure is; `~` where its series counts otherwise.
        "prevalence?": "每一万次浏览中违规内容的浏览次数",
        "violating_posts?": "每一万个帐号每天发布的违规内容",
        "caught_at_once?": "其中被检测当即处理的比例",
        "days_to_action?": "从帐号首次违规发布到作出处置的天数（中位数）",
        "days_to_action_p90?": "同上，最慢的一成",
        "restrictions?": "有期限的限制，每一万个帐号",
        "bans?": "永久关闭的帐号，每一万个帐号",
        "wrongful_restrictions?": "对未违规帐号的限制，每一万个帐号",
        "wrongful_bans?": "对未违规帐号的封禁，每一万个帐号",
        "wrongful?": "误限制与误封禁，每一万个帐号",
        "not_reversed?": "其中未经申诉纠正的，每一万个帐号",
        "deterred?": "因惧怕再受处置而未发布的违规内容所占比例",
        "stopped?": "因帐号被禁言或关闭而未能发布的违规内容所占比例",
        "rectified?": "完成整改的整改令比例",
        "appeals?": "申诉数，每一万个帐号",
        "granted?": "已答复申诉中获准的比例",
        "late_answers?": "超过政策时限的申诉答复比例",
        "days_to_review?": "案件等待裁决的天数（中位数）",
        "days_to_review_p90?": "同上，最慢的一成",
        "backlog?": "平均待审数量，每一万个帐号",
        "backlog_at_end?": "期末待审数量，每一万个帐号",
        "reviewer_hours?": "审核工时，每一万个帐号",
        "cost?": "工时与通知按单价计，每一万个帐号",
        "backlog~": "待审数量，每一万个帐号",
        "restrictions~": "每一万个帐号每天的限制",
        "bans~": "每一万个帐号每天的封禁",
        "wrongful~": "每一万个帐号每天的误限制与误封禁",
        "banned~": "已关闭的帐号，每一万个帐号",
    },
}  # fmt: skip
