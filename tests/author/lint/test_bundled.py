"""The lint of the bundled policies: clean, and soon done."""

import time

import pytest

from lictor.author.lint import lint
from lictor.policy import bundled_policies, load_policy
from lictor.report.lint import render_findings

POLICIES = sorted(bundled_policies())


@pytest.mark.parametrize("name", POLICIES)
def test_bundled_policies_are_clean(name):
    """Nothing foolish stands in a bundled policy but what a comment allows with its reason."""
    kept = [one for one in lint(load_policy(name)) if one.allowed is None]

    assert "no mistakes" == render_findings(kept)


def test_lint_of_the_bundled_policies_is_quick():
    """All of them take less than two seconds of this machine's time."""
    begun = time.process_time()
    for name in POLICIES:
        lint(load_policy(name))

    assert time.process_time() - begun < 2
