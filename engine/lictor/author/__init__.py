"""What helps the people who write a policy: its rules' own tests, and scenarios over time.

* `cases`: each rule's `tests` judged, with what happened where it should not have
* `scenarios`: dated facts, and probes of what they lead to; `answers` has an answer for each key a probe may expect
"""

from lictor.author.cases import Case, CaseResult, rule_tests

__all__ = ["Case", "CaseResult", "rule_tests"]
