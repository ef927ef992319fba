"""Bytes of a policy file -> a tree of nodes that know their place. Strict YAML 1.2 core, bounded, never a traceback.

* Only `true` and `false` are booleans, only `null`, `~` and nothing are null; numbers are plain decimals. `on`, `no`,
  `1:30`, `012` stay text.
* A key is text and stands once. No anchors, aliases, tags or second documents.
* The tree is built from parser events, so depth is counted before anything recurses: PyYAML's C composer crashes the
  process on 100,000 nested brackets. libyaml's scanner is used where PyYAML has it.
* Where a document ends in a syntax mistake, `salvage` reads what is sound in the rest.

Lines end at LF, CR LF or CR; other line separators are refused, so that line numbers are those of any editor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import yaml

from lictor.errors import Diagnostic, Place

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "Node",
    "Parsed",
    "Scalar",
    "TextFile",
    "parse",
    "plain",
    "quoted",
    "read_bounded",
    "read_terms",
    "read_yaml",
]

MAX_BYTES = 8_000_000
MAX_NODES = 1_000_000
MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class TextFile:
    """A file that was read: its name as shown to its author, its text with line ends as LF, its lines."""

    name: str
    text: str
    lines: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", self.text.split("\n"))

    def place(self, line: int, column: int, length: int) -> Place:
        """The place of so many characters from that line and column, both counted from 1."""
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        return Place(self.name, line, column, max(1, min(length, len(source) - column + 1)), source)

    def place_at(self, offset: int, length: int = 1) -> Place:
        """The place of so many characters from that offset into the text."""
        line = self.text.count("\n", 0, offset)
        return self.place(line + 1, offset - (self.text.rfind("\n", 0, offset) + 1) + 1, length)


@dataclass(slots=True, eq=False)
class Node:
    """A value and where it stands: a scalar, a list of nodes, or a mapping from text to (key node, value node)."""

    file: TextFile
    line: int
    column: int
    length: int
    value: Scalar | list[Node] | dict[str, tuple[Node, Node]]
    bare: bool = False  # a scalar without quotes
    lost: tuple[str, ...] = ()  # keys of which the value could not be read; `*` for a list's items, or keys not known

    @property
    def place(self) -> Place:
        """Where it stands; a collection is shown by its first line at most."""
        return self.file.place(self.line, self.column, self.length)

    @property
    def entries(self) -> dict[str, tuple[Node, Node]]:
        """Key and value nodes by key; none unless it is a mapping."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The nodes of the list; none unless it is a list."""
        return self.value if isinstance(self.value, list) else []

    def get(self, key: str) -> Node | None:
        """The value under the key, where there is one."""
        entry = self.entries.get(key)
        return entry[1] if entry else None


def plain(node: Node) -> Any:
    """The value as plain lists, dictionaries and scalars."""
    value = node.value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, (_, item) in value.items()}
    return value


def quoted(value: object) -> str:
    """A value as a message names it: in backticks, cut where it is long."""
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if len(text) <= 60 else f"`{text[:59]}…`"


def read_bounded(path: Path) -> bytes:
    """The file's bytes, or one more of them than `decode` takes: a device may have no end."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def decode(name: str, data: bytes, report: list[Diagnostic]) -> TextFile | None:
    """The file's text, or `None` and a diagnostic: it must be UTF-8 and of bounded size.

    Control characters are reported, and replaced so that the rest can be read.
    """
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES:,} bytes"
        report.append(
            Diagnostic("P004", message, Place(name, 1, 1), hint="split it, and name the parts under `include`")
        )
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        before = TextFile(name, _lines(data[: wrong.start].decode("utf-8-sig", "replace")))
        place = Place(name, len(before.lines), len(before.lines[-1]) + 1, 1, before.lines[-1] + "\ufffd")
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        message = "the file is UTF-16, not UTF-8" if wide else "the file is not UTF-8"
        hint = "save it in the encoding UTF-8" + ("; Excel calls it `CSV UTF-8`" if wide else "")
        report.append(Diagnostic("P002", message, place, f"byte 0x{data[wrong.start]:02x}", hint))
        return None
    file = TextFile(name, _lines(text))
    for found in islice(_FORBIDDEN.finditer(file.text), _MOST_CHARACTERS):
        name_of = f"U+{ord(found[0]):04X}"
        report.append(
            Diagnostic(
                "P003",
                f"the character {name_of} may not stand in a policy file",
                file.place_at(found.start()),
                hint=f'delete it, or write it in double quotes as `"\\u{ord(found[0]):04x}"`',
            )
        )
    return TextFile(name, _FORBIDDEN.sub("\ufffd", file.text))


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of parsing: the tree, what is wrong, and whether it ended early, at a syntax mistake or at a bound.

    A tree with mistakes of the other kinds is there, with `lost` where a value cannot be known.
    """

    root: Node | None
    faults: list[Diagnostic]
    ended: Literal["", "syntax", "bound"] = ""


