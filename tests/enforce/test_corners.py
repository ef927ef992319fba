"""The corners of each rule, a row of `corners.yaml` each: what the policy's own scenarios do not reach."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lictor.author.scenarios import Companions, read_scenarios, run_scenario
from lictor.policy import load_policy

CORNERS, _ = read_scenarios(Path(__file__).parent / "corners.yaml")


@cache
def companions() -> Companions:
    return Companions(load_policy("wechat"))


def test_every_row_is_read_in_full() -> None:
    """No key of a row is one that nobody reads, and no row is there twice."""
    _, notes = read_scenarios(Path(__file__).parent / "corners.yaml")

    assert notes == []
    assert len({one["id"] for one in CORNERS}) == len(CORNERS)


@pytest.mark.parametrize("corner", CORNERS, ids=lambda one: one["id"])
def test_corner(corner: dict[str, Any]) -> None:
    """What the row expects at each instant is what the engine answers."""
    result = run_scenario(companions(), corner, "truth")
    wrong = {
        probe.id: {key: (probe.expected[key], probe.got[key]) for key in probe.wrong}
        for probe in result.probes
        if not probe.passed
    }

    assert wrong == {}
