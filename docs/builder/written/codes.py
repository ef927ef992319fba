"""The mistakes of policies and the findings of the lint, a page each, cut from the two pages that list them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from written.markdown import table

__all__ = ["index", "pages"]

CODE = re.compile(r"^## ([A-Z]\d{3}): (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)

GUIDE = re.compile(r"\]\(([a-z/-]+\.md)")


def pages(listing: str, back: str) -> Mapping[str, str]:
    """A page for each code of the listing, by its file's name; `back` is the name of the page that lists them."""
    return {
        f"{found[1]}.md": f"# {found[1]}: {found[2]}\n\n{_below(found[3].strip())}\n\n[All codes](../{back})\n"
        for found in CODE.finditer(listing)
    }


def _below(text: str) -> str:
    """The text as a page one folder below the one it was on."""
    return GUIDE.sub(r"](../\1", text)


def index(listing: str) -> str:
    """The listing with its codes as links to their pages."""
    found = list(CODE.finditer(listing))
    if not found:
        return listing
    rows = [[f"[{one[1]}](codes/{one[1]}.md)", one[2]] for one in found]
    return listing[: found[0].start()] + table(["code", "what it is about"], rows) + listing[found[-1].end() :]