def read_yaml(file: TextFile, report: list[Diagnostic]) -> Node | None:
    """The tree of the file's one document, or `None` where the file cannot be trusted; mistakes go to the report."""
    parsed = parse(file)
    report += parsed.faults
    if parsed.root is None and not parsed.faults:
        hint = "write the policy here, or take the file away"
        report.append(Diagnostic("P009", "the file is empty", file.place(1, 1, 1), hint=hint))
    return None if any(fault.code not in _HARMLESS for fault in parsed.faults) else parsed.root


def parse(file: TextFile, text: str | None = None, first: int = 0) -> Parsed:
    """What the text says, which stands in the file from the line after `first` (or is all of it)."""
    builder = _Builder(file, first)
    try:
        return builder.build(_events(file.text if text is None else text))
    except yaml.MarkedYAMLError as wrong:
        fault = _syntax_mistake(file, wrong, builder, first)
    except yaml.YAMLError as wrong:
        fault = Diagnostic("P001", "the file is not YAML", Place(file.name, 1, 1), hint=str(wrong))
    return Parsed(None, [*builder.report, fault], "syntax")


def read_terms(file: TextFile) -> list[Node]:
    """The terms of a `.txt` lexicon: one a line, blank lines and everything from ` #` left out."""
    terms = []
    for number, line in enumerate(file.lines, 1):
        text = _COMMENT.sub("", line).strip()
        if text:
            terms.append(Node(file, number, line.index(text) + 1, len(text), text))
    return terms


# --- from events to nodes --------------------------------------------------------------------------------------------

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FORBIDDEN = re.compile("[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_CHARACTERS = 20
_COMMENT = re.compile(r"(^|\s)#.*")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}


class _RefusedError(Exception):
    """The file cannot be read further."""


