"""Scenarios: the bundled ones pass, and a file that is no good is refused with a place, never with a traceback."""

from __future__ import annotations

import contextlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.author.scenarios import Companions, ScenarioResult, own_scenarios, read_scenarios, run_scenario
from lictor.errors import LictorError, UsageError
from lictor.policy import load_policy

FILES = own_scenarios("wechat")
SCENARIOS = [one for path in FILES for one in read_scenarios(path)[0]]
FORMAT = "format: regime-scenarios/1\n"
ENOUGH = 0.95
"""Of the probes, judged from the texts alone: rules are written for texts yet to come, and not for these."""

MINIMAL: dict[str, Any] = {
    "id": "one",
    "subjects": [{"id": "oa", "type": "official_account", "registered_region": "CN"}],
    "events": [
        {"id": "r1", "t": "2022-07-01T10:00:00+08:00", "kind": "review", "subject": "oa", "outcome": "upheld",
         "category": "fin.vc.entry", "severity": "S2", "about": [], "trigger": "proactive", "items": ["menu"]},
    ],
    "probes": [{"id": "p1", "at": "2022-07-02T10:00:00+08:00", "subject": "oa", "expect": {"state": "restricted"}}],
}  # fmt: skip
REVIEW = MINIMAL["events"][0]


@cache
def companions() -> Companions:
    return Companions(load_policy("wechat"))


def written(folder: Path, *scenarios: Any, **more: Any) -> Path:
    path = folder / "scenarios.yaml"
    path.write_text(
        json.dumps({"format": "regime-scenarios/1", "scenarios": list(scenarios), **more}), encoding="utf-8"
    )
    return path


def changed(**at: Any) -> dict[str, Any]:
    """The smallest scenario, with other values for keys of its own, of its event and of its probe."""
    event, probe = at.pop("event", {}), at.pop("probe", {})
    events = [{**MINIMAL["events"][0], **event}]
    return {**MINIMAL, "events": events, "probes": [{**MINIMAL["probes"][0], **probe}], **at}


def wrong(result: ScenarioResult) -> dict[str, dict[str, tuple[Any, Any]]]:
    return {
        probe.id: {key: (probe.expected[key], probe.got[key]) for key in probe.wrong}
        for probe in result.probes
        if not probe.passed
    }


def test_the_bundled_scenarios_are_read_in_full() -> None:
    """Nothing in the bundled files is left unread."""
    assert [note for path in FILES for note in read_scenarios(path)[1]] == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one["id"])
def test_bundled_scenario_believing_its_truth(scenario: dict[str, Any]) -> None:
    """The policy carries every bundled scenario out as it expects, where detection is taken as perfect."""
    assert wrong(run_scenario(companions(), scenario, "truth")) == {}


def test_bundled_scenarios_from_their_texts(capsys: pytest.CaptureFixture[str]) -> None:
    """Judged from the texts alone nearly all hold as well; what does not is printed, so that it can be looked at."""
    results = [run_scenario(companions(), scenario, "text") for scenario in SCENARIOS]
    probes = [probe for result in results for probe in result.probes]
    passed = sum(probe.passed for probe in probes)
    for result in results:
        for probe, keys in wrong(result).items():
            print(result.id, probe, keys)

    assert passed / len(probes) >= ENOUGH, capsys.readouterr().out


@pytest.mark.parametrize(("truth", "hidden"), [(None, True), ({"categories": []}, False)])
def test_where_nothing_is_said_to_be_true_texts_are_judged(truth: dict[str, Any] | None, hidden: bool) -> None:
    """A scenario that says no truth at all has nothing to believe; one that does is believed."""
    event = {
        "id": "e1", "t": "2022-07-01T10:00:00+08:00", "kind": "content", "subject": "oa", "form": "article",
        "text": "本店回收数字藏品，转卖加价，私聊", **({} if truth is None else {"truth": truth}),
    }  # fmt: skip
    probe = {**MINIMAL["probes"][0], "item": "e1", "expect": {"hidden": hidden}}

    assert wrong(run_scenario(companions(), {**MINIMAL, "events": [event], "probes": [probe]}, "truth")) == {}


def test_nothing_to_ask_is_nothing_wrong(tmp_path: Path) -> None:
    """A scenario without events or probes is run, and passes."""
    scenarios, _ = read_scenarios(written(tmp_path, {"id": "empty"}, {**MINIMAL, "probes": []}))

    assert [run_scenario(companions(), one, "truth").passed for one in scenarios] == [True, True]


def test_what_is_not_known_is_a_note(tmp_path: Path) -> None:
    """A key that nobody reads is named with its place and changes nothing; other keys of the file are left alone."""
    scenario = changed(colour="red", event={"mood": "grim"}, probe={"hue": "blue"})
    scenarios, notes = read_scenarios(written(tmp_path, scenario, rules="rules.yaml", params={"x": 1}))

    assert notes == [
        "one: `colour` is not read",
        "one: event `r1`: `mood` is not read",
        "one: probe `p1`: `hue` is not read",
    ]
    assert wrong(run_scenario(companions(), scenarios[0], "truth")) == {}


