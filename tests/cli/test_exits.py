"""The exit codes of each verb: 0 nothing found, 1 found something, 2 could not run, 130 interrupted."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lictor.errors import Diagnostic, Place
from lictor.policy import load_policy

SOUND = Path(__file__).parents[1] / "author" / "lint" / "examples" / "clean"
"""A policy in which lint finds nothing."""


@pytest.fixture
def place(lictor, tulips, tmp_path):
    """A folder with one of everything: a policy that is good, one that fails its tests, one that does not load, ..."""
    text = tulips.read_text("utf-8")
    (tmp_path / "good.yaml").write_text(text, "utf-8")
    (tmp_path / "failing.yaml").write_text(
        text.replace("silent: [a tulip in spring]", "silent: [buy a tulip]"), "utf-8"
    )
    (tmp_path / "broken.yaml").write_text(text.replace("severity: S3\n", "severity: S4\n"), "utf-8")
    (tmp_path / "clean.txt").write_text("a day in spring\n")
    (tmp_path / "found.txt").write_text("buy my tulip\n")
    shutil.copytree(SOUND, tmp_path / "sound")
    lictor("scan", tmp_path / "found.txt", "-p", tmp_path / "good.yaml", "--ledger", tmp_path / "whole.db")
    data = (tmp_path / "whole.db").read_bytes()
    (tmp_path / "altered.db").write_bytes(data.replace(b"engine", b"enqine"))
    return tmp_path


TABLE = [
    ("check spring -p good.yaml", 0),
    ("check buy~my~tulip -p good.yaml", 1),
    ("check spring -p broken.yaml", 2),
    ("check spring -p absent.yaml", 2),
    ("check spring -p good.yaml --nope", 2),
    ("scan clean.txt -p good.yaml", 0),
    ("scan found.txt -p good.yaml", 1),
    ("scan found.txt absent.txt -p good.yaml", 2),
    ("scan -p good.yaml", 2),
    ("scan clean.txt -p broken.yaml", 2),
    ("policy lint sound", 0),
    ("policy lint broken.yaml", 2),
    ("policy lint good.yaml broken.yaml", 2),
    ("policy lint absent.yaml", 2),
    ("policy test good.yaml", 0),
    ("policy test failing.yaml", 1),
    ("policy test failing.yaml good.yaml", 1),
    ("policy test broken.yaml", 2),
    ("ledger verify whole.db", 0),
    ("ledger verify altered.db", 1),
    ("ledger verify absent.db", 2),
    ("ledger verify clean.txt", 2),
    ("completion bash", 0),
    ("completion powershell", 2),
    ("--help", 0),
    ("--version", 0),
    ("", 2),
]


@pytest.mark.parametrize(("line", "code"), TABLE, ids=[line or "nothing" for line, _ in TABLE])
def test_exit_code(lictor, place, monkeypatch, line, code):
    """Each verb ends with the code of the table, and says why on standard error where it could not run."""
    monkeypatch.chdir(place)

    ran = lictor(*(part.replace("~", " ") for part in line.split()))

    assert code == ran.code
    assert "bug in lictor" not in ran.err
    assert ran.err or ran.out


@pytest.mark.parametrize("line", ["check x", "scan clean.txt", "policy test", "policy lint"])
def test_an_interrupt(lictor, place, monkeypatch, line):
    """Ctrl-C ends every verb with 130 and one line."""

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.chdir(place)
    monkeypatch.setattr("lictor.policy.load.Policy.digest", property(interrupted))
    monkeypatch.setattr("lictor.policy.load.bundled_policies", interrupted)

    ran = lictor(*line.split())

    assert (130, "") == (ran.code, ran.out)
    assert ran.err.splitlines()[-1].startswith("error: interrupted")


@pytest.mark.parametrize(("level", "code"), [("note", 0), ("warning", 1)])
def test_a_policy_that_loads_with_remarks(lictor, monkeypatch, level, code):
    """A note leaves a policy clean; a warning does not, though it loads."""
    policy = load_policy(SOUND)
    remark = Diagnostic("P041", "`no` is taken as text", Place("p.yaml", 1, 1, 2, "no"), level=level)
    monkeypatch.setattr("lictor.cli.policy_lint.load_policy", lambda _: replace(policy, notes=(remark,)))

    ran = lictor("policy", "lint", SOUND)

    assert (code, f"1 {level}") == (ran.code, ran.out.splitlines()[-1])
    assert f"{level}[P041]: `no` is taken as text" in ran.out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("scan --nope", "error: no such option `--nope`\nhint: did you mean `--no-progress`?\n"),
        ("completion", "error: missing argument `{bash|zsh|fish}`\nhint: choose from: bash, zsh, fish\n"),
        (
            "ledger verify",
            "error: missing argument `FILE...`\nhint: `lictor ledger verify --help` lists what it takes\n",
        ),
    ],
)
def test_misuse_is_one_fact_and_the_way_out(lictor, line, said):
    """A command line that cannot be is told as one fact in the house grammar, with the way out as a hint."""
    ran = lictor(*line.split())

    assert (2, said) == (ran.code, ran.err)
