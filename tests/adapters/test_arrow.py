"""A batch decided as typed columns: the engine's own decisions, row for row, wherever it travels."""

import pickle

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor import Engine, UsageError
from lictor.adapters import Scanner
from lictor.adapters.arrow import DECIDED

ENGINE = Engine.load("wechat")
TEXTS = st.lists(
    st.sampled_from(["收U 6.42 出大饼", "今晚吃什么", "", "币安注册返佣，加V信abc123", "🎉", "a" * 300]), max_size=9
)


@given(TEXTS)
def test_the_decisions_are_those_of_the_engine(texts):
    """As many rows as came in, in their order, each with the decision that `Engine.scan` makes of it."""
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})
    (expected,) = ENGINE.scan([batch], at="2022-07-01T00:00:00Z")
    found = Scanner(ENGINE, at="2022-07-01T00:00:00Z")(batch)

    assert expected.column("decision").equals(found.column("decision"))
    assert expected.column("action").equals(found.column("action"))
    assert expected.column("rules").equals(found.column("rules"))


def test_evidence_is_nested_columns():
    """Every span of every violation, with its rule, sliceable out of the text."""
    text = "收Ｕ 6.42 出大饼"
    (row,) = Scanner(ENGINE)(pa.table({"text": [text]})).to_pylist()

    assert [one["text"] for one in row["evidence"]] == [text[one["start"] : one["end"]] for one in row["evidence"]]
    assert ["width"] in [one["mechanisms"] for one in row["evidence"]]
    assert {one["rule"] for one in row["evidence"]} == {v["rule"] for v in orjson.loads(row["decision"])["violations"]}


def test_it_travels_as_its_policies():
    """A pickled scanner decides the same, by the same digests."""
    table = pa.table({"body": ["收U 6.42 出大饼", "x"], "n": [1, 2]})
    scanner = Scanner(ENGINE, columns={"text": "body"}, keep=["n"])
    again = pickle.loads(pickle.dumps(scanner))

    assert scanner(table) == again(table)
    assert scanner.digests == again.digests == {"wechat-crypto": ENGINE.policies[0].policy.digest}


def test_a_row_that_cannot_be_judged_says_why():
    """It has no action, and does not stop the others."""
    rows = Scanner(ENGINE)(pa.table({"text": [None, "x"], "surface": ["group", "moon"]})).to_pylist()

    assert [None, None] == [row["action"] for row in rows]
    assert ["no text; give an empty text if there is none", "surface `moon` is not known"] == [
        row["error"].partition("; use")[0] for row in rows
    ]


def test_what_hosts_call_ids_and_instants_are_read():
    """Whole numbers are ids, and an instant with a zone is one."""
    at = pa.array([1_655_683_200_000_000], pa.timestamp("us", "Asia/Shanghai"))
    table = pa.table({"text": ["收U 6.42 出大饼"], "id": [7], "published_at": at})
    (row,) = Scanner(ENGINE)(table).to_pylist()
    decision = orjson.loads(row["decision"])

    assert ("7", "2022-06-20T00:00:00Z") == (decision["item"], decision["published_at"])


def test_an_empty_table_has_the_columns():
    """Nothing in, nothing out, typed."""
    assert DECIDED == Scanner(ENGINE)(pa.table({"text": pa.array([], pa.string())})).schema


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"keep": ["action"]}, "column `action` is one of those that come out"),
        ({"columns": {"txt": "body"}}, "`txt` is not a column that is read"),
        ({"defaults": {"subjct": "group"}}, "default `subjct` is not known"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, said):
    """Before any row is read."""
    with pytest.raises(UsageError, match=said):
        Scanner(ENGINE, **settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"keep": ["nn"]}, "no column `nn` to keep"), ({"columns": {"text": "boody"}}, "no column `boody`")],
)
def test_columns_that_are_not_there_are_named(settings, said):
    """With what there is."""
    with pytest.raises(UsageError, match=said):
        Scanner(ENGINE, **settings)(pa.table({"body": ["x"], "n": [1], "text": ["y"]}))


def test_a_name_that_stands_twice_is_refused():
    """Nobody can say which column is meant."""
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    with pytest.raises(UsageError, match="column `text` stands 2 times"):
        Scanner(ENGINE)(table)
