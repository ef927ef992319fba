"""What the models refuse -> diagnostics: each at the exact key or value, in the house grammar, with a way out.

pydantic says where by a path of keys (with the tags of unions among them) and what by a type. The path is followed
through the nodes; the type chooses code and words. A key without a value is reported once, for what it is.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from lictor.errors import Diagnostic, Place
from lictor.policy.actions import Action
from lictor.policy.meant import meant, several
from lictor.policy.models import SHORT_STEPS, Condition, PolicyDocument, Step
from lictor.policy.source import Node, quoted

__all__ = ["MERGE_HINT", "MOST", "Found", "empty_values", "explain", "follow", "unnamed"]

Path = Sequence[str | int]

MOST = 2_000
"""Mistakes looked into: looking for the name meant takes time, and no author reads so many."""


class Found:
    """The end of a path followed through the nodes: the last value there is, and the key nearest above it."""

    __slots__ = ("item", "key", "name", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.key: Node | None = None  # the key nearest above the node
        self.name = ""  # what a message calls it: that key's text
        self.item = False  # an item of a list, not the value of that key

    @property
    def place(self) -> Place:
        """Where the value stands, or its key where there is nothing to see of the value."""
        return self.key.place if self.key is not None and self.node.value is None else self.node.place


def follow(root: Node, path: Path) -> Found:
    """The node the path leads to, as far as there are nodes; a union's tag is passed over."""
    found = Found(root)
    for part in path:
        node = found.node
        entry = node.entries.get(part) if isinstance(part, str) else None
        if entry is None and isinstance(part, str):
            short = next((short for short, full in SHORT_STEPS.items() if full == part and short in node.entries), None)
            entry = node.entries[short] if short else None
        if entry is not None:
            found.key, found.node = entry
            found.name, found.item = str(found.key.value), False
        elif part == "[key]" and found.key is not None:
            found.node = found.key  # the key itself is wrong, not its value
        elif isinstance(part, int) and part < len(node.items):
            found.node, found.item = node.items[part], True
    return found


def explain(refused: ValidationError, root: Node, *, complete: bool) -> Iterator[Diagnostic]:
    """One diagnostic for each thing the models refuse. Where a file could not be read, no section is called missing."""
    errors = refused.errors(include_url=False)[:MOST]
    without = dict(unnamed(root))
    for section, first in without.items():
        told = f"{quoted(first.value)} stands where a name is wanted in {quoted(section)}"
        yield Diagnostic("P016", told, first.place, hint="write a name with `:`, and these keys indented below it")
    errors = [error for error in errors if error["loc"][:1] not in [(section,) for section in without]]
    misspelled = {(error["loc"][:-1], _meant(error["loc"])) for error in errors if error["type"] == "extra_forbidden"}
    for error in errors:
        found = follow(root, error["loc"])
        if error["type"] == "missing" and (error["loc"][:-1], error["loc"][-1]) in misspelled:
            continue  # it is there, misspelled
        written = len(found.node.items) if isinstance(found.node.value, list) else 1
        if error["type"] == "too_short" and written >= error["ctx"]["min_length"]:
            continue  # its items are wrong, and reported themselves
        if error["type"] == "condition" or (found.node.value is None and error["type"] != "missing"):
            continue  # `checks` and `empty_values` say it at the exact key
        if error["type"] == "missing" and not {str(error["loc"][-1]), "*"}.isdisjoint(found.node.lost):
            continue  # it may be there, in what could not be read
        if error["type"] in ("too_short", "text") and found.node.lost:
            continue
        if error["type"] == "too_short" and isinstance(found.node.value, str) and _PARTED.search(found.node.value):
            continue  # several names in one text: `checks` says so
        if error["type"] == "text" and any(value.value is None for _, value in found.node.entries.values()):
            continue  # `empty_values` says it
        if error["type"] == "extra_forbidden" and _shallow(root, error["loc"]) is not None:
            continue  # the key that it belongs below has no value, which `empty_values` says
        if complete or error["type"] != "missing" or len(error["loc"]) > 1:
            yield _diagnostic(error, found)


