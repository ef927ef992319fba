"""Cases in tables: a text a row, with what is to be decided of it. YAML, JSON lines or CSV, in `tests/` of a policy.

    format: policy-cases/1                      text,field,expect.action,expect.rule
    given: {subject: group}                     收U 6.42 出大饼,message,filter,otc-offer
    cases:
      - {text: 收U 6.42 出大饼, field: message, expect: {action: filter, rule: otc-offer}}

A row is judged as the engine judges anything. Beside its text it may say what is known of the item (`field`, `subject`,
`surface`, `lang`, `at`, `published_at`, signals) and must say what it expects. Only what is expected is asked.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from lictor.author.because import Why, why
from lictor.decide import Decision
from lictor.engine import Engine
from lictor.errors import InputError, LictorError, UsageError
from lictor.facts import Content, suggest
from lictor.policy import bundled_policies
from lictor.policy.documents import read_tree
from lictor.policy.merge import ROOT_FILE, shown
from lictor.policy.source import Node, plain

__all__ = ["FORMAT", "TableCase", "TableResult", "own_tables", "read_table", "run_case", "table_files"]

FORMAT = "policy-cases/1"
MAX_BYTES = 64_000_000

_KINDS = (".yaml", ".yml", ".jsonl", ".csv")
_ITEM = ("field", "subject", "surface", "lang", "at", "published_at")
_ABOUT = ("id", "title", "why", "note")
_LISTS = re.compile(r"\s*[|;]\s*")


@dataclass(frozen=True, slots=True)
class TableCase:
    """One row: its name, where it stands, its text by field, what is known of the item, and what is expected."""

    id: str
    file: str
    line: int
    fields: Mapping[str | None, str]
    known: Mapping[str, str]
    signals: Mapping[str, str | int | bool]
    expect: Mapping[str, Any]
    why: str = ""

    @property
    def text(self) -> str:
        """The text, or the texts of all fields, a line each."""
        return "\n".join(self.fields.values())


@dataclass(frozen=True, slots=True)
class TableResult:
    """How a row went: what was got for each key that is wrong, the decision, and why rules did as they did."""

    case: TableCase
    got: Mapping[str, Any]
    decision: Decision
    because: Mapping[str, Why] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether everything expected was got."""
        return not self.got


def own_tables(spec: str) -> list[Path]:
    """The tables that a policy brings: those in `tests/` beside its `policy.yaml`, by name."""
    folder = bundled_policies().get(spec) or Path(spec)
    if folder.name == ROOT_FILE:
        folder = folder.parent
    return table_files([folder / "tests"]) if (folder / "tests").is_dir() else []


def table_files(paths: Sequence[Path]) -> list[Path]:
    """The files at these places; of a folder, its tables by name."""
    return [
        file
        for path in paths
        for file in (sorted(p for p in path.iterdir() if p.suffix in _KINDS) if path.is_dir() else [path])
    ]


def read_table(path: Path, signals: Mapping[str, Any]) -> tuple[list[TableCase], list[LictorError]]:
    """The rows of the file, and what is wrong with those that are none; `signals` are those the policy knows.

    Raises:
        LictorError: the file as a whole cannot be read.
    """
    name, cases, wrong = str(shown(path)), list[TableCase](), list[LictorError]()
    if path.suffix in (".yaml", ".yml"):
        rows, given = _yaml_rows(path, wrong)
    elif path.suffix == ".jsonl":
        rows, given = _json_rows(path), {}
    elif path.suffix == ".csv":
        rows, given = _csv_rows(path, signals), {}
    else:
        raise UsageError(f"`{path}` is no table of cases", hint="name it .yaml, .jsonl or .csv")
    told = _unknown({key: None for _, row in rows for key in row}, signals) if path.suffix == ".csv" else []
    wrong += [UsageError(f"{name}:1: {fault}", hint=fault.hint) for fault in told]  # of the head, not of each row
    seen: dict[str, int] = {}
    for number, (line, row) in enumerate(rows, 1):
        faults = [] if told else list(_faults({**given, **row}, signals))
        wrong += [UsageError(f"{name}:{line}: {fault}", hint=fault.hint) for fault in faults]
        if faults or told:
            continue
        case = _case(path, name, line, number, {**given, **row}, signals)
        if seen.setdefault(case.id, line) == line:
            cases.append(case)
        else:
            hint = f"the first is at line {seen[case.id]}"
            wrong.append(UsageError(f"{name}:{line}: case `{case.id}` is there twice", hint=hint))
    return cases, wrong


