"""The command as a shell meets it: help, version, completion, and what asking for them costs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lictor import kernel
from lictor.cli.verbs import lictor as tree

HEAVY = {"numpy", "pyarrow", "pydantic", "structlog", "yaml", "ahocorasick", "orjson", "zstandard"}
START = [sys.executable, "-c", "from lictor.cli import main; main()"]


def shell(*arguments, **settings):
    return subprocess.run([*START, *arguments], capture_output=True, timeout=60, check=False, **settings)


def test_help_loads_nothing_heavy():
    """`lictor --help` imports no engine: it costs what click costs."""
    code = "import sys; from lictor.cli import exits; exits.run(['--help']); print(*sys.modules, file=sys.stderr)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()

    assert set() == HEAVY & set(loaded)


def test_a_scan_loads_a_ledger_only_to_keep_one():
    """`lictor scan` without `--ledger` loads neither the ledger nor the lives of accounts."""
    code = "import sys, lictor.cli.scan; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert [] == [name for name in loaded if name.startswith(("lictor.ledger", "lictor.enforce", "lictor.intake"))]


def verbs(group, *path):
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        yield (*path, name), group._verbs[name][0], command
        if hasattr(command, "list_commands"):
            yield from verbs(command, *path, name)


@pytest.mark.parametrize(("path", "line", "command"), list(verbs(tree)), ids=lambda value: str(value)[:30])
def test_each_verb_says_what_its_line_says(lictor, path, line, command):
    """The line a verb has in the list above it begins its own help, and asking for help succeeds."""
    ran = lictor(*path, "--help")

    assert (0, "") == (ran.code, ran.err)
    assert line.rstrip(".") in " ".join(ran.out.split())


def test_version(lictor):
    """`--version` names the program and its version, and says whether texts are searched in compiled code."""
    ran = lictor("--version")

    assert (0, True) == (ran.code, ran.out.startswith("lictor 0."))
    assert f"search: {kernel.name()}" in ran.out.splitlines()


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_completion_lines(lictor, kind):
    """`lictor completion` prints lines that ask `lictor` itself what could come next."""
    ran = lictor("completion", kind)

    assert (0, True) == (ran.code, f"_LICTOR_COMPLETE={kind}_complete" in ran.out)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (
            "lictor ",
            {
                "check",
                "scan",
                "enforce",
                "follow",
                "due",
                "case",
                "appeal",
                "account",
                "policy",
                "simulate",
                "guard",
                "ledger",
                "bench",
                "completion",
            },
        ),
        ("lictor policy l", {"lint"}),
        ("lictor scan --rej", {"--rejects"}),
        ("lictor check --field art", {"article"}),
    ],
)
def test_what_is_completed(lictor, monkeypatch, typed, offered):
    """Verbs, options and fixed values are offered as they are typed."""
    monkeypatch.setenv("_LICTOR_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))

    ran = lictor()

    assert offered == {line.partition(",")[2] for line in ran.out.splitlines()}


def test_closed_output():
    """Without a standard output there is nowhere to put a result: an error, not a traceback."""
    ran = subprocess.run(
        ["/bin/sh", "-c", '"$@" >&-', "sh", *START, "completion", "zsh"], capture_output=True, check=False
    )

    assert (2, True) == (ran.returncode, b"error: standard output is closed" in ran.stderr)


def test_full_output():
    """A full disk behind standard output is an error that says so, and no complaint of the interpreter's."""
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run([*START, "completion", "zsh"], stdout=full, stderr=subprocess.PIPE, check=False)

    assert (2, b"error: cannot write to standard output: no space left on device\n") == (ran.returncode, ran.stderr)


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&-"])
def test_other_streams_do_not_matter(tulips, rows, redirection):
    """A closed or full standard error, or a closed standard input, does not keep the rows from coming out."""
    line = f'"$@" {redirection}'
    command = ["/bin/sh", "-c", line, "sh", *START, "scan", str(rows), "-p", str(tulips)]

    ran = subprocess.run(command, capture_output=True, check=False)

    assert (1, 3) == (ran.returncode, len(ran.stdout.splitlines()))


