"""The record as tables: for the terminal, and as `docs/quality.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from scoreboard.figures import f1
from scoreboard.judge import AT
from scoreboard.record import TOLERANCE

__all__ = ["PAGE", "page", "tables"]

Record = Mapping[str, Any]
PAGE = Path(__file__).parents[3] / "docs" / "quality.md"
MOST_SHOWN = 80
INTRODUCTION = """\
# Quality of the WeChat policy

Written by `python benchmarks/quality/run.py` from `benchmarks/quality/record.json`; edit neither. Policy `{policy}`,
digest `{digest}`.
Measured on {date} with {versions}.

*Acted on* is an action above a flag, proposals included; a flag only asks a person to look. Texts are judged as
articles of an official account on {at}, unless a set or a row says otherwise. *Recall* is the share of violations acted
on, in brackets behind it the share acted on in the very category they were written for; *false alarms* is the share of
innocent texts acted on. Behind each share stands its 95 % interval by Wilson's score.

**Read the sets apart.** What packages ship was never written for this and holds no violations: it says how rarely
ordinary text is hit, and some of it was used to tune the rules. Authored lines test what somebody thought of; most were
used to widen the vocabulary after they had been measured once, so their recall says that nothing was lost, not what
will be found of lines never seen (the policy's README gives those figures). The `data` sets are not part of the
project.

"""
CHECK = f"""\
`python benchmarks/quality/run.py --check` fails where an innocent text is newly acted on, or where the recall of a set
falls by more than {TOLERANCE} percentage point. The tests run it on the authored sets and a sample of the rest.
"""
NOT_MEASURED = """\
## What is not measured

- Real violations in number: no public collection of them exists that may be used, so recall rests on authored lines.
- What a reader of another mind would call a violation: each set was labelled by one.
- Pictures, what is behind a link, whole conversations, accounts over time: one text is judged at a time.
- Versions other than the one in force on the day above, beyond the rows that name another instant.
- Dialects, and languages other than Chinese and English; text after mid-2022 but for a few lines.
"""


OF_CATEGORIES = (
    "Recall: of the authored lines written for it, those it is found in. Precision: of the lines it is found in, those "
    "that are violations, of this category or another."
)
OF_RULES = "Precision over all sets, and how many violations no other rule finds."


def tables(record: Record) -> Iterator[tuple[str, str, list[Sequence[str]]]]:
    """Each table that has rows: its title, a sentence on it, and its rows, the first of which is the head."""
    kinds = [(one["name"], _share(one["recall"]), _share(one["false_alarms"])) for one in record["kinds"]]
    categories = [
        (one["name"], _share(one["recall"]), _share(one["precision"]), _f1(one)) for one in record["categories"]
    ]
    rules = [(one["name"], _share(one["precision"]), str(one["alone"])) for one in record["rules"]]
    for title, sentence, head, rows in (
        ("Sets", "", ("set", "rows", "recall", "false alarms", "per million characters"), list(_sets(record["sets"]))),
        ("Kinds of authored lines", "", ("kind", "recall", "false alarms"), kinds),
        ("Categories", OF_CATEGORIES, ("category", "recall", "precision", "F1"), categories),
        ("Rules", OF_RULES, ("rule", "precision", "found by it alone"), rules),
    ):
        if rows:
            yield title, sentence, [head, *rows]


def page(record: Record) -> str:
    """`docs/quality.md`, from the record."""
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    policy = record["policy"]
    parts = [
        INTRODUCTION.format(
            policy=policy["id"], digest=policy["digest"], date=record["date"], versions=versions, at=AT[:10]
        ),
        CHECK,
    ]
    for title, sentence, rows in tables(record):
        parts.append(f"\n## {title}\n\n" + (f"{sentence}\n\n" if sentence else "") + _markdown(rows))
    return "".join([*parts, "\n", _confusions(record), "\n", NOT_MEASURED])


def _sets(sets: Iterable[Record]) -> Iterator[Sequence[str]]:
    for one in sets:
        recall = _share(one["recall"])
        if one["recall"]["of"]:
            recall += f" [{100 * one['right_category']['hits'] / one['recall']['of']:.1f} %]"
        characters = one["characters"] / 1e6
        million = f"{one['per_million']:g} of {characters:.2f} M" if characters >= 0.1 else ""
        yield f"{one['name']}: {one['title']}", f"{one['rows']:,}", recall, _share(one["false_alarms"]), million


def _share(share: Record) -> str:
    if not share["of"]:
        return ""
    digits = 3 if share["of"] >= 10_000 else 1
    mean, low, high = (f"{n:.{digits}f}" for n in (100 * share["hits"] / share["of"], share["low"], share["high"]))
    return f"{share['hits']:,} of {share['of']:,}: {mean} % ({low} to {high})"


def _f1(one: Record) -> str:
    value = f1(one["precision"], one["recall"])
    return "" if value is None else f"{value:.2f}"


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines) + "\n"


def _confusions(record: Record) -> str:
    """What was got wrong, for a person to read: by id, with the text where the project wrote it."""
    lines = ["## What it gets wrong"]
    for one in record["sets"]:
        wrong = {row: f" ({', '.join(rules)})" for row, rules in one["acted_on"].items()}
        for what, ids in (("acted on and innocent", wrong), ("missed", dict.fromkeys(one["missed"], ""))):
            if ids:
                lines += ["", f"**{one['name']}, {what}** ({len(ids)}):", ""]
                lines += [f"- `{row}`{why}" + _text(record, row) for row, why in islice(ids.items(), MOST_SHOWN)]
                lines += ["- and more, in the record"] if len(ids) > MOST_SHOWN else []
    if record["mixed_up"]:
        lines += ["", f"**Found in another category than written for** ({len(record['mixed_up'])}):", ""]
        lines += [
            f"- `{row}` {written}, found as {', '.join(found)}" + _text(record, row)
            for row, (written, found) in record["mixed_up"].items()
        ]
    return "\n".join(lines) + "\n"


def _text(record: Record, row: str) -> str:
    text = record["texts"].get(row)
    return "" if text is None else ": " + " ".join(text.split())