def run_case(engine: Engine, case: TableCase) -> TableResult:
    """What the row leads to under the engine's one policy."""
    try:
        decision = _decided(engine, case)
    except LictorError as wrong:
        raise UsageError(f"{case.file}:{case.line}: {wrong}", hint=wrong.hint) from None
    rules = {rule.id: rule for rule in engine.policies[0].rules}
    for key in ("rule", "rules", "not"):
        for named in _names(case.expect.get(key, ())):
            if named not in {*rules, *(rule.id for rule in engine.policies[0].policy.document.rules)}:
                raise UsageError(f"{case.file}:{case.line}: there is no rule `{named}`", hint=suggest(named, rules))
    got = {key: _KEYS[key](decision) for key, wanted in case.expect.items() if not _same(key, wanted, decision)}
    if not got:
        return TableResult(case, {}, decision)
    compiled = engine.policies[0]
    asked = [name for key in ("rule", "rules", "not") for name in _names(case.expect.get(key, ()))]
    fired = _fired(decision)
    content = Content(
        fields=case.fields, subject=case.known.get("subject"), surface=case.known.get("surface"), signals=case.signals
    )
    because = {name: why(compiled, rules[name], content) for name in dict.fromkeys([*asked, *fired]) if name in rules}
    return TableResult(case, got, decision, because)


def _decided(engine: Engine, case: TableCase) -> Decision:
    known = {name: value for name, value in case.known.items() if name != "field"}
    if list(case.fields) == [None] or (len(case.fields) == 1 and "field" in case.known):
        ((name, text),) = case.fields.items()
        return engine.check(text, field=case.known.get("field", name), signals=case.signals, **known)
    return engine.check({name or "post": text for name, text in case.fields.items()}, signals=case.signals, **known)


# --- what may be expected --------------------------------------------------------------------------------------------


def _fired(decision: Decision) -> list[str]:
    return [one.rule for one in decision.violations if one.exempted_by is None]


_KEYS: Mapping[str, Callable[[Decision], Any]] = {
    "action": lambda d: d.action,
    "status": lambda d: d.status,
    "category": lambda d: d.category,
    "severity": lambda d: d.severity,
    "clause": lambda d: d.clause,
    "version": lambda d: d.version,
    "rule": _fired,
    "rules": _fired,
    "not": _fired,
    "exempted_by": lambda d: sorted({one.exempted_by for one in d.violations if one.exempted_by}),
    "effect": lambda d: [one.effect for one in d.effects],
    "evidence": lambda d: [piece.text for one in d.violations for piece in one.evidence],
}
"""What may be expected, and where the decision says it. `rule`: these fire, at least; `rules`: these and no others;
`not`: none of these fires."""

_OFTEN = frozenset({"rule", "rules", "not", "exempted_by", "effect", "evidence"})


def _same(key: str, wanted: Any, decision: Decision) -> bool:
    got = _KEYS[key](decision)
    if key not in _OFTEN:
        return bool(got == (None if wanted == "none" and key != "action" else wanted))
    names = _names(wanted)
    if key == "rules" or not names:
        return set(names) == set(got)
    return set(names).isdisjoint(got) if key == "not" else set(names) <= set(got)


def _names(wanted: Any) -> list[str]:
    """One name or several; `none` is none of them."""
    listed = [wanted] if isinstance(wanted, str) else list(wanted or ())
    return [name for name in listed if name not in ("none", "")]


# --- rows ------------------------------------------------------------------------------------------------------------


def _unknown(row: Mapping[str, Any], signals: Mapping[str, Any]) -> list[UsageError]:
    """What the row's keys say that no case can say."""
    told = []
    for key in row:
        asked = key.removeprefix("expect.")
        if asked != key:
            if asked not in _KEYS:
                told.append(UsageError(f"nothing answers `{asked}`", hint=suggest(asked, _KEYS)))
        elif key not in ("text", "expect", *_ITEM, *_ABOUT, *signals) and not key.startswith("text."):
            possible = [*_ABOUT, *_ITEM, *signals, "text", "expect", *(f"expect.{one}" for one in _KEYS)]
            near = suggest(f"expect.{key}" if key in _KEYS else key, possible)
            told.append(UsageError(f"`{key}` is nothing a case says", hint=near))
    return told


def _faults(row: Mapping[str, Any], signals: Mapping[str, Any]) -> Iterator[UsageError]:
    """Everything by which the row is no case."""
    unknown = _unknown(row, signals)
    yield from unknown
    for key, value in row.items():
        if (key == "text" or key.startswith("text.") or key in _ITEM) and not isinstance(value, str):
            yield UsageError(f"`{key}` is no text", hint="put it in quotes")
    expected = row.get("expect", {})
    if not isinstance(expected, Mapping):
        yield UsageError("`expect` is no mapping", hint="write `expect: {action: hide}`")
        return
    yield from _unknown({f"expect.{key}": None for key in expected}, signals)
    if unknown:
        return  # a text or an expectation may be there, misspelled
    if not any(key == "text" or key.startswith("text.") for key in row):
        yield UsageError("a case without a text", hint="add `text`")
    if not expected and not any(key.startswith("expect.") for key in row):
        yield UsageError("a case that expects nothing", hint="add `expect: {action: ...}`, or `{rule: ...}`")


