"""A failed test says which part of a condition was true, false or unknown, and what each part saw."""

import pytest

from lictor import Engine
from lictor.author.because import why
from lictor.facts import Content
from lictor.report.because import because_lines, because_to_dict


@pytest.fixture
def explained(tulips, tmp_path):
    """The lines that explain what a rule with that condition makes of a text in the tulips policy."""

    def explain(text, when="{near: [tulip, trade], within: 8}", field="article", signals=None):
        source = tulips.read_text("utf-8")
        assert "{near: [tulip, trade], within: 8}" in source
        path = tmp_path / "changed.yaml"
        if "trade" not in when:  # it must be used somewhere
            source = source.replace("any: [url, invite_code]", "any: [url, invite_code, trade]")
        path.write_text(source.replace("{near: [tulip, trade], within: 8}", when), "utf-8")
        compiled = Engine.load(path).policies[0]
        rule = next(one for one in compiled.rules if one.id == "offer")
        return why(compiled, rule, Content(fields={field: text}, signals=signals or {}))

    return explain


@pytest.mark.parametrize(
    ("text", "when", "signals", "lines"),
    [
        (
            "a tulip in spring",
            "{near: [tulip, trade], within: 8}",
            None,
            ["false    near, within 8 characters", "true       `tulip`: “tulip”", "false      `trade`: nothing found"],
        ),
        (
            "buy bread with the tulip",
            "{near: [tulip, trade], within: 8}",
            None,
            [
                "false    near, within 8 characters: the nearest are 12 apart",
                "true       `tulip`: “tulip”",
                "true       `trade`: “buy”",
            ],
        ),
        (
            "buy bread. A tulip",
            "{near: [trade, tulip], within: 800, inside: sentence}",
            None,
            [
                "true     near, within 800 characters in one sentence",
                "true       `trade`: “buy”",
                "true       `tulip`: “tulip”",
                "false    unless `NEWS`",
                "false      `report`: nothing found",
            ],
        ),
        (
            "buy bread\nA tulip",
            "{near: [trade, tulip], within: 800, inside: paragraph}",
            None,
            [
                "false    near, within 800 characters in one paragraph: never together in one paragraph",
                "true       `trade`: “buy”",
                "true       `tulip`: “tulip”",
            ],
        ),
        (
            "a tulip",
            "{all: [tulip, {risk: {above: 5}}]}",
            None,
            ["unknown  all of 2", "true       `tulip`: “tulip”", "unknown    `risk` is above 5: not given"],
        ),
        (
            "a tulip",
            "{all: [tulip, {risk: {above: 5}}]}",
            {"risk": 3},
            ["false    all of 2", "true       `tulip`: “tulip”", "false      `risk` is above 5: it is 3"],
        ),
        (
            "a tulip",
            "{all: [{not: tulip}, tulip]}",
            None,
            [
                "false    all of 2",
                "false      not",
                "true         `tulip`: “tulip”",
                "true       `tulip`: “tulip”",
            ],
        ),
        (
            "tulip tulp",
            "{all: [{count: tulip, minimum: 3}, {distinct: tulip, minimum: 2}]}",
            None,
            [
                "false    all of 2",
                "false      3 matches of `tulip`: 2 found",
                "false      2 different matches of `tulip`: 1 found",
            ],
        ),
        (
            "tul.ip",
            "{mechanism: [separators], of: tulip}",
            None,
            [
                "true     `tulip`, written in disguise (separators): “tul.ip” as `tulip`",
                "false    unless `NEWS`",
                "false      `report`: nothing found",
            ],
        ),
    ],
)
def test_what_was_true_and_what_it_saw(explained, text, when, signals, lines):
    """Each part stands with its truth; the ones that decide say what they found, or how far it was off."""
    found = explained(text, when, signals=signals)

    assert lines == because_lines(found, fired=bool(found.when.truth))


def test_an_excuse_and_what_cancels_it(explained):
    """Where a rule's condition held, its exemptions are there, with what cancels them."""
    lines = because_lines(explained("reportedly they buy a tulip"), fired=False)
    cancelled = because_lines(explained("reportedly they buy a tulip at https://bulbs.example"), fired=True)

    assert ["true     unless `NEWS`", "true       `report`: “reportedly”"] == lines[-2:]
    assert "false    unless `NEWS`" in cancelled
    assert any(line.startswith("true       cancelled by `entry`") for line in cancelled)


def test_a_field_the_rule_does_not_judge(tulips):
    """A text where the rule does not look is said to be that."""
    compiled = Engine.load(tulips).policies[0]
    rule = next(one for one in compiled.rules if one.id == "talk")
    found = why(compiled, rule, Content(fields={"comment": "tulip to the moon"}))

    assert ["none of the fields it judges is there"] == because_lines(found, fired=False)
    assert because_to_dict(found)["when"] is None


def test_the_spans_are_those_of_the_text(explained):
    """What was found is there with its offsets, whether or not it was enough."""
    text = "buy bread and milk and a tulip"
    found = explained(text)

    assert ["buy", "tulip"] == [text[span.start : span.end] for span in found.spans]
    assert [(0, 3)] == [(one["start"], one["end"]) for one in because_to_dict(found)["when"]["parts"][1]["spans"]]
