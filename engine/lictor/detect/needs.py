"""What a condition cannot be true without: sets of lexicons of which one must match each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lictor.policy.models import Condition
from lictor.policy.names import DETECTORS

__all__ = ["Names", "Needs"]

Names = frozenset[str]


class Needs:
    """Finds the sets of lexicons of which one must match each for a condition to hold."""

    def __init__(self, named: Mapping[str, Condition], inline: Mapping[int, str], costs: Mapping[str, float]) -> None:
        self._named = named
        self._inline = inline
        self._costs = costs
        self._known: dict[str, tuple[Names, ...]] = {}

    def of(self, node: Condition) -> tuple[Names, ...]:
        """The sets; none where the condition can hold without any match. Where none matches, it is false."""
        match node.operator:
            case "use" if (named := self._named.get(name := node.use or "")) is not None:
                if name not in self._known:
                    self._known[name] = self.of(named)
                return self._known[name]
            case "use" if node.use in DETECTORS:
                return ()
            case "use" | "lexicon":
                return (frozenset({node.use or node.lexicon or ""}),)
            case "terms":
                return (frozenset({self._inline[id(node)]}),)
            case "any" | "mechanism":
                return _union([self.best(self.of(below)) for below in node.any_ or node.of or ()])
            case "at_least":
                # With n of m needed, one of any m - n + 1 must hold.
                assert node.of is not None
                assert node.at_least is not None
                kinds = [self.best(self.of(below)) for below in node.of]
                kinds.sort(key=lambda need: float("inf") if need is None else self._cost(need))
                return _union(kinds[: len(kinds) - node.at_least + 1])
            case "all" | "near" | "count" | "distinct" | "same_field":
                return tuple(dict.fromkeys(need for below in node.children() for need in self.of(below)))
            case _:
                return ()

    def best(self, needs: Iterable[Names]) -> Names | None:
        """The set whose terms are rarest in ordinary text; None where there is none."""
        return min(needs, key=self._cost, default=None)

    def _cost(self, names: Names) -> float:
        return sum(self._costs.get(name, 0.0) for name in names)


def _union(kinds: list[Names | None]) -> tuple[Names, ...]:
    if not kinds or any(kind is None for kind in kinds):
        return ()
    return (frozenset().union(*(kind for kind in kinds if kind is not None)),)
