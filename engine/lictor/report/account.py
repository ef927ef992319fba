"""An account as people read it: where it stands, what was decided about it, and the words its holder is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import msgspec

from lictor.enforce import Account, Standing
from lictor.enforce.states import Appeal, Case, Item
from lictor.errors import escape_controls
from lictor.policy.models import PolicyDocument, localized
from lictor.report.queue import block, length, render_queue, waiting_at, waiting_to_dict
from lictor.report.timeline import clock_time, functions_in_words
from lictor.report.words import folded, marked

__all__ = ["Entry", "Notice", "account_to_dict", "brief", "render_account", "render_notice"]

_SHOWN = 10
_FINISHED = ("overturned", "reinstated")


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision as it was recorded, with what became of the case or the item it is about since then."""

    decision: Mapping[str, Any]
    case: Case | None
    item: Item | None
    by: str | None = None

    @property
    def state(self) -> str:
        """How it stands now."""
        if self.case is not None:
            return self.case.state.replace("_", " ")
        return "item gone" if self.item is None else f"item {self.item.state}"


def brief(account: Account, standing: Standing, now: datetime) -> list[str]:
    """The account in a few lines: who it is, its state, what holds it, its strikes."""
    return [_who(account), *_state(standing, now)]


def render_account(
    account: Account, standing: Standing, entries: Sequence[Entry], now: datetime, *, lang: str, every: bool
) -> str:
    """Everything about the account: its standing, what waits, and the newest of its decisions with their reasons."""
    lines = [_who(account)]
    lines += block("state", _state(standing, now))
    lines += block("without", [functions_in_words(standing.functions_restricted)] * bool(standing.functions_restricted))
    lines += block("order", _order(account, standing, now))
    lines += block("strikes", _strikes(account, now))
    lines += block("hidden", [escape_controls(", ".join(standing.hidden_items))] * bool(standing.hidden_items))
    lines += block("names", [escape_controls(one) for one in _names(standing)])
    lines += block("appeal", _appeal(standing, now))
    lines += block("shown", [escape_controls(one) for one in _shown(standing)])
    lines += block("waits", render_queue(waiting_at(account), now).splitlines())
    shown = entries if every else entries[-_SHOWN:]
    if len(shown) < len(entries):
        lines += block("decisions", [f"the newest {len(shown)} of {len(entries)}; `--all` shows every one"])
    zone = None if account.seen is None else account.seen.tzinfo
    for entry in reversed(shown):
        lines += block("decision", _entry(entry, lang, zone))
    return "\n".join(lines)


def account_to_dict(account: Account, standing: Standing, entries: Sequence[Entry], now: datetime) -> dict[str, Any]:
    """The same as JSON values; instants as ISO text."""
    return {
        "account": account.id,
        "now": now.isoformat(),
        "profile": msgspec.to_builtins(account.profile),
        "standing": msgspec.to_builtins(standing),
        "waiting": [waiting_to_dict(one) for one in waiting_at(account)],
        "cases": msgspec.to_builtins(account.cases),
        "decisions": [
            {
                "state": one.state,
                "case": None if one.case is None else one.case.id,
                "by": one.by,
                "decision": one.decision,
            }
            for one in entries
        ],
    }


@dataclass(frozen=True, slots=True)
class Notice:
    """What the holder of an account is told of one decision."""

    account: Account
    entry: Entry
    document: PolicyDocument
    shown: Sequence[str]
    found: Sequence[tuple[str, str, Sequence[tuple[int, int]]]]
    appeal_until: datetime | None

    def to_dict(self, now: datetime, lang: str) -> dict[str, Any]:
        """The notice as JSON values."""
        return {
            "account": self.account.id,
            "decision": self.entry.decision["id"],
            "action": self.entry.decision["action"],
            "state": self.entry.state,
            "lang": lang,
            "notices": [{"id": name, "text": text} for name, text in self.words(lang)],
            "reasons": (self.entry.decision["reasons"] or {}).get(lang),
            "found": [
                {"item": item, "text": text, "spans": [list(span) for span in spans]}
                for item, text, spans in self.found
            ],
            "to_mend": list(self._order.open) if self._order is not None else [],
            "deadline": None
            if self._order is None or self._order.deadline is None
            else self._order.deadline.isoformat(),
            "appeal_until": None if self.appeal_until is None else self.appeal_until.isoformat(),
            "appeal_open": self._open(now),
            "appeal": msgspec.to_builtins(self._appeal),
        }

    def words(self, lang: str) -> Iterator[tuple[str, str]]:
        """Each notice that goes with the decision, with its text."""
        texts = {one.id: one.text for one in self.document.notices}
        for name in self.shown:
            yield name, localized(texts[name], lang)

    @property
    def _order(self) -> Any:
        return None if self.entry.case is None else self.entry.case.order

    @property
    def _appeal(self) -> Appeal | None:
        held = self.entry.case or self.entry.item
        return None if held is None else held.appeal

    def _open(self, now: datetime) -> bool:
        gone = self.entry.case is not None and self.entry.case.state in _FINISHED
        return self._appeal is None and not gone and self.appeal_until is not None and now <= self.appeal_until


