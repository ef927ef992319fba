"""Lives on Spark: a stream of facts into segments, the rows and states of which are those of one ledger."""

import json
import os
import signal
import subprocess
import threading
import time
from datetime import timedelta
from importlib.metadata import version
from importlib.util import find_spec
from shutil import which

import msgspec
import pytest

from lictor.adapters.shares import segment_paths
from lictor.author.scenarios import Companions, read_scenarios
from lictor.facts.kinds import fact_from, without_unknown
from lictor.intake import Intake
from lictor.ledger import Ledger
from lictor.policy import bundled_policies, load_policy

if find_spec("pyspark") is None or which("java") is None:
    pytest.skip("Spark and Java are not installed: make adapters", allow_module_level=True)

from lictor.adapters.spark_enforce import Enforcement, enforce
from lictor.errors import LedgerError, UsageError

pytestmark = pytest.mark.filterwarnings("ignore")  # Spark's own

POLICIES = ("wechat", "payments")
SEGMENTS = 4


def scenario_facts():
    """The facts of all bundled scenarios, each scenario's accounts under names of their own."""
    facts = []
    for path in sorted((bundled_policies()["wechat"] / "scenarios").glob("*.yaml")):
        for scenario in read_scenarios(path)[0]:
            events = [without_unknown(one)[0] for one in scenario.get("events", ())]
            begin = min((one["t"] for one in events), default="2022-01-01T00:00:00+08:00")
            for one in scenario.get("subjects", ()):
                told = {"kind": "subject_updated", "id": f"subject {scenario['id']} {one['id']}", "t": begin}
                events.append(
                    {**{k: v for k, v in one.items() if k not in ("id", "note")}, **told, "subject": one["id"]}
                )
            names = {one["id"] for one in scenario.get("subjects", ())}
            names |= {one["id"] for one in events}
            facts += [fact_from(without_unknown(own(one, scenario["id"], names))[0]) for one in events]
    return sorted(facts, key=lambda one: (one.at, one.id))


def own(value, scenario, names):
    """The value with the scenario's ids made its own."""
    if isinstance(value, dict):
        return {own(k, scenario, names) if k in names else k: own(v, scenario, names) for k, v in value.items()}
    if isinstance(value, list):
        return [own(one, scenario, names) for one in value]
    return f"{scenario}/{value}" if isinstance(value, str) and value in names else value


def write(path, facts):
    path.write_bytes(b"\n".join(map(msgspec.json.encode, facts)))


def rows(paths):
    """Every fact of these ledgers with what was made of it, and every state."""
    facts, states = {}, {}
    for path in paths:
        with Ledger.read(path) as ledger:
            facts |= {one.record.id: one.record for one in ledger.facts()}
            states |= dict(ledger.all_states())
    return facts, states


def on_one_machine(folder, batches, *, by_truth):
    with Ledger.open(folder / "one.db") as ledger:
        world = Intake(
            Companions(load_policy("wechat")).rulebook(), engine=version("lictor"), ledger=ledger,
            by_truth=by_truth,
        )  # fmt: skip
        for batch in batches:
            world.take_fit(batch)
    return rows([folder / "one.db"])


@pytest.mark.parametrize("detect", ["text", "truth"])
def test_a_stream_leads_where_one_machine_does(session, tmp_path, detect):
    """Every bundled scenario, all at once, in three batches: the same rows, decisions and states, each once."""
    if detect == "truth" and os.environ.get("LICTOR_LONG") != "1":
        pytest.skip("it takes long: LICTOR_LONG=1 runs it")
    facts = scenario_facts()
    cut = [facts[:200], facts[200:300], facts[300:]]
    expected = on_one_machine(tmp_path, cut, by_truth=detect == "truth")
    arriving, ledger = tmp_path / "in", tmp_path / "ledger"
    arriving.mkdir()
    told = []

    def run():
        stream = session.readStream.text(str(arriving))
        writer = enforce(stream, ledger, POLICIES, segments=SEGMENTS, by_truth=detect == "truth", progress=told.append)
        writer = writer.option("checkpointLocation", str(tmp_path / "state")).trigger(availableNow=True)
        writer.start().awaitTermination()

    for number, batch in enumerate(cut):
        write(arriving / f"{number}.txt", batch)
        run()

    found = rows(segment_paths(ledger, SEGMENTS))
    assert {} == {name: (one, found[0].get(name)) for name, one in expected[0].items() if one != found[0].get(name)}
    assert expected[0].keys() == found[0].keys()
    assert expected[1] == found[1]
    assert [len(batch) for batch in cut] == [one.facts for one in told]


