"""A policy as validated, frozen values: what each key of the YAML means and which values it takes.

These models say what is well formed in one place. What holds between places (names that must exist, versions in
order, bundles of known functions) is checked in `checks`; where in the file a mistake stands is known to `load`.
Every section of the regime has its key here, including those that only enforcement over time will read.

Units: durations are `90s`, `30m`, `24h`, `7d`, `7 workdays`, `2 calendar years`; shares are `0.5` or `50%` and are kept
as parts per million; instants carry their offset.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from lictor.errors import UsageError
from lictor.facts import Field as FieldName
from lictor.facts import Surface, Trigger, instant
from lictor.policy.actions import Action
from lictor.policy.amiss import duration_hint, instant_hint, language_hint
from lictor.policy.names import SIGNALS, SignalType
from lictor.policy.spellings import spellings

__all__ = [
    "Appeals",
    "Authority",
    "Binds",
    "Budget",
    "Calendar",
    "Category",
    "Complaints",
    "Condition",
    "Duration",
    "Evasion",
    "Exemption",
    "Ground",
    "Guard",
    "Ladder",
    "Lexicon",
    "LexiconTerm",
    "LocalText",
    "MatchSettings",
    "Network",
    "Notice",
    "Orders",
    "PolicyDocument",
    "Recording",
    "Renames",
    "Retroactive",
    "Rule",
    "Severity",
    "SignalSpec",
    "Source",
    "Step",
    "Strikes",
    "SubjectType",
    "Transfers",
    "Version",
    "localized",
]


class Model(BaseModel):
    """A mapping in the policy: no unknown keys, no coercion, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


# --- scalars ---------------------------------------------------------------------------------------------------------


