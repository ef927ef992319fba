"""What is fed in, and the values all of it is made of: instants, canonical JSON, texts, names from fixed lists."""

from lictor.facts.values import (
    EXACT,
    FIELDS,
    SURFACES,
    TRIGGERS,
    Content,
    Field,
    Surface,
    Trigger,
    canonical,
    instant,
    one_of,
    readable,
    refuse_no_text,
    stamp,
    suggest,
)

__all__ = [
    "EXACT",
    "FIELDS",
    "SURFACES",
    "TRIGGERS",
    "Content",
    "Field",
    "Surface",
    "Trigger",
    "canonical",
    "instant",
    "one_of",
    "readable",
    "refuse_no_text",
    "stamp",
    "suggest",
]
