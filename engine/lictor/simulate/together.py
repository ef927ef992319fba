"""The texts of a batch searched once for several policies.

Two states of one policy share nearly all their terms, and a policy that borrows shares many with its lender. So the
terms of all are one matcher, equal ones once, and each policy gets from what was found its own: the same matches, in
the same order, as its own matchers would give. A row that is worth a closer look to two policies is looked at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import pyarrow as pa

from lictor.detect import CompiledPolicy, Find, Terms
from lictor.match import Match, Matcher, Term

__all__ = ["Together"]

_Found = Mapping[int, Sequence[Match]]


class Together:
    """Policies whose terms are searched for together."""

    def __init__(self, policies: Sequence[CompiledPolicy]) -> None:
        self._sides = {id(compiled): side for side, compiled in enumerate(policies)}
        self._kept = policies  # so that their identities stay theirs
        ends = [len(compiled.anchors.terms) for compiled in policies]
        self._united: dict[Terms, _United] = {
            "anchors": _United(
                [compiled.terms[:end] for compiled, end in zip(policies, ends, strict=True)],
                [compiled.anchors for compiled in policies],
            ),
            "others": _United([compiled.terms[end:] for compiled, end in zip(policies, ends, strict=True)], None),
        }

    def warm_up(self) -> None:
        """Builds what is otherwise built on first need."""
        for united in self._united.values():
            for term in united.matcher.terms[:1]:
                united.matcher.find(term.text)

    def batch(self) -> Find:
        """How the matches of one batch are found; another batch needs another."""
        found: dict[tuple[Terms, str], dict[int, Sequence[Match]]] = {}
        looked_at: dict[tuple[Terms, str], set[int]] = {}

        def find(
            compiled: CompiledPolicy, terms: Terms, name: str, column: pa.Array, rows: Sequence[int] | None
        ) -> _Found:
            united, key = self._united[terms], (terms, name)
            if rows is None:
                if key not in found:
                    found[key] = dict(united.matcher.find_column(column))
                return united.of(self._sides[id(compiled)], found[key].items())
            known, seen = found.setdefault(key, {}), looked_at.setdefault(key, set())
            new = [row for row in rows if row not in seen]
            if new:
                seen.update(new)
                again = united.matcher.find_column(column.take(pa.array(new, pa.int64())))
                known.update((new[at], matches) for at, matches in again.items())
            wanted = ((row, known[row]) for row in rows if row in known)
            return united.of(self._sides[id(compiled)], wanted)

        return find


class _United:
    """The terms of several policies as one list, and which of each policy's own terms each of them is."""

    def __init__(self, terms: Sequence[Sequence[Term]], matchers: Sequence[Matcher] | None) -> None:
        self._terms = [tuple(some) for some in terms]
        self._matchers = matchers
        self._alike = all(some == self._terms[0] for some in self._terms)

    @cached_property
    def matcher(self) -> Matcher:
        """The one matcher, built on first need."""
        if self._alike:
            return Matcher(self._terms[0]) if self._matchers is None else self._matchers[0]
        united: dict[Term, tuple[list[int], ...]] = {}
        for side, terms in enumerate(self._terms):
            for number, term in enumerate(terms):
                own = united.setdefault(replace(term, key=None), tuple([] for _ in self._terms))
                own[side].append(number)
        return Matcher(replace(term, key=tuple(map(tuple, own))) for term, own in united.items())

    def of(self, side: int, found: Iterable[tuple[int, Sequence[Match]]]) -> _Found:
        """Of what was found by row, what that side's own matcher finds."""
        if self._alike:
            return dict(found)
        terms = self._terms[side]
        parts: dict[int, tuple[Match, ...]] = {}
        for row, matches in found:
            # By place, and at one place in the order of the side's own terms.
            own = sorted(
                (match.start, match.end, number, at)
                for at, match in enumerate(matches)
                for number in match.key[side]  # type: ignore[index]
            )
            if own:
                parts[row] = tuple(_as_own(matches[at], terms[number].key) for _, _, number, at in own)
        return parts


def _as_own(match: Match, key: Hashable) -> Match:
    return Match(match.term, match.start, match.end, match.text, match.mechanisms, key)