_SECONDS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as a policy writes it: in fixed units, or in working days or calendar years."""

    amount: int
    unit: Literal["s", "m", "h", "d", "workdays", "calendar years"]

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}" if len(self.unit) == 1 else f"{self.amount} {self.unit}"

    @property
    def fixed(self) -> timedelta:
        """The exact length. A working day or calendar year has none: where one is needed, the models refuse it."""
        return timedelta(seconds=self.amount * _SECONDS[self.unit])


def _duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    found = re.fullmatch(r"(\d{1,6})\s*(s|m|h|d|workdays?|calendar years?)", value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("duration", "not a duration", {"hint": duration_hint(value)})
    unit = {"workday": "workdays", "calendar year": "calendar years"}.get(found[2], found[2])
    return Duration(int(found[1]), unit)  # type: ignore[arg-type]


def _fixed_duration(value: object) -> Duration:
    duration = _duration(value)
    if duration.unit not in _SECONDS:
        fact = f"`{duration}` has no fixed length"
        raise PydanticCustomError("duration", "{fact}", {"fact": fact, "hint": "write `90s`, `30m`, `24h` or `7d`"})
    return duration


def _share(value: object) -> int:
    if isinstance(value, str) and value.endswith(" ppm") and value[:-4].isdecimal():
        return int(value[:-4])
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}(\.\d{1,4})?%", value):
        value = float(value[:-1]) / 100
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise PydanticCustomError("share", "not a share", {"hint": "write a number from 0 to 1, or `50%`"})
    return round(value * 1_000_000)


def _instant(value: object) -> datetime:
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("instant", "not an instant", {"hint": "write '2022-06-20T00:00:00+08:00' in quotes"})
    try:
        return instant(value)
    except UsageError as wrong:
        hint = instant_hint(str(value)) or wrong.hint
        raise PydanticCustomError("instant", "{fact}", {"fact": str(wrong), "hint": hint}) from None


def _date(value: object) -> date:
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise PydanticCustomError("date", "not a date", {"hint": "write '2022-10-01' in quotes"}) from None


def _local_text(value: object) -> Mapping[str, str]:
    if isinstance(value, str) and value.strip():
        return {"und": value}
    if not isinstance(value, Mapping) or not value:
        hint = "write a text, or one for each language: {en: ..., zh: ...}"
        raise PydanticCustomError("text", "not a text", {"hint": hint})
    for lang, text in value.items():
        if not re.fullmatch(r"[a-z]{2,3}", str(lang)):
            context = {"at": lang, "fact": f"`{lang}` is no language", "hint": "use a code such as `en` or `zh`"}
            raise PydanticCustomError("text", "{fact}", context)
        if language := language_hint(str(lang)):
            context = {"at": lang, "fact": f"`{lang}` is a country, no language", "hint": f"write `{language}`"}
            raise PydanticCustomError("text", "{fact}", context)
        if not isinstance(text, str) or not text.strip():
            context = {
                "at": lang,
                "fact": f"the text in `{lang}` is none",
                "hint": "write a text, in quotes if need be",
            }
            raise PydanticCustomError("text", "{fact}", context)
    return dict(sorted(value.items()))  # the first stands for the rest, whatever order they were written in


def localized(text: Mapping[str, str], lang: str) -> str:
    """The text in that language; else in the one it was written in without saying, else in English, else in any."""
    return text.get(lang) or text.get("und") or text.get("en") or next(iter(text.values()))


def _scalar(value: object) -> str | int | bool:
    if isinstance(value, str | int):
        return value
    raise PydanticCustomError(
        "scalar", "not a text, an integer, `true` or `false`", {"hint": "write shares as parts per million"}
    )


def _spelled(term: str) -> str:
    if all(unicodedata.category(char) in ("Cf", "Mn", "Zs") for char in term):
        fact = f"`{term}` is a term without a character that can be seen"
        raise PydanticCustomError("blank", "{fact}", {"fact": fact, "hint": "take it away, or write it anew"})
    try:
        spellings(term)
    except ValueError as wrong:
        hint = "write `[ab]` for one of several characters, `[a-c]` for a range, `[[]` for a bracket"
        fact = f"`{term}` cannot be spelled: {wrong}"
        raise PydanticCustomError("spellings", "{fact}", {"fact": fact, "hint": hint}) from None
    return term


def _separators(value: str) -> str:
    if value not in ("none", "space", "symbols", "any") and (not value or any(char.isalnum() for char in value)):
        hint = "use `none`, `space`, `symbols` or `any`, or the characters themselves: `' .-'`"
        raise PydanticCustomError("separators", "{fact}", {"fact": f"`{value}` are no separators", "hint": hint})
    return value


def _one_or_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _list_to_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _unwrap_und(text: Mapping[str, str]) -> object:
    return text["und"] if set(text) == {"und"} else dict(text)


_WRITTEN: Mapping[str, dict[str, Any]] = {
    "length": {"type": "string", "pattern": r"^\d{1,6}\s*[smhd]$", "description": "`90s`, `30m`, `24h`, `7d`"},
    "duration": {
        "type": "string",
        "pattern": r"^\d{1,6}\s*(s|m|h|d|workdays?|calendar years?)$",
        "description": "`90s`, `30m`, `24h`, `7d`, `7 workdays`, `2 calendar years`",
    },
    "share": {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?%$|^\d+ ppm$"},
        ],
        "description": "`0.5` or `50%`",
    },
    "instant": {"type": "string", "description": "`'2022-06-20T00:00:00+08:00'`, with its offset"},
    "day": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "`'2022-10-01'`"},
    "text": {
        "anyOf": [
            {"type": "string", "pattern": r"\S"},
            {
                "type": "object",
                "propertyNames": {"pattern": "^[a-z]{2,3}$"},
                "additionalProperties": {"type": "string", "pattern": r"\S"},
                "minProperties": 1,
            },
        ],
        "description": "A text, or one for each language: `{en: ..., zh: ...}`",
    },
    "scalar": {"type": ["string", "integer", "boolean"]},
}
"""How values that are read by a function are written, for the schema that editors check by."""

FixedDuration = Annotated[
    Duration, PlainValidator(_fixed_duration), PlainSerializer(str), WithJsonSchema(_WRITTEN["length"])
]
DurationText = Annotated[
    Duration, PlainValidator(_duration), PlainSerializer(str), WithJsonSchema(_WRITTEN["duration"])
]
Ppm = Annotated[int, PlainValidator(_share), PlainSerializer(lambda n: f"{n} ppm"), WithJsonSchema(_WRITTEN["share"])]
Instant = Annotated[
    datetime, PlainValidator(_instant), PlainSerializer(datetime.isoformat), WithJsonSchema(_WRITTEN["instant"])
]
Day = Annotated[date, PlainValidator(_date), PlainSerializer(date.isoformat), WithJsonSchema(_WRITTEN["day"])]
LocalText = Annotated[
    Mapping[str, str], PlainValidator(_local_text), PlainSerializer(_unwrap_und), WithJsonSchema(_WRITTEN["text"])
]
Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=80)]
TermText = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S"), AfterValidator(_spelled)]
Scalar = Annotated[str | int | bool, PlainValidator(_scalar), WithJsonSchema(_WRITTEN["scalar"])]
T = TypeVar("T")
Some = Annotated[tuple[T, ...], BeforeValidator(_list_to_tuple)]
Aside = Annotated[T, Field(exclude=True)]  # decides nothing: not in the canonical bytes
OneOrMore = Annotated[
    tuple[T, ...], Field(min_length=1), BeforeValidator(_list_to_tuple), BeforeValidator(_one_or_list)
]


# --- lexicons --------------------------------------------------------------------------------------------------------


class MatchSettings(Model):
    """Which differences between a term and the text are ignored; what is left out keeps the matcher's safe default."""

    case: bool | None = None
    width: bool | None = None
    style: bool | None = None
    script: bool | None = None
    accents: bool | None = None
    lookalike: bool | None = None
    leet: bool | None = None
    invisible: bool | None = None
    separators: Annotated[str, AfterValidator(_separators)] | None = None
    gap: Annotated[int, Field(ge=0, le=64)] | None = None
    repeats: bool | None = None
    sound: Literal["none", "homophone", "pinyin", "mixed", "initials"] | None = None
    split: bool | None = None
    shape: bool | None = None
    reversed: bool | None = None
    masked: bool | None = None
    ticker: bool | None = None
    inflect: bool | None = None
    boundary: Literal["auto", "word", "number", "none"] | None = None

    def given(self) -> dict[str, Any]:
        """Only what the author set, by the matcher's option names."""
        return self.model_dump(exclude_none=True)


