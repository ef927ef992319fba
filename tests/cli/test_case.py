"""`lictor case` and `lictor appeal`: what waits for a person, and what people decide."""

import json
import re

import orjson
import pytest

from lictor.ledger import Ledger, verify

NOW = ("--now", "2021-06-03T10:00:00+02:00")
RANDOM = re.compile(r"(?<=-)[0-9a-f]{16}\b")


def steady(text):
    """The text with ids that are made anew each time all alike, and as long."""
    return RANDOM.sub("0" * 16, text)


@pytest.fixture
def ledger(fed):
    return fed()


def upheld(lictor, ledger, *more):
    ran = lictor("case", "uphold", "e1", "--ledger", ledger, "--by", "mod-1", *NOW, "--json", *more)
    assert 0 == ran.code, ran.err
    return json.loads(ran.out)["fact"]


def appealed(lictor, ledger, decision, when="2021-06-04T10:00:00+02:00"):
    return lictor(
        "appeal", "file", "--decision", decision, "--ledger", ledger, "--text", "we do not", "--at", when, "--json"
    )


def facts_in(path):
    with Ledger.read(path) as opened:
        return {one.record.id: one.record for one in opened.facts()}


def test_the_queue(lictor, ledger, golden):
    """What waits is listed, the longest waiting first: hidden items, flagged ones."""
    ran = lictor("case", "list", "--ledger", ledger, *NOW)
    told = json.loads(lictor("case", "list", "--ledger", ledger, "--json", "--limit", "1").out)

    assert 0 == ran.code
    golden("case-list.txt", ran.out)
    assert (["e1"], True) == ([one["id"] for one in told["waiting"]], told["more"])


def test_one_thing(lictor, ledger, golden):
    """An item is shown with its evidence marked, its account, and what each answer would do; nothing is recorded."""
    before = facts_in(ledger)

    ran = lictor("case", "show", "e1", "--ledger", ledger, *NOW)
    told = json.loads(lictor("case", "show", "e1", "--ledger", ledger, *NOW, "--json").out)

    assert 0 == ran.code
    golden("case-show.txt", ran.out)
    assert "rectify_order" == told["answers"]["upheld"]["outcomes"][0]["decisions"][0]["action"]
    assert before == facts_in(ledger)


def test_hostile_text_is_shown_safely(lictor, ledger):
    """What is published is escaped wherever it is shown."""
    ran = lictor("case", "show", "e2", "--ledger", ledger, *NOW)

    assert ("\\u202e" in ran.out, "\u202e" in ran.out) == (True, False)


def test_upholding(lictor, ledger, golden):
    """An upheld item leads to what its account's ladder says, and is gone from the queue; who did it is recorded."""
    ran = lictor("case", "uphold", "e1", "--ledger", ledger, "--by", "mod-1", *NOW, "--item", "the offer")

    assert 0 == ran.code
    golden("case-uphold.txt", steady(ran.out))
    assert ["e2"] == [
        one["id"] for one in json.loads(lictor("case", "list", "--ledger", ledger, "--json").out)["waiting"]
    ]
    (review,) = [one for one in facts_in(ledger).values() if one.kind == "review"]
    assert ("mod-1", "proactive") == (review.fact["by"], review.fact.get("trigger", "proactive"))
    verify(ledger)


def test_only_once(lictor, ledger):
    """What somebody has decided waits no more: the same answer again is refused, and says who was there before."""
    upheld(lictor, ledger)

    ran = lictor("case", "uphold", "e1", "--ledger", ledger, "--by", "mod-2", *NOW)

    assert 2 == ran.code
    assert "nothing waits for a person at `e1`" in ran.err
    assert "hint: mod-1 upheld it on 2021-06-03T10:00:00+02:00" in ran.err
    assert 1 == sum(one.kind == "review" for one in facts_in(ledger).values())


def test_a_name_of_its_own(lictor, ledger):
    """What is recorded can be named after a ticket, and found by that name."""
    assert "ticket-7" == upheld(lictor, ledger, "--id", "ticket-7")
    assert "review" == facts_in(ledger)["ticket-7"].kind


