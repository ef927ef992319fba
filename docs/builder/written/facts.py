"""The kinds of fact, from their types: what each says, its keys, and an example from the bundled scenarios."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
import orjson
import yaml

from lictor.errors import UsageError
from lictor.facts.kinds import KINDS, Fact, fact_from, fact_to, without_unknown
from lictor.policy import bundled_policies
from written.markdown import code, table
from written.words import words

__all__ = ["page"]

HEAD = """# Facts

A fact is something that happened. `lictor enforce` reads facts as lines of JSON, one a line. Every fact has these keys:

{common}
The other keys depend on its `kind`. What is not known of a kind is refused, and so is an instant without its
offset from UTC. How facts become states of accounts is told in [Enforcement over time](../enforcement.md).

"""


def page() -> str:
    """The whole page."""
    common = [["`kind`", "what happened, one of the names below", "**required**"], *_rows(Fact, ())]
    said = {"`id`": "its name for ever; feeding the same fact twice changes nothing", "`t`": "when it happened",
            "`by`": "the person who did it", "`note`": "for people; nothing reads it"}  # fmt: skip
    told = [[key, said.get(key, what), need] for key, what, need in common]
    head = HEAD.format(common=table(["key", "what", ""], told))
    shared = tuple(one.encode_name for one in msgspec.structs.fields(Fact))
    return head + "\n".join(_kind(name, kind, shared) for name, kind in KINDS.items())


def _kind(name: str, kind: type[Fact], shared: tuple[str, ...]) -> str:
    about = " ".join((kind.__doc__ or "").split())
    shown = _examples().get(name)
    example = f"\n```json\n{shown}\n```\n" if shown else ""
    return f"## `{name}`\n\n{about}\n\n{table(['key', 'may be', 'left out'], _rows(kind, shared))}{example}"


def _rows(kind: type[msgspec.Struct], without: tuple[str, ...]) -> list[list[str]]:
    return [
        [code(one.encode_name), _type(one.type), "**required**" if one.required else _default(one)]
        for one in msgspec.structs.fields(kind)
        if one.encode_name not in without
    ]


def _default(one: msgspec.structs.FieldInfo) -> str:
    value = one.default if one.default is not msgspec.NODEFAULT else None
    return (
        ""
        if value in (None, (), {}, msgspec.UNSET)
        else code(str(value).lower() if isinstance(value, bool) else str(value))
    )


def _type(kind: Any) -> str:
    """A type in a few words."""
    simple = {str: "a text", int: "a whole number", bool: "`true` or `false`", float: "a number",
              datetime: "an instant", type(None): "`null`"}  # fmt: skip
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _type(typing.get_args(kind)[0])
    if origin is typing.Literal:
        return ", ".join(code(str(one)) for one in typing.get_args(kind))
    if origin in (typing.Union, types.UnionType):
        parts = [one for one in typing.get_args(kind) if one not in (type(None), msgspec.UnsetType)]
        return " or ".join(dict.fromkeys(_type(one) for one in parts))
    if origin is tuple:
        return f"a list: {_type(typing.get_args(kind)[0])}"
    if origin is not None and issubclass(origin, Mapping):
        return f"by name: {_type(typing.get_args(kind)[1])}"
    return simple.get(kind, "a mapping")


@cache
def _examples() -> Mapping[str, str]:
    """A fact of each kind, as a line that `lictor enforce` takes: ours, else the shortest in the bundled scenarios."""
    found = {kind: _line({"kind": kind, **told}, 0) or "" for kind, told in words("facts").items()}
    for folder in bundled_policies().values():
        for file in sorted(folder.glob("scenarios/*.yaml")):
            for scenario in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader).get("scenarios", ()):  # noqa: S506
                for number, event in enumerate(scenario.get("events", scenario.get("facts", ())), 1):
                    line = _line(event, number)
                    if line and len(line) < len(found.get(event["kind"], "x" * 400)):
                        found[event["kind"]] = line
    return found


def _line(event: Any, number: int) -> str | None:
    known, _ = without_unknown({"id": f"fact-{number}", **event})
    try:
        return orjson.dumps(fact_to(fact_from(known))).decode()
    except (UsageError, TypeError, AttributeError, ValueError):
        return None
