"""Appeals: a decision that is overturned never was; answers are due in working days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import world
from hypothesis import assume, given
from hypothesis import strategies as st

from lictor.enforce import Enforcer
from lictor.enforce.appeals import answer_due
from lictor.enforce.days import day_after, same_day
from lictor.policy.models import Calendar, Duration

SECOND = timedelta(seconds=1)
WECHAT = world.rules().policies[0].policy.document


@given(world.histories(15), st.data())
def test_an_overturned_decision_never_was(history: world.History, data: st.DataObject) -> None:
    """Upheld, contested and overturned: strikes, functions and state are those of a world without that review.

    What detection had done to the account or to the items it is about is left out: a person has looked at it since.
    """
    subject = data.draw(st.sampled_from(world.NAMES))
    without, _ = world.fold(history.facts)
    history.now += SECOND
    review, _ = world.one_fact(_always(data, subject, "upheld"), history, "review")
    appeal = history.fact("appeal", subject=subject, decision=review.id)
    granted = {"kind": "appeal_decision", "appeal": appeal.id, "outcome": "granted", "by": "z"}
    decided, _ = world.fold([*history.facts, (review, ()), (appeal, ())])
    history.facts += [(review, ()), (appeal, ())]
    decided.apply(history.fact(**granted))
    account = world.account(without, subject)
    assume(not any(case.provisional and case.state == "in_force" for case in account.cases))
    without.advance(history.now)
    decided.advance(history.now)

    assert _seen(without, subject, history.now, review.about) == _seen(decided, subject, history.now, review.about)  # type: ignore[attr-defined]
    for name in world.NAMES:
        if name != subject:
            assert _seen(without, name, history.now) == _seen(decided, name, history.now)


def _always(data: st.DataObject, subject: str, outcome: str) -> Any:
    """Draws as ever, but this subject and this outcome."""

    def draw(strategy: Any) -> Any:
        drawn = data.draw(strategy)
        if drawn in world.NAMES:
            return subject
        return outcome if drawn in ("dismissed", "delist") else drawn

    return draw


def _seen(enforcer: Enforcer, name: str, now: datetime, about: tuple[str, ...] = ()) -> dict[str, object]:
    stands = world.standing_of(enforcer, name, now)
    state = "active" if stands.state == "under_review" else stands.state  # the review was closed by a person
    return {
        "state": state,
        "strikes": stands.strikes,
        "strike_expires": stands.strike_expires,
        "functions": set(stands.functions_restricted),
        "sanction": stands.sanction,
        "deadline": stands.deadline,
        "window": stands.reoffence_window_until,
        "hidden": set(stands.hidden_items) - set(about),
        "notices": (stands.visitor_notice, stands.old_link_notice, stands.search_result),
    }


@pytest.mark.parametrize(
    ("filed", "due"),
    [
        pytest.param("2022-07-04T10:00:00+08:00", "2022-07-13", id="an-ordinary-week"),
        pytest.param("2022-07-08T23:59:59+08:00", "2022-07-19", id="filed-on-a-friday-night"),
        pytest.param("2022-07-09T10:00:00+08:00", "2022-07-19", id="filed-on-a-saturday"),
        pytest.param("2022-09-28T10:00:00+08:00", "2022-10-12", id="over-national-day-with-its-worked-weekend"),
        pytest.param("2018-04-03T18:00:00+08:00", "2018-04-13", id="over-qingming-with-its-worked-sunday"),
        pytest.param("2018-04-03T18:00:00+00:00", "2018-04-16", id="the-day-is-the-policys-not-the-writers"),
        pytest.param("2022-01-28T10:00:00+08:00", "2022-02-11", id="over-the-spring-festival"),
        pytest.param("2030-10-01T10:00:00+08:00", "2030-10-10", id="a-year-without-a-calendar-has-weekends-only"),
    ],
)
def test_answers_are_due_in_working_days(filed: str, due: str) -> None:
    """Seven working days from the day after, holidays left out and worked weekends counted in."""
    assert date.fromisoformat(due) == answer_due(WECHAT, datetime.fromisoformat(filed))


@given(st.dates(date(2017, 1, 1), date(2026, 12, 1)), st.integers(0, 30))
def test_working_days_are_counted_one_by_one(day: date, days: int) -> None:
    """Between the day and the answer lie as many working days as were given, and the last of them is one."""
    calendar = WECHAT.calendar
    assert calendar is not None
    due = day_after(calendar, day, Duration(days, "workdays"))
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    working = [one for one in between if _works(calendar, one)]

    assert len(working) == days
    assert not days or working[-1] == due


def _works(calendar: Calendar, day: date) -> bool:
    return day in calendar.working_weekends or (day.isoweekday() <= 5 and day not in calendar.holidays)


def test_other_lengths_are_lengths_of_time() -> None:
    """A length in days is days; years are those of the calendar, and a leap day is followed by the 1st of March."""
    leap = date(2024, 2, 29)

    assert date(2024, 3, 7) == day_after(None, leap, Duration(7, "d"))
    assert date(2028, 2, 29) == day_after(None, leap, Duration(4, "calendar years"))
    assert date(2026, 3, 1) == same_day(leap, 2)
    assert date(2024, 3, 5) == day_after(None, leap, Duration(3, "workdays"))
