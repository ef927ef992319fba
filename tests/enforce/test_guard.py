"""The blast radius of a rule: counted, held to its budget, and lifted only by somebody."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.enforce.guard import Guarded, Guards
from lictor.facts.kinds import fact_from
from lictor.intake import Intake, refold
from lictor.ledger import Batch, Ledger, verify
from lictor.ledger.guards import rearm, tripped
from lictor.ledger.rebuild import rebuild
from lictor.policy import load_policy

T0 = datetime(2021, 6, 1, tzinfo=UTC)
WHOSE = Guarded("tulips", "g", "offer")


@pytest.fixture
def guarded(tulips, tmp_path):
    """The rules of the tulips policy under a guard with these keys."""

    def rules(guard="items: {count: 3}", *changes):
        text = tulips.read_text("utf-8") + f"guards: [{{id: g, actions: [hide, filter], within: 1d, {guard}}}]\n"
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "policy.yaml"
        path.write_text(text, "utf-8")
        return Rulebook([compile_policy(load_policy(path))])

    return rules


def _facts(*minutes, text="buy my tulip", accounts=7, form="article", name="e"):
    return [
        fact_from({
            "id": f"{name}{n}", "t": (T0 + timedelta(minutes=minute)).isoformat(), "kind": "content",
            "subject": f"shop-{n % accounts}", "form": form, "text": text,
        })
        for n, minute in enumerate(minutes)
    ]  # fmt: skip


def _intake(rules, ledger=None, **options):
    return Intake(rules, engine="1", ledger=ledger, **options)


def _fates(outcomes):
    """What became of each item, by detection: `hide`, or `flag` where it waits for a person."""
    return [one.transitions[0].event for one in outcomes if one.transitions]


def test_a_rule_beyond_its_budget_only_proposes(guarded):
    """The first item beyond the budget, and all later ones, are flagged for a person instead of hidden."""
    taken = _intake(guarded()).take_fit(_facts(0, 1, 2, 3, 4))

    assert ["hide", "hide", "hide", "flag", "flag"] == _fates(taken.outcomes)
    assert [("e3", 4, 4)] == [(trip.item, trip.items, trip.of_items) for trip in taken.tripped]
    assert [WHOSE] == [trip.whose for trip in taken.tripped]


def test_the_recorded_decision_says_so(guarded):
    """What would have been done is proposed in the decision too, with the rule and the action named."""
    decided = _intake(guarded()).take_fit(_facts(0, 1, 2, 3)).decided
    before, after = decided["e2"][0], decided["e3"][0]

    assert "guarded" not in before
    assert [{"rule": "offer", "actions": ["hide"]}] == after["guarded"]
    assert [("hide", "applied"), ("rectify_order", "proposed")] == _effects(before)
    assert [("hide", "proposed"), ("rectify_order", "proposed")] == _effects(after)
    assert before["reasons"] != after["reasons"]


def _effects(decision):
    return [(one["effect"], one["status"]) for one in decision["effects"]]


def test_only_the_guarded_actions_are_lost(guarded):
    """A tripped rule keeps what its guard is not about: here it filters messages on, and no longer hides articles."""
    rules = guarded("items: {count: 1}", ("actions: [hide, filter]", "actions: [hide]"))
    world = _intake(rules)
    world.take(_facts(0, 1))
    taken = world.take_fit(_facts(2, 3, form="message", name="m"))

    assert ["filter", "filter"] == _fates(taken.outcomes)


def test_another_rule_may_still_act(guarded):
    """Where a second rule, within its own budget, does the same to the item, it is done."""
    rules = guarded("rules: [offer], items: {count: 1}")
    world = _intake(rules)
    world.take(_facts(0, 1, form="message", name="a"))
    taken = world.take_fit(_facts(2, form="message"))

    assert ["filter"] == _fates(taken.outcomes)
    assert ("filter", "applied") in _effects(taken.decided["e0"][0])


@pytest.mark.parametrize(
    ("guard", "clean", "expected"),
    [
        ("items: {count: 2, share: 50%}", 0, ["hide", "hide", "flag", "flag"]),
        ("items: {count: 2, share: 50%}", 10, ["hide", "hide", "hide", "hide"]),
        ("accounts: {count: 1}", 0, ["hide", "flag", "flag", "flag"]),
        ("accounts: {count: 1, share: 90%}", 10, ["hide", "hide", "hide", "hide"]),
        ("accounts: {count: 9}, items: {count: 3}", 0, ["hide", "hide", "hide", "flag"]),
    ],
)
def test_budgets(guarded, guard, clean, expected):
    """A budget is beyond its count and, where it has one, beyond its share of everything judged; either trips."""
    world = _intake(guarded(guard))
    quiet = _facts(*range(clean), text="spring", accounts=30, name="quiet")

    assert expected == _fates(world.take([*quiet, *_facts(20, 21, 22, 23)]))


def test_one_account_many_times(guarded):
    """Accounts count once, however much each publishes."""
    world = _intake(guarded("accounts: {count: 1}"))

    assert ["hide"] * 5 == _fates(world.take(_facts(0, 1, 2, 3, 4, accounts=1)))


def test_the_window_moves_on(guarded):
    """What lies further back than `within` counts no more, by the time of the facts."""
    day = 24 * 60
    minutes = [0, 1, 2, day + 30, day + 31, day + 32]

    assert ["hide"] * 6 == _fates(_intake(guarded()).take(_facts(*minutes)))
    assert ["hide", "hide", "hide", "flag"] == _fates(_intake(guarded()).take(_facts(*minutes[:3], day - 60)))


def test_excused_and_forbidden_later_count_nothing(guarded):
    """What is excused, or not yet forbidden, is done by no rule."""
    world = _intake(guarded("items: {count: 1}"))
    excused = _facts(0, 1, 2, text="据报道，有人卖郁金香", name="news")
    early = [
        fact_from({"id": f"old{n}", "t": f"2019-0{n}-01T00:00:00Z", "kind": "content", "subject": "s", "form": "post",
                   "text": "buy my tulip"}) for n in (1, 2, 3)
    ]  # fmt: skip
    world.take([*early, *excused])

    assert ["hide"] == _fates(world.take(_facts(5)))


def test_whom_the_policy_does_not_bind_counts(guarded):
    """What is hidden from some only is hidden, too."""
    abroad = fact_from({"id": "u", "t": T0.isoformat(), "kind": "subject_updated", "subject": "shop-0", "type": "shop",
                        "registered_region": "SG"})  # fmt: skip
    world = _intake(guarded("items: {count: 1}"))
    outcomes = world.take([abroad, *_facts(1, 2, accounts=1)])

    assert ["hide", "flag"] == _fates(outcomes)


def test_what_was_done_to_others_counts_after_a_restart(guarded, tmp_path):
    """Where whom the policy does not bind meets another action, a new run counts that one, too."""
    abroad = fact_from({"id": "u", "t": T0.isoformat(), "kind": "subject_updated", "subject": "shop-0", "type": "shop",
                        "registered_region": "SG"})  # fmt: skip
    otherwise = ("otherwise: {effect: hide", "otherwise: {effect: filter")
    rules = guarded("items: {count: 2}", otherwise, ("actions: [hide, filter]", "actions: filter"))
    with Ledger.open(tmp_path / "ledger") as ledger:
        _intake(rules, ledger).take([abroad, *_facts(1, 2, accounts=1)])
        outcomes = _intake(rules, ledger).take(_facts(3, accounts=1, name="f"))

    assert ["flag"] == _fates(outcomes)


def test_an_edit_counts(guarded):
    """A text that is replaced is judged anew, and held back anew."""
    world = _intake(guarded("items: {count: 1}"))
    world.take(_facts(0, 1, text="spring", accounts=1))
    edits = [
        fact_from({"id": f"x{n}", "t": (T0 + timedelta(minutes=9 + n)).isoformat(), "kind": "content_edited",
                   "subject": "shop-0", "item": f"e{n}", "text": "buy my tulip"}) for n in (0, 1)
    ]  # fmt: skip

    assert ["hide", "flag"] == _fates(world.take(edits))


def test_truth_is_no_rule(guarded):
    """Where facts say themselves what is true of them, no rule acted, so none has a budget."""
    world = _intake(guarded("items: {count: 1}"), by_truth=True)
    facts = [
        fact_from({"id": f"t{n}", "t": T0.isoformat(), "kind": "content", "subject": "s", "form": "article", "text": "",
                   "truth": {"categories": ["trade.offer"], "severity": "S2"}}) for n in range(3)
    ]  # fmt: skip

    assert ["hide"] * 3 == _fates(world.take(facts))


def test_a_refused_batch_leaves_nothing_behind(guarded, tmp_path):
    """A fact that cannot be taken undoes what its batch had counted, trips too; what went well counts once."""
    bad = fact_from({"id": "bad", "t": (T0 + timedelta(minutes=2)).isoformat(), "kind": "review", "subject": "shop-0",
                     "outcome": "upheld", "category": "trade.offer", "severity": "S9", "by": "r"})  # fmt: skip
    with Ledger.open(tmp_path / "ledger") as ledger:
        world = _intake(guarded("items: {count: 1}"), ledger)
        taken = world.take_fit([*_facts(0, 1, 3), bad])

        assert ["bad"] == [one.fact.id for one in taken.unfit]
        assert ["hide", "flag", "flag"] == _fates(taken.outcomes)
        assert [1] == [record.number for _, record in ledger.guards()]


@given(
    cuts=st.lists(st.booleans(), min_size=12, max_size=12),
    times=st.lists(st.integers(0, 3000), min_size=12, max_size=12),
)
@settings(max_examples=25)
def test_a_restart_changes_nothing(tmp_path_factory, tulips, cuts, times):
    """However facts are cut into batches, and wherever the process ends, what is held back is the same."""
    text = tulips.read_text("utf-8") + "guards: [{id: g, actions: hide, within: 1d, items: {count: 3, share: 40%}}]\n"
    folder = tmp_path_factory.mktemp("restart")
    (folder / "policy.yaml").write_text(text, "utf-8")
    rules = Rulebook([compile_policy(load_policy(folder))])
    times = sorted(times)
    facts = [
        fact_from({"id": f"e{n}", "t": (T0 + timedelta(minutes=minute)).isoformat(), "kind": "content",
                   "subject": f"s{n % 3}", "form": "article", "text": "buy my tulip" if n % 3 else "spring"})
        for n, minute in enumerate(times)
    ]  # fmt: skip
    with Ledger.open(folder / "whole") as whole, Ledger.open(folder / "cut") as cut:
        _intake(rules, whole).take(facts)
        world = _intake(rules, cut)
        for fact, ends in zip(facts, cuts, strict=True):
            world.take([fact])
            world = _intake(rules, cut) if ends else world

        assert dict(whole.all_states()) == dict(cut.all_states())
        assert [record for _, record in whole.guards()] == [record for _, record in cut.guards()]
        assert refold(rules, (one.record for one in cut.facts())) == dict(cut.all_states())


@given(cuts=st.lists(st.booleans(), min_size=12, max_size=12), times=st.lists(st.integers(0, 5000), min_size=12))
@settings(max_examples=25)
def test_a_restart_changes_nothing_where_facts_come_late(tmp_path_factory, tulips, cuts, times):
    """In whatever order of time facts come, what is held back is the same wherever the process ended."""
    text = tulips.read_text("utf-8") + "guards: [{id: g, actions: hide, within: 1d, items: {count: 2, share: 40%}}]\n"
    folder = tmp_path_factory.mktemp("late")
    (folder / "policy.yaml").write_text(text, "utf-8")
    rules = Rulebook([compile_policy(load_policy(folder))])
    facts = [_facts(minute, name=f"{n}-")[0] for n, minute in enumerate(times[:12])]
    with Ledger.open(folder / "one") as one, Ledger.open(folder / "cut") as cut:
        whole, world = _intake(rules, one), _intake(rules, cut)
        for fact, ends in zip(facts, cuts, strict=True):
            whole.take([fact])
            world.take([fact])
            world = _intake(rules, cut) if ends else world

        assert [record for _, record in one.guards()] == [record for _, record in cut.guards()]
        assert dict(one.all_states()) == dict(cut.all_states())


def test_neither_a_wrong_clock_nor_an_archive_is_a_way_round(guarded, tmp_path):
    """A fact from the future moves no window, and facts older than the window are held to the budget of their time."""
    rules = guarded("items: {count: 2}")
    future = fact_from({"id": "far", "t": "2099-01-01T00:00:00Z", "kind": "content", "subject": "shop-0",
                        "form": "article", "text": "buy my tulip"})  # fmt: skip
    ledgers = [tmp_path / name for name in ("clock", "archive")]
    with Ledger.open(ledgers[0]) as ledger:
        _intake(rules, ledger).take([future])

        assert ["hide", "hide", "flag"] == _fates(_intake(rules, ledger).take(_facts(0, 1, 2)))
    with Ledger.open(ledgers[1]) as ledger:
        world = _intake(rules, ledger)
        fates = [_fates(world.take(_facts(-day * 1440 - n, name=f"{day}-{n}"))) for day in (0, 4) for n in (0, 1, 2)]

        assert [["hide"], ["hide"], ["flag"]] == fates[:3]
        rearm(ledger, tripped(ledger), by="me", at="2021-06-02T00:00:00Z")
        archive = [_fates(_intake(rules, ledger).take(_facts(-9000 - n, name=f"old-{n}"))) for n in (0, 1, 2)]

        assert [["hide"], ["hide"], ["flag"]] == archive


def test_the_ledger_keeps_it(guarded, tmp_path):
    """A trip is a row of its own in a whole chain, and folding the facts again gives the same states."""
    rules = guarded("items: {count: 1}")
    with Ledger.open(tmp_path / "ledger") as ledger:
        _intake(rules, ledger).take_fit(_facts(0, 1, 2))
        (trip,) = tripped(ledger)

        assert ("tulips", "g", "offer", 1, "2021-06-01T00:01:00Z") == (
            trip.policy, trip.guard, trip.rule, trip.number, trip.at,
        )  # fmt: skip
        assert {
            "items": 2,
            "of_items": 2,
            "accounts": 2,
            "of_accounts": 2,
            "within": "1d",
            "actions": ["hide", "filter"],
        } == trip.told
        assert rebuild(ledger, lambda records: refold(rules, records)).same
    assert 5 == verify(tmp_path / "ledger").rows


def test_armed_again_by_somebody(guarded, tmp_path):
    """Somebody arms the rule again: it acts at once, in a world that is open too, and its count begins anew."""
    rules = guarded("items: {count: 2}")
    with Ledger.open(tmp_path / "ledger") as ledger, Ledger.open(tmp_path / "ledger") as desk:
        world = _intake(rules, ledger)
        before = world.take_fit(_facts(0, 1, 2)).outcomes
        rearm(desk, tripped(desk), by="somebody", at="2021-06-01T01:00:00Z")
        rearm(desk, tripped(desk), by="somebody", at="2021-06-01T01:00:00Z")
        after = world.take_fit(_facts(3, 4, 5, name="f"))

        assert ["hide", "hide", "flag"] == _fates(before)
        assert ["hide", "hide", "flag"] == _fates(after.outcomes)
        assert [("tripped", 1, None), ("rearmed", 1, "somebody"), ("tripped", 2, None)] == [
            (record.event, record.number, record.by) for _, record in ledger.guards()
        ]
        assert ["flag"] == _fates(_intake(rules, ledger).take(_facts(6, name="g")))
        (trip,) = tripped(ledger)
        rows = ledger.last()
        ledger.append(Batch(guards=[trip]))

        assert rows == ledger.last()


def test_what_another_policy_counted_is_passed_over(guarded, tulips, tmp_path):
    """Under other policies, what the ledger holds of the first one's rules counts for nobody."""
    text = tulips.read_text("utf-8").replace("policy: tulips", "policy: bulbs")
    (tmp_path / "bulbs.yaml").write_text(
        text + "guards: [{id: g, actions: [hide], within: 1h, accounts: {count: 1}}]\n", "utf-8"
    )
    with Ledger.open(tmp_path / "ledger") as ledger:
        _intake(guarded("items: {count: 1}"), ledger).take_fit(_facts(0, 1))
        update = fact_from({"id": "u", "t": T0.isoformat(), "kind": "subject_updated", "subject": "s", "type": "shop"})
        _intake(guarded(), ledger).take([update])
        other = _intake(Rulebook([compile_policy(load_policy(tmp_path / "bulbs.yaml"))]), ledger)

        assert ["hide"] == _fates(other.take(_facts(2, accounts=1, name="o")))


