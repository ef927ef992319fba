"""Rivals under node, through `driver.cjs`; they are skipped where node or the package is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.rivals import Answer, Missing

__all__ = ["NODE_LIBRARIES", "Timed", "time_under_node", "version_under_node"]

NODE_LIBRARIES = {
    "mint-filter": "folds case only; no boundary, no offsets; a term that ends inside a longer one is not told",
    "obscenity": "made for English; tries its terms one by one; folds case, look-alikes, leet and repeats",
}
DRIVER = Path(__file__).parent / "driver.cjs"


@dataclass(frozen=True, slots=True)
class Timed:
    """What the driver measured."""

    answer: Answer
    build: float
    times: tuple[float, ...]


def time_under_node(library: str, terms: Sequence[str], rows: Sequence[str], budget: float, runs: int) -> Timed:
    """The library's answer over the rows, and its times; the process is its own, so rounds are not interleaved."""
    node = shutil.which("node")
    if node is None:
        raise Missing("node is not installed")
    if version_under_node(library) is None:
        raise Missing(f"npm package `{library}` is not installed")
    question = {"library": library, "terms": list(terms), "rows": list(rows), "budget": budget, "runs": runs}
    done = subprocess.run(
        [node, "--stack-size=8000", str(DRIVER)],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "NODE_PATH": str(_modules())},
    )
    if done.returncode != 0:
        reason = next((line for line in done.stderr.splitlines() if "Error" in line), "no reason given")
        raise Missing(f"it failed under node: {reason.strip()}")
    data = json.loads(done.stdout)
    return Timed(Answer(frozenset(data["rows"]), data["matches"]), data["build"], tuple(data["times"]))


@cache
def version_under_node(library: str) -> str | None:
    """The version of an npm package that is installed for the benchmarks."""
    about = _modules() / library / "package.json"
    if not about.is_file():
        return None
    found: str = json.loads(about.read_text("utf-8"))["version"]
    return found


def _modules() -> Path:
    """`LICTOR_BENCH_NODE` names another `node_modules`; `make bench` installs into `.venv`."""
    default = Path(__file__).parent.parent.parent / ".venv" / "node_modules"
    return Path(os.environ.get("LICTOR_BENCH_NODE", default))
