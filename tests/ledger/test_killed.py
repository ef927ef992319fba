"""A process killed at any instant leaves a whole ledger; running it again completes it."""

import os
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
# Facts that are there already are not folded again, so neither are their states.
FEED_FACTS = FEED.replace("make.batch(", "new(").replace(
    "with",
    """
def new(*numbers):
    batch = make.facts(*numbers)
    return conftest.Batch() if ledger.present(one.id for one in batch.facts) else batch

with""",
)
TOTAL = 6000
KILLS = int(os.environ.get("LICTOR_KILLS", "10"))  # a long run is asked for by name


def start(path, feed=FEED):
    command = [sys.executable, "-c", feed, path, Path(__file__).parent, str(TOTAL)]
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


def facts(path):
    with Ledger.read(path) as ledger:
        return [(one.seq, one.record, one.erased) for one in ledger.facts()], list(ledger.all_states())


def test_a_killed_feed_of_facts_can_simply_be_run_again(tmp_path, make):
    """Killed at random moments: rows, states and the lookup of decisions never part; nothing acknowledged is lost."""
    path, undisturbed = tmp_path / "killed.sqlite", tmp_path / "undisturbed.sqlite"
    with Ledger.open(undisturbed) as ledger:
        for first in range(0, TOTAL, 20):
            ledger.append(make.facts(*range(first, first + 20)))
    chance = random.Random(2027)
    acknowledged = rows = 0
    for _ in range(KILLS):
        with start(path, FEED_FACTS) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
            said = process.stdout.read().split()
        acknowledged = max([acknowledged, *map(int, said)])
        before, rows = rows, verify(path).rows
        assert rows >= max(before, acknowledged)
        with Ledger.read(path) as ledger:
            last = [one.record for one in ledger.facts()][-20:]
            states = ledger.states(["ann", "bob", "cid"])
        assert {key: body[9:-2].decode() for key, body in states.items()} == {one.account: one.id for one in last}
    with start(path, FEED_FACTS) as process:
        process.communicate()

    assert process.returncode == 0
    assert verify(path).rows == verify(undisturbed).rows
    assert facts(path) == facts(undisturbed)


def test_two_writers_of_facts_take_turns(tmp_path):
    """Two processes feeding the same facts at once leave each of them once, and a whole ledger."""
    path = tmp_path / "shared.sqlite"
    with start(path, FEED_FACTS) as one, start(path, FEED_FACTS) as other:
        while not path.exists():
            time.sleep(0.01)
        time.sleep(0.5)
        read = verify(path).rows  # a reader waits for neither
        one.communicate()
        other.communicate()

    assert (one.returncode, other.returncode) == (0, 0)
    assert read <= verify(path).rows == TOTAL + 1


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