def test_memory_follows_the_window(guarded):
    """What lies before the window is forgotten, so that memory follows what happens within it."""
    document = guarded("accounts: {count: 5}").document("tulips")
    guards = Guards()
    for day in range(40):
        at = T0 + timedelta(days=day)
        guards.judged(document, at, [f"account-{day}-{n}" for n in range(300)])
        assert guards.allows(document, "offer", "hide", at, f"account-{day}", None)
        guards.keep()

    assert max(len(count.last) for count in (*guards._seen.values(), *guards._done.values())) < 3_000


def test_an_account_that_comes_late_counts_where_it_was_last(guarded):
    """An older item of an account that was seen since changes nothing of when it was last seen."""
    document = guarded("accounts: {count: 1}").document("tulips")
    guards = Guards()
    guards.judged(document, T0 + timedelta(hours=30), ["a"])
    guards.judged(document, T0, ["a", None])

    assert (1, 0) == guards._seen["tulips", "g"].around(guards._latest["tulips", "g"])
    assert (1, 1) == guards._seen["tulips", "g"].around(guards._latest["tulips", "g"] + 125)


def test_a_rule_that_is_armed_again_is_as_new(guarded):
    """What it did by then no longer counts, and it is tripped no more; other rules' counts stay."""
    document = guarded("items: {count: 1}").document("tulips")
    guards = Guards()

    def allowed(*rules):
        return [guards.allows(document, rule, "hide", T0, None, None) for rule in rules]

    assert [True, False, True] == allowed("offer", "offer", "house")
    guards.keep()
    guards.forget(WHOSE)
    assert [True, False, False] == allowed("offer", "offer", "house")
