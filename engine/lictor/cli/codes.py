"""The exit codes, the same for every verb."""

__all__ = ["FAILED", "FOUND", "INTERRUPTED", "OK"]

OK = 0
FOUND = 1
FAILED = 2
INTERRUPTED = 130
