"""Complaints: enough of them, or one with evidence, open a review. They never sanction by themselves."""

from __future__ import annotations

from lictor.enforce.reviews import open_review
from lictor.enforce.states import Account, Report
from lictor.enforce.turn import Turn
from lictor.facts.kinds import Complaint

__all__ = ["complain"]


def complain(turn: Turn, account: Account, fact: Complaint) -> None:
    """A report counts where its author's account is old enough, once for each author within the window."""
    rules = turn.rules.judges(account.profile.pack)[0].policy.document.complaints
    if rules is None:
        return
    if fact.age_d < rules.min_account_age.fixed.days:
        turn.refused = "complainant_too_new"
        return
    if account.review == "open":
        return
    since = turn.now - rules.within.fixed
    # Of a swarm no more need be remembered than open a review.
    author = fact.by or fact.id
    new = [author] if fact.count == 1 else [f"{author}#{n}" for n in range(min(fact.count, rules.distinct))]
    kept = [one for one in account.reports if one.at >= since and one.by not in new]
    account.reports = [*kept, *(Report(one, turn.now) for one in new)][-rules.distinct :]
    if len(account.reports) >= rules.distinct or (fact.evidence and rules.one_with_evidence_opens):
        account.complained = True
        open_review(turn, account)
