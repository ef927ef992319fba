"""The checks, one a file: what is well formed and foolish in a policy.

A module's docstring is the check's explanation as its author reads it, in `docs/lint.md` and on the command line.
"""
