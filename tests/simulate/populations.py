"""Small policies and populations whose fate can be computed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from lictor.policy import Policy, load_policy
from lictor.simulate.population.model import Model
from lictor.simulate.population.read import read_model

POLICY: dict[str, Any] = {
    "lictor": 1, "policy": "village", "title": "A village", "owner": "nobody",
    "versions": [{"id": "v1", "from": "2026-01-01T00:00:00Z"}],
    "severities": [{"id": "S1", "title": "Mild"}, {"id": "S2", "title": "Grave"}, {"id": "S3", "title": "Gravest"}],
    "categories": {"c": {"title": "C", "from": "v1", "ground": {"kind": "incompatible_content", "clause": "1"}}},
    "rules": [{"id": "r", "title": "R", "category": "c", "severity": "S2", "when": {"terms": ["tulip"]}}],
    "functions": ["publish", "trade"],
    "bundles": {"ALL": ["publish", "trade"]},
    "takes": {"suspend": "*", "ban_permanent": "*"},
    "subjects": {"person": {"title": "Person", "rectify": "4d", "bundle": "ALL", "on_expiry": "ban_permanent"}},
    "detected": {"S1": "flag", "S2": "hide", "S3": "hide"},
    "automatic": ["flag", "hide"],
    "ladders": [
        {"id": "L", "for": "person", "from": "v1", "by": "strikes", "severity": {"S3": ["hide", "ban_permanent"]},
         "steps": [["hide", "warn"], ["hide", "warn"], ["hide", "ban_permanent"]]}
    ],
    "strikes": {"life": "365d"},
    "appeals": {"window": "30d", "answer": "7d", "how": "Write."},
    "complaints": {"distinct": 3, "within": "72h", "min_account_age": "7d"},
}  # fmt: skip

QUIET: dict[str, Any] = {
    "detector": {"recall_plain": 0.5, "recall_disguised": 0.5},
    "readers": {"views": 10, "views_days": 2, "complains": 0, "evidence": 0, "account_days": 700},
    "reviewers": {"minutes": 1_000_000, "case_minutes": 1, "wrong_uphold": 0, "wrong_dismiss": 0},
}
"""Nobody complains, and reviewers have all the time and never err."""

PERSON: dict[str, Any] = {
    "title": "Somebody", "subject": "person", "category": "c", "function": "publish",
    "severity": {"S3": 1}, "false_severity": {"S3": 1}, "posts": 0, "violating": 0, "false_alarm": 0,
}  # fmt: skip


def policy(folder: Path, **instead: Any) -> Policy:
    """The village's policy, with these sections written otherwise; `None` leaves one out."""
    path = folder / "village.yaml"
    said = {name: value for name, value in (POLICY | instead).items() if value is not None}
    path.write_bytes(orjson.dumps(said))
    return load_policy(path)


def population(folder: Path, types: dict[str, dict[str, Any]], **instead: dict[str, Any]) -> Model:
    """A model of these types, each a person with these habits; numbers are assumed."""
    said: dict[str, Any] = {"population": 1, "id": "village", "title": "The village", "policy": "village"}
    said["order"] = [["appeal", "claim", "complaint", "detection"]]
    said["types"] = {name: _assumed(PERSON | own) for name, own in types.items()}
    for section in {**QUIET, **instead}:
        said[section] = _assumed(QUIET.get(section, {}) | instead.get(section, {}))
    path = folder / "population.yaml"
    path.write_bytes(orjson.dumps(said))
    return read_model(path)


def _assumed(numbers: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {"value": value, "assumed": True} if isinstance(value, int | float) else value
        for name, value in numbers.items()
    }
