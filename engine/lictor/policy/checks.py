"""What must hold between places: names exist and are used, order is kept, nothing goes in circles, values fit.

The checks read the tree, not the models, so they say all they can even where a part of the policy is not well formed;
what a node of the wrong kind should have been is for `mistakes` to say. Where a file could not be read nobody knows
which names it defines: then nothing is called undefined or unused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo, available_timezones

from lictor.errors import Diagnostic, Place, UsageError
from lictor.facts import FIELDS, instant
from lictor.policy.meant import as_condition, meant, near, several
from lictor.policy.mistakes import MERGE_HINT, MOST, unnamed
from lictor.policy.models import MODIFIERS, OPERATORS, PolicyDocument, misfits
from lictor.policy.names import DETECTORS, FACT_KEYS, MECHANISMS, SIGNALS, SignalType
from lictor.policy.source import MAX_DEPTH, Node, quoted

__all__ = ["check"]

REFERENCES: tuple[tuple[str, str], ...] = (
    ("categories/*/from/*", "version"),
    ("categories/*/from/@", "scope"),
    ("categories/*/until", "version"),
    ("categories/*/ground/from", "version"),
    ("categories/*/ground/*/from", "version"),
    ("rules/*/category", "category"),
    ("rules/*/severity", "severity"),
    ("rules/*/severity/max", "severity"),
    ("rules/*/severity/alone", "severity"),
    ("rules/*/unless/*", "exemption"),
    ("exemptions/*/cancelled_by/*", "condition"),
    ("bundles/*/*", "function"),
    ("invariants/never_restrict/*", "function"),
    ("subjects/*/bundle", "bundle"),
    ("takes/*/*", "restriction"),
    ("detected/@", "severity"),
    ("detected/*/@", "field"),
    ("ladders/*/for/*", "subject"),
    ("ladders/*/categories/*", "pattern"),
    ("ladders/*/from/*", "version"),
    ("ladders/*/from/@", "pattern"),
    ("ladders/*/until/*", "version"),
    ("ladders/*/until/@", "pattern"),
    ("ladders/*/first/@", "severity"),
    ("ladders/*/severity/@", "severity"),
    ("ladders/*/steps/*/*/restrict/*", "restriction"),
    ("ladders/*/steps/*/*/functions/*", "restriction"),
    ("ladders/*/severity/*/*/restrict/*", "restriction"),
    ("ladders/*/severity/*/*/functions/*", "restriction"),
    ("ladders/*/reoffence/then/*/restrict/*", "restriction"),
    ("ladders/*/reoffence/then/*/functions/*", "restriction"),
    ("ladders/*/fails_order/*", "pattern"),
    ("categories/*/also/@", "severity"),
    ("evasion/new_account/category", "category"),
    ("evasion/successor_group/category", "category"),
    ("evasion/categories/*", "pattern"),
    ("evasion/severity/max", "severity"),
    ("evasion/severity/alone", "severity"),
    ("notices/*/when/subject/*", "subject"),
    ("notices/*/when/category/*", "pattern"),
    ("notices/*/when/function/*", "function"),
    ("guards/*/rules/*", "rule pattern"),
)
"""Which name stands where: `*` is each item, or the one value in place of a list; `@` is each key."""

CONDITIONS = ("binds/when", "conditions/*", "exemptions/*/when", "rules/*/when")
ALL_FUNCTIONS = "*"
MAX_USES = 10_000
COMPARISONS = ("above", "below", "at_least", "at_most")

_NOUNS: Mapping[str, tuple[str, str]] = {
    "version": ("version", "versions"),
    "category": ("category", "categories"),
    "severity": ("severity", "severities"),
    "lexicon": ("lexicon", "lexicons"),
    "condition": ("condition, lexicon or detector", "conditions"),
    "exemption": ("exemption", "exemptions"),
    "function": ("function", "functions"),
    "bundle": ("bundle", "bundles"),
    "restriction": ("bundle or function", "bundles"),
    "subject": ("subject type", "subjects"),
    "scope": ("subject type or field", "subjects"),
    "field": ("field", ""),
    "mechanism": ("mechanism", ""),
    "rule": ("rule", "rules"),
}
_SOUGHT: Mapping[str, tuple[str, ...]] = {
    "condition": ("conditions", "lexicons"),
    "restriction": ("bundles", "functions"),
    "field": (),
    "mechanism": (),
}
"""The sections that define names of a kind, where it is not the one it is called by."""
_IDENTIFIED = ("versions", "severities", "rules", "ladders", "notices", "guards")
_SINGULAR = {
    "versions": "version", "severities": "severity", "rules": "rule", "ladders": "ladder", "notices": "notice",
    "guards": "guard",
    "lexicons": "lexicon", "conditions": "condition", "exemptions": "exemption", "bundles": "bundle",
    "signals": "signal", "categories": "category",
}  # fmt: skip


def check(tree: Node, *, complete: bool, whole: bool = True, formed: bool = True) -> list[Diagnostic]:
    """Every mistake between places.

    `complete`: all files of the policy are in the tree; `whole`: with all that is in them; `formed`: the models had
    nothing to refuse.
    """
    checks = _Checks(tree, complete=complete)
    checks.names()
    for path in CONDITIONS:
        for condition in select(tree, path):
            checks.condition(condition)
    checks.circles()
    checks.versions()
    checks.lexicons()
    checks.curly()
    checks.ladders()
    checks.restrictions()
    checks.facts()
    checks.timezone()
    # A part that is read alone lacks whatever uses what it defines.
    if complete and whole and "lictor" in tree.entries and tree.entries.keys() <= _SECTIONS:
        checks.unused(formed=formed)
    return checks.report


def select(node: Node, path: str) -> Iterator[Node]:
    """The nodes at such a path below the node, in the order they were written."""
    head, _, rest = path.partition("/")
    if not head:
        yield node
    elif head == "@":
        yield from (key for key, _ in node.entries.values())
    elif head == "*":
        below = node.items or [value for _, value in node.entries.values()]
        for child in below or ([] if isinstance(node.value, list | dict) else [node]):
            yield from select(child, rest)
    else:
        under = node.get(head)
        if under is not None:
            yield from select(under, rest)


class _Checks:
    """The tree, what it defines and uses, and what was found wrong so far."""

    def __init__(self, tree: Node, *, complete: bool) -> None:
        self.tree = tree
        self.complete = complete
        self.report: list[Diagnostic] = []
        self.used: set[tuple[str, str]] = set()
        self.defined: dict[str, dict[str, Node]] = {}
        for section in ("signals", "lexicons", "conditions", "categories", "exemptions", "bundles", "subjects"):
            self.defined[section] = {str(key.value): key for key in select(tree, f"{section}/@")}
        self.defined["functions"] = self.first_of("function", select(tree, "functions/*"))
        for section in _IDENTIFIED:
            listed = self.first_of(_SINGULAR[section], select(tree, f"{section}/*/id"))
            keys = select(tree, f"{section}/@")  # written as a mapping: that is reported, its names are known
            self.defined[section] = {**{str(key.value): key for key in keys}, **listed}
        self.signals = {**SIGNALS, **{name: _signal_type(tree, name) for name in self.defined["signals"]}}
        self.vague = {name for name in self.defined["signals"] if _is_vague(tree, name)}
        self.spans: dict[str, bool] = {}
        self.unnamed = dict(unnamed(tree))
        self.named: dict[str, Node] = {name: value for name, (_, value) in _entries(tree, "conditions")}

    def fault(self, code: str, message: str, place: Place, hint: str, label: str = "") -> None:
        self.report.append(Diagnostic(code, message, place, label, hint))

    def suggest(self, name: str, known: Iterable[str]) -> str:
        """A hint towards the name meant, while there are not too many mistakes to look for one."""
        return meant(name, known) if len(self.report) < MOST else ""

    def several(self, kind: str, text: str, known: Iterable[str]) -> str:
        """A hint where the text holds more than one name, or a condition in another language; else nothing."""
        before, sign, rest = text.partition("#")
        if sign and before.strip() in known:
            return f"a comment needs a space before it: `{before.strip()} #{rest}`"
        if kind == "condition":
            return as_condition(text, known, self.signals)
        listed = several(text, known)
        return f"write a list: `[{', '.join(listed)}]`" if listed else ""

    def signal(self, name: str, known: Iterable[str]) -> str:
        """A hint for a key that is none of the known ones: the one meant, or that a signal is declared first."""
        close = near(name, known) if len(self.report) < MOST else ""
        return close or f"if it is a signal, declare it: `signals: {{{name}: {{type: boolean}}}}`"

    def first_of(self, noun: str, nodes: Iterable[Node]) -> dict[str, Node]:
        """The first node of each name; later ones of the same name are reported."""
        first: dict[str, Node] = {}
        for node in nodes:
            if not isinstance(node.value, str):
                continue
            before = first.setdefault(node.value, node)
            if before is not node:
                label = f"first defined at {_line(before, node)}"
                hint = f"rename one {noun}, or make them one"
                self.fault("P012", f"{noun} {quoted(node.value)} is defined twice", node.place, hint, label)
        return first

    # --- names

    def known(self, kind: str) -> set[str]:
        """Every name that may stand where one of that kind is wanted."""
        extra: Mapping[str, Iterable[str]] = {
            "condition": (*DETECTORS, *self.defined["lexicons"]),
            "restriction": self.defined["functions"],
            "scope": ("default", "content", "service", *FIELDS),
            "field": ("default", *FIELDS),
            "mechanism": MECHANISMS,
        }
        return {*self.defined.get(_NOUNS[kind][1], ()), *extra.get(kind, ())}

    def knows(self, kind: str) -> bool:
        """Whether all names of the kind are known: none stands in what could not be read, or is no list of names."""
        return self.complete and all(self.sound(section) for section in _SOUGHT.get(kind, (_NOUNS[kind][1],)))

    def sound(self, section: str) -> bool:
        """Whether all that the section defines is known."""
        if not {section, "*"}.isdisjoint(self.tree.lost) or section in self.unnamed:
            return False
        node = self.tree.get(section)
        kinds = (list, dict) if section in _IDENTIFIED else (list,) if section == "functions" else (dict,)
        return node is None or (not node.lost and isinstance(node.value, kinds))

    def names(self) -> None:
        """Names that stand where the table says, and names that mean two things."""
        for path, kind in REFERENCES:
            for node in select(self.tree, path):
                if kind == "pattern":
                    self.pattern(node)
                elif kind == "rule pattern":
                    self.rule_pattern(node)
                else:
                    self.refer(kind, node)
        for name, node in self.defined["conditions"].items():
            if name in self.defined["lexicons"]:
                label = f"the lexicon is at {_line(self.defined['lexicons'][name], node)}"
                self.fault(
                    "P032", f"{quoted(name)} is a condition and a lexicon", node.place, "rename one of them", label
                )
        for section in ("conditions", "lexicons"):
            for name, node in self.defined[section].items():
                if name in DETECTORS:
                    message = f"{quoted(name)} is a {_SINGULAR[section]} and a detector"
                    self.fault("P032", message, node.place, f"rename the {_SINGULAR[section]}")
        taken = {*OPERATORS, *_MODIFIER_KEYS, *SIGNALS, *FACT_KEYS, "at"}
        for name, node in self.defined["signals"].items():
            # A built-in signal may be declared again to give it a title; its type is then checked like any other's.
            if name in taken and (name not in SIGNALS or self.signals[name].type != SIGNALS[name].type):
                self.fault(
                    "P032", f"{quoted(name)} has a meaning of its own", node.place, "give the signal another name"
                )

    def refer(self, kind: str, node: Node) -> None:
        """The node names something of that kind: note it as used, or report that there is none."""
        if not isinstance(node.value, str) or (node.value == ALL_FUNCTIONS and kind == "restriction"):
            return
        name, (noun, section) = node.value, _NOUNS[kind]
        self.used.update((place, name) for place in _SOUGHT.get(kind, (section,)))
        known = self.known(kind)
        if name[:1] in ("【", "［") and name[1:-1] in known:
            return  # a list in other brackets, which `mistakes` says
        if name not in known and self.knows(kind) and not (kind == "version" and not known):
            hint = self.several(kind, name, known) or self.suggest(name, known) or f"define it under `{section}`"
            self.meant(hint)
            self.fault("P030", f"there is no {noun} {quoted(name)}", node.place, hint)

    def pattern(self, node: Node) -> None:
        """The node is a category or a pattern such as `fin.nft.*`; it must fit one."""
        if not isinstance(node.value, str):
            return
        fitting = [name for name in self.defined["categories"] if fnmatchcase(name, node.value)]
        self.used.update(("categories", name) for name in fitting)
        if not fitting and self.knows("category") and node.value != "*":
            hint = self.suggest(node.value, self.defined["categories"]) or "define one under `categories`"
            self.meant(hint)
            self.fault("P030", f"no category is called {quoted(node.value)}", node.place, hint)

    def rule_pattern(self, node: Node) -> None:
        """The node is a rule or a pattern such as `otc-*`; it must fit one."""
        if not isinstance(node.value, str) or node.value == "*" or not self.knows("rule"):
            return
        if not any(fnmatchcase(name, node.value) for name in self.defined["rules"]):
            hint = self.suggest(node.value, self.defined["rules"]) or "name a rule, or `*` for all of them"
            self.fault("P030", f"no rule is called {quoted(node.value)}", node.place, hint)

    def meant(self, hint: str) -> None:
        """The name a misspelled one was meant to be, or the only one it can have been, is no unused one."""
        named = hint.split("`")[1::2]
        if hint.startswith("did you mean") or len(named) == 1:
            self.used.update((section, named[0]) for section in self.defined)

    def unused(self, *, formed: bool) -> None:
        """What is defined and read nowhere. Where a rule says no category or severity, it may be any of them."""
        for key, section in (("category", "categories"), ("severity", "severities")):
            said = [rule.get(key) for rule in select(self.tree, "rules/*")]
            if any(node is None or not isinstance(node.value, str | dict) for node in said):
                self.used.update((section, name) for name in self.defined[section])
        self.used.update(("severities", name) for name in _computed_range(self.tree, list(self.defined["severities"])))
        if self.report or not formed:  # what is named in a place that is wrong itself is not unused, too
            mentioned = {name.casefold() for name in _mentioned(self.tree)}
            for section, names in self.defined.items():
                self.used.update((section, name) for name in names if name.casefold() in mentioned)
            if any(_without_condition(self.tree)):
                for section in ("lexicons", "conditions", "signals"):
                    self.used.update((section, name) for name in self.defined[section])
        # A section that is borrowed as a whole may have parts to spare.
        whole = {asked.value for asked in select(self.tree, "borrow/*/*") if isinstance(asked.value, str)}
        for section in ("lexicons", "conditions", "exemptions", "signals", "bundles", "severities", "categories"):
            for name, node in self.defined[section].items():
                if (section, name) not in self.used and section not in whole and section not in self.unnamed:
                    message = f"{_SINGULAR[section]} {quoted(name)} is used nowhere"
                    self.fault("P031", message, node.place, "use it, or take it away")

    # --- conditions

    def condition(self, node: Node) -> None:
        """One condition and all below it: its keys together, the names and values in it."""
        if isinstance(node.value, str):
            self.refer("condition", node)
        for one in node.items:
            self.condition(one)
        self.keys(node)
        for name, (key, value) in node.entries.items():
            if name in ("any", "all", "of", "near"):
                for operand in value.items or [value]:
                    self.condition(operand)
            elif name in ("not", "count", "distinct", "same_field"):
                self.condition(value)
            elif name in ("use", "lexicon", "subject", "mechanism"):
                for one in value.items or [value]:
                    self.refer("condition" if name == "use" else name, one)
            elif name == "terms":
                self.terms(value.items or [value], "this list")
            elif name in self.signals:
                self.used.add(("signals", name))
                self.compared(name, value)
            if name in ("near", "count", "distinct") or (name == "of" and "mechanism" in node.entries):
                for operand in value.items or [value]:
                    if not self.is_span(operand):
                        hint = "use a lexicon, `terms`, a detector, a `mechanism`, or `any` of these"
                        whose = "mechanism" if name == "of" else name
                        self.fault("P035", f"`{whose}` needs something found in the text", _show(operand, key), hint)

    def keys(self, node: Node) -> None:
        """Whether the keys of the condition go together."""
        if not isinstance(node.value, dict):
            return
        known = {*OPERATORS, *_MODIFIER_KEYS, *self.signals}
        unknown = [name for name in node.entries if name not in known]
        told = [name for name in unknown if node.entries[name][1].value is not None]  # the others have no value
        for name in told if self.complete and self.sound("signals") else ():
            place = node.entries[name][0].place
            if name == "<<":
                self.fault("P006", "merge keys are refused", place, MERGE_HINT)
            else:
                self.fault("P014", f"{quoted(name)} is no condition and no signal", place, self.signal(name, known))
        if not unknown:
            for misfit in misfits({name: value.value for name, (_, value) in node.entries.items()}):
                shown = node if misfit.key is None else node.entries[misfit.key][0]
                self.fault("P025", misfit.fact, shown.place, misfit.hint)

    def is_span(self, node: Node, depth: int = 0) -> bool:
        """Whether the condition denotes places in the text; what is unknown or reported elsewhere is let pass."""
        name = node.value if isinstance(node.value, str) else None
        use = node.get("use")
        if use is not None and isinstance(use.value, str):
            name = use.value
        if name is not None:
            if name in self.named and name not in self.spans and depth < MAX_DEPTH:
                self.spans[name] = True  # a circle is reported as such
                self.spans[name] = self.is_span(self.named[name], depth + 1)
            return self.spans.get(name, True)
        choices = node.get("any")
        if choices is not None:
            return all(self.is_span(one, depth) for one in choices.items or [choices])
        known = {*OPERATORS, *_MODIFIER_KEYS, *self.signals}
        return not node.entries.keys() <= known or not node.entries or not node.entries.keys().isdisjoint(_SPANS)

    def circles(self) -> None:
        """Conditions that lead back to themselves, each circle once with every hop, and those that grow too large."""
        uses = {name: [used for used in _uses(node) if used in self.named] for name, node in self.named.items()}
        size: dict[str, int] = {}

        def visit(name: str, hops: list[str]) -> None:
            if name in hops:
                circle = [*hops[hops.index(name) :], name]
                way = " -> ".join(f"`{hop}`" for hop in circle)
                place = self.defined["conditions"][name].place
                self.fault("P034", f"conditions go in a circle: {way}", place, "let one of them stand on its own")
            elif len(hops) >= MAX_DEPTH:
                size[name] = 0
                message = f"{quoted(hops[0])} leads through more than {MAX_DEPTH} names"
                place = self.defined["conditions"][hops[0]].place
                self.fault("P043", message, place, "write short conditions in place instead of naming them")
            elif name not in size:
                for below in uses[name]:
                    visit(below, [*hops, name])
                size[name] = 1 + sum(size.get(below, 0) for below in uses[name])
                if size[name] > MAX_USES and all(size.get(below, 0) <= MAX_USES for below in uses[name]):
                    message = f"{quoted(name)} comes to more than {MAX_USES:,} conditions with those it names"
                    place = self.defined["conditions"][name].place
                    self.fault("P043", message, place, "name each condition once, in the smallest place that needs it")

        for name in uses:
            visit(name, [])

    # --- values

    def compared(self, name: str, node: Node) -> None:
        """What a signal is compared with fits its type."""
        spec = self.signals[name]
        if name in self.vague:
            return
        if not isinstance(node.value, dict):
            for one in node.items or [node]:
                self.fits(name, spec, one)
            return
        if spec.type != "number":
            hint = "compare numbers only; write the value, or a list of values"
            self.fault("P038", f"{quoted(name)} is no number and has no order", node.place, hint)
            return
        if not node.entries:
            self.fault("P038", f"{quoted(name)} is compared with nothing", node.place, "write `{at_least: 18}`")
        for key, (said, bound) in node.entries.items():
            if key not in COMPARISONS:
                self.fault("P014", f"unknown key {quoted(key)}", said.place, self.suggest(key, COMPARISONS))
            else:
                self.fits(name, spec, bound)

    def fits(self, name: str, spec: SignalType, node: Node) -> None:
        """One value fits the type and the values of the signal."""
        value = node.value
        if value is None:
            return
        kinds: Mapping[str, tuple[bool, str, str]] = {
            "boolean": (isinstance(value, bool), "`true` or `false`", "write `true` or `false`, without quotes"),
            "number": (type(value) is int, "a whole number", "write it without quotes; shares as parts per million"),
            "text": (isinstance(value, str), "a text", "put it in quotes"),
        }
        right, wanted, hint = kinds[spec.type]
        said = "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else quoted(value)
        if not right:
            self.fault("P038", f"{quoted(name)} is {wanted}, not {said}", node.place, hint)
        elif spec.values and value not in spec.values:
            self.fault(
                "P038",
                f"{quoted(name)} is never {said}",
                node.place,
                self.suggest(str(value), spec.values) or "write one of its values",
            )

    def facts(self) -> None:
        """What `assume` and the rules' tests say of an item."""
        known = {**FACT_KEYS, **self.signals}
        for path in ("assume", "rules/*/tests/given"):
            for given in select(self.tree, path):
                for name, (key, value) in given.entries.items():
                    if name == "at" and path != "assume":
                        self.instant(value)
                    elif name == "subject":
                        self.refer("subject", value)
                    elif name in known and name not in self.vague:
                        self.fits(name, known[name], value)
                    elif name not in known and self.complete and self.sound("signals"):
                        self.fault("P030", f"there is no signal {quoted(name)}", key.place, self.signal(name, known))

    def instant(self, node: Node) -> datetime | None:
        """The instant the node says, or a report that it says none."""
        try:
            return instant(str(node.value))
        except UsageError as wrong:
            self.fault("P022", str(wrong), node.place, wrong.hint)
            return None

    def timezone(self) -> None:
        """The time zone exists."""
        for node in select(self.tree, "timezone"):
            try:
                ZoneInfo(str(node.value))
            except (KeyError, ValueError, OSError):
                hint = (
                    self.suggest(str(node.value), available_timezones())
                    or "write a name such as `Asia/Shanghai` or `UTC`"
                )
                self.fault("P030", f"there is no time zone {quoted(node.value)}", node.place, hint)

    def versions(self) -> None:
        """Versions stand from the oldest to the newest, no two at one instant."""
        before: tuple[str, datetime] | None = None
        for version in select(self.tree, "versions/*"):
            start, own = version.get("from"), version.get("id")
            if start is None or own is None:
                continue
            try:
                moment = instant(str(start.value))
            except UsageError:
                continue  # the models say so
            name = quoted(own.value)
            if before is not None and moment <= before[1]:
                how = "at the same instant as" if moment == before[1] else "before"
                hint = "list versions from the oldest to the newest, each at an instant of its own"
                self.fault("P033", f"version {name} begins {how} {before[0]}", start.place, hint)
            before = (name, moment)

    def lexicons(self) -> None:
        """No lexicon is empty, and none lists a term twice."""
        for name, (key, lexicon) in _entries(self.tree, "lexicons"):
            terms = lexicon.get("terms")
            if terms is not None and isinstance(terms.value, list):
                self.terms(terms.items, f"lexicon {quoted(name)}")
                for phrase in select(lexicon, "allow/*"):
                    self.note(phrase)
            known = not (lexicon.lost or (terms is not None and terms.lost))
            if known and isinstance(lexicon.value, dict) and (terms is None or terms.value == []):
                shown = lexicon.get("file") or key
                self.fault("P040", f"lexicon {quoted(name)} has no terms", shown.place, "list some, or take it away")

    def terms(self, terms: Iterable[Node], where: str) -> None:
        """No term or variant of these stands twice; words that look like another type are noted."""
        first: dict[str, Node] = {}
        for entry in terms:
            for node in (entry.get("term") or entry, *select(entry, "variants/*")):
                if not isinstance(node.value, str):
                    continue
                before = first.setdefault(node.value, node)
                if before is not node:
                    label = f"first listed at {_line(before, node)}"
                    message = f"{quoted(node.value)} is listed twice in {where}"
                    self.fault("P039", message, node.place, "take one away, or make them one", label)
                self.note(node)
            for phrase in select(entry, "allow/*"):
                self.note(phrase)

    def note(self, node: Node) -> None:
        """A note where a bare word would be another type to other readers of YAML."""
        if node.bare and isinstance(node.value, str) and _AMBIGUOUS.fullmatch(node.value):
            hint = f"put it in quotes to say so: '{node.value}'"
            self.report.append(
                Diagnostic("P041", f"{quoted(node.value)} is taken as text", node.place, hint=hint, level="note")
            )

    def curly(self) -> None:
        """A note where a text stands in typographic quotes, which are part of it: YAML knows only the plain ones."""
        for section in ("categories", "versions", "rules", "lexicons"):
            for node in _scalars(self.tree.get(section)):
                text = node.value
                if node.bare and isinstance(text, str) and _CURLY.fullmatch(text):
                    hint = f"write it in plain quotes: '{text[1:-1]}'; or around it all, if they belong to it"
                    told = f"{quoted(text)} is taken with its quotes, which are none of YAML's"
                    self.report.append(Diagnostic("P041", told, node.place, hint=hint, level="note"))

    def ladders(self) -> None:
        """A ladder has what its `by` reads, and nothing it does not."""
        for ladder in select(self.tree, "ladders/*"):
            by, steps, severity, own = (ladder.get(key) for key in ("by", "steps", "severity", "id"))
            if by is None or own is None:
                continue
            name = f"ladder {quoted(own.value)}"
            if by.value in ("strikes", "rungs") and (steps is None or steps.value == []):
                hint = "list them: `steps: [[warn], [ban_permanent]]`"
                self.fault("P036", f"{name} goes by {by.value} and has no `steps`", by.place, hint)
            if by.value == "severity":
                if steps is not None:
                    hint = "take them away, or go `by: strikes`"
                    self.fault(
                        "P036", f"{name} goes by severity and reads no `steps`", ladder.entries["steps"][0].place, hint
                    )
                if severity is None or not severity.entries:
                    hint = "say what each leads to: `severity: {S1: [warn]}`"
                    self.fault("P036", f"{name} goes by severity and has no `severity`", by.place, hint)
            for rung in select(ladder, "first/*"):
                if steps is not None and isinstance(rung.value, int) and rung.value > len(steps.items) > 0:
                    message = f"{name} begins at step {rung.value} of {len(steps.items)}"
                    self.fault("P036", message, rung.place, "begin at a step there is")

    def restrictions(self) -> None:
        """Nothing takes away what `invariants` protect."""
        named = select(self.tree, "invariants/never_restrict/*")
        protected = {node.value: node for node in named if isinstance(node.value, str)}
        for path in ("bundles/*/*", *(path for path, kind in REFERENCES if kind == "restriction")):
            for node in select(self.tree, path):
                if isinstance(node.value, str) and node.value in protected:
                    label = f"protected at {_line(protected[node.value], node)}"
                    message = f"{quoted(node.value)} may never be restricted"
                    self.fault("P037", message, node.place, "take it out of this list, or out of `invariants`", label)


