"""The benchmarks: their definitions load, and a tiny run checks answers; no network, no package beyond Lictor's own."""

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the benchmarks are not beside the tests")


@pytest.fixture(autouse=True)
def _harness(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "harness"]:
        del sys.modules[name]


def tiny(*engines, **settings):
    from harness.definitions import Case, TermSpec, TextSpec

    text = {"corpus": "generated", "characters": 20_000, "planted": 0.1, **settings.pop("text", {})}
    return Case("tiny", TextSpec(**text), TermSpec("generated", 50), engines, **settings)


def run(case):
    from harness.columns import time_case

    return {result["engine"]: result for result in time_case(case, budget=0.01, runs=1)["results"]}


def test_definitions_load():
    """Every file is a group of cases with an analysis, and no two cases have the same name."""
    from harness.definitions import load_groups

    groups = load_groups()
    names = [case.name for group in groups for case in group.cases]

    assert len(set(names)) == len(names)
    assert all(group.analysis and group.cases for group in groups)


def test_definitions_name_what_there_is():
    """Corpora, kinds of terms, engines and measures that definitions name exist."""
    from harness.corpora import HOSTILE, SOURCES
    from harness.definitions import load_groups
    from harness.node import NODE_LIBRARIES
    from harness.page import TABLES
    from harness.rivals import LIBRARIES, parts
    from harness.terms import KINDS

    for group in load_groups():
        assert group.measure in TABLES
        for case in group.cases:
            assert case.text.corpus in SOURCES | HOSTILE
            assert case.terms.kind in KINDS
            for name in case.engines:
                assert name.startswith("lictor") or name in NODE_LIBRARIES or parts(name)[0] in LIBRARIES


def test_a_tiny_run():
    """Lictor finds what was planted; pyahocorasick finds what a naive search finds; both are timed."""
    found = run(tiny("lictor", "pyahocorasick", "pyahocorasick+fold/joined", "pyahocorasick+spans"))

    assert {""} == {result["wrong"] + result["skipped"] for result in found.values()}
    assert found["lictor"]["planted"] > found["pyahocorasick+spans"]["planted"] > 0
    assert all(result["best"] > 0 for result in found.values())


def test_a_wrong_answer_stops_the_timing():
    """An engine whose answer is not the expected one is shown with it and has no time."""
    found = run(tiny("lictor", "pyahocorasick", answers={"lictor": (1, 1), "raw": (2, 2)}))

    assert {None} == {result["best"] for result in found.values()}
    assert found["lictor"]["wrong"].endswith("expected 1")
    assert found["pyahocorasick"]["wrong"].endswith("expected 2")


def test_rivals_that_are_not_installed_are_skipped(monkeypatch):
    """An engine that cannot run here says why, and the others run."""
    from harness import rivals

    monkeypatch.setattr(rivals, "installed", lambda package: None if package == "daachorse" else "1")
    found = run(tiny("daachorse+fold", "lictor"))

    assert "`daachorse` is not installed" == found["daachorse+fold"]["skipped"]
    assert found["lictor"]["best"] > 0


def test_hostile_text_holds_the_terms():
    """Generated hostile text is as long as asked and of rows of a thousand characters."""
    from harness.corpora import HOSTILE, corpus_of
    from harness.definitions import TextSpec

    for name in HOSTILE:
        corpus = corpus_of(TextSpec(name, 3_500), ("比特币", "以太坊网"))

        assert [1_000, 1_000, 1_000, 500] == [len(row) for row in corpus.rows]


def test_combinations_are_checked_against_a_naive_reading():
    """A policy of combinations finds the rules that rows were made to break, and all that a naive reading finds."""
    from harness.combinations import time_combinations

    results = time_combinations(tiny(options={"rules": 16}), runs=1)["results"]

    assert {""} == {result["wrong"] for result in results}
    assert results[0]["rows"] > 0


def test_answers_are_written_into_a_definition(tmp_path):
    """Pinned answers replace those of the same case and leave everything else."""
    from harness.definitions import load_groups, pin

    path = tmp_path / "10-x.toml"
    path.write_text(
        'title = "x"\nmeasure = "column"\nanalysis = "why"\n[[case]]\nname = "a"\nanswers = {raw = [0, 0]}\n'
        'text = {corpus = "generated", characters = 1}\nterms = {kind = "han", count = 1}\n'
    )
    pin({"a": {"raw": (1, 2), "lictor": (3, 4)}}, tmp_path)

    assert {"raw": (1, 2), "lictor": (3, 4)} == load_groups(tmp_path)[0].cases[0].answers


def test_the_page_of_a_record(tmp_path, monkeypatch):
    """A record becomes a page with its figures, its plots, and what was not timed."""
    from harness import page
    from harness.definitions import Group

    monkeypatch.setattr(page, "DOCS", tmp_path)
    case = tiny("lictor", "pyahocorasick", "flashtext", answers={"raw": (0, 0)})
    from harness.columns import time_case

    measured = {**time_case(case, budget=0.01, runs=1), "case": "zh/clean/1000"}
    about = {"processor": "", "processors": 1, "memory_gb": 1, "system": "x", "load": 0}
    group = {"name": "10-chinese", "title": "Chinese", "measure": "column", "cases": [measured]}
    record = {"date": "2026-01-01", "state": "", "seconds": 1, "machine": about, "versions": {}, "groups": [group]}
    page.write_page(record, [Group("10-chinese", "Chinese", "column", "Because.", (case,))])

    written = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert "Because." in written
    assert "- pyahocorasick: wrong answer" in written
    assert (tmp_path / "benchmarks" / "10-chinese-speed.svg").read_text("utf-8").startswith("<svg")
