"""A rule that expires: in force until that instant, by when the text was published."""

import pytest

from lictor import Engine


@pytest.fixture
def engine(tulips, tmp_path):
    """The tulips policy, whose rule about offers ends in mid-2021."""
    text = tulips.read_text("utf-8").replace("  - id: offer\n", "  - id: offer\n    expires: '2021-07-01T00:00:00Z'\n")
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    return Engine.load(path)


BEFORE, AT, AFTER = "2021-06-30T23:59:59.999999Z", "2021-07-01T00:00:00Z", "2022-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("published_at", "at", "field", "fires"),
    [
        (None, BEFORE, "article", True),
        (None, AT, "article", False),
        (BEFORE, AFTER, "article", True),
        (AT, AFTER, "article", False),
        (AFTER, BEFORE, "article", True),
        (BEFORE, AFTER, "bio", False),
        (None, None, "article", True),
        (AFTER, None, "article", False),
    ],
)
def test_a_rule_ends(engine, published_at, at, field, fires):
    """What was published is judged by the rules of then, what stands by those of now; without any, it holds."""
    decision = engine.check("buy my tulip", field=field, published_at=published_at, at=at)

    assert fires == ("offer" in [one.rule for one in decision.violations])


def test_a_policy_without_an_end_keeps_its_digest(tulips, engine):
    """Saying when a rule ends is a change of content; not saying it leaves the canonical bytes as they were."""
    assert Engine.load(tulips).policies[0].policy.digest != engine.policies[0].policy.digest
    assert b"expires" not in Engine.load(tulips).policies[0].policy.canonical
