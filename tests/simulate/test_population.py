"""The population model where its answer is known: each run's mean lies where the closed form says.

Replicates are 16 and the bound 4.07 standard errors, Student's 99.9 %: of a hundred such checks on fresh seeds one
fails by chance in ten. The seeds are fixed, so none does tomorrow that did not today. That the 95 % intervals which
users see hold the truth as often as they say is a test of its own.
"""

from __future__ import annotations

from math import comb, exp

import numpy as np
import populations
import pytest

from lictor.policy import load_policy
from lictor.simulate.population.measures import interval, measures_of
from lictor.simulate.population.read import read_model
from lictor.simulate.population.rules import rules_for
from lictor.simulate.population.world import run

REPLICATES = 16
STUDENT = 4.07


def runs(model, policy, *, accounts=2000, days=40, replicates=REPLICATES, seed=20):
    rules = rules_for(policy.document, model.kinds)
    return [run(model, rules, accounts=accounts, days=days, seed=seed, replicate=n) for n in range(replicates)]


def agrees(expected, values):
    """Whether the mean of the values is the expected one, as far as their spread lets one say."""
    values = np.asarray(values, float)
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - expected) <= STUDENT * error, (expected, values.mean(), error)
    return True


@pytest.mark.parametrize(("posts", "recall"), [(0.1, 0.5), (0.3, 0.2)])
def test_banned_at_the_first_detection(tmp_path, posts, recall):
    """Reviewed and banned at once: by the end of day t the share banned is 1 - exp(-rate x recall x t)."""
    model = populations.population(
        tmp_path, {"seller": {"posts": posts, "violating": 1}}, detector={"recall_plain": recall}
    )
    done = runs(model, populations.policy(tmp_path))

    for day in (0, 9, 39):
        assert agrees(1 - exp(-posts * recall * (day + 1)), [one.daily["banned"][day] / one.accounts for one in done])


def test_the_prevalence_of_what_is_missed(tmp_path):
    """What is missed is read until its author is banned: the views of each day follow from rate, recall and fading."""
    rate, recall, views, fading, days = 0.3, 0.4, 10.0, 2.0, 40
    model = populations.population(
        tmp_path,
        {"seller": {"posts": rate, "violating": 1, "share": 0.1}, "other": {"posts": 1.0, "violating": 0}},
        detector={"recall_plain": recall}, readers={"views": views, "views_days": fading},
    )  # fmt: skip
    done = runs(model, populations.policy(tmp_path), days=days)
    alive, keeps = exp(-rate * recall), exp(-1 / fading)
    stock, seen, lawful, read = 0.0, 0.0, 0.0, 0.0
    for day in range(days):
        stock = alive * keeps * stock + 200 * alive**day * rate * (1 - recall) * views
        seen += stock * (1 - keeps)
        lawful = keeps * lawful + 1800 * views
        read += lawful * (1 - keeps)

    assert agrees(seen, [one.daily["violating_views"].sum() for one in done])
    assert agrees(1e4 * seen / (seen + read), [measures_of(one, model)["prevalence"] for one in done])


def test_a_ban_at_the_third_strike(tmp_path):
    """Each day with a detection is one strike; banned at the third: a negative binomial."""
    rate, recall, days = 0.2, 0.5, 40
    model = populations.population(tmp_path, {"seller": {"posts": rate, "violating": 1, "severity": {"S2": 1}}})
    done = runs(model, populations.policy(tmp_path), days=days)
    caught = 1 - exp(-rate * recall)
    fewer = sum(comb(days, k) * caught**k * (1 - caught) ** (days - k) for k in range(3))

    assert agrees(1 - fewer, [one.daily["banned"][-1] / one.accounts for one in done])


def test_strikes_are_forgotten(tmp_path):
    """With a strike life of ten days, only three detections within eleven days of each other ban: a Markov chain."""
    rate, life, days = 0.1, 10, 40
    steps = [["hide", "warn"], ["hide", "ban_permanent"]]
    ladders = [{**populations.POLICY["ladders"][0], "steps": steps}]
    policy = populations.policy(tmp_path, strikes={"life": f"{life}d"}, ladders=ladders)
    model = populations.population(tmp_path, {"seller": {"posts": rate, "violating": 1, "severity": {"S2": 1}}})
    done = runs(model, policy, days=days)
    caught = 1 - exp(-rate * 0.5)
    clean, struck, banned = 1.0, [0.0] * (life + 1), 0.0  # struck[n]: the strike counts for n more days after this one
    for _ in range(days):
        banned += caught * sum(struck[1:])
        new = caught * (clean + struck[0])
        clean = (1 - caught) * (clean + struck[0])
        struck = [(1 - caught) * one for one in struck[1:]] + [new]

    assert agrees(banned, [one.daily["banned"][-1] / one.accounts for one in done])