def unnamed(root: Node) -> Iterator[tuple[str, Node]]:
    """Each section in which the keys of an entry stand without the entry's name, with the first of them."""
    for section, field in PolicyDocument.model_fields.items():
        annotation = _bare(field.annotation)
        if typing.get_origin(annotation) is not Mapping:
            continue
        model, written = _bare(typing.get_args(annotation)[1]), root.get(section)
        if written is None or not _is_model(model) or model is Condition:
            continue
        known = {one.alias or name for name, one in model.model_fields.items()}
        stray = [key for name, (key, _) in written.entries.items() if name in known]
        if len(stray) > 1 and len(stray) == len(written.entries):
            yield section, stray[0]


def empty_values(root: Node, path: tuple[str | int, ...] = ()) -> Iterator[Diagnostic]:
    """One diagnostic for each key and each list item that has no value."""
    before: Node | None = None
    shapeless = path and path[-1] in _CONDITION_LISTS and bool(root.entries)  # should be a list, which is said of it
    for key, (name, node) in root.entries.items():
        if node.value is None and not shapeless:
            yield Diagnostic(
                "P013", f"{quoted(key)} has no value", name.place, hint=_no_value(root, name, before, path)
            )
        before = node
        if isinstance(node.value, dict | list):
            yield from empty_values(node, (*path, key))
    for at, node in enumerate(root.items):
        if node.value is None:
            hint = _comment(node.place, 0) or "write a value, or take the line away; the word null goes in quotes"
            yield Diagnostic("P013", "an item without a value", node.place, hint=hint)
        if isinstance(node.value, dict | list):
            yield from empty_values(node, (*path, at))


def _no_value(root: Node, name: Node, before: Node | None, path: Path) -> str:
    """The way out for a key without a value, by what stands around it."""
    key = str(name.value)
    below = [one for one in root.entries if _belongs_below(root, path, one) == key]
    if below:
        return f"write {', '.join(f'`{one}`' for one in below)} further right than `{key}`: they belong to it"
    text = before.value if before is not None else None
    if isinstance(text, str) and before is not None and before.bare and before.line == name.line and " " in key:
        return f"if it belongs to the text before it, put that in quotes: '{text}, {key}'"
    wanted = _EXAMPLES.get(key) if key in _required(path) else None
    return _comment(name.place, name.length) or wanted or "write a value, or leave the key out"


def _comment(place: Place, length: int) -> str:
    """A hint where what stands behind the place begins with `#`, and so is a comment and no value."""
    found = re.match(r":?\s*(#[^\s#].*)", place.source[place.column - 1 + length :])
    return f"`#` begins a comment; a text that begins with it goes in quotes: '{found[1].strip()}'" if found else ""


def _shallow(root: Node, path: Path) -> str | None:
    """The key without a value that the unknown one at the end of the path belongs below."""
    return _belongs_below(follow(root, path[:-1]).node, path[:-1], str(path[-1]))


def _belongs_below(around: Node, path: Path, key: str) -> str | None:
    """The key without a value, before that one, that knows it, where the mapping itself does not."""
    if key in _known_keys((*path, "")):
        return None
    for name, (_, value) in around.entries.items():
        if name == key:
            break
        if value.value is None and key in _known_keys((*path, name, "")):
            return name
    return None


