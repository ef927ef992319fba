"""A policy as the command line names it: bundled, in a file or folder, or as it stood in git."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from lictor.errors import Diagnostic, PolicyError, UsageError
from lictor.policy import Policy, bundled_policies, load_policy
from lictor.policy.merge import ROOT_FILE

__all__ = ["policy_at"]

_HINT = "write a revision and a path from the root of the repository, such as `HEAD:policies/wechat`"
_READ = (".yaml", ".yml", ".txt")  # what a policy may name; all else in the folders stays where it is
_FILE, _LINK = "100", "120"  # how the mode of a file begins, and that of a link


def policy_at(spec: str) -> Policy:
    """The bundled policy of that name, the policy in that place, or in that state in git: `HEAD:policies/wechat`.

    The repository is the one around the current folder, and the path is from its root; a file or folder of that very
    name comes first. What a policy borrows from its neighbours is taken from the same state. Files are taken as they
    were committed: `.gitattributes` leaves none of them out and changes none.
    """
    revision, colon, path = spec.partition(":")
    if not colon or not revision or spec in bundled_policies() or Path(spec).exists():
        return load_policy(spec)
    inside = PurePosixPath(path)
    if inside.is_absolute() or ".." in inside.parts or revision.startswith("-"):
        raise UsageError(f"`{path}` is no path in the repository", hint="write `HEAD:policies/wechat`")
    with tempfile.TemporaryDirectory(prefix="lictor-") as folder:
        _write_out(spec, revision, inside, Path(folder))
        there = Path(folder, *inside.parts)
        if not there.exists():
            raise UsageError(f"`{spec}` is not there: `{revision}` has no policy at that path", hint=_HINT)
        if there.is_dir() and not (there / ROOT_FILE).is_file():
            raise UsageError(f"`{spec}` holds no `{ROOT_FILE}`", hint="name the policy's file itself")
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


def _write_out(spec: str, revision: str, inside: PurePosixPath, folder: Path) -> None:
    """Writes what the policy may need of that revision below the folder: its own files and its neighbours'."""
    own = inside.parent if inside.suffix in _READ else inside
    try:
        top = _git("rev-parse", "--show-toplevel").decode().strip()
        blobs = _needed(_listed(top, revision, own.parent), inside, own)
        contents = list(_contents(top, [blob for _, blob in blobs.values()]))
    except FileNotFoundError:
        raise UsageError(
            f"`{spec}` is neither a policy nor to be had from git", hint="install git, or name a folder"
        ) from None
    except subprocess.CalledProcessError as wrong:
        said = wrong.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1] if said else "git refused"
        raise UsageError(f"`{spec}` is not there: {reason}", hint=_HINT) from None
    for (path, (mode, _)), content in zip(blobs.items(), contents, strict=True):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if mode.startswith(_FILE):
            target.write_bytes(content)
        elif Path(os.path.normpath(target.parent / os.fsdecode(content))).is_relative_to(folder):
            target.symlink_to(os.fsdecode(content))


def _listed(top: str, revision: str, around: PurePosixPath) -> Iterator[tuple[PurePosixPath, str, str]]:
    """Path, mode and name of each blob of the revision in that folder."""
    below = ("--", str(around)) if around.name else ()
    listing = _git("-C", top, "--literal-pathspecs", "ls-tree", "-rz", "--full-tree", revision, *below)
    for entry in filter(None, listing.split(b"\0")):
        facts, path = entry.split(b"\t", 1)
        mode, _, blob = facts.decode().split()
        yield PurePosixPath(os.fsdecode(path)), mode, blob


def _needed(
    listed: Iterator[tuple[PurePosixPath, str, str]], inside: PurePosixPath, own: PurePosixPath
) -> Mapping[PurePosixPath, tuple[str, str]]:
    """Of these, the files the policy may name, in its folder and in the folders of policies beside it."""
    found = {
        path: (mode, blob)
        for path, mode, blob in listed
        if mode.startswith((_FILE, _LINK)) and ".." not in path.parts
        if path == inside or path.suffix in _READ or mode.startswith(_LINK)
    }
    folders = {own, *(path.parent for path in found if path.name == ROOT_FILE and path.parent.parent == own.parent)}
    return {
        path: one for path, one in found.items() if path == inside or any(path.is_relative_to(one) for one in folders)
    }


def _contents(top: str, blobs: Sequence[str]) -> Iterator[bytes]:
    answer = io.BytesIO(_git("-C", top, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs)))
    for blob in blobs:
        _, kind, *size = answer.readline().decode().split()
        if not size:
            raise UsageError(f"git lacks the object `{blob}`: it is {kind}", hint="fetch the whole repository")
        yield answer.read(int(size[0]))
        answer.read(1)  # a line end after each


def _git(*arguments: str, given: str = "") -> bytes:
    # The git that the author has; arguments go to it one by one, through no shell.
    return subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        input=given.encode(),
        capture_output=True,
        check=True,
    ).stdout
