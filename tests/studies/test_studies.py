"""The studies under `examples/studies` run by one command each, say their result and write their report."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lictor.cli.exits import run

ROOT = Path(__file__).parents[2]
LINES = Path("benchmarks/quality/authored")
pytestmark = pytest.mark.skipif(not (ROOT / LINES).is_dir(), reason="the lines of the studies are not beside the tests")


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    """A function that runs a study in its short form, in a folder with what it needs: what it said, and the folder."""
    folder = tmp_path_factory.mktemp("studies")
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copytree(ROOT / LINES, folder / LINES)

    def study(*words):
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        done = subprocess.run(
            ["sh", f"examples/studies/{words[0]}.sh", *words[1:], "--short"], cwd=folder, env={"PATH": path},
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
        )  # fmt: skip

        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout, folder / "build" / "studies"

    return study


def _whole(page):
    text = page.read_text("utf-8")

    assert len(text.encode()) < 5_000_000
    assert text.count("<svg") >= 5
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text)[1])


def test_the_rule_of_2022(studied):
    """Mining, derivatives and resale are new, and an order to mend takes the place of hiding."""
    said, out = studied("rule-of-2022")

    assert "version cn-2018-08-21" in said
    assert "version cn-2022-06-20" in said
    assert re.search(r"^  hide +rectify_order +\d+$", said, re.MULTILINE)
    assert len(_whole(out / "rule-of-2022.html")["samples"][0]["rows"]) > 10


def test_the_deadline(studied):
    """Every deadline stands beside the policy as it is."""
    said, out = studied("rectify-deadline")

    assert len(re.findall(r"^  [ *]  (?:as it is|\d+ days?) ", said, re.MULTILINE)) == 8
    assert _whole(out / "rectify-deadline.html")["samples"] == []


def test_words_alone(studied):
    """Words alone hide innocent lines by the dozen that the policy of acts leaves; its precision is far lower."""
    said, out = studied("keywords", "authored")
    precision = [float(one) for one in re.findall(r"^  (?:any)? +[AB] +(0\.\d+) ", said, re.MULTILINE)[:2]]

    assert precision[0] + 0.2 < precision[1]
    assert len(_whole(out / "keywords-authored.html")["samples"][0]["rows"]) > 10


def test_the_policy_of_words_is_well_made():
    """The strawman is no caricature by mistake: it lints clean and passes its own tests."""
    folder = str(ROOT / "examples" / "studies" / "keywords")

    assert [run(["policy", verb, folder]) for verb in ("lint", "test")] == [0, 0]
