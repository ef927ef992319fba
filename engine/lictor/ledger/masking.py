"""What a policy says is not to be kept: the words of some fields never reach the ledger.

A decision keeps which terms it saw and where, and loses what was written: evidence, quotes in its reasons, the text
that was judged. It says so itself (`masked`), so that replay can tell why it cannot be made again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from lictor.decide.reasons import quoted
from lictor.facts import canonical

__all__ = ["MASK", "masked_decision", "masked_input", "masked_text"]

MASK = "█"
"""What stands in place of words that were not kept."""


def masked_decision(decision: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """The decision without what was written in these fields; `masked` names those it had words of."""
    words = [
        evidence["text"]
        for violation in decision["violations"]
        for evidence in violation["evidence"]
        if evidence["field"] in fields
    ]
    if not words and decision.get("field") not in fields:
        return dict(decision)
    reasons = dict(decision["reasons"])
    for language, text in reasons.items():
        for word in words:
            text = text.replace(f"“{quoted(word)}”", f"“{MASK}”")  # noqa: PLW2901 - word after word
        reasons[language] = text
    violations = [
        {
            **violation,
            "evidence": [
                {**evidence, "text": MASK} if evidence["field"] in fields else evidence
                for evidence in violation["evidence"]
            ],
        }
        for violation in decision["violations"]
    ]
    seen = {evidence["field"] for violation in violations for evidence in violation["evidence"]} | {decision["field"]}
    return {**decision, "reasons": reasons, "violations": violations, "masked": sorted(seen & set(fields))}


def masked_input(judged: bytes, fields: Collection[str]) -> bytes:
    """What was judged, as canonical JSON, without the texts of these fields."""
    values = orjson.loads(judged)
    texts = {name: MASK if name in fields else text for name, text in values["fields"].items()}
    return judged if texts == values["fields"] else canonical({**values, "fields": texts})


def masked_text(fact: Mapping[str, Any]) -> dict[str, Any]:
    """The recorded fact without its text, or what else quotes it."""
    kept = {key: value for key, value in fact.items() if key not in ("boilerplate", "truth")}
    return {**kept, "text": MASK}
