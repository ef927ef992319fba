"""What helps the people who write a policy: so far, its rules' own tests.

* `cases`: each rule's `tests` judged, with what happened where it should not have
"""

from lictor.author.cases import Case, CaseResult, rule_tests

__all__ = ["Case", "CaseResult", "rule_tests"]