# --- helpers ---------------------------------------------------------------------------------------------------------

_SPANS = frozenset({"lexicon", "terms", "mechanism"})
_SECTIONS = frozenset(field.alias or name for name, field in PolicyDocument.model_fields.items())
_MODIFIER_KEYS: frozenset[str] = frozenset().union(*MODIFIERS.values())
_CURLY = re.compile(r"[\u2018\u201c\u201e][^\u2018-\u201e]*[\u2019\u201d\u201c]")
_AMBIGUOUS = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|[-+]?\d[\d_]*([:.]\d*)*|0[xob][\da-f_]+|\d+e\d+")


def _entries(tree: Node, section: str) -> list[tuple[str, tuple[Node, Node]]]:
    node = tree.get(section)
    return list(node.entries.items()) if node else []


def _line(node: Node, seen_from: Node) -> str:
    """The line of the node, with its file where that is another one."""
    return f"line {node.line}" if node.file is seen_from.file else f"{node.file.name}:{node.line}"


def _show(node: Node, key: Node) -> Place:
    return key.place if node.value is None else node.place


def _uses(node: Node) -> Iterator[str]:
    """The bare names and `use`s below a condition."""
    if isinstance(node.value, str):
        yield node.value
    for name, (_, value) in node.entries.items():
        if name in ("any", "all", "of", "near", "not", "count", "distinct", "same_field", "use"):
            for below in value.items or [value]:
                yield from _uses(below)


