"""What a policy says is what happens: the same facts under policies that say otherwise, or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lictor.detect import compile_policy
from lictor.enforce import Account, Enforcer, Finding, Outcome, Rulebook, Standing, standing
from lictor.enforce.items import DETECTION
from lictor.enforce.routed import HostListed
from lictor.errors import UsageError
from lictor.facts.kinds import fact_from
from lictor.policy import load_policy

BEGIN = datetime.fromisoformat("2021-06-01T10:00:00+02:00")
DAY = timedelta(days=1)


class World:
    """One shop under the policy of tulips, with parts of it written otherwise."""

    def __init__(self, tulips: Path, folder: Path, **instead: str) -> None:
        text = tulips.read_text(encoding="utf-8")
        for part, new in instead.items():
            assert text.count(OLD[part]) == 1, part
            text = text.replace(OLD[part], new)
        path = folder / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        self.rules = Rulebook([compile_policy(load_policy(path))])
        self.enforcer = Enforcer(self.rules)
        self.now = BEGIN
        self.tell("subject_updated", type="shop", registered_region="NL")

    def tell(self, kind: str, *findings: Finding, **said: Any) -> list[Outcome]:
        """A fact about the shop, a second later than the one before; `subject=None` where its kind has none."""
        self.now += timedelta(seconds=1)
        values = {"kind": kind, "t": self.now.isoformat(), "subject": "shop", "id": f"{kind} {self.now.isoformat()}"}
        given = {key: one for key, one in {**values, **said}.items() if one is not None or key == "delivered"}
        return self.enforcer.apply(fact_from(given), findings)

    def answered(self, appeal: str, outcome: str, by: str = "z") -> str | None:
        """An answer to the appeal, and why it was refused."""
        outcomes = self.tell("appeal_decision", subject=None, appeal=appeal, outcome=outcome, by=by)
        return outcomes[-1].refused

    def upheld(self, severity: str = "S2", category: str = "trade.offer", **said: Any) -> list[Outcome]:
        return self.tell("review", outcome="upheld", category=category, severity=severity, by="x", **said)

    def later(self, by: timedelta) -> None:
        self.now += by
        self.enforcer.advance(self.now)

    @property
    def account(self) -> Account:
        state = self.enforcer.state("shop")
        assert isinstance(state, Account)
        return state

    @property
    def stands(self) -> Standing:
        return standing(self.rules, self.account, self.now)


OLD = {
    "automatic": "automatic: [flag, filter, hide]",
    "detected": "  S2: {message: filter, default: hide}",
    "retroactive": "retroactive: {effect: hide}\n",
    "otherwise": "otherwise: {effect: hide, viewers: [NL]}",
    "strikes": "strikes: {life: 365d}",
    "steps": "    steps: [[hide, rectify_order], [hide, {suspend: 30d}, rectify_order], [ban_permanent]]",
    "answer": "answer: 7 workdays",
    "signals": "signals: {risk: {type: number}}",
}
OFFER = Finding("tulips", "trade.offer", "S2", "article")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_what_is_not_automatic_waits(tulips: Path, folder: Path) -> None:
    """A hide that the policy does not call automatic is proposed: the item is flagged and seen."""
    world = World(tulips, folder, automatic="automatic: [flag]")
    world.tell("content", OFFER, id="e1", form="article", text="…")

    assert world.account.items["e1"].state == "flagged"
    assert world.stands.flagged_for_review


def test_a_halt_that_is_not_automatic_waits(tulips: Path, folder: Path) -> None:
    """The same of what would be done to the account: it is flagged, and nothing is taken away."""
    world = World(tulips, folder, detected="  S2: {payment: payment_halt, default: hide}")
    world.tell("content", Finding("tulips", "trade.offer", "S2", "payment"), id="e1", form="payment", text="…")

    assert world.account.cases == []
    assert world.stands.flagged_for_review


def test_without_a_word_on_older_items_they_stay(tulips: Path, folder: Path) -> None:
    """Where the policy does not say what happens to older items, a later version leaves them, and so does a review."""
    world = World(tulips, folder, retroactive="")
    world.now = datetime.fromisoformat("2020-06-01T10:00:00+02:00")
    world.tell("content", Finding("tulips", "trade.talk", "S1", "article"), id="e1", form="article", text="…")
    world.later(365 * DAY)
    refused = world.upheld("S1", "trade.talk", about=["e1"])

    assert world.account.items["e1"].state == "public"
    assert [outcome.refused for outcome in refused] == ["not_in_force"]


@pytest.mark.parametrize("counts", [True, False])
def test_an_older_item_counts_where_the_policy_says_so(tulips: Path, folder: Path, *, counts: bool) -> None:
    """An upheld review of what only a later version forbids hides it; it is a strike only where `strike` says so."""
    world = World(tulips, folder, retroactive=f"retroactive: {{effect: hide, strike: {str(counts).lower()}}}")
    world.now = datetime.fromisoformat("2020-06-01T10:00:00+02:00")
    world.tell("content", Finding("tulips", "trade.talk", "S1", "article"), id="e1", form="article", text="…")
    world.later(365 * DAY)
    world.upheld("S1", "trade.talk", about=["e1"])

    assert world.account.items["e1"].state == "hidden"
    assert world.stands.strikes == int(counts)


def test_outside_its_reach_it_does_what_it_says(tulips: Path, folder: Path) -> None:
    """Outside its reach a policy that only flags hides nothing after a review either."""
    world = World(tulips, folder, otherwise="otherwise: {effect: flag, viewers: [NL]}")
    world.tell("subject_updated", registered_region="BE")
    world.tell("content", OFFER, id="e1", form="article", text="…")
    world.upheld(about=["e1"])

    assert world.account.cases == []
    assert world.stands.hidden_items == ()


def test_without_complaints_renames_or_strikes(tulips: Path, folder: Path) -> None:
    """Nothing said of complaints opens no review, of renames makes them at once, of strikes counts none."""
    world = World(tulips, folder, strikes="")
    world.tell("complaint", subject=None, against="shop", age_d=99, evidence=True)
    world.tell("rename_request", to="new", **{"from": "old"})
    world.later(timedelta())
    world.upheld()

    assert not world.stands.open_review
    assert (world.stands.name, world.stands.aliases) == ("new", ())
    assert world.stands.strikes == 0
    assert world.stands.sanction == "rectify_order"


def test_a_name_that_was_never_told_is_the_one_it_asks_to_leave(tulips: Path, folder: Path) -> None:
    """A rename says what the name was, where nobody had said so before; telling another name ends the request."""
    world = World(tulips, folder, signals="signals: {risk: {type: number}}\nrenames: {confirm: 1d, alias_lookback: 9d}")
    world.tell("rename_request", to="new", **{"from": "old"})

    assert (world.stands.name, world.stands.pending_name) == ("old", "new")

    world.later(2 * DAY)

    assert (world.stands.name, world.stands.aliases) == ("new", ("old",))

    world.tell("rename_request", to="newer")
    world.tell("subject_updated", name="told")

    assert (world.stands.name, world.stands.pending_name) == ("told", None)


def test_the_clock_may_start_with_the_decision(tulips: Path, folder: Path) -> None:
    """Where the policy counts from the decision, a notice that has not arrived stops nothing."""
    orders = "orders: {clock: {starts: decision, stops: []}}\nstrikes: {life: 365d}"
    world = World(tulips, folder, strikes=orders)
    world.upheld(delivered=None, id="r1")
    world.tell("appeal", decision="r1")

    assert (world.stands.clock, world.stands.deadline) == ("running", world.account.cases[0].at + 7 * DAY)


def test_without_an_extension_none_is_granted(tulips: Path, folder: Path) -> None:
    """A policy that grants no extension refuses the first one asked for."""
    world = World(tulips, folder)
    world.upheld(items=["a"])
    world.tell("extension_request")

    assert world.account.refused == "extension_used"
    assert world.account.extensions == [False]


def test_appeals_as_often_as_the_policy_says(tulips: Path, folder: Path) -> None:
    """Two appeals against one decision, where the policy allows two; never two at once, and never a third."""
    world = World(tulips, folder, answer="answer: 3d, per_decision: 2")
    world.upheld(id="r1")
    for appeal in ("a1", "a2", "a3"):
        world.tell("appeal", id=appeal, decision="r1")
        world.tell("appeal", decision="r1")

        assert world.account.refused == "appeal_exhausted"
        if appeal != "a3":
            world.answered(appeal, "rejected")

    assert world.account.cases[0].appeal is not None
    assert world.account.cases[0].appeal.id == "a2"


def test_a_lower_step_may_have_no_order(tulips: Path, folder: Path) -> None:
    """A decision that is taken again on a step without an order has none, though it had one before."""
    world = World(tulips, folder, steps="    steps: [[hide, warn], [hide, rectify_order], [ban_permanent]]")
    world.upheld(id="r1")
    world.upheld(id="r2", items=["a"])

    assert world.stands.clock == "running"

    world.tell("reinstatement", decision="r1", why="a mistake", by="z")

    assert (world.stands.sanction, world.stands.clock, world.stands.strikes) == ("warn", None, 1)


def test_evasion_as_grave_as_a_person_says(tulips: Path, folder: Path) -> None:
    """Where the policy does not compute how grave evasion is, it is as grave as the person said."""
    world = World(tulips, folder, strikes="evasion: {categories: [trade.*]}\nstrikes: {life: 365d}")
    world.upheld("S2")
    world.upheld("S1")

    assert world.account.cases[-1].severity == "S1"


def test_an_exempted_finding_does_nothing(tulips: Path, folder: Path) -> None:
    """What is excused neither hides nor flags."""
    world = World(tulips, folder)
    excused = Finding("tulips", "trade.offer", "S2", "article", exempted_by="NEWS")
    world.tell("content", excused, id="e1", form="article", text="…")

    assert world.account.items["e1"].state == "public"
    assert not world.stands.flagged_for_review


def test_an_edit_is_a_new_publication(tulips: Path, folder: Path) -> None:
    """What was mended comes back by itself; what a person's decision hid waits for the decision."""
    world = World(tulips, folder)
    world.tell("content", OFFER, id="e1", form="article", text="…")
    world.tell("content", OFFER, id="e2", form="article", text="…")
    world.upheld(about=["e2"])
    for item in ("e1", "e2", "none"):
        world.tell("content_edited", item=item, text="…")
    states = {name: item.state for name, item in world.account.items.items()}

    assert states == {"e1": "public", "e2": "hidden"}
    assert world.account.refused == "no_such_item"

    for item in ("e1", "e2"):
        world.tell("content_edited", OFFER, item=item, text="…")

    assert world.account.items["e1"].hidden_by == [DETECTION]
    assert world.account.items["e2"].hidden_by == [world.account.cases[0].id]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param({"category": None}, "needs a `category`", id="no-category"),
        pytest.param({"severity": None}, "needs a `severity`", id="no-severity"),
        pytest.param({"severity": "S7"}, "has no severity `S7`", id="unknown-severity"),
        pytest.param({"category": "trade.ofer"}, "has no category `trade.ofer`", id="unknown-category"),
        pytest.param({"pack": "roses"}, "policy `roses` is not loaded", id="unknown-policy"),
    ],
)
def test_a_review_that_cannot_be_carried_out_changes_nothing(
    tulips: Path, folder: Path, said: dict[str, Any], message: str
) -> None:
    """A review that leaves out what it needs, or names what is not there, is refused before anything is done."""
    world = World(tulips, folder)
    with pytest.raises(UsageError, match=message):
        world.tell("review", outcome="upheld", by="x", **{"category": "trade.offer", "severity": "S2", **said})

    assert world.account.cases == []


