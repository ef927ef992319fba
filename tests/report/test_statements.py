"""Statements of reasons: what each restriction becomes, and what no statement can hold."""

import pytest

from lictor.ledger import RecordedDecision
from lictor.policy import PolicyDocument, load_policy
from lictor.report.statements import Refused, statement
from lictor.report.statements_schema import wrong_with

EFFECT = {"effect": "hide", "target": "item", "functions": [], "viewers": [], "from": "2024-05-01T00:00:00Z",
          "until": None, "until_event": None, "lasting": None, "status": "applied"}  # fmt: skip
VIOLATION = {
    "rule": "offer", "title": {"en": "Offers"}, "category": "trade.offer", "severity": "S2", "status": "enforce",
    "version": "v2", "exempted_by": None,
    "evidence": [{"field": "post", "start": 0, "end": 4, "text": "t u l i p", "term": f"tulip{number}",
                  "lexicon": "tulip", "mechanisms": ["separators"]} for number in range(25)],
}  # fmt: skip


@pytest.fixture(scope="module")
def document(tmp_path_factory, tulips) -> PolicyDocument:
    path = tmp_path_factory.mktemp("stated") / "policy.yaml"
    text = tulips.read_text("utf-8")
    for category in ("trade.offer", "trade.talk"):
        line = next(one for one in text.splitlines() if one.strip().startswith(f"{category}:"))
        text = text.replace(line, line.rstrip("}") + "}, dsa: {category: SCAMS_AND_FRAUD, keywords: [PHISHING]}}")
    path.write_text(text, "utf-8")
    return load_policy(path).document


def recorded(*effects, **changed) -> RecordedDecision:
    decision = {
        "subject": "shop", "item": "x", "category": "trade.offer", "severity": "S2", "trigger": "proactive",
        "clause": "2", "version": "v2", "as_of": "2024-05-01T00:00:00Z", "published_at": "2024-04-30T00:00:00Z",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT", "automated_detection": True,
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY", "violations": [VIOLATION],
        "effects": [EFFECT | one for one in effects],
    } | changed  # fmt: skip
    return RecordedDecision(7, changed.get("id", "abc"), None, "2024-05-02T00:00:00Z", decision, None)


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ([{"effect": "hide"}], {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"]}),
        (
            [{"effect": "hide", "viewers": ["CN"]}],
            {
                "decision_visibility": ["DECISION_VISIBILITY_OTHER"],
                "decision_visibility_other": "hidden from viewers in CN",
            },
        ),
        ([{"effect": "refuse"}], {"decision_visibility": ["DECISION_VISIBILITY_OTHER"]}),
        (
            [{"effect": "hide"}, {"effect": "rectify_order", "target": "account", "until": "2024-05-08T00:00:00Z"}],
            {
                "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
                "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION",
                "end_date_service_restriction": "2024-05-08",
            },
        ),
        (
            [{"effect": "suspend", "target": "account", "until": "2024-06-01T00:00:00Z"}],
            {"decision_account": "DECISION_ACCOUNT_SUSPENDED", "end_date_account_restriction": "2024-06-01"},
        ),
        (
            [{"effect": "ban_permanent", "target": "account"}, {"effect": "suspend", "target": "account"}],
            {"decision_account": "DECISION_ACCOUNT_TERMINATED"},
        ),
        ([{"effect": "payment_halt", "target": "account"}], {"decision_monetary": "DECISION_MONETARY_SUSPENSION"}),
        ([{"effect": "delist", "target": "account"}], {"decision_provision": "DECISION_PROVISION_TOTAL_SUSPENSION"}),
    ],
)
def test_restrictions(document, effects, expected):
    """Each restriction stands under the name the schema has for it, with the date it ends."""
    stated = statement(recorded(*effects), document)

    assert isinstance(stated, dict)
    assert wrong_with(stated) == []
    assert {key: stated[key] for key in expected} == expected


