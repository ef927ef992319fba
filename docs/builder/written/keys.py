"""The keys of a policy: what each means, what it may be, what it is where it is left out, and an example."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from written.examples import by_name, definitions, examples
from written.markdown import anchor, code, table
from written.words import words

__all__ = ["page", "undescribed", "without_example"]

LONGEST = 160
HEAD = """# Keys of a policy

A policy is a YAML file, or a folder with `policy.yaml` and the files it includes. Below are all keys that may stand in
one: first those at the top, then those of each section.

YAML is read strictly. Only `true` and `false` are booleans: `on`, `off`, `no` and `1:30` stay texts. Anchors and tags
are refused. Lengths of time are `90s`, `30m`, `24h`, `7d`, in some places also `7 workdays` or `2 calendar years`;
shares are `0.5` or `50%`; instants carry their offset, in quotes: `'2022-06-20T00:00:00+08:00'`. A title is a text,
or one for each language: `{en: ..., zh: ...}`.

`lictor policy schema` gives all this to your editor, which then completes keys and marks mistakes.
"""
TITLES: Mapping[str, str] = {
    "Policy": "The policy", "MatchSettings": "match", "LexiconTerm": "Term", "SignalSpec": "Signal",
    "ComputedSeverity": "Computed severity", "SubjectType": "Subject type", "RuleTests": "Tests of a rule",
    "NoticeWhen": "When a notice is shown", "NewAccount": "New account", "SuccessorGroup": "Successor group",
    "Recording": "Ledger", "Otherwise": "Otherwise (binds)", "Dsa": "DSA", "Step": "Step of a ladder",
}  # fmt: skip
FIRST = (
    "Policy", "Version", "Source", "Lexicon", "LexiconTerm", "MatchSettings", "Condition", "Rule", "RuleTests",
    "Exemption", "Category", "Ground", "Dsa", "Severity", "ComputedSeverity", "SignalSpec", "SubjectType", "Ladder",
    "Step", "Reoffence",
)  # fmt: skip


def page() -> str:
    """The whole page."""
    names = [*FIRST, *sorted(set(definitions()) - set(FIRST))]
    return "\n".join([HEAD, *(_section(name) for name in names)])


def undescribed() -> list[str]:
    """The keys that nothing describes, and the descriptions of keys that are no more."""
    said = {(model, key) for model, keys in words("keys").items() for key in keys}
    known = {(model, key): below for model, node in definitions().items() for key, below in _properties(node).items()}
    bare = [place for place, below in known.items() if place not in said and "description" not in below]
    return sorted(".".join(place) for place in [*bare, *(said - set(known))])


def without_example() -> list[str]:
    """The keys of which no example is shown."""
    known = [(name, key) for name, node in definitions().items() for key in _properties(node)]
    return sorted(".".join(place) for place in known if not _example(*place))


def _example(name: str, key: str) -> str:
    ours = words("examples").get(name, {}).get(key)
    example = _flow(ours) if ours is not None else examples().get((name, key), "")
    return example if len(example) <= LONGEST else ""


def _section(name: str) -> str:
    node = definitions()[name]
    told = words("keys").get(name, {})
    required = set(_own(node).get("required", ()))
    rows = []
    for key, below in _properties(node).items():
        meaning = told.get(key) or below.get("description") or ""
        default = "**required**" if key in required else _default(below)
        example = _example(name, key)
        told_of = f"{meaning}<br>{code(example)}" if example else meaning
        kind = f"{_type(below)}<br>{default}" if default else _type(below)
        rows.append([code(key), told_of, kind])
    about = re.sub(r"\n(?=\* )", "\n", str(node.get("description", ""))).strip()
    head = f"## {_title(name)}\n\n{about}\n\n"
    return head + table(["key", "meaning, and an example", "may be"], rows)


def _title(name: str) -> str:
    return TITLES.get(name, name)


def _own(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form of the model that has keys: others are short for it."""
    return node if "properties" in node else next((one for one in node.get("anyOf", ()) if "properties" in one), {})


def _properties(node: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _own(node).get("properties", {})
    return found


def _default(below: Mapping[str, Any]) -> str:
    value = below.get("default")
    if value is None or isinstance(value, dict):
        return ""
    written = str(value).lower() if isinstance(value, bool) else _flow(value) if isinstance(value, list) else str(value)
    return f"unless said: {code(written)}"


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000).strip()
    return text[1:-1] if isinstance(value, dict) else text


def _type(node: Mapping[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        return f"[{_title(name).lower()}](#{anchor(_title(name))})"
    if node.get("type") == "object" and "propertyNames" in node:
        return "one for each language"
    if choices := node.get("anyOf") or node.get("oneOf"):
        single = [_type(one) for one in choices if one.get("type") != "array"]
        lists = [_type(one.get("items", {})) for one in choices if one.get("type") == "array"]
        several = ["a list of such" if one in single else f"a list: {one}" for one in lists]
        return " or ".join(dict.fromkeys([*single, *several]))
    if "const" in node:
        return code(str(node["const"]).lower())
    if "enum" in node:
        return ", ".join(code(str(one)) for one in node["enum"])
    kind = node.get("type")
    if isinstance(kind, list):
        return " or ".join(_simple(one) for one in kind)
    if kind == "array":
        return f"a list: {_type(node.get('items', {}))}"
    if kind == "object":
        below = by_name(node)
        return f"by name: {_type(below)}" if below is not None else "a mapping"
    if kind == "string" and str(node.get("pattern", "")).startswith(r"^\d{1,6}\s*"):
        return "a length of time"
    return _simple(str(kind)) if kind else "anything"


def _simple(kind: str) -> str:
    return {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "`true` or `false`"}.get(
        kind, kind
    )
