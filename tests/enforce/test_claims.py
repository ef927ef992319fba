"""Claims whose order is gone by the time somebody looks."""

from __future__ import annotations

import world


def test_a_claim_whose_order_was_lifted_is_none() -> None:
    """The decision is taken back while its claim waits for a check: the check is refused by name, not impossible."""
    history = world.History()
    history.begin()
    history.now = history.now.replace(year=2022, month=7)
    upheld = {"outcome": "upheld", "category": "fin.vc.otc", "severity": "S2", "items": ["a"], "by": "x"}
    review = history.fact("review", subject="oa", **upheld)
    history.keep(review)
    history.keep(history.fact("rectify_claim", subject="oa", fixed=["a"]))
    history.keep(history.fact("reinstatement", subject="oa", decision=review.id, why="a mistake", by="z"))
    history.keep(history.fact("reinspection", subject="oa", outcome="passed", by="i"))
    _, outcomes = world.fold(history.facts)

    assert ["no_claim"] == [one.refused for one in outcomes if one.refused]
