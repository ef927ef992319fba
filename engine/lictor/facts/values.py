"""Content, and the values every fact is made of, checked on the way in.

Rules held here: every instant knows its offset; fields, surfaces and triggers come from fixed lists; a text may be any
string at all. Whether a subject type exists is for the policy to say.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Literal

import orjson

from lictor.errors import UsageError

__all__ = [
    "EXACT",
    "FIELDS",
    "SURFACES",
    "TRIGGERS",
    "Content",
    "Field",
    "Surface",
    "Trigger",
    "canonical",
    "instant",
    "one_of",
    "readable",
    "refuse_no_text",
    "stamp",
    "suggest",
]

Field = Literal[
    "article", "post", "message", "group_notice", "profile", "menu", "page", "moments", "payment",
    "name", "bio", "title", "comment", "link",
]  # fmt: skip
FIELDS: tuple[Field, ...] = Field.__args__  # type: ignore[attr-defined]

Surface = Literal["group", "private"]
SURFACES: tuple[Surface, ...] = Surface.__args__  # type: ignore[attr-defined]

Trigger = Literal["proactive", "complaint", "authority_order", "payment", "system"]
TRIGGERS: tuple[Trigger, ...] = Trigger.__args__  # type: ignore[attr-defined]

EXACT = 2**53 - 1  # the farthest whole number that has one spelling everywhere: what canonical JSON can keep
_FARTHEST = timedelta(days=999_999)  # the longest a policy can write: no deadline lies beyond the calendar


@dataclass(frozen=True, slots=True)
class Content:
    """Something published: one text per field, with what is known of its author and place.

    `None` means not said (for a field: a text of which nothing is known): the policy's `assume` may fill it in, and a
    condition on it is otherwise unknown.
    `signals` carries anything else a policy declares (registered_region, a model's score, ...).
    """

    fields: Mapping[str | None, str]
    item: str | None = None
    account: str | None = None
    subject: str | None = None
    surface: str | None = None
    published_at: datetime | None = None
    lang: str | None = None
    signals: Mapping[str, str | int | bool] = field(default_factory=lambda: MappingProxyType({}))


def instant(value: str | datetime, *, what: str = "time") -> datetime:
    """The instant, aware, as given; a naive one is refused, since nobody could say when a deadline falls."""
    if isinstance(value, datetime):
        moment = value
    else:
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise UsageError(
                f"{what} `{value}` is not an instant", hint="write it as `2022-06-21T09:00:00+08:00`"
            ) from None
    if moment.utcoffset() is None:
        raise UsageError(
            f"{what} `{value}` has no offset from UTC",
            hint=f"say which: `{moment.isoformat()}+08:00` or `{moment.isoformat()}Z`",
        )
    try:
        stamp(moment + _FARTHEST)
        stamp(moment)
    except OverflowError:
        raise UsageError(
            f"{what} `{value}` is too far away to count from", hint="use one from the year 1 to the year 7000"
        ) from None
    return moment


def stamp(moment: datetime) -> str:
    """The instant as text: UTC, ending in `Z`, with microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def canonical(value: object) -> bytes:
    """The value as canonical JSON (RFC 8785): keys ASCII and numbers whole, so that sorting keys is all it takes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def readable(text: str) -> str:
    """The text with each unpaired surrogate read as U+FFFD, one for one: offsets stay, and bytes can be written."""
    if not isinstance(text, str):
        raise UsageError(f"a text is a `str`, not `{type(text).__name__}`", hint="leave the field out if there is none")
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def refuse_no_text(value: object, what: str) -> None:
    """Nothing, if the value is a text that can be written as UTF-8; otherwise a `UsageError`."""
    if not isinstance(value, str):
        raise UsageError(f"{what} is a `str`, not `{type(value).__name__}`")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{what} holds half of a surrogate pair", hint="give it as it was written") from None


def one_of(value: str, allowed: Iterable[str], what: str) -> str:
    """The value, if it is one of those allowed; otherwise a `UsageError` that suggests the nearest."""
    names = list(allowed)
    if value in names:
        return value
    raise UsageError(f"{what} `{value}` is not known", hint=suggest(value, names))


def suggest(value: str, names: Iterable[str]) -> str:
    """A hint towards the name meant: the nearest one, or all of them where there are few."""
    names = sorted(names)
    near = difflib.get_close_matches(value, names, n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    if 0 < len(names) <= 20:
        return "use one of " + ", ".join(f"`{n}`" for n in names)
    return ""
