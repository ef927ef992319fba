"""An author's file written anew, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from lictor.errors import InputError

__all__ = ["rewrite"]


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
