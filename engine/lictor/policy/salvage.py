"""What is sound in a file whose syntax is broken, so that one mistake does not hide the others.

A document that a parser gives up on is cut at its indentation: top-level keys first, then the entries or items of each
section that is broken, and so on inwards. A part that parses is kept. A part that does not and cannot be cut further
is left out with one diagnostic, and the collection around it says in `lost` that something is missing, so that nobody
takes what stood there for absent.

Cut in parts, a quote or bracket that is never closed ends with its part: the mistake is shown where it is, not where
the parser gave up.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lictor.errors import Diagnostic
from lictor.policy.source import MAX_DEPTH, SECOND_DOCUMENT, Node, Parsed, TextFile, parse, quoted

__all__ = ["read_parts"]

MOST_FAULTS = 50

_KEY = re.compile(r"""( *)(?:"[^"]*"|'[^']*'|[^\s#\[\]{},&*!|>%@`"'-][^#]*?) *:(?=[ \t]|$)""")
_BARE_KEY = re.compile(r" *[\w.-]+: *(#.*)?$")
_ITEM = re.compile(r" *-(?=\s|$)")
_DASH = re.compile(r" *-(?=\w)")
_SPACES = "indent with spaces"


def read_parts(file: TextFile, report: list[Diagnostic]) -> Node | None:
    """The tree of what can be read of the file, `None` where that is nothing; mistakes go to the report."""
    whole = parse(file)
    if whole.ended != "syntax":
        if whole.root is None and not whole.faults:
            hint = "write the policy here, or take the file away"
            report.append(Diagnostic("P009", "the file is empty", file.place(1, 1, 1), hint=hint))
        if not any(fault.code == "P008" for fault in whole.faults):
            report += whole.faults
            return whole.root
    mended = _mended(file)
    if mended is not None:
        report += mended.faults
        return mended.root
    salvage = _Salvage(file, list(file.lines))
    root = salvage.block(0, len(file.lines), 0)
    # Where each part is sound by itself, the mistake lies between them.
    report += salvage.faults or whole.faults
    if root is not None:
        root.lost += tuple(salvage.strays)
    return root


def _mended(file: TextFile) -> Parsed | None:
    """The file read as if its strange indentation were plain and one side of each merge chosen, if it is sound then.

    What was strange is reported; nothing of what stands in such lines is lost.
    """
    lines, faults = list(file.lines), list[Diagnostic]()
    ours: int | None = None
    for number, line in enumerate(file.lines):
        if line.startswith("<<<<<<< "):
            ours = number
        elif ours is not None and line.startswith(">>>>>>> "):
            theirs = next((at for at in range(ours, number) if file.lines[at] == "======="), ours)
            lines[ours], lines[theirs : number + 1] = "", [""] * (number + 1 - theirs)
            told = "two versions of these lines, left over from a merge"
            hint = "keep one, and take the lines `<<<<<<<`, `=======` and `>>>>>>>` away"
            faults.append(Diagnostic("P001", told, file.place(ours + 1, 1, 7), hint=hint))
            ours = None
    strange = [number for number, line in enumerate(lines) if _strange(line)]
    faults += [_not_plain(file, number) for number in strange]
    if not faults or len(faults) > MOST_FAULTS:
        return None
    for tab, wide in ((2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2)):
        moved: dict[int, int] = {}
        for number in strange:
            text = lines[number].lstrip()
            before = lines[number][: len(lines[number]) - len(text)]
            columns = sum({"\t": tab, "\u3000": wide}.get(char, 1) for char in before)
            lines[number], moved[number + 1] = " " * columns + text, len(before) - columns
        plain = TextFile(file.name, "\n".join(lines))
        parsed = parse(plain)
        if parsed.root is not None and not parsed.ended:
            _move(parsed.root, file, moved)
            return Parsed(parsed.root, [*faults, *(_moved(one, file, moved) for one in parsed.faults)])
        lines = [file.lines[at] if at + 1 in moved else line for at, line in enumerate(lines)]
    return None


def _move(node: Node, file: TextFile, moved: Mapping[int, int]) -> None:
    """Puts the node and all below it where they stand in the file."""
    node.file, node.column = file, node.column + moved.get(node.line, 0)
    for key, value in node.entries.values():
        key.file, key.column = file, key.column + moved.get(key.line, 0)
        _move(value, file, moved)
    for item in node.items:
        _move(item, file, moved)


def _moved(one: Diagnostic, file: TextFile, moved: Mapping[int, int]) -> Diagnostic:
    assert one.place is not None
    column = one.place.column + moved.get(one.place.line, 0)
    return replace(one, place=file.place(one.place.line, column, one.place.length))


def _not_plain(file: TextFile, number: int) -> Diagnostic:
    """What is told of a line whose indentation is not of plain spaces."""
    line = file.lines[number]
    char = _strange(line)
    told = f"a space that is no plain one, {_named(char)}, before the text of a line"
    told = "a tab where only spaces may stand" if char == "\t" else told
    return Diagnostic("P001", told, file.place(number + 1, line.index(char) + 1, 1), hint=_SPACES)


