"""One way to lay out a policy file: indentation, spaces, line length and blank lines; every comment and word is kept.

* Two spaces a level; the items of a list stand two further than its key.
* Block stays block and flow stays flow: `{a: b}`, `[a, b]`, broken after a comma where a line grows too long.
* At most one blank line in a row; one space after `#`, two before it at a line's end.

Scalars are copied as they are written, quotes included. What comes out is read again: unless it says the same with the
same comments, and would be laid out the same once more, the file is refused rather than changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

from lictor.errors import Diagnostic, UsageError
from lictor.policy.source import Node, TextFile, plain, read_yaml

__all__ = ["WIDTH", "laid_out"]

WIDTH = 120

_REPORT = "this should not be: please report the file"

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def laid_out(name: str, text: str) -> str:
    """The file's text, laid out.

    Raises:
        UsageError: it is not YAML as policies are written in, or holds something that cannot be laid out safely.
    """
    before = _read(name, text)
    try:
        made = _Writer(text).write()
        again = _Writer(made).write()
    except _OddError as odd:
        raise UsageError(f"`{name}` is left as it is: {odd}", hint="lay that place out by hand") from None
    except yaml.YAMLError:
        raise UsageError(f"`{name}` is left as it is: it cannot be laid out safely", hint=_REPORT) from None
    if plain(_read(name, made)) != plain(before) or _comments(made) != _comments(text) or again != made:
        raise UsageError(f"`{name}` is left as it is: it cannot be laid out safely", hint=_REPORT)
    return made


def _read(name: str, text: str) -> Node:
    report: list[Diagnostic] = []
    tree = read_yaml(TextFile(name, text), report)
    if tree is None or any(one.level == "error" for one in report):
        raise UsageError(f"`{name}` cannot be read", hint="`lictor policy lint` says what is wrong with it")
    return tree


class _OddError(Exception):
    """Something is written in a way that this layout does not know."""


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """A node as it is written: its kind and style, where it begins and where what is written of it ends."""

    kind: Literal["scalar", "map", "seq"]
    flow: bool
    line: int
    column: int
    end: tuple[int, int]
    raw: str = ""
    block: bool = False
    below: list[_Part] = field(default_factory=list)


@dataclass(slots=True)
class _Comment:
    """A comment: its text from the `#` on, where it stands, and whether it has the line to itself."""

    text: str
    column: int
    alone: bool


def _parts(text: str, lines: list[str]) -> _Part:
    """The tree of what is written, from the parser's events."""
    open_: list[_Part] = []
    root: _Part | None = None
    event: Any
    for event in yaml.parse(text, Loader=_PARSER):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            start, stop = event.start_mark, event.end_mark
            raw = _between(lines, (start.line, start.column), (stop.line, stop.column))
            part = _Part("scalar", True, start.line, start.column, (stop.line, stop.column), raw)
            part.block = event.style in ("|", ">")
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            start = event.start_mark
            name: Literal["map", "seq"] = "map" if kind is yaml.MappingStartEvent else "seq"
            part = _Part(name, bool(event.flow_style), start.line, start.column, (start.line, start.column))
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            part = open_.pop()
            last = part.below[-1].end if part.below else part.end
            part.end = (event.end_mark.line, event.end_mark.column) if part.flow else last
            continue
        else:
            continue
        if open_:
            open_[-1].below.append(part)
        else:
            root = part
        if kind is not yaml.ScalarEvent:
            open_.append(part)
    assert root is not None
    return root


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (row, column), (end_row, end_column) = start, end
    if row == end_row:
        return lines[row][column:end_column]
    last = [lines[end_row][:end_column]] if end_row < len(lines) else []
    return "\n".join([lines[row][column:], *lines[row + 1 : end_row], *last])


