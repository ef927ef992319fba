"""A model of a population from its YAML file, with every mistake shown at its place.

The file goes through the policy's one door for YAML, so it is as strict and as bounded; mistakes have the codes that
the same mistakes have in a policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from lictor.errors import Diagnostic, InputError, PolicyError
from lictor.facts import FIELDS, suggest
from lictor.policy.merge import shown
from lictor.policy.source import Node, decode, plain, quoted, read_bounded, read_yaml
from lictor.simulate.population.model import GLOBAL, TYPE, WAITING, Bound, Kind, Model, Quantity

__all__ = ["DEFAULT", "read_model"]

DEFAULT = Path(__file__).with_name("default.yaml")
"""The model that comes with Lictor, for the policy `wechat`."""

_MOST = 100
_TOP = ("population", "id", "title", "about", "policy", "types", "order", *GLOBAL)
_KIND = ("title", "subject", "category", "function", "field", "severity", "false_severity")
_QUANTITY = ("value", "about", "source", "assumed", "range")


def read_model(path: Path = DEFAULT) -> Model:
    """The model in that file.

    Raises:
        PolicyError: it is not one; every mistake is listed.
        InputError: the file cannot be read.
    """
    try:
        data = read_bounded(path)
    except OSError as wrong:
        raise InputError(f"`{path}` cannot be read: {(wrong.strerror or '').lower()}") from None
    report: list[Diagnostic] = []
    file = decode(str(shown(path)), data, report)
    root = read_yaml(file, report) if file else None
    model = None if root is None else _Reader(report).model(root)
    if model is None or report:
        raise PolicyError(report)
    return model


class _Reader:
    """Reads nodes into values; what is wrong goes into the report, and a harmless value takes its place."""

    def __init__(self, report: list[Diagnostic]) -> None:
        self._report = report

    def model(self, root: Node) -> Model:
        self._keys(root, _TOP, required=("population", "id", "title", "policy", "types", "order", "detector"))
        version = root.get("population")
        if version is not None and version.value != 1:
            self._wrong("P017", f"`population` is {quoted(plain(version))}, not 1", version, "write `population: 1`")
        kinds: list[Kind] = []
        quantities: dict[str, Quantity] = {}
        types = self._mapping(root.get("types"), "types")
        for name, (key, node) in types.items():
            kinds.append(self._kind(name, node))
            if not isinstance(node.value, dict):
                quantities |= {f"types.{name}.{key}": Quantity(0.0) for key in TYPE}
                continue
            own = {k: v for k, v in self._mapping(node, name).items() if k not in _KIND}
            quantities |= self._quantities(f"types.{name}.", own, TYPE, key)
        if len(types) > _MOST:
            fact = f"`types` holds more than {_MOST}"
            self._wrong("P018", fact, root.entries["types"][0], "join those that behave alike")
        if not types and root.get("types") is not None:
            self._wrong("P018", "`types` is empty", root.entries["types"][0], "describe at least one type of account")
        for section, bounds in GLOBAL.items():
            entry = root.entries.get(section)
            own = self._mapping(entry[1], section) if entry else {}
            if entry or all(bound.default is not None for bound in bounds.values()) or section != "detector":
                quantities |= self._quantities(f"{section}.", own, bounds, entry[0] if entry else root)
        rest = [kind.id for kind in kinds if not quantities[f"types.{kind.id}.share"].said]
        if len(rest) > 1:
            at = types[rest[1]][0]
            self._wrong("P015", f"`{rest[1]}` has no `share`", at, f"`{rest[0]}` is the rest already: say its `share`")
        return Model(
            id=self._text(root, "id"),
            title=self._text(root, "title"),
            policy=self._text(root, "policy"),
            kinds=tuple(kinds),
            quantities=quantities,
            order=self._order(root.get("order"), _severities(kinds)),
            about=self._text(root, "about"),
        )

    def _kind(self, name: str, node: Node) -> Kind:
        self._keys(node, (*_KIND, *TYPE), required=("title", "subject"), owner=name)
        violates = node.get("violating") is not None or node.get("false_alarm") is not None
        if violates and node.get("category") is None:
            self._wrong("P015", f"`{name}` has no `category`", node, "name the category its posts are found under")
        field = self._text(node, "field") or "article"
        if field not in FIELDS:
            at = node.get("field") or node
            self._wrong("P017", f"{quoted(field)} is no field of an item", at, suggest(field, FIELDS))
        return Kind(
            id=name,
            title=self._text(node, "title"),
            subject=self._text(node, "subject"),
            category=self._text(node, "category"),
            function=self._text(node, "function"),
            field=field,
            severities=self._mix(node, "severity", wanted=node.get("violating") is not None, owner=name),
            false_severities=self._mix(node, "false_severity", wanted=node.get("false_alarm") is not None, owner=name),
        )

    def _mix(self, node: Node, key: str, *, wanted: bool, owner: str) -> dict[str, float]:
        mix = node.get(key)
        if mix is None:
            if wanted:
                self._wrong("P015", f"`{owner}` has no `{key}`", node, f"say shares: `{key}: {{S1: 0.5, S2: 0.5}}`")
            return {}
        shares = {name: self._number(value, name, 0.0, 1.0) for name, (_, value) in self._mapping(mix, key).items()}
        if abs(sum(shares.values()) - 1) > 1e-9:
            self._wrong("P018", f"the shares under `{key}` add up to {sum(shares.values()):g}", mix, "make them 1")
        return shares

    def _quantities(
        self, prefix: str, own: Mapping[str, tuple[Node, Node]], bounds: Mapping[str, Bound], owner: Node
    ) -> dict[str, Quantity]:
        quantities: dict[str, Quantity] = {}
        name = prefix.rstrip(".").split(".")[-1]
        for key, (at, _) in own.items():
            if key not in bounds:
                self._wrong("P014", f"unknown key {quoted(key)}", at, suggest(key, bounds))
        for key, bound in bounds.items():
            if key in own:
                quantities[prefix + key] = self._quantity(key, own[key][1], bound)
                continue
            if bound.default is None and key != "share":
                self._wrong("P015", f"`{name}` has no `{key}`", owner, f"{bound.about}: `{{value: ..., source: ...}}`")
            quantities[prefix + key] = Quantity(bound.default or 0.0, bound.about, said=False)
        return quantities

    def _quantity(self, name: str, node: Node, bound: Bound) -> Quantity:
        form = "`{value: 0.1, assumed: true}`, or with `source: ...` where it was measured"
        if not isinstance(node.value, dict):
            self._wrong("P016", f"`{name}` is no mapping", node, f"write {form}")
            return Quantity(bound.low)
        self._keys(node, _QUANTITY, required=("value",), owner=name)
        value = node.get("value")
        number = bound.low if value is None else self._number(value, name, bound.low, bound.high)
        source, assumed = self._text(node, "source"), node.get("assumed")
        if bool(source) == (assumed is not None and assumed.value is True):
            fact = f"`{name}` says " + ("both a source and that it is assumed" if source else "not where it comes from")
            self._wrong("P015", fact, node, "write `source: ...` or `assumed: true`")
        between = node.get("range")
        span: tuple[float, float] | None = None
        if between is not None:
            ends = [self._number(one, name, bound.low, bound.high) for one in between.items]
            if len(ends) != 2 or not ends[0] < ends[1] or not ends[0] <= number <= ends[1]:
                self._wrong(
                    "P018", f"the range of `{name}` does not go round its value", between, "write `range: [low, high]`"
                )
            else:
                span = (ends[0], ends[1])
        return Quantity(number, self._text(node, "about") or bound.about, source, span)

    def _order(self, node: Node | None, severities: frozenset[str]) -> tuple[tuple[str, ...], ...]:
        """The groups. Without any severity the types are amiss, which is said; then any name may be one."""
        known = {*WAITING, *severities}
        groups: list[tuple[str, ...]] = []
        for group in node.items if node else ():
            names = group.items or [group]
            for one in names:
                if one.value not in known and severities:
                    fact = f"{quoted(plain(one))} is nothing that waits for a reviewer"
                    self._wrong("P017", fact, one, suggest(str(one.value), known))
            groups.append(tuple(str(one.value) for one in names))
        named = [name for group in groups for name in group]
        missing = [name for name in WAITING if name not in named]
        if node is not None and (missing or len(set(named)) != len(named)):
            fact = f"`order` leaves `{missing[0]}` out" if missing else "`order` names something twice"
            self._wrong("P018", fact, node, "name each of " + ", ".join(f"`{one}`" for one in WAITING) + " once")
        return tuple(groups)

    def _keys(
        self, node: Node, known: Iterable[str], *, required: Iterable[str] = (), owner: str = "the model"
    ) -> None:
        known = tuple(known)
        if not isinstance(node.value, dict):
            self._wrong("P016", f"{quoted(owner)} is no mapping", node, "write `key: value` lines")
            return
        for key, (at, value) in node.entries.items():
            if key not in known:
                self._wrong("P014", f"unknown key {quoted(key)}", at, suggest(key, known))
            elif value.value is None:
                self._wrong("P013", f"{quoted(key)} has no value", at, "write a value, or leave the key out")
        for key in required:
            if key not in node.entries:
                self._wrong("P015", f"{quoted(owner)} has no `{key}`", node, f"add `{key}: ...`")

    def _mapping(self, node: Node | None, name: str) -> dict[str, tuple[Node, Node]]:
        if node is not None and not isinstance(node.value, dict) and node.value is not None:
            self._wrong("P016", f"`{name}` is no mapping", node, "write `key: value` lines, or `{key: value}`")
        return {} if node is None else node.entries

    def _number(self, node: Node, name: str, low: float, high: float) -> float:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong("P016", f"`{name}` is {quoted(plain(node))} where a number is wanted", node, "write a number")
            return low
        if not low <= value <= high:
            fact = (
                f"`{name}` is {value:g}, less than {low:g}"
                if value < low
                else f"`{name}` is {value:g}, more than {high:g}"
            )
            self._wrong("P018", fact, node, f"write a number from {low:g} to {high:g}")
            return low
        return float(value)

    def _text(self, node: Node, key: str) -> str:
        value = node.get(key)
        if value is None or value.value is None:
            return ""
        if not isinstance(value.value, str) or not value.value.strip():
            self._wrong("P016", f"`{key}` is {quoted(plain(value))} where a text is wanted", value, "put it in quotes")
            return ""
        return value.value

    def _wrong(self, code: str, fact: str, node: Node, hint: str) -> None:
        self._report.append(Diagnostic(code, fact, node.place, hint=hint))


def _severities(kinds: Iterable[Kind]) -> frozenset[str]:
    return frozenset(name for kind in kinds for name in (*kind.severities, *kind.false_severities))