def _diagnostic(error: Any, found: Found) -> Diagnostic:
    kind, context, place = error["type"], error.get("ctx", {}), found.place
    value = found.node.value
    name = quoted(found.name) if found.name else "the policy"
    said = f"{name} is {_said(value)}"
    if kind == "extra_forbidden" and found.name in SHORT_STEPS and _is_step(error["loc"]):
        hint = f"write two effects: `[{{...}}, {{{found.name}: ...}}]`"
        return Diagnostic("P014", f"{name} beside another action", found.key.place if found.key else place, hint=hint)
    if kind == "extra_forbidden" and found.name == "<<":
        return Diagnostic("P006", "merge keys are refused", found.key.place if found.key else place, hint=MERGE_HINT)
    if kind == "extra_forbidden":
        hint = meant(found.name, _known_keys(error["loc"])) or "take it away"
        return Diagnostic("P014", f"unknown key {name}", found.key.place if found.key else place, hint=hint)
    if kind == "missing":
        missing = str(error["loc"][-1])
        hint = _EXAMPLES.get(missing, f"add `{missing}: ...`")
        return Diagnostic("P015", f"{_owner(found)} has no {quoted(missing)}", _owner_place(found), hint=hint)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"].lower()]
        among = ", ".join(f"`{one}`" for one in allowed)
        if isinstance(value, str) and value in allowed:
            return Diagnostic("P016", f"{name} is the text {quoted(value)}", place, hint="write it without quotes")
        listed = several(str(value), allowed)
        if listed and (found.item or isinstance(found.node.value, str)):
            hint = f"part them by plain commas, in brackets: `[{', '.join(listed)}]`"
            return Diagnostic("P017", f"{said}, which is several in one text", place, hint=hint)
        near = meant(str(value), allowed)
        only = "write one of them as it stands here" if len(allowed) > 1 else f"write `{allowed[0]}`"
        hint = near if near.startswith("did") else only
        return Diagnostic(
            "P017", f"{said}, not one of {among}" if len(allowed) > 1 else f"{said}, not {among}", place, hint=hint
        )
    if kind in _KINDS:
        wanted, hint = _KINDS[kind]
        if kind == "string_type" and isinstance(value, int | float):
            hint = _in_quotes(value)
        elif kind == "string_type" and isinstance(value, dict):
            hint = _as_text(found.node, hint)
        elif wanted == "a list":
            hint = _as_list(found, hint)
        elif wanted == "a mapping" and isinstance(value, list):
            hint = _as_mapping(error["loc"], found, hint)
        return Diagnostic("P016", f"{said} where {wanted} is wanted", place, hint=hint)
    if kind == "string_too_short" and found.item:
        hint = "write at least one character, or take it away"
        return Diagnostic("P018", f"an empty text in {name}", place, hint=hint)
    if kind in ("too_short", "string_too_short"):
        return Diagnostic("P018", _too_short(name, context), place, hint="write at least " + _least(context))
    if kind in ("too_long", "string_too_long"):
        most = context["max_length"]
        return Diagnostic(
            "P018", f"{name} is longer than {most} characters", place, hint=f"write {most} characters at most"
        )
    if kind in _BOUNDS:
        key, wrong, right = _BOUNDS[kind]
        bound = context[key]
        return Diagnostic("P018", f"{said}, {wrong} than {bound}", place, hint=f"write {bound} or {right}")
    if kind == "string_pattern_mismatch":
        wanted, hint = _PATTERNS.get(context["pattern"], ("a text of the form `" + context["pattern"] + "`", "mend it"))
        return Diagnostic("P019", f"{said}, not {wanted}", place, hint=hint)
    code = _OWN.get(kind, "P016")
    fact = context.get("fact") or f"{said}, {error['msg']}"
    if context.get("at") in found.node.entries:
        place = found.node.entries[context["at"]][0].place
    hint = _in_quotes(value) if code == "P024" and isinstance(value, int | float) else context.get("hint", "")
    return Diagnostic(code, fact, place, hint=hint)


def _as_text(node: Node, hint: str) -> str:
    """How a mapping that was meant as one text, or as a name, is written."""
    said = [(key, value.value) for key, (_, value) in node.entries.items()]
    if len(said) == 1 and said[0][0] in ("use", "lexicon") and isinstance(said[0][1], str):
        return f"write the name alone: `{said[0][1]}`"
    if len(said) == 1 and isinstance(said[0][1], str | int) and "{" not in node.place.source[: node.column]:
        return f"put the whole text in quotes: '{node.place.source[node.column - 1 :].strip()}'"
    return hint


