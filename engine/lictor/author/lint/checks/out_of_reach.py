"""A threshold out of reach, or none at all.

A number that no account can reach switches off what it guards: so many complaints, so old a complainant, all
members of a group. A number that everybody reaches, such as an overlap of nothing, guards nothing. Measured by what
accounts can be, not by taste.
"""

from __future__ import annotations

from collections.abc import Iterator

from lictor.author.lint.finding import Fault
from lictor.author.lint.study import Study
from lictor.policy.models import Condition, Duration

CODE = "L029"
LEVEL = "warning"

_DAY = 86_400
_MOST_COMPLAINTS = 1_000
_OLDEST_DAYS = 3_650
_OLDEST_PERSON = 120
_WIDEST = 1_000
_MOST_ATTEMPTS = 20
_WHOLE = 1_000_000


def find(study: Study) -> Iterator[Fault]:
    """Each threshold nobody meets, and each that everybody does."""
    for path, wrong, message, hint in (*_of_complaints(study), *_of_orders(study), *_of_evasion(study)):
        if wrong:
            yield Fault(study.place(*path), message, hint)
    for _, root in study.roots():
        for condition in study.walk(root):
            yield from _of_condition(study, condition)


_Test = tuple[tuple[str | int, ...], bool, str, str]


def _days(length: Duration) -> float:
    return length.fixed.total_seconds() / _DAY


def _of_complaints(study: Study) -> Iterator[_Test]:
    complaints = study.document.complaints
    if complaints is None:
        return
    way = ("complaints",)
    yield (
        (*way, "distinct"),
        complaints.distinct >= _MOST_COMPLAINTS,
        f"a review takes {complaints.distinct:,} different complainants, more than almost any item has readers",
        "ask for a few, such as `distinct: 3`",
    )
    yield (
        (*way, "distinct"),
        1 < complaints.distinct < _MOST_COMPLAINTS and _days(complaints.within) * 24 * 60 < complaints.distinct,
        f"{complaints.distinct} complaints within {complaints.within} are more than one a minute",
        "give complaints more time, such as `within: 72h`",
    )
    yield (
        (*way, "min_account_age"),
        _days(complaints.min_account_age) > _OLDEST_DAYS,
        f"no complainant counts whose account is younger than {complaints.min_account_age}",
        "ask for days, such as `min_account_age: 7d`",
    )


def _of_orders(study: Study) -> Iterator[_Test]:
    orders, appeals = study.document.orders, study.document.appeals
    extension = orders.extension
    if extension is not None:
        yield (
            ("orders", "extension", "if_fixed"),
            extension.if_fixed >= _WHOLE,
            "an extension is granted only when everything is fixed, when none is needed",
            "ask for a part, such as `if_fixed: 50%`",
        )
        yield (
            ("orders", "extension", "if_fixed"),
            extension.if_fixed == 0,
            "an extension is granted to whoever has fixed nothing",
            "ask for a part, such as `if_fixed: 50%`",
        )
        yield (
            ("orders", "extension", "max" if not extension.max else "by"),
            not extension.max or not extension.by.amount,
            "the extension gives no time",
            "say how often (`max`) and how long (`by`), or leave `extension` out",
        )
    yield (
        ("orders", "attempts"),
        orders.attempts > _MOST_ATTEMPTS,
        f"an order allows {orders.attempts} attempts: it never fails",
        "allow a few, such as `attempts: 2`",
    )
    yield (
        ("appeals", "window"),
        not appeals.window.amount,
        "the time to appeal is over as it begins: nobody can appeal",
        "give it a time in which a person can act, such as `window: 30d`",
    )
    yield (
        ("appeals", "window"),
        appeals.window.amount > 0 and _days(appeals.window) * 24 < 1,
        f"an account has {appeals.window} to appeal: hardly anybody reads the notice in that time",
        "give it a time in which a person can act, such as `window: 30d`",
    )
    yield (
        ("appeals", "answer"),
        not appeals.answer.amount,
        "an appeal must be answered within no time",
        "say by when a person can answer, such as `answer: 7 workdays`",
    )
    transfers = study.document.transfers
    if transfers is not None:
        yield (
            ("transfers", "min_recipient_age"),
            transfers.min_recipient_age > _OLDEST_PERSON,
            f"nobody is {transfers.min_recipient_age} years old: no transfer is ever allowed",
            "write the age in years",
        )


def _of_evasion(study: Study) -> Iterator[_Test]:
    group = study.document.evasion.successor_group
    if group is None:
        return
    way = ("evasion", "successor_group")
    yield (
        (*way, "min_member_overlap"),
        group.min_member_overlap >= _WHOLE,
        "a successor needs every member of the old group: leaving one out evades the rule",
        "ask for a part, such as `min_member_overlap: 50%`",
    )
    yield (
        (*way, "min_member_overlap"),
        group.min_member_overlap == 0,
        "every new group is a successor: no member in common is needed",
        "ask for a part, such as `min_member_overlap: 50%`",
    )
    yield (
        (*way, "within"),
        not group.within.amount,
        "a successor must begin within no time: there is never one",
        "give it days, such as `within: 30d`",
    )


def _of_condition(study: Study, condition: Condition) -> Iterator[Fault]:
    if condition.operator == "near" and (condition.within or 0) >= _WIDEST:
        message = f"{condition.within:,} characters apart is not near: it is nearly every text as a whole"
        yield Fault(
            study.at(condition), message, "say some tens of characters, or use `all` if the text as a whole is meant"
        )
    if condition.operator == "distinct" and condition.distinct is not None:
        names = {entry.name for entry in study.formulas.entries(condition.distinct)}
        wanted = condition.minimum or 1
        only_terms = all(isinstance(one, int) for one in study.formulas.spans(condition.distinct))
        if only_terms and len(names) < wanted:
            message = f"{wanted} different terms are asked for, and there are {len(names)}"
            yield Fault(study.at(condition), message, "ask for fewer, or list more terms")
    for name, wanted in condition.signals.items():
        if isinstance(wanted, dict):
            yield from _of_bounds(study, condition, name, wanted)


def _of_bounds(study: Study, condition: Condition, name: str, wanted: dict[str, int]) -> Iterator[Fault]:
    low = max([wanted[key] + (key == "above") for key in ("above", "at_least") if key in wanted], default=None)
    high = min([wanted[key] - (key == "below") for key in ("below", "at_most") if key in wanted], default=None)
    if low is not None and high is not None and low > high:
        message = f"no number is both above and below: `{name}` can never fit"
        yield Fault(study.at(condition), message, "turn the two bounds round, or join two conditions with `any`")
    elif low is not None and low > _WHOLE and "share" in name:
        message = f"`{name}` is a share in parts per million and never above 1,000,000"
        yield Fault(study.at(condition), message, "write shares from 0 to 1000000")
