"""`docs/benchmarks.md` and its plots, written from a record; the analysis comes from the definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.definitions import Group
from harness.node import NODE_LIBRARIES
from harness.plots import bars, lines
from harness.rivals import LIBRARIES

__all__ = ["line_of", "write_page"]

Record = Mapping[str, Any]
DOCS = Path(__file__).parents[2] / "docs"
LINES = (
    "lictor",
    "hyperscan/joined",
    "hyperscan+table",
    "daachorse+table",
    "daachorse+spans",
    "pyahocorasick+fold",
)
INTRODUCTION = """\
# Benchmarks

Written by `make bench` from `benchmarks/record/{date}.json`; edit `benchmarks/definitions/*.toml`, not this page.

Every engine's answer is checked before it is timed: rivals against a naive search of every term at every place, Lictor
against answers pinned in the definitions after its slow reference matcher agreed with it on a sample of rows. An
engine with a wrong answer is named with it and not timed. All engines of a case run in turn, round after round, in one
process on one thread; the figure is the best round. **The machine is small and shared: compare engines within a case,
not figures between records.** Lictor is given an Arrow column and returns matches with their spans, terms and
mechanisms; a rival is given a list of str and returns places.

A rival's name says what its user would write: `library` alone searches the text as written; `+fold` puts NFKC, casefold
and a traditional-to-simplified table before it; `+table` does so for each character by itself in one `str.translate`;
`+squash` then drops all that is no letter or digit; `+spans` folds character by character and gives places in the text
as written. `/joined` makes one call for all rows.

{machine}. Measured on {date}{state}; it took {seconds} seconds.

{versions}

"""
LEGEND = """\
Million characters a second. Behind each rival stands how many times faster than it Lictor is: **below 1 the rival
wins.** What searches the text as written does less: it is the ceiling, and it misses what is disguised. A folded rival
undoes case, width and script; one that drops symbols also undoes separators and what is invisible, and no longer knows
where words end. None verifies or explains. Of each kind the fastest is shown; under *planted* stands the share of
planted rows that Lictor and these found.
"""
NOT_MEASURED = """\
## What is not measured

- Machines with more than a few processors, other processors, other systems, Python without the interpreter lock.
- Languages other than Chinese and English; the costlier options (`sound`, `split`, `shape`, `reversed`) as columns.
- Rivals inside their own hosts: the Rust libraries without Python, Java and Go libraries such as sensitive-word.
- Rivals with whatever a diligent user could add: a fold in C, an index of bytes to characters, a process a core.
- Quality beyond the planted rows: false matches are measured by the tests on labelled data, not here.

## Our bias

