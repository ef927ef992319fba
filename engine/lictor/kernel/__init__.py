"""The compiled loops, where this installation has them: `compiled` is the module, or None where numpy does the work.

They are built from `_kernel.c` and the parts it names when Lictor is installed where there is a C compiler, and come
with its wheels. The results are the same; `LICTOR_KERNEL=numpy` in the environment does without them, to compare. So
does an installation that was not built anew since what they take or give changed.
"""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType

__all__ = ["compiled", "name"]

# As `_kernel.c` has it.
_VERSION = 4

compiled: ModuleType | None = None
if os.environ.get("LICTOR_KERNEL") != "numpy":
    try:
        _kernel = import_module("lictor.kernel._kernel")
    except ImportError:
        pass
    else:
        compiled = _kernel if getattr(_kernel, "VERSION", None) == _VERSION else None


def name() -> str:
    """What searches texts here: `compiled` or `numpy`."""
    return "numpy" if compiled is None else "compiled"