def render_notice(notice: Notice, now: datetime, *, lang: str) -> str:
    """The notice in plain words, in that language, safe to print."""
    said = _LETTER[lang]
    name = notice.account.profile.name
    lines = [said["to"].format(who=f"{name} ({notice.account.id})" if name else notice.account.id)]
    lines += [text for _, text in notice.words(lang)]
    reasons = (notice.entry.decision["reasons"] or {}).get(lang)
    lines.append(reasons or said["erased"])
    for item, text, spans in notice.found:
        lines.append(said["found"].format(item=item, text=marked(text, spans)))
    order = notice._order  # noqa: SLF001
    if order is not None and order.deadline is not None and order.state not in ("passed", "lifted"):
        left = length(order.deadline - now, lang)
        lines.append(
            said["mend"].format(until=clock_time(order.deadline), left=left, items=", ".join(order.open) or said["all"])
            if now <= order.deadline
            else said["over"].format(until=clock_time(order.deadline))
        )
    lines.append(_redress(notice, now, lang))
    lines.append(said["id"].format(id=notice.entry.decision["id"]))
    return "\n\n".join("\n".join(folded(escape_controls(line))) for line in lines)


def _redress(notice: Notice, now: datetime, lang: str) -> str:
    said = _LETTER[lang]
    case, appeal = notice.entry.case, notice._appeal  # noqa: SLF001
    if case is not None and case.state in _FINISHED:
        return said["overturned"]
    if appeal is not None:
        return said[appeal.state].format(at=clock_time(appeal.at))
    if notice.appeal_until is None:
        return said["no_appeal"]
    until = clock_time(notice.appeal_until)
    if now > notice.appeal_until:
        return said["late"].format(until=until)
    return said["open"].format(until=until, left=length(notice.appeal_until - now, lang))


_LETTER: Mapping[str, Mapping[str, str]] = {
    "en": {
        "to": "To {who}",
        "found": "What it is about, {item}: {text}",
        "mend": "To be mended by {until} ({left} left): {items}.",
        "all": "everything the decision is about",
        "over": "The time to mend it ended at {until}.",
        "open": "You can appeal until {until} ({left} left).",
        "late": "The time to appeal ended at {until}.",
        "no_appeal": "This decision cannot be appealed against.",
        "pending": "Your appeal of {at} waits for an answer.",
        "rejected": "Your appeal of {at} was rejected: the decision stands.",
        "granted": "Your appeal of {at} was granted.",
        "overturned": "This decision has been taken back: what it took away is over, and its strike never counted.",
        "erased": "(the reasons have been erased)",
        "id": "Decision {id}",
    },
    "zh": {
        "to": "致 {who}",
        "found": "涉及内容 {item}：{text}",
        "mend": "请于 {until} 前整改（剩余 {left}）：{items}。",
        "all": "本决定涉及的全部内容",
        "over": "整改期限已于 {until} 届满。",
        "open": "您可在 {until} 前申诉（剩余 {left}）。",
        "late": "申诉期限已于 {until} 届满。",
        "no_appeal": "本决定不可申诉。",
        "pending": "您于 {at} 提交的申诉正在处理。",
        "rejected": "您于 {at} 提交的申诉未获通过，决定维持。",
        "granted": "您于 {at} 提交的申诉已通过。",
        "overturned": "本决定已撤销：相关限制已解除，违规记录不计。",
        "erased": "（理由已被删除）",
        "id": "决定编号 {id}",
    },
}


