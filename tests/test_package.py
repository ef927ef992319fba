"""The package as a whole: what importing it costs, what it exports, and that its vocabularies agree."""

import subprocess
import sys

import lictor
from lictor.match import DETECTORS, MatchOptions
from lictor.policy import names

HEAVY = {"ahocorasick", "numpy", "orjson", "pyarrow", "pydantic", "structlog", "yaml"}


def test_import_loads_nothing_heavy():
    """`import lictor` loads none of the heavy packages: names load on first use."""
    code = f"import sys, lictor; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_a_single_text_needs_no_arrow():
    """A text is checked without pyarrow, which takes a tenth of the time from a cold start."""
    code = """
import sys
from lictor import Engine
Engine.load("wechat").check("tulips")
print("pyarrow" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False" == done.stdout.strip()


def test_every_exported_name_exists():
    """Each name in `__all__` can be had, and is listed by `dir`."""
    for name in lictor.__all__:
        assert getattr(lictor, name) is not None
    assert sorted(lictor.__all__) == dir(lictor)


def test_policies_and_the_matcher_know_the_same_detectors():
    """A policy can name exactly the detectors that exist."""
    assert set(names.DETECTORS) == set(DETECTORS)


def test_policies_and_the_matcher_know_the_same_options():
    """A policy can set exactly the match options that exist; `allow` and `variants` stand with the term."""
    from lictor.policy.models import MatchSettings

    assert set(MatchSettings.model_fields) == set(MatchOptions.__dataclass_fields__)
