"""Work over processes: the order, the bound, and what happens when something ends before its time.

Workers are made of functions that any process can import.
"""

import importlib
import operator
import os
import signal
import subprocess
import sys
import time
from functools import partial
from itertools import count, islice

import pytest

from lictor.errors import LictorError, UsageError
from lictor.facts import instant
from lictor.scan.jobs import ordered_map

NEGATE = partial(partial, operator.neg)
EXIT = partial(partial, os._exit)
ODD_WORKER = """
class OddError(Exception):
    def __init__(self, what, why):
        super().__init__(what)

def work(item):
    raise OddError(item, "no reason")
"""


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_items(jobs):
    """However many work, the n-th result is that of the n-th item."""
    results = list(ordered_map(NEGATE, range(50), jobs))

    assert results == [-n for n in range(50)]


def test_a_result_that_is_ready_waits_its_turn():
    """A slow item holds back those after it, which another process has long done."""
    assert list(ordered_map(partial(partial, pow, 3), [200_000, 1, 2], 2))[1:] == [3, 9]


def test_no_items_is_no_results():
    """Nothing to do is done."""
    assert list(ordered_map(NEGATE, [], 2)) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_items_are_taken_only_as_far_as_the_window(jobs):
    """An endless source is taken no more than two items a process ahead of what was asked for."""
    taken = []
    source = (taken.append(n) or n for n in count())

    results = ordered_map(NEGATE, source, jobs)
    first = list(islice(results, 10))
    results.close()

    assert first == [-n for n in range(10)]
    assert len(taken) <= 10 + 2 * jobs


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_worker_raises_is_raised_here(jobs):
    """The same exception, with the fact and its hint, after the results before it."""
    results = ordered_map(partial(partial, instant), ["2022-06-21T09:00:00Z", "2022-06-21T09:00:00"], jobs)
    next(results)

    with pytest.raises(UsageError, match="has no offset from UTC") as raised:
        next(results)

    assert "+08:00" in raised.value.hint


def test_an_unexpected_error_says_where_it_came_from():
    """A bug in a worker shows the worker's own traceback."""
    with pytest.raises(ValueError, match="invalid literal") as raised:
        list(ordered_map(partial(partial, int), ["x"], 2))

    assert any("Traceback" in note for note in raised.value.__notes__)


def test_a_result_that_cannot_travel_is_an_error():
    """A result that cannot be pickled says so, and is not a dead process."""
    with pytest.raises(TypeError, match="cannot pickle"):
        list(ordered_map(partial(partial, memoryview), [b"text"], 2))


def test_an_error_that_cannot_travel_is_told(tmp_path, monkeypatch):
    """An exception that cannot be made again from its message comes as a `LictorError` that says the same."""
    (tmp_path / "odd_worker.py").write_text(ODD_WORKER)
    monkeypatch.syspath_prepend(tmp_path)
    work = importlib.import_module("odd_worker").work

    with pytest.raises(LictorError, match="OddError in a worker process: tulip"):
        list(ordered_map(partial(partial, work), ["tulip"], 2))


def test_a_worker_that_cannot_be_made_raises_its_reason():
    """What the factory raises is what the caller sees."""
    with pytest.raises(ZeroDivisionError):
        list(ordered_map(partial(operator.truediv, 1, 0), [1], 2))


@pytest.mark.parametrize("item", [3, 0])
def test_a_worker_that_exits_is_one_error(item):
    """A process that ends by itself is no hang."""
    with pytest.raises(LictorError, match=f"a worker process ended with exit code {item}") as raised:
        list(ordered_map(EXIT, [item] * 8, 2))

    assert "--jobs" in raised.value.hint


def test_a_worker_that_is_killed_is_one_error():
    """A process killed for its memory is named as killed."""
    with pytest.raises(LictorError, match="a worker process was killed by SIGKILL"):
        list(ordered_map(partial(partial, signal.raise_signal), [signal.SIGKILL], 2))


def test_jobs_are_at_least_one():
    """No job can do nothing."""
    with pytest.raises(UsageError, match="0 jobs"):
        ordered_map(NEGATE, [], 0)


SCRIPT = """
import sys, threading, time
from functools import partial
from lictor.scan.jobs import copies, ordered_map

def items():
    yield 0
    yield 0
    while True:
        yield 0 if "idle" in sys.argv else 60

if __name__ == "__main__":
    if sys.argv[1] == "afresh":
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    assert copies() == (sys.argv[1] == "copies" and sys.platform == "linux")
    try:
        for _ in ordered_map(partial(partial, time.sleep), items(), 2):
            print("ready", flush=True)
            if "idle" in sys.argv:
                time.sleep(60)
    except KeyboardInterrupt:
        raise SystemExit(130)
"""


@pytest.fixture(params=["copies", "afresh"])
def start(request, tmp_path):
    """Starts a process with two workers, begun as copies (where there are such) or afresh."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    return lambda *arguments: subprocess.Popen(
        [sys.executable, str(script), request.param, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("wait", [True, False], ids=["at work", "while starting"])
def test_ctrl_c_stops_everything_quietly(start, wait):
    """Ctrl-C reaches parent and children; only the parent speaks, and nothing is left running."""
    process = start()
    if wait:
        process.stdout.readline()
        time.sleep(0.3)
    else:
        time.sleep(0.4)
    os.killpg(process.pid, signal.SIGINT)

    _, said = process.communicate(timeout=20)

    # Before the parent's own `try` an interrupt is Python's to report.
    assert process.returncode == 130 or (not wait and "KeyboardInterrupt" in said)
    assert "Process SpawnProcess" not in said
    assert "Process ForkProcess" not in said
    assert _ends(process.pid)


def test_workers_end_with_their_parent(start):
    """Where the parent is killed, workers that wait for it end by themselves."""
    process = start("idle")
    process.stdout.readline()
    process.kill()
    process.communicate(timeout=20)

    assert _ends(process.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="processes begin as copies on Linux alone")
def test_a_copy_has_what_its_parent_built():
    """A worker that begins as a copy may hold what cannot be pickled."""
    code = """
from lictor.scan.jobs import ordered_map
built = (number for number in [7])
print(list(ordered_map(lambda: lambda item: item + next(built), [1, 2], 2)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[8, 9]\n" == done.stdout


def _ends(group: int) -> bool:
    for _ in range(50):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)  # Python's own resource tracker ends when it sees that its parent has
    return False
