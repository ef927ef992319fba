"""The language of policies as a JSON Schema, by which an editor completes keys and marks what cannot be.

It is made from the models, so it knows every key and value they do, and the short forms a policy may be written in.
What holds between places (names that must exist, versions in order) no schema can say: that is for the lint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from lictor.policy.models import PolicyDocument
from lictor.policy.names import MECHANISMS

__all__ = ["Part", "schema"]

Part = Literal["policy", "part", "lexicon"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Mapping[str, Any] = {"type": "string"}
_ONE_VERSION: Mapping[str, Any] = {"type": "string", "description": "A version's id"}


def schema(part: Part = "policy") -> dict[str, Any]:
    """The schema of a whole policy, of a part that another file includes, or of a lexicon's file."""
    made = PolicyDocument.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = made.pop("$defs")
    definitions["Policy"] = made
    for name, definition in definitions.items():
        _describe(name, definition)
    found = {name: _mended(definition) for name, definition in definitions.items()}
    _add_short_forms(found)
    top = _top(found, part)
    return {"$schema": _DRAFT, "title": "Lictor policy", **top, "$defs": dict(sorted(found.items()))}


def _top(found: dict[str, Any], part: Part) -> dict[str, Any]:
    policy: dict[str, Any] = found.pop("Policy")
    if part == "lexicon":
        terms = {"type": "array", "items": {"$ref": "#/$defs/LexiconTerm"}}
        return {"anyOf": [terms, {"$ref": "#/$defs/Lexicon"}]}
    if part == "part":
        policy.pop("required")
    else:
        # The rest may stand in a file that is included, or be borrowed.
        policy["required"] = ["lictor", "policy", "title", "owner"]
    return policy


def _describe(name: str, definition: dict[str, Any]) -> None:
    """Gives each key the sentence of its model's docstring that names it."""
    text = definition.get("description", "")
    sentences = re.split(r"(?<=[.;:])\s+(?=[`A-Z*])", re.sub(r"\s*\n\s*", " ", text))
    for key, below in definition.get("properties", {}).items():
        said = next((one for one in sentences if f"`{key}" in one), None)
        if said is not None and "description" not in below:
            below["description"] = said.lstrip("* ")
    definition["title"] = name


def _mended(value: Any) -> Any:
    """The schema without what is true of the models and not of what is written: null, and titles that say nothing."""
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {key: _mended(below) for key, below in value.items() if not (key == "default" and below in (None, {}, []))}
    if "anyOf" in made:
        choices = [one for one in made["anyOf"] if one != {"type": "null"}]
        made.pop("anyOf")
        made = {**choices[0], **made} if len(choices) == 1 else {**made, "anyOf": choices}
    if made.get("type") == "object" and "properties" in made:
        for below in made["properties"].values():
            if isinstance(below, dict):
                below.pop("title", None)
    return _one_or_list(made)


def _one_or_list(made: dict[str, Any]) -> dict[str, Any]:
    """A list that must not be empty may be written as its one item where that is a text or a name."""
    if made.get("type") != "array" or not made.get("minItems"):
        return made
    items, least = made["items"], made.pop("minLength", made["minItems"])
    if least > 1:
        return {**made, "minItems": least}
    one = _TEXT if items == {"$ref": "#/$defs/Condition"} else items
    if one is not _TEXT and items.get("type") != "string":
        return made
    kept: dict[str, Any] = {key: made.pop(key) for key in ("description", "default") if key in made}
    return {**kept, "anyOf": [made, dict(one)]}


def _add_short_forms(found: dict[str, Any]) -> None:
    """The forms that are read as another: a bare name as a condition, an action as a step, a version for all."""
    condition = found["Condition"]
    condition["properties"]["mechanism"] = {
        **_listed({"type": "string", "enum": list(MECHANISMS)}),
        "description": condition["properties"]["mechanism"].get("description", ""),
    }
    found["Condition"] = _either(condition, {"type": "string", "description": "A condition, lexicon or detector"})
    found["LexiconTerm"] = _either(found["LexiconTerm"], {"type": "string", "minLength": 1, "maxLength": 200})
    step = found["Step"]
    action = step["properties"]["action"]
    step.pop("required")
    step["properties"]["restrict"] = _listed(dict(_TEXT))
    step["properties"]["suspend"] = step["properties"]["for"]
    step["properties"]["rectify_order"] = step["properties"]["within"]
    step["anyOf"] = [{"required": [key]} for key in ("action", "restrict", "suspend", "rectify_order")]
    found["Step"] = _either(step, action)
    for model, key in (("Category", "from"), ("Ladder", "from"), ("Ladder", "until")):
        found[model]["properties"][key] = _either(found[model]["properties"][key], dict(_ONE_VERSION))
    ground = found["Category"]["properties"]["ground"]
    found["Category"]["properties"]["ground"] = _either(ground, {"$ref": "#/$defs/Ground"})
    detected = found["Policy"]["properties"]["detected"]
    detected["additionalProperties"] = _either(detected["additionalProperties"], action)


def _either(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {key: one[key] for key in ("title", "description") if key in one}
    inner = {key: below for key, below in one.items() if key not in kept}
    return {**kept, "anyOf": [inner, dict(other)]}


def _listed(item: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "array", "items": item, "minItems": 1}, item]}
