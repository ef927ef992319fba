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

PACKAGE = Path(__file__).parent / "lictor" / "kernel"


class Kernel(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls before it puts a wheel together, an editable one too, and when that is done."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the module, beside its source only if it is run there, and have the wheel say for what platform."""
        if self.target_name != "wheel":
            return
        self._folder = tempfile.TemporaryDirectory()
        try:
            if version == "editable":
                remove_old()
            module = compiled(Path(self._folder.name))
            if module is not None and version == "editable":
                shutil.copy(module, PACKAGE)
        except (BaseError, OSError) as error:
            self.app.display_warning(str(error))
            module = None
        if module is None:
            self.app.display_warning("the kernel is not compiled: texts will be searched in numpy")
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        if version != "editable":
            build_data["force_include"][str(module)] = f"lictor/kernel/{module.name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{platform}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was built: it is in the wheel."""
        if self.target_name == "wheel":
            self._folder.cleanup()


def remove_old() -> None:
    """Leave no module of another source, even where the new one does not compile."""
    for old in (*PACKAGE.glob("_kernel*.so"), *PACKAGE.glob("_kernel*.pyd")):
        old.unlink()


def compiled(folder: Path) -> Path | None:
    """The module, freshly built in the folder; None where it does not compile."""
    arguments = ["/O2", "/std:c11"] if sys.platform == "win32" else ["-O3", "-std=c11"]
    source = str(PACKAGE / "_kernel.c")
    extension = Extension("_kernel", [source], extra_compile_args=arguments, py_limited_api=True, optional=True)
    command = build_ext(Distribution({"ext_modules": [extension]}))
    command.build_lib, command.build_temp = str(folder), str(folder / "objects")
    command.ensure_finalized()
    command.run()
    (built,) = command.get_outputs()
    return Path(built) if Path(built).exists() else None
