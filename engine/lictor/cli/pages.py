"""The option `--html`: a report as one page, refused at once where it could not be written in the end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from lictor.cli.rewriting import refuse_replacing
from lictor.policy import bundled_policies
from lictor.report.files import refuse_unwritable, whole_file
from lictor.report.page import Page, refuse_undrawable, render_page

__all__ = ["refuse_page", "write_page"]


def refuse_page(html: Path, read: Iterable[str | Path]) -> None:
    """Nothing, if a page can be drawn, and written there without replacing what is read: policies, files, folders.

    Of a folder that is read, anything but a page may be part of it. A run of minutes is not to end in an error that
    was plain before it began.
    """
    bundled = bundled_policies()
    paths = [bundled.get(str(one), Path(one)) for one in read]
    target = Path(os.path.realpath(html))
    inside = any(one.is_dir() and target.is_relative_to(os.path.realpath(one)) for one in paths)
    part = inside and target.is_file() and target.suffix not in (".html", ".htm")
    refuse_replacing(html, [*paths, *([html] if part else [])], option="--html")
    refuse_unwritable(html)
    refuse_undrawable()


def write_page(html: Path, page: Page) -> None:
    """The page in that file, whole or not at all."""
    data = render_page(page).encode()
    with whole_file(html) as stream:
        stream.write(data)
