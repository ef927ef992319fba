"""The quality scoreboard: its figures are right, its lines well formed, and the policy is no worse than the record."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks" / "quality"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the benchmarks are not beside the tests")


@pytest.fixture(autouse=True, scope="module")
def _scoreboard():
    before = list(sys.path)
    sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]
    yield
    sys.path[:] = before
    for name in [name for name in sys.modules if name.partition(".")[0] in ("scoreboard", "harness")]:
        del sys.modules[name]


def row(**given):
    from scoreboard.texts import Row

    return Row(**{"id": "a", "text": "今天天气很好", "label": "innocent", **given})


def outcome(action="hide", rules=("r",), categories=("c",), **given):
    from scoreboard.judge import Outcome

    return Outcome(row(**given), action, tuple(rules), tuple(categories))


def figures(*outcomes):
    from scoreboard.figures import set_figures
    from scoreboard.texts import TextSet

    return set_figures(TextSet("set", "a set", ()), outcomes)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
        (1, 50_000, 3.5e-6, 1.133e-4),
    ],
)
def test_intervals(hits, of, low, high):
    """Wilson's interval has its published values, and is everything where nothing was seen."""
    from scoreboard.figures import wilson

    assert wilson(hits, of) == pytest.approx((low, high), rel=2e-3, abs=1e-4 if of < 100 else 1e-7)


@given(st.integers(1, 100_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_intervals_hold_the_share(counts):
    """The interval lies within 0 and 1 and holds the share it belongs to."""
    from scoreboard.figures import wilson

    hits, of = counts
    low, high = wilson(hits, of)

    assert 0 <= low <= hits / of <= high <= 1


def test_a_flag_is_no_action():
    """A flagged innocent is no false alarm, and a flagged violation is not found."""
    found = figures(outcome("flag"), outcome("flag", label="violation"))

    assert (found["acted_on"], found["missed"]) == ({}, ["a"])


def test_found_in_another_category():
    """A violation acted on in another category counts as acted on, not as found in its own."""
    found = figures(outcome(label="violation", category="d"), outcome(label="violation", category="c"))

    assert (found["recall"]["hits"], found["right_category"]["hits"]) == (2, 1)


def test_figures_by_category_and_rule():
    """An innocent text acted on lowers the precision of each category and rule that took part."""
    from scoreboard.figures import by_category, by_rule, f1

    held = [
        outcome(label="violation", category="c"),
        outcome(),
        outcome("none", (), (), label="violation", category="c"),
    ]
    (category,) = by_category(held)
    (rule, idle) = by_rule(held, ["r", "idle"])

    assert ((1, 2), (1, 2)) == tuple((category[k]["hits"], category[k]["of"]) for k in ("recall", "precision"))
    assert f1(category["precision"], category["recall"]) == pytest.approx(0.5)
    assert (rule["precision"]["hits"], rule["precision"]["of"], rule["alone"], idle["precision"]["of"]) == (1, 2, 1, 0)


def said(*acted_on, found=0, of=0):
    return {"name": "set", "acted_on": {row: ["r"] for row in acted_on}, "recall": {"hits": found, "of": of}}


@pytest.mark.parametrize(
    ("before", "now", "worse"),
    [
        ([said("a")], said("a"), 0),
        ([said("a", "b")], said("b"), 0),
        ([], said("a"), 1),
        ([said("a")], said("b", "c"), 2),
        ([said(found=100, of=100)], said(found=99, of=100), 0),
        ([said(found=50, of=50)], said(found=49, of=50), 1),
        ([said(found=1, of=2)], said(found=2, of=2), 0),
        ([said()], said(found=1, of=2), 0),
    ],
    ids=["same", "fewer hits", "no record", "other texts", "in tolerance", "beyond it", "better", "nothing to compare"],
)
def test_what_is_worse(before, now, worse):
    """An innocent text newly acted on, or a recall that fell by more than the tolerance, is worse; nothing else is."""
    from scoreboard.record import regressions

    assert worse == len(list(regressions({"sets": before}, [now])))


def test_authored_lines_are_well_formed():
    """Ids are unique in all files, every violation names a category of the policy, no text stands twice."""
    from scoreboard.texts import authored_sets

    from lictor.policy import load_policy

    rows = [row for one in authored_sets() for row in one.rows]
    known = load_policy("wechat").document.categories

    assert [row.id for row in rows if row.label == "violation" and row.category not in known] == []
    assert [row.id for row in rows if not row.kind or not row.text.strip()] == []
    assert len({row.id for row in rows}) == len(rows)
    assert len({(row.text, row.field, row.subject, row.surface, row.at) for row in rows}) == len(rows)


def test_the_page_is_the_record():
    """`docs/quality.md` says what the record holds: neither was edited."""
    from scoreboard.page import PAGE, page
    from scoreboard.record import RECORD

    assert PAGE.read_text("utf-8") == page(json.loads(RECORD.read_text("utf-8")))


def test_no_worse_than_the_record():
    """On authored lines and a sample of what packages ship, nothing is worse than in the record."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / "run.py"), "--short", "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