class LexiconTerm(Model):
    """One term: its meaning, how strong a sign it is alone, its other spellings, phrases in which it is innocent."""

    term: TermText
    meaning: LocalText | None = None
    strength: Literal["alone", "context", "weak"] = "context"
    variants: Some[TermText] = ()
    allow: Some[TermText] = ()
    match: MatchSettings = MatchSettings()
    note: Aside[str | None] = None
    years: Annotated[str, Field(pattern=r"^\d{4}(-(\d{4})?)?$")] | None = None


def _term(value: object) -> object:
    return value if isinstance(value, Mapping | LexiconTerm) else {"term": value}


class Lexicon(Model):
    """A list of terms that are matched in the same way. `kind: host` terms are host names, matched with subdomains.

    `file` names a list beside the policy: `.txt`, one term a line, or `.yaml` with the same keys as here.
    """

    title: LocalText | None = None
    kind: Literal["text", "host"] = "text"
    file: Aside[str | None] = None
    terms: Some[Annotated[LexiconTerm, BeforeValidator(_term)]] = ()
    match: MatchSettings = MatchSettings()
    allow: Some[TermText] = ()


# --- conditions ------------------------------------------------------------------------------------------------------

OPERATORS = (
    "any", "all", "not", "at_least", "near", "count", "distinct", "same_field", "lexicon", "terms", "mechanism",
    "use", "field", "surface", "subject",
)  # fmt: skip
MODIFIERS: Mapping[str, frozenset[str]] = {
    "at_least": frozenset({"of"}),
    "near": frozenset({"within", "ordered", "inside"}),
    "count": frozenset({"minimum"}),
    "distinct": frozenset({"minimum"}),
    "lexicon": frozenset({"strength"}),
    "terms": frozenset({"match"}),
    "mechanism": frozenset({"of"}),
}
"""The keys that may stand beside an operator."""


class Misfit(NamedTuple):
    """What is wrong with the keys of one condition: the key it shows at (`None`: the whole), the fact, the way out."""

    key: str | None
    fact: str
    hint: str


