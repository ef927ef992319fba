"""`lictor guard`, and guards where decisions are applied: `enforce`, and `scan` with a ledger."""

import json

import orjson
import pytest

from lictor.ledger import Ledger, verify

AT = "2021-06-01T00:00:00Z"


@pytest.fixture
def guarded(tulips, tmp_path):
    """The tulips policy, whose rules may hide or filter three items a day."""
    path = tmp_path / "guarded.yaml"
    guard = "guards: [{id: day, actions: [hide, filter], within: 1d, items: {count: 3}}]\n"
    path.write_text(tulips.read_text("utf-8") + guard, "utf-8")
    return path


@pytest.fixture
def many(tmp_path):
    """Forty rows: every fourth an offer."""
    path = tmp_path / "many.jsonl"
    rows = [{"id": f"r{n}", "text": "buy my tulip" if n % 4 == 0 else "spring", "account": f"a{n}"} for n in range(40)]
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return path


def _hidden(ran):
    return [
        {one["effect"]: one["status"] for one in row["decision"]["effects"]}["hide"] == "applied" for row in ran.rows
    ]


def test_scan_holds_a_rule_to_its_budget(lictor, guarded, many, tmp_path):
    """What is beyond the budget comes out, and is kept, as proposed: loudly, with the way back."""
    ran = lictor("scan", many, "-p", guarded, "--ledger", tmp_path / "ledger", "--as-of", AT)

    assert 1 == ran.code
    assert [True] * 3 + [False] * 7 == _hidden(ran)
    assert "warning: rule `offer` of `tulips` is beyond guard `day`: 4 of 40 items and 4 accounts within 1d" in ran.err
    assert "hint: `lictor guard rearm --ledger " in ran.err
    with Ledger.read(tmp_path / "ledger") as ledger:
        assert [row["decision"] for row in ran.rows] == [dict(one.decision) for one in ledger.decisions()]


def test_deciding_alone_is_never_held_back(lictor, guarded, many):
    """Without a ledger nothing is applied, and `scan` decides the same of every row."""
    ran = lictor("scan", many, "-p", guarded, "--as-of", AT)

    assert [True] * 10 == _hidden(ran)
    assert "warning" not in ran.err


def test_a_scan_run_again_changes_nothing(lictor, guarded, many, tmp_path):
    """Run again, with more jobs, or after an interruption, the scan comes to the same rows; and it replays."""
    arguments = ("-p", guarded, "--as-of", AT)
    first = lictor("scan", many, *arguments, "--ledger", tmp_path / "one")
    again = lictor("scan", many, *arguments, "--ledger", tmp_path / "one")
    jobs = lictor("scan", many, *arguments, "--ledger", tmp_path / "two", "--jobs", "2")
    part = tmp_path / "part.jsonl"
    part.write_bytes(b"".join(many.read_bytes().splitlines(keepends=True)[:10]))
    lictor("scan", part, *arguments, "--ledger", tmp_path / "three")
    rest = lictor("scan", many, *arguments, "--ledger", tmp_path / "three")

    assert first.out == again.out == jobs.out == rest.out
    assert "is tripped since" in again.err
    assert "warning" not in again.err
    assert 0 == lictor("ledger", "replay", tmp_path / "one").code
    assert verify(tmp_path / "one").rows == verify(tmp_path / "two").rows == 13


def test_list_and_rearm(lictor, guarded, many, tmp_path):
    """A tripped rule is listed, armed again by somebody, and acts on what is new; what was recorded stays."""
    ledger, scan = tmp_path / "ledger", ("scan", many, "-p", guarded, "--as-of", AT, "--ledger", tmp_path / "ledger")
    first = lictor(*scan)
    listed, machine = lictor("guard", "list", "--ledger", ledger), lictor("guard", "list", "--ledger", ledger, "--json")
    wrong = lictor("guard", "rearm", "--ledger", ledger, "--by", "me", "--rule", "ofer")
    neither = lictor("guard", "rearm", "--ledger", ledger, "--by", "me")
    rearmed = lictor("guard", "rearm", "--ledger", ledger, "--by", "me", "--rule", "offer", "--now", AT)
    again = lictor(*scan)
    more = tmp_path / "more.jsonl"
    more.write_text('{"id": "new", "text": "sell my tulip"}\n')
    new = lictor("scan", more, "-p", guarded, "--as-of", AT, "--ledger", ledger)

    assert (1, 1) == (listed.code, machine.code)
    assert "offer of tulips, guard day: tripped " in listed.out
    assert [("offer", 4, 40)] == [(one["rule"], one["items"], one["of_items"]) for one in json.loads(machine.out)]
    assert (2, "hint: did you mean `offer`?" in wrong.err) == (wrong.code, True)
    assert 2 == neither.code
    assert (0, "rule offer of tulips acts by itself again\n") == (rearmed.code, rearmed.out)
    assert first.out == again.out
    assert [True] == _hidden(new)
    assert "no rule is tripped\n" == lictor("guard", "list", "--ledger", ledger).out
    assert "no rule is tripped" in lictor("guard", "rearm", "--ledger", ledger, "--by", "me", "--all").out
    assert 2 == lictor("guard", "rearm", "--ledger", ledger, "--by", "me", "--rule", "offer").code
    with Ledger.read(ledger) as opened:
        assert [("tripped", None), ("rearmed", "me")] == [(one.event, one.by) for _, one in opened.guards()]


