"""`lictor bench`: answers first, then figures."""

import json

import pytest


@pytest.fixture
def small(monkeypatch):
    """So few texts that a run takes no time."""
    from lictor.cli import bench

    monkeypatch.setattr(bench, "_ROWS", 300)
    monkeypatch.setattr(bench, "_CALLS", 3)
    monkeypatch.setattr(bench, "_TERMS", 20)


def test_a_table_of_figures(lictor, small):
    """Every line is a figure with its unit; what kind of text it was is said aside."""
    ran = lictor("bench", "--runs", "1")

    assert 0 == ran.code
    assert ran.out.startswith("Chinese, clean ")
    assert all(line.endswith(("second", "seconds")) for line in ran.out.splitlines())
    assert ran.err.startswith("note: generated text")


def test_figures_for_a_machine(lictor, small):
    """With `--json` the figures are one list, none of them wrong."""
    ran = lictor("bench", "--runs", "1", "--json")
    figures = json.loads(ran.out)

    assert (0, "") == (ran.code, ran.err)
    assert {"name", "value", "unit", "wrong"} == set(figures[0])
    assert all(figure["value"] > 0 and not figure["wrong"] for figure in figures)


def test_a_wrong_answer_is_not_timed(lictor, small, monkeypatch):
    """A wrong answer stands where the figure would, and the exit code is 1."""
    from lictor.cli import bench

    monkeypatch.setattr(bench, "_OFFER", "a day in spring")
    ran = lictor("bench", "--runs", "1")

    assert 1 == ran.code
    assert "wrong answer: 0 of 3 decisions as expected" in ran.out
    assert "wrong answer: 0 rows decided on, 3 expected" in ran.out


def test_a_matcher_that_finds_too_much_is_not_timed(lictor, small, monkeypatch):
    """Rows found that hold no term are a wrong answer."""
    from lictor.cli import bench

    monkeypatch.setattr(bench, "_RARE", bench._HAN[:2])
    ran = lictor("bench", "--runs", "1", "--json")

    assert 1 == ran.code
    assert any("rows found" in figure["wrong"] for figure in json.loads(ran.out))
