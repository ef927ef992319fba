"""One pass for two policies: what each decides is what it decides alone."""

from collections import Counter

import pyarrow as pa
import pytest
from diffing import batch_of, compared, edited
from hypothesis import given
from hypothesis import strategies as st

from lictor import Engine
from lictor.detect import compile_policy
from lictor.policy import load_policy
from lictor.scan.columns import decide_columns
from lictor.simulate.together import Together

WORDS = [
    "tulip", "tulp", "tu.lip", "郁金香", "buy", "sell", "买", "moon", "reportedly", "rose", "rosé", "据报道",
    "spring", "t u l i p", "https://bulbs.example", "lily", "花",
]  # fmt: skip


@pytest.fixture(scope="module")
def pair(tulips, tmp_path_factory):
    """The policy, and another that shares some of its terms, in another order and under other names."""
    other = edited(
        tulips,
        tmp_path_factory.mktemp("other"),
        ("tulip: {terms: [{term: tulip, variants: [tulp]}, 郁金香]}", "tulip: {terms: [rose, 郁金香, {term: tulip}]}"),
        ("trade: {terms: [buy, sell, 买, 卖]}", "trade: {terms: [sell, buy, lily]}"),
        ("shouting: {terms: [moon]}", "shouting: {terms: [buy, moon]}"),
        ("severity: S2\n    status: monitor", "severity: S3\n    status: enforce"),
    )
    return compile_policy(load_policy(tulips)), other


def alone(compiled, batch):
    return decide_columns((compiled,), batch, as_of=None, engine="test", silent=True)


@given(rows=st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=1, max_size=8))
def test_both_decide_what_each_decides_alone(pair, rows):
    """Searched for together, each policy finds its own: the same decisions, byte for byte, in the same order."""
    batch = pa.record_batch({"text": rows})
    find = Together(pair).batch()
    together = [decide_columns((one,), batch, as_of=None, engine="test", find=find, silent=True) for one in pair]

    assert together == [alone(one, batch) for one in pair]
    assert [[one.decision.to_json() for one in side] for side in together] == [
        [one.decision.to_json() for one in alone(compiled, batch)] for compiled in pair
    ]


def test_bundled_policies_over_every_rule_s_own_tests():
    """Two quite different policies, on the texts that their rules' own tests are about."""
    policies = [compile_policy(load_policy(name)) for name in ("wechat", "marketplace", "payments")]
    rows = [
        {"text": case if isinstance(case, str) else None}
        for one in policies
        for rule in one.policy.document.rules
        for case in (*rule.tests.fires, *rule.tests.silent)
        if isinstance(case, str)
    ]
    batch = pa.RecordBatch.from_pylist(rows)
    for before, after in ((policies[0], policies[1]), (policies[2], policies[0])):
        find = Together((before, after)).batch()
        for one in (before, after):
            together = decide_columns((one,), batch, as_of=None, engine="test", find=find, silent=True)

            assert together == alone(one, batch)


def test_the_counts_are_those_of_two_scans(pair, tulips):
    """Counted by hand from two scans: rows by action of the one and the other, rules gained and lost."""
    rows = [{"text": f"{a} my {b} {c}"} for a in WORDS for b in WORDS for c in ("", "to the moon", "据报道")]
    batches = [batch_of(rows[:300], 1), batch_of(rows[300:], 301)]
    made = compared(*pair, *batches)
    scanned = []
    for one in pair:
        engine = Engine([one.policy])
        out = pa.Table.from_batches(engine.scan(batch.batch for batch in batches)).to_pylist()
        scanned.append(out)
    moves = Counter((a["action"], b["action"]) for a, b in zip(*scanned, strict=True))
    rules = {
        name: [
            sum(name in (a["rules"] or ()) for a in scanned[0]),
            sum(name in (b["rules"] or ()) for b in scanned[1]),
            sum(name in (b["rules"] or ()) and name not in (a["rules"] or ()) for a, b in zip(*scanned, strict=True)),
            sum(name in (a["rules"] or ()) and name not in (b["rules"] or ()) for a, b in zip(*scanned, strict=True)),
        ]
        for name in {rule for side in scanned for row in side for rule in row["rules"] or ()}
    }

    assert len(moves) > 3
    assert +made.moves == moves
    assert made.by["rule"] == rules
    assert [tally.actions for tally in made.sides] == [Counter(row["action"] for row in side) for side in scanned]
    assert made.compared == len(rows)


def test_a_row_that_one_side_cannot_judge(pair, tulips, tmp_path):
    """It is not compared; the side that can judge it counts it as its own scan does."""
    other = edited(
        tulips,
        tmp_path,
        ("  group: {title: Group, rectify: 1d}\n", ""),
        ("from: {group: v1, default: v2}", "from: v2"),
        (
            "  - {id: G, for: [group], from: v1,",
            "  - {id: G, for: [shop], from: v1,",
        ),
    )
    rows = [{"text": "buy my tulip", "subject": "group"}, {"text": "buy my tulip", "subject": "shop"}]
    made = compared(pair[0], other, batch_of(rows))

    assert made.compared == 1
    assert made.sides[0].rows == 2
    assert made.sides[1].unfit == {"subject `group` is not known": 1}
    assert made.moves.total() == 1
