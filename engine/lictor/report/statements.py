"""Decisions as statements of reasons for the EU's DSA Transparency Database, checked against its schema.

Rules: a statement holds no personal data: its facts are told by the titles of rules and the names of terms, never by
what a user wrote. Only restrictions that were applied to an account or an item are stated; a warning, a flag and a
proposal restrict nobody. Where the schema cannot hold a decision it is refused, and why is said: a wrong statement is
worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lictor.ledger import RecordedDecision
from lictor.policy import PolicyDocument, localized
from lictor.policy.actions import strength
from lictor.report.statements_schema import END_DATES, wrong_with

__all__ = ["Refused", "statement"]

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that no statement can hold, and why."""

    seq: int
    id: str
    why: str


def statement(recorded: RecordedDecision, document: PolicyDocument) -> Statement | Refused | None:
    """The statement of reasons of a decision under that policy; None where it restricts nobody."""
    decision = recorded.decision
    effects = [
        one for one in decision["effects"] if one["status"] == "applied" and one["target"] in ("account", "item")
    ]
    restricting = [one for one in effects if one["effect"] in _RESTRICTIONS]
    if not restricting:
        if any(one["effect"] == "network_block" and one["status"] == "applied" for one in decision["effects"]):
            return Refused(recorded.seq, recorded.id, "a host is no recipient of the service")
        return None
    category = document.categories.get(decision["category"])
    if category is None or category.dsa is None:
        return Refused(
            recorded.seq, recorded.id, f"category `{decision['category']}` has no DSA category in the policy"
        )
    applied = _date(recorded.at or decision["as_of"])
    published = _date(decision["published_at"] or decision["as_of"] or recorded.at)
    stated: Statement = {
        "category": f"STATEMENT_CATEGORY_{category.dsa.category}",
        "category_specification": [f"KEYWORD_{keyword}" for keyword in category.dsa.keywords],
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_date": published,
        "application_date": applied,
        "decision_facts": _facts(decision),
        "automated_detection": "Yes" if decision["automated_detection"] else "No",
        "automated_decision": decision["automated_decision"],
        "puid": recorded.id,
        **_restrictions(restricting),
        **_ground(decision, document),
        **_source(decision["trigger"]),
    }
    if decision["subject"] in _ACCOUNT_TYPES:
        stated["account_type"] = _ACCOUNT_TYPES[decision["subject"]]
    stated = {name: value for name, value in stated.items() if value not in (None, [])}
    wrong = wrong_with(stated)
    return Refused(recorded.seq, recorded.id, "; ".join(wrong)) if wrong else stated


def _restrictions(effects: list[Mapping[str, Any]]) -> Statement:
    stated: Statement = {}
    for one in sorted(effects, key=lambda one: strength(one["effect"])):  # of two of one kind the stronger stands
        kind, value = _RESTRICTIONS[one["effect"]]
        end = None if one["until"] is None else _date(one["until"])
        if kind == "decision_visibility":
            if one["viewers"]:
                value = "DECISION_VISIBILITY_OTHER"
                stated["decision_visibility_other"] = f"hidden from viewers in {', '.join(one['viewers'])}"
            elif value == "DECISION_VISIBILITY_OTHER":
                stated["decision_visibility_other"] = "not taken"
            stated["decision_visibility"] = sorted({*stated.get("decision_visibility", []), value})
        else:
            stated[kind] = value
        stated[END_DATES[kind]] = end
    return stated


def _ground(decision: Mapping[str, Any], document: PolicyDocument) -> Statement:
    kind = (
        "illegal_content"
        if decision["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
        else "incompatible_content"
    )
    clause = f"clause {decision['clause']}" if decision["clause"] else "the rules in force"
    law = {"illegal_content": "illegal_content_legal_ground", "incompatible_content": "incompatible_content_ground"}[
        kind
    ]
    title = localized(document.categories[decision["category"]].title, "en")
    return {
        "decision_ground": decision["decision_ground"],
        law: f"{clause} ({localized(document.title, 'en')}, {decision['version']})",
        f"{kind}_explanation": f"The rules do not allow this: {title}.",
    }


def _facts(decision: Mapping[str, Any]) -> str:
    lines = []
    for violation in decision["violations"]:
        if violation["exempted_by"] or violation["status"] == "monitor":
            continue
        terms = sorted(
            {f"{one['term']} ({one['lexicon']})" if one["lexicon"] else one["term"] for one in violation["evidence"]}
        )
        disguises = sorted({name for one in violation["evidence"] for name in one["mechanisms"]})
        lines.append(
            f"Rule `{violation['rule']}`: {localized(violation['title'], 'en')}."
            + (f" Found by: {_some(terms)}." if terms else "")
            + (f" Written in disguise: {', '.join(disguises)}." if disguises else "")
        )
    if not lines:
        lines.append(_WITHOUT_TEXT.get(decision["trigger"], "A person found a violation of this category."))
    lines.append(f"Severity {decision['severity']}." if decision["severity"] else "")
    return " ".join(lines).strip()


def _some(terms: list[str]) -> str:
    shown = ", ".join(terms[:_TERMS])
    return shown if len(terms) <= _TERMS else f"{shown} and {len(terms) - _TERMS} more"


def _source(trigger: str) -> Statement:
    if trigger == "complaint":
        return {"source_type": "SOURCE_TYPE_OTHER_NOTIFICATION"}
    if trigger == "authority_order":
        return {"source_type": "SOURCE_TYPE_OTHER_NOTIFICATION", "source_identity": "an authority's order"}
    return {"source_type": "SOURCE_VOLUNTARY"}


def _date(instant: str | None) -> str | None:
    return None if instant is None else instant[:10]


_TERMS = 20
_WITHOUT_TEXT = {
    "complaint": "A person found a violation of this category after complaints.",
    "authority_order": "An authority ordered this.",
    "system": "A deadline passed, or an earlier decision leads to this.",
}
_RESTRICTIONS = {
    "filter": ("decision_visibility", "DECISION_VISIBILITY_CONTENT_DISABLED"),
    "hide": ("decision_visibility", "DECISION_VISIBILITY_CONTENT_DISABLED"),
    "refuse": ("decision_visibility", "DECISION_VISIBILITY_OTHER"),
    "restrict": ("decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION"),
    "rectify_order": ("decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION"),
    "payment_halt": ("decision_monetary", "DECISION_MONETARY_SUSPENSION"),
    "merchant_terminated": ("decision_monetary", "DECISION_MONETARY_TERMINATION"),
    "suspend": ("decision_account", "DECISION_ACCOUNT_SUSPENDED"),
    "block_indefinite": ("decision_account", "DECISION_ACCOUNT_SUSPENDED"),
    "disable": ("decision_provision", "DECISION_PROVISION_TOTAL_SUSPENSION"),
    "delist": ("decision_provision", "DECISION_PROVISION_TOTAL_SUSPENSION"),
    "ban_permanent": ("decision_account", "DECISION_ACCOUNT_TERMINATED"),
}
_ACCOUNT_TYPES = {
    "personal_account": "ACCOUNT_TYPE_PRIVATE",
    "merchant": "ACCOUNT_TYPE_BUSINESS",
    "payment_vendor": "ACCOUNT_TYPE_BUSINESS",
}
