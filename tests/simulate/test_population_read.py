"""A model's file: every mistake at its place, and the shipped model's figures where they say they come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lictor.errors import InputError, PolicyError, UsageError
from lictor.simulate.population.model import GLOBAL, TYPE, assuming
from lictor.simulate.population.read import DEFAULT, read_model

ROOT = Path(__file__).parents[2]
SMALL = """\
population: 1
id: small
title: Small
policy: wechat
types:
  one:
    title: One
    subject: official_account
    category: fin.vc.hype
    posts: {value: 1, assumed: true}
    violating: {value: 0.5, source: counted}
    severity: {S1: 0.25, S2: 0.75}
order: [appeal, claim, [S2, complaint], detection]
detector: {recall_plain: {value: 0.5, assumed: true, range: [0.1, 0.9]}, recall_disguised: {value: 0.5, assumed: true}}
readers:
  views: {value: 10, assumed: true}
  views_days: {value: 2, assumed: true}
  complains: {value: 0, assumed: true}
  evidence: {value: 0, assumed: true}
  account_days: {value: 9, assumed: true}
reviewers:
  minutes: {value: 9, assumed: true}
  case_minutes: {value: 9, assumed: true}
  wrong_uphold: {value: 0, assumed: true}
  wrong_dismiss: {value: 0, assumed: true}