def misfits(keys: Mapping[str, Any]) -> list[Misfit]:
    """What is wrong with these keys of one condition: not exactly one operator, a modifier too many or missing."""
    modifiers = frozenset().union(*MODIFIERS.values())
    heads = [key for key in keys if key not in modifiers]
    if not heads:
        return [Misfit(None, "no condition here", "name what must hold, such as `lexicon`, `terms`, `any` or `near`")]
    if len(heads) > 1:
        several = ", ".join(f"`{head}`" for head in heads)
        return [Misfit(heads[1], f"several conditions in one: {several}", "join them with `all` or `any`")]
    head = heads[0]
    allowed = MODIFIERS.get(head, frozenset())
    found = [
        Misfit(key, f"`{key}` does not belong to `{head}`", "leave it out, or put it beside the condition it is for")
        for key in keys
        if key != head and key not in allowed
    ]
    if head == "near" and "within" not in keys:
        found.append(Misfit(head, "`near` without `within`", "say how many characters apart at most: `within: 12`"))
    if head in ("count", "distinct") and "minimum" not in keys:
        found.append(Misfit(head, f"`{head}` without `minimum`", "say how many at least: `minimum: 3`"))
    if head == "at_least":
        of = keys.get("of")
        listed = len(of) if isinstance(of, Sequence) and not isinstance(of, str) else 1
        if of is None:
            found.append(Misfit(head, "`at_least` without `of`", "list the conditions: `of: [...]`"))
        elif isinstance(keys[head], int) and keys[head] > listed:
            found.append(
                Misfit(head, f"`at_least` asks for {keys[head]} of {listed}", "ask for fewer, or list more in `of`")
            )
    return found


class Condition(Model):
    """What must hold, as a tree. A node is one operator with its modifiers, or `{signal: value}`, or a bare name.

    * `any`, `all`: lists; `not`: one condition; `at_least: n, of: [...]`.
    * `use: name`, or just the name: a named condition, a lexicon or a detector.
    * `lexicon: name, strength: [alone]`; `terms: [...]` are terms written in place.
    * `near: [a, b], within: 12, ordered: true, inside: paragraph`: matches of all, apart by at most so many characters
      counted without padding; `inside` is `field` (default), `paragraph` or `sentence`.
    * `count: a, minimum: 3` counts matches; `distinct` counts different terms.
    * `mechanism: [split, shape], of: a`: a match of `a` that needed one of these transformations.
    * `same_field: c`: c holds within one field. `field`, `surface`, `subject`: one of these.
    * `{signal: v}`: the declared signal equals v, or is one of a list, or `{above|below|at_least|at_most: v}`.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    any_: Annotated[OneOrMore[Condition] | None, Field(alias="any")] = None
    all_: Annotated[OneOrMore[Condition] | None, Field(alias="all")] = None
    not_: Annotated[Condition | None, Field(alias="not")] = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    of: OneOrMore[Condition] | None = None
    near: Annotated[OneOrMore[Condition], Field(min_length=2)] | None = None
    within: Annotated[int, Field(ge=0, le=10_000)] | None = None
    ordered: bool = False
    inside: Literal["field", "paragraph", "sentence"] = "field"
    count: Condition | None = None
    distinct: Condition | None = None
    minimum: Annotated[int, Field(ge=1)] | None = None
    same_field: Condition | None = None
    lexicon: str | None = None
    strength: OneOrMore[Literal["alone", "context", "weak"]] | None = None
    terms: OneOrMore[TermText] | None = None
    match: MatchSettings = MatchSettings()
    mechanism: OneOrMore[str] | None = None
    use: str | None = None
    field: OneOrMore[FieldName] | None = None
    surface: OneOrMore[Surface] | None = None
    subject: OneOrMore[str] | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: object) -> object:
        return {"use": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_operator(self) -> Self:
        for misfit in misfits(
            {name: getattr(self, name, None) or getattr(self, f"{name}_", None) for name in self._given()}
        ):
            raise PydanticCustomError("condition", "{fact}", {"fact": misfit.fact, "hint": misfit.hint})
        return self

    @cached_property
    def operator(self) -> str:
        """The one operator of this node: a key of `OPERATORS`, or `signal`."""
        operators = self._operators()
        return operators[0] if operators else "signal"

    @property
    def signals(self) -> Mapping[str, Any]:
        """The declared signal this node reads, with what it must be; empty for every other operator."""
        return self.__pydantic_extra__ or {}

    def children(self) -> tuple[Condition, ...]:
        """The conditions directly below this one."""
        below: list[Condition] = []
        for one in (self.not_, self.count, self.distinct, self.same_field):
            below += [] if one is None else [one]
        for some in (self.any_, self.all_, self.of, self.near):
            below += some or ()
        return tuple(below)

    def _operators(self) -> list[str]:
        return [name for name in OPERATORS if name in self._given()]

    def _given(self) -> set[str]:
        return {name.rstrip("_") for name in self.model_fields_set}


# --- what the rules say ----------------------------------------------------------------------------------------------


class Source(Model):
    """Where a rule of the platform or the law is published."""

    name: LocalText
    url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    clause: str | None = None


class Version(Model):
    """A state of the rules, in force from an instant until the next version's."""

    id: Id
    start: Annotated[Instant, Field(alias="from")]
    title: LocalText | None = None
    source: Source | None = None
    note: Aside[str | None] = None


