"""Coverage says what was exercised, by what, and what never was."""

import pyarrow as pa
import pytest

from lictor import Engine
from lictor.author.coverage import Coverage
from lictor.author.scenarios import Companions
from lictor.author.tables import TableCase

SCENARIO = {
    "id": "one",
    "subjects": [{"id": "shop-1", "type": "shop", "registered_region": "NL"}],
    "events": [
        {"id": "e1", "t": "2021-06-02T10:00:00+02:00", "kind": "content", "subject": "shop-1", "form": "article",
         "text": "sell me a tulip"},
        {"id": "r1", "t": "2021-06-02T11:00:00+02:00", "kind": "review", "subject": "shop-1", "outcome": "upheld",
         "category": "trade.offer", "severity": "S2", "about": ["e1"], "by": "eve"},
    ],
    "probes": [{"id": "p1", "at": "2021-06-03T10:00:00+02:00", "subject": "shop-1", "expect": {}}],
}  # fmt: skip


@pytest.fixture
def coverage(tulips):
    """Nothing exercised yet, of the tulips policy."""
    return Coverage(Engine.load(tulips))


def exercised(coverage, kind, source):
    return {one.label for one in coverage.things if one.kind == kind and source in coverage.times(one)}


def test_every_thing_is_there_once(coverage):
    """Rules, terms, exemptions, ladder steps and transitions, each once and most with a place."""
    keys = [one.key for one in coverage.things]

    assert len(keys) == len(set(keys))
    assert {"rule", "term", "exemption", "ladder step", "transition"} == {one.kind for one in coverage.things}
    assert all(one.place is not None for one in coverage.things if one.kind != "transition")
    assert (0, len(keys)) == coverage.share()


def test_own_tests(coverage):
    """A rule that fires in its own test is exercised, and so are the terms it found."""
    coverage.run_tests()

    assert {"offer", "talk", "filter", "house", "watched"} == exercised(coverage, "rule", "tests")
    assert {"tulip: tulip", "trade: buy", "shouting: moon"} <= exercised(coverage, "term", "tests")
    assert "trade: sell" not in exercised(coverage, "term", "tests")


def test_an_exemption_that_excuses(coverage):
    """An exemption is exercised where it excuses, and the rule is not."""
    case = TableCase("a", "t.csv", 1, {"article": "reportedly they buy a tulip"}, {}, {}, {"rule": "none"})
    coverage.run_tables([case])

    assert {"NEWS"} == exercised(coverage, "exemption", "tables")
    assert set() == exercised(coverage, "rule", "tables")


def test_a_variant_exercises_its_term(coverage):
    """A term is exercised by any of its spellings."""
    coverage.run_tables([TableCase("a", "t.csv", 1, {"article": "tulp"}, {}, {}, {"rule": "none"})])

    assert {"tulip: tulip"} == exercised(coverage, "term", "tables")


def test_a_scenario(coverage):
    """A scenario exercises transitions and ladder steps, and by its texts rules and terms."""
    coverage.run_scenarios(Companions(coverage.compiled.policy), [SCENARIO])

    assert {"offer"} == exercised(coverage, "rule", "scenarios")
    assert {"trade: sell", "tulip: tulip"} == exercised(coverage, "term", "scenarios")
    assert "item: public -hide-> hidden" in exercised(coverage, "transition", "scenarios")
    assert exercised(coverage, "ladder step", "scenarios")


def test_a_corpus(coverage):
    """A corpus counts by row; a row that cannot be judged is returned, and the others count."""
    texts = ["buy my tulip", "nothing", "buy my tulip", "reportedly buy a tulip", "卖郁金香"]
    subjects = [None, None, None, None, "nobody"]
    batch = pa.RecordBatch.from_pydict({"text": texts, "subject": subjects})
    wrong = coverage.read(batch)
    times = {one.label: coverage.times(one).get("corpus") for one in coverage.things if coverage.times(one)}

    assert [4] == [one.row for one in wrong]
    assert (4, 2, 1) == (coverage.rows, times["offer"], times["NEWS"])
    assert 3 == times["tulip: tulip"]


def test_drafts_are_no_gap(tulips, tmp_path):
    """A draft is not judged, so nobody misses it."""
    path = tmp_path / "changed.yaml"
    path.write_text(tulips.read_text("utf-8").replace("status: monitor", "status: draft"), "utf-8")

    assert "watched" not in {one.name for one in Coverage(Engine.load(path)).things}
