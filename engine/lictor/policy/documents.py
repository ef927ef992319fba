"""Other YAML files read through the policy's one door: as strict, as bounded, and with the same diagnostics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lictor.errors import Diagnostic, InputError, PolicyError
from lictor.policy.merge import shown
from lictor.policy.source import Node, decode, plain, read_bounded, read_yaml

__all__ = ["read_document", "read_tree"]


def read_document(path: Path) -> Any:
    """The file's one document, as plain lists, dictionaries and scalars.

    Raises:
        PolicyError: it is not a YAML file as policies are written.
        InputError: it cannot be read.
    """
    return plain(read_tree(path))


def read_tree(path: Path) -> Node:
    """The file's one document as nodes, which know their places; refused as `read_document` refuses."""
    try:
        data = read_bounded(path)
    except OSError as wrong:
        raise InputError(f"`{path}` cannot be read: {(wrong.strerror or '').lower()}") from None
    report: list[Diagnostic] = []
    file = decode(str(shown(path)), data, report)
    node = read_yaml(file, report) if file else None
    if node is None or any(one.level == "error" for one in report):
        raise PolicyError(report)
    return node