def _as_list(found: Found, hint: str) -> str:
    """How what was written is written as a list."""
    value = found.node.value
    if isinstance(value, str):
        value = value.strip("【】［］[]")
        actions = several(value, typing.get_args(Action))
        return f"write `[{', '.join(actions) or value}]`" if len(value) <= 60 else hint
    if isinstance(value, dict) and value and all(isinstance(one.value, bool) for _, one in value.values()):
        return f"write `[{', '.join(value)}]`"
    names = next(iter(value.values()))[1].items if isinstance(value, dict) and len(value) == 1 else []
    if names and all(isinstance(one.value, str) for one in names):
        return f"write the names alone: `[{', '.join(str(one.value) for one in names)}]`"
    if isinstance(value, dict) and any(key.startswith("-") for key in value):
        return "write a space after the `-` of each item"
    if isinstance(value, dict) and "id" not in value and all(isinstance(one.value, dict) for _, one in value.values()):
        return "begin each item with `- id: ` and its name, all in one column"
    return "begin each item with `- `, all in one column" if isinstance(value, dict) else hint


def _as_mapping(path: Path, found: Found, hint: str) -> str:
    """How what was written as a list is written as a mapping."""
    if {"any", "all", "near"} <= set(_known_keys((*path, ""))):
        return "write `{any: [...]}` where one of them is enough, `{all: [...]}` where each must hold"
    named = all(len(item.entries) >= 1 for item in found.node.items)
    return "take the `- ` before each entry away" if found.node.items and named else hint


def _in_quotes(value: float) -> str:
    return f"put it in quotes: '{str(value).lower() if isinstance(value, bool) else value}'"


def _meant(path: Path) -> str | None:
    """The key an unknown one is likely to be."""
    hint = meant(str(path[-1]), _known_keys(path))
    return hint.split("`")[1] if hint.startswith("did you mean") else None


def _said(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, bool) or value is None:
        return quoted(value)
    return f"the number {quoted(value)}" if isinstance(value, int | float) else quoted(value)


def _owner(found: Found) -> str:
    for key in ("id", "term"):
        own = found.node.get(key)
        if own is not None and isinstance(own.value, str):
            return quoted(own.value)
    return quoted(found.name) if found.name else "the policy"


def _owner_place(found: Found) -> Place:
    for key in ("id", "term"):
        own = found.node.get(key)
        if own is not None:
            return own.place
    return found.node.place if found.item or found.key is None else found.key.place


def _too_short(name: str, context: Mapping[str, Any]) -> str:
    return f"{name} is empty" if context["min_length"] == 1 else f"{name} has fewer than {context['min_length']} items"


def _least(context: Mapping[str, Any]) -> str:
    return {1: "one"}.get(context["min_length"], str(context["min_length"]))


def _is_step(path: Path) -> bool:
    return "action" in _known_keys(path)


def _known_keys(path: Path) -> list[str]:
    """The keys the model at the end of the path, its last part left out, knows."""
    model: Any = PolicyDocument
    for part in path[:-1]:
        model = _below(model, part)
    if not _is_model(model):
        return []
    keys = [field.alias or name for name, field in model.model_fields.items()]
    return [*keys, *SHORT_STEPS] if model is Step else keys


def _required(path: Path) -> list[str]:
    """The keys that a mapping at the end of the path must have."""
    model: Any = PolicyDocument
    for part in path:
        model = _below(model, part)
    fields = model.model_fields.items() if _is_model(model) else ()
    return [field.alias or name for name, field in fields if field.is_required()]


