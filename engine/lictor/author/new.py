"""A starting folder for a policy: everything in its place, small enough to read in five minutes.

It loads, lints and tests clean as it stands, about an invented matter, so that what its author changes is what breaks.
"""

from __future__ import annotations

import re
from datetime import datetime

from lictor.facts import stamp

__all__ = ["policy_id", "starting_files"]


def policy_id(name: str) -> str:
    """The name as a policy's id: letters, digits, `.`, `_` and `-`, beginning with a letter."""
    kept = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-._")[:80]
    return kept if re.match(r"[A-Za-z]", kept) else f"policy-{kept}".rstrip("-")


def starting_files(name: str, *, owner: str, start: datetime) -> dict[str, str]:
    """The text of each file of a new policy, by its path in the folder; its first version holds from `start`."""
    filled = {"NAME": policy_id(name), "OWNER": _quoted(owner), "START": stamp(start)}
    return {
        path: re.sub(r"@(NAME|OWNER|START)@", lambda found: filled[found[1]], text) for path, text in _FILES.items()
    }


def _quoted(text: str) -> str:
    """The text as one YAML scalar on one line."""
    return text if re.fullmatch(r"[A-Za-z][\w .-]*\w", text) else "'" + text.replace("'", "''") + "'"


_POLICY = """\
# The policy: what is forbidden and on what ground, and what follows. The words are in lexicons/, the rules in rules/.
# `lictor policy lint .` says what is wrong or foolish, `lictor policy test .` runs the rules' own tests.
lictor: 1
policy: @NAME@
title: Spam
owner: @OWNER@
description: Keeps unwanted advertising out of posts and messages.
timezone: UTC
include: [rules/advertising.yaml]

# A state of the rules and the instant from which it holds. A change of what is forbidden is a new version at the end.
versions:
  - id: v1
    from: '@START@'
    title: First version
    source: {name: House rules}

# Graver from left to right.
severities:
  - {id: S1, title: Annoying}
  - {id: S2, title: A business}

# A kind of violation, the version from which it binds, and the clause a decision cites.
categories:
  spam.advertising:
    title: Unwanted advertising
    from: v1
    ground:
      kind: incompatible_content
      clause: '1'
      text: Advertising is for the market, not for posts and messages.

lexicons:
  pills: {file: lexicons/pills.txt, title: What spammers sell}
  offer: {file: lexicons/offer.txt, title: Words of an offer}
  warning: {file: lexicons/warning.txt, title: Words of those who warn}

# What excuses a text. Unknown never excuses.
exemptions:
  WARNING:
    title: Warnings and news about spam
    when: {lexicon: warning}

functions: [post.publish, message.send]
bundles:
  NO-POSTING: [post.publish, message.send]

# Kinds of account, and how long each has to mend what is wrong.
subjects:
  member: {title: Member, rectify: 7d, bundle: NO-POSTING}

# What detection alone leads to, and which of that is done without a person. Everything else waits for a review.
detected:
  S1: flag
  S2: {message: filter, default: hide}
automatic: [flag, filter, hide]

# What an upheld violation leads to: the first, the second, the third while earlier strikes count.
ladders:
  - id: members
    for: [member]
    from: v1
    by: strikes
    steps:
      - [hide, warn]
      - [hide, rectify_order]
      - [hide, {restrict: NO-POSTING, for: 30d}]
strikes: {life: 365d}

appeals:
  window: 30d
  answer: 7d
  how: Reply to the notice. A person who did not take the decision answers.

notices:
  - id: told
    text: Your text broke the rules on advertising. You can appeal within 30 days.
    on: account
  - id: removed
    text: This text was removed because it breaks the rules on advertising.
    on: item
    when: {action: hide}
"""

_RULES = """\
# Rules. A new one starts with `status: monitor`: it decides and does nothing until its figures are good.
rules:
  - id: pills-offered
    title: Wonder pills offered for sale
    category: spam.advertising
    severity: S2
    status: enforce
    # The words of the trade alone are no offence: an offer must stand beside them.
    when:
      near: [{lexicon: pills}, {any: [{lexicon: offer}, price, url]}]
      within: 30
      inside: paragraph
    unless: [WARNING]
    tests:
      fires:
        - Wonder pills for sale, message me
        - 'Order your slimming tea now: https://tea.example'
      silent:
        - My grandmother believes in slimming tea
        - Beware of wonder pills for sale on street corners

  - id: pills-praised
    title: Wonder pills praised
    category: spam.advertising
    severity: S1
    status: monitor
    when:
      near: [{lexicon: pills}, {terms: [changed my life, works wonders]}]
      within: 40
      inside: sentence
    unless: [WARNING]
    tests:
      fires: [Slimming tea changed my life]
      silent: [The new job changed my life]
"""

_README = """\
# @NAME@

A policy for Lictor. Replace the invented matter with yours, a piece at a time, and keep it green:

    lictor policy lint .     what is wrong or foolish, each with its place and the way out
    lictor policy test .     the rules' own tests
    lictor policy show .     the policy as a page to read
    lictor check --policy . --field post 'Wonder pills for sale, message me'

| file | what |
|---|---|
| policy.yaml | versions, categories and their clauses, exemptions, ladders, notices |
| rules/ | what shows a violation; each rule with texts that must and must not make it fire |
| lexicons/ | words, one a line; ` #` begins a comment |

What it does not catch: say it here, so that nobody relies on it.
"""

_FILES = {
    "policy.yaml": _POLICY,
    "rules/advertising.yaml": _RULES,
    "lexicons/pills.txt": "wonder pill\nwonder pills\nslimming tea\nhair tonic\n",
    "lexicons/offer.txt": "for sale\norder your\nbuy now\nmessage me\nspecial price  # as in every shop window\n",
    "lexicons/warning.txt": "beware\nscam\nreported\nwarned\n",
    "README.md": _README,
}
