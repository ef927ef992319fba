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

__all__ = [
    "MAGIC",
    "MAX_MISTAKES",
    "PACKED",
    "Policy",
    "bundled_policies",
    "is_pack",
    "load_canonical",
    "load_policy",
    "policy_from",
]

MAX_MISTAKES = 200
PACKED = ".lictor"
"""How the name of a packed policy ends, unless it was called otherwise."""

MAGIC = b"lictor policy pack "
"""How a packed policy begins."""

_UNUSED = "P031"


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


def load_policy(spec: str | Path, *, tried: list[Path] | None = None) -> Policy:
    """The policy in that file, pack or folder (its `policy.yaml`), or the bundled policy of that name.

    A bundled name wins over a folder of the same name here; write `./name` for the folder. `tried` gets the path of
    every file that was asked for, whether it was there or not: what the policy is depends on these alone.

    Raises:
        PolicyError: the policy is wrong; every mistake is listed.
        UsageError: there is no such policy.
        InputError: the file cannot be read.
    """
    tried = [] if tried is None else tried
    tried += _candidates(spec)
    path = _find(spec)
    try:
        if is_pack(path):
            return _load_pack(path)
        data = read_bounded(path)
    except OSError as wrong:
        raise InputError(f"`{path}` cannot be read: {(wrong.strerror or '').lower()}") from None
    sources = Sources(path.parent, shown(path.parent), bundled_policies, tried=tried)
    file = decode(str(shown(path)), data, sources.report)
    tree = sources.tree(file) if file else None
    if tree is None:
        raise PolicyError(_bounded(sources.report))
    document = _read(tree, sources.report, complete=not sources.incomplete, whole=not sources.torn)
    if document is None or any(diagnostic.level == "error" for diagnostic in sources.report):
        raise PolicyError(_bounded(sources.report))
    notes = tuple(sorted(sources.report, key=_position))
    return Policy(document, _canonical(document), notes, tuple(sources.files), tree)


def policy_from(tree: Node) -> Policy:
    """The policy that a whole tree says: a changed copy of one that loaded. A name it no longer uses is no mistake.

    Raises:
        PolicyError: the policy is wrong; every mistake is listed.
    """
    report: list[Diagnostic] = []
    document = _read(tree, report, complete=True)
    wrong = [one for one in report if one.level == "error" and one.code != _UNUSED]
    if document is None or wrong:
        raise PolicyError(_bounded(wrong))
    return Policy(document, _canonical(document), _tree=tree)


def load_canonical(data: bytes) -> Policy:
    """The policy those canonical bytes say: same digest, same meaning, without places, tests and notes."""
    try:
        document = PolicyDocument.model_validate(orjson.loads(data))
    except ValueError as wrong:  # both the JSON's and the models' refusals are
        raise UsageError(
            "these bytes are no canonical policy", hint="use the `canonical` of a loaded policy"
        ) from wrong
    return Policy(document, _canonical(document))


def is_pack(path: Path) -> bool:
    """Whether the file there is a pack, by its name or, where that is not one of YAML, by how it begins."""
    if path.suffix == PACKED:
        return True
    if path.suffix in (".yaml", ".yml") or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _load_pack(path: Path) -> Policy:
    from lictor.policy.pack import MAX_PACK, read_pack  # noqa: PLC0415 - it reads policies by means of this module

    with path.open("rb") as file:
        data = file.read(MAX_PACK + 1)
    name = str(shown(path))
    return read_pack(data, name).policy(name)


def bundled_policies() -> dict[str, Path]:
    """The policies that come with Lictor, by name: as packaged, else those of the checkout."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "policies", package.parent.parent / "policies"):
        found = {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{ROOT_FILE}"))}
        if found:
            return found
    return {}


def _candidates(spec: str | Path) -> list[Path]:
    """Where a policy of that name may lie: as a file, or as a folder's root file."""
    path = (bundled_policies().get(spec) if isinstance(spec, str) else None) or Path(spec)
    try:
        return [path / ROOT_FILE] if path.is_dir() else [path / ROOT_FILE, path]
    except (OSError, ValueError):  # a NUL in the name, or a name too long: there will be no such file
        return []


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
    if path.suffix in (".yaml", ".yml", PACKED) or len(path.parts) > 1:
        raise UsageError(f"there is no policy at `{path}`", hint="name a file, a folder or a bundled policy")
    hint = suggest(str(spec), bundled) if bundled else "name a file or a folder"
    raise UsageError(f"there is no policy `{spec}`", hint=hint)


def _read(tree: Node, report: list[Diagnostic], *, complete: bool, whole: bool = True) -> PolicyDocument | None:
    """The document the tree says, where it is well formed; every mistake found goes to the report."""
    report += empty_values(tree)
    document = None
    try:
        document = PolicyDocument.model_validate(plain(tree))
    except ValidationError as refused:
        report += explain(refused, tree, complete=complete)
    report += check(tree, complete=complete, whole=whole, formed=document is not None)
    return document


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
