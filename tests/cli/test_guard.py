"""`lictor guard`, and guards where decisions are applied: `enforce`, and `scan` with a ledger."""

import json
from contextlib import ExitStack
from datetime import timedelta

import orjson
import pytest

from lictor import Engine
from lictor.cli.budgets import Budgets
from lictor.cli.judging import Judge, tasks
from lictor.cli.options import clock
from lictor.cli.sinks import Targets, open_sinks
from lictor.facts import instant
from lictor.ledger import Ledger, verify
from lictor.ledger.guards import rearm, tripped
from lictor.scan.inputs import open_inputs

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


@pytest.fixture
def facts_of_offers(tmp_path):
    """A file of so many offers, each published by another account."""

    def write(number):
        path = tmp_path / "facts.jsonl"
        facts = [
            {"id": f"e{n}", "t": f"2021-06-02T10:0{n}:00Z", "kind": "content", "subject": f"s{n}", "form": "article",
             "text": "buy my tulip"} for n in range(number)
        ]  # fmt: skip
        path.write_bytes(b"".join(orjson.dumps(fact, option=orjson.OPT_APPEND_NEWLINE) for fact in facts))
        return path

    return write


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


def test_enforce_warns(lictor, guarded, facts_of_offers, tmp_path):
    """`enforce` holds rules to budgets by the time of the facts, warns once, and says so again at each start."""
    facts = facts_of_offers(6)
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


def _rows(tmp_path, name, number, text="buy my tulip"):
    path = tmp_path / f"{name}.jsonl"
    rows = [{"id": f"{name}{n}", "text": text, "account": f"{name}-{n}"} for n in range(number)]
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return path


def test_scans_within_the_time_count_together(lictor, guarded, tmp_path):
    """A budget is of a time and not of a run: what earlier scans did counts, and run again they count no more."""
    arguments = ("-p", guarded, "--as-of", AT, "--ledger", tmp_path / "ledger")
    first, second = _rows(tmp_path, "one", 2), _rows(tmp_path, "two", 3)

    assert [True, True] == _hidden(lictor("scan", first, *arguments))
    assert [True, True] == _hidden(lictor("scan", first, *arguments))
    ran = lictor("scan", second, *arguments)
    assert [True, False, False] == _hidden(ran)
    assert "4 of 5 items and 4 accounts within 1d" in ran.err


def test_what_earlier_scans_read_is_part_of_the_share(lictor, tulips, tmp_path):
    """A share is of all that was judged within the time: rows of earlier scans, clean ones too."""
    policy = tmp_path / "shares.yaml"
    guard = "guards: [{id: some, actions: hide, within: 1d, items: {count: 1, share: 20%}}]\n"
    policy.write_text(tulips.read_text("utf-8") + guard, "utf-8")
    arguments = ("-p", policy, "--as-of", AT, "--ledger", tmp_path / "ledger")
    lictor("scan", _rows(tmp_path, "clean", 8, "spring"), *arguments)
    ran = lictor("scan", _rows(tmp_path, "offers", 4), *arguments)

    assert [True, True, False, False] == _hidden(ran)


def test_facts_are_no_part_of_a_scan(lictor, tulips, facts_of_offers, tmp_path):
    """In a ledger that facts were fed into, too, a scan counts what scans judged and did."""
    policy = tmp_path / "shares.yaml"
    guard = "guards: [{id: some, actions: hide, within: 1d, items: {count: 3, share: 70%}}]\n"
    policy.write_text(tulips.read_text("utf-8") + guard, "utf-8")
    ledger = ("-p", policy, "--ledger", tmp_path / "ledger")
    first = lictor("scan", _rows(tmp_path, "one", 2), *ledger, "--as-of", AT)
    lictor("enforce", facts_of_offers(2), *ledger)
    ran = lictor("scan", _rows(tmp_path, "two", 3), *ledger, "--as-of", AT)

    assert [True, True] == _hidden(first)
    assert [True, False, False] == _hidden(ran)
    assert "4 of 5 items" in ran.err


def test_decisions_that_were_summed_up_before_count(lictor, guarded, tmp_path):
    """The same rows judged as of another instant are summed up by the row that is there; what was done counts."""
    arguments = ("-p", guarded, "--ledger", tmp_path / "ledger", "--as-of")
    one = _rows(tmp_path, "one", 1)
    lictor("scan", one, *arguments, AT)
    lictor("scan", one, *arguments, "2021-07-01T00:00:00Z")

    assert [True, False] == _hidden(lictor("scan", _rows(tmp_path, "two", 2), *arguments, AT))


def test_rules_that_are_no_more_are_passed_over(lictor, guarded, tmp_path):
    """What a rule did that the policy has no longer counts for nobody."""
    arguments = ("-p", guarded, "--as-of", AT, "--ledger", tmp_path / "ledger")
    lictor("scan", _rows(tmp_path, "one", 3), *arguments)
    text = guarded.read_text("utf-8")
    guarded.write_text(text.replace("- id: offer", "- id: sale") + "revision: 1\n", "utf-8")
    ran = lictor("scan", _rows(tmp_path, "two", 3), *arguments)

    assert [True, True, True] == _hidden(ran)


@pytest.fixture
def scanner(guarded, tmp_path):
    """Scans of some offers that are judged, held to the guards and recorded one batch at a time."""
    engine = Engine.load(guarded)
    judge = Judge(engine, instant(AT), {}, every=False)
    with ExitStack() as stack:

        def begin(at=None):
            targets = Targets(
                out=tmp_path / "out.jsonl", ledger=tmp_path / "ledger", rejects=None, events=None, as_json=True
            )
            hold, sinks = open_sinks(stack, targets, engine)
            if at is not None:
                hold = Budgets(stack.enter_context(Ledger.read(tmp_path / "ledger")), engine, at)

            def take(name, number):
                inputs = open_inputs([str(_rows(tmp_path, name, number))], columns={}, signals=engine.signals)
                (held,) = [hold(judge(task)) for task in tasks(inputs)]
                for sink in sinks:
                    sink(held)
                return [orjson.loads(row.decision)["effects"][0]["status"] for row in held.rows]

            return take

        yield begin


def test_two_scans_at_once_share_the_budget(scanner):
    """What another scan does meanwhile counts as soon as it is recorded."""
    one, other = scanner(), scanner()

    assert ["applied", "applied"] == one("a", 2)
    assert ["applied"] == other("b", 1)
    assert ["proposed"] == one("c", 1)
    assert ["proposed"] == other("d", 1)


def test_a_rule_armed_again_while_a_scan_runs(scanner, tmp_path):
    """The scan that is running takes it up: the rule has its whole budget again."""
    take = scanner()

    assert ["applied", "applied", "applied", "proposed"] == take("a", 4)
    with Ledger.open(tmp_path / "ledger") as ledger:
        rearm(ledger, tripped(ledger), by="me", at=AT)
    assert ["applied", "applied"] == take("b", 2)
    assert ["applied", "proposed"] == take("c", 2)


def test_what_is_longer_ago_than_the_time_counts_no_more(scanner):
    """A later scan, when the time of the guard is over, begins with the whole budget."""
    scanner()("a", 2)

    assert ["applied", "applied", "applied"] == scanner(clock(None) + timedelta(hours=26))("b", 3)


def test_what_is_within_the_time_counts(scanner):
    """A later scan goes on with what is left of the budget."""
    scanner()("a", 2)

    assert ["applied", "proposed"] == scanner(clock(None) + timedelta(hours=23))("b", 2)
