"""Where an account stands, asked in short or in full; and other policies under which the same packs are known."""

from __future__ import annotations

import world
from hypothesis import given

from lictor.enforce.standing import state_of


@given(world.histories(20))
def test_the_state_is_the_one_of_the_standing(history: world.History) -> None:
    """Asked for the state alone, the answer is that of the whole standing."""
    enforcer, _ = world.fold(history.facts)
    enforcer.advance(history.now)
    for name in world.NAMES:
        assert world.standing_of(enforcer, name, history.now).state == state_of(
            world.account(enforcer, name), history.now
        )


def test_other_policies_keep_what_accounts_name() -> None:
    """Beside other policies an account's own is still loaded when it is met."""
    rules = world.rules().beside(world.rules().policies[:1])

    assert world.rules().policies[:1] == rules.policies
    assert rules.judges("whaletalk") == world.rules().judges("whaletalk")
