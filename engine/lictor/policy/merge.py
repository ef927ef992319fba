"""A policy's files -> one tree: `include` merged into the root, lexicon files read into their lexicons.

* Paths are relative to the policy's folder and stay inside it: no `..`, no absolute path, no link that leads out.
* An included document holds some of the same top-level keys. Named sections are joined, lists follow one another in
  the order of inclusion; what both define is a mistake. A file is included once, and never by what it includes.
* What is borrowed comes from the policy in the folder of that name beside this policy's, else from the bundled one of
  that name; no path leads further. A policy never borrows, through others, from itself.
* A lexicon's `file` is `.txt` (one term a line) or `.yaml` (a list of terms, or the keys of a lexicon); its terms
  follow those written in place.

Every node keeps the file it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from lictor.errors import Diagnostic
from lictor.facts import suggest
from lictor.policy.borrow import lend
from lictor.policy.salvage import read_parts
from lictor.policy.source import MAX_DEPTH, Node, TextFile, decode, quoted, read_bounded, read_terms

__all__ = ["ROOT_FILE", "Sources", "shown"]

ROOT_FILE = "policy.yaml"


def shown(path: Path) -> Path:
    """The path as its author would name it: from here, where it lies below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@dataclass(slots=True)
class Sources:
    """The files of one policy: where they lie, how they are named to the author, and what was wrong with them.

    `bundled` says where the policies lie that come with Lictor; `borrowers`, the folders of those that borrow from this
    one. `files` are those that were read, without those of lenders. `incomplete` holds once a file could not be read:
    then nobody can say which names are missing or unused. `torn` holds once a part of a file could not be; the nodes
    around it say so in `lost`. `tried` are the paths of all files that were asked for, lenders' too.
    """

    folder: Path
    shown: Path
    bundled: Callable[[], Mapping[str, Path]] = dict
    borrowers: tuple[Path, ...] = ()
    report: list[Diagnostic] = field(default_factory=list)
    files: list[TextFile] = field(default_factory=list)
    incomplete: bool = False
    torn: bool = False
    tried: list[Path] = field(default_factory=list)

    def tree(self, file: TextFile) -> Node | None:
        """The whole policy as one tree, from its root file; `None` where that cannot be read."""
        self.files.append(file)
        root = self._document(file)
        if root is None:
            return None
        self._include(root, root, [file.name], {file.name})
        lexicons = root.get("lexicons")
        for lexicon in [node for _, node in lexicons.entries.values()] if lexicons else []:
            self._read_lexicon(lexicon)
        self._borrow(root)
        return root

    def _include(self, root: Node, document: Node, hops: list[str], seen: set[str]) -> None:
        listed = document.get("include")
        self.incomplete |= "include" in document.lost or (listed is not None and not isinstance(listed.value, list))
        for node in listed.items if listed else []:
            if not isinstance(node.value, str):
                continue
            file = self._open(node)
            self.incomplete |= file is None
            if file is None:
                continue
            if file.name in hops:
                way = " -> ".join(f"`{hop}`" for hop in [*hops[hops.index(file.name) :], file.name])
                self._fault("P028", f"files include each other: {way}", node, "take one of the two `include`s away")
            elif len(hops) >= MAX_DEPTH:
                message = f"more than {MAX_DEPTH} files include one another"
                self._fault("P005", message, node, "include them from the root file")
            elif file.name in seen:
                self._fault("P029", f"{quoted(node.value)} is included twice", node, "include it once")
            else:
                seen.add(file.name)
                part = self._document(file)
                if part is not None:
                    self._join(root, part)
                    self._include(root, part, [*hops, file.name], seen)

    def _join(self, root: Node, part: Node) -> None:
        root.lost += part.lost
        for name, (key, value) in part.entries.items():
            if name == "include":
                continue
            present = root.get(name)
            if present is None:
                root.entries[name] = (key, value)
            elif isinstance(present.value, list) and isinstance(value.value, list):
                present.value.extend(value.value)
                present.lost += value.lost
            elif isinstance(present.value, dict) and isinstance(value.value, dict):
                self._join_entries(present, value)
            else:
                self._twice(key, root.entries[name][0])

    def _join_entries(self, into: Node, part: Node) -> None:
        into.lost += part.lost
        for name, (key, value) in part.entries.items():
            if name in into.entries:
                self._twice(key, into.entries[name][0])
            else:
                into.entries[name] = (key, value)

    def _borrow(self, root: Node) -> None:
        asked = root.get("borrow")
        for name, (key, names) in asked.entries.items() if asked else ():
            folder = self._lender(key)
            if folder is None:
                continue
            lines = (*self.borrowers, self.folder.resolve())
            if folder in lines:
                way = " -> ".join(quoted(hop.name) for hop in [*lines[lines.index(folder) :], folder])
                hint = "let one of them define what the other borrows"
                self._fault("P048", f"policies borrow from each other: {way}", key, hint)
                self.incomplete = True
                continue
            lender = Sources(folder, shown(folder), self.bundled, lines, tried=self.tried)
            tree = lender.read_root(key)
            self.report += lender.report
            self.incomplete |= tree is None or lender.incomplete or lender.torn
            if tree is not None:
                self.report += lend(tree, name, names, root, complete=not (lender.incomplete or lender.torn))

    def read_root(self, asked: Node) -> Node | None:
        """The whole tree of the policy in this folder, for another policy that `asked` for it; `None` if unreadable."""
        self.tried.append(self.folder / ROOT_FILE)
        try:
            data = read_bounded(self.folder / ROOT_FILE)
        except OSError as wrong:
            reason = (wrong.strerror or "").lower()
            self._fault("P046", f"policy {quoted(asked.value)} cannot be read: {reason}", asked, "mend its permissions")
            return None
        file = decode(str(self.shown / ROOT_FILE), data, self.report)
        return self.tree(file) if file else None

    def _lender(self, key: Node) -> Path | None:
        """The folder of the policy that the key names, or `None` and a report that there is none to borrow from."""
        name = str(key.value)
        around = self.folder.resolve().parent
        beside = around / name
        self.tried.append(beside / ROOT_FILE)
        try:
            inside = PurePosixPath(name).parts == (name,) and beside.resolve().parent == around
            there = (beside / ROOT_FILE).is_file()
        except (OSError, ValueError, RuntimeError):  # a NUL in the name, a name too long, links in a circle
            inside, there = True, False
        folder = None
        if not inside:
            hint = "name a bundled policy, or a folder beside this policy's"
            self._fault("P026", f"{quoted(name)} leads out of the policies' folder", key, hint)
        elif there:
            folder = beside.resolve()
        elif name in self.bundled():
            folder = self.bundled()[name].resolve()
        else:
            near = [path.parent.name for path in around.glob(f"*/{ROOT_FILE}")]
            hint = suggest(name, {*near, *self.bundled()} - {self.folder.resolve().name})
            self._fault(
                "P046", f"there is no policy {quoted(name)} to borrow from", key, hint or "name a bundled policy"
            )
        self.incomplete |= folder is None
        return folder

    def _read_lexicon(self, lexicon: Node) -> None:
        node = lexicon.get("file")
        if node is None or not isinstance(node.value, str):
            return
        if not node.value.endswith((".txt", ".yaml", ".yml")):
            told = f"{quoted(node.value)} is neither `.txt` nor `.yaml`"
            as_text = PurePosixPath(node.value).with_suffix(".txt") if PurePosixPath(node.value).name else "words.txt"
            self._fault("P050", told, node, f"save the words alone, one a line, as `{as_text}`")
            lexicon.lost += ("terms",)
            return
        file = self._open(node)
        if file is None:
            lexicon.lost += ("terms",)
            return
        if node.value.endswith(".txt"):
            self._add_terms(lexicon, node, read_terms(file))
            return
        part = self._parts(file)
        lexicon.lost += ("terms",) if part is None else part.lost
        if part is None:
            pass  # reported
        elif isinstance(part.value, list):
            self._add_terms(lexicon, node, part.value)
        elif isinstance(part.value, dict):
            if "file" in part.entries:
                hint = "write the terms here, or name the other file in the policy"
                self._fault("P014", "a lexicon file names no other file", part.entries.pop("file")[0], hint)
            for name, (key, value) in part.entries.items():
                if name == "terms" and isinstance(value.value, list):
                    self._add_terms(lexicon, key, value.value)
                elif name in lexicon.entries:
                    self._twice(key, lexicon.entries[name][0])
                else:
                    lexicon.entries[name] = (key, value)
        else:
            hint = "write a list of terms, or the keys of a lexicon"
            self._fault("P016", "a lexicon file is a list or a mapping", part, hint)

    def _add_terms(self, lexicon: Node, key: Node, terms: list[Node]) -> None:
        present = lexicon.get("terms")
        if present is None:
            whole = Node(key.file, key.line, key.column, key.length, terms)
            lexicon.entries["terms"] = (key, whole)
        elif isinstance(present.value, list):
            present.value.extend(terms)

    def _document(self, file: TextFile) -> Node | None:
        document = self._parts(file)
        if document is not None and not isinstance(document.value, dict):
            terms = file.name.endswith(".txt") and file.name != str(self.shown / ROOT_FILE)
            hint = "name a list of terms as a lexicon's `file`" if terms else "begin with keys such as `rules:`"
            self._fault("P016", "a policy file is a mapping", document, hint)
            document = None
        self.incomplete |= document is None
        return document

    def _parts(self, file: TextFile) -> Node | None:
        before = len(self.report)
        root = read_parts(file, self.report)
        self.torn |= any(fault.code != "P010" for fault in self.report[before:])
        self.torn |= len(self.report) > before and root is not None and _lossy(root)
        return root

    def _open(self, node: Node) -> TextFile | None:
        name = str(node.value)
        path = PurePosixPath(name)
        target = self.folder / path
        self.tried.append(target)
        try:
            inside = target.resolve().is_relative_to(self.folder.resolve())
            regular = target.is_file()
        except (OSError, ValueError, RuntimeError):  # a NUL in the name, a name too long, links in a circle
            inside, regular = True, False
        file = None
        if path.is_absolute() or ".." in path.parts or not inside:
            hint = "keep the file in the policy's folder and name it from there"
            self._fault("P026", f"{quoted(name)} leads out of the policy's folder", node, hint)
        elif not regular:
            self._fault("P027", f"there is no file {quoted(name)} in the policy's folder", node, self._nearest(name))
        else:
            try:
                data = read_bounded(target)
            except OSError as wrong:
                self._fault(
                    "P027",
                    f"{quoted(name)} cannot be read: {(wrong.strerror or '').lower()}",
                    node,
                    "mend its permissions",
                )
            else:
                file = decode(str(self.shown / path), data, self.report)
        self.files += [file] if file is not None else []
        return file

    def _nearest(self, name: str) -> str:
        files = (path for kind in ("yaml", "yml", "txt") for path in self.folder.glob(f"**/*.{kind}"))
        return suggest(name, [path.relative_to(self.folder).as_posix() for path in files])

    def _twice(self, key: Node, first: Node) -> None:
        label = f"first defined at {first.file.name}:{first.line}"
        self.report.append(
            Diagnostic("P010", f"{quoted(key.value)} is defined in two files", key.place, label, "keep one of them")
        )

    def _fault(self, code: str, message: str, node: Node, hint: str) -> None:
        self.report.append(Diagnostic(code, message, node.place, hint=hint))


def _lossy(node: Node) -> bool:
    """Whether anything in the node could not be read."""
    return bool(node.lost) or any(_lossy(one) for one in (*node.items, *(value for _, value in node.entries.values())))
