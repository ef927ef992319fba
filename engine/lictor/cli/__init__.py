"""The command `lictor`: verbs over files and texts. Results go to standard output, everything else to standard error.

| exit | meaning |
|---|---|
| 0 | it ran and found nothing |
| 1 | it found something: an action above `flag`, something refused, a warning, a failed test, a broken ledger |
| 2 | it could not run, or not to the end: usage, an invalid policy, unreadable input, output that cannot be written |
| 130 | interrupted: what was committed stays |

    exits       every way to end, to its exit code and message, in one place; `codes` are the exit codes
    verbs       the tree of verbs; each is loaded when it is called
    options     what several verbs take: policies, instants, texts
    say         the standard streams: results, and notes for a person
    check       `lictor check`
    scan        `lictor scan`: `judging` decides batches, `sinks` say where the decisions go, `recording` keeps
                them in a ledger, `events` logs them
    enforce     `lictor enforce`: facts into accounts' lives; `due`: what was foreseen happens
    case_*      `lictor case list`, `show`, `uphold`, `dismiss`: what waits for a person
    appeal_*    `lictor appeal list`, `file`, `reject`, `grant`
    account_*   `lictor account show`, `notice`, `reinstate`
    lives       what these share: the ledger, its policies, the instant; `acting` records what a person decides,
                `answers` makes it a fact
    policy_*    `lictor policy lint`, `lictor policy test`
    ledger_*    `lictor ledger verify`, `replay`, `rebuild`, `export`, `erase`, `checkpoint`, `key`
    bench       `lictor bench`: this machine, measured
    completion  `lictor completion`

This package alone reads the clock, and alone logs.
"""

from lictor.cli.exits import main

__all__ = ["main"]
