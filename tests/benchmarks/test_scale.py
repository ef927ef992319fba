"""The plan to a larger scale: its page holds what its script prints."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_holds_the_tables_of_the_script():
    """Every table that `plan.py` makes of the measured figures stands in `docs/scale.md`."""
    scale = ROOT / "benchmarks" / "scale"
    ran = subprocess.run(
        [sys.executable, scale / "plan.py", scale / "measured.json"], capture_output=True, text=True, check=True
    )
    page = (ROOT / "docs" / "scale.md").read_text("utf-8")

    assert [table for table in ran.stdout.strip().split("\n\n") if table not in page] == []