def test_what_nobody_can_answer_fails_its_probe(tmp_path: Path) -> None:
    """An expectation under a name that is not known cannot hold: a note says so, and the probe fails."""
    scenarios, notes = read_scenarios(written(tmp_path, changed(probe={"expect": {"staet": "active"}})))

    assert notes == ["one: probe `p1`: nothing answers `staet`, so the probe fails; did you mean `state`?"]
    assert wrong(run_scenario(companions(), scenarios[0], "truth")) == {"p1": {"staet": ("active", None)}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("format: other/1", "holds no scenarios", id="another-format"),
        pytest.param("[]", "holds no scenarios", id="a-list"),
        pytest.param(FORMAT, None, id="no-scenarios"),
        pytest.param(
            "format: regime-scenarios/1\nscenarios: 3", "`scenarios` is not a list of mappings", id="a-number"
        ),
        pytest.param(
            "format: regime-scenarios/1\nscenarios: [{title: x}]", "number 1 of `scenarios` has no `id`", id="no-id"
        ),
        pytest.param("format: [", "scenarios.yaml:2", id="no-yaml"),
        pytest.param("a: 1\na: 2", "scenarios.yaml:2", id="a-key-twice"),
    ],
)
def test_a_file_that_is_no_good_is_refused(tmp_path: Path, text: str, message: str | None) -> None:
    """What is wrong with a file is said once, with the file and the place."""
    path = tmp_path / "scenarios.yaml"
    path.write_text(text, encoding="utf-8")
    if message is None:
        assert read_scenarios(path) == ([], [])
        return
    with pytest.raises(LictorError) as refused:
        read_scenarios(path)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        pytest.param(changed(event={"outcome": "maybe"}), "one: event `r1`: `outcome`", id="event"),
        pytest.param(changed(event={"t": "soon"}), "one: event `r1`: `t`", id="instant"),
        pytest.param(
            changed(event={"category": "fin.vc.nope"}), "one: fact `r1`: policy `wechat-crypto` has no", id="category"
        ),
        pytest.param(
            changed(events=[REVIEW, {**REVIEW, "outcome": "dismissed"}]), "one: fact `r1`: it comes twice", id="twice"
        ),
        pytest.param(changed(event={"severity": "S9"}), "has no severity `S9`", id="severity"),
        pytest.param(changed(event={"pack": "nope"}), "`nope` is no bundled policy", id="pack"),
        pytest.param(changed(probe={"at": "soon"}), "one: probe `p1` `soon` is not an instant", id="probe-instant"),
        pytest.param(changed(probe={"subject": None}), "one: probe `p1` names no subject", id="no-subject"),
        pytest.param(
            changed(probe={"transfer": "r1", "expect": {"allowed": True}}),
            "one: probe `p1`: `r1` is no transfer",
            id="no-transfer",
        ),
        pytest.param(
            changed(subjects=[{"id": "oa", "serves_cn": "maybe"}]), "one: subject `oa`: `serves_cn`", id="subject"
        ),
    ],
)
def test_a_scenario_that_is_no_good_is_refused(tmp_path: Path, scenario: dict[str, Any], message: str) -> None:
    """A mistake in a scenario is said with the scenario, and the event or probe it is in."""
    scenarios, _ = read_scenarios(written(tmp_path, scenario))
    with pytest.raises(UsageError) as refused:
        run_scenario(companions(), scenarios[0], "truth")

    assert message in str(refused.value)


_ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**6), st.text(max_size=5),
    st.builds(list), st.builds(dict), st.builds(lambda: [1, {}]),
    st.sampled_from(["oa", "r1", "S3", "2022-07-01", "2022-07-01T10:00:00", "0001-01-01T00:00:00Z", "principal:co"]),
    st.builds(lambda: {"a": [None]}), st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(SCENARIOS), st.data())
def test_any_change_to_a_scenario_runs_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, scenario: dict[str, Any], data: st.DataObject
) -> None:
    """Whatever stands where in a scenario, it is run or refused in words: never a traceback."""
    spoilt = json.loads(json.dumps(scenario))
    for _ in range(data.draw(st.integers(1, 3))):
        holder: Any = spoilt
        while True:
            places = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not places:
                break
            place = data.draw(st.sampled_from(places))
            inner = holder[place]
            if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
                holder = inner
            elif data.draw(st.booleans()):
                holder[place] = data.draw(_ODD)
                break
            else:
                del holder[place]
                break
    with contextlib.suppress(LictorError):
        scenarios, _ = read_scenarios(written(tmp_path_factory.mktemp("spoilt"), spoilt))
        for one in scenarios:
            run_scenario(companions(), one, "truth")
