"""The engine's door: what it takes, what it refuses, and that columns and single texts agree."""

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor import Engine, UsageError
from lictor.policy import load_policy

AT = "2021-06-01T00:00:00+01:00"
WORDS = st.lists(
    st.sampled_from(
        ["tulip", "buy", "郁金香", "买", "moon", "reportedly", "t u l i p", "。", "\n", " ", "🌷", "x", "QX"]
    ),
    max_size=8,
).map("".join)


@pytest.fixture(scope="module")
def engine(tulips):
    return Engine.load(tulips)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.one_of(WORDS, st.text(max_size=12)), st.sampled_from(["article", "message", None])), max_size=6
    )
)
def test_columns_and_single_texts_agree(tulips, rows):
    """Scanning a column decides each row exactly as checking it alone does."""
    engine = _engine(tulips)
    batch = pa.RecordBatch.from_pydict(
        {"text": [text for text, _ in rows], "field": [field for _, field in rows]},
        schema=pa.schema([("text", pa.string()), ("field", pa.string())]),
    )
    alone = [engine.check(text, field=field, at=AT) for text, field in rows]

    (scanned,) = engine.scan([batch], at=AT)

    assert [one.action for one in alone] == scanned.column("action").to_pylist()
    expected = [None if one.action == "none" else one.to_json().decode() for one in alone]
    assert expected == scanned.column("decision").to_pylist()


_ENGINES: dict[object, Engine] = {}


def _engine(path) -> Engine:
    if path not in _ENGINES:
        _ENGINES[path] = Engine.load(path)
    return _ENGINES[path]


@given(st.text(max_size=60))
@settings(max_examples=80, deadline=None)
def test_any_text_gets_a_decision(tulips, text):
    """Any string at all, unpaired surrogates included, is decided, and its decision is JSON."""
    decision = _engine(tulips).check(text + "\ud800 buy tulip")

    assert json.loads(decision.to_json())["action"] == decision.action


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"at": "2021-06-01T00:00:00"}, "no offset"),
        ({"at": "yesterday"}, "not an instant"),
        ({"at": "9999-12-31T00:00:00Z"}, "too far away"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "too far away"),
        ({"published_at": "9999-12-31T23:59:59-23:59"}, "too far away"),
        ({"field": "articel"}, "articel"),
        ({"subject": "shoppe"}, "shoppe"),
        ({"surface": "crowd"}, "crowd"),
        ({"signals": {"riks": 1}}, "riks"),
        ({"signals": {"risk": "high"}}, "risk"),
        ({"signals": {"risk": 0.5}}, "risk"),
        ({"signals": {"risk": 2**70}}, "`risk` is farther from 0"),
        ({"signals": {"trigger": "rumour"}}, "rumour"),
        ({"signals": {5: 1}}, "name of signal `5`"),
        ({"signals": [("risk", 1)]}, "`signals` is a mapping"),
        ({"field": ["bio"]}, "`field` is a `str`, not `list`"),
        ({"subject": 5}, "`subject` is a `str`, not `int`"),
        ({"surface": b"group"}, "`surface` is a `str`, not `bytes`"),
        ({"account": 5}, "`account` is a `str`, not `int`"),
        ({"account": "\ud800"}, "`account` holds half of a surrogate pair"),
        ({"item": b"x"}, "`item` is a `str`, not `bytes`"),
        ({"lang": 5}, "`lang` is a `str`, not `int`"),
        ({"at": 5}, "not an instant"),
        ({"published_at": b"x"}, "not an instant"),
    ],
)
def test_what_cannot_be_is_refused_by_name(engine, asked, said):
    """A value that cannot be is refused with an error that names it."""
    with pytest.raises(UsageError, match=said):
        engine.check("tulip", **asked)


@pytest.mark.parametrize("text", [None, b"x", 5, ["tulip"], {}, {"bio": None}, {"bio": b"x"}, {5: "x"}, {"bioo": "x"}])
def test_what_is_no_text_is_refused(engine, text):
    """Whatever is neither a text nor a mapping of fields to texts is refused as the caller's mistake."""
    with pytest.raises(UsageError):
        engine.check(text)


@pytest.mark.parametrize("spec", [None, 5, b"wechat", [5], [None], "", "\0"])
def test_what_names_no_policy_is_refused(spec):
    """Whatever names no policy is refused as the caller's mistake."""
    with pytest.raises(UsageError):
        Engine.load(spec)


def test_each_policy_reads_its_own_signals(tulips, tmp_path):
    """A signal that only one of several policies declares is no mistake under the others, alone or in columns."""
    other = tmp_path / "policy.yaml"
    text = tulips.read_text(encoding="utf-8").replace("policy: tulips", "policy: other")
    other.write_text(text.replace("risk", "peril"), "utf-8")
    both = Engine.load([tulips, other])
    batch = pa.RecordBatch.from_pydict({"text": ["buy my tulip"], "risk": [1], "peril": [2]})

    (outcome,) = both.decide_batch(batch, at=AT)

    assert "rectify_order" == outcome.decision.action
    assert outcome.decision == both.check("buy my tulip", signals={"risk": 1, "peril": 2}, at=AT)


