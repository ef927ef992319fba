"""A process killed at any instant leaves a whole ledger; running it again completes it."""

import random
import subprocess
import sys
import time
from pathlib import Path

from lictor.ledger import Batch, Ledger, verify

FEED = """
import sys
sys.path.insert(0, sys.argv[2])
import conftest
from lictor.ledger import Ledger
make = conftest.Make()
with Ledger.open(sys.argv[1]) as ledger:
    for first in range(0, int(sys.argv[3]), 20):
        acknowledged = ledger.append(make.batch(*range(first, first + 20))).last
        print(acknowledged, flush=True)
"""
TOTAL, KILLS = 6000, 10


def start(path):
    command = [sys.executable, "-c", FEED, path, Path(__file__).parent, str(TOTAL)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def content(path):
    with Ledger.read(path) as ledger:
        return [(r.seq, r.id, r.account, r.at, r.decision, r.input, r.erased) for r in ledger.decisions()]


def test_a_killed_feed_can_simply_be_run_again(tmp_path, make):
    """Killed at random moments and run again: every acknowledged row there, the chain whole, nothing doubled."""
    path, undisturbed = tmp_path / "killed.sqlite", tmp_path / "undisturbed.sqlite"
    with Ledger.open(undisturbed) as ledger:
        for first in range(0, TOTAL, 20):
            ledger.append(make.batch(*range(first, first + 20)))
    chance = random.Random(2026)
    acknowledged = rows = 0
    for _ in range(KILLS):
        with start(path) as process:
            assert process.stdout is not None
            process.stdout.readline()  # the first batch is in: from here on, at any instant
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
            said = process.stdout.read().split()
        acknowledged = max([acknowledged, *map(int, said)])
        before, rows = rows, verify(path).rows
        assert rows >= max(before, acknowledged)
    with start(path) as process:
        process.communicate()

    assert process.returncode == 0
    assert verify(path).rows == verify(undisturbed).rows
    assert content(path) == content(undisturbed)


def test_a_creation_killed_half_way_is_completed(tmp_path, make):
    """Killed before or while the file is made, the next run makes it."""
    chance = random.Random(7)
    for number in range(6):
        path = tmp_path / f"{number}.sqlite"
        with start(path) as process:
            while not path.exists() and process.poll() is None:
                time.sleep(0)
            time.sleep(chance.uniform(0, 0.01))
            process.kill()
        with Ledger.open(path) as ledger:
            ledger.append(Batch([make.record(1)], (make.policy,)))

        assert verify(path).rows >= 2
