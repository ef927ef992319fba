"""Values changed in a policy: what comes out is a policy like any other, and what is wrong is said as of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.decide import decide, judge
from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.errors import PolicyError, UsageError
from lictor.facts import Content, instant
from lictor.policy import Policy, bundled_policies, load_canonical, load_policy
from lictor.simulate.overrides import change_from, overridden, recompiled, sweep_from, varied, with_changes

AT = instant("2021-06-01T00:00:00Z")


@pytest.fixture(scope="module")
def policy(tulips: Path) -> Policy:
    return load_policy(tulips)


@pytest.mark.parametrize("name", sorted(bundled_policies()))
def test_nothing_changed_is_the_same_policy(name: str) -> None:
    """A policy read again without a change has the digest it had, from its files and from its canonical bytes."""
    policy = load_policy(name)

    assert policy.digest == overridden(policy, {}).digest
    assert policy.digest == overridden(load_canonical(policy.canonical), {}).digest


@pytest.mark.parametrize(
    ("path", "value", "get"),
    [
        ("strikes.life", "90d", lambda one: str(one.strikes.life)),
        ("subjects.shop.rectify", "3d", lambda one: str(one.subjects["shop"].rectify)),
        ("ladders.A.by", "rungs", lambda one: one.ladder_of["A"].by),
        ("ladders.0.by", "rungs", lambda one: one.ladder_of["A"].by),
        ("categories.trade.offer.until", "v2", lambda one: one.categories["trade.offer"].until),
        ("rules.offer.severity", "S3", lambda one: one.rules[0].severity),
        ("orders.attempts", 5, lambda one: one.orders.attempts),
        ("retroactive.strike", True, lambda one: one.retroactive.strike),
        ("automatic", ["flag"], lambda one: list(one.automatic)),
        ("retroactive", None, lambda one: one.retroactive),
    ],
)
def test_a_value_stands_where_the_path_leads(path: str, value: Any, get: Any, policy: Policy) -> None:
    """Keys, ids with dots in them, items by id or place, sections that were left out; the original stays as it is."""
    before = policy.canonical
    after = overridden(policy, {path: value})

    assert value == get(after.document)
    assert after.digest != policy.digest
    assert before == policy.canonical == overridden(policy, {}).canonical
    assert after.digest == overridden(load_canonical(before), {path: value}).digest


def test_an_item_of_a_list_is_taken_away_or_replaced(policy: Policy) -> None:
    """`null` takes the item away; a step is replaced as a whole."""
    shorter = overridden(policy, {"ladders.A.steps.1": None})
    milder = overridden(policy, {"ladders.A.steps.2": ["hide", {"suspend": "60d"}]})

    assert 2 == len(shorter.document.ladder_of["A"].steps)
    assert ["hide", "suspend"] == [step.action for step in milder.document.ladder_of["A"].steps[2]]


@pytest.mark.parametrize(
    ("change", "code", "says", "column", "hint"),
    [
        ("strikes.lief=90d", "P014", "unknown key `lief`", 9, "did you mean `life`?"),
        ("srikes.life=90d", "P014", "unknown key `srikes`", 1, "did you mean `strikes`?"),
        ("strikes.life=90x", "P020", "not a duration", 14, "`90s`"),
        ("ladders.Z.by=strikes", "P030", "there is no `Z` in `ladders`", 9, "`A`"),
        ("ladders.A.steps.9=[hide]", "P030", "there is no `9` in `ladders.A.steps`", 17, "`2`"),
        ("ladders.A.reoffence=null", "P030", "there is no `reoffence` in `ladders.A`", 11, "`steps`"),
        ("nonsense=null", "P030", "there is no `nonsense`", 1, ""),
        ("orders.attempts=two", "P016", "where a whole number is wanted", 17, "without quotes"),
        ("orders.attempts=0", "P018", "less than 1", 17, "write 1 or more"),
        ("rules.offer.category=trade.ofer", "P030", "there is no category `trade.ofer`", 22, "did you mean"),
        ("strikes.life=[", "P001", "", 14, ""),
        ("strikes.life=\a", "P003", "U+0007", 14, ""),
        ("owner=*x", "P006", "alias", 7, ""),
        ("tulips:strikes.lief=90d", "P014", "unknown key `lief`", 16, "did you mean `life`?"),
    ],
)
def test_a_mistake_is_shown_as_of_a_file(
    change: str, code: str, says: str, column: int, hint: str, policy: Policy
) -> None:
    """The code a file would give, the caret below the part that is wrong, and the way out."""
    with pytest.raises(PolicyError) as refused:
        with_changes(policy, [change_from(change)])
    (wrong,) = [one for one in refused.value.diagnostics if one.code == code]

    assert wrong.place is not None
    assert (wrong.place.file, wrong.place.line, wrong.place.column) == ("--set", 1, column)
    assert change == wrong.place.source
    assert says in wrong.message
    assert hint in wrong.hint


@pytest.mark.parametrize("text", ["strikes.life", "=90d", "strikes.life=", "strikes..life=90d", ".=1", ""])
def test_what_is_no_change_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no change of a policy"):
        change_from(text)


@given(st.text(max_size=40))
def test_any_text_is_a_change_or_an_error(text: str) -> None:
    """Whatever is written, it is refused in words or makes a policy; never a traceback."""
    try:
        overridden_by(text)
    except (UsageError, PolicyError):
        return


@given(
    st.sampled_from(["strikes", "ladders.A", "ladders.A.steps", "rules.offer", "binds", "lexicons.tulip", "versions"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
        max_leaves=5,
    ),
)
def test_any_value_is_a_policy_or_an_error(path: str, value: Any) -> None:
    try:
        overridden(_loaded(), {path: value})
    except (UsageError, PolicyError):
        return


def overridden_by(text: str) -> Policy:
    return with_changes(_loaded(), [change_from(text)])


def _loaded() -> Policy:
    return load_policy("whaletalk") if "whaletalk" in bundled_policies() else load_policy("wechat")


def test_a_name_that_is_left_unused_is_no_mistake(policy: Policy) -> None:
    """In a file it would be one; here somebody asks what if."""
    assert overridden(policy, {"rules.offer.unless": []}).digest != policy.digest


def test_what_finds_the_same_is_not_compiled_again(policy: Policy) -> None:
    """A change of what follows keeps the matchers; a change of what is found does not."""
    base = compile_policy(policy)
    follows = recompiled(base, overridden(policy, {"strikes.life": "90d"}))
    found = recompiled(base, overridden(policy, {"lexicons.shouting.terms": ["stars"]}))

    assert follows.anchors is base.anchors
    assert found.anchors is not base.anchors
    assert follows.policy.digest == overridden(policy, {"strikes.life": "90d"}).digest
    for compiled in (follows, found):
        plain = compile_policy(compiled.policy)
        for text in ("buy my tulip", "tulip to the moon", "tulip to the stars", "reportedly buy a tulip"):
            content = Content({"article": text}, item="one", published_at=AT)
            expected, got = (decide(one.policy, judge(one, content), as_of=AT, engine="") for one in (plain, compiled))

            assert expected.to_json() == got.to_json()


def test_a_change_is_made_in_the_policy_it_names(policy: Policy) -> None:
    """The first, unless another is named before a colon; one that does not judge is refused."""
    rules = Rulebook([compile_policy(policy), compile_policy(load_policy("search"))])
    both = varied(rules, [change_from("appeals.window=9d"), change_from(f"{rules.policies[1].policy.id}:owner=me")])

    assert "9d" == str(both.policies[0].policy.document.appeals.window)
    assert "me" == both.policies[1].policy.document.owner
    assert rules.policies[1] is varied(rules, [change_from("appeals.window=9d")]).policies[1]
    with pytest.raises(UsageError, match="no policy `tulip` judges here") as refused:
        varied(rules, [change_from("tulip:owner=me")])
    assert "did you mean `tulips`?" == refused.value.hint


def test_a_sweep_is_its_variants_and_every_combination(tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(
        "variants:\n  short: {strikes.life: 90d, orders.attempts: 1}\n"
        "grid:\n  strikes.life: [30d, 60d]\n  orders.attempts: [1, 3]\n",
        "utf-8",
    )
    expected = {
        "short": ["strikes.life=90d", "orders.attempts=1"],
        "strikes.life=30d, orders.attempts=1": ["strikes.life=30d", "orders.attempts=1"],
        "strikes.life=30d, orders.attempts=3": ["strikes.life=30d", "orders.attempts=3"],
        "strikes.life=60d, orders.attempts=1": ["strikes.life=60d", "orders.attempts=1"],
        "strikes.life=60d, orders.attempts=3": ["strikes.life=60d", "orders.attempts=3"],
    }

    assert expected == {name: [one.name for one in some] for name, some in sweep_from(path).items()}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[a]", "a sweep is a mapping"),
        ("variant: {}", "unknown key `variant`"),
        ("variants: [a]", "`variants` is not a mapping"),
        ("variants: {a: 3}", "variant `a` names no path"),
        ("grid: {strikes.life: 90d}", "`strikes.life` lists no values"),
        ("variants: {}", "names no variant"),
        ("grid: {a: [1, 2, 3, 4, 5, 6], b: [1, 2, 3, 4, 5, 6], c: [1, 2, 3, 4, 5, 6]}", "more than 200 variants"),
        ("variants: {a: {x: &y 1}}", "anchor"),
    ],
)
def test_a_sweep_that_is_none_is_refused(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises((PolicyError, UsageError), match=says):
        sweep_from(path)


def test_a_mistake_in_a_sweep_is_shown_in_its_file(policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "sweep.yaml"
    path.write_text("grid:\n  strikes.lief: [90d]\n  strikes.life: [90x]\n", "utf-8")
    (changes,) = sweep_from(path).values()
    with pytest.raises(PolicyError) as refused:
        with_changes(policy, changes)

    places = [(one.code, one.place.line, one.place.column) for one in refused.value.diagnostics if one.place]
    assert [("P014", 2, 11), ("P020", 3, 18)] == places
