"""Builds the documentation as a site: `python docs/builder/build.py [FOLDER]`, by default into `build/site`.

Open `index.html` in a browser, search included: nothing is fetched, neither to build nor to read. Every warning is an
error.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from sphinx.cmd.build import main as sphinx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from links import faults  # noqa: E402
from stage import stage  # noqa: E402


def build(site: Path) -> int:
    """The exit code: 0 where the site is whole."""
    started = time.monotonic()
    pages = site.parent / "site-pages"
    shutil.rmtree(site, ignore_errors=True)
    stage(HERE.parent, pages)
    code = sphinx(
        ["-q", "-W", "--keep-going", "-E", "-j", "auto", "-b", "html", "-c", str(HERE), "-d", str(pages / ".doctrees"),
         str(pages), str(site)]
    )  # fmt: skip
    if code:
        return code
    wrong = faults(site)
    print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
    if not wrong:
        count = sum(1 for _ in site.rglob("*.html"))
        print(f"{count} pages in {site}, {time.monotonic() - started:.0f} seconds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1] if len(sys.argv) > 1 else "build/site").resolve()))
