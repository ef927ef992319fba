"""Which rules are tried: those whose terms are there, and never one fewer."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.detect import compile_policy, detect, find_matches, know
from lictor.detect.item import Item, Passage
from lictor.facts import Content
from lictor.policy import load_policy

HEAD = """
lictor: 1
policy: gardens
title: Gardens
owner: garden-policy
assume: {subject: shop, field: article}
signals: {risk: {type: number}}
versions: [{id: v1, from: '2020-01-01T00:00:00+01:00', source: {name: Rules, clause: '1'}}]
severities: [{id: S1, title: talk}]
categories: {talk: {title: Talk, from: v1, ground: {kind: incompatible_content, clause: '2'}}}
subjects: {shop: {title: A shop}}
appeals: {window: 30d, answer: 7d, how: Write to us.}
lexicons:
  tulip: {terms: [tulip, 郁金香]}
  trade: {terms: [buy, {term: sell, strength: weak}]}
  report: {terms: [reportedly]}
  show: {terms: [flower show]}
conditions:
  pair: {near: [tulip, trade], within: 8}
  way_in: {any: [url, report]}
rules:
"""
CONDITIONS = [
    "tulip",
    "{use: pair}",
    "{near: [tulip, trade, url], within: 20}",
    "{near: [tulip, {any: [trade, report]}], within: 3, ordered: true, inside: sentence}",
    "{all: [tulip, {not: trade}]}",
    "{any: [{all: [tulip, report]}, {use: pair}]}",
    "{any: [trade, url]}",
    "{any: [{risk: {above: 5}}, tulip]}",
    "{at_least: 2, of: [tulip, trade, report, {terms: [rose]}]}",
    "{at_least: 2, of: [tulip, url, price]}",
    "{count: tulip, minimum: 2}",
    "{distinct: {any: [tulip, trade]}, minimum: 2}",
    "{mechanism: [separators], of: [tulip, trade]}",
    "{same_field: {all: [tulip, trade]}}",
    "{all: [way_in, {terms: [rose]}]}",
    "{not: tulip}",
    "{risk: {above: 5}}",
    "show",
    "{all: [{lexicon: trade, strength: [weak]}, {any: [tulip, report]}]}",
]
PIECES = st.sampled_from(
    [
        "tulip",
        "t u l i p",
        "郁金香",
        "buy",
        "sell",
        "reportedly",
        "rose",
        "https://example.com/a",
        "$5",
        "\n",
        "。",
        " and ",
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map(" ".join)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    path = tmp_path_factory.mktemp("gardens") / "policy.yaml"
    rules = [
        f"  - {{id: r{number}, title: Rule, category: talk, severity: S1, status: enforce, when: {condition}"
        f"{', in: [article]' if number % 2 else ''}}}"
        for number, condition in enumerate(CONDITIONS)
    ]
    path.write_text(HEAD + "\n".join(rules), encoding="utf-8")
    return compile_policy(load_policy(path))


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """For each condition, a policy of which it is the only rule; drafts keep the names in use."""
    folder = tmp_path_factory.mktemp("alone")
    common = "severity: S1, category: talk, title: Rule"
    drafts = f"  - {{id: rest, {common}, status: draft, when: {{any: [show, pair, way_in, {{risk: {{above: 5}}}}]}}}}\n"
    policies = []
    for number, condition in enumerate(CONDITIONS):
        path = folder / f"{number}.yaml"
        rule = f"  - {{id: r, {common}, status: enforce, when: {condition}{', in: [article]' if number % 2 else ''}}}\n"
        path.write_text(HEAD + rule + drafts, encoding="utf-8")
        policies.append(compile_policy(load_policy(path)))
    return policies


def _anchored(compiled):
    """The same policy without the rules that make every item worth a look."""
    return replace(compiled, unanchored=())


@given(st.dictionaries(st.sampled_from(["article", "bio"]), TEXTS, min_size=1), st.sampled_from([None, 1, 9]))
def test_no_rule_that_holds_is_left_out(compiled, texts, risk):
    """The rules found by their terms are those found by trying every rule on every match."""
    known = know(compiled.policy, Content(texts, signals={} if risk is None else {"risk": risk}))
    passages = {
        name: Passage(name, text, [*compiled.anchors.find(text, "all"), *compiled.others.find(text, "all")])
        for name, text in texts.items()
    }
    item = Item(known, passages, compiled.conditions)
    expected = []
    for rule in compiled.rules:
        view = item if rule.fields is None else item.within(rule.fields)
        if view.passages and compiled.conditions.judge(rule.when, view).truth is True:
            expected.append(rule.id)

    assert expected == [one.rule.id for one in detect(compiled, known).violations]


@given(TEXTS)
def test_anchors_are_enough(compiled, text):
    """A text without an anchor breaks no rule that has one."""
    known = know(compiled.policy, Content({"article": text}))
    unanchored = {compiled.rules[number].id for number in compiled.unanchored}
    expected = [one.rule.id for one in detect(compiled, known).violations if one.rule.id not in unanchored]

    found = [one.rule.id for one in detect(_anchored(compiled), known).violations]

    assert expected == [name for name in found if name not in unanchored]


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(["article", "bio"]))
def test_a_row_is_left_out_only_where_every_rule_is_false(alone, texts, field):
    """A row that is not judged breaks no rule, and no rule is unknown of it."""
    for compiled in alone:
        (rule,) = compiled.rules
        worth = find_matches(compiled, {"": pa.array(texts)}, lambda _, __: field)
        for row, text in enumerate(texts):
            known = know(compiled.policy, Content({field: text}))
            matches = [*compiled.anchors.find(text, "all"), *compiled.others.find(text, "all")]
            item = Item(known, {field: Passage(field, text, matches)}, compiled.conditions)
            judged = rule.fields is None or field in rule.fields
            if judged and compiled.conditions.judge(rule.when, item).truth is not False:
                assert row in worth


@pytest.mark.parametrize(
    ("text", "worth"), [("tulip sell", True), ("tulip buy", False), ("tulip", False), ("sell", False)]
)
def test_a_row_without_what_a_rule_needs_is_left_out(alone, text, worth):
    """What a rule needs beside its anchor, of the strength it names, is known to be absent before a row is judged."""
    found = find_matches(alone[-1], {"": pa.array([text])}, lambda _, __: "article")

    assert worth == (0 in found)


def test_a_rule_is_tried_only_where_its_terms_are(compiled):
    """Of all rules, only those are started whose every needed lexicon has a match."""
    started = {started.rule.id for started in compiled.started(frozenset({"trade"}))}

    assert {"r6", "r7", "r9", "r11", "r12", "r15", "r16"} == started


def test_an_anchor_in_another_field_starts_nothing(compiled):
    """A row whose only anchor stands in a field that the rule does not judge is not looked at."""
    anchored = _anchored(compiled)
    column = pa.array(["flower show"])

    assert [0] == list(find_matches(anchored, {"": column}, lambda _, __: "article"))
    assert [] == list(find_matches(anchored, {"": column}, lambda _, __: "bio"))


@pytest.mark.parametrize(
    ("canceller", "text"), [("report", "tulip, reportedly"), ("url", "tulip https://shop.example")]
)
def test_a_lexicon_or_a_detector_cancels_an_exemption(tmp_path, canceller, text):
    """`cancelled_by` takes the names that a condition takes: a lexicon or a detector cancels by being there."""
    rule = "  - {id: r, title: R, category: talk, severity: S1, status: enforce, when: tulip, unless: [EX]}\n"
    rule += "  - {id: rest, title: Rest, category: talk, severity: S1, status: draft, when: {any: [show, pair, way_in, "
    rule += "{risk: {above: 5}}]}}\n"
    exemption = f"exemptions: {{EX: {{title: Always, when: tulip, cancelled_by: [{canceller}]}}}}\n"
    path = tmp_path / "policy.yaml"
    path.write_text(HEAD + rule + exemption, encoding="utf-8")
    compiled = compile_policy(load_policy(path))

    def excused(words: str) -> str | None:
        return detect(compiled, know(compiled.policy, Content(fields={"article": words}))).violations[0].exempted_by

    assert "EX" == excused("tulip")
    assert None is excused(text)