def posts(count, *, begin=0):
    """Accounts that offer what is forbidden, each reported and found against."""
    facts = []
    for n in range(begin, begin + count):
        at = f"2022-07-{1 + n % 20:02d}T10:00:{n % 60:02d}+08:00"
        facts.append({"kind": "content", "id": f"p{n}", "t": at, "subject": f"a{n % 9}", "form": "article",
                      "text": "收U 6.42 出大饼" if n % 5 == 0 else "今晚吃什么"})  # fmt: skip
        if n % 5 == 0:
            facts.append({"kind": "review", "id": f"r{n}", "t": at.replace("T10", "T11"), "subject": f"a{n % 9}",
                          "by": "x", "outcome": "upheld", "category": "fin.vc.otc", "severity": "S2",
                          "about": [f"p{n}"]})  # fmt: skip
    return sorted(map(fact_from, facts), key=lambda one: (one.at, one.id))


def frame(session, facts):
    lines = [(msgspec.json.encode(one).decode(),) if not isinstance(one, str) else (one,) for one in facts]
    return session.createDataFrame(lines, "value string").repartition(3)


class CrashError(Exception):
    """The driver dies."""


def test_a_batch_cut_short_is_carried_out_once(session, tmp_path, monkeypatch):
    """Whenever the driver dies, the next one loses nothing and doubles nothing; it takes no other batch before."""
    facts = posts(60)
    expected = on_one_machine(tmp_path, [facts], by_truth=False)
    ledger = tmp_path / "ledger"

    def dies(self, parts, plan, *rest):
        self._folded(parts, {number: plan.heard[number] for number in (0, 2)}, record=True)
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(Enforcement, "_record", dies)
        with pytest.raises(CrashError):
            Enforcement(ledger, POLICIES, segments=SEGMENTS)(frame(session, facts), 0)
    again = Enforcement(ledger, POLICIES, segments=SEGMENTS)
    with pytest.raises(LedgerError, match="batch 0 of this ledger was begun and not finished"):
        again(frame(session, posts(3, begin=90)), 0)
    again(frame(session, facts), 0)
    again(frame(session, facts), 0)
    again(frame(session, facts), 1)

    assert expected == rows(segment_paths(ledger, SEGMENTS))


def executors():
    """The processes of this cluster's executors."""
    found = subprocess.run(
        ["pgrep", "-f", "-u", str(os.getuid()), "CoarseGrainedExecutorBackend"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(one) for one in found.stdout.split()]


def test_an_executor_that_is_killed_loses_and_doubles_nothing(session, tmp_path):
    """What it had not recorded is recorded by another, once."""
    facts = posts(400)
    expected = on_one_machine(tmp_path, [facts], by_truth=False)
    ledger = tmp_path / "ledger"
    plan = ledger / "stream.json"

    def kill():
        while not plan.exists():
            time.sleep(0.005)
        os.kill(executors()[0], signal.SIGKILL)

    enforcement = Enforcement(ledger, POLICIES, segments=SEGMENTS)
    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    enforcement(frame(session, facts), 0)
    killer.join(timeout=60)

    assert expected == rows(segment_paths(ledger, SEGMENTS))


def test_what_cannot_be_taken_is_set_aside(session, tmp_path):
    """Lines that are no facts, facts that come too late, answers to no appeal: counted, and kept with why."""
    told = []
    first, second = posts(30), posts(40)
    late = fact_from({"kind": "content", "id": "late", "t": "2022-06-01T00:00:00Z", "subject": "a", "form": "article",
                      "text": "x"})  # fmt: skip
    answer = fact_from({"kind": "appeal_decision", "id": "answer", "t": "2022-07-21T00:00:00Z", "appeal": "none",
                        "by": "x", "outcome": "granted"})  # fmt: skip
    enforcement = Enforcement(
        tmp_path / "l", POLICIES, segments=SEGMENTS, late=timedelta(days=20), progress=told.append
    )
    enforcement(frame(session, [*first, "junk", ""]), 0)
    enforcement(frame(session, [*second, late, answer]), 1)
    why = {
        file.relative_to(tmp_path / "l" / "aside").parts[0]: [json.loads(one)["why"] for one in file.open()]
        for file in sorted((tmp_path / "l" / "aside").rglob("[!.]*.json*"))
        if file.stat().st_size
    }

    assert (len(first), 0, 1) == (told[0].new, told[0].present, told[0].aside)
    assert (len(second) - len(first), len(first), 2) == (told[1].new, told[1].present, told[1].aside)
    assert ["late"] == why["lines-000000001"]
    assert ["there is no such appeal"] == why["facts-000000001.jsonl"]
    assert why["lines-000000000"][0].startswith("not a line of JSON")


def test_the_number_of_segments_stays(tmp_path):
    """Which share a key falls to depends on it."""
    Enforcement(tmp_path / "l", POLICIES, segments=2)
    with pytest.raises(UsageError, match="another number of segments"):
        Enforcement(tmp_path / "l", POLICIES, segments=3)
