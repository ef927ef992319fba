"""For each key of a policy the shortest use of it in the bundled policies, found by walking them beside the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from lictor.author.schema import schema
from lictor.policy import bundled_policies

__all__ = ["by_name", "definitions", "examples"]

LONGEST = 90
Shown = dict[tuple[str, str], str]


@cache
def definitions() -> Mapping[str, dict[str, Any]]:
    """The models by name; the whole policy is `Policy`."""
    whole = schema()
    return {**whole["$defs"], "Policy": {key: value for key, value in whole.items() if key != "$defs"}}


@cache
def examples() -> Shown:
    """An example by model and key: one line of YAML, of what stands in a policy the shortest that says something."""
    found: Shown = {}
    for file in sorted(file for folder in bundled_policies().values() for file in folder.rglob("*.yaml")):
        if "scenarios" in file.parts:
            continue
        written = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
        if isinstance(written, dict):
            for place, example in _walk(written, definitions()["Policy"], "Policy"):
                if place not in found or _rank(example) < _rank(found[place]):
                    found[place] = example
    return found


def by_name(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What stands under any name in a mapping, where the names are the author's."""
    named = node.get("additionalProperties") or next(iter(node.get("patternProperties", {}).values()), None)
    return named if isinstance(named, dict) else None


def _rank(example: str) -> tuple[bool, bool, int, str]:
    return (len(example) > LONGEST, len(example) < 12, len(example), example)


def _walk(value: Any, node: Mapping[str, Any], model: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Every key of a model in the value, with its example."""
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        yield from _walk(value, definitions()[name], name)
        return
    for choice in node.get("anyOf", ()):
        yield from _walk(value, choice, model)
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, node.get("items", {}), model)
    if not isinstance(value, dict):
        return
    known = node.get("properties", {})
    for key, below in value.items():
        if key in known:
            yield (model, key), _shown(key, below)
            yield from _walk(below, known[key], model)
        elif (named := by_name(node)) is not None:
            yield from _walk(below, named, model)


def _shown(key: str, value: Any) -> str:
    text = yaml.dump({key: _plain(value)}, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False)
    return text.strip()[1:-1]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if value in ("true", "false"):
        return value == "true"
    return int(value) if isinstance(value, str) and value.isdecimal() and not value.startswith("0") else value
