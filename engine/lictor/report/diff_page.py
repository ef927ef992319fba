"""A comparison of two policies as a page: what flips, why, who is hit, how right each is, and rows to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from lictor.policy.actions import strength
from lictor.report.page import Block, Cell, Page, Plot, Sample, Samples, Section, Span, Table, plots
from lictor.report.simulated_diff import differs
from lictor.simulate.verdicts import CHANGES, WATCHED

__all__ = ["page_of"]

Lang = Literal["en", "zh"]

_WORDS: dict[str, dict[Lang, str]] = {
    "title": {"en": "What {b} would decide otherwise than {a}", "zh": "{b} 与 {a} 的裁决差异"},
    "about": {
        "en": "{changed} of {compared} rows would be decided otherwise{how}.{who} Nothing was carried out.",
        "zh": "{compared} 行中有 {changed} 行裁决不同{how}。{who}未执行任何处置。",
    },
    "how": {"en": ": {parts}", "zh": "：{parts}"},
    "part": {"en": "{rows} {change}", "zh": "{change} {rows} 行"},
    "and": {"en": ", ", "zh": "，"},
    "banned": {"en": "{rows} of them for good", "zh": "其中永久封禁 {rows} 行"},
    "who_hit": {
        "en": " Newly hit: {accounts} of {known} accounts, {percent} of whose rows fall on the top tenth.",
        "zh": "新命中涉及 {known} 个帐号中的 {accounts} 个，命中最多的一成帐号占其中 {percent}。",
    },
    "a": {"en": "A", "zh": "甲（A）"},
    "b": {"en": "B", "zh": "乙（B）"},
    "policy": {"en": "Policy {side}", "zh": "策略 {side}"},
    "corpus": {"en": "Corpus", "zh": "语料"},
    "digest": {"en": "Digest of the corpus", "zh": "语料摘要"},
    "engine": {"en": "Engine", "zh": "引擎"},
    "seed": {"en": "Seed", "zh": "随机种子"},
    "newest": {"en": "the newest version", "zh": "最新版本"},
    "changes": {"en": "What changes", "zh": "变化"},
    "changes_about": {"en": "Rows by kind of change.", "zh": "按变化种类统计的行数。"},
    "shares": {"en": "Shares of all rows", "zh": "占全部行的比例"},
    "change": {"en": "change", "zh": "变化"},
    "rows": {"en": "rows", "zh": "行数"},
    "share": {"en": "% of rows", "zh": "占比 %"},
    "moves": {"en": "From action to action", "zh": "处置的变动"},
    "moves_about": {
        "en": "Rows by the action of A and the action of B; those of which neither decides anything are left out.",
        "zh": "按 A 与 B 的处置统计的行数；双方均不处置的行不列出。",
    },
    "action_a": {"en": "action of A", "zh": "A 的处置"},
    "action_b": {"en": "action of B", "zh": "B 的处置"},
    "gained": {"en": "gained", "zh": "新增"},
    "lost": {"en": "lost", "zh": "减少"},
    "direction": {"en": "direction", "zh": "方向"},
    "by": {"en": "By {what}", "zh": "按{what}"},
    "by_all": {"en": "Rows of A and of B by {what}", "zh": "按{what}统计 A 与 B 的行数"},
    "by_about": {"en": "Rows that B adds and rows that it drops.", "zh": "B 新增与不再命中的行数。"},
    "where": {"en": "Where it changes", "zh": "变化所在"},
    "action": {"en": "action", "zh": "处置"},
    "status": {"en": "status", "zh": "状态"},
    "category": {"en": "category", "zh": "类别"},
    "severity": {"en": "severity", "zh": "严重程度"},
    "rule": {"en": "rule", "zh": "规则"},
    "subject": {"en": "subject type", "zh": "主体类型"},
    "watching": {"en": "rule that only watches", "zh": "仅观察的规则"},
    "excused": {"en": "exemption", "zh": "豁免"},
    "evidence": {"en": "Evidence", "zh": "证据"},
    "evidence_about": {"en": "The terms that show it, and in how many rows.", "zh": "作为证据的词语及其行数。"},
    "term": {"en": "term", "zh": "词语"},
    "lexicon": {"en": "lexicon", "zh": "词库"},
    "who": {"en": "Who is hit", "zh": "受影响的帐号"},
    "accounts": {"en": "Accounts", "zh": "帐号"},
    "account": {"en": "account", "zh": "帐号"},
    "by_account": {"en": "account {name}", "zh": "帐号 {name}"},
    "of": {"en": "decided of by", "zh": "处置方"},
    "number": {"en": "accounts", "zh": "帐号数"},
    "of_all": {"en": "% of accounts", "zh": "占全部帐号 %"},
    "top_1_percent": {"en": "share of the top 1 %", "zh": "前 1% 占比"},
    "top_10_percent": {"en": "share of the top 10 %", "zh": "前 10% 占比"},
    "gini": {"en": "Gini coefficient", "zh": "基尼系数"},
    "unsaid": {"en": "rows without account", "zh": "无帐号的行"},
    "accounts_about": {
        "en": "How the rows are spread over accounts: a Gini coefficient of 0 is evenly, towards 1 is on few.",
        "zh": "各行在帐号间的分布：基尼系数为 0 表示均匀，趋近 1 表示集中于少数帐号。",
    },
    "labels": {"en": "How right each is", "zh": "准确程度"},
    "labels_about": {
        "en": "Against {rows} labelled rows, {violations} of them violations; intervals are of 95 %.",
        "zh": "依据 {rows} 行标注，其中违规 {violations} 行；区间为 95%。",
    },
    "side": {"en": "side", "zh": "策略"},
    "overall": {"en": "any", "zh": "总体"},
    "precision": {"en": "precision", "zh": "精确率"},
    "recall": {"en": "recall", "zh": "召回率"},
    "f1": {"en": "F1", "zh": "F1"},
    "low": {"en": "{what}, low", "zh": "{what}下限"},
    "high": {"en": "{what}, high", "zh": "{what}上限"},
    "confusion": {"en": "Labels and decisions of {side}", "zh": "{side} 的混淆矩阵"},
    "confusion_about": {
        "en": "Rows by label and by the category decided of; `none` where nothing is done.",
        "zh": "按标注与裁决类别统计的行数；none 表示不处置。",
    },
    "label": {"en": "label", "zh": "标注"},
    "decided": {"en": "decided", "zh": "裁决"},
    "by_action": {"en": "If only this action or a stronger one counted", "zh": "仅计此处置及更强处置"},
    "by_terms": {"en": "If so many different terms were needed", "zh": "若要求至少若干不同词语"},
    "curve_about": {
        "en": "Precision and recall as the threshold rises.",
        "zh": "门槛升高时的精确率与召回率。",
    },
    "at_least": {"en": "at least", "zh": "至少"},
    "measure": {"en": "measure", "zh": "指标"},
    "value": {"en": "value", "zh": "数值"},
    "contribution": {"en": "What each part contributes", "zh": "各部分的贡献"},
    "contribution_about": {
        "en": "What would become of rows without it.",
        "zh": "去掉该部分后各行的变化。",
    },
    "without_rule": {"en": "{side} without the rule", "zh": "{side} 去掉规则"},
    "without_term": {"en": "{side} without the term", "zh": "{side} 去掉词语"},
    "rest": {
        "en": "{count} more of which none changes anything alone.",
        "zh": "另有 {count} 项单独去掉不改变任何裁决。",
    },
    "fired": {"en": "rows with it", "zh": "涉及行数"},
    "freed": {"en": "freed", "zh": "不再处置"},
    "weaker": {"en": "weaker", "zh": "减轻"},
    "stronger": {"en": "stronger", "zh": "加重"},
    "hit": {"en": "hit", "zh": "新命中"},
    "freed_violations": {"en": "freed violations", "zh": "漏掉的违规"},
    "freed_innocent": {"en": "freed innocent", "zh": "免除的误伤"},
    "samples": {"en": "Rows to read", "zh": "供人工阅读的样本"},
    "samples_about": {
        "en": "Of each kind of change and category a few, those that changed most first, drawn by the seed.",
        "zh": "每种变化与类别各取若干，变化最大者在前，按种子抽取。",
    },
    "why_a": {"en": "A: {why}", "zh": "A：{why}"},
    "why_b": {"en": "B: {why}", "zh": "B：{why}"},
    "no_rule": {"en": "no rule fires", "zh": "无规则命中"},
    "watches": {"en": "only watches", "zh": "仅观察"},
    "excuse": {"en": "excused by {name}", "zh": "由 {name} 豁免"},
    "cut": {"en": "the text goes on", "zh": "文本已截断"},
    "newly_hit": {"en": "newly hit", "zh": "新命中"},
    "newly_freed": {"en": "newly freed", "zh": "不再命中"},
    "otherwise": {"en": "otherwise", "zh": "其他变化"},
    "newly_watched": {"en": "newly watched", "zh": "新被观察"},
    "no_longer_watched": {"en": "no longer watched", "zh": "不再被观察"},
    "newly_banned": {"en": "newly banned", "zh": "新封禁"},
    "no_longer_banned": {"en": "no longer banned", "zh": "不再封禁"},
    "conditions": {"en": "Conditions", "zh": "条件"},
    "condition": {"en": "condition", "zh": "条件"},
    "holds": {"en": "holds", "zh": "成立"},
    "yes": {"en": "yes", "zh": "是"},
    "no": {"en": "no", "zh": "否"},
    "rejected": {"en": "rejected", "zh": "未读取"},
    "not_judged": {"en": "{side} cannot judge", "zh": "{side} 无法判断"},
}
_BANNED = ("newly_banned", "no_longer_banned")
_COUNTED = (*CHANGES, *WATCHED, *_BANNED)
_DIMENSIONS = ("action", "category", "rule", "severity", "status", "subject", "watching", "excused")
_DRAWN = 20


def page_of(result: Mapping[str, Any], *, lang: Lang = "en") -> Page:
    """The page of a result, in that language."""
    return _Writer(result, lang).page()


class _Writer:
    def __init__(self, result: Mapping[str, Any], lang: Lang) -> None:
        self._result, self._lang = result, lang

    def page(self) -> Page:
        result, corpus = self._result, self._result["corpus"]
        sections = [self._changes(), self._who(), self._by(), self._evidence(), self._samples()]
        if result["labels"] is not None:
            sections.append(self._labels(result["labels"]))
        if result["contribution"] is not None:
            sections.append(self._contribution(result["contribution"]))
        return Page(
            title=self._say("title", a=result["a"]["named"], b=result["b"]["named"]),
            about=self._say(
                "about",
                changed=f"{result['counts'].get('changed', 0):,}",
                compared=f"{corpus['compared']:,}",
                how=self._how(),
                who=self._who_is_newly_hit(),
            ),
            facts=self._facts(),
            sections=[one for one in sections if one.blocks],
            lang=self._lang,
        )

    def _say(self, word: str, **values: object) -> str:
        return _WORDS[word][self._lang].format(**values) if word in _WORDS else word

    def _how(self) -> str:
        """The kinds of change in words, those that there are."""
        counts = self._result["counts"]
        parts = [self._say("part", rows=f"{counts[n]:,}", change=self._say(n)) for n in CHANGES if n in counts]
        if counts.get("newly_banned"):
            parts.append(self._say("banned", rows=f"{counts['newly_banned']:,}"))
        return self._say("how", parts=self._say("and").join(parts)) if parts else ""

    def _who_is_newly_hit(self) -> str:
        hit, known = self._result["accounts"]["newly_hit"], self._result["corpus"]["accounts"]
        if not hit["accounts"]:
            return ""
        percent = f"{hit['top_10_percent']:.0%}"
        return self._say("who_hit", accounts=f"{hit['accounts']:,}", known=f"{known:,}", percent=percent)

    def _facts(self) -> list[tuple[str, str]]:
        result, corpus = self._result, self._result["corpus"]
        facts = []
        for side in ("a", "b"):
            one = result[side]
            when = one["as_of"] or self._say("newest")
            facts.append(
                (
                    self._say("policy", side=side.upper()),
                    f"{one['named']}: {one['policy']} {one['digest']}, {one['version']}, {when}",
                )
            )
        rejects = [f"{rows:,} {reason}" for reason, rows in corpus["rejects"].items()]
        facts += [
            (self._say("corpus"), f"{', '.join(corpus['files'])}: {corpus['rows']:,}"),
            (self._say("digest"), corpus["digest"]),
            *([(self._say("rejected"), ", ".join(rejects))] if rejects else []),
        ]
        for side in ("a", "b"):
            if result[side]["rejects"]:
                said = ", ".join(f"{rows:,} {reason}" for reason, rows in result[side]["rejects"].items())
                facts.append((self._say("not_judged", side=side.upper()), said))
        return [*facts, (self._say("engine"), f"lictor {result['engine']}"), (self._say("seed"), str(result["seed"]))]

    def _changes(self) -> Section:
        counts, compared = self._result["counts"], self._result["corpus"]["compared"]
        found = [name for name in _COUNTED if name in counts]
        blocks: list[Block] = []
        if found:
            # Who is banned is counted among the changes already: a bar beside theirs would say it twice.
            rows = [
                {self._say("change"): self._say(name), self._say("rows"): counts[name]}
                for name in found
                if name not in _BANNED
            ]
            if rows:
                spec = plots.bars(rows, x=self._say("rows"), y=self._say("change"))
                blocks.append(self._plot("changes", "changes_about", spec))
            shares = [(self._say(name), counts[name], _percent(counts[name], compared)) for name in found]
            blocks.append(self._table("shares", ("change", "rows", "share"), shares))
        moves = [one for one in self._result["moves"] if (one["a"], one["b"]) != ("none", "none")]
        if moves:
            a, b, rows_ = self._say("action_a"), self._say("action_b"), self._say("rows")
            cells = [{a: one["a"], b: one["b"], rows_: one["rows"]} for one in moves]
            blocks.append(self._plot("moves", "moves_about", plots.matrix(cells, x=b, y=a, value=rows_)))
        if self._result["limits"]:
            said = [(one["condition"], self._say("yes" if one["holds"] else "no")) for one in self._result["limits"]]
            blocks.append(self._table("conditions", ("condition", "holds"), said))
        return Section(self._say("changes"), blocks)

    def _by(self) -> Section:
        blocks: list[Block] = []
        for dimension in _DIMENSIONS:
            found = self._result["by"][dimension]
            what = self._say(dimension)
            moved = [one for one in found if one["gained"] or one["lost"]]
            title = self._say("by", what=what)
            if moved:
                rows = [
                    {what: one["name"], self._say("rows"): sign * one[key], self._say("direction"): self._say(key)}
                    for one in moved[:_DRAWN]
                    for key, sign in (("gained", 1), ("lost", -1))
                    if one[key]
                ]
                spec = plots.bars(rows, x=self._say("rows"), y=what, series=self._say("direction"))
                blocks.append(Plot(title, self._say("by_about"), spec))
            if found:
                columns = [what, "A", "B", self._say("gained"), self._say("lost")]
                cells = [[one[key] for key in ("name", "a", "b", "gained", "lost")] for one in found]
                blocks.append(Table(self._say("by_all", what=what), columns, cells))
        return Section(self._say("where"), blocks)

    def _evidence(self) -> Section:
        blocks: list[Block] = [
            self._table(
                change,
                ("term", "lexicon", "rows"),
                [(one["term"], one["lexicon"], one["rows"]) for one in self._result["evidence"][change]],
            )
            for change in ("newly_hit", "newly_freed")
            if self._result["evidence"][change]
        ]
        return Section(self._say("evidence"), blocks, self._say("evidence_about"))

    def _who(self) -> Section:
        known = self._result["corpus"]["accounts"]
        accounts = {name: one for name, one in self._result["accounts"].items() if one["accounts"]}
        keys = ("top_1_percent", "top_10_percent", "gini")
        rows = [
            (
                self._say(name), one["accounts"], _percent(one["accounts"], known), one["rows"],
                *(one[key] for key in keys), one["rows_without_account"],
            )
            for name, one in accounts.items()
        ]  # fmt: skip
        blocks: list[Block] = []
        if rows:
            blocks.append(self._table("accounts", ("of", "number", "of_all", "rows", *keys, "unsaid"), rows))
        blocks += [
            self._table(name, ("account", "rows"), [(one["account"], one["rows"]) for one in accounts[name]["largest"]])
            for name in ("newly_hit", "newly_freed")
            if name in accounts
        ]
        return Section(self._say("who"), blocks, self._say("accounts_about"))

    def _labels(self, labels: Mapping[str, Any]) -> Section:
        about = self._say("labels_about", rows=f"{labels['rows']:,}", violations=f"{labels['violations']:,}")
        measures = ("precision", "recall", "f1")
        rows: list[list[Cell]] = [
            [one["category"], side.upper(), *(one[name][key] for name in measures for key in ("value", "low", "high"))]
            for side in ("a", "b")
            for one in ({"category": self._say("overall"), **labels[side]["overall"]}, *labels[side]["categories"])
        ]
        columns = [self._say("category"), self._say("side")]
        for name in measures:
            word = self._say(name)
            columns += [word, self._say("low", what=word), self._say("high", what=word)]
        blocks: list[Block] = [Table(self._say("labels"), columns, rows)]
        for side in ("a", "b"):
            label, decided, count = self._say("label"), self._say("decided"), self._say("rows")
            cells = [
                {label: one["label"], decided: one["decided"], count: one["rows"]} for one in labels[side]["confusion"]
            ]
            title = self._say("confusion", side=side.upper())
            blocks.append(
                Plot(title, self._say("confusion_about"), plots.matrix(cells, x=decided, y=label, value=count))
            )
        for curve in ("by_action", "by_terms"):
            at, value, measure = self._say("at_least"), self._say("value"), self._say("measure")
            points = [
                {at: one["at_least"], value: one[name]["value"], measure: f"{side.upper()}: {self._say(name)}"}
                for side in ("a", "b")
                for name in ("precision", "recall")
                for one in labels[side][curve]
            ]
            if points:
                spec = plots.lines(points, x=at, y=value, series=measure)
                blocks.append(Plot(self._say(curve), self._say("curve_about"), spec))
        return Section(self._say("labels"), blocks, about)

    def _contribution(self, contribution: Mapping[str, Any]) -> Section:
        blocks: list[Block] = []
        became = ("freed", "weaker", "stronger", "hit")
        for side in ("a", "b"):
            for kind in ("rule", "term"):
                names = ("rule",) if kind == "rule" else ("term", "lexicon")
                every = contribution[side][f"{kind}s"]
                rows = [
                    (
                        *(one[name] for name in names), one["rows"], *(one[key]["rows"] for key in became),
                        one["freed"]["violations"], one["freed"]["innocent"],
                    )
                    for one in every
                    if differs(one)
                ]  # fmt: skip
                if every:
                    columns = (*names, "fired", *became, "freed_violations", "freed_innocent")
                    title = self._say(f"without_{kind}", side=side.upper())
                    rest = self._say("rest", count=f"{len(every) - len(rows):,}") if len(every) > len(rows) else ""
                    blocks.append(Table(title, [self._say(one) for one in columns], rows, rest))
        return Section(self._say("contribution"), blocks, self._say("contribution_about"))

    def _samples(self) -> Section:
        samples = [self._sample(one, name) for one in self._result["samples"] for name in one["texts"]]
        blocks: list[Block] = [Samples(self._say("samples"), samples)] if samples else []
        return Section(self._say("samples"), blocks, self._say("samples_about"))

    def _sample(self, one: Mapping[str, Any], name: str) -> Sample:
        side = one["b"] if one["b"]["violations"] else one["a"]
        spans = dict.fromkeys(
            Span(piece["start"], piece["end"], piece["term"], piece["lexicon"], tuple(piece["mechanisms"]))
            for violation in side["violations"]
            for piece in violation["evidence"]
            if name in ("", piece["field"])
        )
        return Sample(
            text=one["texts"][name],
            spans=sorted(spans, key=lambda span: (span.start, span.end)),
            facets={
                self._say("change"): self._say(one["change"]),
                self._say("category"): one["category"] or "",
                self._say("action_a"): one["a"]["action"],
                self._say("action_b"): one["b"]["action"],
                self._say("severity"): side["severity"] or "",
                self._say("subject"): one["subject"] or "",
                **({} if self._result["labels"] is None else {self._say("label"): " ".join(one["label"] or ())}),
            },
            notes=[
                *([self._say("by_account", name=one["account"])] if one["account"] is not None else []),
                self._say("why_a", why=self._why(one["a"])),
                self._say("why_b", why=self._why(one["b"])),
                *([self._say("cut")] if one["cut"] else []),
            ],
            id=f"{one['file']}:{one['row']}",
            score=float(_jump(one)),
        )

    def _why(self, side: Mapping[str, Any]) -> str:
        told = []
        for one in side["violations"]:
            facts = [f"{one['rule']} ({one['severity']})"]
            facts += [self._say("watches")] if one["status"] == "monitor" else []
            facts += [self._say("excuse", name=one["exempted_by"])] if one["exempted_by"] else []
            told.append(", ".join(facts))
        return "; ".join(told) or self._say("no_rule")

    def _plot(self, title: str, about: str, spec: Mapping[str, Any]) -> Plot:
        return Plot(self._say(title), self._say(about), spec)

    def _table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
        return Table(self._say(title), [self._say(one) for one in columns], rows)


def _jump(one: Mapping[str, Any]) -> int:
    return abs(strength(one["b"]["action"]) - strength(one["a"]["action"]))


def _percent(part: int, of: int) -> float | None:
    return round(100 * part / of, 4) if of else None
