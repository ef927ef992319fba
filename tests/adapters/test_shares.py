"""Keys shared out over segments: whatever the number of shares and batches, they record what one ledger would."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lictor.adapters.shares import Folded, Heard, Share, Told, segment_paths, settle, share_of
from lictor.detect import compile_policy
from lictor.enforce import Rulebook
from lictor.enforce.routed import HostListed
from lictor.errors import LedgerError, UsageError
from lictor.facts.kinds import ContentEdited, ContentPublished, Fact, Truth, fact_from
from lictor.intake import Intake
from lictor.ledger import FactRecord, Ledger
from lictor.policy import bundled_policies, load_policy

sys.path.append(str(Path(__file__).parents[1] / "enforce"))
import world


def truthful(history: world.History) -> list[Fact]:
    """The facts, with what was found in their texts as what is true of them."""
    facts = []
    for fact, findings in history.facts:
        if findings and isinstance(fact, ContentPublished | ContentEdited):
            one = findings[0]
            truth = Truth(categories=(one.category,), severity=one.severity, content_only=one.content_only)
            facts.append(msgspec.structs.replace(fact, truth=truth))
        else:
            facts.append(fact)
    return facts


def batches(facts: Sequence[Fact], sizes: Iterator[int]) -> Iterator[list[Fact]]:
    """The facts cut into batches, each in its order of time and ids."""
    rest = list(facts)
    while rest:
        size = next(sizes)
        yield sorted(rest[:size], key=lambda one: (one.at, one.id))
        del rest[:size]


def meet(rules: Rulebook, policy: str) -> None:
    """Loads the bundled policy of that id."""
    for name in bundled_policies():
        if load_policy(name).id == policy:
            rules.judges(name)


class Shares:
    """All shares of a ledger in one process."""

    def __init__(self, stack: ExitStack, folder: Path, count: int, rules: Rulebook, *, by_truth: bool = True) -> None:
        folder.mkdir(exist_ok=True)
        self.ledgers = [stack.enter_context(Ledger.open(path)) for path in segment_paths(folder, count)]
        self._rules = rules
        self._by_truth = by_truth
        self.rounds = 0

    def share(self, number: int) -> Share:
        """A share that knows nothing but what its segment holds."""
        rules = Rulebook(self._rules.policies, world.named)  # what it meets, another process has not met
        return Share(
            rules, number=number, shares=len(self.ledgers), engine="test", ledger=self.ledgers[number],
            by_truth=self._by_truth, meet=meet,
        )  # fmt: skip

    def mine(self, facts: Iterable[Fact], number: int) -> list[Fact]:
        """The facts for a share: an answer to an appeal goes to all, since it does not say whose it is."""
        return [
            one for one in facts if subject_of(one) is None or share_of(subject_of(one), len(self.ledgers)) == number
        ]

    def settle(self, facts: Sequence[Fact]) -> tuple[dict[int, Heard], dict[int, Folded]]:
        """What each hears, and what comes of it."""

        def fold(asked: Mapping[int, Heard]) -> dict[int, Folded]:
            self.rounds += 1
            return {n: self.share(n).fold(self.mine(facts, n), (), heard) for n, heard in asked.items()}

        return settle(fold, len(self.ledgers), None)

    def record(self, facts: Sequence[Fact], heard: Mapping[int, Heard]) -> None:
        """Each share records its part."""
        for number, one in heard.items():
            self.share(number).fold(self.mine(facts, number), (), one, record=True)

    def take(self, facts: Sequence[Fact]) -> dict[int, Folded]:
        """A batch, settled and recorded."""
        heard, folded = self.settle(facts)
        self.record(facts, heard)
        return folded


def subject_of(fact: Fact) -> str | None:
    """What a fact says it is about."""
    if fact.__struct_config__.tag == "appeal_decision":
        return None
    named = (getattr(fact, name, None) for name in ("against", "giver", "subject"))
    return next((one for one in named if one is not None), fact.id)


def states(ledgers: Iterable[Ledger]) -> dict[str, Any]:
    """Every state kept, but fresh ones that somebody only asked for."""
    rows = {}
    for ledger in ledgers:
        for key, row in ledger.all_states():
            assert key not in rows
            rows[key] = row
    return dict(sorted(rows.items()))


def rows(ledgers: Iterable[Ledger]) -> dict[str, FactRecord]:
    """Every fact with all that was made of it, by its id."""
    kept: dict[str, FactRecord] = {}
    for ledger in ledgers:
        for one in ledger.facts():
            assert one.record.id not in kept
            kept[one.record.id] = one.record
    return dict(sorted(kept.items()))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=30)
@given(world.histories(20), st.integers(1, 5), st.data())
@pytest.mark.parametrize("late", [False, True])
def test_shares_record_what_one_ledger_does(late: bool, history: world.History, count: int, data: Any) -> None:
    """Rows and states are the same, whatever the cut into shares and batches, also where facts come late."""
    facts = truthful(history)
    if late:
        known = len(world.SUBJECTS)
        facts = [*facts[:known], *data.draw(st.permutations(facts[known:]))]
    cut = list(batches(facts, iter(lambda: data.draw(st.integers(1, 9)), None)))
    with TemporaryDirectory() as folder, ExitStack() as stack:
        one = stack.enter_context(Ledger.open(Path(folder) / "one.db"))
        many = Shares(stack, Path(folder) / "many", count, world.rules())
        refused, unfit = set(), set()
        for batch in cut:
            whole = Intake(world.rules(), engine="test", ledger=one, by_truth=True).take_fit(batch)
            refused |= {wrong.fact.id for wrong in whole.unfit}
            folded = many.take(batch)
            unfit |= {name for part in folded.values() for name in part.unfit}
            unfit |= frozenset.intersection(*(part.unclaimed for part in folded.values()))

        assert refused == unfit
        assert rows([one]) == rows(many.ledgers)
        assert states([one]) == states(many.ledgers)


def told(kind: str, number: int, **said: Any) -> Fact:
    """A fact of that kind."""
    return fact_from({"kind": kind, "id": f"{kind}-{number}", "t": f"2022-07-01T00:{number:02d}:00Z", **said})


def apart(count: int) -> tuple[str, str]:
    """Two accounts of different shares."""
    names = [f"a{n}" for n in range(50)]
    return names[0], next(one for one in names if share_of(one, count) != share_of(names[0], count))


def test_an_owner_elsewhere_is_spoken_to_under_the_groups_policy(tmp_path: Path) -> None:
    """Also where no account of the owner's share names that policy, and in later batches."""
    group, owner = apart(2)
    batches = [
        [
            told("subject_updated", 1, subject=group, type="group", owner=owner, pack="wechat", registered_region="CN"),
            told("subject_updated", 2, subject=owner, type="personal_account", registered_region="CN"),
            told("review", 3, subject=group, by="m", outcome="upheld", category="fin.vc.otc", severity="S3"),
        ],
        [told("review", 5, subject=owner, by="m", outcome="dismissed")],
        [told("appeal", 6, subject=group, decision="review-3"), told("complaint", 7, against=owner, by="u", age_d=90)],
    ]
    rules = Rulebook([compile_policy(load_policy("payments"))], world.named)
    with ExitStack() as stack:
        one = stack.enter_context(Ledger.open(tmp_path / "one.db"))
        many = Shares(stack, tmp_path / "many", 2, rules)
        whole = Intake(rules, engine="test", ledger=one, by_truth=True)
        for batch in batches:
            assert whole.take_fit(batch).unfit == []
            assert [part.unfit for part in many.take(batch).values()] == [{}, {}]

        assert rows([one]) == rows(many.ledgers)
        assert "owner_restricted" in {row.kind for row in rows([one]).values()}
        assert states([one]) == states(many.ledgers)


