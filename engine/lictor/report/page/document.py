"""The page as one HTML document: what it says, its style, its script and its data, and leave to fetch nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import count
from typing import Any

from lictor.errors import escape_controls
from lictor.report.page.figures import draw
from lictor.report.page.model import Block, Cell, Note, Page, Plot, Samples, Section, Table
from lictor.report.page.payload import as_script, packed
from lictor.report.page.words import HTML_LANG, WORDS

__all__ = ["to_document"]

_LARGEST = 4_800_000  # bytes of a whole page: below the five megabytes that mail and browsers take lightly
_MOST_ROWS = 2000
_LONG = 40  # rows; a longer table scrolls in a window of its own
_PRINTED = 60  # rows that paper gets; `page.css` says so too
_MOST_NUMBERS = 500  # rows of a plot's numbers, which the plot has shown already


def to_document(page: Page) -> str:
    """The whole page. It stays under five megabytes: of the samples, as many as there is room for are in it."""
    words = WORDS[page.lang]
    body = "\n".join(_body(page, words))
    style, script = _resource("page.css"), _resource("page.js")
    around = len((body + style + script).encode()) + 8_000
    held = as_script({"words": dict(words), "samples": _data(page, words, _LARGEST - around)})
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    return (
        f'<!doctype html>\n<html lang="{HTML_LANG[page.lang]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="generator" content="lictor">\n'
        f'<link rel="icon" href="data:,">\n<title>{_bare(page.title)}</title>\n<style>{style}</style>\n</head>\n'
        f'<body>\n{body}\n<script type="application/json" id="data">{held}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _data(page: Page, words: Mapping[str, str], room: int) -> list[dict[str, Any]]:
    """Every list of samples for the script, the first with the first claim to the room there is."""
    data: list[dict[str, Any]] = []
    for block in (block for section in page.sections for block in section.blocks if isinstance(block, Samples)):
        room -= 1_000  # its words
        told = packed(block, lang=page.lang, room=room)
        room -= len(as_script(told).encode())
        held, every = len(told["rows"]), len(block.samples)
        left = words["samples_left"].format(shown=f"{held:,}", all=f"{every:,}") if held < every else ""
        data.append({**told, "title": escape_controls(block.title).replace("`", ""), "left": left})
    return data


def _body(page: Page, words: Mapping[str, str]) -> Iterator[str]:
    yield f'<a class="skip" href="#report">{words["skip"]}</a>'
    yield '<header class="top">'
    yield f"<h1>{_text(page.title)}</h1>"
    yield f'<p class="about">{_text(page.about)}</p>' if page.about else ""
    yield _tools(words)
    yield "</header>"
    yield f'<nav aria-labelledby="contents"><h2 id="contents">{words["contents"]}</h2><ol>'
    for number, section in enumerate(page.sections, start=1):
        yield f'<li><a href="#s{number}">{_text(section.title)}</a></li>'
    yield "</ol></nav>"
    yield '<main id="report" tabindex="-1">'
    counter = count()
    for number, section in enumerate(page.sections, start=1):
        yield from _section(section, f"s{number}", page.lang, words, counter)
    yield "</main>"
    if page.facts:
        yield f'<footer aria-labelledby="origin"><h2 id="origin">{words["origin"]}</h2><dl>'
        for name, told in page.facts:
            yield f"<div><dt>{_text(name)}</dt><dd{_han(told, page.lang)}>{_text(told)}</dd></div>"
        yield "</dl></footer>"


def _tools(words: Mapping[str, str]) -> str:
    themes = "".join(f'<option value="{one}">{words[f"theme_{one}"]}</option>' for one in ("auto", "light", "dark"))
    return (
        f'<div class="tools" data-scripted hidden><label for="theme">{words["theme"]}</label>'
        f'<select id="theme">{themes}</select>'
        f'<button type="button" id="print">{words["print"]}</button></div>'
    )


def _section(section: Section, name: str, lang: str, words: Mapping[str, str], counter: Iterator[int]) -> Iterator[str]:
    yield f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{_text(section.title)}</h2>'
    if section.about:
        yield f'<p class="about">{_text(section.about)}</p>'
    for number, block in enumerate(section.blocks, start=1):
        yield from _block(block, f"{name}-{number}", lang, words, counter)
    yield "</section>"


def _block(block: Block, name: str, lang: str, words: Mapping[str, str], counter: Iterator[int]) -> Iterator[str]:
    if isinstance(block, Note):
        yield f"<p>{_text(block.text)}</p>"
        return
    title = f'<h3 id="{name}-h">{_text(block.title)}</h3>'
    about = f'<p class="about" id="{name}-a">{_text(block.about)}</p>' if block.about else ""
    match block:
        case Plot():
            yield f'<figure aria-labelledby="{name}-h">{title}{about}{_plot(block, name, lang, words)}</figure>'
        case Table():
            table = _table(block.columns, block.rows, f"{name}-h", lang, words)
            yield f'<div class="block">{title}{about}{table}</div>'
        case Samples():
            yield (
                f'<div class="block samples" data-samples="{next(counter)}" data-title="{name}-h">{title}{about}'
                f"<noscript><p>{words['no_script']}</p></noscript></div>"
            )


def _plot(plot: Plot, name: str, lang: str, words: Mapping[str, str]) -> str:
    values: Sequence[Mapping[str, Cell]] = plot.spec["data"]["values"]
    if not values:
        return f'<p class="empty">{words["nothing"]}</p>'
    labels = f"{name}-h {name}-a" if plot.about else f"{name}-h"
    svg = draw(plot.spec, name=name, lang=lang, labels=labels)
    columns = list(dict.fromkeys(column for row in values for column in row))
    rows = [[row.get(column) for column in columns] for row in values]
    numbers = _table(columns, rows, f"{name}-h", lang, words, most=_MOST_NUMBERS)
    return (
        f'<div class="scroll plot" tabindex="0" role="group" aria-labelledby="{name}-h">{svg}</div>'
        f"<details><summary>{words['numbers']}</summary>{numbers}</details>"
    )


def _table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    label: str,
    lang: str,
    words: Mapping[str, str],
    *,
    most: int = _MOST_ROWS,
) -> str:
    if not rows:
        return f'<p class="empty">{words["no_rows"]}</p>'
    numeric = [all(row[at] is None or isinstance(row[at], int | float) for row in rows) for at in range(len(columns))]
    heads = "".join(
        f'<th scope="col"{_class(number)}><span>{_text(column)}</span></th>'
        for column, number in zip(columns, numeric, strict=True)
    )
    lines = "".join(
        "<tr>" + "".join(_cell(cell, number, lang) for cell, number in zip(row, numeric, strict=True)) + "</tr>"
        for row in rows[:most]
    )
    left = words["rows_left"].format(shown=f"{most:,}", all=f"{len(rows):,}") if len(rows) > most else ""
    size = "scroll long" if len(rows) > _LONG else "scroll"
    printed = words["rows_printed"].format(shown=_PRINTED, all=f"{len(rows):,}") if len(rows) > _PRINTED else ""
    return (
        f'<div class="{size}" tabindex="0" role="group" aria-labelledby="{label}">'
        f'<table aria-labelledby="{label}"><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
        + (f'<p class="left">{left}</p>' if left else "")
        + (f'<p class="printed">{printed}</p>' if printed else "")
    )


def _class(number: bool) -> str:  # noqa: FBT001
    return ' class="n"' if number else ""


def _cell(cell: Cell, number: bool, lang: str) -> str:  # noqa: FBT001
    if cell is None:
        return f"<td{_class(number)}></td>"
    if isinstance(cell, str):
        return f"<td{_han(cell, lang)}>{_text(cell)}</td>"
    return f'<td{_class(number)} data-n="{cell!r}">{_number(cell)}</td>'


def _number(value: float) -> str:
    """The number as people read it: thousands apart, four figures where it has a fraction."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return f"{value:,.1f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"


def _han(text: str, lang: str) -> str:
    """Says that words are Chinese where the page is not, so that they are shown and spoken as such."""
    return ' lang="zh-Hans"' if lang != "zh" and re.search(r"[\u3400-\u9fff]", text) else ""


def _text(text: str) -> str:
    """The text escaped; what stands in backticks is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(escape_controls(text)))


def _bare(text: str) -> str:
    return escape(escape_controls(text).replace("`", ""))


@cache
def _resource(name: str) -> str:
    return files("lictor.report.page").joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
