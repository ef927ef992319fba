"""Facts through detection: what is known of an account is known to the rules that judge what it publishes."""

import pytest

from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.facts.kinds import fact_from
from lictor.intake import Intake
from lictor.policy import load_policy

TEXT = "Tramadol 50 tablets, no prescription, we ship today"


@pytest.mark.parametrize(("licence", "state"), [("pharmacy", None), ("bakery", "hidden"), (None, "hidden")])
def test_a_licence_that_was_told_counts(licence, state):
    """What an account may do by its licence is no violation; nothing of it is remembered as one."""
    world = Intake(Rulebook([compile_policy(load_policy("marketplace"))]), engine="x")
    told = {"id": "s", "t": "2022-06-01T00:00:00Z", "kind": "subject_updated", "subject": "shop", "type": "seller"}
    said = {"id": "e", "t": "2022-06-02T00:00:00Z", "kind": "content", "subject": "shop", "form": "post", "text": TEXT}
    world.take([fact_from(told if licence is None else {**told, "licence": licence}), fact_from(said)])

    item = world.account("shop").items.get("e")

    assert state == (None if item is None or item.state == "public" else item.state)
