"""Runs the benchmarks: answers first, then times, then a record. See `docs/benchmarks.md` for the latest.

python benchmarks/run.py                    all of it, recorded under benchmarks/record/, docs written
python benchmarks/run.py --quick            a few cases, shown and not recorded
python benchmarks/run.py --only zh/clean    cases whose name begins so, shown and not recorded
python benchmarks/run.py --pin              the expected answers found anew and written into the definitions
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from harness.calls import child_memory, measure_memory, time_calls, time_command, time_threads
from harness.columns import answers_of, time_case
from harness.combinations import time_combinations
from harness.definitions import Case, Group, load_groups, pin
from harness.enforcement import time_enforcement
from harness.ledger import time_ledger
from harness.machine import machine, versions
from harness.page import line_of, write_page

ROOT = Path(__file__).parent
FULL = {"budget": 0.5, "runs": 5}
QUICK = {"budget": 0.2, "runs": 2}


def main() -> None:
    asked = _arguments()
    groups = load_groups()
    if asked.child:
        case = next(case for group in groups for case in group.cases if case.name == asked.child[0])
        print(json.dumps(child_memory(case, asked.child[1])))
        return
    if asked.page:
        write_page(json.loads(_path(asked.date).read_text("utf-8")), groups)
        return
    chosen = [(group, case) for group in groups for case in group.cases if _wanted(case, asked)]
    if asked.pin:
        for group, case in chosen:
            if group.measure == "column":
                pin({case.name: answers_of(case)})
                print(case.name)
        return
    start = time.perf_counter()
    record = {
        "date": asked.date,
        "state": asked.state,
        "machine": machine(),
        "versions": versions(),
        "groups": [{"name": g.name, "title": g.title, "measure": g.measure, "cases": []} for g in groups],
    }
    for group, case in chosen:
        measured = _measure(group, case, QUICK if asked.quick else FULL)
        record["groups"][groups.index(group)]["cases"].append(measured)
        print(f"{case.name}\n" + "\n".join(f"  {line_of(group.measure, measured, r)}" for r in measured["results"]))
        sys.stdout.flush()
    record["seconds"] = round(time.perf_counter() - start)
    wrong = [
        f"{m['case']}: {r['engine']}"
        for g in record["groups"]
        for m in g["cases"]
        for r in m["results"]
        if r.get("wrong")
    ]
    if not (asked.quick or asked.only):
        path = _path(asked.date)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")
        write_page(record, groups)
    if any(one.endswith(": lictor") for one in wrong):
        sys.exit("Lictor's own answer is wrong: " + "; ".join(wrong))


def _path(date: str) -> Path:
    return ROOT / "record" / f"{date}.json"


def _measure(group: Group, case: Case, effort: dict[str, Any]) -> dict[str, Any]:
    match group.measure:
        case "column":
            return time_case(case, **effort)
        case "call":
            return time_calls(case)
        case "memory":
            return measure_memory(case)
        case "threads":
            return time_threads(case, runs=effort["runs"])
        case "combinations":
            return time_combinations(case, runs=effort["runs"])
        case "command":
            return time_command(case)
        case "ledger":
            return time_ledger(case)
        case "enforcement":
            return time_enforcement(case)
    raise ValueError(f"measure `{group.measure}` is not known")


def _wanted(case: Case, asked: argparse.Namespace) -> bool:
    return case.name.startswith(asked.only or "") and (case.quick or not asked.quick)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check the answers, then time them.")
    parser.add_argument("--quick", action="store_true", help="a few cases, shown and not recorded")
    parser.add_argument("--only", metavar="NAME", help="cases whose name begins so, shown and not recorded")
    parser.add_argument("--pin", action="store_true", help="find the expected answers anew and write them down")
    parser.add_argument("--page", action="store_true", help="write the docs anew from the record of the date")
    parser.add_argument("--date", default=time.strftime("%Y-%m-%d"), help="the date of the record")
    parser.add_argument("--state", default="", help="what was being measured, in a few words")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