def test_rectified_or_banned(tmp_path):
    """An order silences; a share mends and claims the next day, the rest is banned when the deadline has passed."""
    rate, mends, days, within = 0.2, 0.6, 60, 4
    ladders = [{**populations.POLICY["ladders"][0], "severity": {}, "steps": [["hide", "rectify_order"]]}]
    policy = populations.policy(tmp_path, ladders=ladders)
    model = populations.population(
        tmp_path, {"seller": {"posts": rate, "violating": 1, "severity": {"S2": 1}, "rectifies": mends}}
    )
    done = runs(model, policy, days=days)
    caught = 1 - exp(-rate * 0.5)
    active, mending, doomed, banned = 1.0, 0.0, [0.0] * (within + 1), 0.0
    for _ in range(days):
        banned += doomed[0]
        ordered = caught * active
        active = active - ordered + mending  # who claims today is checked tonight, and publishes tomorrow
        mending, doomed = mends * ordered, [*doomed[1:], (1 - mends) * ordered]

    assert agrees(banned, [one.daily["banned"][-1] / one.accounts for one in done])
    total = [one.daily["rectified"].sum() / one.daily["orders"][: days - 1].sum() for one in done]
    assert agrees(mends, total)


def test_a_deadline_before_the_mending_is_a_ban(tmp_path):
    """Of those who would mend, the share that does within d days is 1 - exp(-d / mean)."""
    mean, within = 6.0, 4
    ladders = [{**populations.POLICY["ladders"][0], "severity": {}, "steps": [["hide", "rectify_order"]]}]
    policy = populations.policy(tmp_path, ladders=ladders)
    habits = {"posts": 0.2, "violating": 1, "severity": {"S2": 1}, "rectifies": 1, "rectify_days": mean}
    done = runs(populations.population(tmp_path, {"seller": habits}), policy, days=60)
    # An order can have expired by the end of the run only if it was given early enough.
    orders = [one.daily["orders"][: 60 - within - 1].sum() for one in done]
    expired = [one.daily["expired"].sum() for one in done]

    assert agrees(exp(-within / mean), np.array(expired) / np.array(orders))


def test_false_alarms_alone(tmp_path):
    """Innocent posts, false alarms, a reviewer who errs: all bans are wrongful, and as many as that says."""
    posts, alarm, errs, days = 2.0, 0.02, 0.25, 40
    model = populations.population(
        tmp_path, {"somebody": {"posts": posts, "violating": 0, "false_alarm": alarm}}, reviewers={"wrong_uphold": errs}
    )
    done = runs(model, populations.policy(tmp_path), days=days)
    a_day = (1 - exp(-posts * alarm)) * errs
    share = 1 - (1 - a_day) ** days

    assert agrees(share, [one.daily["wrongful_bans"].sum() / one.accounts for one in done])
    assert all(one.daily["bans"].sum() == one.daily["wrongful_bans"].sum() for one in done)


def test_appeals_undo_what_was_wrong(tmp_path):
    """Of the wrongly banned a share appeals, and a share of these is refused: the rest is free again in the end."""
    appeals, refused = 0.5, 0.2
    model = populations.population(
        tmp_path, {"somebody": {"posts": 0.5, "violating": 0, "false_alarm": 0.05, "appeals_wrong": appeals}},
        reviewers={"wrong_uphold": 1, "wrong_refuse": refused},
    )  # fmt: skip
    done = runs(model, populations.policy(tmp_path))
    # An appeal is filed and answered the day after the ban, so those of the last day are not answered yet.
    undone = [one.daily["granted_rightly"].sum() / one.daily["wrongful_bans"][:-1].sum() for one in done]

    assert agrees(appeals * (1 - refused), undone)
    assert agrees(1 - refused, [one.daily["granted"].sum() / one.daily["appeals"].sum() for one in done])


