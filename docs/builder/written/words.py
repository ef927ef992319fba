"""The sentences that the code does not hold, from `words/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["words"]

FOLDER = Path(__file__).parents[1] / "words"


@cache
def words(name: str) -> Any:
    """What the file of that name holds: texts, `true`, `false` and whole numbers, as policies are read."""
    return _read(yaml.compose((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def _read(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {_read(key): _read(below) for key, below in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_read(below) for below in node.value]
    if node.style is None and node.value in ("true", "false"):
        return node.value == "true"
    return int(node.value) if node.style is None and node.value.isdecimal() else node.value
