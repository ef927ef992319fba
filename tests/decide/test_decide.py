"""What follows from a violation, for a first offence."""

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from lictor import Engine

IN_V1, IN_V2 = "2020-06-01T00:00:00+01:00", "2021-06-01T00:00:00+01:00"


@pytest.fixture(scope="module")
def engine(tulips):
    return Engine.load(tulips)


def _effects(decision):
    return [(effect.effect, effect.status) for effect in decision.effects]


@pytest.mark.parametrize(
    ("text", "asked", "action", "status", "effects"),
    [
        pytest.param("a tulip in spring", {}, "none", None, [], id="nothing found"),
        pytest.param(
            "buy my tulip", {}, "rectify_order", "proposed", [("hide", "applied"), ("rectify_order", "proposed")],
            id="S2: hidden at once, the order waits for a person",
        ),
        pytest.param(
            "tulip to the moon", {}, "rectify_order", "proposed",
            [("flag", "applied"), ("hide", "proposed"), ("rectify_order", "proposed")],
            id="S1: flagged, the first step waits",
        ),
        pytest.param(
            "tulip", {"signals": {"risk": 950_000}}, "ban_permanent", "proposed",
            [("hide", "applied"), ("ban_permanent", "proposed")], id="S3: the ban waits for a person",
        ),
        pytest.param(
            "tulip", {"field": "message"}, "filter", "applied", [("filter", "applied")],
            id="a rule's own effect is all there is",
        ),
        pytest.param(
            "buy my tulip", {"field": "message", "subject": "group"}, "rectify_order", "proposed",
            [("filter", "applied"), ("rectify_order", "proposed")], id="a message is filtered, not hidden",
        ),
        pytest.param(
            "buy my tulip", {"at": IN_V1}, "restrict", "proposed", [("hide", "applied"), ("restrict", "proposed")],
            id="the older ladder, under the older version",
        ),
        pytest.param("buy my tulip", {"at": "2019-06-01T00:00:00Z"}, "none", None, [], id="before there were rules"),
        pytest.param("reportedly they buy tulip bulbs", {}, "none", None, [], id="excused"),
        pytest.param(
            "reportedly they buy tulip bulbs, invite code QX7781", {}, "rectify_order", "proposed",
            [("hide", "applied"), ("rectify_order", "proposed")], id="an entry point cancels the excuse",
        ),
        pytest.param(
            "buy my tulip", {"signals": {"registered_region": "SE"}}, "hide", "applied", [("hide", "applied")],
            id="not bound: hidden from those protected, nothing more",
        ),
        pytest.param(
            "tulip to the moon", {"published_at": IN_V1}, "hide", "applied", [("hide", "applied")],
            id="older than the version that forbids it: hidden without a strike",
        ),
    ],
)  # fmt: skip
def test_first_offence(engine, text, asked, action, status, effects):
    """Each kind of violation leads to exactly these effects, applied or waiting for a person."""
    decision = engine.check(text, **{"at": IN_V2, **asked})

    assert (action, status, effects) == (decision.action, decision.status, _effects(decision))


def test_an_order_restricts_the_bundle_of_the_subject_type(engine):
    """While an order to rectify runs, the functions of the subject type's bundle are restricted."""
    decision = engine.check("buy my tulip", at=IN_V2)

    assert ("publish", "search") == decision.functions


def test_instants_follow_from_as_of(engine):
    """Deadline and appeal window are counted from the instant asked for; without one there are none, and it is said."""
    dated, undated = engine.check("buy my tulip", at=IN_V2), engine.check("buy my tulip")

    assert ("2021-06-07T23:00:00Z", "2021-06-30T23:00:00Z") == (dated.rectify_by, dated.appeal_until)
    assert (None, None) == (undated.rectify_by, undated.appeal_until)
    assert "as_of" in undated.assumed
    assert undated.version == "v2"