def test_a_queue_beyond_its_capacity(tmp_path):
    """More cases than reviewers can decide: the backlog grows by the difference, and every minute is used."""
    posts, alarm, minutes, days, accounts = 1.0, 0.005, 20.0, 40, 20_000
    model = populations.population(
        tmp_path, {"somebody": {"posts": posts, "violating": 0, "false_alarm": alarm}},
        reviewers={"minutes": minutes, "case_minutes": 1.5},
    )  # fmt: skip
    done = runs(model, populations.policy(tmp_path), days=days, accounts=accounts, replicates=12)
    capacity = minutes * accounts / 10_000 / 1.5
    arriving = [one.daily["cases"].sum() / days for one in done]

    for one in done:
        assert one.daily["decided"].sum() == pytest.approx(capacity * days, abs=1)
        assert one.daily["backlog"][-1] == one.daily["cases"].sum() - one.daily["decided"].sum()
    # What is found while a case waits joins it: arrivals are of accounts that have none.
    assert np.mean(arriving) == pytest.approx(accounts * (1 - exp(-posts * alarm)), rel=0.1)


def test_a_queue_within_its_capacity(tmp_path):
    """With twice the capacity that is needed, nothing waits beyond its day for long."""
    model = populations.population(
        tmp_path, {"somebody": {"posts": 1.0, "violating": 0, "false_alarm": 0.005}}, reviewers={"minutes": 100}
    )
    done = runs(model, populations.policy(tmp_path), accounts=20_000, replicates=4)

    assert all(one.daily["backlog"].max() < 30 for one in done)
    assert all(measures_of(one, model)["days_to_review_p90"] == 0 for one in done)


@pytest.mark.parametrize(("distinct", "forged"), [(3, 0.0), (1, 0.0), (50, 0.3)])
def test_campaigns_of_false_complaints(tmp_path, distinct, forged):
    """A campaign opens a review where enough of its complaints count, or one has evidence: a Poisson tail."""
    size, age, campaigns, accounts = 5.0, 20.0, 0.2, 4000
    model = populations.population(
        tmp_path, {"brigade": {"campaigns": campaigns, "share": 0.05}, "rest": {"posts": 1}},
        brigades={"size": size, "forged": forged, "account_days": age},
    )  # fmt: skip
    rules = {**populations.POLICY["complaints"], "distinct": distinct}
    done = runs(model, populations.policy(tmp_path, complaints=rules), accounts=accounts, days=30)
    counts = size * exp(-7 / age)
    few = sum(exp(-counts) * counts**k / np.prod(np.arange(1.0, k + 1)) * (1 - forged) ** k for k in range(distinct))
    opened = 1 - few
    expected = accounts * 0.05 * campaigns * opened

    # Two campaigns at once against one of 4,000 are one review: less than one in a hundred here.
    assert np.mean([one.daily["cases"].mean() for one in done]) == pytest.approx(expected, rel=0.03)


def test_complaints_find_what_detection_misses(tmp_path):
    """Nothing is detected, and every reader complains with evidence: whoever is read is banned that day."""
    model = populations.population(
        tmp_path, {"seller": {"posts": 0.2, "violating": 1}},
        detector={"recall_plain": 0.0},
        readers={"views": 20, "views_days": 0.1, "complains": 1, "evidence": 1, "account_days": 36_500},
    )  # fmt: skip
    done = runs(model, populations.policy(tmp_path), days=20)

    assert agrees(1 - exp(-0.2 * 20), [one.daily["banned"][-1] / one.accounts for one in done])


def test_coming_back(tmp_path):
    """Owners come back the day after, unless they are known: then the account is closed as it is opened."""
    evasion = {"new_account": {"category": "c", "then": "ban_permanent"}}
    policy = populations.policy(tmp_path, evasion=evasion)
    habits = {"posts": 0.3, "violating": 1, "returns": 1}
    free = runs(populations.population(tmp_path, {"seller": habits}), policy)
    known = runs(populations.population(tmp_path, {"seller": habits}, evasion={"recognised": 1}), policy)

    assert all(one.daily["returned"].sum() == one.daily["bans"][:-1].sum() for one in free)
    assert all(one.daily["returned"].sum() == 0 < one.daily["recognised"].sum() for one in known)


