"""`lictor policy test --scenarios`: timelines run under a policy, and what its probes say."""

import json

import pytest

SCENARIOS = """
format: regime-scenarios/1
rules: anything
scenarios:
  - id: T01-tulips
    title: An offer, a strike, and a deadline
    author: nobody
    subjects:
      - {id: shop-1, type: shop, registered_region: NL, name: Bulbs, colour: red}
    events:
      - {id: e1, t: '2021-06-02T10:00:00+02:00', kind: content, subject: shop-1, form: article, text: "buy my tulip\\u202E today", truth: {categories: [trade.offer], severity: S2}, mood: glad}
      - {id: r1, t: '2021-06-03T10:00:00+02:00', kind: review, subject: shop-1, outcome: upheld, category: trade.offer, severity: S2, about: [e1]}
    probes:
      - {id: p2, at: '2021-06-03T10:00:00+02:00', subject: shop-1, expect: {state: active, deadline: '2021-06-11T10:00:00+02:00', hidden_items: [e1]}, why: The day is wrong on purpose., colour: blue}
      - {id: p1, at: '2021-06-02T10:00:00+02:00', subject: shop-1, item: e1, expect: {hidden: true, state: active}, why: Detected offers are hidden.}
      - {id: p3, at: '2021-06-11T10:00:00+02:00', subject: shop-1, expect: {state: banned, clocks: running}}
  - id: T02-quiet
    subjects: [{id: shop-2, type: shop}]
    probes: [{id: p1, at: '2021-06-02T10:00:00+02:00', subject: shop-2, expect: {decision: none}}]
"""  # noqa: E501


@pytest.fixture
def scenarios(tmp_path):
    path = tmp_path / "scenarios.yaml"
    path.write_text(SCENARIOS, "utf-8")
    return path


def test_timelines(lictor, tulips, scenarios, golden):
    """Each timeline is told in order, its probes in their places, those that failed with what was expected and why."""
    ran = lictor("policy", "test", tulips, "--scenarios", scenarios)

    assert 1 == ran.code
    golden("scenarios.txt", ran.out)


def test_notes(lictor, tulips, scenarios):
    """A key that is not known is a note and never an error, wherever it stands; a probe that expects it fails."""
    ran = lictor("policy", "test", tulips, "--scenarios", scenarios)

    assert [
        "note: T01-tulips: `author` is not read",
        "note: T01-tulips: subject `shop-1`: `colour` is not read",
        "note: T01-tulips: event `e1`: `mood` is not read",
        "note: T01-tulips: probe `p2`: `colour` is not read",
        "note: T01-tulips: probe `p3`: nothing answers `clocks`, so the probe fails; did you mean `clock`?",
    ] == ran.err.splitlines()


def test_as_json(lictor, tulips, scenarios):
    """For a machine: each probe in the file's order, with what it asserted, what was found, and why it should be so."""
    ran = lictor("policy", "test", tulips, "--scenarios", scenarios, "--json")

    told = json.loads(ran.out)
    assert ["scenarios"] == list(told)
    assert ["T01-tulips", "T02-quiet"] == [one["id"] for one in told["scenarios"]]
    assert ["p2", "p1", "p3"] == [one["id"] for one in told["scenarios"][0]["probes"]]
    assert {
        "id": "p2",
        "passed": False,
        "expected": {"state": "active", "deadline": "2021-06-11T10:00:00+02:00", "hidden_items": ["e1"]},
        "got": {"state": "restricted", "deadline": "2021-06-10T10:00:00+02:00", "hidden_items": ["e1"]},
        "why": "The day is wrong on purpose.",
    } == told["scenarios"][0]["probes"][0]
    assert [{"id": "p1", "passed": True, "expected": {"decision": "none"}, "got": {"decision": "none"}, "why": ""}] == (
        told["scenarios"][1]["probes"]
    )


