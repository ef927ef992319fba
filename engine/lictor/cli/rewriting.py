"""What is written over what: an author's file anew, whole or not at all; never a file that is being read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from lictor.errors import InputError, UsageError
from lictor.policy import bundled_policies
from lictor.scan.inputs.paths import display

__all__ = ["refuse_bundled", "refuse_replacing", "rewrite"]


def refuse_bundled(policies: Sequence[str]) -> None:
    """Nothing, if each is a file or a folder of its author's; a policy that comes with Lictor is not rewritten."""
    if ours := [name for name in policies if name in bundled_policies()]:
        raise UsageError(
            f"the bundled policy `{ours[0]}` is not rewritten", hint="name a file or a folder, such as a copy of it"
        )


def refuse_replacing(out: Path, read: Iterable[Path], *, option: str = "--out") -> None:
    """Nothing, if what the option names is none of the files that are read; they would be lost."""
    if os.path.realpath(out) in map(os.path.realpath, read):
        raise UsageError(f"`{option}` would replace `{display(str(out))}`, which is read", hint="name another file")


def rewrite(path: Path, before: str, after: str) -> None:
    """The file with its new text, if it still holds `before`; line ends, mark and permissions stay what they were."""
    try:
        data = path.read_bytes()
        mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
        ends = "\r\n" if b"\r\n" in data else "\n"
        if data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n") != before:
            raise InputError(f"`{path}` has changed meanwhile", hint="run it again")
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(mark + after.replace("\n", ends).encode())
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError as wrong:
        raise InputError(f"`{path}` cannot be written: {(wrong.strerror or '').lower()}") from None
