"""A policy's page as one HTML file that needs nothing else: no script, no font, no address is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from lictor.author.show import Block, Facts, Grid, Heading, Items, Steps, Text
from lictor.errors import escape_controls

__all__ = ["to_html"]

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --mark: #2a6; }
body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .6rem; }
h2 { border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
code { background: var(--soft); padding: 0 .25em; border-radius: .2em; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .3rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
.steps { list-style: none; display: flex; flex-wrap: wrap; gap: .6rem 1.8rem; padding: 0; }
.steps li { position: relative; border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .7rem; }
.steps li { max-width: 20rem; }
.steps b { display: block; font-size: .85em; }
.arrow li:not(:last-child)::after { content: "\\2192"; position: absolute; right: -1.4rem; top: .4rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: .9em; }
th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; }
td.on { background: var(--mark); color: #fff; text-align: center; }
nav { columns: 2; } @media print { nav { display: none; } h3 { break-after: avoid; } }
"""


def to_html(blocks: Iterable[Block], *, lang: str) -> str:
    """The page, with a list of its sections; everything the policy says is escaped."""
    every = list(blocks)
    title = next((_bare(block.text) for block in every if isinstance(block, Heading)), "Policy")
    sections = [block.text for block in every if isinstance(block, Heading) and block.level == 2]
    links = "".join(f'<li><a href="#{_anchor(text)}">{_text(text)}</a></li>' for text in sections)
    body = "\n".join(map(_as_html, every))
    head, _, rest = body.partition("\n")
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{head}\n<nav><ul>{links}</ul></nav>\n{rest}\n</body>\n</html>"
    )


def _as_html(block: Block) -> str:
    match block:
        case Heading(level, text):
            anchor = f' id="{_anchor(text)}"' if level == 2 else ""
            return f"<h{level}{anchor}>{_text(text)}</h{level}>"
        case Text(text):
            return f"<p>{_text(text)}</p>"
        case Items(items):
            return "<ul>" + "".join(f"<li>{_text(one)}</li>" for one in items) + "</ul>"
        case Facts(facts):
            return "<dl>" + "".join(f"<dt>{_text(name)}</dt><dd>{_text(told)}</dd>" for name, told in facts) + "</dl>"
        case Steps(steps, arrow):
            kind = "steps arrow" if arrow else "steps"
            told = "".join(f"<li><b>{_text(name)}</b>{_text(what)}</li>" for name, what in steps)
            return f'<ol class="{kind}">{told}</ol>'
        case Grid(columns, rows):
            head = "<tr><th></th>" + "".join(f"<th>{_text(name)}</th>" for name in columns) + "</tr>"
            return f"<table>{head}{''.join(_row(name, marks) for name, marks in rows)}</table>"


def _row(name: str, marks: Iterable[bool]) -> str:
    cells = "".join('<td class="on">in force</td>' if on else "<td></td>" for on in marks)
    return f"<tr><th>{_text(name)}</th>{cells}</tr>"


def _text(text: str) -> str:
    """The text escaped; what stands in backticks is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(escape_controls(text)))


def _bare(text: str) -> str:
    return escape_controls(text).replace("`", "")


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z]+", "-", text.lower()).strip("-")
