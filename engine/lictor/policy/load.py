"""A policy from its files, or from its canonical bytes.

A policy loads whole or not at all: every mistake found is in the one `PolicyError`, sorted by place. Of the files, the
places of what stands in them are kept.

The canonical bytes hold everything that decides, and nothing else: no tests, notes or file names. They are JSON with
sorted keys and integers only, so they are RFC 8785 by construction; their SHA-256 is the policy's digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from pydantic import ValidationError

from lictor.errors import Diagnostic, InputError, Place, PolicyError, UsageError
from lictor.facts import canonical, suggest
from lictor.policy.checks import check
from lictor.policy.merge import ROOT_FILE, Sources, shown
from lictor.policy.mistakes import empty_values, explain
from lictor.policy.models import PolicyDocument
from lictor.policy.source import Node, TextFile, decode, plain, read_bounded

__all__ = ["MAX_MISTAKES", "Policy", "bundled_policies", "load_canonical", "load_policy"]

MAX_MISTAKES = 200


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that loaded: its validated document, the canonical bytes it is known by, notes to its author.

    `digest` is the SHA-256 of the canonical bytes, in hex; `files` are the policy's own, without what was borrowed.
    """

    document: PolicyDocument
    canonical: bytes
    notes: tuple[Diagnostic, ...] = ()
    files: tuple[TextFile, ...] = field(default=(), repr=False, compare=False)
    _tree: Node | None = field(default=None, repr=False, compare=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.canonical).hexdigest())

    @property
    def id(self) -> str:
        """The name it gives itself."""
        return self.document.policy

    def place(self, *path: str | int) -> Place | None:
        """Where that part of the document was written: `place("rules", "otc-offer", "when")`.

        A list is entered by index or by the `id` of an item. A key that ends the path gives the key's place; an item
        with an `id`, that of the id. `None` where there is no such part, or the policy came from canonical bytes.
        """
        key, node = self._follow(path)
        return None if node is None else (key or node.get("id") or node).place

    def node(self, *path: str | int) -> Node | None:
        """What was written there, with the places of all below it; a path is followed as by `place`."""
        return self._follow(path)[1]

    def _follow(self, path: Sequence[str | int]) -> tuple[Node | None, Node | None]:
        """The key that ends the path, if one does, and the value there."""
        node = self._tree
        key: Node | None = None
        for part in path:
            if node is None:
                return None, None
            if part in node.entries:
                key, node = node.entries[str(part)]
            else:
                key, node = None, next((item for i, item in enumerate(node.items) if part in (i, _id(item))), None)
        return key, node


def load_policy(spec: str | Path) -> Policy:
    """The policy in that file or folder (its `policy.yaml`), or the bundled policy of that name.

    A bundled name wins over a folder of the same name here; write `./name` for the folder.

    Raises:
        PolicyError: the policy is wrong; every mistake is listed.
        UsageError: there is no such policy.
        InputError: the file cannot be read.
    """
    path = _find(spec)
    try:
        data = read_bounded(path)
    except OSError as wrong:
        raise InputError(f"`{path}` cannot be read: {(wrong.strerror or '').lower()}") from None
    sources = Sources(path.parent, shown(path.parent), bundled_policies)
    file = decode(str(shown(path)), data, sources.report)
    tree = sources.tree(file) if file else None
    if tree is None:
        raise PolicyError(_bounded(sources.report))
    report = sources.report
    report += empty_values(tree)
    document = None
    try:
        document = PolicyDocument.model_validate(plain(tree))
    except ValidationError as refused:
        report += explain(refused, tree, complete=not sources.incomplete)
    report += check(tree, complete=not sources.incomplete)
    if document is None or any(diagnostic.level == "error" for diagnostic in report):
        raise PolicyError(_bounded(report))
    notes = tuple(sorted(report, key=_position))
    return Policy(document, _canonical(document), notes, tuple(sources.files), tree)


def load_canonical(data: bytes) -> Policy:
    """The policy those canonical bytes say: same digest, same meaning, without places, tests and notes."""
    try:
        document = PolicyDocument.model_validate(orjson.loads(data))
    except ValueError as wrong:  # both the JSON's and the models' refusals are
        raise UsageError(
            "these bytes are no canonical policy", hint="use the `canonical` of a loaded policy"
        ) from wrong
    return Policy(document, _canonical(document))


def bundled_policies() -> dict[str, Path]:
    """The policies that come with Lictor, by name: as packaged, else those of the checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "policies", package.parent.parent / "policies"):
        found = {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{ROOT_FILE}"))}
        if found:
            return found
    return {}


def _find(spec: str | Path) -> Path:
    bundled = bundled_policies() if isinstance(spec, str) else {}
    path = bundled.get(str(spec)) or Path(spec)
    try:
        if path.is_dir():
            if (path / ROOT_FILE).is_file():
                return path / ROOT_FILE
            raise UsageError(f"the folder `{path}` holds no `{ROOT_FILE}`", hint="name the policy's file itself")
        if path.exists():
            return path
    except (OSError, ValueError):  # a NUL in the name, or a name too long: there is no such file
        pass
    if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
        raise UsageError(f"there is no policy at `{path}`", hint="name a file, a folder or a bundled policy")
    hint = suggest(str(spec), bundled) if bundled else "name a file or a folder"
    raise UsageError(f"there is no policy `{spec}`", hint=hint)


def _canonical(document: PolicyDocument) -> bytes:
    return canonical(document.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def _bounded(report: list[Diagnostic]) -> Iterator[Diagnostic]:
    ordered = sorted(report, key=_position)
    yield from ordered[:MAX_MISTAKES]
    if len(ordered) > MAX_MISTAKES:
        message = f"there are more mistakes than the {MAX_MISTAKES} shown"
        yield Diagnostic("P042", message, ordered[MAX_MISTAKES - 1].place, hint="mend these and load it again")


def _position(diagnostic: Diagnostic) -> tuple[str, int, int]:
    place = diagnostic.place
    return (place.file, place.line, place.column) if place else ("", 0, 0)


def _id(node: Node) -> object:
    own = node.get("id")
    return own.value if own else None
