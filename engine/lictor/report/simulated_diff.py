"""A comparison of two policies as a moderator reads it: what flips, why, who is hit, and rows to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lictor.errors import escape_controls
from lictor.report.columns import in_columns
from lictor.report.words import counted, excerpt, folded, in_words, marked

__all__ = ["differs", "render_result"]

_SHOWN = 8
_READ = 12
_CHANGES = {
    "newly_hit": "newly hit",
    "newly_freed": "newly freed",
    "stronger": "stronger",
    "weaker": "weaker",
    "otherwise": "otherwise",
    "newly_watched": "newly watched",
    "no_longer_watched": "no longer watched",
    "newly_banned": "newly banned",
    "no_longer_banned": "no longer banned",
}
_DIMENSIONS = {
    "category": "category",
    "rule": "rule",
    "severity": "severity",
    "status": "status",
    "subject": "subject",
    "watching": "rule that only watches",
    "excused": "exemption",
}


def render_result(result: Mapping[str, Any]) -> str:
    """The result in lines, safe to print: counts first, the rows to read last."""
    corpus, counts = result["corpus"], result["counts"]
    changed = counts.get("changed", 0)
    read = f"{corpus['rows']:,} in {counted(len(corpus['files']), 'file')}"
    share = _percent(changed, corpus["compared"])
    lines = [
        *(f"{side.upper()}  {_named(result[side])}" for side in ("a", "b")),
        f"{counted(corpus['compared'], 'row')} compared of {read}; {changed:,} changed ({share})",
    ]
    lines += _rejects(result)
    lines += _table(
        ("change", "rows", "share"),
        [
            (said, f"{counts[name]:,}", _percent(counts[name], corpus["compared"]))
            for name, said in _CHANGES.items()
            if name in counts
        ],
    )
    lines += _table(
        ("action by A", "by B", "rows"),
        [(one["a"], one["b"], f"{one['rows']:,}") for one in result["moves"] if one["a"] != one["b"]],
    )
    for dimension, title in _DIMENSIONS.items():
        moved = [one for one in result["by"][dimension] if one["gained"] or one["lost"]]
        rows = [(one["name"], *(f"{one[key]:,}" for key in ("a", "b", "gained", "lost"))) for one in moved[:_SHOWN]]
        lines += _table((title, "A", "B", "gained", "lost"), rows, more=len(moved) - _SHOWN)
    for change in ("newly_hit", "newly_freed"):
        shown = result["evidence"][change]
        rows = [(one["term"], one["lexicon"], f"{one['rows']:,}") for one in shown[:_SHOWN]]
        lines += _table((f"{_CHANGES[change]}: by the term", "lexicon", "rows"), rows, more=len(shown) - _SHOWN)
    lines += _accounts(result)
    if result["labels"] is not None:
        lines += _labels(result["labels"])
    if result["contribution"] is not None:
        lines += _contribution(result["contribution"])
    lines += _samples(result["samples"])
    lines += [
        f"{'fails' if one['holds'] else 'holds off'}: {escape_controls(one['condition'])}" for one in result["limits"]
    ]
    return "\n".join(lines)


def _named(side: Mapping[str, Any]) -> str:
    when = f"as of {side['as_of']}" if side["as_of"] else "the newest"
    version = f"version {side['version']}" if side["version"] else "no version in force then"
    return escape_controls(f"{side['named']}: {side['policy']} {side['digest'][:12]}, {version} ({when})")


def _rejects(result: Mapping[str, Any]) -> list[str]:
    found = [("rejected", result["corpus"]["rejects"])]
    found += [(f"{side.upper()} cannot judge", result[side]["rejects"]) for side in ("a", "b")]
    return [
        f"  {label}: {rows:,} {escape_controls(reason)}" for label, reasons in found for reason, rows in reasons.items()
    ]


def _accounts(result: Mapping[str, Any]) -> list[str]:
    known = result["corpus"]["accounts"]
    rows = [
        (
            {"a": "decided of by A", "b": "by B"}.get(name, _CHANGES.get(name, name)),
            f"{one['accounts']:,}",
            _percent(one["accounts"], known),
            *(_share(one[key]) for key in ("top_1_percent", "top_10_percent", "gini")),
        )
        for name, one in result["accounts"].items()
        if one["accounts"]
    ]
    lines = _table(("accounts", "number", "of all", "share of top 1%", "top 10%", "Gini"), rows)
    most = result["accounts"]["newly_hit"]["largest"][:_SHOWN]
    return lines + _table(("newly hit most", "rows"), [(one["account"], f"{one['rows']:,}") for one in most])


def _labels(labels: Mapping[str, Any]) -> list[str]:
    lines = [
        "",
        f"{counted(labels['rows'], 'labelled row')}, {labels['violations']:,} of them violations"
        + (f"; {counted(labels['unlabelled'], 'row')} without a label" if labels["unlabelled"] else ""),
    ]
    rows = [
        (_CHANGES[one["change"]], f"{one['violations']:,}", f"{one['innocent']:,}")
        for one in labels["changes"]
        if one["violations"] or one["innocent"]
    ]
    lines += _table(("change", "of violations", "of innocent rows"), rows)
    by_name: dict[str, dict[str, Any]] = {}
    for side in ("a", "b"):
        by_name.setdefault("any", {})[side] = labels[side]["overall"]
        for one in labels[side]["categories"]:
            by_name.setdefault(one["category"], {})[side] = one
    table = [
        (
            name if side == "a" else "",
            side.upper(),
            *(_interval(found[side][key]) for key in ("precision", "recall", "f1")),
        )
        for name, found in by_name.items()
        for side in found
    ]
    return lines + _table(("category", "", "precision", "recall", "F1"), table)


def _contribution(contribution: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for side in ("a", "b"):
        for kind in ("rule", "term"):
            parts = [one for one in contribution[side][f"{kind}s"] if differs(one)]
            rows = [
                (
                    one[kind] + (f" ({one['lexicon']})" if one.get("lexicon") else ""),
                    *(f"{one[key]['rows']:,}" for key in ("freed", "weaker", "stronger", "hit")),
                    f"{one['freed']['violations']:,}",
                    f"{one['freed']['innocent']:,}",
                )
                for one in parts[:_SHOWN]
            ]
            head = (
                f"{side.upper()} without the {kind}",
                "freed",
                "weaker",
                "stronger",
                "hit",
                "violations",
                "innocent freed",
            )
            lines += _table(head, rows, more=len(parts) - _SHOWN)
    return lines


def differs(one: Mapping[str, Any]) -> bool:
    """Whether any row is decided otherwise without that part of the policy."""
    return any(one[key]["rows"] for key in ("freed", "weaker", "stronger", "hit"))


def _samples(samples: Sequence[Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    for one in _spread(samples)[:_READ]:
        where = f"{one['file']}:{one['row']}"
        moved = f"{one['a']['action']} -> {one['b']['action']}"
        lines += ["", escape_controls(f"{_CHANGES[one['change']]}: {moved}  {one['category'] or ''}  {where}")]
        side = one["b"] if one["b"]["violations"] else one["a"]
        pieces = [piece for violation in side["violations"] for piece in violation["evidence"]]
        for name, text in one["texts"].items():
            # What the caller named no field for is shown under the field it was taken for.
            spans = [(piece["start"], piece["end"]) for piece in pieces if name in ("", piece["field"])]
            lines += folded(f"  {marked(text, spans)}")
        for letter in ("a", "b"):
            lines += [f"    {letter.upper()}: {line}" for line in _why(one[letter])]
    if len(samples) > _READ:
        lines += ["", f"... and {len(samples) - _READ:,} more rows to read, with `--json` or `--html F`"]
    return [*lines, ""] if lines else []


def _spread(samples: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One of each kind in turn, so that the first few show every kind of change."""
    kinds: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for one in samples:
        kinds.setdefault((one["change"], one["category"]), []).append(one)
    longest = max(map(len, kinds.values()), default=0)
    return [some[at] for at in range(longest) for some in kinds.values() if at < len(some)]


def _why(side: Mapping[str, Any]) -> Iterable[str]:
    if not side["violations"]:
        yield "no rule fires"
    for one in side["violations"]:
        facts = [one["rule"], one["severity"]]
        facts += ["only watches"] if one["status"] == "monitor" else []
        facts += [f"excused by {one['exempted_by']}"] if one["exempted_by"] else []
        told = dict.fromkeys(
            f"`{excerpt(piece['text'])}` ({in_words(piece['mechanisms'], 'en')})"
            if piece["mechanisms"]
            else f"`{excerpt(piece['text'])}`"
            for piece in one["evidence"]
        )
        yield escape_controls(", ".join(facts)) + ": " + ", ".join(list(told)[:_SHOWN])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, more: int = 0) -> list[str]:
    """The rows under their head, each cell cut short; nothing where there are none."""
    if not rows:
        return []
    lines = ["", *in_columns(head, [[excerpt(cell) for cell in row] for row in rows])]
    return [*lines, f"  ... and {more:,} more"] if more > 0 else lines


def _percent(part: int, of: int) -> str:
    return f"{100 * part / of:.3g}%" if of else "-"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _interval(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return "-"
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"
