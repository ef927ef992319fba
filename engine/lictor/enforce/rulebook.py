"""The loaded policies as enforcement asks them: who judges an account, whether it is bound, which step comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache

from lictor.decide.effects import ladder_at
from lictor.decide.versions import binds, expired, version_at
from lictor.detect import CompiledPolicy, know, scope
from lictor.enforce.states import Case, Finding, Profile
from lictor.errors import UsageError
from lictor.facts import Content, suggest
from lictor.policy.models import Ladder, PolicyDocument, Step

__all__ = ["Next", "Rulebook"]


@dataclass(frozen=True, slots=True)
class Next:
    """What an upheld violation leads to: which ladder, which of its rungs from 1, and the steps."""

    ladder: Ladder
    rung: int | None
    steps: Sequence[Step]


class Rulebook:
    """Policies that judge everybody, and those that judge only accounts that name them, loaded by `pack` when met."""

    def __init__(self, policies: Sequence[CompiledPolicy], pack: Callable[[str], CompiledPolicy] | None = None) -> None:
        self.policies = tuple(policies)
        self._pack = pack
        self._packs: dict[str, CompiledPolicy] = {}
        self._by_id = {one.policy.id: one for one in self.policies}
        self._bound_cached = lru_cache(65536)(self._bound)
        self.ladder = lru_cache(65536)(self._ladder)

    def __iter__(self) -> Iterator[CompiledPolicy]:
        return iter(self._by_id.values())

    def beside(self, policies: Sequence[CompiledPolicy]) -> Rulebook:
        """These policies in place of those that judge everybody; what accounts name is loaded as here."""
        return Rulebook(policies, self._pack)

    def digest(self, policy: str) -> str:
        """The digest of the policy with that id."""
        self.document(policy)
        return self._by_id[policy].policy.digest

    def document(self, policy: str) -> PolicyDocument:
        """The document of the policy with that id."""
        if policy not in self._by_id:
            raise UsageError(f"policy `{policy}` is not loaded", hint=suggest(policy, self._by_id))
        return self._by_id[policy].policy.document

    def judges(self, pack: str | None) -> tuple[CompiledPolicy, ...]:
        """The policies that judge an account: the one it names, or all that judge everybody."""
        if pack is None:
            return self.policies
        if pack in self._by_id:
            return (self._by_id[pack],)
        if pack not in self._packs:
            if self._pack is None:
                raise UsageError(f"policy `{pack}` is not loaded", hint=suggest(pack, self._by_id))
            chosen = self._packs[pack] = self._pack(pack)
            self._by_id.setdefault(chosen.policy.id, chosen)
        return (self._packs[pack],)

    def speaks(self, profile: Profile, pack: str | None, category: str | None, found: str | None) -> PolicyDocument:
        """The policy that a decision about such an account and category is made under.

        `found` is the policy that found the items it is about. Otherwise the first with a ladder for the category and
        the subject, then the first that knows the category, then the first.
        """
        judges = [one.policy.document for one in self.judges(pack or profile.pack)]
        known = [document for document in judges if category is None or category in document.categories]
        for document in known:
            if document.policy == found:
                return document
        if category is not None:
            for document in known:
                subject = self.subject(document, profile)
                if any(
                    subject in ladder.subjects and any(fnmatchcase(category, one) for one in ladder.categories)
                    for ladder in document.ladders
                ):
                    return document
        return (known or judges)[0]

    def subject(self, document: PolicyDocument, profile: Profile) -> str | None:
        """The kind of account, or what the policy assumes where nobody said."""
        assumed = document.assume.get("subject")
        return profile.type or (str(assumed) if assumed is not None else None)

    def on_expiry(self, document: PolicyDocument, profile: Profile) -> str | None:
        """What an order that was not met leads to for such an account; none where the policy does not say."""
        kind = document.subjects.get(self.subject(document, profile) or "")
        return None if kind is None else kind.on_expiry

    def binds(self, document: PolicyDocument, profile: Profile, now: datetime) -> bool:
        """Whether the policy binds the account at that instant."""
        serves = profile.serves_cn
        if profile.serves_cn_from is not None:
            serves = now >= profile.serves_cn_from
        return self._bound_cached(document.policy, profile.registered_region, serves=serves)

    def forbids(
        self, document: PolicyDocument, finding: Finding, version: int | None, subject: str | None, at: datetime
    ) -> bool:
        """Whether that version forbids what was found, by a rule that is in force at that instant."""
        severity = document.severities[0].id if finding.content_only else finding.severity
        return (
            finding.category in document.categories
            and binds(document, finding.category, version, field=finding.field, subject=subject, severity=severity)
            and not expired(document.rule_of.get(finding.rule), at)
        )

    def version(self, document: PolicyDocument, at: datetime) -> int | None:
        """The number of the version in force at that instant."""
        return version_at(document, at)

    def next(
        self,
        document: PolicyDocument,
        subject: str | None,
        category: str,
        severity: str,
        version: int,
        earlier: Sequence[Case],
        at: datetime,
        offence_at: datetime,
    ) -> Next | None:
        """What follows for the account, given its earlier decisions that still count; none where no ladder holds."""
        ladder = self.ladder(document.policy, category, subject, version)
        if ladder is None:
            return None
        last = len(ladder.steps) or None
        if ladder.reoffence is not None and any(
            case.rectified_at is not None
            and case.reoffence_until is not None
            and case.rectified_at < offence_at <= case.reoffence_until
            for case in earlier
        ):
            return Next(ladder, last, ladder.reoffence.then)
        if severity in ladder.severity:
            return Next(ladder, last, ladder.severity[severity])
        if ladder.by == "severity" or not ladder.steps:
            return None
        counted = [case for case in earlier if case.strike_until is not None and at <= case.strike_until]
        if ladder.by == "strikes":
            rung = len(counted) + 1
        else:
            reached = [case.reached or case.rung or 0 for case in counted if case.ladder == ladder.id]
            rung = max(ladder.first.get(severity, 1), max(reached, default=0) + 1)
        rung = min(rung, len(ladder.steps))
        return Next(ladder, rung, ladder.steps[rung - 1])

    def _bound(self, policy: str, region: str | None, *, serves: bool | None) -> bool:
        compiled = self._by_id[policy]
        signals = {"registered_region": region, "serves_cn": serves}
        given = {name: value for name, value in signals.items() if value is not None}
        return scope(compiled, know(compiled.policy, Content(fields={}, signals=given))).truth is True

    def _ladder(self, policy: str, category: str, subject: str | None, version: int) -> Ladder | None:
        return ladder_at(self.document(policy), category, subject, version)
