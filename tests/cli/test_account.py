"""`lictor account`: where an account stands, what its holder is told, and taking a decision back."""

import json
import re

import pytest

from lictor.ledger import Ledger

REVIEW = {"id": "r1", "t": "2021-06-03T10:00:00+02:00", "kind": "review", "by": "mod-1", "subject": "shop-1",
          "outcome": "upheld", "about": ["e1"], "items": ["the offer", "the bio"]}  # fmt: skip
SOON = ("--now", "2021-06-04T10:00:00+02:00")


DECISION = re.compile(r"\b[a-z2-7]{26}\b")


def steady(text):
    """The text with the ids of decisions, which follow from the policy's digest, all alike."""
    return DECISION.sub("x" * 26, text)


@pytest.fixture
def ledger(fed):
    return fed(REVIEW)


def test_where_it_stands(lictor, ledger, golden):
    """The state, what is taken away, the order with its time, strikes, what waits, every decision with its reasons."""
    ran = lictor("account", "show", "shop-1", "--ledger", ledger, *SOON)

    assert (0, "") == (ran.code, ran.err)
    golden("account-show.txt", steady(ran.out))


def test_for_a_machine(lictor, ledger):
    """The same as JSON: the standing, the cases, and the decisions as they were recorded."""
    told = json.loads(lictor("account", "show", "shop-1", "--ledger", ledger, *SOON, "--json").out)

    assert ("restricted", "2021-06-10T10:00:00+02:00") == (told["standing"]["state"], told["standing"]["deadline"])
    assert ["e2"] == [one["id"] for one in told["waiting"]]
    assert [("hide", None), ("flag", None), ("rectify_order", "r1")] == [
        (one["decision"]["effects"][0]["effect"] if one["case"] is None else one["decision"]["action"], one["case"])
        for one in told["decisions"]
    ]


def test_what_is_not_recorded_yet(lictor, ledger):
    """What was foreseen has happened to what is shown, and a note says that the ledger does not have it yet."""
    ran = lictor("account", "show", "shop-1", "--ledger", ledger, "--now", "2021-07-04T10:00:00+02:00")

    assert "  state        banned, ban_permanent" in ran.out
    assert "note: 1 foreseen since then is not in the ledger yet: `lictor due` records it" in ran.err
    with Ledger.read(ledger) as opened:
        assert {"subject_updated", "content", "review"} == {one.record.kind for one in opened.facts()}


def test_at_an_instant_in_the_past(lictor, ledger):
    """An instant before the newest fact shows the account as it stood then."""
    ran = lictor("account", "show", "shop-1", "--ledger", ledger, "--at", "2021-06-02T12:00:00+02:00")

    assert "  state        active" in ran.out
    assert "hidden       e1" in ran.out
    assert "r1" not in ran.out


def test_its_history(lictor, ledger, golden):
    """With --all there is every fact about it as well: who did what, and what that led to."""
    lictor("case", "dismiss", "e2", "--by", "mod-2", "--why", "idle talk", "--ledger", ledger, "--id", "t-1", *SOON)

    ran = lictor("account", "show", "shop-1", "--ledger", ledger, "--all", "--now", "2021-07-04T10:00:00+02:00")
    told = json.loads(lictor("account", "show", "shop-1", "--ledger", ledger, "--all", "--json").out)

    golden("account-history.txt", steady(ran.out[ran.out.index("  history") :]))
    assert ["s1", "e1", "e2", "e3", "r1", "t-1"] == [one["id"] for one in told["history"]]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_the_holder_is_told(lictor, ledger, golden, lang):
    """The words: what was decided and why, the texts with what was found in them, what to mend, how to contest it."""
    ran = lictor("account", "notice", "shop-1", "--ledger", ledger, "--lang", lang, *SOON)

    assert 0 == ran.code
    golden(f"account-notice-{lang}.txt", steady(ran.out))


def test_the_notice_follows_the_decision(lictor, ledger):
    """Whether a decision can be contested, was, or was taken back is said as it is at that instant."""

    def said(now, *more):
        return lictor("account", "notice", "shop-1", "--decision", "r1", "--ledger", ledger, "--now", now, *more).out

    open_ = json.loads(said("2021-06-04T10:00:00+02:00", "--json"))
    assert (True, "2021-07-03T10:00:00+02:00") == (open_["appeal_open"], open_["appeal_until"])
    assert "You can appeal until 2021-07-03 10:00:00+02:00 (29 d left)." in said("2021-06-04T10:00:00+02:00")
    assert "The time to appeal ended at 2021-07-03 10:00:00+02:00." in said("2021-07-03T10:00:01+02:00")
    lictor("appeal", "file", "--decision", "r1", "--ledger", ledger, "--now", "2021-06-05T10:00:00+02:00")
    assert "Your appeal of 2021-06-05 10:00:00+02:00 waits for an answer." in said("2021-06-06T10:00:00+02:00")
    why = ["--by", "boss", "--why", "a mistake"]
    lictor(
        "account",
        "reinstate",
        "shop-1",
        "--decision",
        "r1",
        *why,
        "--ledger",
        ledger,
        "--now",
        "2021-06-06T10:00:00+02:00",
    )
    assert "This decision has been taken back" in said("2021-06-07T10:00:00+02:00")


def test_reinstating(lictor, ledger, golden):
    """A decision that is taken back never counted: what it took away is over, and who did it and why is recorded."""
    arguments = ["shop-1", "--decision", "r1", "--by", "boss", "--why", "we misread it", "--ledger", ledger, *SOON]
    ran = lictor("account", "reinstate", *arguments)
    again = lictor("account", "reinstate", *arguments)

    assert 0 == ran.code
    assert "boss takes decision r1 about shop-1 back: “we misread it”" in ran.out
    assert "0 active strikes" in lictor("account", "show", "shop-1", "--ledger", ledger, *SOON).out
    assert (1, True) == (again.code, "already_overturned" in again.err)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "nobody"], "no fact in the ledger is about `nobody`"),
        (["notice", "shop-1", "--decision", "nope"], "`nope` names no decision"),
        (["reinstate", "shop-1", "--decision", "e1", "--by", "x", "--why", "y"], "lictor case dismiss e1"),
        (["reinstate", "shop-2", "--decision", "r1", "--by", "x", "--why", "y"], "is about `shop-1`, not `shop-2`"),
    ],
)
def test_what_is_not_there(lictor, ledger, arguments, said):
    """What names nothing is said, with the way out."""
    ran = lictor("account", *arguments, "--ledger", ledger)

    assert (2, True) == (ran.code, said in ran.err), ran.err


def test_nothing_to_tell(lictor, fed):
    """An account about which nothing was decided has no notice."""
    known = {
        "id": "s2",
        "t": "2021-06-01T09:00:00+02:00",
        "kind": "subject_updated",
        "subject": "shop-2",
        "type": "shop",
    }

    ran = lictor("account", "notice", "shop-2", "--ledger", fed(known))

    assert (2, True) == (ran.code, "nothing was decided about `shop-2`" in ran.err)