def test_dismissing(lictor, ledger):
    """A dismissed item is back, and why is recorded."""
    ran = lictor("case", "dismiss", "e1", "e2", "--ledger", ledger, "--by", "mod-1", "--why", "it is a poem", *NOW)

    assert (0, True) == (ran.code, "e1 is back" in ran.out)
    assert "nothing waits for a person\n" == lictor("case", "list", "--ledger", ledger).out
    (review,) = [one for one in facts_in(ledger).values() if one.kind == "review"]
    assert "it is a poem" == review.fact["note"]


def test_a_whole_account(lictor, ledger):
    """An account's id stands for all that waits there, in one review; its severity is the gravest found."""
    ran = lictor("case", "uphold", "shop-1", "--ledger", ledger, "--by", "mod-1", *NOW, "--json")

    told = json.loads(ran.out)
    (decision,) = [case for one in told["outcomes"] for case in one["decisions"]]
    assert (0, ["e1", "e2"], "S2") == (ran.code, decision["about"], decision["severity"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["uphold", "nope", "--by", "x"], "no fact in the ledger is about `nope`"),
        (["uphold", "e3", "--by", "x"], "nothing waits for a person at `e3`"),
        (["uphold", "e1"], "missing option `--by`"),
        (["uphold", "e1", "--by", " "], "`--by` names nobody"),
        (["uphold", "e1", "--by", "x", "--category", "nope"], "has no category `nope`"),
        (["uphold", "e1", "--by", "x", "--severity", "S9"], "has no severity `S9`"),
        (["uphold", "e1", "--by", "x", "--now", "2021-06-03T10:00:00"], "has no offset from UTC"),
        (["show", "e3"], "nothing waits for a person at `e3`"),
    ],
)
def test_what_cannot_be_decided(lictor, ledger, arguments, said):
    """What is wrong with an answer is said, and nothing is recorded."""
    before = facts_in(ledger)

    ran = lictor("case", *arguments, "--ledger", ledger)

    assert (2, True) == (ran.code, said in ran.err), ran.err
    assert before == facts_in(ledger)


def test_a_scanned_ledger(lictor, tulips, tmp_path, rows):
    """A ledger that only a scan wrote holds no lives: the queue is empty and says why, other verbs what to do."""
    ledger = tmp_path / "scanned"
    lictor("scan", rows, "-p", tulips, "--ledger", ledger)

    listed = lictor("case", "list", "--ledger", ledger)
    shown = lictor("account", "show", "=acc", "--ledger", ledger)

    assert (0, "nothing waits for a person\n") == (listed.code, listed.out)
    assert "decisions of `lictor scan`: what they propose is in no queue" in listed.err
    assert (2, True) == (shown.code, "the ledger holds no facts, so there are no lives in it" in shown.err)


def test_an_appeal(lictor, ledger, golden):
    """An appeal is filed by the decision's own id, waits with the day its answer is due, and is answered by another."""
    review = upheld(lictor, ledger)
    made = facts_in(ledger)[review].decisions[0]["id"]

    filed = json.loads(appealed(lictor, ledger, made).out)["fact"]
    listed = lictor("appeal", "list", "--ledger", ledger, "--now", "2021-06-05T10:00:00+02:00")
    shown = lictor("case", "show", filed, "--ledger", ledger, "--now", "2021-06-05T10:00:00+02:00")
    same = lictor("appeal", "grant", filed, "--by", "mod-1", "--ledger", ledger, "--now", "2021-06-05T10:00:00+02:00")
    other = lictor("appeal", "grant", filed, "--by", "mod-2", "--ledger", ledger, "--now", "2021-06-05T10:00:00+02:00")
    again = lictor("appeal", "reject", filed, "--by", "mod-2", "--ledger", ledger)

    golden("appeal-list.txt", steady(listed.out))
    golden("appeal-show.txt", steady(shown.out))
    assert (1, True) == (same.code, "same_reviewer (whoever decided may not answer the appeal)" in same.err)
    assert (0, True) == (other.code, "e1 is back" in other.out)
    assert (2, True) == (again.code, "hint: that appeal was granted" in again.err)
    assert "no appeal waits for an answer\n" == lictor("appeal", "list", "--ledger", ledger).out


