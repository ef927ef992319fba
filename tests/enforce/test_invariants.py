"""What holds of every account whatever happens: facts of all kinds, legal and not, one after another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import world
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lictor.enforce import Enforcer, Outcome, encode_state
from lictor.enforce.items import DETECTION
from lictor.enforce.lives import LIVES
from lictor.enforce.states import Account, Case, Order, decode_state
from lictor.facts import kinds
from lictor.policy.actions import above_flag, strength

EXTENSION = timedelta(days=3)
YEAR = timedelta(days=365)
ON_SUSPICION = ("payment_halt",)


class Lives(RuleBasedStateMachine):
    """One world, moved on by one fact at a time; after each, every promise is asked of every account."""

    def __init__(self) -> None:
        super().__init__()
        self.history = world.History()
        self.enforcer = Enforcer(world.rules())
        self.outcomes: list[Outcome] = []
        self.upheld: dict[str, set[str]] = {name: set() for name in world.NAMES}
        self.clocks: dict[tuple[str, str], Order] = {}

    @initialize()
    def subjects(self) -> None:
        self.history.begin()
        for fact, _ in self.history.facts:
            self.enforcer.apply(fact)

    @rule(kind=st.sampled_from(tuple(one for one in world.WEIGHTED if one != "appeal_decision")), data=st.data())
    def something_happens(self, kind: str, data: st.DataObject) -> None:
        self._next(kind, data)

    @precondition(lambda self: self.history.appeals)
    @rule(data=st.data())
    def an_appeal_is_answered(self, data: st.DataObject) -> None:
        self._next("appeal_decision", data)

    @rule(days=st.sampled_from((1, 7, 30, 91, 366)))
    def time_goes_by(self, days: int) -> None:
        self.history.now += timedelta(days=days)
        self._note_clocks()
        self.outcomes = self.enforcer.advance(self.history.now)
        self._check_deadlines(None)

    def _next(self, kind: str, data: st.DataObject) -> None:
        self.history.now += data.draw(st.sampled_from(world.STEPS))
        fact, findings = world.one_fact(data.draw, self.history, kind)
        self.history.keep(fact, findings)
        before = self.enforcer.advance(fact.at, before=True)
        self._note_clocks()
        taken = {name: self._taken(name) for name in world.NAMES}
        after = self.enforcer.apply(fact, findings)
        self.outcomes = [*before, *after]
        self._check_deadlines(fact)
        if isinstance(fact, kinds.Complaint):
            assert not any(outcome.decisions for outcome in after), "R03: a complaint decided something"
            assert taken == {name: self._taken(name) for name in world.NAMES}, "R03: a complaint took something away"

    def _taken(self, name: str) -> tuple[str, ...]:
        return world.standing_of(self.enforcer, name, self.history.now).functions_restricted

    def _cases(self) -> list[tuple[str, Account, Case]]:
        accounts = [(name, world.account(self.enforcer, name)) for name in (*world.NAMES, "g2")]
        return [(name, account, case) for name, account in accounts for case in account.cases]

    @invariant()
    def nothing_leaves_its_table(self) -> None:
        """Every transition stands in the table of its life, and every state is one that the table knows."""
        for outcome in self.outcomes:
            for one in outcome.transitions:
                assert LIVES[one.life][one.before, one.event] == one.after
        known = {life: {state for state, _ in table} | set(table.values()) for life, table in LIVES.items()}
        for _, account, case in self._cases():
            assert case.state in known["decision"]
            assert case.order is None or case.order.state in known["order"]
            assert account.review in known["review"]
            assert all(item.state in known["item"] for item in account.items.values())

    @invariant()
    def nothing_lasting_without_a_person_or_a_rule(self) -> None:
        """R04: above a hidden item there is a review, an authority's order, R21, an expiry, or suspicion of payment."""
        for _, account, case in self._cases():
            if not case.sanctions:
                continue
            expiry = case.trigger == "system" and any(one.id == case.parent for one in account.cases)
            of_owner = case.parent is not None and case.action == "restrict"
            new = case.category in ("evade.new_account", "evade.new_group")
            halt = case.provisional and case.action in ON_SUSPICION
            assert case.by or case.trigger == "authority_order" or expiry or of_owner or new or halt, case

    @invariant()
    def money_can_be_taken_out(self) -> None:
        """R12: whatever is taken away, withdrawing never is."""
        for name in world.NAMES:
            assert "payments.withdraw" not in self._taken(name)

    @invariant()
    def strikes_are_upheld_reviews(self) -> None:
        """R10: the active strikes are the upheld reviews of the last year that were not overturned, and no others."""
        for outcome in self.outcomes:
            for case in outcome.decisions:
                if case.strike_until is not None and outcome.key in self.upheld:
                    self.upheld[outcome.key].add(case.id)
        for name in world.NAMES:
            account = world.account(self.enforcer, name)
            by_id = {case.id: case for case in account.cases}
            active = [
                by_id[one]
                for one in self.upheld[name]
                if by_id[one].state in ("in_force", "ended") and self.history.now <= by_id[one].at + YEAR
            ]

            assert len(active) == world.standing_of(self.enforcer, name, self.history.now).strikes
            assert all(case.trigger == "authority_order" or case.by in ("x", "y") for case in active)

    @invariant()
    def hidden_for_a_reason(self) -> None:
        """What is hidden was hidden by detection or a version, or by a decision about it that was not overturned."""
        for name in world.NAMES:
            account = world.account(self.enforcer, name)
            by_id = {case.id: case for case in account.cases}
            for item in account.items.values():
                assert (item.state == "hidden") <= bool(item.hidden_by)
                for by in item.hidden_by:
                    if by != DETECTION:
                        assert item.id in by_id[by].about
                        assert by_id[by].state in ("in_force", "ended")

    @invariant()
    def the_state_says_what_is_in_force(self) -> None:
        """The state is the highest in force, and with nothing in force nothing is said to be."""
        for name in world.NAMES:
            stands = world.standing_of(self.enforcer, name, self.history.now)
            if stands.state == "active":
                assert stands.functions_restricted == ()
                assert stands.sanction in (None, "warn")
            if stands.sanction is None:
                assert not stands.permanent
            if stands.case is not None and stands.sanction is not None:
                assert strength(stands.sanction) <= strength(stands.case.action) or not above_flag(stands.case.action)

    @invariant()
    def states_read_back(self) -> None:
        """Every state is written and read back byte for byte."""
        for body in world.states(self.enforcer).values():
            assert encode_state(decode_state(body)) == body

    def _note_clocks(self) -> None:
        self.clocks = {
            (name, case.id): msgspec.structs.replace(case.order)
            for name, _, case in self._cases()
            if case.order is not None
        }

    def _check_deadlines(self, fact: Any) -> None:
        """R08: a deadline moves only by the time its clock stood still, and once by an extension that was asked for."""
        now = self.history.now
        for name, _, case in self._cases():
            before, order = self.clocks.get((name, case.id)), case.order
            if before is None or order is None or before.deadline in (None, order.deadline):
                continue
            assert order.deadline is not None
            moved = order.deadline - before.deadline
            if order.extensions > before.extensions:
                assert isinstance(fact, kinds.ExtensionRequest)
                assert order.extensions == 1
                assert moved == EXTENSION
            elif any(one["decision"] == case.id for outcome in self.outcomes for one in outcome.corrections):
                assert isinstance(fact, kinds.AppealDecision | kinds.Reinstatement)
            else:
                since = before.failed_at if before.state == "failed" else before.stopped_at
                assert before.state in ("stopped", "held", "failed")
                assert since is not None
                assert moved == max(now - max(since, before.starts), timedelta())


Lives.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestLives = Lives.TestCase
