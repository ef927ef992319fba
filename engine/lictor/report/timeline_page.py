"""A replayed timeline as a page: how things stood over time under each variant, and what differs.

Long timelines are thinned: of neighbouring spans the last is shown where it is said how things stood, and the sum where
it is said what happened. The JSON has every span.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from lictor.enforce.standing import STATES
from lictor.facts import stamp
from lictor.report.page import Note, Page, Plot, Section, Table
from lictor.report.page.plots import Row, bars, lines
from lictor.report.simulated_timeline import WORDS, busiest, figures, lasting, provenance
from lictor.report.timeline import refused_in_words
from lictor.simulate.measures import TIMES, Span
from lictor.simulate.timeline import Replayed, Timeline

__all__ = ["page_of"]

_POINTS = 120  # a line of more has no more to show, and a page with forty variants has to stay small
_SHORT = 28
_LINES = 12
"""Variants drawn beside the first; tables name all."""


def page_of(timeline: Timeline, lang: str = "en") -> Page:
    """The page, with its headings in that language."""
    say = _SAID[lang]
    names = _names(timeline, say)
    return Page(
        title=say["title"],
        about=say["about"],
        facts=[(say.get(name, name), value) for name, value in provenance(timeline)],
        sections=[one for one in _sections(timeline, names, say) if one.blocks],
        lang=lang,
    )


def _sections(timeline: Timeline, names: Sequence[str], say: Mapping[str, str]) -> Iterator[Section]:
    if timeline.begin is None:
        yield Section(say["summary"], [Note(say["nothing"])])
        return
    tables = [*_explained(timeline, names, say), _summary(timeline, names, say), *_moved(timeline, names, say)]
    yield Section(say["summary"], tables, say["summary_about"])
    shown = list(zip(names, timeline.replays, strict=True))[: _LINES + 1]
    more = [Note(say["drawn"].format(count=_LINES))] if len(timeline.replays) > len(shown) else []
    states = [
        _over_time(timeline, shown, _word(state, say), say, lambda span, state=state: span.states[state])  # type: ignore[misc]
        for state in STATES[1:]
        if any(span.states[state] for _, one in shown for span in one.spans)
    ]
    yield Section(say["states"], [*more, *states], say["states_about"])
    yield Section(say["orders"], list(_orders(timeline, shown, say)), say["orders_about"])
    yield Section(say["people"], list(_people(timeline, shown, say)), say["people_about"])
    yield Section(say["times"], list(_times(shown, say)), say["times_about"])


def _orders(timeline: Timeline, shown: Sequence[tuple[str, Replayed]], say: Mapping[str, str]) -> Iterator[Plot]:
    for name in ("orders_open", "strikes_active"):
        if any(span.gauges[name] for _, one in shown for span in one.spans):
            yield _over_time(timeline, shown, _word(name, say), say, lambda span, name=name: span.gauges[name])  # type: ignore[misc]
    outcomes = ("orders_met", "orders_missed", "orders_failed", "orders_lifted", "orders_open")
    rows: list[Row] = [
        {say["variant"]: name, say["outcome"]: _word(outcome, say), say["orders"]: count}
        for name, one in shown
        for outcome in outcomes
        if (count := one.counts.get(outcome, one.at_end.get(outcome, 0)))
    ]
    if rows:
        drawn = bars(rows, x=say["orders"], y=say["variant"], series=say["outcome"])
        yield Plot(say["orders_came"], say["orders_came_about"], drawn)


def _people(timeline: Timeline, shown: Sequence[tuple[str, Replayed]], say: Mapping[str, str]) -> Iterator[Plot]:
    waiting = ("waiting_reviews", "waiting_items", "waiting_appeals", "waiting_claims")
    gauges: list[tuple[str, Callable[[Span], float]]] = [
        (name, lambda span, name=name: span.gauges[name])  # type: ignore[misc]
        for name in waiting
    ]
    gauges.append(("waiting_oldest", lambda span: (span.oldest or 0) / 3600))
    for name, of in gauges:
        if any(of(span) for _, one in shown for span in one.spans):
            yield _over_time(timeline, shown, _word(name, say), say, of)
    counts: list[tuple[str, Callable[[Span], float]]] = [
        ("answers", lambda span: span.counts["answers"]), ("answers_busiest", busiest),
    ]  # fmt: skip
    every = lasting(timeline.every)
    for name, of in counts:
        if any(of(span) for _, one in shown for span in one.spans):
            together = max if name == "answers_busiest" else sum
            title = _word(name, say).format(every=every)
            yield _over_time(timeline, shown, title, say, of, together=together)


def _times(shown: Sequence[tuple[str, Replayed]], say: Mapping[str, str]) -> Iterator[Plot]:
    for name in TIMES:
        # Half and nine of ten are no parts of a whole, so each has a bar of its own.
        rows = [
            {say["variant"]: f"{variant}, {say[of]}", say["hours"]: round(value / 3600, 3)}
            for variant, one in shown
            for of in ("p50", "p90")
            if (value := getattr(one.times[name], of)) is not None
        ]
        if rows:
            yield Plot(say[name], say[f"{name}_about"], bars(rows, x=say["hours"], y=say["variant"]))


def _over_time(
    timeline: Timeline,
    shown: Sequence[tuple[str, Replayed]],
    title: str,
    say: Mapping[str, str],
    of: Callable[[Span], float],
    *,
    together: Callable[[Sequence[float]], float] = lambda values: values[-1],
) -> Plot:
    step = -(-len(timeline.starts) // _POINTS)
    rows: list[Row] = [
        {
            say["day"]: stamp(timeline.starts[start]),
            title: together([of(span) for span in one.spans[start : start + step]]),
            say["variant"]: name,
        }
        for name, one in shown
        for start in range(0, len(one.spans), step)
    ]
    series = say["variant"] if len(shown) > 1 else None
    return Plot(title, say["over_time"].format(what=title), lines(rows, x=say["day"], y=title, series=series))


def _summary(timeline: Timeline, names: Sequence[str], say: Mapping[str, str]) -> Table:
    every = lasting(timeline.every)
    rows: list[list[str | int | float | None]] = []
    for figure, values in figures(timeline):
        label = f"{_word(figure.group, say)}: {_word(figure.name, say).format(every=every)}"
        unit = f" ({say['in_hours']})" if figure.time else ""
        shown = [None if one is None else round(one / 3600, 3) if figure.time else round(one) for one in values]
        rows.append([label + unit, *shown])
    return Table(say["table"], [say["figure"], *names], rows, say["table_about"])


def _moved(timeline: Timeline, names: Sequence[str], say: Mapping[str, str]) -> Iterator[Table]:
    pairs = list(zip(names, timeline.replays, strict=True))[1:]
    rows: list[list[str | int]] = [
        [name, _word(before, say), _word(after, say), count]
        for name, one in pairs
        for (before, after), count in sorted(one.moved.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    if rows:
        columns = [say["variant"], say["before"], say["after"], say["accounts"]]
        yield Table(say["moved"], columns, rows, say["moved_about"])
    gone: list[list[str | int]] = [
        [name, refused_in_words(why), count]
        for name, one in pairs
        for why, count in sorted(one.gone.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    if gone:
        yield Table(say["gone"], [say["variant"], say["why"], say["facts"]], gone, say["gone_about"])


def _names(timeline: Timeline, say: Mapping[str, str]) -> list[str]:
    """The variants by name; a name that is long for a column is a number, explained in a table of its own."""
    others = enumerate((one.variant.name for one in timeline.replays[1:]), 1)
    return [say["as_it_is"], *(name if len(name) <= _SHORT else f"({number})" for number, name in others)]


def _explained(timeline: Timeline, names: Sequence[str], say: Mapping[str, str]) -> Iterator[Table]:
    rows = [
        [name, one.variant.name]
        for name, one in list(zip(names, timeline.replays, strict=True))[1:]
        if name != one.variant.name
    ]
    if rows:
        yield Table(say["variants"], [say["variant"], say["changed"]], rows)


def _word(name: str, say: Mapping[str, str]) -> str:
    return say.get(f"~{name}") or WORDS.get(name, name.replace("_", " "))


_EN = {
    "title": "What would have become of accounts", "as_it_is": "as it is",
    "about": "Facts replayed with a clock of their own, under the policy as it is and under what was asked about.",
    "summary": "Side by side", "summary_about": "What happened in all, and how things stood at the end.",
    "nothing": "There were no facts.", "table": "Figures", "figure": "figure", "in_hours": "hours",
    "table_about": "Times are in hours; what nobody has anything of is left out.",
    "moved": "Accounts that end elsewhere", "before": "as it is", "after": "here", "accounts": "accounts",
    "moved_about": "Accounts whose state at the end is another than under the policy as it is.",
    "gone": "Facts that no longer apply", "why": "why", "facts": "facts",
    "gone_about": "What was taken under the policy as it is, and refused here: it speaks of what never happened here.",
    "states": "Accounts by state", "states_about": "How many accounts were in each state at the end of each span.",
    "orders": "orders", "orders_about": "Orders to rectify, and strikes that count.",
    "orders_came": "What became of orders", "outcome": "outcome", "variant": "variant",
    "variants": "Variants", "changed": "what is changed",
    "orders_came_about": "How many orders were met, missed, failed by evasion, lifted, or are still open.",
    "people": "People", "people_about": "What waited for a person, and what people answered.",
    "times": "Times",
    "times_about": "How long it took, at most: half of them, and nine of ten.",
    "p50": "half", "p90": "9 of 10", "hours": "hours", "day": "time",
    "over_time": "{what}, over time, for each variant.",
    "drawn": "The first {count} variants are drawn; the table names all.",
    "published_to_measure": "From publication until withheld",
    "published_to_measure_about": "From when something was published until it was hidden or not delivered.",
    "published_to_decision": "From publication to a person's decision",
    "published_to_decision_about": "From when something was published until a person decided that it broke the rules.",
    "reported_to_decision": "From report to decision",
    "reported_to_decision_about": "From the first complaint that counted until a person decided against the account.",
    "found_to_answer": "From detection to a person's answer",
    "found_to_answer_about": "From when detection found something until a person upheld or dismissed it.",
    "filed_to_answer": "From appeal to answer",
    "filed_to_answer_about": "From when an appeal was filed until it was answered.",
    "~waiting_reviews": "waiting reviews", "~waiting_items": "waiting items", "~waiting_appeals": "waiting appeals",
    "~waiting_claims": "waiting claims", "~waiting_oldest": "longest wait, hours", "~orders_open": "open orders",
    "~strikes_active": "active strikes",
}  # fmt: skip
_ZH = {
    "title": "假如规则不同，帐号会怎样", "as_it_is": "现行规则", "from": "起", "until": "止", "as it is": "现行规则",
    "about": "按时间重放事实，比较现行规则与所问的其他规则。",
    "summary": "对比", "summary_about": "期间总数，以及期末状况。", "nothing": "没有事实。", "table": "数据",
    "figure": "指标",
    "in_hours": "小时", "table_about": "时间以小时计；各方案均为零的不列。",
    "moved": "结局不同的帐号", "before": "现行规则下", "after": "此方案下", "accounts": "帐号数",
    "moved_about": "期末状态与现行规则下不同的帐号。",
    "gone": "不再适用的事实", "why": "原因", "facts": "事实数",
    "gone_about": "在现行规则下成立、在此方案下被拒的事实：其所针对的事情在此没有发生。",
    "states": "各状态帐号", "states_about": "每个时段结束时各状态的帐号数。",
    "orders": "整改要求", "orders_about": "整改要求与有效的违规记录。", "orders_came": "整改要求的结果",
    "outcome": "结果", "variant": "方案", "variants": "方案一览", "changed": "改动",
    "orders_came_about": "按时整改、逾期、因规避而失败、撤销或仍未结束的数量。",
    "people": "人工", "people_about": "等待人工处理的数量，以及人工答复的数量。",
    "times": "用时", "times_about": "一半不超过前者，九成不超过后者。", "p50": "一半", "p90": "九成",
    "hours": "小时", "day": "时间", "over_time": "各方案下{what}随时间的变化。",
    "drawn": "只画出前 {count} 个方案，表中列出全部。",
    "published_to_measure": "从发布到处置", "published_to_measure_about": "从发布到被隐藏或未送达。",
    "published_to_decision": "从发布到人工认定", "published_to_decision_about": "从发布到人工认定违规。",
    "reported_to_decision": "从投诉到认定", "reported_to_decision_about": "从首个有效投诉到人工认定帐号违规。",
    "found_to_answer": "从发现到人工答复", "found_to_answer_about": "从自动发现到人工维持或驳回。",
    "filed_to_answer": "从申诉到答复", "filed_to_answer_about": "从提交申诉到答复。",
    "~accounts_at_end": "期末帐号", "~active": "正常", "~under_review": "审核中", "~restricted": "受限",
    "~suspended": "暂停",
    "~delisted": "下架", "~disabled": "停用", "~blocked": "封禁（不定期）", "~banned": "永久封禁",
    "~orders": "整改要求", "~orders_given": "发出", "~orders_met": "按时整改", "~orders_missed": "逾期",
    "~orders_failed": "因规避而失败", "~orders_lifted": "撤销", "~orders_extended": "延期",
    "~orders_open": "未结束的整改要求",
    "~strikes": "违规记录", "~strikes_added": "新增", "~strikes_active": "有效的违规记录", "~appeals": "申诉",
    "~appeals_filed": "提交", "~appeals_rejected": "驳回", "~appeals_granted": "成立",
    "~decisions_overturned": "撤销的决定",
    "~decisions": "决定", "~items": "内容", "~items_flagged": "标记", "~items_withheld": "隐藏或未送达",
    "~people": "人工", "~complaints": "投诉", "~answers": "答复", "~answers_busiest": "一人每 {every} 最多答复",
    "~waiting": "期末等待", "~waiting_reviews": "待审核帐号", "~waiting_items": "待审核内容",
    "~waiting_appeals": "待答复申诉",
    "~waiting_claims": "待复查整改", "~waiting_longest": "最长等待", "~waiting_oldest": "最长等待（小时）",
    "~times": "用时",
    "~published_to_measure_p50": "发布到处置：一半", "~published_to_measure_p90": "发布到处置：九成",
    "~published_to_decision_p50": "发布到认定：一半", "~published_to_decision_p90": "发布到认定：九成",
    "~reported_to_decision_p50": "投诉到认定：一半", "~reported_to_decision_p90": "投诉到认定：九成",
    "~found_to_answer_p50": "发现到答复：一半", "~found_to_answer_p90": "发现到答复：九成",
    "~filed_to_answer_p50": "申诉到答复：一半", "~filed_to_answer_p90": "申诉到答复：九成",
    "~facts": "事实", "~refused": "被拒", "~impossible": "无法适用", "~no_longer_applies": "不再适用",
    "~flag": "标记", "~filter": "过滤", "~hide": "隐藏", "~refuse": "拒绝", "~warn": "警告", "~restrict": "限制功能",
    "~rectify_order": "限期整改", "~payment_halt": "停止支付", "~suspend": "暂停", "~block_indefinite": "不定期封禁",
    "~disable": "停用", "~delist": "下架", "~ban_permanent": "永久封禁", "~network_block": "网络屏蔽",
    "~merchant_terminated": "终止商户",
}  # fmt: skip
_SAID = {"en": _EN, "zh": _ZH}
