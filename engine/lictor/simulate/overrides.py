"""A policy with some of its values changed: what a laboratory asks *what if* about.

A change names a place in the policy document and the value to stand there, in YAML: `strikes.life=90d`. It is made on
the document before anything is validated, so a wrong place or value gives the diagnostic that a policy file would. The
policy that comes out is a policy like any other, with a digest of its own.

A path is keys joined by dots; of keys that hold dots themselves the longest that is there is meant. An item of a list
is named by its `id`, or by its place from 0: `ladders.A.steps.0`. The value `null` takes away what stands there. Where
several policies judge together, the first is meant, or the one whose `policy` id stands before a colon.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import orjson

from lictor.detect import CompiledPolicy, compile_policy
from lictor.enforce import Rulebook
from lictor.errors import Diagnostic, PolicyError, UsageError
from lictor.facts import suggest
from lictor.policy import Policy, PolicyDocument, load_policy
from lictor.policy.documents import read_tree
from lictor.policy.load import policy_from
from lictor.policy.source import Node, TextFile, decode, quoted, read_yaml

__all__ = ["MAX_VARIANTS", "Change", "change_from", "overridden", "recompiled", "sweep_from", "varied", "with_changes"]

MAX_VARIANTS = 200
_BLOCK = 60
_SEARCHING = ("signals", "assume", "binds", "lexicons", "conditions", "exemptions", "rules")
"""The sections that say what is found in a text. What follows from it is in the others."""


@dataclass(frozen=True, slots=True)
class Change:
    """A place in a policy document, as a scalar node that knows where it was written, and the value to stand there."""

    path: Node
    value: Node

    @property
    def name(self) -> str:
        """The change as a person would write it, in one line."""
        return f"{self.path.value}={_written(self.value)}"

    @property
    def policy(self) -> str | None:
        """The policy named before the path, where one is."""
        named, colon, _ = str(self.path.value).partition(":")
        return named if colon else None


def overridden(policy: Policy | str | Path, changes: Mapping[str, Any]) -> Policy:
    """The policy with these values at these paths; values are those that JSON has.

    Raises:
        PolicyError: a path leads nowhere, or what comes out is no policy; every mistake is listed.
        UsageError: there is no such policy.
    """
    loaded = policy if isinstance(policy, Policy) else load_policy(policy)
    said = [
        change_from(f"{path}={json.dumps(value, ensure_ascii=False)}", name="override")  # orjson refuses long numbers
        for path, value in changes.items()
    ]
    return with_changes(loaded, said)


def change_from(text: str, *, name: str = "--set") -> Change:
    """The change written as `path=value`; `name` is what its mistakes are shown under.

    Raises:
        PolicyError: the value is not YAML as policies are written.
        UsageError: it is not of that form.
    """
    path, equals, value = text.partition("=")
    if not equals or not all(part.strip() for part in path.split(".")) or not value.strip():
        raise UsageError(f"`{text}` is no change of a policy", hint="write `path=value`, such as `strikes.life=90d`")
    report: list[Diagnostic] = []
    file = decode(name, text.encode("utf-8", "replace"), report)
    if file is None or report:
        raise PolicyError(report)
    # The value is read by itself, and what was read is put back behind the path.
    offset = len(path) + 1
    node = read_yaml(TextFile(name, value), report)
    wrong = [_moved(one, file, offset) for one in report if one.level == "error"]
    if node is None or wrong:
        raise PolicyError(wrong)
    _move(node, file, offset)
    start = len(path) - len(path.lstrip())
    return Change(Node(file, 1, start + 1, len(path.strip()), path.strip()), node)


def with_changes(policy: Policy, changes: Sequence[Change]) -> Policy:
    """The policy with these changes made one after the other, validated as a whole.

    Raises:
        PolicyError: a path leads nowhere, or what comes out is no policy; every mistake is listed.
    """
    tree = policy.node() or _nodes(orjson.loads(policy.canonical), TextFile(policy.id, ""))
    report: list[Diagnostic] = []
    for change in changes:
        start = 0 if change.policy is None else len(change.policy) + 1
        tree = _amended(tree, str(change.path.value)[start:], start, change, report)
    if report:
        raise PolicyError(report)
    return policy_from(tree)


def recompiled(base: CompiledPolicy, policy: Policy) -> CompiledPolicy:
    """The policy compiled; where it finds in texts what `base` finds, with `base`'s own matchers.

    Then `anchors` is the same object in both, and a text that was searched for one need not be for the other.
    """
    before, after = base.policy.document, policy.document
    if policy.id != base.policy.id or any(getattr(before, name) != getattr(after, name) for name in _SEARCHING):
        return compile_policy(policy)
    # Conditions are known by identity, so what did not change has to be the very same.
    shared = {name: getattr(before, name) for name in _SEARCHING}
    fields = {name: getattr(after, name) for name in PolicyDocument.model_fields}
    document = PolicyDocument.model_construct(**{**fields, **shared})
    return replace(base, policy=replace(policy, document=document))


def varied(rules: Rulebook, changes: Sequence[Change]) -> Rulebook:
    """The rules with these changes, each made in the policy it names, or in the first.

    Raises:
        PolicyError: a path leads nowhere, or what comes out is no policy; every mistake is listed.
        UsageError: a policy is named that is none of these.
    """
    first, known = rules.policies[0].policy.id, {one.policy.id for one in rules.policies}
    for change in changes:
        if change.policy is not None and change.policy not in known:
            raise UsageError(f"no policy `{change.policy}` judges here", hint=suggest(change.policy, known))
    said = {name: [one for one in changes if (one.policy or first) == name] for name in known}
    return rules.beside(
        [
            recompiled(one, with_changes(one.policy, said[one.policy.id])) if said[one.policy.id] else one
            for one in rules.policies
        ]
    )


def sweep_from(path: Path) -> dict[str, tuple[Change, ...]]:
    """The variants in a sweep file, by name: those under `variants`, then every combination of what `grid` lists.

    Raises:
        PolicyError: it is not YAML as policies are written, or says something else.
        UsageError: there are more than `MAX_VARIANTS`, or none.
    """
    root = read_tree(path)
    report: list[Diagnostic] = []
    if not root.entries:
        raise PolicyError([_fault(root, "P016", "a sweep is a mapping", _SWEEP)])
    for name, (key, _) in root.entries.items():
        if name not in ("variants", "grid"):
            hint = suggest(name, ("variants", "grid"))
            report.append(Diagnostic("P014", f"unknown key {quoted(name)}", key.place, hint=hint))
    variants: dict[str, tuple[Change, ...]] = {}
    for name, (_, changes) in _mapping(root, "variants", report).items():
        if not changes.entries:
            report.append(_fault(changes, "P016", f"variant {quoted(name)} names no path", _SWEEP))
        variants[name] = tuple(Change(where, value) for where, value in changes.entries.values())
    axes = []
    for name, (where, listed) in _mapping(root, "grid", report).items():
        if not listed.items:
            report.append(_fault(listed, "P016", f"{quoted(name)} lists no values", "write `path: [one, another]`"))
        axes.append([Change(where, value) for value in listed.items])
    count = 1
    for axis in axes:
        count *= len(axis)
    if report:
        raise PolicyError(report)
    if len(variants) + count > MAX_VARIANTS:
        raise UsageError(f"`{path}` asks for more than {MAX_VARIANTS} variants", hint="list fewer values in `grid`")
    if axes:
        variants |= {", ".join(one.name for one in some): some for some in product(*axes)}
    if not variants:
        raise UsageError(f"`{path}` names no variant", hint=_SWEEP)
    return variants


_SWEEP = "write `variants: {name: {path: value}}` or `grid: {path: [value, value]}`"


def _mapping(root: Node, name: str, report: list[Diagnostic]) -> dict[str, tuple[Node, Node]]:
    node = root.get(name)
    if node is not None and not isinstance(node.value, dict):
        report.append(_fault(node, "P016", f"{quoted(name)} is not a mapping", _SWEEP))
    return node.entries if node is not None else {}


def _fault(node: Node, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, node.place, hint=hint)


def _amended(node: Node, rest: str, at: int, change: Change, report: list[Diagnostic]) -> Node:
    """A copy of the node with the change made below it; all that does not lie on the way is shared."""
    known = [_name(item, number) for number, item in enumerate(node.items)]
    part = _first(rest, node.entries if isinstance(node.value, dict) else known)
    further = rest[len(part) + 1 :]
    last = len(part) == len(rest)
    removes = last and change.value.value is None
    if isinstance(node.value, list):
        number = known.index(part) if part in known else int(part) if part.isdecimal() and len(part) < _BLOCK else -1
        if not 0 <= number < len(known):
            report.append(_missing(part, at, change, known))
            return node
        items = list(node.items)
        if removes:
            del items[number]
        else:
            items[number] = _below(items[number], further, at + len(part) + 1, last, change, report)
        return replace(node, value=items)
    if removes and part not in node.entries:
        report.append(_missing(part, at, change, list(node.entries)))
        return node
    entries = {name: entry for name, entry in node.entries.items() if not (removes and name == part)}
    if not removes:
        key, below = entries.get(part) or (_key(change, part, at), replace(change.value, value={}))
        entries[part] = (key, _below(below, further, at + len(part) + 1, last, change, report))
    return replace(node, value=entries)


def _below(node: Node, rest: str, at: int, last: bool, change: Change, report: list[Diagnostic]) -> Node:  # noqa: FBT001
    return change.value if last else _amended(node, rest, at, change, report)


def _first(rest: str, names: Sequence[str] | Mapping[str, Any]) -> str:
    """The beginning of the path that names something here: the longest; of what is not there, up to the first dot."""
    parts = rest.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in names:
            return name
    return parts[0]


def _name(item: Node, number: int) -> str:
    own = item.get("id")
    return str(own.value) if own is not None else str(number)


def _missing(part: str, at: int, change: Change, known: Sequence[str]) -> Diagnostic:
    start = 0 if change.policy is None else len(change.policy) + 1
    above = str(change.path.value)[start : max(at - 1, 0)]
    where = f" in {quoted(above)}" if above else ""
    return Diagnostic(
        "P030", f"there is no {quoted(part)}{where}", _key(change, part, at).place, hint=suggest(part, known)
    )


def _key(change: Change, part: str, at: int) -> Node:
    """The part of the path as a node, so that what is wrong with it is shown there."""
    path = change.path
    return Node(path.file, path.line, path.column + at, max(len(part), 1), part)


def _move(node: Node, file: TextFile, offset: int) -> None:
    """Puts the nodes where they stand in the file: behind so many characters of its first line."""
    node.file = file
    if node.line == 1:
        node.column += offset
    for item in node.items:
        _move(item, file, offset)
    for key, value in node.entries.values():
        _move(key, file, offset)
        _move(value, file, offset)


def _moved(wrong: Diagnostic, file: TextFile, offset: int) -> Diagnostic:
    place = wrong.place
    if place is None or 1 < place.line < len(file.lines):
        return wrong
    column = place.column + offset if place.line == 1 else len(file.lines[0])
    return replace(wrong, place=file.place(1, column, place.length))


def _nodes(value: Any, file: TextFile) -> Node:
    """A tree of the values of a policy that came from canonical bytes: nobody wrote it anywhere."""
    if isinstance(value, list):
        return Node(file, 1, 1, 1, [_nodes(item, file) for item in value])
    if isinstance(value, dict):
        return Node(file, 1, 1, 1, {key: (Node(file, 1, 1, 1, key), _nodes(item, file)) for key, item in value.items()})
    return Node(file, 1, 1, 1, value)


def _written(node: Node) -> str:
    value = node.value
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(item)}" for key, (_, item) in value.items()) + "}"
    return quoted(value)[1:-1]
