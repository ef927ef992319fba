"""Lint: what is well formed and foolish in a policy, each with its code, its place and the way out.

    checks         one file a check; its docstring explains it
    study          what the checks ask of a policy: terms, formulas, places
    logic          whether conditions can hold, always hold, imply each other
    suppressions   comments by which an author keeps what was found, with a reason
    fixes          sure mends, as a diff

A policy that does not load is for `lictor.policy` to explain; the lint reads policies that do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lictor.author.lint.check import Check
from lictor.author.lint.checks import (
    allow_neutralises,
    allow_never_applies,
    always_fires,
    automatic_ban,
    ban_at_once,
    calendar_days,
    category_without_clause,
    category_without_rule,
    contradicts,
    empty_effect,
    everyday_word,
    exemption_never_applies,
    exemption_swallows,
    expired,
    guard_idle,
    idle_part,
    implied,
    inside_terms,
    inside_words,
    ladder_overlap,
    language_missing,
    listed_twice,
    long_in_monitor,
    never_fires,
    no_consequence,
    no_deadline,
    no_notice,
    no_such_particular,
    notice_never_shown,
    one_character,
    out_of_reach,
    outlives_strikes,
    retroactive,
    same_term,
    sounds_like,
    table_as_list,
    tested_in_one_language,
    unfilled_placeholder,
    unowned,
    unreachable_step,
    untested,
    version_gap,
)
from lictor.author.lint.finding import Edit, Fault, Finding
from lictor.author.lint.fixes import difference, mended
from lictor.author.lint.mending import in_quotes
from lictor.author.lint.study import Study
from lictor.author.lint.suppressions import IDLE, MALFORMED, allow
from lictor.errors import Diagnostic
from lictor.policy import Policy

__all__ = ["ABOUT_COMMENTS", "CHECKS", "Check", "Edit", "Finding", "difference", "lint", "mended", "sources"]

CHECKS: tuple[Check, ...] = tuple(
    sorted(
        map(
            Check.of,
            (
                inside_words, inside_terms, sounds_like, one_character, everyday_word, allow_neutralises,
                allow_never_applies, never_fires, always_fires, implied, contradicts, idle_part, exemption_swallows,
                exemption_never_applies, untested, tested_in_one_language, unowned, no_consequence, ladder_overlap,
                version_gap, ban_at_once, no_deadline, outlives_strikes, unreachable_step, automatic_ban, empty_effect,
                out_of_reach, no_notice, language_missing, notice_never_shown, category_without_clause,
                category_without_rule, retroactive, expired, guard_idle, same_term, unfilled_placeholder,
                no_such_particular, calendar_days, listed_twice, table_as_list,
                long_in_monitor,
            ),
        ),
        key=lambda check: check.code,
    )
)  # fmt: skip
"""Every check, by code."""

ABOUT_COMMENTS: Mapping[str, str] = {
    IDLE: "a comment allows what is not there",
    MALFORMED: "a comment for the lint that it cannot use",
}
"""What is said of the comments themselves."""


def lint(policy: Policy, *, now: datetime | None = None) -> list[Finding]:
    """Everything found in the policy, sorted by place; what a comment allows is there with its reason.

    Rules that have expired, or soon will, are found as of `now`; without it, as of the newest version.
    """
    study = Study(policy, now)
    found = [Finding(note, _quoting(note)) for note in policy.notes]
    # What was borrowed is for the lint of the policy it was borrowed from.
    found += [
        _finding(check, fault) for check in CHECKS for fault in check.find(study) if study.is_own(fault.place.file)
    ]
    known = {check.code for check in CHECKS} | {note.code for note in policy.notes}
    return sorted(allow(study, dict.fromkeys(found), known), key=_position)


def sources(policy: Policy) -> dict[str, str]:
    """The texts of the policy's own files, by the name they are shown by."""
    return {file.name: file.text for file in policy.files}


def _finding(check: Check, fault: Fault) -> Finding:
    level = fault.level or check.level
    told = Diagnostic(check.code, fault.message, fault.place, fault.label, fault.hint, level, fault.related)
    return Finding(told, fault.edit)


def _quoting(note: Diagnostic) -> Edit | None:
    """A bare word that other readers of YAML take for something else is mended by quotes."""
    place = note.place
    if note.code != "P041" or place is None:
        return None
    word = place.source[place.column - 1 :][: place.length]
    if not word.isascii():
        return None  # typographic quotes: whether they belong to the text only its author knows
    return in_quotes(place.file, place.line, place.column, place.length, word)


def _position(finding: Finding) -> tuple[str, int, int, str]:
    place = finding.diagnostic.place
    return (place.file, place.line, place.column, finding.diagnostic.code) if place else ("", 0, 0, "")