def _found_comments(root: _Part, lines: list[str]) -> dict[int, _Comment]:
    """The comment of each line that has one: a `#` after a blank, outside every scalar."""
    covered: dict[int, list[tuple[int, int]]] = {}
    for part in _scalars(root):
        (row, column), (end_row, end_column) = (part.line, part.column), part.end
        for line in range(row, min(end_row, len(lines) - 1) + 1):
            first = column if line == row else 0
            covered.setdefault(line, []).append((first, end_column if line == end_row else len(lines[line])))
            if part.block and line == row:
                covered[line][-1] = (first, first)  # a comment may follow the mark
    found = {}
    for number, written in enumerate(lines):
        for mark in re.finditer(r"(?:(?<=\s)|^)#", written):
            at = mark.start()
            if not any(first <= at < last for first, last in covered.get(number, ())):
                found[number] = _Comment(written[at:].rstrip(), at, not written[:at].strip())
                break
    return found


def _scalars(part: _Part) -> Iterator[_Part]:
    if part.kind == "scalar":
        yield part
    for below in part.below:
        yield from _scalars(below)


def _comments(text: str) -> list[str]:
    lines = text.split("\n")
    found = _found_comments(_parts(text, lines), lines)
    return sorted(_spaced(one.text) for one in found.values())


def _spaced(comment: str) -> str:
    marks = len(comment) - len(comment.lstrip("#"))
    rest = comment[marks:]
    return comment if not rest or rest[0] in " !" or marks > 1 else f"{comment[:marks]} {rest}"


# --- writing ---------------------------------------------------------------------------------------------------------


