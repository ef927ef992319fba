"""The life of what was published: flagged, hidden, filtered; by whom, from whom, and when it comes back.

Only items of which something was found, or of which a person decided, are remembered. What was published is judged by
the version in force then, what stands by the one in force now; an older item that only a later version forbids is
hidden when that version begins, without a strike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import structs

from lictor.decide.decision import Effect
from lictor.decide.effects import at_once, merge, outside_scope, retroactive
from lictor.enforce.states import Account, Case, Finding, Item
from lictor.enforce.turn import Turn
from lictor.facts.kinds import ContentEdited, ContentPublished, ContentRemoved
from lictor.policy.models import PolicyDocument

__all__ = [
    "DETECTION",
    "edit",
    "hide_items",
    "judge",
    "publish",
    "release",
    "remember",
    "remove",
    "restore_items",
]

DETECTION = "detection"
"""What hides an item that no person has decided about yet."""

_EVENT = {"flag": "flag", "hide": "hide", "filter": "filter", "refuse": "refuse"}
_NEVER_SHOWN = "payment"


def publish(turn: Turn, account: Account, fact: ContentPublished, findings: Sequence[Finding]) -> list[Effect]:
    """What is done about the item at once; effects on the account itself are the caller's to carry out."""
    item = remember(turn, account, fact)
    item.findings = tuple(findings)
    return judge(turn, account, item)


def edit(turn: Turn, account: Account, fact: ContentEdited, findings: Sequence[Finding]) -> list[Effect]:
    """The same for an item whose text was replaced: it is published anew, and what detection hid is judged again.

    What a person's decision hid stays hidden until that decision ends.
    """
    original = turn.published(fact.item)
    if original is None or original.subject != fact.subject:
        turn.refused = "no_such_item"
        return []
    if not findings and fact.item not in account.items:
        return []
    item = account.items.get(fact.item) or remember(turn, account, original)
    if item.state in ("hidden", "flagged") and item.hidden_by in ([], [DETECTION]):
        item.hidden_by = []
        item.state = turn.move("item", item.id, item.state, "edit")
    item.at = turn.now
    item.findings = tuple(findings)
    item.pending = False
    return judge(turn, account, item)


def remove(turn: Turn, account: Account, fact: ContentRemoved) -> None:
    """The account took the item down: nothing more is asked of it."""
    item = account.items.get(fact.item)
    if item is not None and item.state in ("public", "flagged", "hidden"):
        item.state = turn.move("item", item.id, item.state, "remove")
        item.pending, item.judge_again = False, None


def remember(turn: Turn, account: Account, fact: ContentPublished) -> Item:
    """The item of that fact, from now on remembered."""
    document = turn.rules.judges(account.profile.pack)[0].policy.document
    standing = fact.form in document.standing if fact.standing is None else fact.standing
    item = Item(id=fact.id, form=fact.form, at=fact.at, standing=standing, path=fact.path)
    account.items[fact.id] = item
    return item


def hide_items(turn: Turn, account: Account, case: Case, viewers: tuple[str, ...] = ()) -> None:
    """Hides what the case is about; what detection had hidden is now hidden by the case."""
    for name in case.about:
        item = account.items.get(name)
        if item is None:
            fact = turn.published(name)
            if fact is None or fact.subject != account.id:
                continue
            item = remember(turn, account, fact)
        item.pending = False
        if item.form == _NEVER_SHOWN:
            continue
        if item.state in ("public", "flagged"):
            item.state = turn.move("item", item.id, item.state, "hide")
            item.viewers = viewers
        if item.state in ("hidden", "filtered", "refused"):
            item.hidden_by = [one for one in item.hidden_by if one not in (DETECTION, case.id)] + [case.id]
            if not viewers:
                item.viewers = ()


def restore_items(turn: Turn, account: Account, by: str) -> None:
    """Brings back what only that case, or detection, had hidden."""
    for item in account.items.values():
        if by in item.hidden_by:
            item.hidden_by = [one for one in item.hidden_by if one != by]
            if not item.hidden_by and item.state == "hidden":
                item.state = turn.move("item", item.id, item.state, "restore")
                item.viewers = ()


def release(turn: Turn, account: Account, names: Iterable[str]) -> None:
    """A person found nothing wrong with these items: what detection did to them is undone."""
    for name in names:
        item = account.items.get(name)
        if item is None or not item.pending:
            continue
        item.pending, item.judge_again, item.findings = False, None, ()
        if item.state == "flagged":
            item.state = turn.move("item", item.id, item.state, "clear")
        elif item.state in ("filtered", "refused"):
            item.state = turn.move("item", item.id, item.state, "restore")
        else:
            item.hidden_by, item.viewers = [], ()
            item.state = turn.move("item", item.id, item.state, "restore")


def judge(turn: Turn, account: Account, item: Item) -> list[Effect]:
    """What is done about the item under the version in force now; and when the next version may do more."""
    effects: list[Effect] = []
    held: list[Effect] = []
    later: list[datetime] = []
    lead: tuple[int, Finding, PolicyDocument, int] | None = None
    for finding in item.findings:
        if finding.exempted_by is not None:
            continue
        document = turn.rules.document(finding.policy)
        subject = turn.rules.subject(document, account.profile)
        now = turn.rules.version(document, turn.now)
        judged_at = turn.now if item.standing else item.at
        version, old = turn.rules.version(document, judged_at), False
        if not turn.rules.forbids(document, finding, version, subject, judged_at):
            version, old = now, True
            if not turn.rules.forbids(document, finding, now, subject, turn.now):
                first = 0 if now is None else now + 1
                later += [
                    document.versions[number].start
                    for number in range(first, len(document.versions))
                    if turn.rules.forbids(document, finding, number, subject, document.versions[number].start)
                ][:1]
                continue
        effect = _effect(turn, account, document, finding, old=old)
        if effect is not None and finding.guard == "held" and effect.effect != "flag":
            held.append(structs.replace(effect, status="proposed"))
        elif effect is not None:
            effects.append(effect)
        rank = next((n for n, one in enumerate(document.severities) if one.id == finding.severity), 0)
        if version is not None and (lead is None or rank > lead[0]):
            lead = (rank, finding, document, version)
    item.judge_again = min(later, default=None)
    if lead is not None:
        _, finding, document, number = lead
        item.policy, item.version = document.policy, document.versions[number].id
        item.category, item.severity = finding.category, finding.severity
    # What is held back comes last: another rule may do by itself what this one no longer may.
    merged = merge([*effects, *held])
    for effect in merged:
        event = "flag" if effect.status == "proposed" else _EVENT.get(effect.effect)
        if event is None:
            continue
        if item.state == "public" or (item.state == "flagged" and event == "hide"):
            item.state = turn.move("item", item.id, item.state, event)
            item.pending = True
            if event == "hide":
                item.hidden_by, item.viewers = [DETECTION], effect.viewers
    return [effect for effect in merged if effect.effect not in _EVENT and effect.status == "applied"]


def _effect(turn: Turn, account: Account, document: PolicyDocument, finding: Finding, *, old: bool) -> Effect | None:
    own = finding.effect
    later = retroactive(document, turn.now) if old else None
    if not turn.rules.binds(document, account.profile, turn.now):
        own = later.effect if later is not None else own
        return outside_scope(document, finding.severity, finding.field, turn.now, own=own)  # type: ignore[arg-type]
    if old:
        return later
    return at_once(document, finding.severity, finding.field, turn.now, own=own)  # type: ignore[arg-type]