def _who(account: Account) -> str:
    known = [part for part in (account.profile.name, account.profile.type, account.profile.registered_region) if part]
    return escape_controls(f"{account.id}: {', '.join(known)}" if known else account.id)


def _state(standing: Standing, now: datetime) -> list[str]:
    case = standing.case
    parts = [standing.state.replace("_", " ")]
    if case is not None and standing.sanction is not None:
        found = " ".join(part for part in (case.category, case.severity) if part)
        parts.append(f"{standing.sanction} for {found or 'no category'}, decision {case.id}")
    if standing.until is not None:
        parts.append(f"until {clock_time(standing.until)} ({length(standing.until - now)} left)")
    elif standing.permanent:
        parts.append("for good")
    strikes = f"{standing.strikes} active strike{'' if standing.strikes == 1 else 's'}"
    return [escape_controls(", ".join(parts)), strikes]


def _order(account: Account, standing: Standing, now: datetime) -> list[str]:
    if standing.clock is None:
        return []
    lines = []
    if standing.deadline is not None:
        left = f"{length(standing.deadline - now)} left" if now <= standing.deadline else "past"
        if standing.clock == "stopped":
            order = next(one.order for one in reversed(account.cases) if (one.order and one.order.stops) or one.order)
            why = f" by {', '.join(order.stops)}" if order is not None and order.stops else ""
            left = f"the clock is stopped{why}"
        lines.append(f"by {clock_time(standing.deadline)}: {left}")
    if standing.items_open:
        lines.append(escape_controls("to mend: " + ", ".join(standing.items_open)))
    return lines


def _strikes(account: Account, now: datetime) -> list[str]:
    return [
        escape_controls(
            f"decision {case.id}: until {clock_time(case.strike_until)} ({length(case.strike_until - now)} left)"
        )
        for case in account.cases
        if case.strike_until is not None and case.state not in _FINISHED and now <= case.strike_until
    ]


def _names(standing: Standing) -> Iterator[str]:
    if standing.pending_name is not None and standing.rename_revocable_until is not None:
        yield f"{standing.pending_name} from {clock_time(standing.rename_revocable_until)}, revocable until then"
    if standing.aliases:
        yield f"formerly {', '.join(standing.aliases)}"
    if standing.search_hidden_for:
        yield f"not found by search: {', '.join(standing.search_hidden_for)}"


def _appeal(standing: Standing, now: datetime) -> list[str]:
    lines = []
    if standing.appeal_state is not None:
        due = f", answer due {standing.appeal_answer_due.isoformat()}" if standing.appeal_answer_due else ""
        lines.append(f"{standing.appeal_state}{due if standing.appeal_state == 'pending' else ''}")
    elif standing.appeal_until is not None and now <= standing.appeal_until:
        lines.append(f"open until {clock_time(standing.appeal_until)} ({length(standing.appeal_until - now)} left)")
    return lines


def _shown(standing: Standing) -> Iterator[str]:
    places = {
        "visitors": standing.visitor_notice,
        "old links": standing.old_link_notice,
        "search": standing.search_result,
    }
    shown = [f"{place}: {name}" for place, name in places.items() if name is not None]
    if shown:
        yield ", ".join(shown)


def _entry(entry: Entry, lang: str, zone: tzinfo | None) -> Iterator[str]:
    decision = entry.decision
    at = datetime.fromisoformat(decision["as_of"]).astimezone(zone)
    found = " ".join(part for part in (decision["category"], decision["severity"]) if part)
    clause = f" (clause {decision['clause']})" if decision["clause"] else ""
    status = f" {decision['status']}" if decision["status"] == "proposed" else ""
    who = entry.by or ("detection" if decision["automated_detection"] and entry.case is None else "the engine")
    about = f" on {decision['item']}" if decision["item"] else ""
    yield escape_controls(
        f"{clock_time(at)}  {decision['action']}{status}{about}: {found}{clause}, by {who}; now {entry.state}"
    )
    yield escape_controls(f"  {decision['id']}" + (f", case {entry.case.id}" if entry.case is not None else ""))
    reasons = (decision["reasons"] or {}).get(lang)
    yield escape_controls(f"  {reasons}" if reasons else "  (the reasons have been erased)")
