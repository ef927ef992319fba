"""Coverage as a policy's author reads it: a line for each kind, then what was never exercised, with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from lictor.author.coverage import Coverage, Kind, Thing
from lictor.author.precision import Precision
from lictor.errors import display_width, escape_controls

__all__ = ["coverage_to_dict", "render_coverage", "render_precision"]

_MOST = 20
_NAMED = 5


def render_coverage(coverage: Coverage, kinds: Sequence[Kind]) -> str:
    """How much of each kind was exercised and by what, then what never was; of long lists the beginning."""
    told = [_line(coverage, kind) for kind in kinds]
    for kind in kinds:
        never = [one for one in coverage.things if one.kind == kind and not coverage.times(one)]
        if never:
            told += ["", f"never exercised, {_plural(kind)}:", *_listed(coverage, kind, never)]
    return "\n".join(told)


def render_precision(found: Iterable[Precision], silent: int) -> str:
    """Each rule with how often it was right, and between which shares the truth lies; `silent` were never looked at."""
    rows = [
        (
            one.rule,
            f"{one.upheld:,}",
            f"{one.dismissed:,}",
            f"{one.share:.0%}",
            "{:.0%} to {:.0%}".format(*one.interval),
        )
        for one in found
    ]
    lines = _columns([("rule", "upheld", "dismissed", "precision", "95 of 100 times"), *rows]) if rows else []
    lines += [f"{silent:,} {'rule was' if silent == 1 else 'rules were'} never reviewed"] if silent else []
    return "\n".join(lines)


def coverage_to_dict(coverage: Coverage, kinds: Sequence[Kind], found: Sequence[Precision] | None) -> dict[str, Any]:
    """Everything as JSON values: each thing with how often it was exercised, by source."""
    told: dict[str, Any] = {"policy": coverage.compiled.policy.id, "rows": coverage.rows}
    done, every = coverage.share(kinds)
    told["exercised"], told["things"], told["share_ppm"] = done, every, _ppm(done, every)
    for kind in kinds:
        done, every = coverage.share([kind])
        told[_plural(kind).replace(" ", "_")] = {
            "exercised": done,
            "things": every,
            "share_ppm": _ppm(done, every),
            "each": [_thing(coverage, one) for one in coverage.things if one.kind == kind],
        }
    if found is not None:
        told["precision"] = [
            {
                "rule": one.rule,
                "upheld": one.upheld,
                "dismissed": one.dismissed,
                "precision_ppm": round(one.share * 1_000_000),
                "interval_ppm": [round(bound * 1_000_000) for bound in one.interval],
            }
            for one in found
        ]
    return told


def _thing(coverage: Coverage, thing: Thing) -> dict[str, Any]:
    place = thing.place
    return {
        "of": thing.whose or None,
        "name": thing.name,
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
        "times": dict(coverage.times(thing)),
    }


def _line(coverage: Coverage, kind: Kind) -> str:
    done, every = coverage.share([kind])
    by: Counter[str] = Counter()
    for thing in coverage.things:
        if thing.kind == kind:
            by.update(dict.fromkeys(coverage.times(thing), 1))
    sources = ", ".join(f"{source} {count:,}" for source, count in by.items())
    share = f"{done / every:>4.0%}" if every else "   -"
    return f"{_plural(kind):<13} {done:>6,} of {every:>6,} {share}" + (f"   {sources}" if sources else "")


def _listed(coverage: Coverage, kind: Kind, never: Sequence[Thing]) -> list[str]:
    if kind == "term":
        lines = _by_lexicon(coverage, never)
    else:
        lines = [f"  {escape_controls(one.label)}{_where(one)}" for one in never]
    return [*lines[:_MOST], *([f"  and {len(lines) - _MOST:,} more; `--json` names them all"] if lines[_MOST:] else [])]


def _by_lexicon(coverage: Coverage, never: Sequence[Thing]) -> list[str]:
    """A line for each lexicon: how many of its terms, and the first of them."""
    every = Counter(one.whose for one in coverage.things if one.kind == "term")
    lines = []
    for lexicon in dict.fromkeys(one.whose for one in never):
        some = [one for one in never if one.whose == lexicon]
        names = ", ".join(one.name for one in some[:_NAMED]) + (", …" if some[_NAMED:] else "")
        of = lexicon or "in conditions"
        lines.append(f"  {of}: {len(some):,} of {every[lexicon]:,}: {escape_controls(names)}{_where(some[0])}")
    return lines


def _where(thing: Thing) -> str:
    return "" if thing.place is None else f"  ({escape_controls(thing.place.file)}:{thing.place.line})"


def _plural(kind: Kind) -> str:
    return f"{kind}s"


def _ppm(done: int, every: int) -> int | None:
    return round(done * 1_000_000 / every) if every else None


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    rows = [tuple(map(escape_controls, row)) for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - display_width(cell)) if at == 0 else " " * (width - display_width(cell)) + cell
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
