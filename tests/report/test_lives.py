"""The diagrams of the lives, and the page that shows them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lictor.enforce.lives import LIVES
from lictor.report.lives import diagram, in_document

PAGE = Path(__file__).parents[2] / "docs" / "enforcement.md"


@pytest.mark.parametrize("life", LIVES)
def test_a_diagram_shows_the_table_and_nothing_else(life: str) -> None:
    """Every step of the table is an arrow, every arrow a step, and it begins where the table begins."""
    table = LIVES[life]  # type: ignore[index]
    lines = [line.strip() for line in diagram(life).splitlines()]
    arrows = {
        (before, event, after)
        for line in lines
        if ": " in line
        for before, _, after_events in [line.partition(" --> ")]
        for after, _, events in [after_events.partition(": ")]
        for event in events.split(", ")
    }

    assert arrows == {(before, event, after) for (before, event), after in table.items()}
    assert f"[*] --> {next(iter(table))[0]}" in lines


def test_the_page_shows_the_lives_as_they_are() -> None:
    """`docs/enforcement.md` holds every diagram as it is drawn today."""
    text = PAGE.read_text(encoding="utf-8")
    drawn = in_document(text)
    if os.environ.get("LICTOR_GOLDEN") == "1":
        PAGE.write_text(drawn, encoding="utf-8")

    assert drawn == text or os.environ.get("LICTOR_GOLDEN") == "1", "`make golden` rewrites it; read the diff"