def test_a_retroactive_hide_counts_no_strike(engine):
    """Hiding an older item that only a newer version forbids is no strike; a proposed step would be one."""
    assert not engine.check("tulip to the moon", at=IN_V2, published_at=IN_V1).strike
    assert engine.check("tulip to the moon", at=IN_V2, published_at=IN_V2).strike


def test_standing_fields_are_judged_by_the_present_version(engine):
    """A name chosen under the older version is judged by the one in force now."""
    decision = engine.check("buy my tulip", field="name", at=IN_V2, published_at=IN_V1)

    assert ("rectify_order", "v2") == (decision.action, decision.version)


def test_a_rule_in_monitor_does_nothing(engine):
    """What a watching rule would have led to is told apart, and nothing is done."""
    decision = engine.check("tu.lip", at=IN_V2)

    assert ("none", "monitor", ()) == (decision.action, decision.status, decision.effects)
    assert decision.monitored is not None
    assert ("rectify_order", ("watched",)) == (decision.monitored.action, decision.monitored.rules)


def test_missing_and_assumed_are_named(engine):
    """A decision says which signals it lacked and what the policy filled in."""
    decision = engine.check("buy my tulip", at=IN_V2, subject="shop")

    assert "risk" in decision.missing
    assert ("field", "registered_region", "surface") == decision.assumed


def test_evidence_slices_the_text_as_given(engine):
    """Every span of evidence is a slice of the text the caller gave, astral characters and disguises included."""
    text = "🌷🌷 b u y my t.u.l.i.p 🌷"
    decision = engine.check(text, at=IN_V2)

    spans = [piece for record in decision.violations for piece in record.evidence]
    assert spans
    assert all(piece.text == text[piece.start : piece.end] for piece in spans)


def test_reasons_name_clause_evidence_and_appeal(engine):
    """The statement of reasons names what was found, the clause, who decides, and how to appeal, in both languages."""
    reasons = engine.check("buy my tulip", at=IN_V2).reasons

    for said in ("buy", "tulip", "2 of Rules of the market", "Write to the bench.", "2021-06-30T23:00:00Z"):
        assert said in reasons["en"]
    for said in ("买卖郁金香", "请致函。", "人工"):
        assert said in reasons["zh"]
    assert "complaint led" not in reasons["en"].replace("No complaint led", "")


def test_hostile_words_cannot_disguise_the_statement(engine):
    """Control and bidirectional characters in quoted evidence are escaped in the statement."""
    reasons = engine.check("buy\u202e my tulip\x1b[31m buy t\u200bulip", at=IN_V2).reasons

    assert not {"\u202e", "\x1b", "\u200b"} & set(reasons["en"] + reasons["zh"])


def test_the_same_inputs_give_the_same_bytes(tulips):
    """Two engines loaded from the same policy write the same bytes for the same question."""
    first, second = (Engine.load(tulips).check("buy my tulip", at=IN_V2, item="i") for _ in range(2))

    assert first.to_json() == second.to_json()


def test_the_id_depends_on_item_text_policy_and_instant(engine):
    """Another item, text or instant is another decision; the same question is the same one."""
    asked = [
        ("buy my tulip", "a", IN_V2),
        ("buy my tulip", "b", IN_V2),
        ("buy a tulip", "a", IN_V2),
        ("buy my tulip", "a", IN_V1),
    ]
    ids = [engine.check(text, item=item, at=at).id for text, item, at in asked]

    assert len(set(ids)) == len(asked)
    assert ids[0] == engine.check("buy my tulip", item="a", at=IN_V2).id
    assert all(len(one) == 26 for one in ids)


@given(text=st.text(), item=st.text(min_size=1), at=st.none() | st.just(IN_V2))
def test_a_decision_is_canonical_json(engine, text, item, at):
    """Whatever stands in what was judged, the bytes are those of RFC 8785."""
    decision = engine.check(f"{text} buy my tulip {text}", item=item, account=text, at=at).to_json()

    assert rfc8785.dumps(orjson.loads(decision)) == decision
