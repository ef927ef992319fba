"""A day of the calendar that changes nothing.

Working days are Monday to Friday. A holiday on a weekend, unless that weekend is worked, and a working weekend that is
no weekend, change no deadline: mostly a wrong year or a mistyped day. A day that is on both lists cannot be both.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study

CODE = "L038"
LEVEL = "note"

_SATURDAY = 5


def find(study: Study) -> Iterator[Fault]:
    """Each working weekend that is no weekend, and each day on both lists."""
    calendar = study.document.calendar
    if calendar is None:
        return
    for number, day in enumerate(calendar.working_weekends):
        place = study.place("calendar", "working_weekends", number)
        if day in calendar.holidays:
            yield Fault(
                place, f"{day} is a holiday and a working weekend", "take it from one of the lists", level="warning"
            )
        elif day.weekday() < _SATURDAY:
            yield Fault(place, f"{day} is a {day:%A}, worked anyway", "name a Saturday or Sunday, or take it away")
