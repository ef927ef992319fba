"""What a condition cannot be true without: sets of lexicons, or of parts of them, of which one must match each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from lictor.policy.models import Condition
from lictor.policy.names import DETECTORS

__all__ = ["Needs"]

Name = TypeVar("Name", bound=Hashable)


class Needs(Generic[Name]):
    """Finds the sets of names of which one must match each for a condition to hold.

    `names` are those of a lexicon's terms, of these strengths where any are given; `costs` how common each is.
    """

    def __init__(
        self,
        named: Mapping[str, Condition],
        inline: Mapping[int, str],
        costs: Mapping[Name, float],
        names: Callable[[str, Sequence[str] | None], frozenset[Name]],
    ) -> None:
        self._named = named
        self._inline = inline
        self._costs = costs
        self._names = names
        # By the identity of the condition, which lives as long as the policy does.
        self._known: dict[int, tuple[frozenset[Name], ...]] = {}

    def of(self, node: Condition) -> tuple[frozenset[Name], ...]:
        """The sets; none where the condition can hold without any match. Where none matches, it is false."""
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = self._found(node)
        return known

    def best(self, needs: Iterable[frozenset[Name]]) -> frozenset[Name] | None:
        """The set whose terms are rarest in ordinary text; None where there is none."""
        return min(needs, key=self._cost, default=None)

    def _found(self, node: Condition) -> tuple[frozenset[Name], ...]:
        match node.operator:
            case "use" if (named := self._named.get(node.use or "")) is not None:
                return self.of(named)
            case "use" if node.use in DETECTORS:
                return ()
            case "use" | "lexicon":
                return (self._names(node.use or node.lexicon or "", node.strength),)
            case "terms":
                return (self._names(self._inline[id(node)], None),)
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

    def _cost(self, names: frozenset[Name]) -> float:
        return sum(self._costs.get(name, 0.0) for name in names)


def _union(kinds: list[frozenset[Name] | None]) -> tuple[frozenset[Name], ...]:
    if not kinds or any(kind is None for kind in kinds):
        return ()
    return (frozenset().union(*(kind for kind in kinds if kind is not None)),)
