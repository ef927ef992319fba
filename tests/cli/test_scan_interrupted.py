"""A scan that is stopped, killed or out of room: nothing half-written, nothing lost, and running again goes on."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from lictor.ledger import Ledger, verify

START = [sys.executable, "-c", "from lictor.cli import main; main()"]
AT = "2021-06-01T00:00:00+01:00"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Enough rows for several batches, a decision in every twenty-fifth."""
    path = tmp_path_factory.mktemp("many") / "many.txt"
    clean = "a day in spring, and not a word of trade " * 5
    lines = (f"{row} buy my tulip" if row % 25 == 0 else f"{row} {clean}" for row in range(30_000))
    path.write_text("\n".join(lines))
    return path


def started(*arguments, wait_for):
    process = subprocess.Popen([*START, "scan", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while decisions(wait_for) == 0 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() is None, process.stderr.read()
    return process


def decisions(path):
    if not path.exists() or not path.stat().st_size:
        return 0
    with Ledger.read(path) as ledger:
        return ledger.summary().kinds.get("decision", 0)


@pytest.mark.parametrize(
    ("signalled", "code", "jobs"),
    [(signal.SIGINT, 130, 1), (signal.SIGINT, 130, 2), (signal.SIGTERM, 130, 1), (signal.SIGKILL, -9, 1)],
)
def test_a_stopped_scan_goes_on(lictor, tulips, many, tmp_path, signalled, code, jobs):
    """What was committed before the end stays whole, no other file appears, and a second run adds only the rest."""
    ledger, whole, out = tmp_path / "ledger.db", tmp_path / "whole.db", tmp_path / "out.jsonl"
    out.write_text("old")
    arguments = [many, "-p", tulips, "--as-of", AT, "--out", out]

    # Nobody reads the events, so that the pipe fills up and the scan stands still after its first commit.
    process = started(*arguments, "--jobs", jobs, "--ledger", ledger, "--events", "-", wait_for=ledger)
    process.send_signal(signalled)
    _, said = process.communicate(timeout=60)

    assert (code, False) == (process.returncode, b"Traceback" in said)
    assert 0 < decisions(ledger) < 1200
    assert "old" == out.read_text()
    if signalled != signal.SIGKILL:
        assert b"error: interrupted: what was committed is in the ledger; run it again to go on\n" in said
        assert [] == [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"]
    verify(ledger)

    assert 1 == lictor("scan", *arguments, "--ledger", ledger).code
    lictor("scan", *arguments, "--ledger", whole)

    contents = []
    for path in (ledger, whole):
        with Ledger.read(path) as opened:
            contents.append(([one.decision for one in opened.decisions()], opened.summary().kinds))
    assert contents[0] == contents[1]
    assert 1200 == len(contents[0][0]) == len(out.read_text().splitlines())


def test_a_scan_is_stopped_while_it_waits_for_its_input(tulips):
    """Ctrl-C ends a scan at once though standard input never does."""
    scan = [*START, "scan", "-", "-p", str(tulips), "--as-of", AT]
    with subprocess.Popen(scan, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(b"buy my tulip\n" * 100_000)  # more than a pipe holds: by now it reads
        process.stdin.flush()
        time.sleep(1)  # and now it waits: a signal between two reads is seen only after the second
        process.send_signal(signal.SIGINT)

        assert 130 == process.wait(30)
        assert process.stderr.read().endswith(b"error: interrupted: no file was written; run it again to go on\n")


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_scan_is_stopped_twice(tulips, signalled):
    """Whoever asks once more while the scan ends, as `timeout` does, gets nothing else."""
    scan = [*START, "scan", "-", "-p", str(tulips), "--as-of", AT]
    with subprocess.Popen(scan, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(b"buy my tulip\n" * 100_000)  # more than a pipe holds: by now it reads
        process.stdin.flush()
        time.sleep(1)  # and now it waits
        process.send_signal(signalled)
        said = process.stderr.readline()
        process.send_signal(signalled)

        assert (130, b"") == (process.wait(30), process.stderr.read())
        assert said == b"error: interrupted: no file was written; run it again to go on\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which files a process has opened")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scan_is_stopped_while_it_looks_through_a_large_file(tulips, tmp_path, jobs):
    """Ctrl-C ends a scan at once though it would take minutes to know the file's digest."""
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(200 << 30)
    scan = [*START, "scan", str(path), "-p", str(tulips), "--as-of", AT, "--jobs", str(jobs)]
    with subprocess.Popen(scan, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while process.poll() is None and str(path) not in _open_files(process.pid):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)

        assert 130 == process.wait(30)
        assert process.stderr.read().endswith(b"error: interrupted: no file was written; run it again to go on\n")


def _open_files(pid):
    with suppress(OSError):
        return [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()]
    return []


@pytest.mark.parametrize("option", ["--out", "--rejects", "--events", "--ledger"])
def test_a_full_disk(lictor, tulips, tmp_path, option):
    """A disk that fills up is one clear error; what stood there before still does, and no draft is left."""
    source, target = tmp_path / "in.jsonl", tmp_path / "target.jsonl"
    rows = [{"id": str(row), "text": f"buy my tulip {row}"} for row in range(300)]
    source.write_text("\n".join(map(json.dumps, rows)) + "\n{broken" * 2000)
    if option != "--ledger":
        target.write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 10, limits[1]))
    try:
        ran = lictor("scan", source, "-p", tulips, option, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    errors = [line for line in ran.err.splitlines() if line.startswith("error:")]
    assert (2, 1) == (ran.code, len(errors))
    assert str(target) in errors[0]
    assert "Traceback" not in ran.err
    if option == "--ledger":
        assert 1 == lictor("scan", source, "-p", tulips, option, target).code
    else:
        assert ("old", {"in.jsonl", "target.jsonl"}) == (target.read_text(), {path.name for path in tmp_path.iterdir()})


def test_a_reader_that_had_enough(tulips, many):
    """`lictor scan ... | head` ends quietly when the reader does."""
    read, write = os.pipe()
    process = subprocess.Popen([*START, "scan", str(many), "-p", str(tulips)], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    os.read(read, 10)
    os.close(read)
    _, said = process.communicate(timeout=60)

    assert (2, []) == (process.returncode, [line for line in said.splitlines() if not line.startswith(b"note:")])


def test_lines_on_a_terminal(tulips, rows):
    """On a terminal rows are lines to read, with hostile characters escaped, and no bar runs through them."""
    leader, follower = os.openpty()
    ran = subprocess.run(
        [*START, "scan", str(rows), "-p", str(tulips)], stdout=follower, stderr=subprocess.PIPE, check=False
    )
    os.close(follower)
    printed = os.read(leader, 65536).decode()
    os.close(leader)

    lines = printed.splitlines()
    assert (1, 3) == (ran.returncode, len(lines))
    assert lines[0].endswith("`tulip`, `buy`") or lines[0].endswith("`buy`, `tulip`")
    assert f"{rows}:1  rectify_order (proposed)  trade.offer S2  offer  " in lines[0]


def test_a_bar_on_a_terminal(tulips, rows, tmp_path):
    """The progress bar runs on standard error, if that is a terminal and unless it is not wanted."""
    for options, shown in (([], True), (["--no-progress"], False)):
        leader, follower = os.openpty()
        arguments = ["scan", str(rows), "-p", str(tulips), "--out", str(tmp_path / "out.csv"), *options]
        subprocess.run([*START, *arguments], stdout=subprocess.DEVNULL, stderr=follower, check=False)
        os.close(follower)
        said = os.read(leader, 65536).decode()
        os.close(leader)

        assert shown == ("scanning" in said)
