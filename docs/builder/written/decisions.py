"""The fields of a decision, and a whole one, made here."""

from __future__ import annotations

import inspect

import orjson

from lictor import Decision, Engine
from lictor.decide.decision import Effect, Evidence, Monitored, ViolationRecord
from written.markdown import code, table
from written.words import words

__all__ = ["page", "undescribed"]

HEAD = """# Decisions

What `check --json`, `scan` and `Engine.check` give: everything a decision must answer for. In Python the fields are
attributes (`decision.action`), in JSON keys. The same inputs, policy and version of Lictor always give the same bytes.
"""
TITLES = {"Decision": "A decision", "Effect": "An effect", "ViolationRecord": "A violation", "Evidence": "Evidence",
          "Monitored": "What was only watched"}  # fmt: skip


def page() -> str:
    """The whole page."""
    return "\n".join(
        [HEAD, *(_section(kind) for kind in (Decision, Effect, ViolationRecord, Evidence, Monitored)), _whole()]
    )


def undescribed() -> list[str]:
    """The fields that nothing describes, and the descriptions of fields that are no more."""
    said = {(kind, name) for kind, names in words("decision").items() for name in names}
    known = {
        (kind.__name__, name)
        for kind in (Decision, Effect, ViolationRecord, Evidence, Monitored)
        for name in inspect.get_annotations(kind)
    }
    return sorted(".".join(place) for place in said ^ known)


def _section(kind: type) -> str:
    told = words("decision")[kind.__name__]
    rows = [
        [code("from" if name == "start" and kind is Effect else name), told.get(name, ""), _type(str(written))]
        for name, written in inspect.get_annotations(kind).items()
    ]
    return f"## {TITLES[kind.__name__]}\n\n{table(['field', 'meaning', 'is'], rows)}"


def _type(written: str) -> str:
    null = " or null" if "None" in written else ""
    for start, told in (("tuple", "a list"), ("Mapping", "by language"), ("bool", "true or false"),
                        ("int", "a whole number"), ("Monitored", "a mapping")):  # fmt: skip
        if written.startswith(start):
            return told + null
    return f"a text{null}"


def _whole() -> str:
    decision = Engine.load("marketplace").check(
        "Superclone luxury watches in stock, $180 each", field="post", subject="listing", at="2026-01-05T09:00:00+00:00"
    )
    text = orjson.dumps(decision.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    return f"## A whole decision\n\n```json\n{text}\n```\n"
