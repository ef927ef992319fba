"""Days as a calendar counts them: working days between holidays, and the same day of another year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

from lictor.policy.models import Calendar, Duration

__all__ = ["day_after", "same_day"]

Day = TypeVar("Day", bound=date)


def day_after(calendar: Calendar | None, day: date, length: Duration) -> date:
    """The day that far after this one. Working days count from the next day; without a calendar, from Monday on."""
    if length.unit == "calendar years":
        return same_day(day, length.amount)
    if length.unit != "workdays":
        return day + length.fixed
    left = length.amount
    while left:
        day += timedelta(days=1)
        left -= _works(calendar, day)
    return day


def same_day(day: Day, years: int) -> Day:
    """The same day that many years later; of a 29th of February that is not to come, the 1st of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)


def _works(calendar: Calendar | None, day: date) -> bool:
    if calendar is not None and day in calendar.working_weekends:
        return True
    return day.weekday() < 5 and not (calendar is not None and day in calendar.holidays)
