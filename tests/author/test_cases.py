"""The rules' own tests are judged as the engine judges anything."""

import pytest

from lictor import Engine, UsageError
from lictor.author import rule_tests


@pytest.fixture
def results(tulips, tmp_path):
    """The results of the tulips policy's tests after replacements, as (rule, must, outcome)."""

    def judge(*changes, pattern=""):
        text = tulips.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "changed.yaml"
        path.write_text(text, "utf-8")
        return [(one.case.rule, one.case.must, one.outcome) for one in rule_tests(Engine.load(path), pattern=pattern)]

    return judge


def test_each_text_is_judged_in_order(results):
    """Every text of every rule is judged once, in the policy's order."""
    assert [
        ("offer", "fire", "passed"),
        ("offer", "stay_silent", "passed"),
        ("talk", "fire", "passed"),
        ("filter", "fire", "passed"),
        ("house", "fire", "passed"),
        ("watched", "fire", "passed"),
    ] == results()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("fires: [buy my tulip]", "fires: [a tulip]"), ("fire", "failed")),
        (("fires: [buy my tulip]", "fires: [reportedly they buy a tulip]"), ("fire", "failed")),
        (("silent: [a tulip in spring]", "silent: [buy a tulip]"), ("stay_silent", "failed")),
        (("silent: [a tulip in spring]", "silent: [reportedly they buy a tulip]"), ("stay_silent", "passed")),
    ],
    ids=["does not fire", "fires and is excused", "fires", "is excused"],
)
def test_an_excused_violation_has_not_fired(results, change, expected):
    """A rule fires where it is violated and nothing excuses it."""
    assert ("offer", *expected) in results(change)


def test_a_draft_is_skipped(results):
    """A draft is not judged, whatever its tests say."""
    assert [("watched", "fire", "skipped")] == results(("status: monitor", "status: draft"), pattern="watched")


@pytest.mark.parametrize(
    ("given", "outcome"),
    [("surface: group", "passed"), ("surface: private", "failed"), ("field: article", "failed")],
)
def test_what_is_given_counts(results, given, outcome):
    """What a test says of its item is how the item is judged; a field that is not said is the rule's first."""
    change = ("fires: [tulip], given: {surface: group}", f"fires: [tulip], given: {{{given}}}")

    assert [("filter", "fire", outcome)] == results(change, pattern="^filter")


def test_signals_are_given_by_name(results):
    """A signal is given like anything else."""
    change = ("given: {risk: 950000}", "given: {risk: 1}")

    assert [("house", "fire", "failed")] == results(change, pattern="house")


def test_one_policy_at_a_time(tulips, tmp_path):
    """Tests of several policies are not mixed: another one's rules might speak."""
    other = tmp_path / "other.yaml"
    other.write_text(tulips.read_text("utf-8").replace("policy: tulips", "policy: others"), "utf-8")

    with pytest.raises(UsageError, match="one policy"):
        list(rule_tests(Engine.load([tulips, other])))