We wrote Lictor and these benchmarks. The terms are drawn at random and hit little, which suits a filter of rare pairs;
planted disguises are those Lictor knows. What we know of the rivals comes from their documentation; a quicker way to
use one of them is a welcome change.
"""


def write_page(record: Record, groups: Sequence[Group]) -> None:
    """Writes the page and its plots anew."""
    folder = DOCS / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for name, plot in _plots(record).items():
        (folder / f"{name}.svg").write_text(plot, "utf-8")
    analysis = {group.name: group.analysis.strip() for group in groups}
    sections = [_section(group, analysis[group["name"]], folder) for group in record["groups"] if group["cases"]]
    page = [_introduction(record), _ahead(record), *sections, _rivals(), NOT_MEASURED]
    (DOCS / "benchmarks.md").write_text("\n".join(page), "utf-8")


def line_of(measure: str, measured: Record, result: Record) -> str:
    """A result in a line, for somebody who watches."""
    return f"{result['engine']:<26} {_why_untimed(result) or SHOWN[measure](measured, result)}"


def _why_untimed(result: Record) -> str:
    if result.get("wrong"):
        return f"wrong answer, {result['wrong']}"
    return f"skipped, {result['skipped']}" if result.get("skipped") else ""


def _column_line(measured: Record, result: Record) -> str:
    planted = f", {result['planted']} of {measured['planted']} planted" if measured["planted"] else ""
    return f"{_speed(measured, result):8.2f} M/s, built in {result['build']:.3f} s, {result['rows']:,} rows{planted}"


def _command_line(_measured: Record, result: Record) -> str:
    if "text_bytes" not in result:
        return f"{result['best']:.3f} s"
    speed = result["text_bytes"] / result["best"] / 1e6
    return f"{result['best']:.2f} s, {speed:.1f} MB/s, {result['memory'] / 2**20:.0f} MiB, {result['rows']:,} rows"


SHOWN: Mapping[str, Callable[[Record, Record], str]] = {
    "column": _column_line,
    "call": lambda _, r: f"p50 {r['p50']:.0f} µs, p99 {r['p99']:.0f} µs, {r['hits']:,} hits",
    "memory": lambda _, r: f"built {r['built'] / 2**20:.1f} MiB, searched {r['searched'] / 2**20:.1f} MiB",
    "threads": lambda m, r: f"{_speed(m, r):.1f} M/s",
    "combinations": lambda m, r: f"{_speed(m, r):.3g} M/s, {r['rows']:,} rows, built in {r['build']:.2f} s",
    "command": _command_line,
    "ledger": lambda _, r: f"{_rows_a_second(r)} rows/s",
    "enforcement": lambda _, r: f"{_rows_a_second(r)} facts/s",
}


def _introduction(record: Record) -> str:
    about = record["machine"]
    machine = (
        f"{about['processor'] or 'Processor not known'}, {about['processors']} processors, {about['memory_gb']} GB, "
        f"{about['system']}, load {about['load']} when it began"
    )
    versions = ", ".join(f"{name} {version or 'not installed'}" for name, version in record["versions"].items())
    state = f", {record['state']}" if record["state"] else ""
    return INTRODUCTION.format(
        date=record["date"], state=state, seconds=record["seconds"], machine=machine, versions=f"Versions: {versions}."
    )


def _ahead(record: Record) -> str:
    """Lictor beside the fastest rival of each kind, so that where one wins is plain."""
    head = ["case", "lictor", "as written", "folded", "dropped", "with spans", "planted: lictor", "folded", "dropped"]
    rows = []
    for measured in _cases(record, "column"):
        timed = {r["engine"]: r for r in measured["results"] if r["best"]}
        ours = timed.get("lictor")
        kinds = {
            "written": [n for n in timed if "+" not in n and n != "lictor"],
            "folded": [n for n in timed if "+fold" in n or "+table" in n],
            "dropped": [n for n in timed if "+squash" in n],
            "spans": [n for n in timed if "+spans" in n],
        }
        best = {kind: min(names, key=lambda n: timed[n]["best"], default=None) for kind, names in kinds.items()}
        planted = measured["planted"]
        found = [timed.get(name or "") for name in ("lictor", best["folded"], best["dropped"])]
        rows.append(
            [
                f"`{measured['case']}`",
                f"{_speed(measured, ours):.1f}" if ours else "wrong",
                *(_beside(measured, ours, timed.get(best[kind] or "")) for kind in kinds),
                *(_share(one["planted"], planted) if one and planted else "" for one in found),
            ]
        )
    return "\n".join(
        [
            "## Where Lictor stands, and where a rival wins",
            "",
            LEGEND,
            "",
            *_table(head, rows),
        ]
    )


def _beside(measured: Record, ours: Record | None, rival: Record | None) -> str:
    if rival is None:
        return ""
    ratio = f" ({rival['best'] / ours['best']:.2g} x)" if ours else ""
    return f"{_speed(measured, rival):.1f} {rival['engine']}{ratio}"


def _section(group: Record, analysis: str, folder: Path) -> str:
    plots = [
        line
        for path in sorted(folder.glob(f"{group['name']}*.svg"))
        for line in (f"![{group['title']}](benchmarks/{path.name})", "")
    ]
    said = _said(group)
    return "\n".join([f"## {group['title']}", "", analysis, "", *plots, *TABLES[group["measure"]](group), *said])


def _column_tables(group: Record) -> list[str]:
    parts = ["Million characters a second:", "", *_matrix(group, _speed_cell)]
    if any(measured["planted"] for measured in group["cases"]):
        planted = {**group, "cases": [measured for measured in group["cases"] if measured["planted"]]}
        parts += ["Planted rows found:", "", *_matrix(planted, lambda m, r: _share(r["planted"], m["planted"]))]
    many = {**group, "cases": [m for m in group["cases"] if "/clean/" in m["case"]]}
    if many["cases"]:
        parts += ["Seconds to build:", "", *_matrix(many, lambda _, r: f"{r['build']:.3f}")]
    return parts


def _call_table(group: Record) -> list[str]:
    return [
        "Microseconds, median / 99th percentile:",
        "",
        *_matrix(group, lambda _, r: f"{r['p50']:.0f} / {r['p99']:.0f}"),
    ]


def _memory_table(group: Record) -> list[str]:
    def cell(_measured: Record, result: Record) -> str:
        a_byte = result["searched"] / result["text_bytes"]
        return f"{result['built'] / 2**20:.1f} / {result['searched'] / 2**20:.1f} ({a_byte:.1f})"

    return ["MiB built / searched (bytes above, a byte of text):", "", *_matrix(group, cell)]


def _thread_table(group: Record) -> list[str]:
    return ["Million characters a second:", "", *_matrix(group, _speed_cell)]


def _combination_tables(group: Record) -> list[str]:
    ours = {**group, "cases": [{**m, "results": m["results"][:1]} for m in group["cases"]]}
    return [
        "Million characters a second:",
        "",
        *_matrix(group, lambda m, r: f"{_speed(m, r):.3g}"),
        "Seconds to load and build the policy:",
        "",
        *_matrix(ours, lambda _, r: f"{r['build']:.2f}"),
    ]


def _command_table(group: Record) -> list[str]:
    rows = []
    for measured in group["cases"]:
        for result in measured["results"]:
            if result.get("wrong"):
                continue
            speed = f"{result['text_bytes'] / result['best'] / 1e6:.1f}" if "text_bytes" in result else ""
            memory = f"{result['memory'] / 2**20:.0f}" if "memory" in result else ""
            found = f"{result['rows']:,}" if "rows" in result else ""
            rows.append([f"`{measured['case']}`", f"{result['best']:.2f}", speed, memory, found])
    return _table(["case", "seconds", "MB of text a second", "peak MiB of the first process", "rows decided on"], rows)


def _ledger_table(group: Record) -> list[str]:
    sizes = ", ".join(f"{m['bytes_a_row']:,.0f} in `{m['case']}`" for m in group["cases"])
    return [
        "Rows a second:",
        "",
        *_matrix(group, lambda _, r: _rows_a_second(r)),
        f"Bytes of the file a row, its blobs and indexes included: {sizes}.",
        "",
    ]


def _enforcement_table(group: Record) -> list[str]:
    return ["Facts a second:", "", *_matrix(group, lambda _, r: _rows_a_second(r))]


def _rows_a_second(result: Record) -> str:
    return f"{result['rows'] / result['best']:,.0f}"


TABLES: Mapping[str, Callable[[Record], list[str]]] = {
    "column": _column_tables,
    "call": _call_table,
    "memory": _memory_table,
    "threads": _thread_table,
    "combinations": _combination_tables,
    "command": _command_table,
    "ledger": _ledger_table,
    "enforcement": _enforcement_table,
}


def _matrix(group: Record, cell: Callable[[Record, Record], str]) -> list[str]:
    """Engines down, cases across."""
    engines = list(dict.fromkeys(r["engine"] for measured in group["cases"] for r in measured["results"]))
    rows = []
    for engine in engines:
        row = [f"**{engine}**" if engine.startswith("lictor") else engine]
        for measured in group["cases"]:
            result = next((r for r in measured["results"] if r["engine"] == engine), None)
            if result is None or result.get("skipped"):
                row.append("")
            else:
                row.append("wrong" if result.get("wrong") else cell(measured, result))
        rows.append(row)
    return _table(["engine", *(f"`{measured['case']}`" for measured in group["cases"])], rows)


def _said(group: Record) -> list[str]:
    """Who was not timed, and why."""
    found: dict[str, list[str]] = {}
    for measured in group["cases"]:
        for result in measured["results"]:
            why = _why_untimed(result)
            if why:
                found.setdefault(f"{result['engine']}: {why}", []).append(f"`{measured['case']}`")
    if not found:
        return []
    return ["Not timed:", "", *(f"- {what} ({', '.join(cases)})" for what, cases in found.items()), ""]


def _rivals() -> str:
    rows = [[name, library.lacks] for name, library in LIBRARIES.items()]
    rows += [[f"{name} (node)", lacks] for name, lacks in NODE_LIBRARIES.items()]
    return "\n".join(["## What each rival does not do", "", *_table(["rival", "does not"], rows)])


def _plots(record: Record) -> dict[str, str]:
    cases = {measured["case"]: measured for group in record["groups"] for measured in group["cases"]}
    found = {}
    unit = "million characters a second"
    for name, case in (
        ("10-chinese", "zh/clean/1000"),
        ("20-english", "en/clean/1000"),
        ("30-hostile", "hostile/padded"),
    ):
        timed = [(r["engine"], _speed(cases[case], r)) for r in _timed(cases.get(case))] if case in cases else []
        if timed:
            found[f"{name}-speed"] = bars(case, sorted(timed, key=lambda one: -one[1]), unit)
    for name, case in (("10-chinese", "zh/hostile/1000"), ("20-english", "en/hostile/1000")):
        results = _timed(cases.get(case))
        if results:
            shares = [(r["engine"], 100 * r["planted"] / cases[case]["planted"]) for r in results]
            shares.sort(key=lambda one: -one[1])
            found[f"{name}-planted"] = bars(f"{case}: planted rows found", shares, "per cent", logarithmic=False)
    series = {name: _over_terms(cases, name) for name in LINES}
    if any(series.values()):
        found["10-chinese-terms"] = lines("Clean Chinese", {name: one for name, one in series.items() if one}, unit)
    if "call/zh/clean" in cases:
        calls = [(r["engine"], r["p50"]) for r in cases["call/zh/clean"]["results"] if "p50" in r]
        found["40-calls"] = bars("call/zh/clean: median", sorted(calls, key=lambda one: one[1]), "microseconds")
    return found


def _over_terms(cases: Mapping[str, Record], engine: str) -> dict[int, float]:
    return {
        measured["terms"]: _speed(measured, result)
        for name, measured in cases.items()
        if name.startswith("zh/clean/")
        for result in _timed(measured)
        if result["engine"] == engine
    }


def _timed(measured: Record | None) -> list[Record]:
    return [result for result in measured["results"] if result["best"]] if measured else []


def _cases(record: Record, measure: str) -> Iterable[Record]:
    return (measured for group in record["groups"] if group["measure"] == measure for measured in group["cases"])


def _speed(measured: Record, result: Record) -> float:
    """Million characters a second."""
    speed: float = measured["characters"] / result["best"] / 1e6
    return speed


def _speed_cell(measured: Record, result: Record) -> str:
    speed = _speed(measured, result)
    return f"{speed:.1f}" if speed >= 1 else f"{speed:.2f}"


def _share(found: int, of: int) -> str:
    return f"{100 * found / of:.0f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]
