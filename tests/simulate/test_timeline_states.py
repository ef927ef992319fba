"""A replay leads where the real ledger leads, byte for byte, whatever comes and however it comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import world
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.author.scenarios import Companions, read_scenarios
from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.facts.kinds import Fact, fact_from, fact_to, without_unknown
from lictor.intake import Intake
from lictor.ledger import Ledger
from lictor.policy import bundled_policies, load_policy
from lictor.simulate.overrides import overridden
from lictor.simulate.replay import Detect
from lictor.simulate.timeline import Timelines, Variant

YEAR = timedelta(days=400)
SCENARIOS = [
    one
    for path in sorted((bundled_policies()["wechat"] / "scenarios").glob("*.yaml"))
    for one in read_scenarios(path)[0]
]


def in_a_ledger(
    rules: Rulebook, batches: Sequence[Sequence[Fact]], until: datetime | None, detect: Detect
) -> dict[str, tuple[Any, ...]]:
    """The states a ledger keeps once it was fed the batches, and what was due by then has happened."""
    with TemporaryDirectory() as folder, Ledger.open(Path(folder, "ledger")) as ledger:
        lives = Intake(rules, engine="test", ledger=ledger, by_truth=detect == "truth")
        for batch in batches:
            lives.take_fit(batch)
        if until is not None:
            lives.due(until)
        return {key: (row.body, row.due, row.waiting) for key, row in ledger.all_states()}


def replayed(
    rules: Rulebook, batches: Sequence[Sequence[Fact]], until: datetime | None, detect: Detect
) -> dict[str, tuple[Any, ...]]:
    """The states a replay ends with."""
    timelines = Timelines([Variant("as it is", rules)], detect=detect)
    for batch in batches:
        timelines.take(batch)
    timelines.finish(until)
    return {key: (row.body, row.due, row.waiting) for key, row in timelines.states().items()}


def facts_of(scenario: dict[str, Any]) -> list[Fact]:
    """The scenario's subjects and events as facts."""
    events = [without_unknown(one)[0] for one in scenario.get("events", ())]
    begin = min((one["t"] for one in events), key=datetime.fromisoformat, default="2022-01-01T00:00:00+08:00")
    told = []
    for one in scenario.get("subjects", ()):
        subject = {"kind": "subject_updated", "id": f"subject {one['id']}", "t": begin, "subject": one["id"]}
        told.append({**{key: value for key, value in one.items() if key not in ("id", "note")}, **subject})
    return [fact_from(without_unknown(one)[0]) for one in (*told, *events)]


@pytest.fixture(scope="module")
def companions() -> Companions:
    return Companions(load_policy("wechat"))


@pytest.mark.parametrize("detect", ["text", "truth"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["id"])
def test_a_scenario_ends_as_in_a_ledger(scenario: dict[str, Any], detect: Detect, companions: Companions) -> None:
    """Every scenario of the bundled policy, at its last fact and more than a year later."""
    facts = facts_of(scenario)
    for until in (None, max((one.at for one in facts), default=world.BEGIN) + YEAR):
        expected = in_a_ledger(companions.rulebook(), [facts], until, detect)

        assert expected == replayed(companions.rulebook(), [facts], until, detect)


@st.composite
def streams(draw: Any) -> list[list[Fact]]:
    """Facts of every kind, legal and not, cut into batches; in order or not, some of them twice."""
    history: world.History = draw(world.histories(20))
    facts = [truthful(fact, findings) for fact, findings in history.facts]
    rest = facts[len(world.SUBJECTS) :]
    if draw(st.booleans()):
        draw(st.randoms(use_true_random=False)).shuffle(rest)
    rest += draw(st.lists(st.sampled_from(facts), max_size=3))
    facts = [*facts[: len(world.SUBJECTS)], *rest]
    cuts = sorted(draw(st.lists(st.integers(0, len(facts)), max_size=3)))
    return [facts[start:end] for start, end in zip([0, *cuts], [*cuts, len(facts)], strict=True) if start < end]


def truthful(fact: Fact, findings: Sequence[Any]) -> Fact:
    """The fact with what was found in it as its truth."""
    values = fact_to(fact)
    if findings:
        found = findings[0]
        values["truth"] = {
            "categories": [found.category], "severity": found.severity, "content_only": found.content_only
        }  # fmt: skip
    if values["kind"] == "review" and int(fact.id.rpartition("-")[2]) % 4 == 0:
        values["category"] = "no.such"  # cannot be taken at all
    return fact_from(values)


@settings(max_examples=60)
@given(streams(), st.sampled_from((None, timedelta(0), timedelta(days=3), YEAR)))
def test_any_stream_ends_as_in_a_ledger(stream: list[list[Fact]], after: timedelta | None) -> None:
    """Late facts, facts told twice and facts that cannot be taken included."""
    last = max(fact.at for batch in stream for fact in batch)
    until = None if after is None else last + after
    expected = in_a_ledger(world.rules(), stream, until, "truth")

    assert expected == replayed(world.rules(), stream, until, "truth")


def test_budgets_are_kept_as_in_a_ledger(tulips: Path) -> None:
    """A rule that uses up its budget is held back at the same fact, and the replay says which rule and when."""
    guard = {"id": "few", "actions": ["hide"], "within": "1d", "items": {"count": 2}}
    rules = Rulebook([compile_policy(overridden(str(tulips), {"guards": [guard]}))])
    shop = {"kind": "subject_updated", "subject": "a", "type": "shop", "registered_region": "NL"}
    facts = [fact_from({"id": "known", "t": "2021-06-01T00:00:00Z", **shop})]
    offer = {"kind": "content", "subject": "a", "form": "article", "text": "buy my tulip"}
    facts += [fact_from({"id": f"post-{n}", "t": f"2021-06-0{n // 4 + 1}T0{n}:00:00Z", **offer}) for n in range(8)]
    review = {"kind": "review", "subject": "a", "outcome": "upheld", "category": "no.such", "severity": "S1", "by": "x"}
    facts.insert(4, fact_from({"id": "no", "t": "2021-06-01T02:30:00Z", **review}))
    timelines = Timelines([Variant("as it is", rules)], every=timedelta(hours=1))
    timelines.take(facts)
    (only,) = timelines.finish().replays

    assert [("few", "offer", "2021-06-01T02:00:00Z")] == [(t.whose.guard, t.whose.rule, t.at) for t in only.tripped]
    assert in_a_ledger(rules, [facts], None, "text") == replayed(rules, [facts], None, "text")
    assert ["no"] == list(only.impossible)
