"""From a policy and an item to violations: conditions and exemptions over matches and signals."""

from lictor.detect.compile import CompiledPolicy, compile_policy
from lictor.detect.item import Known, Span, know
from lictor.detect.violations import (
    Detection,
    Find,
    Terms,
    Violation,
    detect,
    detect_matches,
    find_in_column,
    find_matches,
    scope,
)

__all__ = [
    "CompiledPolicy",
    "Detection",
    "Find",
    "Known",
    "Span",
    "Terms",
    "Violation",
    "compile_policy",
    "detect",
    "detect_matches",
    "find_in_column",
    "find_matches",
    "know",
    "scope",
]
