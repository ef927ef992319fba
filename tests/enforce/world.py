"""A small world for the tests: an account of each kind, and facts about them drawn at random, legal and illegal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from hypothesis import strategies as st

from lictor.detect import compile_policy
from lictor.enforce import Account, Enforcer, Finding, Outcome, Rulebook, Standing, encode_state, standing
from lictor.facts import kinds
from lictor.facts.kinds import Fact, fact_from
from lictor.policy import load_policy

ZONE = timezone(timedelta(hours=8))
BEGIN = datetime(2017, 8, 1, 10, tzinfo=ZONE)
"""Before the first version that binds accounts, so that versions begin while something goes on."""

SUBJECTS: Sequence[dict[str, Any]] = (
    {"subject": "oa", "type": "official_account", "name": "甲", "registered_region": "CN", "principal": "co"},
    {"subject": "ma", "type": "media_account", "name": "媒", "registered_region": "CN"},
    {"subject": "mp", "type": "mini_program", "name": "乙", "registered_region": "CN", "principal": "co"},
    {"subject": "g", "type": "group", "name": "群", "registered_region": "CN", "owner": "pa"},
    {"subject": "pa", "type": "personal_account", "name": "丙", "registered_region": "CN"},
    {"subject": "mc", "type": "merchant", "name": "商", "registered_region": "CN"},
    {"subject": "xa", "type": "exchange", "name": "所", "registered_region": "SG", "serves_cn": True,
     "domains": ["xa.example"], "ips": ["203.0.113.1"]},
    {"subject": "off", "type": "official_account", "name": "外", "registered_region": "SG", "serves_cn": False},
)  # fmt: skip
NAMES = tuple(str(one["subject"]) for one in SUBJECTS)
CATEGORIES = ("fin.vc.otc", "fin.vc.hype", "fin.vc.exchange.coin", "fin.nft.secondary", "fin.vc.mine", "fin.vc.pay",
              "evade.rename", "evade.bypass", "evade.domain")  # fmt: skip
SEVERITIES = ("S1", "S2", "S3")
STEPS = tuple(timedelta(seconds=one) for one in (0, 1, 3600, 12 * 3600)) + tuple(
    timedelta(days=one) for one in (1, 2, 3, 7, 7, 15, 30, 90, 200, 365)
)
ACTIONS = ("ban_permanent", "block_indefinite", "suspend", "rectify_order", "network_block", "delist", "disable")


@cache
def rules() -> Rulebook:
    """The policies of the bundled scenarios."""
    return Rulebook([compile_policy(load_policy(name)) for name in ("wechat", "payments")], named)


@cache
def named(policy: str) -> Any:
    return compile_policy(load_policy(policy))


@dataclass
class History:
    """Facts in order of time so far, and what later ones may be about."""

    now: datetime = BEGIN
    facts: list[tuple[Fact, tuple[Finding, ...]]] = field(default_factory=list)
    items: dict[str, list[str]] = field(default_factory=dict)
    decisions: dict[str, list[str]] = field(default_factory=dict)
    appeals: list[str] = field(default_factory=list)

    def fact(self, kind: str, **said: Any) -> Fact:
        """A fact of that kind, now, under the next id."""
        values = {"kind": kind, "id": f"{kind}-{len(self.facts)}", "t": self.now.isoformat(), **said}
        return fact_from(values)

    def keep(self, fact: Fact, findings: Sequence[Finding] = ()) -> None:
        self.facts.append((fact, tuple(findings)))
        match fact:
            case kinds.ContentPublished():
                self.items.setdefault(fact.subject, []).append(fact.id)
            case kinds.Review():
                self.decisions.setdefault(fact.subject, []).append(fact.id)
            case kinds.AuthorityOrder():
                for target in fact.targets:
                    self.decisions.setdefault(target, []).append(fact.id)
            case kinds.Appeal():
                self.appeals.append(fact.id)

    def begin(self) -> None:
        for one in SUBJECTS:
            self.keep(self.fact("subject_updated", **one))


def one_fact(draw: Any, history: History, kind: str) -> tuple[Fact, tuple[Finding, ...]]:
    """The next fact, of that kind; about anything, so that much of it is refused."""
    subject = draw(st.sampled_from(NAMES))
    known = history.items.get(subject, [])
    findings: tuple[Finding, ...] = ()
    said: dict[str, Any] = {"subject": subject}
    match kind:
        case "content":
            form = draw(st.sampled_from(("article", "menu", "moments", "message", "page", "payment", "group_notice")))
            said |= {"form": form, "text": "…", "path": "/a" if form == "page" else None}
            policy = "payments" if form == "payment" else "wechat-crypto"
            category = "fin.vc.pay" if form == "payment" else draw(st.sampled_from(CATEGORIES[:5]))
            if draw(st.booleans()):
                findings = (
                    Finding(
                        policy, category, draw(st.sampled_from(SEVERITIES)), form, content_only=draw(st.booleans())
                    ),
                )
        case "content_removed":
            said |= {"item": draw(st.sampled_from(known or ["nothing"]))}
        case "content_edited":
            said |= {"item": draw(st.sampled_from(known or ["nothing"])), "text": "…"}
            if known and draw(st.booleans()):
                findings = (Finding("wechat-crypto", draw(st.sampled_from(CATEGORIES[:5])), "S2", "article"),)
        case "complaint":
            del said["subject"]
            said |= {
                "against": subject, "by": draw(st.sampled_from(("u1", "u2", "u3", "u4"))),
                "age_d": draw(st.sampled_from((1, 7, 90))), "count": draw(st.sampled_from((1, 1, 500))),
                "evidence": draw(st.sampled_from((False, False, True))),
            }  # fmt: skip
        case "review":
            items = draw(st.lists(st.sampled_from(("a", "b", "c")), unique=True))
            said |= {
                "outcome": draw(st.sampled_from(("upheld", "upheld", "upheld", "dismissed", "delist"))),
                "category": draw(st.sampled_from(CATEGORIES)), "severity": draw(st.sampled_from(SEVERITIES)),
                "about": draw(st.lists(st.sampled_from(known), unique=True, max_size=3)) if known else [],
                "items": items, "trigger": draw(st.sampled_from(("proactive", "complaint"))),
                "by": draw(st.sampled_from(("x", "y"))), "fraud_report": draw(st.booleans()),
            }  # fmt: skip
            later = draw(st.sampled_from((None, None, timedelta(0), timedelta(days=2))))
            if later is not None:
                said["delivered"] = None if later == timedelta(0) else (history.now + later).isoformat()
        case "notice_delivered" | "appeal" | "reinstatement":
            made = history.decisions.get(subject, []) + known
            said |= {"decision": draw(st.sampled_from(made or ["nothing"]))}
            if kind == "reinstatement":
                said |= {"why": "a mistake", "by": "z"}
        case "appeal_decision":
            said = {"appeal": draw(st.sampled_from(history.appeals)), "by": draw(st.sampled_from(("x", "z"))),
                    "outcome": draw(st.sampled_from(("rejected", "granted", "granted")))}  # fmt: skip
        case "rectify_claim" | "fix":
            said |= {"fixed": draw(st.lists(st.sampled_from(("a", "b", "c")), unique=True))}
        case "reinspection":
            said |= {"outcome": draw(st.sampled_from(("passed", "failed"))), "by": "i"}
        case "rename_request":
            said |= {"to": draw(st.sampled_from(("丁", "戊")))}
        case "authority_order":
            said = {
                "issuer": "office", "ref": "no. 1", "targets": {subject: draw(st.sampled_from(ACTIONS))},
                "category": draw(st.sampled_from(("fin.vc.hype", None))), "strike": draw(st.booleans()),
            }  # fmt: skip
        case "account_created":
            said |= {"principal": "co"}
        case "group_created":
            said |= {"subject": "g2", "member_overlap": {"g": 0.7}, "same_notice_as": "g"}
        case "dns_change":
            said |= {"ips": draw(st.lists(st.sampled_from(("203.0.113.1", "203.0.113.2")), unique=True))}
        case "domain_seen":
            said |= {"domain": draw(st.sampled_from(("xb.example", "xc.example")))}
        case "acquire":
            said |= {"item": "one", "how": draw(st.sampled_from(("primary", "gift")))}
        case "transfer_attempt":
            said = {"from": subject, "to": draw(st.sampled_from(NAMES)), "item": "one", "to_age": 20, "to_region": "CN"}
        case "subject_updated":
            said |= {"serves_cn": draw(st.booleans())}
        case "extension_request" | "rename_revoked":
            pass
    return history.fact(
        kind, **{name: value for name, value in said.items() if value is not None or name == "delivered"}
    ), findings


KINDS = tuple(kind for kind in kinds.KINDS)
WEIGHTED = (*KINDS, "content", "content", "review", "review", "review", "rectify_claim", "reinspection", "appeal",
            "appeal_decision", "appeal_decision")  # fmt: skip


@st.composite
def histories(draw: Any, most: int = 25, *, apart: bool = False) -> History:
    """A whole history, in order of time; `apart`: no two facts at one instant."""
    history = History()
    history.begin()
    for _ in range(draw(st.integers(1, most))):
        history.now += draw(st.sampled_from(STEPS[1:] if apart else STEPS))
        kind = draw(st.sampled_from(WEIGHTED))
        if kind == "appeal_decision" and not history.appeals:
            kind = "review"
        history.keep(*one_fact(draw, history, kind))
    return history


def fold(facts: Iterable[tuple[Fact, tuple[Finding, ...]]]) -> tuple[Enforcer, list[Outcome]]:
    """The facts folded in the order given, and what came of them."""
    enforcer = Enforcer(rules())
    outcomes: list[Outcome] = []
    for fact, findings in facts:
        outcomes += enforcer.apply(fact, findings)
    return enforcer, outcomes


def states(enforcer: Enforcer) -> dict[str, bytes]:
    """Every state that is not a fresh one, as it is kept."""
    kept = {key: encode_state(enforcer.state(key)) for key in list(enforcer.keys())}
    return {key: body for key, body in sorted(kept.items()) if b'"seen"' in body}


def account(enforcer: Enforcer, name: str) -> Account:
    state = enforcer.state(name)
    assert isinstance(state, Account)
    return state


def standing_of(enforcer: Enforcer, name: str, now: datetime) -> Standing:
    return standing(rules(), account(enforcer, name), now)