def test_a_policy_that_is_not_loaded_is_refused_where_it_is_said(tulips: Path, folder: Path) -> None:
    """An account cannot be told to stand under a policy that is not there: the facts after it would have no judge."""
    world = World(tulips, folder)
    with pytest.raises(UsageError, match="policy `roses` is not loaded"):
        world.tell("subject_updated", pack="roses")

    assert world.account.profile.pack is None


def test_what_the_items_say_a_review_need_not(tulips: Path, folder: Path) -> None:
    """Left out, the category and the severity are those of what was found in the items."""
    world = World(tulips, folder)
    world.tell("content", OFFER, id="e1", form="article", text="…")
    world.tell("review", outcome="upheld", about=["e1"], by="x")

    assert (world.account.cases[0].category, world.account.cases[0].severity) == ("trade.offer", "S2")


def test_an_order_that_nobody_can_carry_out_is_refused(tulips: Path, folder: Path) -> None:
    """An action that does not exist cannot be ordered; a finding of a policy that is not loaded cannot be judged."""
    world = World(tulips, folder)
    with pytest.raises(UsageError, match="`exile` is no action that can be ordered"):
        world.tell("authority_order", subject=None, issuer="x", ref="y", targets={"shop": "exile"})
    with pytest.raises(UsageError, match="policy `tulip` is not loaded"):
        world.tell("content", Finding("tulip", "trade.offer", "S2", "article"), form="article", text="…")