class _Writer:
    """One pass over what is written. `done`: the source lines whose comments and blank lines are written already."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.root = _parts(text, self.lines)
        self.comments = _found_comments(self.root, self.lines)
        self.out: list[str] = []
        self.done = 0

    def write(self) -> str:
        """The whole file."""
        if self.root.flow:
            self._before(self.root.line, 0)
            self._flow("", self.root, 0)
        else:
            self._block(self.root, 0)
        self._before(len(self.lines), 0)
        while self.out and not self.out[-1]:
            self.out.pop()
        return "\n".join(self.out) + "\n"

    def _before(self, line: int, indent: int) -> None:
        """The comments and blank lines before that source line."""
        while self.done < line:
            comment = self.comments.get(self.done)
            if comment is not None and comment.alone:
                self.out.append(" " * indent + _spaced(comment.text))
            elif self.lines[self.done].strip() == "" and self.out and self.out[-1] != "":
                self.out.append("")
            self.done += 1

    def _block(self, part: _Part, indent: int, first: str = "") -> None:
        """A block mapping or list; `first` stands before its first line (the `- ` of a list around it)."""
        entries = zip(part.below[::2], part.below[1::2], strict=True) if part.kind == "map" else part.below
        for entry in entries:
            head = entry[0] if isinstance(entry, tuple) else entry
            line = self._item_line(entry) if part.kind == "seq" else head.line
            if not first:
                self._before(line, indent)
            lead, first = first or " " * indent, ""
            if isinstance(entry, tuple):
                self._entry(lead + entry[0].raw + ":", entry[1], indent)
            else:
                self._item(lead + "- ", entry, indent)
        self._tail(part, indent)

    def _tail(self, part: _Part, indent: int) -> None:
        """Comments below the last entry that are indented like the block belong to it."""
        line = self.done
        while (comment := self.comments.get(line)) and comment.alone and comment.column >= max(part.column, 1):
            line += 1
        self._before(line, indent)

    def _item_line(self, entry: Any) -> int:
        """The source line of the item's `-`, which may stand above what follows it."""
        line: int = entry.line
        while line > self.done and not re.match(r"\s*-(\s|$)", self.lines[line]):
            line -= 1
        return line

    def _entry(self, head: str, value: _Part, indent: int) -> None:
        if value.flow:
            self._flow(head + (" " if value.raw or value.kind != "scalar" else ""), value, indent)
            return
        line = self._key_line(value)
        comment = self.comments.get(line)
        beside = f"  {_spaced(comment.text)}" if comment is not None and not comment.alone else ""
        self.out.append(head + beside)
        self.done = max(self.done, line + 1)
        self._block(value, indent + 2)

    def _item(self, head: str, value: _Part, indent: int) -> None:
        if value.flow:
            self._flow(head, value, indent)
        else:
            self._before(value.line, indent)
            self._block(value, indent + 2, head)

    def _key_line(self, value: _Part) -> int:
        """The source line of a key whose value begins on a later line."""
        line = value.line - 1
        while line >= 0 and (self.lines[line].strip() == "" or (line in self.comments and self.comments[line].alone)):
            line -= 1
        return line

    def _flow(self, head: str, value: _Part, indent: int) -> None:
        """A value that ends a line, with the comment behind it."""
        last = value.end[0]
        if value.block:
            self._literal(head, value, indent)
            return
        inside = [line for line in range(value.line, last) if line in self.comments]
        if inside:
            written = self._verbatim(head, value, indent)
        elif value.kind == "scalar":
            written = self._scalar(head, value, indent)
        else:
            written = _filled(head, self._flat(value), indent + 2)
        comment = self.comments.get(last)
        if comment is not None and not comment.alone and comment.column >= value.end[1]:
            written[-1] += f"  {_spaced(comment.text)}"
        self.out += [line.rstrip() for line in written]
        self.done = max(self.done, last + 1)

    def _scalar(self, head: str, value: _Part, indent: int) -> list[str]:
        first, *rest = value.raw.split("\n")
        return [head + first, *((" " * (indent + 2) + line.strip()) if line.strip() else "" for line in rest)]

    def _literal(self, head: str, value: _Part, indent: int) -> None:
        first, *rest = value.raw.split("\n")
        if re.search(r"\d", first.split("#")[0]):
            raise _OddError("a block of text says its own indentation")
        while rest and not rest[-1].strip():
            rest.pop()
        margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), default=0)
        self.out.append((head + first).rstrip())
        self.out += [" " * (indent + 2) + line[margin:] if line.strip() else "" for line in rest]
        self.done = max(self.done, value.line + 1 + len(rest))

    def _verbatim(self, head: str, value: _Part, indent: int) -> list[str]:
        """A flow collection with comments inside: its lines as they are, under one another."""
        raw = _between(self.lines, (value.line, value.column), value.end).split("\n")
        return [head + raw[0].rstrip(), *(" " * (indent + 2) + line.strip() for line in raw[1:] if line.strip())]

    def _flat(self, value: _Part) -> list[str]:
        """The pieces of a flow value; a line may be broken between any two."""
        if value.kind == "scalar":
            if (
                "\n\n" in value.raw
                or re.search(r"\n\s*\n", value.raw)
                or (value.raw[:1] == '"' and "\\\n" in value.raw)
            ):
                raise _OddError("a text of several paragraphs stands inside brackets")
            return [re.sub(r"\s*\n\s*", " ", value.raw)]
        if value.kind == "seq":
            items = [self._flat(one) for one in value.below]
            return _bracketed("[", items, "]")
        pairs = []
        for key, below in zip(value.below[::2], value.below[1::2], strict=True):
            pieces = self._flat(below)
            # A key without a value stands alone: behind a colon, a bracket would be read as part of it.
            pairs.append([self._flat(key)[0] + (f": {pieces[0]}" if pieces[0] else ""), *pieces[1:]])
        return _bracketed("{", pairs, "}")


def _bracketed(opening: str, items: list[list[str]], closing: str) -> list[str]:
    if not items:
        return [opening + closing]
    pieces = [[*item[:-1], item[-1] + ","] for item in items[:-1]] + [items[-1]]
    flat = [piece for item in pieces for piece in item]
    flat[0] = opening + flat[0]
    flat[-1] += closing
    return flat


def _filled(head: str, pieces: list[str], indent: int) -> list[str]:
    """The pieces behind the head, in as many lines as they need."""
    lines, line = [], head + pieces[0]
    for piece in pieces[1:]:
        if len(line) + 1 + len(piece) > WIDTH:
            lines.append(line)
            line = " " * indent + piece
        else:
            line = f"{line} {piece}"
    return [*lines, line]
