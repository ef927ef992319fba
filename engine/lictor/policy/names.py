"""The names a policy may use without defining them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lictor.facts import FIELDS, SURFACES, TRIGGERS

__all__ = ["DETECTORS", "FACT_KEYS", "MECHANISMS", "SIGNALS", "SignalType"]

DETECTORS: tuple[str, ...] = (
    "url", "domain", "invite_code", "wechat_id", "price", "email", "telegram", "qq", "number", "address", "ipv4",
    "ipv6",
)  # fmt: skip
"""What is found by its form rather than by a list. The matcher builds exactly these."""

MECHANISMS: tuple[str, ...] = (
    "case", "width", "style", "script", "accents", "lookalike", "leet", "invisible", "separators", "repeats", "sound",
    "split", "shape", "reversed", "masked", "inflect", "variant",
)  # fmt: skip
"""The transformations a match may have needed. The matcher reports exactly these."""


@dataclass(frozen=True, slots=True)
class SignalType:
    """What a signal may be: its type, and its values where they are few."""

    type: Literal["text", "number", "boolean"]
    values: tuple[str, ...] = ()


SIGNALS: Mapping[str, SignalType] = {
    "registered_region": SignalType("text"),
    "serves_cn": SignalType("boolean"),
    "licence": SignalType("text"),
    "trigger": SignalType("text", TRIGGERS),
}
"""Signals every caller may give; a policy declares the others under `signals`."""

FACT_KEYS: Mapping[str, SignalType] = {
    "field": SignalType("text", FIELDS),
    "subject": SignalType("text"),
    "surface": SignalType("text", SURFACES),
    "lang": SignalType("text"),
}
"""What `assume` and a rule's tests may say besides signals."""