def _case(
    path: Path, name: str, line: int, number: int, row: Mapping[str, Any], signals: Mapping[str, Any]
) -> TableCase:
    fields: dict[str | None, str] = {}
    expect = dict(row.get("expect", {}))
    for key, value in row.items():
        if key == "text" or key.startswith("text."):
            fields[key.partition(".")[2] or None] = value
        elif key.startswith("expect."):
            expect[key.removeprefix("expect.")] = value
    known = {key: row[key] for key in _ITEM if key in row}
    read = {key: value for key, value in row.items() if key in signals and key not in (*_ITEM, *_ABOUT)}
    about = {key: str(row[key]) for key in _ABOUT if key in row}
    if None in fields and "field" in known and len(fields) == 1:
        fields = {known["field"]: fields[None]}
    label = about.get("id") or f"{path.stem}:{number}"
    return TableCase(label, name, line, fields, known, read, expect, about.get("why") or about.get("title", ""))


def _yaml_rows(path: Path, wrong: list[LictorError]) -> tuple[list[tuple[int, Mapping[str, Any]]], Mapping[str, Any]]:
    tree = read_tree(path)
    form = tree.get("format")
    if form is None or form.value != FORMAT:
        raise UsageError(f"`{shown(path)}` holds no cases", hint=f"begin it with `format: {FORMAT}`")
    for key, (node, _) in tree.entries.items():
        if key not in ("format", "given", "cases"):
            hint = suggest(key, ("format", "given", "cases"))
            wrong.append(UsageError(f"{node.place}: `{key}` is nothing a table says", hint=hint))
    cases, given = tree.get("cases"), tree.get("given")
    if cases is None or not all(isinstance(one.value, dict) for one in cases.items) or not cases.items:
        raise UsageError(f"`{shown(path)}`: `cases` is not a list of mappings", hint="write `- {text: ...}`")
    told: Node | None = given
    return [(one.line, plain(one)) for one in cases.items], (plain(told) if told and told.entries else {})


def _json_rows(path: Path) -> list[tuple[int, Mapping[str, Any]]]:
    rows: list[tuple[int, Mapping[str, Any]]] = []
    for line, text in enumerate(_read(path).split("\n"), 1):
        if text.strip():
            try:
                row = orjson.loads(text)
            except orjson.JSONDecodeError as wrong:
                raise UsageError(f"{shown(path)}:{line}: not JSON: {str(wrong).split(':')[0]}") from None
            if not isinstance(row, dict):
                raise UsageError(f"{shown(path)}:{line}: not an object", hint='write `{"text": ..., "expect": {...}}`')
            rows.append((line, row))
    return rows


def _csv_rows(path: Path, signals: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    reader = csv.reader(io.StringIO(_read(path), newline=""), strict=True)
    rows: list[tuple[int, Mapping[str, Any]]] = []
    try:
        head = next(reader, [])
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if len(cells) > len(head):
                raise UsageError(f"{shown(path)}:{line}: more cells than the head has", hint="quote a text with commas")
            if any(cells):
                told = dict(zip(head, cells, strict=False))
                rows.append((line, dict(_cells(told, signals))))
    except csv.Error as wrong:
        raise UsageError(f"{shown(path)}:{reader.line_num}: not CSV: {wrong}") from None
    return rows


def _cells(row: Mapping[str, str], signals: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The cells that say something, as values: an empty one is not asked, `|` parts several."""
    for key, text in row.items():
        value: Any = text
        if not text:
            continue
        if key.removeprefix("expect.") in _OFTEN:
            value = [part for part in _LISTS.split(text) if part]
        elif key in signals and signals[key].type == "boolean":
            value = {"true": True, "false": False}.get(text.lower(), text)
        elif key in signals and signals[key].type == "number" and re.fullmatch(r"-?\d+", text):
            value = int(text)
        yield key, value


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as wrong:
        raise InputError(f"`{shown(path)}` cannot be read: {(wrong.strerror or '').lower()}") from None
    if len(data) > MAX_BYTES:
        raise InputError(f"`{shown(path)}` is larger than {MAX_BYTES:,} bytes", hint="split it")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError(f"`{shown(path)}` is not UTF-8", hint="save it in the encoding UTF-8") from None
