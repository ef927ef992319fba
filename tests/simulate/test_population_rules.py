"""What the population model reads from a policy is what enforcement does with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import populations
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.enforce.states import Case
from lictor.errors import UsageError
from lictor.policy import load_policy
from lictor.policy.actions import ACTIONS, strongest
from lictor.simulate.overrides import overridden
from lictor.simulate.population.model import Kind
from lictor.simulate.population.read import read_model
from lictor.simulate.population.rules import FOREVER, NONE, rules_for

NOW = datetime(2022, 7, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WECHAT = load_policy("wechat")
SUBJECTS = ["official_account", "personal_account", "group", "mini_program", "website", "merchant"]
KINDS = [Kind(name, name, name, {}, {}, category="fin.vc.hype", function="publish.broadcast") for name in SUBJECTS]
RULES = rules_for(WECHAT.document, KINDS, NOW)
BOOK = Rulebook([compile_policy(WECHAT)])
EARLIER = st.lists(st.tuples(st.integers(1, 500), st.sampled_from(["S1", "S2", "S3"]), st.booleans()), max_size=6)


@given(kind=st.integers(0, len(SUBJECTS) - 1), earlier=EARLIER, severity=st.sampled_from(["S1", "S2", "S3"]))
def test_the_step_is_the_one_that_enforcement_chooses(kind, earlier, severity):
    """Whatever the account's history, the outcome has the headline, the rung and the end that `enforce` gives it."""
    document, version = WECHAT.document, BOOK.version(WECHAT.document, NOW)
    cases: list[Case] = []
    counted, highest, mended = 0, 0, -FOREVER
    for n, (ago, gravity, rectified) in enumerate(sorted(earlier, reverse=True)):
        at = NOW - ago * DAY
        found = BOOK.next(document, SUBJECTS[kind], "fin.vc.hype", gravity, version, cases, at, at)
        if found is None:
            continue
        case = Case(f"c{n}", at, "proactive", WECHAT.id, ladder=found.ladder.id, rung=found.rung, reached=found.rung)
        case.strike_until = at + document.strikes.life.fixed
        if rectified:
            case.rectified_at = at
            case.reoffence_until = at + (found.ladder.reoffence.within.fixed if found.ladder.reoffence else DAY)
            mended = max(mended, -ago)
        cases.append(case)
        if case.strike_until >= NOW:
            counted, highest = counted + 1, max(highest, found.rung or 0)
    expected = BOOK.next(document, SUBJECTS[kind], "fin.vc.hype", severity, version, cases, NOW, NOW)
    again = np.array([mended < 0 <= mended + int(RULES.reoffence[kind])])
    outcome, rung = RULES.outcome(
        np.array([kind]), np.array([int(severity[1]) - 1]), np.array([counted]), np.array([highest]), again
    )

    if expected is None:
        assert outcome[0] == NONE
        return
    assert strongest(step.action for step in expected.steps) == ACTIONS[RULES.outcomes.action[outcome[0]]]
    if len(expected.ladder.steps):
        assert expected.rung == rung[0]


@pytest.mark.parametrize(
    ("subject", "action", "closes", "silent", "order", "mute"),
    [
        ("official_account", "rectify_order", False, 0, 7, True),
        ("official_account", "suspend", False, 30, 7, True),
        ("official_account", "ban_permanent", True, 0, 0, False),
        ("personal_account", "warn", False, 0, 0, False),
        ("personal_account", "restrict", False, 7, 0, False),
        ("group", "rectify_order", False, 0, 1, False),
    ],
)
def test_what_an_outcome_takes_away(subject, action, closes, silent, order, mute):
    """Lengths, deadlines and what cannot be published meanwhile are those of the policy's ladders, orders, bundles."""
    functions = {"personal_account": "publish.moments", "group": "message.group"}
    function = functions.get(subject, "publish.broadcast")
    kind = Kind(subject, subject, subject, {}, {}, category="fin.vc.hype", function=function)
    table = rules_for(WECHAT.document, [kind], NOW).outcomes
    rows = list(zip(table.action, table.closes, table.silent, table.order, table.mute, strict=True))

    assert (ACTIONS.index(action), closes, silent, order, mute) in rows


def test_an_override_reaches_the_model():
    """A changed deadline, strike life, threshold or window is another number here, and nothing else is."""
    changes = {
        "subjects.official_account.rectify": "36h", "strikes.life": "90d", "complaints.distinct": 5,
        "appeals.answer": "15 workdays", "automatic": ["flag"],
    }  # fmt: skip
    rules = rules_for(overridden(WECHAT, changes).document, KINDS, NOW)

    assert (90, 5, 21) == (rules.strike_life, rules.complaints, rules.appeal_answer)
    assert 2 in rules.outcomes.order
    assert 7 not in rules.outcomes.order
    assert RULES.hides.any()
    assert not rules.hides.any()
    assert (rules.on_severity == RULES.on_severity).all()


def test_detection_alone_may_silence():
    """What a policy lets detection do to an account holds until a person has looked."""
    takes = overridden(WECHAT, {"detected.S3.default": "suspend", "automatic": ["flag", "hide", "suspend"]})
    rules = rules_for(takes.document, read_model().kinds)

    assert [False, False, True] == rules.holds[0].tolist()


@pytest.mark.parametrize(
    ("of", "name"),
    [("subject", "seller"), ("category", "fin.none"), ("function", "publish.air"), ("severities", "S9")],
)
def test_a_model_for_another_policy(of, name):
    """What a policy does not have is named, with the type that asks for it."""
    kind = {"subject": "official_account", "category": "fin.vc.hype", "function": "login", "severities": {}}
    kind |= {of: {name: 1.0} if of == "severities" else name}

    with pytest.raises(UsageError, match=f"type `t` of the model names the .* `{name}`"):
        rules_for(WECHAT.document, [Kind("t", "T", false_severities={}, **kind)], NOW)


def test_before_the_first_version():
    """A policy that is not in force yet rules nobody."""
    with pytest.raises(UsageError, match="no version of `wechat-crypto` is in force"):
        rules_for(WECHAT.document, KINDS, datetime(2001, 1, 1, tzinfo=UTC))


def test_a_policy_that_says_little(tmp_path):
    """Without strikes, complaints and orders everything there is to count is nothing."""
    bare = populations.policy(tmp_path, strikes=None, complaints=None, ladders=None, takes=None)
    rules = rules_for(bare.document, [Kind("a", "A", "person", {}, {}, category="c")])

    assert (0, 0, False) == (rules.strike_life, rules.complaints, rules.evidence_opens)
    outcome, _ = rules.outcome(*(np.array([0]) for _ in range(4)), np.array([False]))
    assert [NONE] == outcome.tolist()