"""
MISTAKES = [
    ("population: 1", "population: 2", "P017", 1, "not 1"),
    ("id: small", "idd: small", "P014", 2, "did you mean `id`"),
    ("    subject: official_account\n", "", "P015", 7, "`one` has no `subject`"),
    ("    category: fin.vc.hype\n", "", "P015", 7, "`one` has no `category`"),
    ("    severity: {S1: 0.25, S2: 0.75}\n", "", "P015", 7, "`one` has no `severity`"),
    ("S2: 0.75", "S2: 0.5", "P018", 12, "add up to 0.75"),
    ("posts:", "post:", "P014", 10, "did you mean `posts`"),
    ("posts: {value: 1, assumed: true}", "posts: 1", "P016", 10, "`posts` is no mapping"),
    ("value: 1, assumed: true}\n    v", "value: 1}\n    v", "P015", 10, "not where it comes from"),
    ("source: counted", "source: counted, assumed: true", "P015", 11, "both a source and"),
    ("value: 0.5, source", "value: 5, source", "P018", 11, "`violating` is 5, more than 1"),
    ("value: 0.5, source", "value: half, source", "P016", 11, "where a number is wanted"),
    ("range: [0.1, 0.9]", "range: [0.6, 0.9]", "P018", 14, "does not go round its value"),
    ("detector: {recall_plain:", "detector: {recall:", "P014", 14, "did you mean `recall_plain`"),
    ("  views: {value: 10, assumed: true}\n", "", "P015", 15, "`readers` has no `views`"),
    ("[S2, complaint]", "[S4, complaint]", "P017", 13, "nothing that waits for a reviewer"),
    ("appeal, claim, ", "appeal, ", "P018", 13, "`order` leaves `claim` out"),
    ("claim, [S2", "claim, claim, [S2", "P018", 13, "names something twice"),
    ("types:\n", "tipes:\n", "P014", 5, "did you mean `types`"),
    ("title: One", "title: ", "P013", 7, "`title` has no value"),
    ("    title: One", "    field: podcast\n    title: One", "P017", 7, "is no field of an item"),
]


@pytest.fixture
def file(tmp_path):
    """Where the model under test is written."""
    return tmp_path / "model.yaml"


def test_a_small_model(file):
    """What is left out does not happen; what is said keeps its source."""
    file.write_text(SMALL, encoding="utf-8")
    model = read_model(file)

    assert (0.5, "counted", 0.0) == (
        model.value("types.one.violating"),
        model.quantities["types.one.violating"].source,
        model.value("types.one.returns"),
    )
    assert (("appeal",), ("claim",), ("S2", "complaint"), ("detection",)) == model.order
    assert {"detector.recall_plain": (0.1, 0.9)} == model.uncertain
    assert [1.0] == model.shares


@pytest.mark.parametrize(("old", "new", "code", "line", "said"), MISTAKES, ids=[one[1][:24] for one in MISTAKES])
def test_a_mistake_is_shown_at_its_place(file, old, new, code, line, said):
    """The mistake has a policy's code for it, the line it is in, and says what is wrong or meant."""
    assert SMALL.count(old) == 1
    file.write_text(SMALL.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_model(file)

    assert (code, line) in [(one.code, one.place.line) for one in refused.value.diagnostics]
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("types:\n", "tipes:\n", ["`the model` has no `types`", "unknown key `tipes`"]),
        ("types:\n", "types:\n  two: 5\n", ["`two` is no mapping"]),
    ],
)
def test_a_mistake_is_told_once(file, old, new, said):
    """What follows from a mistake is not told as more of them."""
    file.write_text(SMALL.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        read_model(file)

    assert said == [one.message for one in refused.value.diagnostics]


def test_an_order_of_what_is_found_by_mistake(file):
    """A severity that only mistaken findings have may be named in the order."""
    file.write_text(
        SMALL.replace("severity: {S1: 0.25, S2: 0.75}", "severity: {S2: 1}\n    false_severity: {S1: 1}").replace(
            "[S2, complaint]", "[S1, S2, complaint]"
        ),
        encoding="utf-8",
    )

    assert ("S1", "S2", "complaint") in read_model(file).order


def test_shares_that_do_not_fit(file):
    """Types may not be more than everybody; two cannot both be the rest."""
    two = SMALL.replace("types:\n", "types:\n  two: {title: Two, subject: official_account}\n")
    file.write_text(two, encoding="utf-8")
    with pytest.raises(PolicyError, match="is the rest already"):
        read_model(file)
    file.write_text(two.replace("title: Two,", "title: Two, share: {value: 1, assumed: true},"), encoding="utf-8")
    model = read_model(file)
    assert [1.0, 0.0] == model.shares
    with pytest.raises(UsageError, match=r"add up to 1\.5, not 1"):
        assuming(assuming(model, {"types.one.share": 0.5}), {}).shares  # noqa: B018


@pytest.mark.parametrize(
    "text", ["", "[]", "a: [", "population: 1\ntypes: 3\n", "types: {a: 1}", "order: {}\n", "\x00"]
)
def test_any_text_is_a_model_or_a_diagnostic(file, text):
    """What is no model at all is refused in the same form."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"error\[P0\d\d\]"):
        read_model(file)


def test_more_types_than_a_model_can_hold(file):
    """A hundred types are enough for anybody."""
    many = "".join(
        f"  t{n}: {{title: T, subject: official_account, share: {{value: 0, assumed: true}}}}\n" for n in range(100)
    )
    file.write_text(SMALL.replace("types:\n", f"types:\n{many}"), encoding="utf-8")
    with pytest.raises(PolicyError, match="`types` holds more than 100"):
        read_model(file)


def test_a_file_that_is_not_there(tmp_path):
    """A missing file is said to be missing."""
    with pytest.raises(InputError, match="cannot be read"):
        read_model(tmp_path / "none.yaml")


def test_assumptions_are_held_to_their_bounds():
    """An unknown quantity and an impossible value are refused; another value has no source any more."""
    model = read_model()
    with pytest.raises(UsageError, match=r"has no quantity `reviewers\.minute`") as refused:
        assuming(model, {"reviewers.minute": 1})
    assert "reviewers.minutes" in refused.value.hint
    with pytest.raises(UsageError, match="is 2, which it cannot be"):
        assuming(model, {"detector.recall_plain": 2})

    assert assuming(model, {"detector.recall_plain": 0.5}).quantities["detector.recall_plain"].source == ""


def test_the_shipped_model_says_where_everything_comes_from():
    """Each of its numbers is assumed or has a source, and its measured figures are those of the quality record."""
    model = read_model(DEFAULT)
    measured = {name: one for name, one in model.quantities.items() if one.source}

    assert measured
    assert "wechat" == model.policy
    for name, one in measured.items():
        assert one.source.startswith("docs/quality.md"), name
    page = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    for name, kind in (("detector.recall_plain", "advert"), ("detector.recall_disguised", "disguised")):
        low, high = map(float, re.search(rf"^\| {kind} \|.*?\((\d+\.\d) to (\d+\.\d)\)", page, re.MULTILINE).groups())
        assert low <= 100 * model.value(name) <= high, f"{name} is not what was measured: read docs/quality.md again"


def test_every_quantity_is_documented():
    """The page names each quantity that a model can say."""
    page = (ROOT / "docs" / "simulate-population.md").read_text(encoding="utf-8")
    names = [*TYPE, *(f"{section}.{name}" for section, own in GLOBAL.items() for name in own)]

    assert [] == [name for name in names if f"`{name}`" not in page]
