"""The lives as diagrams: drawn from the tables that the fold goes by, so that a picture cannot say something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lictor.enforce.lives import LIVES

__all__ = ["diagram", "in_document"]

_BEGIN, _END = "<!-- life: {} -->", "<!-- end -->"


def diagram(life: str) -> str:
    """A life as a Mermaid state diagram; arrows between the same two states share a line."""
    table: Mapping[tuple[str, str], str] = LIVES[life]  # type: ignore[index]
    arrows: dict[tuple[str, str], list[str]] = {}
    for (before, event), after in table.items():
        arrows.setdefault((before, after), []).append(event)
    first = next(iter(table))[0]
    final = dict.fromkeys(after for after in table.values() if not any(before == after for before, _ in table))
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {before} --> {after}: {', '.join(events)}" for (before, after), events in arrows.items()]
    lines += [f"    {state} --> [*]" for state in final]
    return "\n".join(lines) + "\n"


def in_document(text: str) -> str:
    """The text with every diagram between its two marks drawn anew."""
    return "".join(_drawn(text))


def _drawn(text: str) -> Iterator[str]:
    rest = text
    for life in LIVES:
        begin = _BEGIN.format(life)
        before, found, rest = rest.partition(begin)
        assert found, f"no place for the life `{life}`"
        yield f"{before}{begin}\n```mermaid\n{diagram(life)}```\n{_END}"
        rest = rest.partition(_END)[2]
    yield rest