def test_several_fields_are_one_item(engine):
    """An item of several fields gets one decision, and evidence names the field it stands in."""
    decision = engine.check({"name": "quiet garden", "bio": "buy my tulip"}, at=AT)

    assert {"bio"} == {piece.field for piece in decision.violations[0].evidence}
    assert "rectify_order" == decision.action


def test_fields_do_not_touch(engine):
    """Words in two fields do not stand near each other."""
    assert "none" == engine.check({"name": "tulip", "bio": "buy"}, at=AT).action


def test_rows_that_cannot_be_judged_are_named(engine):
    """A bad value is reported for its row, whether or not the text is clean, and the other rows are judged."""
    batch = pa.RecordBatch.from_pydict(
        {
            "text": ["clean", "buy my tulip", "clean", None, "buy my tulip"],
            "field": ["articel", "article", None, None, None],
            "published_at": [None, None, "2021-01-01T00:00:00", None, "2021-02-01T00:00:00Z"],
        }
    )
    outcomes = engine.decide_batch(batch, at=AT)

    assert [0, 1, 2, 3, 4] == [outcome.row for outcome in outcomes]
    reasons = [getattr(outcome, "reason", None) for outcome in outcomes]
    assert reasons[1] is None
    assert reasons[4] is None
    assert "articel" in reasons[0]
    assert "no offset" in reasons[2]
    assert "no text" in reasons[3]


def test_texts_with_and_without_a_field_may_stand_in_one_batch(engine):
    """Each row is judged by the texts it has; only one that has both kinds is named as not to be judged."""
    batch = pa.RecordBatch.from_pydict(
        {
            "text": ["buy my tulip", None, "buy my tulip", "clean"],
            "text.bio": [None, "buy my tulip", "x", None],
            "field": ["bio", None, None, None],
        }
    )
    bare, named, both = engine.decide_batch(batch, at=AT)

    assert "both `text` and `text.bio`" == both.reason
    assert ["bio", "bio"] == [one.decision.violations[0].evidence[0].field for one in (bare, named)]


def test_a_batch_without_text_is_refused(engine):
    """A batch without a text column is refused with what it has."""
    with pytest.raises(UsageError, match="no column `text`"):
        engine.decide_batch(pa.RecordBatch.from_pydict({"body": ["x"]}))


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        ("text", "a batch is a `RecordBatch`, not a `str`"),
        (pa.table({"text": ["x"]}), "a batch is a `RecordBatch`, not a `Table`"),
        (pa.RecordBatch.from_arrays([], names=[]), "no column `text`: it has none"),
        (pa.RecordBatch.from_arrays([["a"], ["b"]], names=["text", "text"]), "column `text` stands 2 times"),
        (pa.RecordBatch.from_arrays([["a"], ["b"], ["c"]], names=["text", "id", "id"]), "column `id` stands 2 times"),
        (pa.RecordBatch.from_pydict({"text": [5]}), "column `text` holds int64"),
        (pa.RecordBatch.from_pydict({"text": pa.array([b"\xff"]).view(pa.string())}), "column `text` is not UTF-8"),
    ],
)
def test_what_is_no_batch_is_refused(engine, batch, said):
    """Whatever is no batch of texts is refused with what is wrong with it."""
    with pytest.raises(UsageError, match=said):
        list(engine.scan([batch]))


def test_slices_nulls_and_other_string_types_are_honoured(engine):
    """Sliced, dictionary-encoded and large columns are read as what they say."""
    texts = ["clean", "buy my tulip", None, "buy my tulip"]
    for kind in (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())):
        column = pa.array(texts, pa.string()).cast(kind)
        batch = pa.RecordBatch.from_arrays([column], ["text"]).slice(1)
        rows = [outcome.row for outcome in engine.decide_batch(batch) if hasattr(outcome, "decision")]

        assert [0, 2] == rows


def test_of_several_policies_the_strongest_speaks(tulips, tmp_path):
    """With two policies loaded, the decision is the stronger one's, and says whose it is."""
    text = tulips.read_text(encoding="utf-8").replace("policy: tulips", "policy: strict")
    stricter = tmp_path / "policy.yaml"
    stricter.write_text(text.replace("severity: S2\n    status: enforce", "severity: S3\n    status: enforce"), "utf-8")

    decision = Engine.load([tulips, stricter]).check("buy my tulip", at=AT)

    assert ("strict", "ban_permanent") == (decision.policy, decision.action)


def test_a_policy_is_loaded_once(tulips):
    """The same policy twice is refused."""
    with pytest.raises(UsageError, match="twice"):
        Engine([load_policy(tulips), load_policy(tulips)])


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2021-99-01", "not an instant"),
        ("2021-02-30", "not an instant"),
        ("2021-02-29", "not an instant"),
        ("0000-01-01", "not an instant"),
        ("9999-12-31", "too far away"),
    ],
)
@pytest.mark.parametrize("text", ["clean", "buy my tulip"])
def test_a_day_that_never_was_is_named(engine, day, said, text):
    """An impossible date is reported for its row, whether or not the text is clean."""
    batch = pa.RecordBatch.from_pydict({"text": [text], "published_at": [f"{day}T00:00:00Z"]})
    (outcome,) = engine.decide_batch(batch)

    assert said in outcome.reason
