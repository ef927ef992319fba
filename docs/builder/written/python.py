"""The public names of the library, from their signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from dataclasses import is_dataclass
from importlib import import_module
from typing import Any

import msgspec

from written.markdown import table

__all__ = ["page"]

HEAD = """# Python

Everything here is typed and checked by `mypy --strict`. `import lictor` loads nothing heavy: names load on first use.
Values are frozen, there is no global state, and an `Engine` or a `Matcher` may be shared between threads.

Whatever goes wrong is a `LictorError`: a `PolicyError` is in a policy's file, a `UsageError` in how it was called, an
`InputError` in what was to be read, a `LedgerError` in a ledger. Anything else is a bug.
"""
MODULES = (
    ("lictor", "The library: decide on texts, find terms."),
    ("lictor.policy", "Policies as values."),
    ("lictor.facts", "What is fed in."),
    ("lictor.intake", "Facts carried out over time."),
    ("lictor.ledger", "The record."),
)


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_module(name, about) for name, about in MODULES)])


def _module(name: str, about: str) -> str:
    module = import_module(name)
    parts = [f"## {name}\n\n{about}\n"]
    for public in sorted(module.__all__, key=str.lower):
        value = getattr(module, public)
        if inspect.isclass(value) or inspect.isfunction(value):
            parts.append(_named(public, value))
    return "\n".join(parts)


def _named(name: str, value: Any) -> str:
    kind = "class" if inspect.isclass(value) else "def"
    head = f"### {name}\n\n```text\n{kind} {name}{_signature(value)}\n```\n\n{_doc(value)}\n"
    if not inspect.isclass(value):
        return head
    if is_dataclass(value) or issubclass(value, msgspec.Struct):
        written = inspect.get_annotations(value).items()
        rows = [[f"`{one}`", f"`{kind}`"] for one, kind in written if not one.startswith("_")]
        head += "\n" + table(["field", "type"], rows)
    methods = []
    for public, member in vars(value).items():
        if public.startswith("_") or not _doc(member):
            continue
        if isinstance(member, property) or type(member).__name__ == "cached_property":
            methods.append(f"`{public}`\n: {_below(_doc(member))}\n")
        elif isinstance(member, classmethod | staticmethod) or inspect.isfunction(member):
            signature = _signature(getattr(value, public))
            methods.append(f"`{public}{signature}`\n: {_below(_doc(member))}\n")
    return "\n".join([head, *methods])


def _signature(value: Any) -> str:
    try:
        signature = str(inspect.signature(value))
    except (ValueError, TypeError):
        return ""
    return re.sub(r"'([^']*)'", r"\1", signature) if len(signature) < 400 else "(...)"


def _doc(value: Any) -> str:
    text = inspect.getdoc(value.__func__ if isinstance(value, classmethod | staticmethod) else value) or ""
    return re.sub(r"(?m)^(?: {4}.*\n?)+", lambda found: "\n```text\n" + found[0].rstrip("\n") + "\n```\n", text)


def _below(text: str) -> str:
    return text.replace("\n", "\n  ")
