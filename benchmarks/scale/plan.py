"""What so many items a day need, and where it breaks: from what was measured, and from a simulation of skew and growth.

    python benchmarks/scale/plan.py benchmarks/scale/measured.json

Everything under `ASSUMED` is assumed, not measured: change it to your own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ASSUMED = {
    "items_a_day": 10_000_000_000,
    "peak": 3.0,  # the busiest hour over the mean
    "decided_share": 0.002,  # of items on which anything is decided
    "accounts": 1_000_000_000,
    "accounts_with_a_case_share": 0.01,  # after a year
    "dollars_a_core_hour": 0.04,
    "dollars_a_gigabyte_month": 0.02,
}
_DAY = 86_400
_ACCOUNTS = 5_000_000  # simulated; the share of the first hardly changes beyond
_SEED = 20221122


def main() -> None:
    """Prints the tables of `docs/scale.md`."""
    measured = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    print(_table(("what", "figure"), needs(measured)))
    print(_table(("items by account (Zipf)", "share of the largest account", "64", "1,024", "16,384"), skew()))
    print(_table(("after", "accounts with a case", "state", "ledger of decisions", "rows"), growth(measured)))


def needs(measured: dict[str, float]) -> Iterator[tuple[str, str]]:
    """What a day of items needs in cores, bytes and money."""
    items = ASSUMED["items_a_day"]
    decided = items * ASSUMED["decided_share"]
    scanning = items / measured["items_scanned_a_core_second"]
    folding = decided * 2 / measured["decided_facts_a_core_second"]
    cores = (scanning + folding) * ASSUMED["peak"] / _DAY
    kept = decided * measured["ledger_bytes_a_decision"]
    everything = items * measured["ledger_bytes_a_quiet_fact"] + kept
    folding_all = items / measured["quiet_facts_a_core_second"]
    yield "items a second, in the mean and at the peak", f"{items / _DAY:,.0f}, {items * ASSUMED['peak'] / _DAY:,.0f}"
    yield "core-hours a day to read, decide and write", f"{scanning / 3600:,.0f}"
    yield "core-hours a day to fold and record what is decided", f"{folding / 3600:,.0f}"
    yield "cores at the peak", f"{cores:,.0f}"
    yield "text a day", _size(items * measured["bytes_an_item"])
    yield "ledger a day, of what is decided", _size(kept)
    yield "ledger a day, if every item is a fact in it", _size(everything)
    yield (
        "core-hours a day to fold and record every item",
        f"{folding_all / 3600:,.0f}",
    )
    yield "states after a year", _size(_with_case() * measured["state_bytes_an_account_with_a_case"])
    yield "dollars a day for cores held for the peak", f"{cores * 24 * ASSUMED['dollars_a_core_hour']:,.0f}"
    year = kept * 365 / 1e9 * ASSUMED["dollars_a_gigabyte_month"]
    yield "dollars a month for a year's ledger of what is decided", f"{year:,.0f}"
    yield "core-hours to run a changed policy on a year's items", f"{scanning * 365 / 3600:,.0f}"
    rerun = scanning * 365 / 3600 * ASSUMED["dollars_a_core_hour"]
    yield "dollars for that", f"{rerun:,.0f}"


def skew() -> Iterator[tuple[str, ...]]:
    """How much more than the mean the fullest share has, by how unequal accounts are and how many shares there are."""
    for exponent in (0.8, 1.0, 1.2):
        random = np.random.default_rng(_SEED)
        weight = 1 / np.arange(1, _ACCOUNTS + 1) ** exponent
        weight /= weight.sum()
        fullest = []
        for shares in (64, 1_024, 16_384):
            load = np.bincount(random.integers(0, shares, _ACCOUNTS), weight, shares)
            fullest.append(f"{load.max() * shares:,.1f} x")
        yield f"1 / rank^{exponent}", f"{weight[0]:.2%}", *fullest


def growth(measured: dict[str, float]) -> Iterator[tuple[str, ...]]:
    """What has gathered after so many days: accounts with a case come fast at first, then mostly those known."""
    decided = ASSUMED["items_a_day"] * ASSUMED["decided_share"]
    for days in (1, 30, 365, 3 * 365):
        # Each year as many accounts again would be met, were none known: those known by then are not met anew.
        met = ASSUMED["accounts"] * (1 - (1 - ASSUMED["accounts_with_a_case_share"]) ** (days / 365))
        yield (
            f"{days:,} days",
            f"{met / 1e6:,.2f} M",
            _size(met * measured["state_bytes_an_account_with_a_case"]),
            _size(days * decided * measured["ledger_bytes_a_decision"]),
            f"{days * decided * 2 / 1e9:,.2f} G",
        )


def _with_case() -> float:
    return ASSUMED["accounts"] * ASSUMED["accounts_with_a_case_share"]


def _size(count: float) -> str:
    for unit, size in (("PB", 1e15), ("TB", 1e12), ("GB", 1e9)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 1e6:,.1f} MB"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
