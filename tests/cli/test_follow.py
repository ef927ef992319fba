"""`lictor follow`: facts as they come, under policies as they change."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from lictor.errors import LedgerError
from lictor.ledger import Ledger
from lictor.policy import load_policy


def _fact(number, text="buy my tulip"):
    return orjson.dumps(
        {"id": f"e{number}", "t": f"2021-06-02T10:{number:02}:00Z", "kind": "content", "subject": f"s{number}",
         "form": "article", "text": text}, option=orjson.OPT_APPEND_NEWLINE,
    )  # fmt: skip


def _until(holds, what):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _digests(ledger):
    try:
        with Ledger.read(ledger) as opened:
            return {one.record.id: one.record.decisions[0]["digest"] for one in opened.facts() if one.record.decisions}
    except LedgerError:  # it is not there yet, or just being made
        return {}


def test_policies_are_taken_up_without_a_restart(tulips, tmp_path):
    """A better policy decides what comes after it; a broken one changes nothing and is told; Ctrl-C ends cleanly."""
    policy, facts, ledger = tmp_path / "policy.yaml", tmp_path / "facts.jsonl", tmp_path / "ledger"
    good = tulips.read_text("utf-8")
    policy.write_text(good, "utf-8")
    facts.write_bytes(_fact(0))
    log = tmp_path / "log"
    with log.open("wb") as err, subprocess.Popen(
        [sys.executable, "-c", "from lictor.cli import main; main()", "follow", facts, "--ledger", ledger, "-p", policy,
         "--every", "0.05"],
        stdout=subprocess.PIPE, stderr=err, env={**os.environ, "PYTHONUTF8": "1"},
    ) as running:  # fmt: skip

        def told(text, times=1):
            _until(lambda: log.read_text("utf-8").count(text) >= times, f"{text}\n{log.read_text('utf-8')}")

        def fed(number, half=False):
            with facts.open("ab") as file:
                file.write(_fact(number)[:20] if half else _fact(number))

        try:
            _until(lambda: "e0" in _digests(ledger), "the first fact")
            policy.write_text(good.replace("within: 8", "within: 9") + "revision: 1\n", "utf-8")
            told("note: policy `tulips` is now ")
            new = load_policy(policy).digest
            fed(1)
            _until(lambda: "e1" in _digests(ledger), "the second fact")
            policy.write_text(good.replace("within: 8", "within: many"), "utf-8")
            told("`within` is `many`")
            told("those before go on")
            fed(2)
            _until(lambda: "e2" in _digests(ledger), "the third fact")
            policy.write_text(good.replace("within: 8", "within: 7") + "revision: 1\n", "utf-8")
            told("changed under the same name")
            fed(3)
            _until(lambda: "e3" in _digests(ledger), "the fourth fact")
            running.send_signal(signal.SIGINT)
            out, _ = running.communicate(timeout=60)
        finally:
            running.kill()

    assert 130 == running.returncode
    assert "error: interrupted: what was committed is in the ledger" in log.read_text("utf-8")
    assert "4 new facts" in out.decode()
    assert {"e0": load_policy(tulips).digest, "e1": new, "e2": new, "e3": new} == _digests(ledger)


def test_once(lictor, tulips, tmp_path):
    """With `--once` it stops at the end; a line without its end waits, and following again takes what is new."""
    facts, ledger = tmp_path / "facts.jsonl", tmp_path / "ledger"
    facts.write_bytes(_fact(0) + b"no fact\n" + _fact(1)[:-5])
    arguments = ("follow", facts, "--ledger", ledger, "-p", tulips, "--once", "--json")
    first = lictor(*arguments)
    facts.write_bytes(_fact(0) + _fact(1))
    second = lictor(*arguments)

    assert (1, 1) == (first.code, second.code)
    assert [(1, 0, 1), (1, 1, 0)] == [
        (said["new"], said["present"], sum(said["rejects"].values()))
        for said in (json.loads(first.out), json.loads(second.out))
    ]
    assert "facts.jsonl:2" in first.err


def test_nothing_to_do(lictor, tulips, tmp_path):
    """An empty file is no failure; what is no file is."""
    (tmp_path / "facts.jsonl").touch()
    arguments = ("--ledger", tmp_path / "ledger", "-p", tulips, "--once")

    assert 0 == lictor("follow", tmp_path / "facts.jsonl", *arguments).code
    assert 2 == lictor("follow", tmp_path / "none.jsonl", *arguments).code
    assert 2 == lictor("follow", tmp_path, *arguments).code


def test_a_file_in_the_place_of_another(tulips, tmp_path, monkeypatch):
    """A file that was replaced or cut is followed from its beginning; one that is away is waited for."""
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(_fact(0) + _fact(1))
    steps = [
        facts.unlink,
        lambda: facts.write_bytes(_fact(2)),
        lambda: facts.write_bytes(_fact(3)[:30]),
        lambda: facts.write_bytes(_fact(3)),
        lambda: None,
    ]

    assert ["e0", "e1", "e2", "e3"] == _followed(monkeypatch, facts, steps)


def _followed(monkeypatch, facts, steps):
    """The facts that come while these steps happen, each where it is waited for more."""
    from lictor.cli import follow

    steps = iter(steps)
    seen = []

    def wait(seconds):
        try:
            next(steps)()
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(follow.time, "sleep", wait)

    def read():
        for pieces in follow._tail(Path(facts), 1, once=False):
            seen.extend(fact.id for piece in pieces for fact in piece.facts)

    with pytest.raises(KeyboardInterrupt):
        read()

    return seen


def test_what_is_written_until_the_file_is_replaced_is_taken(tulips, tmp_path, monkeypatch):
    """Rotating loses nothing: what came between the last look and the new file, nor a last line without its end."""
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(_fact(0))

    def rotated():
        with facts.open("ab") as file:
            file.write(_fact(1) + _fact(2)[:-1])
        facts.rename(tmp_path / "facts.1")
        facts.write_bytes(_fact(3))

    assert ["e0", "e1", "e2", "e3"] == _followed(monkeypatch, facts, [rotated, lambda: None])


def test_a_file_written_anew_in_its_place(tulips, tmp_path, monkeypatch):
    """A file that was cut, and has grown beyond where it was since, is followed from its beginning."""
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(_fact(0))

    def cut():
        with facts.open("r+b") as file:
            file.truncate()
            file.write(_fact(1) + _fact(2) + _fact(3))

    assert ["e0", "e1", "e2", "e3"] == _followed(monkeypatch, facts, [cut, lambda: None])


@pytest.mark.parametrize("away", [Path.unlink, lambda path: (path.unlink(), path.mkdir())])
def test_a_file_that_is_away_is_waited_for(tmp_path, monkeypatch, away):
    """Nothing, or something that is no file, in its place for a while ends nothing."""
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(_fact(0))

    def back():
        if facts.is_dir():
            facts.rmdir()
        facts.write_bytes(_fact(1))

    assert ["e0", "e1"] == _followed(monkeypatch, facts, [lambda: away(facts), back, lambda: None])


def test_a_line_without_end(lictor, tulips, tmp_path, monkeypatch):
    """A line that never ends is refused before it fills the memory."""
    from lictor.cli import follow

    monkeypatch.setattr(follow, "_LONGEST", 1000)
    (tmp_path / "facts.jsonl").write_bytes(b"x" * 2000)
    ran = lictor("follow", tmp_path / "facts.jsonl", "--ledger", tmp_path / "ledger", "-p", tulips)

    assert (2, True) == (ran.code, "line 1 of `" in ran.err)