class Ground(Model):
    """What a decision rests on: the law, or the platform's own terms, and the clause.

    It holds `from` a version; left out, the one from which the category binds. The clause stands in that version's
    source, unless `source` says otherwise.
    """

    kind: Literal["illegal_content", "incompatible_content"]
    clause: str
    since: Annotated[str | None, Field(alias="from")] = None
    source: Source | None = None
    text: LocalText | None = None


class Dsa(Model):
    """How the EU's transparency database calls this category."""

    category: Annotated[str, Field(pattern=r"^[A-Z_]+$")]
    keywords: Some[Annotated[str, Field(pattern=r"^[A-Z_]+$")]] = ()


def _from_map(value: object) -> object:
    return {"default": value} if isinstance(value, str) else value


def _one_mapping_or_list(value: object) -> object:
    return [value] if isinstance(value, Mapping) else value


class Category(Model):
    """A kind of violation, the version from which it binds, and its ground.

    `from` is a version, or one for each subject type, field, `content` (severity S1) or `service` (stronger), with
    `default` for the rest. `ground` is one, or a list in the order of the versions they hold from. `also` says, by
    severity, what else an upheld violation leads to: `blacklist_principal`, who may then open no new account.
    """

    title: LocalText
    start: Annotated[Annotated[Mapping[str, str], BeforeValidator(_from_map)], Field(alias="from")]
    until: str | None = None
    grounds: Annotated[
        tuple[Ground, ...],
        Field(alias="ground", min_length=1),
        BeforeValidator(_list_to_tuple),
        BeforeValidator(_one_mapping_or_list),
    ]
    dsa: Dsa | None = None
    also: Mapping[str, OneOrMore[Literal["blacklist_principal"]]] = {}
    note: Aside[str | None] = None


class Severity(Model):
    """How grave a violation is; severities are listed from the mildest."""

    id: Id
    title: LocalText


class ComputedSeverity(Model):
    """A severity by the open case: that many steps graver than it, at most `max`; `alone` where there is no case."""

    case: int
    max: str
    alone: str


def _severity_kind(value: object) -> str:
    return "(computed)" if isinstance(value, Mapping | ComputedSeverity) else "(a severity)"


class RuleTests(Model):
    """Texts that must and must not make the rule fire, judged in the first field of `in` unless `given` says more."""

    fires: Some[str] = ()
    silent: Some[str] = ()
    given: Mapping[str, Scalar] = {}


class Rule(Model):
    """One thing that is not allowed: what shows it, what excuses it, how grave it is.

    `status`: a `draft` is only checked for mistakes; `monitor` decides and does nothing; `enforce` acts.
    `effect` replaces the detected effect and the ladder: that is done at once, and nothing more. `dated` is the day on
    which somebody last answered for it. From the instant `expires` on the rule is out of force: of what was published
    before it still speaks, as a category does that a later version ends.
    """

    id: Id
    title: LocalText
    category: str
    severity: Annotated[
        Annotated[str, Tag("(a severity)")] | Annotated[ComputedSeverity, Tag("(computed)")],
        Discriminator(_severity_kind),
    ]
    status: Literal["draft", "monitor", "enforce"] = "monitor"
    fields: Annotated[OneOrMore[FieldName] | None, Field(alias="in")] = None
    when: Condition
    unless: Some[str] = ()
    effect: Action | None = None
    tests: Aside[RuleTests] = RuleTests()
    owner: str | None = None
    source: Source | None = None
    dated: Aside[Day | None] = None
    expires: Instant | None = None
    note: Aside[str | None] = None


