"""The names that stand where another was looked for, for a message."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["naming"]


def naming(names: Iterable[str]) -> str:
    """What there is instead: the first eight names."""
    names = list(names)
    shown = ", ".join(f"`{name[:40]}`" for name in names[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"it has {shown}{more}" if names else "it has none"