def test_appeals_that_are_refused(lictor, ledger):
    """A second appeal and one that comes too late are refused by name, with what stood in the way, and recorded."""
    review = upheld(lictor, ledger)

    late = appealed(lictor, ledger, review, "2021-07-04T10:00:00+02:00")
    first = appealed(lictor, ledger, review)
    second = appealed(lictor, ledger, review)

    assert (1, "appeal_too_late") == (late.code, json.loads(late.out)["refused"])
    assert "hint: appeals against it were open until 2021-07-03T10:00:00+02:00" in late.err
    assert (0, None) == (first.code, json.loads(first.out)["refused"])
    assert (1, "appeal_exhausted") == (second.code, json.loads(second.out)["refused"])
    assert "is pending" in second.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["file", "--decision", "nope"], "`nope` names no decision of one account"),
        (["file", "--decision", "e3"], "nothing decided under `e3` stands against an account"),
        (["grant", "e1", "--by", "x"], "`e1` is no appeal"),
        (["reject", "nope", "--by", "x"], "no fact in the ledger is about `nope`"),
    ],
)
def test_what_is_no_appeal(lictor, ledger, arguments, said):
    """What names no decision or no appeal is said, and nothing is recorded."""
    ran = lictor("appeal", *arguments, "--ledger", ledger)

    assert (2, True) == (ran.code, said in ran.err), ran.err
    assert 4 == len(facts_in(ledger))


def test_an_appeal_against_a_scan(lictor, tulips, tmp_path, rows, fed):
    """What a scan decided changes no account's life, so there is nothing to contest; the way out is said."""
    ledger = fed()
    lictor("scan", rows, "-p", tulips, "--ledger", ledger)
    with Ledger.read(ledger) as opened:
        scanned = next(opened.decisions()).id

    ran = lictor("appeal", "file", "--decision", scanned, "--ledger", ledger)

    assert (2, True) == (ran.code, "was made by `lictor scan`, which changes no account's life" in ran.err)


def test_a_flagged_item_can_be_contested(lictor, ledger):
    """What detection did by itself can be contested too: granted, it is undone."""
    filed = json.loads(appealed(lictor, ledger, "e1").out)["fact"]

    ran = lictor("appeal", "grant", filed, "--by", "mod-1", "--ledger", ledger, "--now", "2021-06-05T10:00:00+02:00")

    assert (0, True) == (ran.code, "e1 is back" in ran.out)


def test_a_review_of_complaints(lictor, tmp_path, fed):
    """A review that complaints opened is upheld as one that complaints led to, with the category a person names."""
    complaint = {"id": "k1", "t": "2021-06-02T11:00:00+02:00", "kind": "complaint", "by": "u", "against": "oa",
                 "age_d": 30, "evidence": True}  # fmt: skip
    known = {"id": "o1", "t": "2021-06-02T09:00:00+02:00", "kind": "subject_updated", "subject": "oa",
             "type": "official_account", "registered_region": "CN"}  # fmt: skip
    path, ledger = tmp_path / "c.jsonl", tmp_path / "complaints"
    path.write_bytes(orjson.dumps(known) + b"\n" + orjson.dumps(complaint) + b"\n")
    lictor("enforce", path, "--ledger", ledger, "-p", "wechat")

    shown = lictor("case", "show", "oa", "--ledger", ledger, *NOW)
    bare = lictor("case", "uphold", "oa", "--by", "mod-1", "--ledger", ledger, *NOW)
    told = ["--category", "fin.vc.broker", "--severity", "S3", "--json"]
    ran = lictor("case", "uphold", "oa", "--by", "mod-1", "--ledger", ledger, *NOW, *told)

    assert "if upheld    not so: name what was violated" in shown.out
    assert 2 == bare.code
    (decision,) = [case for one in json.loads(ran.out)["outcomes"] for case in one["decisions"]]
    assert ("complaint", "ban_permanent") == (decision["trigger"], decision["action"])
