"""Cases in tables: YAML, JSON lines and CSV say the same, and what a row gets wrong is named at its line."""

import json
import shutil

import pytest

from lictor import Engine
from lictor.author.tables import own_tables, read_table, run_case
from lictor.errors import LictorError, UsageError


@pytest.fixture
def engine(tulips):
    """The tulips policy, loaded."""
    return Engine.load(tulips)


@pytest.fixture
def table(tmp_path, engine):
    """Writes a table and reads it: the cases, and what was said of those that are none."""

    def read(name, text):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        cases, wrong = read_table(path, engine.policies[0].policy.document.known_signals)
        return cases, [str(one).removeprefix(f"{tmp_path}/") for one in wrong]

    return read


YAML = """format: policy-cases/1
given: {surface: group}
cases:
  - {id: offer, text: buy my tulip, field: article, risk: 3, expect: {action: rectify_order, rule: offer}}
  - {text: a tulip in spring, expect: {action: none, rule: none, not: [offer, talk]}}
"""
JSONL = (
    json.dumps({"id": "offer", "text": "buy my tulip", "field": "article", "surface": "group", "risk": 3,
                "expect": {"action": "rectify_order", "rule": "offer"}})
    + "\n\n" + json.dumps({"text": "a tulip in spring", "surface": "group", "expect.action": "none",
                           "expect.rule": "none", "expect.not": ["offer", "talk"]}) + "\n"
)  # fmt: skip
CSV = (
    "id,text,field,surface,risk,expect.action,expect.rule,expect.not\n"
    "offer,buy my tulip,article,group,3,rectify_order,offer,\n,a tulip in spring,,group,,none,none,offer | talk\n"
)


@pytest.mark.parametrize(("name", "text"), [("t.yaml", YAML), ("t.jsonl", JSONL), ("t.csv", CSV)])
def test_three_forms_of_one_table(table, engine, name, text):
    """A row says the same in each form, and passes or fails alike."""
    cases, wrong = table(name, text)
    results = [run_case(engine, case) for case in cases]

    assert wrong == []
    assert ["offer", "t:2"] == [case.id for case in cases]
    assert [{"risk": 3}, {}] == [case.signals for case in cases]
    assert [True, True] == [result.passed for result in results]


@pytest.mark.parametrize(
    ("expect", "passes"),
    [
        ({"action": "rectify_order"}, True), ({"action": "flag"}, False), ({"category": "trade.offer"}, True),
        ({"category": "none"}, False), ({"severity": "S2"}, True), ({"status": "proposed"}, True),
        ({"rule": "offer"}, True), ({"rule": ["offer", "talk"]}, False), ({"rules": "offer"}, True),
        ({"rules": "none"}, False), ({"rule": "none"}, False), ({"not": "talk"}, True), ({"not": ["offer"]}, False),
        ({"exempted_by": "none"}, True), ({"exempted_by": "NEWS"}, False), ({"clause": "2"}, True),
        ({"evidence": ["buy", "tulip"]}, True), ({"evidence": "rose"}, False), ({"effect": "hide"}, True),
        ({"version": "v2"}, True), ({"version": "v1"}, False),
    ],
)  # fmt: skip
def test_what_may_be_expected(table, engine, expect, passes):
    """Only what is expected is asked, and each key is answered from the decision."""
    (case,), wrong = table("t.jsonl", json.dumps({"text": "buy my tulip", "field": "article", "expect": expect}))
    result = run_case(engine, case)

    assert (wrong, passes) == ([], result.passed)
    assert set(result.got) == (set() if passes else set(expect))


