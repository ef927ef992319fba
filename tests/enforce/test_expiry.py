"""Rules that expire, over time."""

from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.facts.kinds import fact_from
from lictor.intake import Intake
from lictor.policy import load_policy


def test_an_expired_rule_does_nothing(tulips, tmp_path):
    """From its end on, what a rule finds in new texts has no consequence; what it hid before stays hidden."""
    text = tulips.read_text("utf-8").replace("  - id: offer\n", "  - id: offer\n    expires: '2021-07-01T00:00:00Z'\n")
    (tmp_path / "policy.yaml").write_text(text, "utf-8")
    world = Intake(Rulebook([compile_policy(load_policy(tmp_path))]), engine="1")
    facts = [
        fact_from({"id": f"e{n}", "t": t, "kind": "content", "subject": "s", "form": "article", "text": "buy my tulip"})
        for n, t in enumerate(("2021-06-30T00:00:00Z", "2021-07-01T00:00:00Z"))
    ]
    world.take(facts)
    items = world.account("s").items

    assert ["hidden", "public"] == [items[name].state for name in ("e0", "e1")]
