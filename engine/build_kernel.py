"""Compiles the kernel while Lictor is installed or its wheel is built.

Without a C compiler Lictor is installed all the same, and searches texts in numpy. The module speaks Python's stable
interface, so that one wheel for a platform serves every Python from 3.11 on.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError

PACKAGE = Path(__file__).parent / "lictor" / "text"


class Kernel(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls before it puts a wheel together, an editable one too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the module beside its source, and have the wheel say for what platform it is."""
        if self.target_name != "wheel":
            return
        try:
            module = compiled()
        except (BaseError, OSError) as error:
            self.app.display_warning(str(error))
            module = None
        if module is None:
            self.app.display_warning("the kernel is not compiled: texts will be searched in numpy")
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"].append(f"/engine/lictor/text/{module.name}")
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{platform}"


def compiled() -> Path | None:
    """The module, freshly built in place of one that was there; None where it does not compile."""
    for old in (*PACKAGE.glob("_kernel*.so"), *PACKAGE.glob("_kernel*.pyd")):
        old.unlink()
    arguments = ["/O2", "/std:c11"] if sys.platform == "win32" else ["-O3", "-std=c11"]
    source = str(PACKAGE / "_kernel.c")
    extension = Extension("_kernel", [source], extra_compile_args=arguments, py_limited_api=True, optional=True)
    with tempfile.TemporaryDirectory() as folder:
        command = build_ext(Distribution({"ext_modules": [extension]}))
        command.build_lib, command.build_temp = folder, folder
        command.ensure_finalized()
        command.run()
        (built,) = command.get_outputs()
        return Path(shutil.copy(built, PACKAGE)) if Path(built).exists() else None