def test_a_failed_row_says_why(table, engine):
    """For each rule that was asked for, and each that fired, there is an explanation."""
    (case,), _ = table("t.jsonl", '{"text": "a tulip to the moon", "field": "article", "expect": {"rule": "offer"}}')
    result = run_case(engine, case)

    assert {"rule": ["talk"]} == result.got
    assert ["offer", "talk"] == list(result.because)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.jsonl", '{"text": "x", "expect": {"acton": "hide"}}', "t.jsonl:1: nothing answers `acton`"),
        ("t.jsonl", '{"text": "x", "action": "hide"}', "t.jsonl:1: `action` is nothing a case says"),
        ("t.jsonl", '{"expect": {"action": "hide"}}', "t.jsonl:1: a case without a text"),
        ("t.jsonl", '{"text": "x"}', "t.jsonl:1: a case that expects nothing"),
        ("t.jsonl", '{"text": 3, "expect": {"action": "none"}}', "t.jsonl:1: `text` is no text"),
        ("t.jsonl", '{"text": "x", "expect": 3}', "t.jsonl:1: `expect` is no mapping"),
        ("t.csv", "id,text,expect.rule\na,x,none\na,y,none\n", "t.csv:3: case `a` is there twice"),
        ("t.yaml", "format: policy-cases/1\ncases:\n  - {text: x, expct: {rule: a}}\n", "t.yaml:3: `expct` is nothing"),
    ],
)
def test_a_row_that_is_no_case(table, name, text, said):
    """What is wrong with a row is said with its line; the other rows count."""
    _, wrong = table(name, text)

    assert len(wrong) == 1
    assert said in wrong[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.yaml", "cases: []\n"), ("t.yaml", "format: policy-cases/1\ncases: x\n"), ("t.yaml", "a: [\n"),
        ("t.yaml", "format: policy-cases/1\ncase: []\n"), ("t.jsonl", "{"), ("t.jsonl", "[1]"),
        ("t.csv", 'text\n"a'), ("t.csv", "text\na,b\n"), ("t.txt", "x"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table(table, name, text):
    """A file that holds no cases is refused as a whole, never with a traceback."""
    with pytest.raises(LictorError):
        table(name, text)


def test_a_table_that_is_not_utf8(tmp_path):
    """A table in another encoding is refused."""
    path = tmp_path / "t.csv"
    path.write_bytes("text\n比".encode("gb18030"))

    with pytest.raises(LictorError, match="not UTF-8"):
        read_table(path, {})


def test_what_cannot_be_judged_is_named(table, engine):
    """A row with a value that cannot be is refused with its line."""
    (case,), _ = table("t.jsonl", '{"text": "x", "subject": "nobody", "expect": {"rule": "none"}}')

    with pytest.raises(UsageError, match=r"t\.jsonl:1: "):
        run_case(engine, case)


def test_tables_of_a_policy_are_found(tulips, tmp_path):
    """A policy's own tables are the files in `tests/` beside its `policy.yaml`; other files there are none."""
    folder = tmp_path / "mine"
    (folder / "tests").mkdir(parents=True)
    shutil.copy(tulips, folder / "policy.yaml")
    for name in ("b.csv", "a.yaml", "notes.md"):
        (folder / "tests" / name).write_text("", "utf-8")

    assert ["a.yaml", "b.csv"] == [path.name for path in own_tables(str(folder))]
    assert own_tables(str(folder / "policy.yaml")) == own_tables(str(folder))
    assert own_tables(str(tulips)) == []


def test_every_mistake_of_a_table_is_told_once(table):
    """What is wrong in the head of a CSV is told of the head; of a row, everything is told."""
    _, head = table("t.csv", "id,txt,feild,expect.acton\na,x,post,hide\nb,y,post,hide\n")
    _, rows = table(
        "t.yaml",
        "format: policy-cases/1\ngivn: {field: post}\ncases:\n"
        "  - {id: a, txt: x, expect: {acton: hide}}\n  - {id: b, text: 1}\n",
    )

    assert [
        "t.csv:1: `txt` is nothing a case says",
        "t.csv:1: `feild` is nothing a case says",
        "t.csv:1: nothing answers `acton`",
    ] == head
    assert [
        "t.yaml:2:1: `givn` is nothing a table says",
        "t.yaml:4: `txt` is nothing a case says",
        "t.yaml:4: nothing answers `acton`",
        "t.yaml:5: `text` is no text",
        "t.yaml:5: a case that expects nothing",
    ] == rows


@pytest.mark.parametrize("key", ["rule", "rules", "not"])
def test_a_rule_that_there_is_not_is_no_expectation(table, engine, key):
    """A misspelled rule under `not` would be silent for ever."""
    (case,), _ = table("t.jsonl", json.dumps({"text": "buy my tulip", "expect": {key: "ofer"}}))

    with pytest.raises(UsageError, match="there is no rule `ofer`") as refused:
        run_case(engine, case)

    assert "did you mean `offer`?" == refused.value.hint