class Exemption(Model):
    """What excuses a violation, and what cancels the excuse. Unknown does not excuse."""

    title: LocalText
    when: Condition
    cancelled_by: Some[str] = ()
    note: Aside[str | None] = None


class SignalSpec(Model):
    """Something a caller may tell us of the account or item: its type, and its values where they are few."""

    type: Literal["text", "number", "boolean"]
    title: LocalText | None = None
    values: Some[str] = ()


class Otherwise(Model):
    """What is done where the policy does not bind the account: forbidden items are hidden from those it protects."""

    effect: Action
    viewers: OneOrMore[str]


class Binds(Model):
    """Whom the policy binds; without this section, everybody."""

    when: Condition
    otherwise: Otherwise


# --- what follows ----------------------------------------------------------------------------------------------------


class Step(Model):
    """One effect of a ladder's step. Written `hide`, or as a mapping: `{restrict: PA-1, for: 7d}`, `{suspend: 30d}`.

    `restrict` takes a bundle or functions away, `for` a time, `until: rectified`, or for good; `rectify_order` may say
    `within`; `on: owner` aims the effect at the owner of the group rather than at the account.
    """

    action: Action
    functions: Some[str] = ()
    lasting: Annotated[FixedDuration | None, Field(alias="for")] = None
    until: Literal["rectified"] | None = None
    permanent: bool = False
    within: FixedDuration | None = None
    on: Literal["account", "item", "owner", "principal", "host"] | None = None


SHORT_STEPS: Mapping[str, str] = {"restrict": "functions", "suspend": "for", "rectify_order": "within"}
"""Steps written by their action, and the key its argument stands for."""


def _step(value: object) -> object:
    if isinstance(value, str):
        return {"action": value}
    if not isinstance(value, Mapping) or "action" in value:
        return value
    mapping = dict(value)
    for short, full in SHORT_STEPS.items():
        if short in mapping and full not in mapping:
            argument = mapping.pop(short)
            mapping[full] = [argument] if full == "functions" and isinstance(argument, str) else argument
            return {"action": short, **mapping}
    return mapping


Steps = Some[Annotated[Step, BeforeValidator(_step)]]


class Reoffence(Model):
    """What a violation soon after an accepted rectification leads to, whatever the step would be."""

    within: FixedDuration
    then: Steps


class Ladder(Model):
    """What follows from upheld violations, step by step, for some subject types and categories.

    Ladders are a list: of several that apply, the first holds.

    `by: strikes`: the step is the number of active strikes; `by: rungs`: one above the highest rung of an active
    strike, starting from `first`; `by: severity`: `severity` alone decides. `severity` also overrides single ones.
    `from` and `until` are versions, or one for each category pattern, where the longest pattern that fits counts.
    `fails_order`: an upheld violation of these categories, as patterns, fails an open order as if it had expired.
    """

    id: Id
    subjects: Annotated[OneOrMore[str], Field(alias="for")]
    categories: OneOrMore[str] = ("*",)
    start: Annotated[
        Annotated[Mapping[str, str], BeforeValidator(lambda v: {"*": v} if isinstance(v, str) else v)],
        Field(alias="from"),
    ]
    until: Annotated[Mapping[str, str] | None, BeforeValidator(lambda v: {"*": v} if isinstance(v, str) else v)] = None
    by: Literal["strikes", "rungs", "severity"]
    steps: Some[Steps] = ()
    first: Mapping[str, Annotated[int, Field(ge=1)]] = {}
    severity: Mapping[str, Steps] = {}
    reoffence: Reoffence | None = None
    fails_order: Some[str] = ()


class SubjectType(Model):
    """A kind of account: its default restriction and deadline under an order, and what expiry leads to."""

    title: LocalText
    rectify: FixedDuration | None = None
    bundle: str | None = None
    on_expiry: Literal["ban_permanent", "delist", "next_step"] | None = None
    late_claims: bool = False


def _immediate(value: object) -> object:
    return {"default": value} if isinstance(value, str) else value


