"""Recorded decisions made again: the same bytes from the policy in the ledger, or named as different."""

import dataclasses

import pyarrow as pa
import pytest

from lictor.detect import compile_policy
from lictor.engine import Engine
from lictor.errors import UsageError
from lictor.ledger import Batch, DecisionRecord, Ledger, PolicyRecord
from lictor.ledger.replay import replay
from lictor.policy import load_canonical, load_policy
from lictor.scan.columns import Decided

ROWS = {
    "text": ["buy my tulip", "卖郁金香", "tulip to the moon", "tulip"],
    "field": ["message", "post", "article", None],
    "subject": ["shop", None, "group", None],
    "surface": ["group", None, None, None],
    "account": ["ann", None, "bob", "bob"],
    "published_at": ["2022-05-01T00:00:00Z", None, "2020-06-01T00:00:00Z", None],
    "risk": [None, None, None, 950_000],
}
NOW = "2022-06-01T00:00:00Z"


@pytest.fixture
def recorded(tulips):
    """A batch of decisions as a scan records them."""
    engine = Engine.load(tulips)
    outcomes = engine.decide_batch(pa.RecordBatch.from_pydict(ROWS), at=NOW, items=lambda row: f"item-{row}")
    assert all(isinstance(one, Decided) for one in outcomes)
    return Batch(
        [
            DecisionRecord(one.decision.id, one.decision.account, NOW, one.decision.to_dict(), one.judged)
            for one in outcomes
        ],
        [PolicyRecord(one.policy.digest, one.policy.canonical) for one in engine.policies],
    ), engine.version


@pytest.fixture
def ledger(path, recorded):
    with Ledger.open(path) as ledger:
        ledger.append(recorded[0])
        yield ledger


def test_a_policy_loads_from_what_the_ledger_keeps(ledger, recorded):
    """The canonical bytes are a whole policy: same digest, and bytes that give themselves again."""
    digest = recorded[0].policies[0].digest
    policy = load_canonical(ledger.policy(digest))

    assert (policy.digest, policy.canonical) == (digest, recorded[0].policies[0].bytes)


def test_the_same_bytes_come_again(ledger, recorded):
    """Every decision made again from what was judged, by the policy in the ledger, is the one recorded."""
    results = list(replay(ledger, engine=recorded[1]))

    assert len(results) == len(recorded[0].decisions) >= 3
    assert {one.result for one in results} == {"same"}


def test_a_decision_that_does_not_follow_is_named(path, recorded):
    """A decision recorded otherwise than the policy decides is different, and where is said."""
    batch, version = recorded
    forged = dataclasses.replace(batch.decisions[0], decision=dict(batch.decisions[0].decision) | {"action": "none"})
    with Ledger.open(path) as ledger:
        ledger.append(dataclasses.replace(batch, decisions=[forged, *batch.decisions[1:]]))
        results = list(replay(ledger, engine=version))

    assert [(one.result, one.differs) for one in results if one.result != "same"] == [("different", ("action",))]


def test_what_cannot_be_replayed_is_said(ledger, recorded):
    """What was erased, and what another version of the engine decided, is neither same nor different."""
    ledger.erase(entry=recorded[0].decisions[0].id, by="officer", why="asked", at=NOW)
    results = [one.why for one in replay(ledger, engine=recorded[1])]
    others = {(one.result, one.why) for one in replay(ledger, engine="9.9")}

    assert results == ["erased", *[""] * (len(results) - 1)]
    assert others == {("not replayable", "erased"), ("not replayable", f"made by engine {recorded[1]}")}


def test_another_policy_is_compared_by_what_it_decides(ledger, recorded, tulips, tmp_path):
    """Under a policy that says the same nothing is different; under a milder one, the decisions that it changes."""
    same = compile_policy(load_policy(tulips))
    changed = tmp_path / "milder.yaml"
    changed.write_text(tulips.read_text("utf-8").replace("S2: {message: filter, default: hide}", "S2: flag"), "utf-8")
    milder = compile_policy(load_policy(changed))

    assert {one.result for one in replay(ledger, engine=recorded[1], policy=same)} == {"same"}
    different = [one for one in replay(ledger, engine=recorded[1], policy=milder) if one.result == "different"]
    assert different
    assert all("effects" in one.differs for one in different)


def test_a_policy_that_was_lost_is_named(ledger, path, recorded, make):
    """Without its policy no decision can be made again; `verify` would have said so."""
    with make.hand(path) as raw:
        raw.execute("DELETE FROM blob WHERE name = 'policy'")
    with pytest.raises(UsageError, match="the ledger holds no policy"):
        list(replay(ledger, engine=recorded[1]))