def test_deterrence_is_thinning(tmp_path):
    """After each sanction an account makes the stated share of its violating posts: a Markov chain over sanctions."""
    rate, still, days = 0.4, 0.5, 30
    ladders = [{**populations.POLICY["ladders"][0], "severity": {}, "steps": [["hide", "warn"]]}]
    model = populations.population(
        tmp_path, {"seller": {"posts": rate, "violating": 1, "severity": {"S2": 1}, "deterred": still}}
    )
    done = runs(model, populations.policy(tmp_path, ladders=ladders), days=days)
    at = [1.0] + [0.0] * days
    made = 0.0
    for _ in range(days):
        made += sum(share * rate * still**n for n, share in enumerate(at))
        moves = [share * (1 - exp(-rate * 0.5 * still**n)) for n, share in enumerate(at)]
        at = [share - gone + (moves[n - 1] if n else 0) for n, (share, gone) in enumerate(zip(at, moves, strict=True))]

    assert agrees(made, [one.daily["violating_posts"].sum() / one.accounts for one in done])


def test_a_suspension_ends_on_its_day(tmp_path):
    """Suspended for seven days, an account publishes on the eighth."""
    ladders = [{**populations.POLICY["ladders"][0], "severity": {}, "steps": [["hide", {"suspend": "7d"}]]}]
    model = populations.population(
        tmp_path, {"seller": {"posts": 50, "violating": 1, "severity": {"S2": 1}}}, detector={"recall_plain": 1}
    )
    (done,) = runs(model, populations.policy(tmp_path, ladders=ladders), days=20, accounts=50, replicates=1)

    assert [0, 8, 16] == np.flatnonzero(done.daily["violating_posts"]).tolist()


def test_the_intervals_cover_what_they_should(tmp_path):
    """Of 60 studies of five replicates, the 95 % interval holds the true share in at least 52: a 1 in 100 bound."""
    model = populations.population(tmp_path, {"seller": {"posts": 0.1, "violating": 1}})
    policy = populations.policy(tmp_path)
    true, covered = 1 - exp(-0.05 * 10), 0
    for seed in range(60):
        found = interval(
            [
                one.daily["banned"][-1] / 400
                for one in runs(model, policy, accounts=400, days=10, replicates=5, seed=seed)
            ]
        )
        covered += found.low <= true <= found.high

    assert covered >= 52


@pytest.mark.parametrize(("accounts", "days"), [(1, 1), (3, 400), (50, 3)])
def test_hardly_anybody(tmp_path, accounts, days):
    """A village of one is simulated like any other, with lengths beyond any run in the policy."""
    policy = populations.policy(
        tmp_path, strikes={"life": "999999d"}, appeals={**populations.POLICY["appeals"], "window": "999999d"},
        subjects={"person": {**populations.POLICY["subjects"]["person"], "rectify": "999999d"}},
        ladders=[{**populations.POLICY["ladders"][0], "steps": [["hide", {"suspend": "999999d"}, "rectify_order"]]}],
    )  # fmt: skip
    habits = dict.fromkeys(("violating", "false_alarm", "rectifies", "returns", "renames", "claims_falsely"), 0.5)
    habits |= {"posts": 5, "appeals_right": 1, "appeals_wrong": 1, "campaigns": 1, "rectify_days": 3000, "extends": 1}
    model = populations.population(tmp_path, {"seller": {**habits, "severity": {"S2": 1}}}, brigades={"size": 9})
    (done,) = runs(model, policy, accounts=accounts, days=days, replicates=1)

    assert accounts == done.accounts
    assert all(np.isfinite(counts).all() for counts in done.daily.values())


def test_a_year_of_the_shipped_model_balances():
    """Nothing is lost or made up between what was opened, decided, filed, granted and counted."""
    model = read_model()
    done = run(model, rules_for(load_policy("wechat").document, model.kinds), accounts=20_000, days=365, seed=3)
    total = {name: counts.sum() for name, counts in done.daily.items()}

    assert total["caught_at_once"] <= total["violating_posts"]
    assert total["upheld"] + total["dismissed"] == done.waits["case"].sum()
    assert total["granted"] <= done.waits["appeal"].sum() <= total["appeals"]
    assert total["rectified"] <= total["claims"]
    assert total["restrictions"] + total["bans"] == total["sanctions"]
    assert done.by_kind["banned"].sum() == done.daily["banned"][-1] >= 0
    assert total["wrongful_bans"] <= total["bans"]
    assert (done.by_kind["wrongful_bans"][2:] == 0).all(), "only those who break no rule are banned wrongly"