@pytest.mark.parametrize("verb", ["check", "scan"])
def test_closed_input(tulips, verb):
    """`-` without a standard input is an error, not an empty text."""
    command = ["/bin/sh", "-c", '"$@" <&-', "sh", *START, verb, "-", "-p", str(tulips)]

    ran = subprocess.run(command, capture_output=True, check=False)

    assert (2, b"", True) == (ran.returncode, ran.stdout, b"error: standard input is closed" in ran.stderr)


def test_reader_gone():
    """A reader that goes away ends the command quietly."""
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run([*START, "completion", "zsh"], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)

    assert (2, b"") == (ran.returncode, ran.stderr)


def test_output_that_is_not_utf8(tulips):
    """A terminal of another encoding gets escapes instead of an error."""
    ran = shell("check", "-p", tulips, "买郁金香", env={**os.environ, "PYTHONIOENCODING": "ascii"})

    assert (1, b"", True) == (ran.returncode, ran.stderr, rb"[\u4e70]" in ran.stdout)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Usage: lictor"),
        (["policy"], "Usage: lictor policy"),
        (["nope"], "error: no such command `nope`"),
        (["--nope"], "error: no such option `--nope`"),
        (["check"], "error: missing argument `TEXT`"),
        (["check", "--nope", "x"], "error: no such option `--nope`"),
        (["check", "a", "b"], "error: got unexpected extra argument (b)"),
        (["check", "x", "--field", "rumour"], "error: invalid value for `--field`: `rumour` is not one of `article`"),
        (["scan", "x", "--jobs", "0"], "error: invalid value for `--jobs`: 0 is not in the range x>=1"),
        (["check", "x\x1b[31m", "--at", "\x1b"], r"error: time `\x1b` is not an instant"),
    ],
)
def test_usage(lictor, arguments, message):
    """A mistake in the command line is told in one line that is safe to print, with the way out."""
    ran = lictor(*arguments)

    assert (2, "") == (ran.code, ran.out)
    assert ran.err.startswith(message)
    assert message.startswith("Usage") or "\nhint: " in ran.err


def test_arguments_that_are_not_utf8(tulips):
    """An argument that is no text is refused by name; a path may be any bytes."""
    text = shell(b"check", b"-p", os.fsencode(tulips), b"caf\xe9")
    path = shell(b"scan", b"-p", os.fsencode(tulips), b"caf\xe9.txt")

    assert (2, b"error: `TEXT` is not UTF-8 after its first 3 characters") == (
        text.returncode,
        text.stderr.splitlines()[0],
    )
    assert (2, True) == (path.returncode, rb"error: `caf\xe9.txt`: no such file or folder" in path.stderr)


def test_a_bug_is_one_line(lictor, monkeypatch):
    """A bug asks to be reported, in one line; `LICTOR_DEBUG=1` shows where it happened."""

    def broken(*arguments, **options):
        raise ZeroDivisionError("by\x1bzero")

    monkeypatch.setattr("lictor.Engine.load", broken)
    ran = lictor("check", "x", "-p", "y")

    assert (2, "") == (ran.code, ran.out)
    assert r"error: this is a bug in lictor: ZeroDivisionError: by\x1bzero" in ran.err
    assert "Traceback" not in ran.err

    monkeypatch.setenv("LICTOR_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        lictor("check", "x", "-p", "y")


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (MemoryError(), 2, "error: out of memory"),
        (KeyboardInterrupt(), 130, "error: interrupted"),
        (PermissionError(13, "Permission denied", "/x"), 2, "error: cannot use `/x`: permission denied"),
    ],
)
def test_what_the_system_does(lictor, monkeypatch, raised, code, message):
    """Out of memory, interrupted, refused: each has its code and its line."""

    def failing(*arguments, **options):
        raise raised

    monkeypatch.setattr("lictor.Engine.load", failing)
    ran = lictor("check", "x", "-p", "y")

    assert (code, "", message) == (ran.code, ran.out, ran.err.splitlines()[0])
