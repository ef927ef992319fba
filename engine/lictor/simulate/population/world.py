"""One run: so many accounts over so many days, a day at a time.

A day, in this order: owners of banned accounts come back; accounts publish and detection acts; what is visible is read;
complaints arrive; claims and appeals are filed, renames found out, deadlines pass; reviewers decide what they have time
for. So what is published on a day and found is reviewed that evening at the earliest.

Only what may matter is drawn: of the posts of a type the violating ones, and of the innocent ones those that detection
acts on by mistake. Both are Poisson, as is what a state lets through of them, so nothing is lost by it, and the work
grows with what happens rather than with the accounts.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lictor.policy.actions import ACTIONS, strength
from lictor.simulate.population.accounts import APPEAL, CLAIM, Accounts, Ids, cohorts
from lictor.simulate.population.desk import Desk, Waiting, What
from lictor.simulate.population.marks import Chance, Purpose
from lictor.simulate.population.model import TYPE, Model
from lictor.simulate.population.rules import FOREVER, NONE, Rules

__all__ = ["BY_KIND", "DAILY", "Run", "run"]

DAILY = (
    "views", "violating_views", "violating_posts", "caught_at_once", "not_made_banned", "not_made_restricted",
    "not_made_deterred", "innocent_hidden", "cases", "complaints", "upheld", "dismissed", "given_up", "decided",
    "restrictions", "wrongful_restrictions", "bans", "wrongful_bans", "sanctions", "orders", "expired", "rectified",
    "claims", "appeals", "granted", "granted_rightly", "late_answers", "returned", "recognised", "renamed",
    "renames_found", "minutes", "backlog", "oldest", "banned",
)  # fmt: skip
"""What is counted each day. `restrictions` are sanctions that take something away for a time, `bans` for good."""

BY_KIND = (
    "violating_posts", "caught_at_once", "sanctions", "restrictions", "bans", "wrongful_restrictions", "wrongful_bans",
    "returned", "banned",
)  # fmt: skip
"""What is counted for each type over the run; `banned`: at its end."""

_TAKES = np.array([strength(name) > strength("warn") for name in ACTIONS])
"""Whether the action takes something away from the account."""


@dataclass(slots=True)
class Run:
    """What was counted: by day, by type, by action; and how many waited how many days for what."""

    accounts: int
    counts: tuple[int, ...]
    daily: dict[str, NDArray[np.float64]]
    by_kind: dict[str, NDArray[np.int64]]
    actions: NDArray[np.int64]
    wrongful: NDArray[np.int64]
    waits: dict[str, NDArray[np.int64]]


def run(model: Model, rules: Rules, *, accounts: int, days: int, seed: int, replicate: int = 0) -> Run:
    """What happens to that many accounts in that many days, by the rules; a seed and replicate fix all of it."""
    world = _World(model, rules, accounts, days, Chance(seed, replicate))
    for day in range(days):
        world.pass_day(day)
    return world.counted


class _World:
    def __init__(self, model: Model, rules: Rules, accounts: int, days: int, chance: Chance) -> None:
        self.rules, self.chance, self.days = rules, chance, days
        kinds = model.kinds
        self.of = {name: np.array([model.value(f"types.{kind.id}.{name}") for kind in kinds]) for name in TYPE}
        self.value = {name: one.value for name, one in model.quantities.items() if not name.startswith("types.")}
        counts = cohorts(model.shares, accounts)
        self.all = Accounts(counts, max(int(rules.steps.max(initial=1)), 1))
        number = {name: n for n, name in enumerate(rules.severities)}
        self.mix = [_cumulative(kind.severities, number) for kind in kinds]
        self.false_mix = [_cumulative(kind.false_severities, number) for kind in kinds]
        # A complaint about nothing is taken for what detection most often takes such accounts' posts for.
        self.mistaken = np.array(
            [
                number[max(k.false_severities, key=k.false_severities.__getitem__)] if k.false_severities else 0
                for k in kinds
            ]
        )
        place = {name: n for n, group in enumerate(model.order) for name in group}
        self.group = np.array([place.get(name, place["detection"]) for name in rules.severities])
        self.group_of = place
        minutes = [self.value[f"reviewers.{name}_minutes"] for name in ("case", "claim", "appeal")]
        self.desk = Desk(len(model.order), minutes)
        self.capacity = self.value["reviewers.minutes"] * accounts / 10_000
        self.table = {
            name: np.array(getattr(rules.outcomes, name)) for name in ("action", "closes", "silent", "order", "mute")
        }
        self.fading = float(np.exp(-1 / self.value["readers.views_days"]))
        self.innocent = 0.0  # views still to come of posts that break no rule
        self.heard: deque[Ids] = deque(maxlen=max(rules.complaints_within, 1))
        self.agenda: dict[str, dict[int, list[Ids]]] = defaultdict(lambda: defaultdict(list))
        self.day = 0
        self.counted = Run(
            accounts=accounts,
            counts=tuple(counts),
            daily={name: np.zeros(days) for name in DAILY},
            by_kind={name: np.zeros(len(kinds), np.int64) for name in BY_KIND},
            actions=np.zeros(len(ACTIONS), np.int64),
            wrongful=np.zeros(len(ACTIONS), np.int64),
            waits={name: np.zeros(days + 1, np.int64) for name in ("action", "case", "appeal")},
        )

    def pass_day(self, day: int) -> None:
        self.day = day
        self._come_back()
        self._publish()
        self._read()
        self._complain()
        self._file_claims()
        self._file_appeals()
        self._find_renames()
        self._let_expire()
        self._decide()
        self._record()

    # --- what accounts do --------------------------------------------------------------------------------------------

    def _come_back(self) -> None:
        ids = self._due("return")
        ids = ids[self.all.banned[ids] & (self.all.returns_on[ids] == self.day)]
        if not len(ids):
            return
        known = np.zeros(len(ids), bool)
        if self.rules.new_account_closed:
            known = self._marks(Purpose.RECOGNISED, ids) < self.value["evasion.recognised"]
        self.all.occasion[ids] += 1
        self._count("recognised", known.sum())
        self._plan_return(ids[known])
        free = ids[~known]
        self._count("returned", len(free))
        self._count_kinds("returned", free)
        self._count_kinds("banned", free, -1)
        self.all.begin_anew(free)

    def _publish(self) -> None:
        a, of = self.all, self.of
        opened: list[tuple[Ids, NDArray[np.int64], NDArray[np.bool_]]] = []
        for kind, mine in enumerate(a.slices):
            size = mine.stop - mine.start
            rate = of["posts"][kind] * of["violating"][kind]
            if size and rate:
                opened.append(self._publish_violating(kind, mine.start, size, rate))
            rate = of["posts"][kind] * (1 - of["violating"][kind]) * of["false_alarm"][kind]
            if size and rate:
                opened.append(self._alarm_falsely(kind, mine.start, size, rate))
        if opened:
            ids, severity, guilty = (np.concatenate(column) for column in zip(*opened, strict=True))
            self._open_cases(ids, severity, guilty, self.group[severity])

    def _publish_violating(
        self, kind: int, start: int, size: int, rate: float
    ) -> tuple[Ids, NDArray[np.int64], NDArray[np.bool_]]:
        a, of = self.all, self.of
        stream = self.chance.stream(Purpose.VIOLATING, self.day, kind)
        count = int(stream.poisson(size * rate))
        ids = start + stream.integers(0, size, count)
        which, disguise, luck, will = stream.random((4, count))
        banned = a.banned[ids]
        free = a.publishes(self.day, ids)
        willing = will < of["deterred"][kind] ** a.sanctions[ids]
        made = free & willing
        self._count("not_made_banned", banned.sum())
        self._count("not_made_restricted", (~free & ~banned).sum())
        self._count("not_made_deterred", (free & ~willing).sum())
        severity = np.searchsorted(self.mix[kind], which, side="right")
        hidden_words = disguise < np.where(a.sanctions[ids] > 0, of["disguised_after"][kind], of["disguised"][kind])
        recall = np.where(hidden_words, self.value["detector.recall_disguised"], self.value["detector.recall_plain"])
        found = luck < recall
        # Complaints are drawn for every post there might be, so that a policy changes none of the draws.
        noise = self.chance.stream(Purpose.COMPLAINT, self.day, kind)
        views = self.value["readers.views"]
        loud = noise.poisson(views * self.value["readers.complains"] * self._eligible("readers"), count)
        hidden = found & self.rules.hides[kind, severity]
        self._complaints_to_come(noise, np.repeat(ids, loud), np.repeat(made & ~hidden, loud))
        ids, severity, found, hidden = ids[made], severity[made], found[made], hidden[made]
        self._count("violating_posts", len(ids))
        self._count("caught_at_once", found.sum())
        self.counted.by_kind["violating_posts"][kind] += len(ids)
        self.counted.by_kind["caught_at_once"][kind] += int(found.sum())
        np.add.at(a.live, ids[~hidden], np.float32(views))
        np.add.at(a.kept, ids[hidden], np.float32(views))
        np.maximum.at(a.live_severity, ids[~hidden], severity[~hidden].astype(np.int8))
        fresh = ids[a.offends_since[ids] < 0]
        a.offends_since[fresh] = self.day
        return ids[found], severity[found], np.ones(int(found.sum()), bool)

    def _alarm_falsely(
        self, kind: int, start: int, size: int, rate: float
    ) -> tuple[Ids, NDArray[np.int64], NDArray[np.bool_]]:
        stream = self.chance.stream(Purpose.FALSE_ALARM, self.day, kind)
        count = int(stream.poisson(size * rate))
        ids = start + stream.integers(0, size, count)
        severity = np.searchsorted(self.false_mix[kind], stream.random(count), side="right")
        free = self.all.publishes(self.day, ids)
        ids, severity = ids[free], severity[free]
        self._count("innocent_hidden", self.rules.hides[kind, severity].sum())
        return ids, severity, np.zeros(len(ids), bool)

    def _read(self) -> None:
        a, of = self.all, self.of
        seen = 0.0
        views = self.value["readers.views"]
        for kind, mine in enumerate(a.slices):
            posts = of["posts"][kind] * (1 - of["violating"][kind])
            if posts:
                self.innocent += float(a.publishes(self.day, mine).sum()) * posts * views
            if of["posts"][kind] * of["violating"][kind]:
                live = a.live[mine]
                seen += float(live.sum(dtype=np.float64)) * (1 - self.fading)
                live *= np.float32(self.fading)
        self._count("violating_views", seen)
        self._count("views", seen + self.innocent * (1 - self.fading))
        self.innocent *= self.fading

    def _complaints_to_come(self, noise: np.random.Generator, ids: Ids, real: NDArray[np.bool_]) -> None:
        wait = noise.exponential(self.value["readers.views_days"], len(ids))
        evidence = noise.random(len(ids)) < self.value["readers.evidence"]
        lost = (noise.random(len(ids)) < self.value["evasion.rename_loses"]) & self.all.renamed[ids]
        heard = real & ~lost
        on = self.day + wait[heard].astype(np.int64)
        self._schedule("complaint", ids[heard], on)
        self._schedule("evidence", ids[heard & evidence], self.day + wait[heard & evidence].astype(np.int64))

    def _complain(self) -> None:
        if not self.rules.complaints:
            return
        a = self.all
        ids, proven = [self._due("complaint")], [self._due("evidence")]
        begun = self.of["campaigns"] * np.array(a.counts)
        if begun.any():
            stream = self.chance.stream(Purpose.CAMPAIGN, self.day)
            campaigns = int(stream.poisson(begun.sum()))
            targets = stream.integers(0, len(a.kind), campaigns)
            loud = stream.poisson(self.value["brigades.size"] * self._eligible("brigades"), campaigns)
            targets = np.repeat(targets, loud)
            ids.append(targets)
            proven.append(targets[stream.random(len(targets)) < self.value["brigades.forged"]])
        now = np.concatenate(ids)
        self._count("complaints", len(now))
        self.heard.append(now)
        if not len(now):
            return
        about, times = np.unique(np.concatenate(self.heard), return_counts=True)
        enough = np.intersect1d(about[times >= self.rules.complaints], now)
        if self.rules.evidence_opens:
            enough = np.union1d(enough, np.concatenate(proven))
        enough = enough[~(a.case[enough] | a.banned[enough])]
        guilty = a.live_severity[enough] >= 0
        severity = np.where(guilty, a.live_severity[enough], self.mistaken[a.kind[enough]]).astype(np.int64)
        self._open_cases(enough, severity, guilty, np.full(len(enough), self.group_of["complaint"]))

    def _eligible(self, who: str) -> float:
        """The share of complainants whose accounts are old enough."""
        return float(np.exp(-self.rules.complaint_age / self.value[f"{who}.account_days"]))

    # --- what becomes of them ----------------------------------------------------------------------------------------

    def _open_cases(
        self, ids: Ids, severity: NDArray[np.int64], guilty: NDArray[np.bool_], group: NDArray[np.int64]
    ) -> None:
        """One case an account: what is found while it waits joins it, and may move it to an earlier group."""
        if not len(ids):
            return
        a = self.all
        held = ids[self.rules.holds[a.kind[ids], severity] & ~a.held[ids]]
        np.maximum.at(a.case_severity, ids, severity.astype(np.int8))
        a.guilty[ids[guilty]] = True
        fresh = np.unique(ids[~a.case[ids]])
        a.case[fresh] = True
        a.case_since[fresh] = self.day
        a.case_group[fresh] = 255
        before = a.case_group[ids]
        np.minimum.at(a.case_group, ids, group.astype(np.uint8))
        moved = np.unique(ids[a.case_group[ids] < before])
        for number in np.unique(a.case_group[moved]):
            self.desk.add(int(number), moved[a.case_group[moved] == number], What.CASE, self.day)
        self._count("cases", len(fresh))
        held = np.unique(held)
        if len(held):
            a.held[held] = True
            self._count("restrictions", len(held))
            self._count("wrongful_restrictions", (~a.guilty[held]).sum())

    def _decide(self) -> None:
        a = self.all
        self.desk.keep(self._still_waits)
        give_up = self.value["reviewers.gives_up_days"]
        taken, minutes = self.desk.take(self.capacity)
        self._count("minutes", minutes)
        self._count("decided", len(taken.ids))
        for what, decide in ((What.CASE, self._review), (What.CLAIM, self._inspect), (What.APPEAL, self._answer)):
            mine = taken.pick(taken.what == what)
            if len(mine.ids):
                decide(mine.ids, mine.since)
        if self.day >= give_up:
            old = np.flatnonzero(a.case & (a.case_since <= self.day - give_up))
            self._count("given_up", len(old))
            a.close_case(old)
            a.kept[old] = 0  # what was hidden stays so
            self.desk.keep(self._still_waits)

    def _still_waits(self, group: int, waiting: Waiting) -> NDArray[np.bool_]:
        a, ids = self.all, waiting.ids
        case = (waiting.what == What.CASE) & a.case[ids] & (a.case_group[ids] == group)
        claim = (waiting.what == What.CLAIM) & a.claiming[ids] & a.ordered[ids]
        still: NDArray[np.bool_] = case | claim | ((waiting.what == What.APPEAL) & a.appealing[ids])
        return still

    def _review(self, ids: Ids, since: NDArray[np.int16]) -> None:
        del since  # of the entry, which may have moved: the case knows when it began
        a = self.all
        guilty, severity, began = a.guilty[ids], a.case_severity[ids].astype(np.int64), a.case_since[ids]
        luck = self._marks(Purpose.REVIEW, ids)
        upheld = np.where(
            guilty, luck >= self.value["reviewers.wrong_dismiss"], luck < self.value["reviewers.wrong_uphold"]
        )
        self._wait("case", self.day - began)
        a.close_case(ids)
        self._count("upheld", upheld.sum())
        self._count("dismissed", (~upheld).sum())
        freed, freed_severity = ids[~upheld], severity[~upheld]
        back = a.kept[freed] > 0
        a.live[freed] += a.kept[freed]
        a.kept[freed] = 0
        a.live_severity[freed[back]] = np.maximum(a.live_severity[freed[back]], freed_severity[back])
        a.occasion[freed] += 1
        ids, severity, guilty, began = ids[upheld], severity[upheld], guilty[upheld], began[upheld]
        offended = a.offends_since[ids]
        self._wait("action", (self.day - offended)[guilty & (offended >= 0)])
        a.clean(ids)
        kind = a.kind[ids].astype(np.int64)
        counted, highest = a.strikes(ids, self.day)
        mended = a.rectified_on[ids]
        again = (began > mended) & (began <= mended + self.rules.reoffence[kind])
        outcome, rung = self.rules.outcome(kind, severity, counted, highest, again)
        found = outcome != NONE
        a.occasion[ids[~found]] += 1
        ids, outcome, rung = ids[found], outcome[found], rung[found]
        if self.rules.strike_life and len(ids):
            a.strike(ids, rung, self.day + self.rules.strike_life)
        self._sanction(ids, outcome, rung, wrong=~guilty[found])

    def _sanction(
        self, ids: Ids, outcome: NDArray[np.int64], rung: NDArray[np.int64], *, wrong: NDArray[np.bool_]
    ) -> None:
        """What an outcome takes away, from tomorrow on, and what the accounts make of it."""
        if not len(ids):
            return
        a, kind = self.all, self.all.kind[ids].astype(np.int64)
        a.occasion[ids] += 1
        a.sanctions[ids] = np.minimum(a.sanctions[ids].astype(int) + 1, 255)
        a.wrong[ids], a.rung[ids] = wrong, rung
        action, closes = self.table["action"][outcome], self.table["closes"][outcome]
        self._count_sanctions(ids, action, closes, wrong)
        silent = self.table["silent"][outcome]
        a.silent_before[ids] = a.silent_until[ids]
        lasting = np.minimum(self.day + 1 + silent, FOREVER)
        a.silent_until[ids] = np.where(silent > 0, np.maximum(a.silent_until[ids], lasting), a.silent_until[ids])
        a.appealing[ids] = False  # a new decision takes an unanswered appeal's place
        a.appeals_on[ids] = -1
        self._close(ids[closes])
        ordered = ~closes & (self.table["order"][outcome] > 0)
        self._order(ids[ordered], outcome[ordered])
        self._plan_appeal(ids, kind, wrong)
        self._plan_rename(ids[~closes], kind[~closes])

    def _close(self, ids: Ids) -> None:
        a = self.all
        a.banned[ids] = True
        a.ordered[ids] = a.claiming[ids] = False
        a.paused[ids] = 0
        a.close_case(ids)
        a.clean(ids)
        self._count_kinds("banned", ids)
        self._plan_return(ids)

    def _order(self, ids: Ids, outcome: NDArray[np.int64]) -> None:
        if not len(ids):
            return
        a, kind = self.all, self.all.kind[ids].astype(np.int64)
        begins = np.maximum(self.day, np.minimum(a.silent_until[ids].astype(np.int64), FOREVER) - 1)
        deadline = np.minimum(begins + self.table["order"][outcome], FOREVER)
        a.ordered[ids], a.claiming[ids] = True, False
        a.mute[ids] = self.table["mute"][outcome]
        a.attempts[ids] = a.paused[ids] = 0
        self._count("orders", len(ids))
        genuine = self._marks(Purpose.MENDS, ids) < self.of["rectifies"][kind]
        a.genuine[ids] = genuine
        claims = begins + 1 + self._waits(Purpose.MENDS_WHEN, ids, self.of["rectify_days"][kind])
        asks = genuine & (claims > deadline) & (self._marks(Purpose.EXTENDS, ids) < self.of["extends"][kind])
        deadline = np.where(
            asks, np.minimum(deadline + self.rules.extension * self.rules.extensions, FOREVER), deadline
        )
        lies = ~genuine & (self._marks(Purpose.CLAIMS, ids) < self.of["claims_falsely"][kind])
        files = genuine | lies
        a.deadline[ids] = deadline
        a.claims_on[ids] = np.where(files, np.minimum(claims, FOREVER), -1)
        self._schedule("expiry", ids, deadline + 1)
        self._schedule("claim", ids[files], claims[files])

    def _file_claims(self) -> None:
        a, ids = self.all, self._due("claim")
        ids = ids[a.ordered[ids] & (a.claims_on[ids] == self.day) & ~a.claiming[ids]]
        ids = ids[(a.attempts[ids] < self.rules.attempts) & (a.deadline[ids] >= self.day)]
        ids = np.unique(ids)
        a.attempts[ids] += 1
        a.claiming[ids] = True
        self._count("claims", len(ids))
        self._pause(ids, CLAIM, "claim")
        self.desk.add(self.group_of["claim"], ids, What.CLAIM, self.day)

    def _inspect(self, ids: Ids, since: NDArray[np.int16]) -> None:
        del since
        a, genuine = self.all, self.all.genuine[ids]
        luck = self._marks(Purpose.INSPECTION, ids)
        passed = np.where(
            genuine, luck >= self.value["reviewers.wrong_reject"], luck < self.value["reviewers.wrong_accept"]
        )
        a.occasion[ids] += 1
        a.claiming[ids] = False
        done = ids[passed]
        a.ordered[done] = False
        a.rectified_on[done] = self.day
        self._count("rectified", len(done))
        rest = ids[~passed]
        self._resume(rest, CLAIM)
        again = rest[a.genuine[rest]]
        a.claims_on[again] = self.day + 1
        self._schedule("claim", again, np.full(len(again), self.day + 1))

    def _let_expire(self) -> None:
        a, ids = self.all, np.unique(self._due("expiry"))
        ids = ids[a.ordered[ids] & (a.paused[ids] == 0) & (a.deadline[ids] < self.day)]
        self._count("expired", len(ids))
        self._fail(ids)

    def _fail(self, ids: Ids) -> None:
        """Orders that were not met: what the policy says follows for that kind of account."""
        if not len(ids):
            return
        a, kind = self.all, self.all.kind[ids].astype(np.int64)
        a.ordered[ids] = a.claiming[ids] = False
        rung = np.minimum(a.rung[ids].astype(np.int64) + 1, np.maximum(self.rules.steps[kind], 1))
        follows = np.where(
            self.rules.next_on_expiry[kind], self.rules.on_rung[kind, rung - 1], self.rules.on_expiry[kind]
        )
        rung = np.where(self.rules.next_on_expiry[kind], rung, a.rung[ids])
        found = follows != NONE
        ids, follows, rung = ids[found], follows[found], rung[found]
        if self.rules.strike_life:
            a.strike_rung[ids, a.newest[ids].astype(np.int64)] = rung
        self._sanction(ids, follows, rung, wrong=a.wrong[ids])

    def _plan_rename(self, ids: Ids, kind: NDArray[np.int64]) -> None:
        a = self.all
        some = self._marks(Purpose.RENAMES, ids) < self.of["renames"][kind]
        ids, kind = ids[some], kind[some]
        a.renamed[ids] = True
        self._count("renamed", len(ids))
        found = (self._marks(Purpose.RENAME_FOUND, ids) < self.value["evasion.rename_found"]) & self.rules.fails_order[
            kind
        ]
        ids = ids[found]
        mean = np.full(len(ids), self.value["evasion.rename_found_days"])
        on = self.day + 1 + self._waits(Purpose.RENAME_FOUND_WHEN, ids, mean)
        a.found_on[ids] = np.minimum(on, FOREVER)
        self._schedule("found", ids, on)

    def _find_renames(self) -> None:
        a, ids = self.all, np.unique(self._due("found"))
        ids = ids[a.ordered[ids] & (a.found_on[ids] == self.day)]
        self._count("renames_found", len(ids))
        self._fail(ids)

    def _plan_return(self, ids: Ids) -> None:
        if not len(ids):
            return
        a, kind = self.all, self.all.kind[ids].astype(np.int64)
        back = self._marks(Purpose.RETURNS, ids) < self.of["returns"][kind]
        on = self.day + 1 + self._waits(Purpose.RETURNS_WHEN, ids, self.of["return_days"][kind])
        a.returns_on[ids] = np.where(back, np.minimum(on, FOREVER), -1)
        self._schedule("return", ids[back], on[back])

    def _plan_appeal(self, ids: Ids, kind: NDArray[np.int64], wrong: NDArray[np.bool_]) -> None:
        likely = np.where(wrong, self.of["appeals_wrong"][kind], self.of["appeals_right"][kind])
        wait = self._waits(Purpose.APPEALS_WHEN, ids, np.full(len(ids), self.value["appeals.days"])) + 1
        some = (self._marks(Purpose.APPEALS, ids) < likely) & (wait <= self.rules.appeal_window)
        on = self.day + wait[some]
        self.all.appeals_on[ids[some]] = np.minimum(on, FOREVER)
        self._schedule("appeal", ids[some], on)

    def _file_appeals(self) -> None:
        a, ids = self.all, np.unique(self._due("appeal"))
        ids = ids[a.appeals_on[ids] == self.day]
        a.appealing[ids] = True
        self._count("appeals", len(ids))
        self._pause(ids, APPEAL, "appeal")
        self.desk.add(self.group_of["appeal"], ids, What.APPEAL, self.day)

    def _answer(self, ids: Ids, since: NDArray[np.int16]) -> None:
        a, wrong = self.all, self.all.wrong[ids]
        ids_since = self.day - since
        self._wait("appeal", ids_since)
        self._count("late_answers", (ids_since > self.rules.appeal_answer).sum())
        luck = self._marks(Purpose.ANSWER, ids)
        granted = np.where(
            wrong, luck >= self.value["reviewers.wrong_refuse"], luck < self.value["reviewers.wrong_grant"]
        )
        a.occasion[ids] += 1
        a.appealing[ids] = False
        self._count("granted", granted.sum())
        self._count("granted_rightly", (granted & wrong).sum())
        self._resume(ids[~granted], APPEAL)
        freed = ids[granted]
        self._count_kinds("banned", freed[a.banned[freed]], -1)
        a.banned[freed] = a.ordered[freed] = a.claiming[freed] = False
        a.returns_on[freed] = -1
        a.silent_until[freed] = a.silent_before[freed]
        a.sanctions[freed] -= (a.sanctions[freed] > 0).astype(np.uint8)
        if self.rules.strike_life:
            a.unstrike(freed)

    def _pause(self, ids: Ids, reason: int, name: str) -> None:
        a = self.all
        if name not in self.rules.stops:
            return
        ids = ids[a.ordered[ids]]
        running = ids[a.paused[ids] == 0]
        a.remaining[running] = a.deadline[running] - self.day
        a.paused[ids] |= np.uint8(reason)

    def _resume(self, ids: Ids, reason: int) -> None:
        a = self.all
        ids = ids[a.ordered[ids] & (a.paused[ids] & reason > 0)]
        a.paused[ids] &= np.uint8(~reason & 255)
        ids = ids[a.paused[ids] == 0]
        deadline = np.minimum(self.day + a.remaining[ids].astype(np.int64), FOREVER)
        a.deadline[ids] = deadline
        self._schedule("expiry", ids, np.maximum(deadline, self.day) + 1)

    # --- counting and planning ---------------------------------------------------------------------------------------

    def _record(self) -> None:
        daily, day = self.counted.daily, self.day
        daily["banned"][day] = self.counted.by_kind["banned"].sum()
        daily["backlog"][day] = len(self.desk)
        daily["oldest"][day] = max(day - self.desk.oldest, 0)

    def _count_sanctions(
        self, ids: Ids, action: NDArray[np.int64], closes: NDArray[np.bool_], wrong: NDArray[np.bool_]
    ) -> None:
        self.counted.actions += np.bincount(action, minlength=len(ACTIONS))
        self.counted.wrongful += np.bincount(action[wrong], minlength=len(ACTIONS))
        takes = _TAKES[action] & ~closes
        for name, which in (
            ("sanctions", np.ones(len(ids), bool)),
            ("restrictions", takes),
            ("bans", closes),
            ("wrongful_restrictions", takes & wrong),
            ("wrongful_bans", closes & wrong),
        ):
            self._count(name, which.sum())
            self._count_kinds(name, ids[which])

    def _count(self, name: str, number: float) -> None:
        self.counted.daily[name][self.day] += number

    def _count_kinds(self, name: str, ids: Ids, sign: int = 1) -> None:
        by_kind = self.counted.by_kind[name]
        by_kind += sign * np.bincount(self.all.kind[ids], minlength=len(by_kind))

    def _wait(self, what: str, days: NDArray[np.integer]) -> None:
        self.counted.waits[what] += np.bincount(days, minlength=self.days + 1)

    def _marks(self, purpose: Purpose, ids: Ids) -> NDArray[np.float64]:
        return self.chance.marks(purpose, ids, self.all.occasion[ids])

    def _waits(self, purpose: Purpose, ids: Ids, mean: NDArray[np.float64]) -> NDArray[np.int64]:
        return self.chance.waits(purpose, ids, self.all.occasion[ids], mean)

    def _schedule(self, what: str, ids: Ids, on: NDArray[np.int64]) -> None:
        """Puts these on the agenda of those days; what lies beyond the run's end is left out."""
        inside = on < self.days
        ids, on = ids[inside], on[inside]
        if not len(ids):
            return
        order = np.argsort(on, kind="stable")
        ids, on = ids[order], on[order]
        starts = np.flatnonzero(np.diff(on, prepend=on[0] - 1))
        for start, part in zip(starts, np.split(ids, starts[1:]), strict=True):
            self.agenda[what][int(on[start])].append(part)

    def _due(self, what: str) -> Ids:
        parts = self.agenda[what].pop(self.day, [])
        return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _cumulative(mix: Mapping[str, float], number: Mapping[str, int]) -> NDArray[np.float64]:
    """The upper ends of the severities' shares, in the policy's order; the last is 1, so that none is beyond it."""
    shares = np.zeros(len(number))
    for name, share in mix.items():
        shares[number[name]] = share
    ends: NDArray[np.float64] = np.cumsum(shares)
    last = int(np.flatnonzero(shares)[-1]) if shares.any() else 0
    ends[last:] = 1.0
    return ends
