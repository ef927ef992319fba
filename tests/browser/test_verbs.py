"""The reports that the verbs write, opened like the sample: complete, silent, every filter working."""

import re
from pathlib import Path

import pytest

from lictor.cli.exits import run

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
VERBS = {
    "diff": [
        "diff", "wechat", "wechat", "--at-a", "2018-09-01T00:00:00+08:00", "--at-b", "2022-07-01T00:00:00+08:00",
        "--corpus", str(EXAMPLES / "posts.jsonl"),
    ],
    "timeline": [
        "timeline", str(EXAMPLES / "enforcement.jsonl"), "--policy", "wechat", "--until", "2022-09-01T00:00:00+08:00",
        "--set", "subjects.official_account.rectify=3d",
    ],
    "population": [
        "population", "--policy", "wechat", "--accounts", "500", "--days", "60", "--replicates", "2", "--jobs", "1",
        "--set", "subjects.official_account.rectify=3d",
    ],
}  # fmt: skip
DRAWN = """plots => plots.map(plot => [...plot.querySelectorAll('[role=graphics-symbol]')]
    .filter(mark => !['axis', 'legend'].includes(mark.getAttribute('aria-roledescription')))
    .filter(mark => { const {width, height} = mark.getBoundingClientRect(); return width > 0 || height > 0 }).length)"""


@pytest.fixture(scope="session")
def reported(tmp_path_factory):
    """A function that has a verb write its report once, and gives its address."""
    folder = tmp_path_factory.mktemp("reports")

    def report(verb, lang):
        path = folder / f"{verb}-{lang}.html"
        if not path.exists():
            assert run(["simulate", *VERBS[verb], "--html", str(path), "--lang", lang, "--json"]) in (0, 1)
            assert path.stat().st_size < 5_000_000
        return path.as_uri()

    return report


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("verb", VERBS)
def test_the_report_is_complete(opened_at, reported, verb, lang):
    """Every plot has marks, every list of samples shows all it has, and the page fits a telephone."""
    tab = opened_at(reported(verb, lang), width=390)
    drawn = tab.eval_on_selector_all(".plot svg", DRAWN)

    assert len(drawn) > 1
    assert 0 not in drawn
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.locator("figure").count() == len(drawn) + tab.locator("figure .empty").count()


@pytest.mark.parametrize("verb", ["diff"])
def test_every_filter_of_the_report_works(opened_at, reported, verb):
    """Each value of each filter shows as many samples as stood beside it."""
    tab = opened_at(reported(verb, "en"))
    tab.eval_on_selector_all(".facet", "facets => facets.forEach(facet => { facet.open = true })")
    tried = 0
    for label in tab.locator(".facet label").all():
        count = int(label.locator(".count").inner_text().replace(",", ""))
        label.locator("input").check()

        assert re.match(rf"{count} of ", tab.inner_text("[role=status]"))

        label.locator("input").uncheck()
        tried += 1

    assert tried > 5
