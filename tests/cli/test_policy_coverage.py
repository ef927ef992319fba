"""`lictor policy coverage`: what was never exercised, for a person and for a machine."""

import orjson
import pytest


@pytest.fixture
def corpus(tmp_path):
    """A file of texts."""
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "sell my tulip", "field": "article"}\n{"text": "tulp, reportedly"}\n{"no": 1}\n', "utf-8")
    return path


def test_what_was_never_exercised(lictor, tulips, corpus, golden, monkeypatch):
    """A line a kind, then what is missing with its place."""
    monkeypatch.chdir(tulips.parent)

    ran = lictor("policy", "coverage", tulips.name, "--corpus", corpus)

    assert 0 == ran.code
    assert "2 rows of the corpus judged, 1 rejected" in ran.err
    golden("policy-coverage.txt", ran.out)


def test_as_json(lictor, tulips, corpus):
    """For a machine each thing comes with how often what exercised it."""
    (told,) = lictor("policy", "coverage", tulips, "--corpus", corpus, "--json").rows
    times = {(one["of"], one["name"]): one["times"] for one in told["terms"]["each"]}

    assert {"corpus": 1} == times["trade", "sell"]
    assert {"tests": 6, "corpus": 2} == times["tulip", "tulip"]
    assert told["exercised"] < told["things"]
    assert told["share_ppm"] == round(told["exercised"] * 1_000_000 / told["things"])


@pytest.mark.parametrize(("least", "code"), [("100%", 0), ("0.9", 0), ("0", 0)], ids=["all of it", "a part", "nothing"])
def test_rules_alone(lictor, tulips, least, code):
    """`--kind` asks for one kind, and `--fail-under` measures what is asked for."""
    ran = lictor("policy", "coverage", tulips, "--kind", "rules", "--fail-under", least)

    assert code == ran.code
    assert ran.out.startswith("rules")
    assert "terms" not in ran.out


def test_less_than_wanted(lictor, tulips):
    """Where less was exercised the exit code is 1 and the share is said."""
    ran = lictor("policy", "coverage", tulips, "--fail-under", "90%")

    assert (1, True) == (ran.code, "less than 90.0%" in ran.err)


@pytest.mark.parametrize("least", ["90", "x", "-1%", "101%"])
def test_no_share(lictor, tulips, least):
    """What is no share is refused."""
    assert 2 == lictor("policy", "coverage", tulips, "--fail-under", least).code


def test_what_cannot_be_read(lictor, tulips):
    """A corpus that is not there makes the exit code 2, after the rest was told."""
    ran = lictor("policy", "coverage", tulips, "--corpus", "nowhere.jsonl")

    assert (2, True) == (ran.code, ran.out.startswith("rules"))


def test_precision(lictor, tulips, fed):
    """With a ledger each rule that people have judged is shown with the share they upheld."""
    review = {"kind": "review", "subject": "shop-1", "by": "eve"}
    ledger = fed(
        {**review, "id": "r1", "t": "2021-06-03T10:00:00+02:00", "outcome": "upheld", "category": "trade.offer",
         "severity": "S2", "about": ["e1"]},
        {**review, "id": "r2", "t": "2021-06-03T11:00:00+02:00", "outcome": "dismissed", "about": ["e2"]},
    )  # fmt: skip
    ran = lictor("policy", "coverage", tulips, "--ledger", ledger)
    told = orjson.loads(lictor("policy", "coverage", tulips, "--ledger", ledger, "--json").out)

    assert {("offer", 1, 0), ("talk", 0, 1)} == {
        (one["rule"], one["upheld"], one["dismissed"]) for one in told["precision"]
    }
    assert "never reviewed" in ran.out


def test_a_ledger_that_is_not_there(lictor, tulips, tmp_path):
    """A ledger is not made by asking for it."""
    ran = lictor("policy", "coverage", tulips, "--ledger", tmp_path / "no.ledger")

    assert (2, False) == (ran.code, (tmp_path / "no.ledger").exists())
