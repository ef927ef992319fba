"""The README is true: every command it shows is run, and prints what it shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "docs" / "authoring.md"]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


ENVIRONMENT = {
    **os.environ, "COLUMNS": "100", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONUTF8": "1"
}  # fmt: skip


def _commands(block: str) -> list[tuple[str, str]]:
    """Each command of a block with the output shown below it; a line that ends in a backslash goes on."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    commands = []
    for part in parts:
        command, _, output = part.partition("\n")
        while command.endswith("\\"):
            more, _, output = output.partition("\n")
            command += "\n" + more
        commands.append((command, output))
    return commands


def _run(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=120, check=False, encoding="utf-8",
        env=ENVIRONMENT,
    )  # fmt: skip
    assert done.returncode in (0, 1, 2), f"{command}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_prints_what_the_page_shows(tmp_path, page):
    """Each `$ command` of the page, run in order where the examples are, prints exactly the lines below it."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    text = page.read_text(encoding="utf-8")
    actual = BLOCK.sub(
        lambda found: "```console\n" + "".join(f"$ {c}\n{_run(c, tmp_path)}" for c, _ in _commands(found[1])) + "```",
        text,
    )
    if os.environ.get("LICTOR_GOLDEN") == "1":
        page.write_text(actual, encoding="utf-8")

    assert actual == text or os.environ.get("LICTOR_GOLDEN") == "1", "`make golden` rewrites it; read the diff"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_runs(example):
    """Each script under `examples/` runs to its end and prints something."""
    done = subprocess.run(
        ["python", str(example)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, encoding="utf-8",
        env=ENVIRONMENT,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout
