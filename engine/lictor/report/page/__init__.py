"""One HTML file that holds a whole report: pictures, tables, texts to read with their evidence marked.

It opens by a double click, asks no network for anything, and is used in the browser: search, filter, sort, print.

    model     what a page says
    plots     the usual plots as Vega-Lite
    figures   a plot drawn as SVG, which needs no script to be seen
    payload   samples as the script reads them
    document  all of it as HTML, with `page.css` and `page.js` in it
    words     the page's own words
"""

from __future__ import annotations

from lictor.report.page.document import to_document
from lictor.report.page.figures import drawing
from lictor.report.page.model import Block, Cell, Note, Page, Plot, Sample, Samples, Section, Span, Table

__all__ = [
    "Block", "Cell", "Note", "Page", "Plot", "Sample", "Samples", "Section", "Span", "Table", "refuse_undrawable",
    "render_page",
]  # fmt: skip


def render_page(page: Page) -> str:
    """One self-contained HTML document under five megabytes. The same page gives the same bytes whatever the clock.

    Labels are measured in the fonts of this machine, so on another a plot may differ by a few units.
    Without the package that draws the plots: UsageError, which says how to install it.
    """
    return to_document(page)


def refuse_undrawable() -> None:
    """Nothing, if pages can be drawn here. Without the package that draws: UsageError, as `render_page` would raise."""
    drawing()
