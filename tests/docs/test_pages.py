"""The pages are true: what README.md and every page under `docs/` shows is run, and does what the page says.

In each page, in order and in one folder that holds a copy of `examples/`:

- a fence `console` holds commands, each behind `$ `, and below it exactly what it prints on standard output;
- a fence of any kind under a comment `<!-- file: NAME -->` is written to that file, as its reader is told to do;
- a fence `python` runs, in one namespace a page; a fence `pycon` is a doctest;
- a fence `yaml` is a policy that loads and lints clean, or a piece that is valid where it belongs in one.

`LICTOR_GOLDEN=1` writes what commands print into the pages.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from lictor.author.lint import lint
from lictor.author.schema import schema
from lictor.policy import load_policy
from lictor.report.lint import render_findings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LINES = Path("benchmarks/quality/authored")  # what the studies are about
GOLDEN = os.environ.get("LICTOR_GOLDEN") == "1"
LONG = {"docs/studies.md"}  # a minute or more each; tests/studies holds the short of it
FENCE = re.compile(
    r"^(?:<!-- file: (?P<file>[^\n]+) -->\n)?```(?P<kind>\w*)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
SHELL = re.compile(r"^(make \w+|pip install [\w.]+|lictor completion .*|python -m venv .*) *(#.*)?$")
ENVIRONMENT = {
    **os.environ, "COLUMNS": "100", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONUTF8": "1",
}  # fmt: skip


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_page_is_true(tmp_path, monkeypatch, page):
    """Whoever follows the page from an empty folder sees what it shows."""
    if _name(page) in LONG and not GOLDEN and os.environ.get("LICTOR_LONG") != "1":
        pytest.skip("it takes long: LICTOR_LONG=1 runs it, as CI does")
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / LINES, tmp_path / LINES)
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "__page__"}
    text = page.read_text(encoding="utf-8")
    actual = FENCE.sub(lambda fence: _lived(fence, tmp_path, namespace, page), text)
    if GOLDEN and actual != text:
        page.write_text(actual, encoding="utf-8")

    assert actual == text or GOLDEN, "`make golden` rewrites it; read the diff"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_nothing_escapes(page):
    """No command or example hides in a fence that is not run: indented, or of another kind of shell."""
    text = page.read_text(encoding="utf-8")
    shells = [fence["body"] for fence in FENCE.finditer(text) if fence["kind"] in ("sh", "bash", "shell")]

    assert re.findall(r"^[ \t]+```(?:console|python|pycon|yaml|sh|bash)", text, re.MULTILINE) == []
    assert [line for body in shells for line in body.splitlines() if line and not SHELL.match(line)] == []
    assert len(re.findall(r"^```", text, re.MULTILINE)) == 2 * len(FENCE.findall(text))


def test_written_pages_show_what_a_policy_may_hold(tmp_path, monkeypatch):
    """The pieces of YAML in pages of reference, which are written from the code, are valid, too."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "builder"))
    from written import detectors, options

    fences = [fence for page in (options.page(), detectors.page()) for fence in FENCE.finditer(page)]

    assert [fault for fence in fences if fence["kind"] == "yaml" for fault in _faults(fence["body"], tmp_path)] == []
    assert len(fences) == 2


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_example_runs(example):
    """Each script under `examples/` runs to its end and prints something."""
    done = subprocess.run(
        [sys.executable, str(example)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        encoding="utf-8", env=ENVIRONMENT,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout


def _lived(fence: re.Match[str], folder: Path, namespace: dict[str, Any], page: Path) -> str:
    """The fence as it must read: of commands with what they print now, of all else as it stands."""
    body, kind = fence["body"], fence["kind"]
    if fence["file"]:
        file = folder / fence["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body, encoding="utf-8")
    elif kind == "console":
        told = "".join(f"$ {command}\n{_printed(command, folder)}" for command in _commands(body))
        return fence[0].replace(f"\n{body}", f"\n{told}", 1)
    elif kind == "python":
        exec(compile(body, _name(page), "exec"), namespace)
    elif kind == "pycon":
        _doctest(body, namespace, page)
    elif kind == "yaml":
        assert _faults(body, folder) == []
    return fence[0]


def _commands(body: str) -> list[str]:
    """The commands of a fence; one goes on behind a backslash, and until its quotes are closed."""
    commands = []
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, rest = part.partition("\n")
        while rest and _is_open(command):
            more, _, rest = rest.partition("\n")
            command += "\n" + more
        commands.append(command)
    return commands


def _is_open(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:
        return True
    return command.endswith("\\")


def _printed(command: str, folder: Path) -> str:
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=300, check=False, encoding="utf-8",
        env=ENVIRONMENT,
    )  # fmt: skip
    assert done.returncode in (0, 1, 2), f"{command}\n{done.stderr}"
    assert "Traceback" not in done.stderr, f"{command}\n{done.stderr}"
    return done.stdout


def _doctest(body: str, namespace: dict[str, Any], page: Path) -> None:
    parsed = doctest.DocTestParser().get_doctest(body, namespace, _name(page), None, 0)
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(parsed, out=told.append, clear_globs=False)
    namespace.update(parsed.globs)
    assert told == []


def _faults(body: str, folder: Path) -> list[str]:
    """What is wrong with a piece of YAML: a whole policy is linted, a part of one is held against the schema."""
    if body.startswith("lictor: 1"):
        file = folder / "shown.yaml"
        file.write_text(body, encoding="utf-8")
        found = lint(load_policy(file))
        return [render_findings(found)] if found else []
    piece = _read(yaml.compose(body))
    wrong = [list(validator.iter_errors(piece)) for validator in _places()]
    return [] if not all(wrong) else [str(min(wrong, key=len)[0].message)]


@cache
def _places() -> list[Any]:
    """What a piece of a policy may be: some of its sections, or some keys of one item or of a list of them."""
    names = ("Rule", "Lexicon", "Category", "Ladder", "Exemption", "LexiconTerm", "SubjectType", "Version")
    models = schema("policy")["$defs"]
    items = [{**models[name], "required": []} for name in names]
    lists = [{"type": "array", "items": models[name]} for name in names]
    return [
        jsonschema.Draft202012Validator(one)
        for one in (schema("part"), *({**piece, "$defs": models} for piece in [*items, *lists]))
    ]


def _read(node: yaml.Node) -> Any:
    """YAML 1.2 core as policies are read: `true`, `false`, numbers; in quotes, all is text."""
    if isinstance(node, yaml.MappingNode):
        return {_read(key): _read(below) for key, below in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_read(below) for below in node.value]
    if node.style is not None:
        return node.value
    if node.value in ("true", "false"):
        return node.value == "true"
    if re.fullmatch(r"-?(0|[1-9]\d*)", node.value):
        return int(node.value)
    return float(node.value) if re.fullmatch(r"-?\d+\.\d+", node.value) else node.value
