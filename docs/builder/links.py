"""What is wrong with a built site: a link or an anchor that leads nowhere, or anything fetched from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["faults"]

FETCHED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}
NOT_FETCHED = ("canonical", "license", "author")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {str(given[key]) for key in ("id", "name") if given.get(key)}
        for key in ("href", "src"):
            if given.get(key) and given.get("rel") not in NOT_FETCHED:
                self.links.append((str(given[key]), (tag, key) in FETCHED))


def faults(site: Path) -> list[str]:
    """One line for each fault, sorted."""
    pages = {}
    for file in site.rglob("*.html"):
        pages[file] = _Page()
        pages[file].feed(file.read_text(encoding="utf-8"))
    found = set()
    for file, page in pages.items():
        name = file.relative_to(site)
        for link, fetched in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("data", "mailto"):
                continue
            if parts.scheme or parts.netloc:
                if fetched:
                    found.add(f"{name}: fetches {link}")
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if not target.is_file():
                found.add(f"{name}: leads to nothing: {link}")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                found.add(f"{name}: no such anchor: {link}")
    for file in [*site.rglob("*.css"), *site.rglob("*.js")]:
        text = file.read_text(encoding="utf-8", errors="replace")
        found |= {
            f"{file.relative_to(site)}: fetches {word}"
            for word in ("@import url(http", "url(http", "url(//")
            if word in text
        }
    return sorted(found)