def test_recording_twice_changes_nothing(tmp_path: Path) -> None:
    """A share that has recorded its part records nothing when told to again, and the others what they had not."""
    group, owner = apart(3)
    facts = [
        told("subject_updated", 1, subject=group, type="group", owner=owner, registered_region="CN"),
        told("review", 3, subject=group, by="m", outcome="upheld", category="fin.vc.otc", severity="S3"),
    ]
    with ExitStack() as stack:
        many = Shares(stack, tmp_path, 3, world.rules())
        heard, _ = many.settle(facts)
        first = share_of(group, 3)
        many.record(facts, {first: heard[first]})
        many.record(facts, heard)
        once = [ledger.last() for ledger in many.ledgers]
        many.record(facts, heard)

        assert "owner_restricted" in {row.kind for row in rows(many.ledgers).values()}
        assert once == [ledger.last() for ledger in many.ledgers]


def test_a_fact_that_cannot_be_had_elsewhere_is_not_had_at_all(tmp_path: Path) -> None:
    """What a fact means for another share cannot be applied there: then it did not happen, and the others did."""
    group, owner = apart(2)
    facts = [
        told("subject_updated", 1, subject=group, type="group", owner=owner, registered_region="CN"),
        told("review", 3, subject=group, by="m", outcome="upheld", category="fin.vc.otc", severity="S3"),
        told("complaint", 7, against=group, by="u", age_d=90),
    ]
    with ExitStack() as stack:
        many = Shares(stack, tmp_path, 2, world.rules())

        def fold(asked: Mapping[int, Heard]) -> dict[int, Folded]:
            return {n: many.share(n).fold(many.mine(facts, n), (), spoilt(one)) for n, one in asked.items()}

        heard, folded = settle(fold, 2, None)
        for number, one in heard.items():
            many.share(number).fold(many.mine(facts, number), (), spoilt(one), record=True)

        assert {"review-3"} == heard[0].barred == heard[1].barred
        assert 2 == sum(part.new for part in folded.values())
        assert {"subject_updated-1", "complaint-7"} == {one for one in rows(many.ledgers) if not one.startswith("due")}


def spoilt(heard: Heard) -> Heard:
    """What is heard, as something that is no fact about an account."""
    return msgspec.structs.replace(
        heard,
        told=tuple(
            Told(
                one.order,
                one.key,
                HostListed(id=one.fact.id, at=one.fact.at, host="h", subject="s", case="c"),
            )
            for one in heard.told
        ),
    )


def test_settling_ends(tmp_path: Path) -> None:
    """Shares that never agree are a fault that is told, not a loop."""
    never = iter(range(10**6))

    def fold(asked: Mapping[int, Heard]) -> dict[int, Folded]:
        return {n: Folded(last=(next(never), 0, "", (), ())) for n in asked}

    with pytest.raises(LedgerError, match="after 1000 rounds"):
        settle(fold, 2, None)


def test_guards_are_refused(tulips: Path, tmp_path: Path) -> None:
    """A budget counts all accounts together, which no share can."""
    guard = "guards: [{id: g, actions: [hide], within: 1d, items: {count: 3}}]\n"
    guarded = tmp_path / "policy.yaml"
    guarded.write_text(tulips.read_text("utf-8") + guard, "utf-8")
    with ExitStack() as stack:
        many = Shares(stack, tmp_path / "l", 1, Rulebook([compile_policy(load_policy(guarded))]))
        with pytest.raises(UsageError, match="has guards, whose budgets are counted over all accounts together"):
            many.share(0)
