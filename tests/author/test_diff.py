"""What `differences` says of two policies: meaning, not lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.author.diff import differences
from lictor.errors import PolicyError
from lictor.policy import load_policy


@pytest.fixture
def changed(tulips, tmp_path):
    """The sentences about what changes when these parts of the tulips policy are replaced."""

    def sentences(*changes):
        text = tulips.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "changed.yaml"
        path.write_text(text, "utf-8")
        return [(one.kind, one.text) for one in differences(load_policy(tulips).document, load_policy(path).document)]

    return sentences


@pytest.mark.parametrize(
    ("old", "new", "kind", "text"),
    [
        ("{terms: [moon]}", "{terms: [moon, mars]}", "added", "lexicon `shouting` gains the term `mars`"),
        ("[buy, sell, 买, 卖]", "[buy, sell, 买]", "removed", "lexicon `trade` loses the term `卖`"),
        ("variants: [tulp]", "variants: [tulpe]", "added", "term `tulip/tulip` now is also written `tulpe`"),
        ("severity: S3", "severity: S2", "changed", "rule `house`: severity is now S2, before S3"),
        ("status: monitor", "status: enforce", "changed", "rule `watched`: status is now enforce, before monitor"),
        ("[article, post]", "[article]", "changed", "rule `talk`: fields are now article, before article, post"),
        ("rectify: 7d", "rectify: 3d", "changed", "subject type `shop`: deadline to rectify is now 3d, before 7d"),
        (
            "[[rectify_order], [disable]]",
            "[[warn], [disable]]",
            "changed",
            "ladder `G`: step 1 is now warn, before rectify order",
        ),
        ("{life: 365d}", "{life: 180d}", "changed", "setting `strikes.life` is now 180d, before 365d"),
        ("window: 30d", "window: 14d", "changed", "setting `appeals.window` is now 14d, before 30d"),
        ("en: hidden", "en: gone", "changed", "notice `N`: text in `en` is now “gone”, before “hidden”"),
        (
            "when: {near: [tulip, trade], within: 8}",
            "when: {near: [tulip, trade], within: 9}",
            "changed",
            (
                "rule `offer` now fires on: `tulip` beside `trade`, within 9 characters; "
                "before: `tulip` beside `trade`, within 8 characters"
            ),
        ),
        ("automatic: [flag, filter, hide]", "automatic: [flag, filter]", "removed",
         "the policy no longer does without a review `hide`"),
    ],
)  # fmt: skip
def test_a_change_is_one_sentence(changed, old, new, kind, text):
    """Each kind of change is told once, in words."""
    assert (kind, text) in changed((old, new))


def test_layout_is_no_change(changed):
    """Comments, order of keys, tests and notes decide nothing."""
    assert [] == changed(
        ("    category: trade.offer\n    severity: S2\n", "    severity: S2  # as ever\n    category: trade.offer\n"),
        ("silent: [a tulip in spring]", "silent: [a tulip in autumn]"),
        ("owner: garden-policy\n", "owner: garden-policy\n\n\n"),
    )


def test_a_rule_comes_and_another_goes(changed):
    """A rule that is renamed is one that is gone and one that is new."""
    told = changed(("id: talk\n", "id: chatter\n"))

    assert [
        ("added", "rule `chatter` is new: Talk of tulips rising (trade.talk, S1); it enforces"),
        ("removed", "rule `talk` is gone: Talk of tulips rising"),
    ] == told


@given(st.data())
def test_nothing_that_decides_changes_unsaid(tulips, tmp_path_factory, data):
    """Whatever number in the policy changes: if the digest does, there is a sentence for it; and none for nothing."""
    text = tulips.read_text("utf-8")
    places = [at for at, char in enumerate(text) if char.isdigit()]
    at = data.draw(st.sampled_from(places))
    path = tmp_path_factory.mktemp("diff") / "policy.yaml"
    path.write_text(text[:at] + data.draw(st.sampled_from("123456789")) + text[at + 1 :], "utf-8")
    before = load_policy(tulips)
    try:
        after = load_policy(path)
    except PolicyError:
        return  # what does not load has nothing to compare

    assert (before.digest != after.digest) == bool(differences(before.document, after.document))
    assert [] == differences(after.document, after.document)
