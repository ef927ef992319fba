"""A policy as the command line names it: bundled, in a file or folder, or as it stood in git."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

from lictor.errors import Diagnostic, PolicyError, UsageError
from lictor.policy import Policy, bundled_policies, load_policy

__all__ = ["policy_at"]

_HINT = "write a revision and a path from the root of the repository, such as `HEAD:policies/wechat`"


def policy_at(spec: str) -> Policy:
    """The bundled policy of that name, the policy in that place, or in that state in git: `HEAD:policies/wechat`.

    The repository is the one around the current folder, and the path is from its root; a file or folder of that very
    name comes first. What a policy borrows from its neighbours is taken from the same state.
    """
    revision, colon, path = spec.partition(":")
    if not colon or not revision or spec in bundled_policies() or Path(spec).exists():
        return load_policy(spec)
    inside = PurePosixPath(path)
    if inside.is_absolute() or ".." in inside.parts or revision.startswith("-"):
        raise UsageError(f"`{path}` is no path in the repository", hint="write `HEAD:policies/wechat`")
    with tempfile.TemporaryDirectory(prefix="lictor-") as folder:
        # The folder around it comes too: a policy may borrow from its neighbours.
        around = inside.parent if inside.parent.name else inside
        with tarfile.open(fileobj=io.BytesIO(_archived(spec, revision, str(around)))) as archive:
            archive.extractall(folder, filter="data")
        there = Path(folder, *inside.parts)
        if not there.exists():
            raise UsageError(f"`{spec}` is not there: `{revision}` has no such path", hint=_HINT)
        try:
            return load_policy(there)
        except PolicyError as wrong:
            raise PolicyError(_from_git(one, Path(folder), revision) for one in wrong.diagnostics) from None


def _from_git(one: Diagnostic, folder: Path, revision: str) -> Diagnostic:
    """The diagnostic with the file's name in the repository; the folder it was read from is gone by then."""
    if one.place is None or not Path(one.place.file).is_relative_to(folder):
        return one
    name = Path(one.place.file).relative_to(folder).as_posix()
    return replace(one, place=replace(one.place, file=f"{revision}:{name}"))


def _archived(spec: str, revision: str, path: str) -> bytes:
    try:
        top = _git("rev-parse", "--show-toplevel").decode().strip()
        return _git("-C", top, "archive", "--format=tar", revision, "--", path)
    except FileNotFoundError:
        raise UsageError(
            f"`{spec}` is neither a policy nor to be had from git", hint="install git, or name a folder"
        ) from None
    except subprocess.CalledProcessError as wrong:
        said = wrong.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1] if said else "git refused"
        raise UsageError(f"`{spec}` is not there: {reason}", hint=_HINT) from None


def _git(*arguments: str) -> bytes:
    # The git that the author has; arguments go to it one by one, through no shell.
    return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout  # noqa: S603, S607
