"""The pages as Sphinx reads them: those under `docs/`, made a little richer, and those written from the code.

- `index.md` says the order: each link list under a heading is a part of the site's contents, in the order listed.
- A fence under `<!-- file: NAME -->` shows the name.
- The state diagrams of the lives become tables: a page needs no script to show them.
- Each diagnostic has a page of its own.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from written import actions, cli, codes, decisions, detectors, facts, keys, options, python

__all__ = ["stage"]

LISTINGS = ("diagnostics.md", "lint.md")
NAMED = re.compile(r"^<!-- file: ([^\n]+) -->\n```(\w+)\n", re.MULTILINE)
DIAGRAM = re.compile(r"^```mermaid\nstateDiagram-v2\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
MOVE = re.compile(r"^ +(\S+) --> (\S+)(?:: (.+))?$", re.MULTILINE)


def stage(guides: Path, folder: Path) -> None:
    """Fills the folder with every page of the site."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(guides, folder, ignore=shutil.ignore_patterns("builder"))
    for name, text in written(guides).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copyfile(guides.parent / "DESIGN.md", folder / "design.md")
    for page in folder.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        richer = DIAGRAM.sub(_moves, NAMED.sub(_captioned, text))
        if page.name == "index.md" and page.parent == folder:
            richer = _with_contents(richer.replace("(../DESIGN.md)", "(design.md)"), folder)
        if richer != text:
            page.write_text(richer, encoding="utf-8")


def written(guides: Path) -> dict[str, str]:
    """The pages that are written from the code, by where they lie."""
    made = {
        "reference/policy-keys.md": keys.page(),
        "reference/match-options.md": options.page(),
        "reference/detectors.md": detectors.page(),
        "reference/actions.md": actions.page(),
        "reference/facts.md": facts.page(),
        "reference/decisions.md": decisions.page(),
        "reference/python.md": python.page(),
        **{f"reference/{name}": text for name, text in cli.pages(guides).items()},
    }
    for listing in LISTINGS:
        text = (guides / listing).read_text(encoding="utf-8")
        made |= {f"codes/{name}": page for name, page in codes.pages(text, listing).items()}
        made[listing] = codes.index(text)
    return made


def _captioned(found: re.Match[str]) -> str:
    return f"```{{code-block}} {found[2]}\n:caption: {found[1]}\n"


def _moves(found: re.Match[str]) -> str:
    """The table of a diagram's transitions; a state that leads nowhere ends the life."""
    lines = ["| from | when | to |", "|---|---|---|"]
    for here, there, event in MOVE.findall(found[1]):
        if there == "[*]":
            lines.append(f"| `{here}` | | *the end* |")
        else:
            origin = "*the beginning*" if here == "[*]" else f"`{here}`"
            told = ", ".join(f"`{one}`" for one in event.split(", ")) if event else ""
            lines.append(f"| {origin} | {told} | `{there}` |")
    return "\n".join(lines) + "\n"


def _with_contents(text: str, folder: Path) -> str:
    """The page with a hidden table of contents for each heading under which pages are listed."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    parts = [part + _contents(part, folder) for part in parts]
    hidden = _toctree("", [f"codes/{page.stem}" for page in sorted((folder / "codes").glob("*.md"))], "")
    return "\n".join(parts) + "\n" + hidden


def _contents(part: str, folder: Path) -> str:
    linked = re.findall(r"\]\(([\w/-]+)\.md\)", part)
    if not part.startswith("## ") or not linked:
        return ""
    below = [f"reference/{page.stem}" for page in sorted((folder / "reference").glob("cli-*.md"))]
    pages = [one for link in linked for one in ([link, *below] if link == "reference/cli" else [link])]
    return _toctree(part.partition("\n")[0].removeprefix("## "), pages, ":hidden:\n")


def _toctree(caption: str, pages: list[str], option: str) -> str:
    named = f":caption: {caption}\n" if caption else ":hidden:\n"
    return f"\n```{{toctree}}\n{named}{option}\n" + "".join(f"{page}\n" for page in pages) + "```\n"
