"""The tables of the lives: what is not in them does not happen, and is refused by name."""

from __future__ import annotations

import pytest

from lictor.enforce.lives import LIVES, move
from lictor.errors import UsageError

STATES = {life: {state for state, _ in table} | set(table.values()) for life, table in LIVES.items()}
EVENTS = {life: {event for _, event in table} for life, table in LIVES.items()}
EVERY = [(life, state, event) for life in LIVES for state in sorted(STATES[life]) for event in sorted(EVENTS[life])]
ENDS = {
    "order": {"passed", "lifted"},
    "review": set(),
    "appeal": {"rejected", "granted"},
    "rename": set(),
    "item": {"removed"},
    "host": set(),
    "holding": set(),
    "decision": {"overturned", "reinstated"},
}


@pytest.mark.parametrize(("life", "state", "event"), EVERY)
def test_moves_as_the_table_says_or_not_at_all(life: str, state: str, event: str) -> None:
    """Of every state and event, either the table names the next state, or the step is refused and both are named."""
    table = LIVES[life]  # type: ignore[index]
    if (state, event) in table:
        assert table[state, event] == move(life, state, event)  # type: ignore[arg-type]
        return
    with pytest.raises(UsageError, match=rf"{life}: `{event}` is not possible while it is `{state}`") as refused:
        move(life, state, event)  # type: ignore[arg-type]

    for before, possible in table:
        assert (before == state) == (f"`{possible}`" in refused.value.hint) or before != state


@pytest.mark.parametrize("life", LIVES)
def test_every_state_can_be_reached_and_only_these_are_final(life: str) -> None:
    """From the state a life begins in every other can be reached; the final ones are those listed here."""
    table = LIVES[life]  # type: ignore[index]
    reached = {next(iter(table))[0]}
    while more := {after for (before, _), after in table.items() if before in reached} - reached:
        reached |= more

    assert STATES[life] == reached
    assert {state for state in STATES[life] if not any(before == state for before, _ in table)} == ENDS[life]