@dataclass(slots=True)
class _Salvage:
    """The file's lines (the dash of an item that is cut further is blanked) and the mistakes found so far.

    `strays` are keys that stand inside another section, and what stood below them.
    """

    file: TextFile
    lines: list[str]
    faults: list[Diagnostic] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def block(self, start: int, end: int, depth: int) -> Node | None:
        """What can be read of these lines, which are one collection or one value."""
        parsed = self.parse(start, end)
        if not parsed.ended:
            self.faults += parsed.faults
            return parsed.root
        if len(self.faults) >= MOST_FAULTS or depth > MAX_DEPTH or parsed.ended == "bound":
            self.faults += parsed.faults
            return None
        column = self.column(start, end)
        pieces = list(self.cut(start, end, column))
        if pieces and self.indent(pieces[0][0]) > column and _BARE_KEY.match(self.lines[pieces[0][0]]):
            self.misplaced(pieces[0][0], column)  # what follows belongs to it, and would be taken for something else
            return None
        placed = [self.lines[first] for first, _ in pieces if self.indent(first) == column]
        if not placed or (
            len(pieces) == 1 and not (_KEY.match(placed[0]) or _DASH.match(placed[0]) or _ITEM.match(placed[0]))
        ):
            self.faults += parsed.faults
            return None
        if _ITEM.match(placed[0]) or _DASH.match(placed[0]):
            return self.listed(pieces, column, depth)
        return self.mapping(pieces, column, depth)

    def mapping(self, pieces: list[tuple[int, int]], column: int, depth: int) -> Node:
        """A mapping of which each piece is an entry."""
        node = self.collection(pieces[0][0], {})
        assert isinstance(node.value, dict)
        for start, end in pieces:
            key = None if self.misplaced(start, column) else self.key(start)
            if key is None:
                self.no_key(start)
                self.tear(node)
                if self.astray(start, column):
                    break
                continue
            name = str(key.value)
            entry = self.entry(key, start, end, depth)
            if name in node.value:
                label = f"first given at line {node.value[name][0].line}"
                told = f"the key {quoted(name)} is given twice"
                self.faults.append(Diagnostic("P010", told, key.place, label, "keep one of them"))
            elif entry is None:
                node.lost = (*node.lost, *self.names(start, end))
            else:
                node.value[name] = (key, entry)
        return node

    def listed(self, pieces: list[tuple[int, int]], column: int, depth: int) -> Node:
        """A list of which each piece is an item."""
        node = self.collection(pieces[0][0], [])
        assert isinstance(node.value, list)
        for start, end in pieces:
            if self.misplaced(start, column):
                self.tear(node)
                if self.astray(start, column):
                    break
            elif _DASH.match(self.lines[start]):
                self.fault(start, "a `-` without a space after it", "write `- ` before each item of a list", length=2)
                self.tear(node)
            elif not _ITEM.match(self.lines[start]):
                fact = "neither an item of the list nor indented like one"
                self.fault(start, fact, "begin each item with `- `, all in one column")
                self.tear(node)
            else:
                item = self.item(start, end, depth)
                if item is None:
                    node.lost = ("*",)
                else:
                    node.value.append(item)
        return node

    def entry(self, key: Node, start: int, end: int, depth: int) -> Node | None:
        """The value of the entry that begins with that key."""
        parsed = self.parse(start, end)
        if not parsed.ended:
            self.faults += parsed.faults
            return parsed.root.get(str(key.value)) if parsed.root else None
        after = self.lines[start][key.column - 1 + key.length :].lstrip(" ")
        if parsed.ended == "syntax" and re.fullmatch(r":\s*(#.*)?", after) and self.column(start + 1, end) >= 0:
            return self.block(start + 1, end, depth + 1)
        self.faults += parsed.faults
        return None

    def item(self, start: int, end: int, depth: int) -> Node | None:
        """The item that begins there; where it is a mapping, what can be read of it."""
        parsed = self.parse(start, end)
        if not parsed.ended:
            self.faults += parsed.faults
            return parsed.root.items[0] if parsed.root and parsed.root.items else None
        bare = self.lines[start].replace("-", " ", 1)
        if parsed.ended == "syntax" and _KEY.match(bare):
            self.lines[start] = bare
            return self.block(start, end, depth + 1)
        self.faults += parsed.faults
        return None

    # --- lines

    def column(self, start: int, end: int) -> int:
        """The column, from 0, in which the parts of these lines begin; -1 where nothing stands in them.

        That of the first line, unless several lines stand further left: then it is the first one that is out of place.
        """
        said = [number for number in range(start, end) if self.says(number)]
        indents = [self.indent(number) for number in said]
        if said and _ITEM.match(self.lines[said[0]]):
            return min(self.indent(number) for number in said if _ITEM.match(self.lines[number]))
        often = [indent for indent, times in Counter(indents).items() if times > 1]
        return min(indents[0], *often) if often else indents[0] if indents else -1

    def says(self, number: int) -> bool:
        """Whether there is more on the line than a comment."""
        line = self.lines[number].strip()
        return bool(line) and not line.startswith("#")

    def cut(self, start: int, end: int, column: int) -> Iterator[tuple[int, int]]:
        """The lines in pieces, each from one line in that column, or out of place, to before the next."""
        begun = -1
        for number in range(start, end):
            line = self.lines[number]
            if not self.says(number):
                continue
            indent = self.indent(number)
            if begun < 0:
                begun = number
            elif (indent <= column and not _closes(line)) or _strange(line):
                if _ITEM.match(self.lines[begun]) is None and indent == column and _ITEM.match(line):
                    continue  # a list may stand in the column of its key
                yield begun, number
                begun = number
        if begun >= 0:
            yield begun, end

    def misplaced(self, number: int, column: int) -> bool:
        """Whether the line stands where nothing can; that is reported."""
        line = self.lines[number]
        if _strange(line):
            self.faults.append(_not_plain(self.file, number))
        elif re.match(r"---(\s|$)", line):
            self.faults.append(
                Diagnostic(
                    "P008", "a second document begins here", self.file.place(number + 1, 1, 3), "", SECOND_DOCUMENT
                )
            )
        elif self.indent(number) != column:
            told = "this line does not fit what is around it"
            if not (self.faults and self.faults[-1].message == told):  # of several that are alike, the first
                self.fault(number, told, "line the keys of one mapping up in one column")
        else:
            return False
        return True

    def astray(self, number: int, column: int) -> bool:
        """Whether the line is the key of a section further out: what follows it belongs to that one, not here."""
        if not (self.indent(number) < column and _BARE_KEY.match(self.lines[number])):
            return False
        self.strays.append(self.lines[number].split(":")[0].strip())
        return True

    def no_key(self, number: int) -> None:
        """The line, which is no entry of the mapping it stands in, is reported unless it was."""
        line = self.lines[number]
        at = self.indent(number)
        if self.key(number) is not None or any(one.place and one.place.line == number + 1 for one in self.faults[-1:]):
            return
        wide = re.search(r"[:\uff1a](?![ \t]|$)|\uff1a", line)
        message, hint = "a key without `:`", "write `key: value`"
        if wide and wide[0] == "\uff1a":
            hint = "write a plain `:` and a space after the key, not the wide `\uff1a`"
        elif wide and _strange(line[wide.end() :] or " "):
            hint = f"write a plain space after the `:`, not {_named(line[wide.end()])}"
        elif wide:
            message, hint = "a `:` without a space after it", f"write `{line[at : wide.start()]}: ...`"
        elif _ITEM.match(line):
            message, hint = "an item of a list among the keys of a mapping", "indent it below the key it belongs to"
        self.fault(number, message, hint, at, len(line.rstrip()) - at)

    def parse(self, start: int, end: int) -> Parsed:
        return parse(self.file, "\n".join(self.lines[start:end]) + "\n", start)

    def key(self, number: int) -> Node | None:
        """The key that the line begins with."""
        found = _KEY.match(self.lines[number])
        root = parse(self.file, found[0] + "\n", number).root if found else None
        return next((key for key, _ in root.entries.values()), None) if root else None

    def names(self, start: int, end: int) -> list[str]:
        """The keys in lines that could not be read, as far as they can be told."""
        found = [_KEY.match(line) for line in self.lines[start:end]]
        return [one[0].strip(" :'\"") for one in found if one]

    def indent(self, number: int) -> int:
        line = self.lines[number]
        return len(line) - len(line.lstrip(" "))

    def collection(self, number: int, value: list[Node] | dict[str, tuple[Node, Node]]) -> Node:
        return Node(self.file, number + 1, self.indent(number) + 1, 1, value)

    def tear(self, node: Node) -> None:
        """Notes that what could not be read after the last part belongs to it, or to none."""
        node.lost = (*node.lost, "*")
        last: Node | None = node
        while last is not None:
            below: Node | None = None
            if last.items:
                below = last.items[-1]
            elif last.entries:
                name, (_, below) = list(last.entries.items())[-1]
                if below.value is None:
                    del last.entries[name]
                    below = None
            if below is not None:
                below.lost = ("*",)
            last = below

    def fault(self, number: int, message: str, hint: str, column: int | None = None, length: int = 1) -> None:
        place = self.file.place(number + 1, (self.indent(number) if column is None else column) + 1, length)
        self.faults.append(Diagnostic("P001", message, place, hint=hint))


def _closes(line: str) -> bool:
    """Whether the line only closes what was opened before it: brackets may stand in any column."""
    return line.lstrip()[:1] in ("]", "}")


def _strange(line: str) -> str:
    """The first character of the line's indentation that is a space and no plain one; nothing where there is none."""
    for char in line:
        if char != " ":
            return char if char == "\t" or unicodedata.category(char) == "Zs" else ""
    return ""


def _named(char: str) -> str:
    return f"U+{ord(char):04X}"
