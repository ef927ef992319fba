"""What a replay measures: the same as anybody would count who looked at every account at every instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import world
from hypothesis import given, settings
from hypothesis import strategies as st
from test_timeline_states import truthful

from lictor.detect import CompiledPolicy, compile_policy
from lictor.enforce import Account, Rulebook, standing
from lictor.enforce.standing import STATES, state_of
from lictor.errors import UsageError
from lictor.facts.kinds import Fact, fact_from
from lictor.intake import Intake
from lictor.ledger import Ledger
from lictor.policy import load_policy
from lictor.report.queue import waiting_at
from lictor.simulate.measures import Spread, spread
from lictor.simulate.overrides import change_from, varied
from lictor.simulate.recorded import RecordedFacts
from lictor.simulate.replay import Replay, Shared
from lictor.simulate.timeline import MAX_SPANS, Timeline, Timelines, Variant

DAY = timedelta(days=1)
BEGIN = datetime.fromisoformat("2021-06-01T09:00:00+00:00")


@pytest.fixture(scope="module")
def compiled(tulips: Path) -> CompiledPolicy:
    return compile_policy(load_policy(tulips))


def fact(day: float, kind: str, name: str, **said: Any) -> Fact:
    return fact_from({"id": name, "t": (BEGIN + timedelta(days=day)).isoformat(), "kind": kind, **said})


def shop(name: str) -> Fact:
    return fact(0, "subject_updated", f"known {name}", subject=name, type="shop", registered_region="NL")


def offer(day: float, name: str, subject: str) -> Fact:
    return fact(day, "content", name, subject=subject, form="article", text="buy my tulip, only today")


def upheld(day: float, name: str, subject: str, item: str, by: str = "mod") -> Fact:
    said = {"subject": subject, "outcome": "upheld", "category": "trade.offer", "severity": "S2"}
    return fact(day, "review", name, about=[item], items=[item], by=by, **said)


STORY = [
    *map(shop, "abcd"),
    offer(0.1, "post-a", "a"),
    offer(0.2, "post-b", "b"),
    offer(0.3, "post-c", "c"),
    offer(0.4, "post-d", "d"),
    upheld(1.1, "review-a", "a", "post-a"),
    upheld(1.2, "review-b", "b", "post-b"),
    upheld(2.3, "review-c", "c", "post-c", by="other"),
    fact(5, "rectify_claim", "claim-a", subject="a", fixed=["post-a"]),
    fact(5.5, "reinspection", "check-a", subject="a", outcome="passed", by="mod"),
    fact(6, "appeal", "appeal-c", subject="c", decision="review-c"),
    fact(8, "appeal_decision", "answer-c", appeal="appeal-c", outcome="granted", by="mod"),
]
"""Four shops publish an offer each: one mends what it did in time, one does not, one appeals, one nobody looks at."""


def replay(variants: Sequence[Variant], facts: Sequence[Fact], until: datetime | None = None, **how: Any) -> Timeline:
    timelines = Timelines(variants, **how)
    assert [] == timelines.take(facts)
    return timelines.finish(until)


def test_a_story_is_counted_by_hand(compiled: CompiledPolicy) -> None:
    """Orders met and missed, strikes, an appeal, what waits, who answers, and how long everything took."""
    timeline = replay([Variant("as it is", Rulebook([compiled]))], STORY, BEGIN + timedelta(days=12))
    (only,) = timeline.replays

    assert "2021-06-01T00:00:00+00:00" == timeline.starts[0].isoformat()
    assert 13 == len(timeline.starts) == len(only.spans)
    assert {
        "orders_given": 3, "orders_met": 1, "orders_missed": 1, "orders_failed": 0, "orders_lifted": 1,
        "orders_extended": 0, "strikes_added": 3, "appeals_filed": 1, "appeals_rejected": 0, "appeals_granted": 1,
        "decisions_overturned": 1, "items_flagged": 0, "items_withheld": 4, "complaints": 0, "answers": 5, "refused": 0,
    } == only.counts  # fmt: skip
    assert {"ban_permanent": 1, "rectify_order": 3} == only.decisions
    assert 3 == only.at_end["active"]
    assert 1 == only.at_end["banned"]
    assert 2 == only.at_end["strikes_active"]
    assert 1 == only.at_end["waiting_items"]
    assert [4, 2, 1, 1] == [span.gauges["waiting_items"] for span in only.spans[:4]]
    assert [0, 2, 3, 3, 3, 2, 2, 2, 0, 0] == [span.gauges["orders_open"] for span in only.spans[:10]]
    assert {"mod": 2} == dict(only.spans[1].answers)
    assert Spread(4, 0.0, 0.0, 0.0) == only.times["published_to_measure"]
    assert (
        Spread(3, 86_400.0, pytest.approx(86_400 * 1.8), pytest.approx(86_400 * 4 / 3))
        == only.times["published_to_decision"]
    )
    assert Spread(1, 172_800.0, 172_800.0, 172_800.0) == only.times["filed_to_answer"]
    assert pytest.approx(12 * 86_400 - 0.4 * 86_400) == only.spans[-1].oldest


def test_a_shorter_deadline_is_missed_by_more(compiled: CompiledPolicy) -> None:
    """Under three days the shop that took four is banned; its claim no longer applies, and that is said."""
    rules = Rulebook([compiled])
    changed = Variant("3d", varied(rules, [change_from("subjects.shop.rectify=3d")]), ("subjects.shop.rectify=3d",))
    first, second = replay([Variant("as it is", rules), changed], STORY, BEGIN + timedelta(days=12)).replays

    assert 1 == first.counts["orders_missed"]
    assert 3 == second.counts["orders_missed"]
    assert {("active", "banned"): 1} == dict(second.moved)
    assert {"claim_too_late": 1, "no_claim": 1} == dict(second.gone)
    assert {} == dict(first.moved) == dict(first.gone)


def test_reports_are_timed_from_the_first_that_counted(compiled: CompiledPolicy) -> None:
    """Complaints before a dismissal belong to that dismissal."""
    document = "complaints={distinct: 2, within: 30d, min_account_age: 7d}"
    rules = varied(Rulebook([compiled]), [change_from(document)])
    facts = [
        shop("a"), offer(0.1, "post", "a"),
        fact(1, "complaint", "c1", by="u1", against="a", age_d=30),
        fact(2, "complaint", "young", by="u2", against="a", age_d=1),
        fact(3, "review", "r1", subject="a", outcome="dismissed", by="mod"),
        fact(4, "complaint", "c3", by="u1", against="a", age_d=30, count=5),
        upheld(6, "r2", "a", "post"),
    ]  # fmt: skip
    (only,) = replay([Variant("as it is", rules)], facts).replays

    assert Spread(1, 172_800.0, 172_800.0, 172_800.0) == only.times["reported_to_decision"]
    assert 6 == only.counts["complaints"]
    assert {"young": "complainant_too_new"} == dict(only.refused)


@settings(max_examples=40)
@given(world.histories(20), st.sampled_from((timedelta(hours=7), DAY, timedelta(days=31))))
def test_every_span_is_what_a_look_at_everything_shows(history: world.History, every: timedelta) -> None:
    """At the end of each span: states, open orders, strikes and queues, counted anew from the states themselves."""
    facts = [truthful(one, findings) for one, findings in history.facts]
    if (facts[-1].at - facts[0].at) / every > 200:
        every = (facts[-1].at - facts[0].at) / 200
    timelines = Timelines([Variant("as it is", world.rules())], detect="truth", every=every)
    timelines.take(facts)
    timeline = timelines.finish(history.now + DAY)
    lives = Intake(world.rules(), engine="", by_truth=True)
    taken = [one for one in facts if one.id not in timeline.replays[0].impossible]
    edges = [*timeline.starts[1:], history.now + DAY]
    for number, (edge, span) in enumerate(zip(edges, timeline.replays[0].spans, strict=True)):
        last = number == len(edges) - 1
        lives.take([one for one in taken if one.at < edge])
        taken = [one for one in taken if one.at >= edge]
        if last:
            lives.due(edge)
        else:
            lives.enforcer.advance(edge, before=True)
        accounts = [state for key in list(lives.enforcer.keys()) if isinstance(state := _state(lives, key), Account)]
        stands = [standing(world.rules(), one, edge) for one in accounts]
        queue = Counter(thing.kind for one in accounts for thing in waiting_at(one))
        shown = {name: count for name, count in span.states.items() if count and name != STATES[0]}

        assert Counter(one.state for one in stands if one.state != STATES[0]) == Counter(shown)
        assert sum(one.strikes for one in stands) == span.gauges["strikes_active"]
        assert queue["item"] == span.gauges["waiting_items"]
        assert queue["review"] == span.gauges["waiting_reviews"]
        assert queue["appeal"] == span.gauges["waiting_appeals"]
        assert [one.state for one in stands] == [state_of(one, edge) for one in accounts]
    assert taken == []


def _state(lives: Intake, key: str) -> Any:
    return lives.enforcer.state(key)


@settings(max_examples=25)
@given(world.histories(15))
def test_side_by_side_is_one_by_one(history: world.History) -> None:
    """A variant among others is what it is alone: nothing that they share leaks from one into another."""
    facts = [truthful(one, findings) for one, findings in history.facts]
    rules = world.rules()
    variants = [
        Variant("as it is", rules),
        Variant("short", varied(rules, [change_from("subjects.official_account.rectify=1d")])),
        Variant("strikes", varied(rules, [change_from("strikes.life=1d"), change_from("complaints.distinct=1")])),
    ]
    for detect in ("truth", "text"):
        together = Timelines(variants, detect=detect, every=timedelta(days=30))
        together.take(facts)
        together.finish(history.now + timedelta(days=400))
        for number, variant in enumerate(variants):
            alone = Timelines([variant], detect=detect, every=timedelta(days=365))
            alone.take(facts)
            alone.finish(history.now + timedelta(days=400))

            assert together.states(number) == alone.states()


@settings(max_examples=30)
@given(world.histories(15), st.randoms(use_true_random=False), st.sampled_from((0, 3)))
def test_a_ledgers_facts_lead_where_the_ledger_stands(history: world.History, dice: Any, wait: int) -> None:
    """Replayed with what was found then: the states the ledger keeps, late facts and asked-for deadlines included."""
    facts = [truthful(one, findings) for one, findings in history.facts]
    dice.shuffle(facts)
    with TemporaryDirectory() as folder, Ledger.open(Path(folder, "ledger")) as ledger:
        lives = Intake(world.rules(), engine="", ledger=ledger, by_truth=True)
        for half in (facts[: len(facts) // 2], facts[len(facts) // 2 :]):
            lives.take_fit(half)
            if wait:
                lives.due(max(one.at for one in half) + timedelta(days=wait))
        timelines = Timelines([Variant("as it is", world.rules())], detect="recorded")
        for batch in RecordedFacts(ledger):
            timelines.take(batch.facts, batch.findings)
            if batch.ran_until is not None:
                timelines.tick(batch.ran_until)
        timelines.finish()
        kept = {key: (row.body, row.due, row.waiting) for key, row in ledger.all_states()}

    assert kept == {key: (row.body, row.due, row.waiting) for key, row in timelines.states().items()}


def test_the_clock_never_runs_back(compiled: CompiledPolicy) -> None:
    """An end before the last fact is refused; facts that come late are counted as such."""
    timelines = Timelines([Variant("as it is", Rulebook([compiled]))])
    timelines.take(STORY)
    timelines.take([offer(0.5, "late", "a")])
    with pytest.raises(UsageError, match="is before the last fact"):
        timelines.finish(BEGIN)

    assert 1 == timelines.finish().late


def test_a_deadline_that_late_facts_left_behind_comes_when_it_is_asked_for(compiled: CompiledPolicy) -> None:
    """The clock stands far ahead; `lictor due` up to an earlier instant finds what late facts made due by then."""
    facts = [shop("b"), offer(0.2, "post-b", "b"), upheld(1.2, "review-b", "b", "post-b")]
    later = fact(60, "account_created", "later", subject="z")
    in_order, late = (Timelines([Variant("as it is", Rulebook([compiled]))]) for _ in range(2))
    in_order.take([*facts, later])
    late.take([later])
    late.take(facts)
    late.tick(BEGIN + timedelta(days=30))

    assert in_order.states()["b"] == late.states()["b"]


def test_no_facts_are_no_timeline(compiled: CompiledPolicy) -> None:
    timeline = Timelines([Variant("as it is", Rulebook([compiled]))]).finish(BEGIN)

    assert (timeline.begin, timeline.starts, timeline.replays[0].spans) == (None, [], [])
    assert {} == timeline.replays[0].at_end


def test_more_spans_than_anybody_reads_are_refused(compiled: CompiledPolicy) -> None:
    """Two facts a thousand years apart, by the day."""
    timelines = Timelines([Variant("as it is", Rulebook([compiled]))])
    with pytest.raises(UsageError, match=f"more than {MAX_SPANS:,} spans of time"):
        timelines.take([shop("a"), offer(365_000, "far", "a")])
    with pytest.raises(UsageError, match="a span of no length"):
        Timelines([Variant("as it is", Rulebook([compiled]))], every=timedelta())


def test_a_fact_told_twice_counts_once(compiled: CompiledPolicy) -> None:
    """The same fact again is left out; another under its id cannot be taken, and is named."""
    timelines = Timelines([Variant("as it is", Rulebook([compiled]))])
    timelines.take(STORY)
    timelines.take(STORY)
    (wrong, unseen) = timelines.take(
        [offer(9, "post-a", "b"), fact(9, "content", "a\u202e", subject="a", form="post", text="")]
    )
    timeline = timelines.finish()

    assert len(STORY) == timeline.taken
    assert ("post-a", "its id stands for another fact already") == (wrong.fact.id, str(wrong.why))
    assert "cannot be shown" in str(unseen.why)


@given(st.lists(st.floats(0, 1e9), max_size=30))
def test_half_are_below_the_median(values: list[float]) -> None:
    """And nine of ten below the other; of nothing, nothing is said."""
    shown = spread(values)

    assert len(values) == shown.count
    if values:
        assert shown.p50 is not None
        assert shown.p90 is not None
        assert min(values) <= shown.p50 <= shown.p90 <= max(values)
        assert sum(one <= shown.p50 for one in values) * 2 >= len(values)
    else:
        assert (shown.p50, shown.p90, shown.mean) == (None, None, None)


def test_what_is_shared_is_shared_only_of_the_same_texts(compiled: CompiledPolicy) -> None:
    """Two replays that share what was found, fed different texts: each finds what is in its own."""
    shared = Shared()
    for texts in (["a day in spring", "buy my tulip"], ["buy my tulip", "a day in spring"], ["buy my tulip"]):
        lives = Replay(Rulebook([compiled]), shared=shared)
        facts = [
            shop("a"),
            *(
                fact(n + 1, "content", f"{len(texts)} {texts[0]} {n}", subject="a", form="article", text=text)
                for n, text in enumerate(texts)
            ),
        ]
        seen: dict[str, bool] = {}
        lives.replay(
            facts,
            crossing=lambda at: False,
            before=lambda at: None,
            happened=lambda one, outcomes, seen=seen: seen.update({one.id: bool(outcomes[-1].findings)}),
        )

        assert ["tulip" in text for text in texts] == list(seen.values())[1:]


def test_spans_follow_one_another(compiled: CompiledPolicy) -> None:
    timeline = replay([Variant("as it is", Rulebook([compiled]))], STORY, every=timedelta(hours=6))

    assert {timedelta(hours=6)} == {after - before for before, after in pairwise(timeline.starts)}
