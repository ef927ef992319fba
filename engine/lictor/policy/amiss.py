"""How a length of time or an instant that cannot be read would be written, as far as that can be told."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping

__all__ = ["duration_hint", "instant_hint", "language_hint"]

_FORMS = "write `90s`, `30m`, `24h`, `7d`, `7 workdays`"
_UNITS: Mapping[str, tuple[int, str]] = {
    "s": (1, "s"), "sec": (1, "s"), "secs": (1, "s"), "second": (1, "s"), "seconds": (1, "s"),
    "m": (1, "m"), "min": (1, "m"), "mins": (1, "m"), "minute": (1, "m"), "minutes": (1, "m"),
    "h": (1, "h"), "hr": (1, "h"), "hrs": (1, "h"), "hour": (1, "h"), "hours": (1, "h"),
    "d": (1, "d"), "day": (1, "d"), "days": (1, "d"),
    "w": (7, "d"), "week": (7, "d"), "weeks": (7, "d"),
    "mo": (30, "d"), "month": (30, "d"), "months": (30, "d"),
    "y": (365, "d"), "yr": (365, "d"), "year": (365, "d"), "years": (365, "d"),
    "wd": (1, " workdays"), "working days": (1, " workdays"), "business days": (1, " workdays"),
    "天": (1, "d"), "日": (1, "d"), "小时": (1, "h"), "分钟": (1, "m"), "工作日": (1, " workdays"),
    "个工作日": (1, " workdays"),
}  # fmt: skip
_SMALLER: Mapping[str, tuple[int, str]] = {"d": (24, "h"), "h": (60, "m"), "m": (60, "s")}
_DATES: tuple[tuple[str, str], ...] = (
    (r"([1-9]\d{3})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", "ymd"),
    (r"(\d{1,2})\.(\d{1,2})\.([1-9]\d{3})", "dmy"),
    (r"(\d{1,2})(?:st|nd|rd|th)?\.? ([A-Za-z]{3,9})\.?,? ([1-9]\d{3})", "dmy"),
    (r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? ([1-9]\d{3})", "mdy"),
)
_MONTHS: Mapping[str, int] = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_LANGUAGES: Mapping[str, str] = {
    "cn": "zh", "jp": "ja", "cz": "cs", "gr": "el", "dk": "da", "us": "en", "gb": "en", "vn": "vi", "ua": "uk",
}  # fmt: skip
"""Countries by which a language is often called; none is the code of another language."""


def duration_hint(value: object) -> str:
    """The way out for a text or number that is no length of time."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return f"say of what: `{value}d`, `{value}h`"
    found = (
        re.fullmatch(r"(-?)(\d{1,6})(\.\d{1,4})?\s*(\D+)", value.strip().lower()) if isinstance(value, str) else None
    )
    iso = re.fullmatch(r"(?i)PT?(\d{1,6})([DHMS])", value) if isinstance(value, str) else None
    if iso is not None:
        return f"write `{iso[1]}{iso[2].lower()}`"
    if found is None or found[4].strip() not in _UNITS:
        return _FORMS
    times, unit = _UNITS[found[4].strip()]
    amount = float(found[2] + (found[3] or "")) * times
    while amount != int(amount) and unit in _SMALLER:
        more, unit = _SMALLER[unit]
        amount *= more
    if amount != int(amount) or amount > 999_999:
        return _FORMS
    return f"write `{int(amount)}{unit}`" + (": no time is less than none" if found[1] else "")


def instant_hint(value: str) -> str:
    """What of a date or a time of day there is none of; nothing where the form itself is another."""
    other = _other_form(value)
    if other:
        return other
    found = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?", value)
    if found is None:
        return ""
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if not 1 <= month <= 12:
        return f"there is no month {month}: write year, month, day"
    if year and not 1 <= day <= monthrange(year, month)[1]:
        return f"{year}-{month:02} has {monthrange(year, month)[1]} days"
    for part, most, name in ((found[4], 23, "hour"), (found[5], 59, "minute"), (found[6], 59, "second")):
        if part is not None and int(part) > most:
            return f"there is no {name} {int(part)}: it goes from 0 to {most}"
    return ""


def _other_form(value: str) -> str:
    """The instant that a date in another form means, where only one can be meant."""
    text = value.strip()
    for form, order in _DATES:
        found = re.fullmatch(form, text)
        if found is None:
            continue
        said = {part: found[at] for at, part in enumerate(order, 1)}
        month = int(said["m"]) if said["m"].isdigit() else _MONTHS.get(said["m"][:3].lower(), 0)
        year, day = int(said["y"]), int(said["d"])
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            return (
                f"write `{year:04}-{month:02}-{day:02}T00:00:00Z`; for `Z`, your own offset from UTC, such as `+08:00`"
            )
    return ""


def language_hint(code: str) -> str:
    """The code of the language meant, where a country's was written; else nothing."""
    return _LANGUAGES.get(code, "")
