"""`lictor enforce` killed again and again: in the end every fact is there once, and the lives are as after a quiet run.

Five times over 2,000 facts; `LICTOR_KILLS=100` kills it that often over 100,000.
"""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from lictor.ledger import Ledger, verify

KILLS = int(os.environ.get("LICTOR_KILLS", "5"))
FACTS = max(2000, 1000 * KILLS if KILLS > 5 else 0)
AT_ONCE = 100 if FACTS == 2000 else 500
START = [
    sys.executable, "-c",
    f"import lictor.scan.inputs.facts as facts; facts.AT_ONCE = {AT_ONCE}; from lictor.cli import main; main()",
]  # fmt: skip
BEGIN = datetime(2021, 3, 1, tzinfo=UTC)
TEXTS = ["a day in spring", "buy my tulip, only today", "a tulip to the moon", "nothing to see", "rain again"]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Facts of a hundred shops: what they publish, reviews, appeals, claims; a minute apart."""
    dice = random.Random(11)
    path = tmp_path_factory.mktemp("many") / "facts.jsonl"
    found: list[tuple[str, str]] = []
    upheld: list[tuple[str, str]] = []
    with path.open("wb") as file:
        for number in range(FACTS):
            shop = f"shop-{dice.randrange(100)}"
            at = BEGIN + timedelta(minutes=number)
            fact = {"id": f"f{number}", "t": at.isoformat(), "subject": shop}
            sort = dice.random()
            if sort < 0.05:
                fact |= {"kind": "subject_updated", "type": "shop", "registered_region": "NL", "name": f"Shop {number}"}
            elif sort < 0.85 or not found:
                text = dice.choice(TEXTS)
                fact |= {"kind": "content", "form": "article", "text": f"{text} {number}"}
                if "buy" in text:
                    found.append((fact["id"], shop))
            elif sort < 0.95 or not upheld:
                item, fact["subject"] = found.pop(dice.randrange(len(found)))
                fact |= {
                    "kind": "review",
                    "by": "mod",
                    "outcome": dice.choice(["upheld", "dismissed"]),
                    "about": [item],
                }
                if fact["outcome"] == "upheld":
                    upheld.append((fact["id"], fact["subject"]))
            else:
                decision, fact["subject"] = upheld.pop()
                fact |= {"kind": "appeal", "decision": decision}
            file.write(orjson.dumps(fact) + b"\n")
    return path


def count(path):
    if not path.exists() or not path.stat().st_size:
        return 0
    with Ledger.read(path) as ledger:
        return ledger.summary().kinds.get("fact", 0)


def content(path):
    with Ledger.read(path) as ledger:
        return {one.record.id: one.record for one in ledger.facts()}, dict(ledger.all_states())


def test_killed_again_and_again(lictor, tulips, many, tmp_path):
    """Whenever it is killed the ledger is whole, and running it again goes on; nothing is lost or comes twice."""
    dice = random.Random(5)
    ledger, quiet = tmp_path / "ledger", tmp_path / "quiet"
    arguments = [str(many), "-p", str(tulips)]
    killed = 0
    while killed < KILLS:
        before = count(ledger)
        run = subprocess.Popen(
            [*START, "enforce", *arguments, "--ledger", str(ledger)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 120
        while run.poll() is None and count(ledger) == before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(dice.random() * 0.05)
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=60)
        if run.returncode != -signal.SIGKILL:
            break  # it had ended by itself: there is nothing left to kill
        killed += 1
        verify(ledger)

    assert killed > 0
    lictor("enforce", *arguments, "--ledger", ledger)
    lictor("enforce", *arguments, "--ledger", quiet)
    facts, states = content(ledger)
    expected, lives = content(quiet)
    assert {f"f{number}" for number in range(FACTS)} <= facts.keys()
    assert [] == [name for name in expected.keys() | facts.keys() if expected.get(name) != facts.get(name)]
    assert lives == states
    verify(ledger)


def test_interrupted(tulips, many, tmp_path):
    """Ctrl-C leaves what was committed, and says that running it again goes on."""
    ledger = tmp_path / "ledger"
    run = subprocess.Popen(
        [*START, "enforce", str(many), "-p", str(tulips), "--ledger", str(ledger)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while run.poll() is None and count(ledger) == 0:
        time.sleep(0.002)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)

    assert 130 == run.returncode, said
    assert b"error: interrupted: what was committed is in the ledger; run it again to go on\n" in said
    assert 0 < count(ledger)
    verify(ledger)