@pytest.mark.parametrize(
    "effect", [{"effect": "warn"}, {"effect": "flag"}, {"status": "proposed"}, {"effect": "hide", "target": "owner"}]
)
def test_what_restricts_nobody(document, effect):
    """A warning, a flag, a proposal, and what is done to somebody else make no statement."""
    assert statement(recorded(effect), document) is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"category": "trade.house"}, "category `trade.house` has no DSA category"),
        ({"category": None}, "category `None` has no DSA category"),
        ({"published_at": "1999-12-31T00:00:00Z"}, "`content_date` 1999-12-31 does not lie between"),
        ({"id": "a.b"}, "`puid` holds other characters"),
        ({"automated_decision": None}, "`automated_decision` is missing"),
        ({"decision_ground": None}, "`decision_ground` is missing"),
    ],
)
def test_what_the_schema_cannot_hold(document, changed, why):
    """Such a decision is refused, by its row, and why is said."""
    refused = statement(recorded({}, **changed), document)

    assert isinstance(refused, Refused)
    assert (refused.seq, why in refused.why) == (7, True)


def test_a_host_is_nobody(document):
    """A blocked host is owed no statement, and that is said rather than passed over."""
    refused = statement(recorded({"effect": "network_block", "target": "host"}), document)

    assert isinstance(refused, Refused)
    assert refused.why == "a host is no recipient of the service"


def test_facts_are_told_without_the_users_words(document):
    """Rules by title, terms by name, disguises by kind: not one word of the text."""
    stated = statement(recorded({}), document)

    assert isinstance(stated, dict)
    assert stated["decision_facts"].startswith("Rule `offer`: Offers. Found by: tulip0 (tulip), ")
    assert "and 5 more. Written in disguise: separators. Severity S2." in stated["decision_facts"]
    assert "t u l i p" not in stated["decision_facts"]


@pytest.mark.parametrize(
    ("changed", "said", "source"),
    [
        ({"trigger": "complaint"}, "A person found", "SOURCE_TYPE_OTHER_NOTIFICATION"),
        ({"trigger": "authority_order"}, "An authority ordered this.", "SOURCE_TYPE_OTHER_NOTIFICATION"),
        ({"trigger": "system", "severity": None}, "A deadline passed", "SOURCE_VOLUNTARY"),
        (
            {"trigger": "proactive", "violations": [VIOLATION | {"exempted_by": "NEWS"}]},
            "A person found",
            "SOURCE_VOLUNTARY",
        ),
    ],
)
def test_decisions_without_a_text(document, changed, said, source):
    """What a person, an authority or a deadline decided says so."""
    stated = statement(recorded({}, **{"violations": []} | changed), document)

    assert isinstance(stated, dict)
    assert stated["decision_facts"].startswith(said)
    assert stated["source_type"] == source


def test_illegal_content_names_its_law(document):
    """The ground decides which fields explain it."""
    ground = {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT", "clause": None, "category": "trade.talk"}
    stated = statement(recorded({}, subject="personal_account", **ground), document)

    assert isinstance(stated, dict)
    assert stated["illegal_content_legal_ground"].startswith("the rules in force (")
    assert "incompatible_content_ground" not in stated
    assert stated["account_type"] == "ACCOUNT_TYPE_PRIVATE"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"secret": 1}, "`secret` is no field"),
        ({"decision_visibility": []}, "there is no restriction"),
        ({"category": "STATEMENT_CATEGORY_TULIPS"}, "is no value of `category`"),
        ({"content_type": ["CONTENT_TYPE_TEXT", "CONTENT_TYPE_SMELL"]}, "`CONTENT_TYPE_SMELL` is no value"),
        ({"decision_facts": "x" * 5001}, "`decision_facts` is longer than 5000"),
        ({"end_date_visibility_restriction": "2024-01-01"}, "does not lie between 2024-05-02"),
        ({"application_date": "2019-12-31"}, "does not lie between 2020-01-01"),
        ({"content_date": "yesterday"}, "`content_date` yesterday"),
        ({"content_type_other": "a smell"}, "belongs with `CONTENT_TYPE_OTHER`"),
        ({"incompatible_content_ground": None}, "belongs with `DECISION_GROUND_INCOMPATIBLE_CONTENT`"),
    ],
)
def test_what_is_wrong_with_a_statement(document, changed, wrong):
    """Each of the schema's demands is held, by name."""
    stated = statement(recorded({}), document)
    assert isinstance(stated, dict)

    assert any(wrong in one for one in wrong_with(stated | changed))