class _Builder:
    """One pass over the events. `open`: the collections around the next node; `keys`: the key each waits with."""

    def __init__(self, file: TextFile, first: int) -> None:
        self.file = file
        self.first = first
        self.report: list[Diagnostic] = []
        self.root: Node | None = None
        self.last: Any = None
        self.open: list[Node] = []
        self.keys: list[Node | None] = []
        self.merged: Node | None = None  # an item in which a second one seems to go on

    def build(self, events: Iterator[Any]) -> Parsed:
        try:
            for count, event in enumerate(events):
                if count > MAX_NODES:
                    hint = "split it, and name the parts under `include`"
                    self.refuse("P004", f"the file holds more than {MAX_NODES:,} values", event, hint)
                self.take(event)
                self.last = event
        except _RefusedError:
            return Parsed(None, self.report, "bound")
        known = self.root is not None and self.root.value is not _UNKNOWN
        return Parsed(self.root if known else None, self.report)

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self.attach(self.scalar(event))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            self.begin(event, {} if kind is yaml.MappingStartEvent else [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self.keys.pop()
            node = self.open.pop()
            end = event.end_mark
            if not node.length:
                node.length = end.column - node.column + 1 if end.line + self.first == node.line - 1 else 1
        elif kind is yaml.AliasEvent:
            self.fault("P006", f"the alias {quoted('*' + event.anchor)} is refused", event, _ALIAS_HINT)
            self.attach(self.node(event, _UNKNOWN))
        elif kind is yaml.DocumentStartEvent and self.root is not None:
            self.fault("P008", "a second document begins here", event, SECOND_DOCUMENT)
            raise _RefusedError

    def begin(self, event: Any, value: Any) -> None:
        if len(self.open) >= MAX_DEPTH:
            hint = "name inner conditions under `conditions` and use the names"
            self.refuse("P005", f"more than {MAX_DEPTH} levels of nesting", event, hint)
        self.marks(event)
        mark = event.start_mark
        # The length is known at the end (flow) or is that of the first key (block).
        line = mark.line + self.first + 1
        node = Node(self.file, line, mark.column + 1, 0 if event.flow_style else 1, value)
        self.attach(node)
        self.open.append(node)
        self.keys.append(None)

    def scalar(self, event: Any) -> Node:
        self.marks(event)
        text = event.value
        node = self.node(event, text)
        if event.style:
            if event.style == '"' and not _encodes(text):
                self.fault(
                    "P003", "an unpaired surrogate may not stand in a policy", event, "write the whole character"
                )
            return node
        node.bare = True
        if text in _WORDS:
            node.value = _WORDS[text]
        elif _INTEGER.fullmatch(text):
            if len(text) > 16 or abs(int(text)) > MAX_INTEGER:
                hint = f"if it is text, put it in quotes: '{text[:40]}'"
                self.fault("P018", f"the number {quoted(text)} is too large to be kept exactly", event, hint)
            else:
                node.value = int(text)
        elif _FLOAT.fullmatch(text):
            node.value = float(text)
        return node

    def node(self, event: Any, value: Scalar) -> Node:
        start, end = event.start_mark, event.end_mark
        number = start.line + self.first
        line = self.file.lines[number] if start.line != end.line else ""
        length = end.column - start.column if start.line == end.line else len(line.rstrip()) - start.column
        return Node(self.file, number + 1, start.column + 1, length, value)

    def attach(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        around = self.open[-1]
        if isinstance(around.value, list):
            if node.value is _UNKNOWN:
                around.lost = (*around.lost, "*")
            else:
                around.value.append(node)
            return
        assert isinstance(around.value, dict)
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = self.key(node, around)
            return
        self.keys[-1] = None
        if not isinstance(key.value, str) or node.value is _UNKNOWN:
            around.lost = (*around.lost, key.value if isinstance(key.value, str) else "*")
        elif key.value not in around.value:
            around.value[key.value] = (key, node)

    def key(self, node: Node, around: Node) -> Node:
        if around.length <= 1 and not around.entries and (around.line, around.column) == (node.line, node.column):
            around.length = node.length
        if isinstance(node.value, list | dict) or node.value is None or node.value is _UNKNOWN:
            hint = "write `key: value`; a text that begins with `[`, `{` or `?` goes in quotes"
            if node.value is not _UNKNOWN:
                self.report.append(Diagnostic("P011", "a key must be text", node.place, hint=hint))
            return Node(node.file, node.line, node.column, node.length, None)
        if node.bare:  # a key is text as it is written: `on`, `1`, `true`
            node.value = node.file.lines[node.line - 1][node.column - 1 :][: node.length]
        before = around.entries.get(str(node.value))
        if before is not None and around is not self.merged:
            hint = "keep one of them"
            if self.begins_anew(before[0], node, around):
                self.merged, around.lost = around, (*around.lost, "*")
                hint = "begin a new item of the list here, with `- ` before it; or keep one of them"
            told = f"the key {quoted(node.value)} is given twice"
            label = f"first given at line {before[0].line}"
            self.report.append(Diagnostic("P010", told, node.place, label, hint))
        return node

    def begins_anew(self, first: Node, node: Node, around: Node) -> bool:
        """Whether the key is the one with which its item of a list begins: then what follows is another item."""
        listed = len(self.open) > 1 and isinstance(self.open[-2].value, list)
        return listed and first.line < node.line and first is next(iter(around.entries.values()))[0]

    def marks(self, event: Any) -> None:
        if event.anchor is not None:
            self.fault("P006", f"the anchor {quoted('&' + event.anchor)} is refused", event, _ALIAS_HINT)
        if event.tag is not None:
            self.fault(
                "P007",
                f"the tag {quoted(self.written(event))} is refused",
                event,
                "take it away; quotes make a text of anything",
            )

    def written(self, event: Any) -> str:
        """The first word the event was written as."""
        node = self.node(event, "")
        return self.file.lines[node.line - 1][node.column - 1 :].split()[0]

    def fault(self, code: str, message: str, event: Any, hint: str) -> None:
        self.report.append(Diagnostic(code, message, self.node(event, "").place, hint=hint))

    def refuse(self, code: str, message: str, event: Any, hint: str) -> None:
        self.fault(code, message, event, hint)
        raise _RefusedError


SECOND_DOCUMENT = "keep one policy in a file; take the `---` away"
_UNKNOWN: Any = object()  # the value of an alias: what it stands for is not looked up
_HARMLESS = ("P010",)  # of a key given twice, the first holds
_ALIAS_HINT = "write the value out, or give it a name under `lexicons` or `conditions`"


def _events(text: str) -> Iterator[Any]:
    """What `yaml.parse` yields, without a look ahead before each event: there is none behind the last."""
    loader = _PARSER(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- syntax mistakes -------------------------------------------------------------------------------------------------

_INDENT = "line the keys of one mapping up in one column, with spaces"
_QUOTE = "close it with the same quote; inside single quotes write '' for '"
_BACKSLASH = "use single quotes, where a backslash is a backslash; paths are written with `/`"
_GOES_ON = {
    "'": "put the whole text in `\"`, or write `''` for a quote inside it",
    '"': "put the whole text in `'`, or write `\\\"` for a quote inside it",
}
_SYNTAX: tuple[tuple[str, str, str], ...] = (
    ("tab", "a tab where only spaces may stand", "indent with spaces"),
    (
        "mapping values are not allowed",
        "a `:` where no key can be",
        "put a text with `: ` in quotes, or mend the indentation",
    ),
    ("could not find expected ':'", "a key without `:`", "write `key: value`"),
    ("',' or ']'", "the list is not closed", "close the `[` with `]`, and put commas between the items"),
    ("',' or '}'", "the mapping is not closed", "close the `{` with `}`, and put commas between the entries"),
    ("unexpected end of stream", "the quote is not closed", _QUOTE),
    ("document indicator", "the quote is not closed", _QUOTE),
    ("unknown escape character", "no such escape", _BACKSLASH),
    ("hexdecimal number", "no such escape", _BACKSLASH),
    ("cannot start any token", "no bare text can begin with {at}", "put the text in quotes"),
    ("alphabetic or numeric", "no bare text can begin with {at}", "put the text in quotes"),
    ("undefined tag handle", "tags are refused", "put a text that begins with `!` in quotes"),
    (
        "'-' indicator",
        "neither an item of the list nor indented like one",
        "begin each item with `- `, all in one column",
    ),
    ("expected key", "this line does not fit the mapping around it", _INDENT),
    ("<block end>", "this line does not fit what is around it", _INDENT),
    ("<document start>", "this does not belong to the document", "take it away, or mend the brackets before it"),
    ("node content", "a value is missing before this character", "write the value, or put the text in quotes"),
    ("comment or line break", "text after a block marker", "begin the text on the next line, indented"),
)


def _syntax_mistake(file: TextFile, wrong: yaml.MarkedYAMLError, builder: _Builder, first: int) -> Diagnostic:
    problem = wrong.problem or ""
    mark = wrong.problem_mark or wrong.context_mark
    if "alphabetic or numeric" in problem:
        mark = wrong.context_mark or mark  # where the text begins, not the character in it that no alias can have
    line, column = (mark.line + first, mark.column) if mark else (first, 0)
    at = file.lines[line][column : column + 1] if line < len(file.lines) else ""
    if at == "\t":
        problem = "tab"
    message, hint = next(
        ((fact, way) for part, fact, way in _SYNTAX if part in problem),
        ("the file is not YAML", f"the YAML parser says: {problem}"),
    )
    opened: Any = wrong.context_mark
    ended = _ended_early(builder.last, mark, loose="' or '" not in problem) if at.isalnum() else None
    if ended is not None:
        quote, way = ended.style, _GOES_ON[ended.style]
        place = file.place(line + 1, ended.end_mark.column, 1)
        return Diagnostic("P001", f"the text goes on after its closing `{quote}`", place, hint=way)
    if message == "no such escape" and line < len(file.lines):
        column = max(file.lines[line].rfind("\\", 0, column + 1), 0)
    if at in ("]", "}", ",") and ("does not" in message or "neither" in message):
        message, hint = (
            ("a {at} where nothing is open", "take it away, or write the `[` or `{` that it closes")
            if at != ","
            else ("a {at} after the value", "take it away: only inside `[...]` and `{...}` are there commas")
        )
    if "does not fit" in message and _runs_on(builder.last, line - first):
        message, hint, opened = "the quote is not closed", _QUOTE, builder.last.start_mark
    around = builder.open[-1] if builder.open else None
    if "node content" in problem and at == "-" and around is not None and not around.length:
        # An open bracket, and on a later line a list in dashes: the bracket was to be closed before.
        message, hint = next(
            (fact, way)
            for part, fact, way in _SYNTAX
            if ("']'" if around.items or around.value == [] else "'}'") in part
        )
        return Diagnostic("P001", message, file.place(around.line, around.column, 1), "opened here", hint)
    if opened and ("closed" in message):
        place = file.place(opened.line + first + 1, opened.column + 1, 1)
        return Diagnostic("P001", message, place, "opened here", hint)
    return Diagnostic("P001", message.format(at=quoted(at)), file.place(line + 1, column + 1, 1), hint=hint)


def _ended_early(last: Any, mark: Any, *, loose: bool) -> Any:
    """The quote before the mistake, where a text goes on behind it: right there or, with `loose`, after spaces."""
    if not isinstance(last, yaml.ScalarEvent) or last.style not in _GOES_ON or mark is None:
        return None
    start: Any = last.start_mark
    end: Any = last.end_mark
    if (end.line, end.line) != (mark.line, start.line):
        return None
    return last if end.column == mark.column or (loose and end.column < mark.column) else None


def _runs_on(last: Any, line: int) -> bool:
    """Whether the value before the mistake is a quote of several lines, which ends where another was meant to begin."""
    if not isinstance(last, yaml.ScalarEvent) or last.style not in ("'", '"'):
        return False
    start, end = last.start_mark, last.end_mark
    return start is not None and end is not None and start.line < line == end.line