class Clock(Model):
    """When the time to rectify runs."""

    starts: Literal["delivery", "decision"] = "delivery"
    stops: Some[Literal["claim", "appeal"]] = ("claim", "appeal")


class Extension(Model):
    """More time, once a share of the items is mended."""

    max: Annotated[int, Field(ge=0)]
    by: FixedDuration
    if_fixed: Ppm


class Orders(Model):
    """The life of an order to rectify."""

    clock: Clock = Clock()
    attempts: Annotated[int, Field(ge=1)] = 2
    extension: Extension | None = None


class Strikes(Model):
    """How long an upheld violation counts."""

    life: FixedDuration


class Appeals(Model):
    """How a decision is contested, and by when it is answered."""

    window: FixedDuration
    per_decision: Annotated[int, Field(ge=1)] = 1
    answer: DurationText
    lifts_meanwhile: Literal[False] = False
    how: LocalText


class Complaints(Model):
    """When complaints open a review. They never sanction by themselves."""

    distinct: Annotated[int, Field(ge=1)]
    within: FixedDuration
    min_account_age: FixedDuration
    one_with_evidence_opens: bool = True


class Renames(Model):
    """How long a rename can be revoked, and how long an old name is remembered as an alias."""

    confirm: FixedDuration
    alias_lookback: FixedDuration


class SuccessorGroup(Model):
    """When a new group counts as the successor of a disabled one."""

    within: FixedDuration
    min_member_overlap: Ppm
    same_notice: bool = True
    category: str
    then: Action


class NewAccount(Model):
    """What a new account of a principal with a ban in force is: of which category, and what happens to it."""

    category: str
    then: Action


class Evasion(Model):
    """Evasions that the account's circumstances show, not its words; and how grave evasion is.

    An upheld violation of `categories` (patterns) while a case is open has at least `severity`, counted from the case.
    """

    new_account: NewAccount | None = None
    successor_group: SuccessorGroup | None = None
    categories: Some[str] = ()
    severity: ComputedSeverity | None = None


class Network(Model):
    """How long an address stays blocked after it last served only listed domains."""

    address_ttl: FixedDuration
    viewers: OneOrMore[str]


class Transfers(Model):
    """Conditions on giving a collectible away; a transfer that breaks one is refused with that reason."""

    gift_hold: FixedDuration
    regift_hold: DurationText
    min_recipient_age: Annotated[int, Field(ge=0)]
    recipient_region: str
    paid: bool = False


class Authority(Model):
    """How orders of an authority are carried out: as ordered, and whether they count as strikes."""

    strike: bool = False


class NoticeWhen(Model):
    """The decisions a notice is for; each key left out means any. `function`: one of these is taken away now."""

    action: OneOrMore[Action] | None = None
    trigger: OneOrMore[Trigger] | None = None
    subject: OneOrMore[str] | None = None
    category: OneOrMore[str] | None = None
    function: OneOrMore[str] | None = None


class Notice(Model):
    """The words shown for a decision, and where.

    The account is sent every notice that fits; of several that fit another place, the first listed is shown there.
    """

    id: Id
    text: LocalText
    on: OneOrMore[Literal["account", "visitor", "old_link", "search", "item", "group"]]
    when: NoticeWhen = NoticeWhen()


class Invariants(Model):
    """What no effect may ever take away."""

    never_restrict: Some[str] = ()


class Retroactive(Model):
    """What happens to an older item that a newer version forbids."""

    effect: Action
    strike: bool = False


class Budget(Model):
    """How many, and where `share` says so beyond which share of all too: only what is above both is too much."""

    count: Annotated[int, Field(ge=1)]
    share: Ppm | None = None


class Guard(Model):
    """How much each of these rules may do by itself within a time, counted where decisions are applied.

    `rules` are ids or patterns. A rule that goes beyond its budget of `items` or `accounts` loses the `actions`, and no
    others: what they would have done is proposed to a person, until somebody arms the rule again.
    """

    id: Id
    rules: OneOrMore[str] = ("*",)
    actions: OneOrMore[Action]
    within: FixedDuration
    items: Budget | None = None
    accounts: Budget | None = None

    @model_validator(mode="after")
    def _some_budget(self) -> Self:
        if self.items is None and self.accounts is None:
            hint = "say how much a rule may do: `items: {count: 200, share: 5%}`"
            raise PydanticCustomError("guard", "{fact}", {"fact": "a guard without a budget", "hint": hint})
        return self


