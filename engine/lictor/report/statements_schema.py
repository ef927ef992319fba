"""The schema of a statement of reasons in the EU's DSA Transparency Database, as of 1 July 2025.

Facts about somebody else's interface, kept in one place: fields, values, lengths, and what belongs with what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lictor.policy.dsa import CATEGORIES, KEYWORDS

__all__ = ["END_DATES", "wrong_with"]


def wrong_with(stated: Mapping[str, Any]) -> list[str]:
    """What is wrong with a statement by the database's schema; nothing, where it would be taken."""
    wrong = [f"`{name}` is no field of a statement" for name in stated if name not in _FIELDS]
    wrong += [f"`{name}` is missing" for name in _REQUIRED if not stated.get(name)]
    if not any(stated.get(name) for name in _DECISIONS):
        wrong.append("there is no restriction in it")
    for name, allowed in _ENUMS.items():
        values = stated.get(name, [])
        wrong += [
            f"`{value}` is no value of `{name}`"
            for value in (values if isinstance(values, list) else [values])
            if value not in allowed
        ]
    for name, longest in _LENGTHS.items():
        if len(str(stated.get(name, ""))) > longest:
            wrong.append(f"`{name}` is longer than {longest} characters")
    for name in (*_DATES, *_ENDING):
        if name in stated:
            wrong += _wrong_date(name, str(stated[name]), str(stated.get("application_date", "")))
    for name, (field, value) in _DEPENDENT.items():
        values = stated.get(field) or []
        there = value in values if isinstance(values, list) else value == values
        if there != bool(stated.get(name)):
            wrong.append(f"`{name}` belongs with `{value}` and nothing else")
    if not re.fullmatch(r"[a-zA-Z0-9-_]{1,500}", str(stated.get("puid", ""))):
        wrong.append("`puid` holds other characters than letters, digits, `-` and `_`")
    return wrong


def _wrong_date(name: str, value: str, applied: str) -> list[str]:
    earliest = _DATES.get(name, applied)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) or not earliest <= value <= _LATEST:
        return [f"`{name}` {value} does not lie between {earliest} and {_LATEST}"]
    return []


def _named(prefix: str, names: str) -> frozenset[str]:
    return frozenset(f"{prefix}_{name}" for name in names.split())


END_DATES = {
    "decision_visibility": "end_date_visibility_restriction",
    "decision_provision": "end_date_service_restriction",
    "decision_monetary": "end_date_monetary_restriction",
    "decision_account": "end_date_account_restriction",
}
_DECISIONS = tuple(END_DATES)
_ENDING = tuple(END_DATES.values())
_DATES = {"content_date": "2000-01-01", "application_date": "2020-01-01"}
_LATEST = "2038-01-01"
_REQUIRED = (
    "decision_ground", "content_type", "category", "content_date", "application_date", "decision_facts", "source_type",
    "automated_detection", "automated_decision", "puid",
)  # fmt: skip
_LENGTHS = {
    "decision_visibility_other": 500,
    "decision_monetary_other": 500,
    "decision_ground_reference_url": 500,
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2000,
    "content_type_other": 500,
    "category_specification_other": 500,
    "decision_facts": 5000,
    "source_identity": 500,
}
# A field, and the value of another that it is required with and allowed with only.
_DEPENDENT = {
    "decision_visibility_other": ("decision_visibility", "DECISION_VISIBILITY_OTHER"),
    "decision_monetary_other": ("decision_monetary", "DECISION_MONETARY_OTHER"),
    "content_type_other": ("content_type", "CONTENT_TYPE_OTHER"),
    "category_specification_other": ("category_specification", "KEYWORD_OTHER"),
    "illegal_content_legal_ground": ("decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"),
    "illegal_content_explanation": ("decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"),
    "incompatible_content_ground": ("decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"),
    "incompatible_content_explanation": ("decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"),
}
_CATEGORIES = _named("STATEMENT_CATEGORY", " ".join(CATEGORIES))
_KEYWORDS = _named("KEYWORD", " ".join(KEYWORDS))
_TERRITORIES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"


_ENUMS = {
    "decision_visibility": _named(
        "DECISION_VISIBILITY",
        "CONTENT_REMOVED CONTENT_DISABLED CONTENT_DEMOTED CONTENT_AGE_RESTRICTED CONTENT_INTERACTION_RESTRICTED "
        "CONTENT_LABELLED OTHER",
    ),
    "decision_monetary": _named("DECISION_MONETARY", "SUSPENSION TERMINATION OTHER"),
    "decision_provision": _named(
        "DECISION_PROVISION", "PARTIAL_SUSPENSION TOTAL_SUSPENSION PARTIAL_TERMINATION TOTAL_TERMINATION"
    ),
    "decision_account": _named("DECISION_ACCOUNT", "SUSPENDED TERMINATED"),
    "account_type": _named("ACCOUNT_TYPE", "BUSINESS PRIVATE"),
    "decision_ground": _named("DECISION_GROUND", "ILLEGAL_CONTENT INCOMPATIBLE_CONTENT"),
    "incompatible_content_illegal": frozenset({"Yes", "No"}),
    "content_type": _named("CONTENT_TYPE", "APP AUDIO IMAGE PRODUCT SYNTHETIC_MEDIA TEXT VIDEO OTHER"),
    "category": _CATEGORIES,
    "category_addition": _CATEGORIES,
    "category_specification": _KEYWORDS,
    "territorial_scope": frozenset(_TERRITORIES.split()),
    "source_type": frozenset(
        {"SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_VOLUNTARY", "SOURCE_TYPE_OTHER_NOTIFICATION"}
    ),
    "automated_detection": frozenset({"Yes", "No"}),
    "automated_decision": _named("AUTOMATED_DECISION", "FULLY PARTIALLY NOT_AUTOMATED"),
}
_FIELDS = frozenset({*_REQUIRED, *_LENGTHS, *_ENUMS, *_DATES, *_ENDING, "content_language", "content_id"})
