"""The examples for each host, run as they stand, where the host is installed."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "adapters"
NEEDS = {
    "duckdb_query": "duckdb",
    "huggingface_dataset": "datasets",
    "object_store": "fsspec",
    "pandas_frame": "pandas",
    "polars_frame": "polars",
    "ray_dataset": "ray",
    "spark_frame": "pyspark",
    "spark_stream": "pyspark",
}
PRINTS = {
    "duckdb_query": "[('a', 'rectify_order', 3)]",
    "huggingface_dataset": "[('a', 'rectify_order', 'fin.vc.otc'), ('b', 'none', None)]",
    "object_store": "[{'id': 'a', 'action': 'rectify_order'}, {'id': 'b', 'action': 'none'}]",
    "pandas_frame": "[{'id': 'a', 'action': 'rectify_order', 'category': 'fin.vc.otc'}]",
    "polars_frame": "[('a', 'rectify_order', 'fin.vc.otc'), ('b', 'none', None)]\n[('a', 'S2')]",
    "ray_dataset": "[('a', 'rectify_order'), ('b', 'none')]",
    "spark_frame": "[('a', 'rectify_order'), ('b', 'none')]\n2 1 0",
    "spark_stream": "Done(batch=0, facts=4, new=4, present=0, aside=0, decisions=0, rounds=1)\n"
    "['segment-00000-of-00002.db', 'segment-00001-of-00002.db']",
}


def test_every_example_is_run():
    """None is left out."""
    assert sorted(NEEDS) == sorted(PRINTS) == sorted(one.stem for one in EXAMPLES.glob("*.py"))


@pytest.mark.parametrize("name", NEEDS)
def test_the_page_shows_the_example(name):
    """Word for word, but for its docstring."""
    code = (EXAMPLES / f"{name}.py").read_text("utf-8").split('"""\n\n', 1)[1]

    assert f"```py\n{code}```\n" in (EXAMPLES.parents[1] / "docs" / "adapters.md").read_text("utf-8")


@pytest.mark.parametrize("name", NEEDS)
def test_an_example_prints_what_it_should(name):
    """The decisions of the two posts, in the host's own way."""
    if find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed: make adapters")
    if NEEDS[name] == "pyspark" and which("java") is None:
        pytest.skip("no Java for Spark: make adapters")
    env = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    ran = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"], env=env, capture_output=True, text=True, check=False
    )

    assert PRINTS[name] == ran.stdout.strip(), ran.stderr
