"""`lictor policy test`: filters, tables, JUnit output, and watching for changes."""

import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import pytest


@pytest.fixture
def folder(tulips, tmp_path):
    """The tulips policy in a folder with a table of cases, one of which fails."""
    folder = tmp_path / "mine"
    (folder / "tests").mkdir(parents=True)
    (folder / "policy.yaml").write_text(tulips.read_text("utf-8"), "utf-8")
    (folder / "tests" / "offers.csv").write_text(
        "id,text,field,expect.action,expect.rule\n"
        "good,buy my tulip,article,rectify_order,offer\n"
        'bad,"a tulip \u202e\x07, in 春天",article,hide,offer\n',
        "utf-8",
    )
    return folder


def test_a_table_is_run_with_the_rules(lictor, folder, golden, monkeypatch):
    """A failed row shows its text with what was found, what was expected, what was got, and why."""
    monkeypatch.chdir(folder.parent)

    ran = lictor("policy", "test", "mine")

    assert 1 == ran.code
    golden("policy-test-table.txt", ran.out)


@pytest.mark.parametrize(
    ("pattern", "counted"),
    [("offer", "2 passed"), ("o*", "2 passed"), ("^t", "1 passed"), ("good", "no tests\n1 table: 1 passed"),
     ("good|talk", "1 passed\n1 table: 1 passed")],
)  # fmt: skip
def test_only_what_fits_is_run(lictor, folder, pattern, counted):
    """`--run` is a glob on the whole id, or a regular expression found anywhere in it."""
    assert counted == lictor("policy", "test", folder, "--run", pattern).out.strip()


def test_a_pattern_that_cannot_be_read(lictor, folder):
    """A pattern that is no regular expression is refused before anything runs."""
    assert 2 == lictor("policy", "test", folder, "--run", "(").code


def test_a_table_that_cannot_be_read(lictor, folder):
    """What cannot be read is said, the rest is run, and the exit code is 2."""
    (folder / "tests" / "broken.jsonl").write_text('{"text": "x", "expect": {"acton": "hide"}}\n{', "utf-8")

    ran = lictor("policy", "test", folder, "--run", "good")

    assert (2, True) == (ran.code, "1 table: 1 passed" in ran.out)
    assert "broken.jsonl:2: not JSON" in ran.err


def test_tables_named_on_the_command_line(lictor, tulips, folder):
    """`--cases` runs tables that lie elsewhere."""
    ran = lictor("policy", "test", tulips, "--cases", folder / "tests", "--run", "good")

    assert (0, "no tests\n1 table: 1 passed\n") == (ran.code, ran.out)


def test_junit(lictor, folder, tmp_path):
    """The JUnit file is XML whatever is in the texts, counts what failed, and holds the rendered failure."""
    path = tmp_path / "junit.xml"
    ran = lictor("policy", "test", folder, "--junit", path)
    root = ET.parse(path).getroot()
    (failure,) = root.iter("failure")

    assert 1 == ran.code
    assert ("8", "1") == (root.get("tests"), root.get("failures"))
    assert [("6", "0"), ("2", "1")] == [(suite.get("tests"), suite.get("failures")) for suite in root]
    assert failure.text is not None
    assert failure.text.strip() in ran.out
    assert "\\u202e\\x07" in failure.text
    assert {"file", "line"} <= set(next(root.iter("testcase")).keys())


def test_junit_is_whole_or_not_there(lictor, folder, tmp_path):
    """A file that cannot be written is an error, and nothing stands half-written."""
    ran = lictor("policy", "test", folder, "--junit", tmp_path / "nowhere" / "junit.xml")

    assert (2, False) == (ran.code, (tmp_path / "nowhere").exists())


def test_tables_as_json(lictor, folder):
    """For a machine each row comes with what was expected, what was got and why."""
    (told,) = lictor("policy", "test", folder, "--json").rows
    good, bad = told["tables"]

    assert (True, False) == (good["passed"], bad["passed"])
    assert {"action": "none", "rule": []} == bad["got"]
    assert bad["because"]["offer"]["when"]["truth"] is False


@pytest.mark.skipif(os.name == "nt", reason="sends an interrupt")
def test_watch_runs_again_on_a_change_and_ends_on_an_interrupt(folder):
    """A change of any file of the policy runs the tests again, a broken one too; an interrupt ends it with 130."""
    command = [sys.executable, "-c", "import lictor.cli; lictor.cli.main()", "policy", "test", str(folder), "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as run:
        try:
            assert "something failed" in _line(run, "note")
            table = folder / "tests" / "offers.csv"
            table.write_text("id,text,field,expect.action\ngood,buy my tulip,article,rectify_order\n", "utf-8")
            assert "all passed" in _line(run, "note")
            policy = folder / "policy.yaml"
            whole = policy.read_text("utf-8")
            policy.write_text(whole.replace("severity: S2", "severity: S9"), "utf-8")
            assert "P030" in _line(run, "error")
            policy.write_text(whole, "utf-8")
            assert "could not run" in _line(run, "note")
            assert "all passed" in _line(run, "note")
        finally:
            run.send_signal(signal.SIGINT)
        run.communicate(timeout=30)

    assert 130 == run.returncode


def _line(run, begins):
    """The next line of standard error that begins so."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        line = run.stderr.readline()
        if line.startswith(begins):
            return line
    raise AssertionError(f"nothing begins with {begins}")