def _scalars(node: Node | None) -> Iterator[Node]:
    waiting = [] if node is None else [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node.value, list):
            waiting += reversed(node.value)
        elif isinstance(node.value, dict):
            waiting += [value for _, value in reversed(node.value.values())]
        else:
            yield node


def _mentioned(node: Node, *, inside: bool = False) -> Iterator[str]:
    """Every text below that may be a name; inside of rules and what they read, also the words of texts, and keys."""
    if isinstance(node.value, str):
        yield node.value
        if inside:
            yield from re.findall(r"[\w.-]+", node.value)
    for key, (_, value) in node.entries.items():
        if key not in ("title", "tests", "note"):
            if inside:
                yield key
            yield from _mentioned(value, inside=inside or key in ("rules", "conditions", "exemptions"))
    for below in node.items:
        yield from _mentioned(below, inside=inside)


def _without_condition(tree: Node) -> Iterator[Node]:
    """Whatever should have a condition and has none: nobody knows what it would have read."""
    for path in ("rules/*", "exemptions/*"):
        for node in select(tree, path):
            when = node.get("when")
            if when is None or when.value is None:
                yield node


def _signal_type(tree: Node, name: str) -> SignalType:
    """The declared type; text, which most are, where the declaration is broken."""
    kinds: Mapping[object, Callable[[tuple[str, ...]], SignalType]] = {
        "number": lambda values: SignalType("number", values),
        "boolean": lambda values: SignalType("boolean", values),
    }
    said = next((node.value for node in select(tree, f"signals/{name}/type")), None)
    values = tuple(node.value for node in select(tree, f"signals/{name}/values/*") if isinstance(node.value, str))
    return kinds[said](values) if isinstance(said, str) and said in kinds else SignalType("text", values)


def _is_vague(tree: Node, name: str) -> bool:
    """Whether the signal's declaration says a type that there is not: that is reported, and nothing follows from it."""
    said = next((node.value for node in select(tree, f"signals/{name}/type")), None)
    return said is not None and said not in ("text", "number", "boolean")


def _computed_range(tree: Node, severities: list[str]) -> Iterator[str]:
    """The severities a computed one may come to: from the mildest to its `max`."""
    for node in select(tree, "rules/*/severity/max"):
        if node.value in severities:
            yield from severities[: severities.index(str(node.value)) + 1]
