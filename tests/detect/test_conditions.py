"""What conditions come to, against the slow reference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.detect import compile_policy, know
from lictor.detect.item import Item, Passage
from lictor.facts import Content
from lictor.policy import load_policy

from .reference import Reference
from .test_rules import CONDITIONS, HEAD, PIECES

MORE = [
    "{near: [tulip, trade, report], within: 12, inside: paragraph}",
    "{near: [tulip, {use: way_in}, {any: [trade, tulip]}, price], within: 9}",
    "{any: [{near: [tulip, trade], within: 2}, {near: [tulip, report], within: 30}, {surface: group}]}",
    "{all: [{use: pair}, {not: {risk: {above: 5}}}, {any: [{use: pair}, way_in]}]}",
    "{at_least: 2, of: [{risk: {at_most: 5}}, {subject: shop}, trade, {surface: private}]}",
    "{mechanism: [separators, case], of: [tulip, way_in]}",
    "{near: [{mechanism: [separators], of: [tulip, trade]}, {any: [tulip, trade]}], within: 30}",
    "{lexicon: graded, strength: [weak]}",
    "{near: [{lexicon: graded, strength: [alone, context]}, {lexicon: graded, strength: [weak]}], within: 5}",
    "{any: [{lexicon: graded}, tulip, {terms: [tulip, buy]}]}",
    "{same_field: {near: [{lexicon: graded}, {terms: [tulip, buy]}], within: 20, ordered: true}}",
    "{all: [{field: [bio, name]}, {not: {same_field: trade}}]}",
    "{distinct: {any: [tulip, {terms: [tulip]}, {lexicon: graded}]}, minimum: 2}",
]
LEXICON = """  graded:
    terms: [{term: rose, strength: weak}, {term: ros e, strength: alone}, {term: reportedly, strength: context}, bud]
"""
FIELDS = st.sampled_from(["article", "bio", "name"])
TEXTS = st.lists(st.one_of(PIECES, st.sampled_from(["r.o.s.e", "TULIP", "bud"])), max_size=7).map(" ".join)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    path = tmp_path_factory.mktemp("gardens") / "policy.yaml"
    rules = [
        f"  - {{id: r{number}, title: Rule, category: talk, severity: S1, status: enforce, when: {condition}}}"
        for number, condition in enumerate([*CONDITIONS, *MORE])
    ]
    head = HEAD.replace("  show: {", f"{LEXICON}  show: {{")
    path.write_text(head + "\n".join(rules), encoding="utf-8")
    return compile_policy(load_policy(path))


@given(
    st.dictionaries(FIELDS, TEXTS, min_size=1, max_size=2),
    st.sampled_from([None, 1, 9]),
    st.sampled_from([None, "group"]),
)
def test_conditions_come_to_what_the_reference_says(compiled, texts, risk, surface):
    """The same truth and the same signals missing; and what shows it is a match that can show it, never none."""
    signals = {} if risk is None else {"risk": risk}
    known = know(compiled.policy, Content(texts, surface=surface, signals=signals))
    matches = {
        name: [*compiled.anchors.find(text, "all"), *compiled.others.find(text, "all")] for name, text in texts.items()
    }
    passages = {name: Passage(name, text, matches[name]) for name, text in texts.items()}
    item = Item(known, passages, compiled.conditions)
    reference = Reference(compiled.policy.document.conditions, compiled.conditions.inline)
    for rule in compiled.rules:
        expected = reference.read(rule.when, known, matches)

        actual = compiled.conditions.judge(rule.when, item)

        assert (expected.truth, expected.missing) == (actual.truth, actual.missing), rule.when
        shown = [(span.field, span.start, span.end) for span in actual.spans]
        assert len(shown) == len(set(shown))
        assert expected.spans.issuperset(shown), rule.when
        assert bool(expected.spans) == bool(shown) or not actual.truth