class Recording(Model):
    """What a ledger does not keep: the words written in the fields under `mask`; which terms stood where is kept."""

    mask: Some[FieldName] = ()


class Calendar(Model):
    """Holidays and working weekends, for working days."""

    holidays: Some[Day] = ()
    working_weekends: Some[Day] = ()


class PolicyDocument(Model):
    """A whole policy, with every include merged and every lexicon file read.

    Where order means something (versions, severities, rules, ladders, notices) there is a list; the rest is by name.
    `takes` says which functions an action takes away by itself; `'*'` is all but those that are never restricted.
    `require` names what every rule must say of itself; the lint holds rules to it. `revision` counts what was mended
    since the newest version was written: the policy's name, that version and the revision stand for one content.
    """

    lictor: Literal[1]
    policy: Id
    revision: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    title: LocalText
    owner: str
    description: LocalText | None = None
    timezone: str = "UTC"
    include: Aside[Some[str]] = ()
    require: Aside[Some[Literal["owner", "source", "dated", "note"]]] = ()
    borrow: Aside[Mapping[str, OneOrMore[str]]] = {}  # what is borrowed decides, and stands among the policy's own
    signals: Mapping[Id, SignalSpec] = {}
    assume: Mapping[str, Scalar] = {}
    binds: Binds | None = None
    versions: Annotated[Some[Version], Field(min_length=1)]
    lexicons: Mapping[Id, Lexicon] = {}
    conditions: Mapping[Id, Condition] = {}
    categories: Mapping[Id, Category] = {}
    severities: Annotated[Some[Severity], Field(min_length=1)]
    exemptions: Mapping[Id, Exemption] = {}
    rules: Some[Rule] = ()
    functions: Some[str] = ()
    bundles: Mapping[Id, Some[str]] = {}
    takes: Mapping[Action, OneOrMore[str]] = {}
    subjects: Mapping[Id, SubjectType] = {}
    standing: Some[FieldName] = ()
    detected: Mapping[str, Annotated[Mapping[str, Action], BeforeValidator(_immediate)]] = {}
    automatic: Some[Action] = ()
    ladders: Some[Ladder] = ()
    orders: Orders = Orders()
    strikes: Strikes | None = None
    appeals: Appeals
    complaints: Complaints | None = None
    renames: Renames | None = None
    evasion: Evasion = Evasion()
    network: Network | None = None
    transfers: Transfers | None = None
    authority: Authority = Authority()
    notices: Some[Notice] = ()
    invariants: Invariants = Invariants()
    retroactive: Retroactive | None = None
    calendar: Calendar | None = None
    ledger: Recording = Recording()
    guards: Some[Guard] = ()

    @cached_property
    def known_signals(self) -> Mapping[str, SignalType]:
        """The signals a caller may give: the built-in ones and those declared here."""
        return {**SIGNALS, **{name: SignalType(spec.type, spec.values) for name, spec in self.signals.items()}}

    @cached_property
    def version_numbers(self) -> Mapping[str, int]:
        """The place of each version in the list, by its id."""
        return {version.id: number for number, version in enumerate(self.versions)}

    @cached_property
    def rule_of(self) -> Mapping[str | None, Rule]:
        """Each rule by its id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def ladder_of(self) -> Mapping[str | None, Ladder]:
        """Each ladder by its id."""
        return {ladder.id: ladder for ladder in self.ladders}

    @cached_property
    def version_starts(self) -> Sequence[datetime]:
        """The instants from which the versions hold, in order."""
        return [version.start for version in self.versions]

    @cached_property
    def assumed_signals(self) -> Mapping[str, Any]:
        """Every known signal with the value that `assume` gives it, None where it gives none."""
        return {name: self.assume.get(name) for name in self.known_signals}

    @cached_property
    def cancellers(self) -> Mapping[str, Condition]:
        """What cancels exemptions, by the name it is written under: a condition, a lexicon or a detector."""
        names = {name for exemption in self.exemptions.values() for name in exemption.cancelled_by}
        return {name: self.conditions.get(name) or Condition.model_validate(name) for name in sorted(names)}