def test_an_answer_has_its_own_person_and_comes_once(tulips: Path, folder: Path) -> None:
    """Whoever decided does not answer the appeal; an answer is given once; what was taken back stays so."""
    world = World(tulips, folder)
    world.upheld(id="r1")
    world.tell("appeal", id="a1", decision="r1")
    refused = [
        world.answered("a1", "granted", by="x"),
        world.answered("a1", "granted"),
        world.answered("a1", "rejected"),
    ]

    assert refused == ["same_reviewer", None, "already_answered"]

    refused = [world.tell("reinstatement", decision=one, why="a mistake", by="z")[-1].refused for one in ("r1", "r2")]
    world.tell("appeal", decision="r1", id="a2")

    assert refused == ["already_overturned", "no_such_decision"]
    assert world.account.refused == "appeal_exhausted"


def test_what_was_reinstated_cannot_be_contested_and_may_have_been(tulips: Path, folder: Path) -> None:
    """A decision taken back without an appeal cannot be appealed; an appeal that was pending may still be answered."""
    world = World(tulips, folder)
    world.upheld(id="r1")
    world.upheld(id="r2")
    world.tell("appeal", id="a1", decision="r1")
    for decision in ("r1", "r2"):
        world.tell("reinstatement", decision=decision, why="a mistake", by="z")
    world.tell("appeal", id="a2", decision="r2")
    world.answered("a1", "granted")

    assert world.account.refused == "already_overturned"
    assert [case.state for case in world.account.cases] == ["reinstated", "reinstated"]
    assert world.stands.appeal_state == "granted"


def test_names_that_are_kept_for_something_else(tulips: Path, folder: Path) -> None:
    """An account may not be called as hosts, addresses, principals and collectibles are; nor may such be told of it."""
    world = World(tulips, folder)
    for name in ("host:x", "ip:x", "principal:x", "holding:x"):
        with pytest.raises(UsageError, match="has a name kept for something else"):
            world.tell("fix", subject=name)
    with pytest.raises(UsageError, match="there is no appeal `a9`"):
        world.answered("a9", "granted")
    with pytest.raises(UsageError, match="`HostListed` is no fact about an account"):
        world.enforcer.apply(HostListed(id="h", at=world.now, host="x", subject="shop", case="c"))


def test_a_subject_of_no_known_kind(tulips: Path, folder: Path) -> None:
    """An account of a kind the policy does not know is judged all the same; an order to it has no deadline."""
    world = World(tulips, folder)
    world.tell("subject_updated", type="robot")
    world.tell("authority_order", subject=None, issuer="x", ref="y", targets={"shop": "rectify_order"})
    world.later(99 * DAY)
    world.tell("rectify_claim", fixed=[])

    assert world.stands.deadline is None
    assert world.account.claim_accepted