def _below(annotation: Any, part: str | int) -> Any:
    """The annotation of what lies under that key or index; the same one for a union's tag."""
    if _is_model(annotation):
        for name, field in annotation.model_fields.items():
            if part in (field.alias, name):
                return _bare(field.annotation)
        return annotation
    if typing.get_origin(annotation) is tuple and isinstance(part, int):
        return _bare(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) is Mapping:
        return _bare(typing.get_args(annotation)[1])
    return annotation


def _bare(annotation: Any) -> Any:
    """The annotation without `Annotated` and `None`; of a union, the member that has keys."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _bare(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        members = [_bare(member) for member in typing.get_args(annotation)]
        return next((member for member in members if _is_model(member) or typing.get_origin(member)), members[0])
    return annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


_CONDITION_LISTS = ("any", "all", "of", "near")
_PARTED = re.compile(r"[,，、;；|&+]|\s(and|or)\s")
MERGE_HINT = "write the keys out where they are needed"
_KINDS: Mapping[str, tuple[str, str]] = {
    "string_type": ("a text", "write a text, in quotes where it could be read as anything else"),
    "int_type": ("a whole number", "write it without quotes and without a fraction"),
    "bool_type": ("`true` or `false`", "write `true` or `false`, in small letters and without quotes"),
    "tuple_type": ("a list", "write `[...]`, or one item a line after `- `"),
    "list_type": ("a list", "write `[...]`, or one item a line after `- `"),
    "dict_type": ("a mapping", "write `key: value` lines, or `{key: value}`"),
    "mapping_type": ("a mapping", "write `key: value` lines, or `{key: value}`"),
    "model_type": ("a mapping", "write `key: value` lines, or `{key: value}`"),
    "model_attributes_type": ("a mapping", "write `key: value` lines, or `{key: value}`"),
}
_BOUNDS: Mapping[str, tuple[str, str, str]] = {
    "greater_than_equal": ("ge", "less", "more"),
    "less_than_equal": ("le", "more", "less"),
}
_PATTERNS: Mapping[str, tuple[str, str]] = {
    r"^[A-Za-z][A-Za-z0-9_.-]*$": ("an id", "begin with a letter; then letters, digits, `_`, `.` and `-`"),
    r"^https?://": ("an address", "begin with `https://`"),
    r"\S": ("a term", "write at least one character that can be seen"),
    r"^[A-Z_]+$": ("a name of the EU's transparency database", "write capital letters and `_`"),
    r"^\d{4}(-(\d{4})?)?$": ("years", "write `'2017'`, `'2017-'` or `'2017-2021'` in quotes"),
}
_OWN: Mapping[str, str] = {
    "duration": "P020",
    "share": "P021",
    "instant": "P022",
    "date": "P023",
    "text": "P024",
    "scalar": "P016",
    "blank": "P019",
    "spellings": "P044",
    "separators": "P045",
    "guard": "P015",
}
_EXAMPLES: Mapping[str, str] = {
    "lictor": "begin the policy with `lictor: 1`, the version of its language",
    "policy": "name the policy: `policy: my-policy`",
    "title": "say in plain words what it is: `title: ...`",
    "owner": "say who answers for the policy: `owner: ...`",
    "severities": "add `severities: [{id: S1, title: ...}]`, the mildest first",
    "versions": "add `versions: [{id: v1, from: '2026-01-01T00:00:00Z'}]`",
    "appeals": "add `appeals: {window: 30d, answer: 7 workdays, how: ...}`",
    "ground": "say what decisions rest on: `ground: {kind: incompatible_content, clause: '3.24'}`",
    "from": "name the version from which it holds: `from: v1`",
    "when": "say what must hold: `when: {lexicon: ...}`",
    "category": "name the category it belongs to: `category: ...`",
    "severity": "name one of the policy's severities: `severity: ...`",
    "id": "give it a name: `id: ...`",
    "by": "say what chooses the step: `by: strikes`, `by: rungs` or `by: severity`",
    "action": "name the action: `action: hide`, or just `hide`",
}
