"""What the verbs of human decisions share: the account an id leads to, and a person's fact made, recorded and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from lictor.cli import say
from lictor.cli.codes import FOUND, OK
from lictor.cli.lives import clock, intake, rules_of
from lictor.decide.decision import decision_id
from lictor.enforce import Account, Outcome, Rulebook
from lictor.enforce.cases import find_case
from lictor.enforce.states import Case, Item
from lictor.errors import UsageError
from lictor.facts import canonical
from lictor.facts.kinds import Fact
from lictor.intake import Intake
from lictor.ledger import Ledger, OvertakenError
from lictor.report.timeline import outcome_to_dict, refused_in_words, timeline

__all__ = ["Contested", "Scene", "act", "case_of", "look", "rehearse", "tell"]

_TRIES = 5  # writers that may come first


@dataclass(frozen=True, slots=True)
class Scene:
    """A ledger, the rules it was fed under, the lives in it, and the instant that counts as now."""

    ledger: Ledger
    rules: Rulebook
    lives: Intake
    now: datetime

    def account(self, id: str) -> Account:  # noqa: A002
        """The account, which some fact was about."""
        if not self.ledger.states([id]) and next(self.ledger.facts(id), None) is None:
            raise UsageError(f"no fact in the ledger is about `{id}`", hint=self._scanned(id))
        return self.lives.account(id)

    def contested(self, decision: str, account: str | None = None) -> Contested:
        """What was decided under that id: a decision's own, as notices show it, or that of the fact that made it."""
        made = self.ledger.decision(decision)
        if made is not None and made.fact is None:
            raise UsageError(
                f"decision `{decision}` was made by `lictor scan`, which changes no account's life",
                hint="feed what was published with `lictor enforce`: what that decides can be contested",
            )
        if made is not None and made.account is not None:
            held = self.lives.account(made.account)
            case = next((one for one in held.cases if _is(made.decision, held, one)), None)
            item = held.items.get(str(made.decision["item"])) or held.items.get(str(made.fact))
        else:
            fact = self.ledger.fact(decision.partition(">")[0])
            named = None if fact is None else fact.record.account or account
            if fact is None or named is None:
                hint = (
                    "`lictor account show ID` lists an account's decisions"
                    if fact is None
                    else "name the account with `--account`"
                )
                raise UsageError(f"`{decision}` names no decision of one account", hint=hint)
            held = self.lives.account(named)
            case, item = find_case(held, decision), held.items.get(decision)
        if case is None and item is None:
            raise UsageError(
                f"nothing decided under `{decision}` stands against an account",
                hint="`lictor account show ID` lists an account's decisions",
            )
        return Contested(held, case, item)

    def _scanned(self, id: str) -> str:  # noqa: A002
        count = sum(1 for _ in self.ledger.decisions(id))
        if not count:
            return "ids are those that facts call accounts by; letters count as they are"
        return f"`lictor scan` decided {count} times on it; lives come of facts, with `lictor enforce`"


@dataclass(frozen=True, slots=True)
class Contested:
    """A decision that was found: of an account's cases, or what detection did to one of its items."""

    account: Account
    case: Case | None
    item: Item | None

    @property
    def id(self) -> str:
        """The id that facts name it by."""
        if self.case is not None:
            return self.case.id
        assert self.item is not None
        return self.item.id


@contextmanager
def look(path: Path, policies: Sequence[str], now: datetime | None) -> Iterator[Scene]:
    """The scene with the ledger only read; everything foreseen by now has happened in memory."""
    with Ledger.read(path) as ledger:
        scene = rehearse(ledger, rules_of(ledger, policies), clock(now))
        yield scene


def rehearse(ledger: Ledger, rules: Rulebook, now: datetime, *, quiet: bool = False) -> Scene:
    """A scene in which anything can be tried: nothing of it is recorded."""
    lives = intake(ledger, rules, rehearsed=True)
    come = lives.due(now)
    if come and not quiet:
        say.note(f"{len(come)} foreseen since then is not in the ledger yet: `lictor due` records it")
    return Scene(ledger, rules, lives, now)


def act(
    path: Path,
    policies: Sequence[str],
    now: datetime | None,
    make: Callable[[Scene], Fact],
    *,
    as_json: bool,
    why_refused: Callable[[Scene, str], str] | None = None,
) -> int:
    """Records the fact that a person makes of the scene, and tells what came of it; the exit code says if refused."""
    at = clock(now)
    with Ledger.open(path, create=False) as ledger:
        rules = rules_of(ledger, policies)
        for left in reversed(range(_TRIES)):
            scene = Scene(ledger, rules, intake(ledger, rules), at)
            fact = make(scene)
            try:
                outcomes = scene.lives.take([fact])
                break
            except OvertakenError:  # what the person saw may be old: looked at again, refused if it is
                if not left:
                    raise
        return tell(fact, outcomes, scene, as_json=as_json, why_refused=why_refused)


def tell(
    fact: Fact,
    outcomes: Sequence[Outcome],
    scene: Scene,
    *,
    as_json: bool,
    why_refused: Callable[[Scene, str], str] | None,
) -> int:
    """Says what came of the fact; the exit code is 1 where it was refused."""
    own = next(one for one in outcomes if one.fact is fact)
    if as_json:
        told = {"fact": fact.id, "refused": own.refused, "outcomes": [outcome_to_dict(one) for one in outcomes]}
        say.result(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
    else:
        say.result(f"{fact.id} is recorded\n{timeline(outcomes)}")
    if own.refused is None:
        return OK
    say.error(
        f"refused: {refused_in_words(own.refused)}", "" if why_refused is None else why_refused(scene, own.refused)
    )
    return FOUND


def case_of(account: Account, decision: object) -> Case | None:
    """The case that a recorded decision about the account came of."""
    return next((one for one in account.cases if _is(decision, account, one)), None)


def _is(decision: object, account: Account, case: Case) -> bool:
    """A decision's id follows from its case, whatever became of that since."""
    assert isinstance(decision, dict)
    judged = canonical([account.id, decision["action"]])
    return bool(decision["id"] == decision_id(case.id, judged, decision["digest"], decision["as_of"]))