def test_enforce_warns(lictor, guarded, tmp_path):
    """`enforce` holds rules to budgets by the time of the facts, warns once, and says so again at each start."""
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(
        b"".join(
            orjson.dumps(
                {"id": f"e{n}", "t": f"2021-06-02T10:0{n}:00Z", "kind": "content", "subject": f"s{n}",
                 "form": "article",
                 "text": "buy my tulip"}, option=orjson.OPT_APPEND_NEWLINE,
            )
            for n in range(6)
        )
    )  # fmt: skip
    ledger = tmp_path / "ledger"
    ran = lictor("enforce", facts, "-p", guarded, "--ledger", ledger, "--json")
    again = lictor("enforce", facts, "-p", guarded, "--ledger", ledger)

    assert {"hide": 3} == json.loads(ran.out)["decisions"]
    assert 1 == ran.err.count("warning: rule `offer` of `tulips` is beyond guard `day`: 4 of 4 items")
    assert "note: rule `offer` of `tulips` is tripped since 2021-06-02T10:03:00Z" in again.err
    assert 0 == lictor("ledger", "rebuild", ledger, "-p", guarded).code
    assert 6 == lictor("case", "list", "--ledger", ledger, "-p", guarded, "--json").out.count('"account"')


def test_a_share_of_accounts(lictor, tulips, many, tmp_path):
    """A share of accounts is of all accounts whose rows were judged, clean ones too; a row without one is fine."""
    policy = tmp_path / "shares.yaml"
    guard = "guards: [{id: few, actions: hide, within: 1d, accounts: {count: 2, share: 20%}}]\n"
    policy.write_text(tulips.read_text("utf-8") + guard, "utf-8")
    with many.open("a") as file:
        file.write('{"id": "x", "text": "buy my tulip"}\n')
    ran = lictor("scan", many, "-p", policy, "--ledger", tmp_path / "ledger", "--as-of", AT)

    assert [True] * 8 + [False] * 3 == _hidden(ran)


def test_retroactive_hides_count(lictor, guarded, tmp_path):
    """What only a newer version forbids is hidden by the rule, too; and an excused row is hidden by none."""
    rows = tmp_path / "old.jsonl"
    rows.write_text(
        "".join(
            f'{{"id": "r{n}", "text": "tulip to the moon", "published_at": "2020-06-01T00:00:00Z"}}\n' for n in range(5)
        )
        + '{"id": "n", "text": "reportedly they sell a tulip"}\n'
    )
    ran = lictor("scan", rows, "-p", guarded, "--ledger", tmp_path / "ledger", "--as-of", AT)

    assert [True, True, True, False, False] == _hidden(ran)


def test_other_policies_have_no_guard(lictor, guarded, tulips, many, tmp_path):
    """Of two policies, only the decisions of the one with a guard are held to it."""
    other = tmp_path / "other.yaml"
    text = tulips.read_text("utf-8").replace("policy: tulips", "policy: bulbs").replace("[{id: shops", "[{id: shops")
    other.write_text(
        text.replace("steps: [[hide, rectify_order]", "steps: [[hide, suspend]").replace("{suspend: 30d}", "suspend"),
        "utf-8",
    )
    ran = lictor("scan", many, "-p", other, "-p", guarded, "--ledger", tmp_path / "ledger", "--as-of", AT)

    assert {"bulbs"} == {row["decision"]["policy"] for row in ran.rows}
    assert [True] * 10 == _hidden(ran)


def test_rules_that_only_watch_are_counted(lictor, tulips, tmp_path):
    """What a monitored rule fires on is counted; `--all` shows the row's decision, which does nothing."""
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "a", "text": "tu.lip"}\n{"id": "b", "text": "buy tu.lip"}\n{"id": "c", "text": "x"}\n')
    arguments = (rows, "-p", tulips, "--as-of", AT)
    ran = lictor("scan", *arguments, "--ledger", tmp_path / "ledger")
    machine = lictor("scan", *arguments, "--json")
    every = lictor("scan", *arguments, "--all")

    assert "\n  watched   2  watched\n" in ran.err
    assert {"watched": 2} == json.loads(machine.err.splitlines()[-1])["monitored"]
    assert ["b"] == [row["item"] for row in ran.rows]
    assert [("a", "monitor"), ("b", "proposed"), ("c", None)] == [(row["item"], row["status"]) for row in every.rows]
    assert "watched" in every.rows[0]["decision"]["monitored"]["rules"]
    facts = tmp_path / "facts.jsonl"
    told = {"id": "f", "t": AT, "kind": "content", "subject": "s", "form": "article", "text": "tu.lip"}
    facts.write_text(json.dumps(told) + "\n")
    enforced = lictor("enforce", facts, "-p", tulips, "--ledger", tmp_path / "lives", "--json")

    assert {"watched": 1} == json.loads(enforced.out)["monitored"]
