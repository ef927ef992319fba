"""Whether many are concerned a little, or few a lot: shares of the largest, and the Gini coefficient."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

__all__ = ["concentration", "gini", "share_of_top"]

_NAMED = 10


def concentration(rows: Mapping[str, int]) -> dict[str, Any]:
    """How rows are spread over accounts, from the number of rows of each: JSON values."""
    counts = sorted(rows.values(), reverse=True)
    largest = sorted(rows.items(), key=lambda pair: (-pair[1], pair[0]))[:_NAMED]
    return {
        "accounts": len(counts),
        "rows": sum(counts),
        "top_1_percent": share_of_top(counts, 1),
        "top_10_percent": share_of_top(counts, 10),
        "gini": gini(counts),
        "largest": [{"account": name, "rows": count} for name, count in largest],
    }


def share_of_top(counts: list[int], percent: int) -> float | None:
    """The share of all that the largest so many per cent have, at least one of them; None where there is nothing."""
    largest = sorted(counts, reverse=True)
    taken = max(1, -(-len(largest) * percent // 100))
    return round(sum(largest[:taken]) / sum(largest), 6) if sum(largest) else None


def gini(counts: list[int]) -> float | None:
    """0 where all have the same, towards 1 where one has everything; None where there is nothing."""
    smallest = sorted(counts)
    total, size = sum(smallest), len(smallest)
    if not total:
        return None
    return round((size + 1 - 2 * sum(accumulate(smallest)) / total) / size, 6)
