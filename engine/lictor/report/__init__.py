"""What was decided, put before a reader: lines on a terminal, rows in a file.

    decision   one decision in words, its evidence marked in the text
    summary    what a scan came to: counts by action, category and rule
    cases      the rules' own tests: which failed, and what happened instead
    rows       a scan's rows as JSON lines, CSV or Parquet
    timeline   what happened: when, who did what, what it led to
    scenarios  scenarios as timelines with their probes, or what failed of them
    enforced   what a run over facts came to
    queue      what waits for a person, and one thing of it with all that bears on it
    account    where an account stands, and the words its holder is sent
    rejects    the rows that were not decided, written aside
    words      somebody's words on a terminal: cut, folded, marked
    files      files that appear whole or not at all

Everything printed is safe to print: control, ANSI and bidi characters are escaped, CSV cells that a spreadsheet would
run are defused, JSON holds no lone surrogate.
"""