def test_text_or_truth(lictor, tulips, scenarios):
    """Texts are judged, or what is said to be true of them is believed."""
    scenarios.write_text(SCENARIOS.replace("buy my tulip", "nothing at all"), "utf-8")

    def hidden(how):
        told = json.loads(lictor("policy", "test", tulips, "--scenarios", scenarios, "--detect", how, "--json").out)
        return told["scenarios"][0]["probes"][1]["got"]["hidden"]

    assert (False, True) == (hidden("text"), hidden("truth"))


def test_choosing(lictor, tulips, scenarios):
    """`--run` picks scenarios by id."""
    ran = lictor("policy", "test", tulips, "--scenarios", scenarios, "--run", "quiet$")

    assert (0, "1 scenario: 1 probe passed") == (ran.code, ran.out.splitlines()[-1])


def test_several_files(lictor, tulips, scenarios, tmp_path):
    """Files follow each other as a shell spells them out; one that cannot be read is an error after the others."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("format: other\n")
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [\n")

    files = [wrong, broken, scenarios, tmp_path / "none.yaml"]
    ran = lictor("policy", "test", tulips, "--scenarios", *files, "--run", "T02")

    assert (2, "1 scenario: 1 probe passed") == (ran.code, ran.out.splitlines()[-1])
    assert "wrong.yaml` holds no scenarios" in ran.err
    assert "broken.yaml:" in ran.err
    assert "none.yaml` cannot be read" in ran.err
    assert 0 == lictor("policy", "test", "--scenarios", scenarios, tulips.parent, "--run", "T02").code


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("scenarios: 5", "`scenarios` is not a list of mappings"),
        ("scenarios: [{title: x}]", "number 1 of `scenarios` has no `id`"),
        ("scenarios: [{id: x, events: [{id: e}]}]", "x: number 1 of `events` has no `kind`"),
        ("scenarios: [{id: x, probes: [{id: e}]}]", "x: number 1 of `probes` has no `at`"),
        ("scenarios: [{id: x, probes: [{id: p, at: yesterday, expect: {}}]}]", "`yesterday` is not an instant"),
        ("scenarios: [{id: x, events: [{id: e, kind: nope, t: '2021-01-01T00:00:00Z'}]}]", "`nope` is no kind of fact"),
        ("scenarios: [{id: x, probes: [{id: p, at: '2021-01-01T00:00:00Z', expect: [state]}]}]", "is not a mapping"),
    ],
)
def test_what_is_no_scenario(lictor, tulips, tmp_path, broken, said):
    """What is wrong with a file is said by name, and is never a traceback."""
    path = tmp_path / "broken.yaml"
    path.write_text(f"format: regime-scenarios/1\n{broken}\n")

    ran = lictor("policy", "test", tulips, "--scenarios", path)

    assert (2, True) == (ran.code, said in ran.err), ran.err


def test_under_one_policy(lictor, tulips, scenarios):
    """Scenarios are run under one policy."""
    ran = lictor("policy", "test", tulips, "marketplace", "--scenarios", scenarios)

    assert (2, True) == (ran.code, "scenarios are run under one policy, and 2 are named" in ran.err)


def test_the_policys_own(lictor, tulips, tmp_path):
    """The scenarios beside a policy are run with its rules' tests, by what is said to be true; failures are told."""
    folder = tmp_path / "tulips"
    (folder / "scenarios").mkdir(parents=True)
    (folder / "policy.yaml").write_text(tulips.read_text("utf-8"), "utf-8")
    (folder / "scenarios" / "a.yaml").write_text(SCENARIOS, "utf-8")

    ran = lictor("policy", "test", folder)
    told = json.loads(lictor("policy", "test", folder, "--json").out)
    some = lictor("policy", "test", folder, "--run", "offer")

    lines = ran.out.splitlines()
    assert (1, ["6 passed", "2 scenarios: 2 probes passed, 2 failed"]) == (ran.code, lines[-2:])
    assert "T01-tulips: An offer, a strike, and a deadline" == lines[0]
    assert "  2021-06-03 10:00:00+02:00  FAILED probe p2 shop-1" == lines[1]
    assert ["rules", "tables", "scenarios"] == list(told)
    assert 0 == some.code
    assert "scenario" not in some.out
