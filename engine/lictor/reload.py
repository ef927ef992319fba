"""`PolicySource`: policies read again when their files change, and swapped whole.

Rules: nothing here starts a thread or reads a clock; the host calls `poll` as often as it likes, from any thread. A
change is taken up by the second `poll` that finds the files the same, so whoever saves several files needs less time
for it than passes between two. What does not load, or changes while it is read, changes nothing: the last good engine
goes on, `problem` says why, and the files are looked at again once they change again. To leave nothing to time at all,
put a pack in the place of another (`os.replace`), or a folder behind a link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from lictor.engine import Engine
from lictor.errors import InputError, LictorError
from lictor.policy import Policy, load_policy

__all__ = ["PolicySource"]

_Stamp: TypeAlias = tuple[int, int, int, int] | None
_ATTEMPTS = 3
_MOST = 64_000_000  # bytes of a file that are looked at: a device may have no end, and no policy is so large


class PolicySource:
    """An engine that follows the files its policies come from: bundled names, files, folders or packs."""

    def __init__(self, spec: str | Path | Iterable[str | Path]) -> None:
        """Loads at once; what is wrong with the policies now is raised, since there is no last good engine yet."""
        self._specs = [spec] if isinstance(spec, str | Path) else list(spec)
        self._lock = Lock()
        self._paths: tuple[Path, ...] = ()
        self._stamps: Mapping[Path, _Stamp] | None = None
        self._contents: Mapping[Path, bytes | None] = {}
        self._changed: Mapping[Path, _Stamp] | None = None
        self._look_twice = False
        self.problem: LictorError | None = None
        """Why what the files say now is not in use; `None` where it is."""
        loaded = self._read()
        if loaded is None:
            raise InputError("the policy's files change while they are read", hint="load them once they are saved")
        if isinstance(loaded, LictorError):
            raise loaded
        self.engine = Engine(loaded)
        """What decides now. Take it once for what belongs together: another may stand here after the next `poll`."""

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of the policies in use, by which decisions name them."""
        return tuple(one.policy.digest for one in self.engine.policies)

    def poll(self) -> bool:
        """Whether another engine took over; it costs a look at each file where nothing changed."""
        with self._lock:
            stamps = _stamps(self._paths)
            if stamps == self._stamps:
                return self._changed_unseen()
            if stamps != self._changed:
                self._changed = stamps
                return False
            return self._take_up()

    def _changed_unseen(self) -> bool:
        """Nothing happens yet; but a write within the grain of the file system's clock is found once, and followed."""
        if self._look_twice:
            self._look_twice = False
            if _contents(self._paths) != self._contents:
                self._stamps = None
        return False

    def _take_up(self) -> bool:
        loaded = self._read()
        if loaded is None:
            return False
        if isinstance(loaded, LictorError):
            self.problem = loaded
            return False
        if tuple(policy.digest for policy in loaded) == self.digests:
            self.problem = None
            return False
        try:
            engine = Engine(loaded)
        except LictorError as wrong:
            self.problem = wrong
            return False
        self.problem = None
        self.engine = engine
        return True

    def _read(self) -> list[Policy] | LictorError | None:
        """The policies, or what is wrong with them; `None` where the files changed while they were read."""
        for _ in range(_ATTEMPTS):
            stamps, contents = _stamps(self._paths), _contents(self._paths)
            tried: list[Path] = []
            loaded: list[Policy] | LictorError
            try:
                loaded = [load_policy(spec, tried=tried) for spec in self._specs]
            except LictorError as wrong:
                loaded = wrong
            read, self._paths = self._paths, tuple(dict.fromkeys(tried))
            if read == self._paths and contents == _contents(read) and stamps == _stamps(read):
                self._stamps, self._contents, self._changed, self._look_twice = stamps, contents, None, True
                return loaded
        self._stamps = self._changed = None
        return None


def _stamps(paths: Iterable[Path]) -> dict[Path, _Stamp]:
    """By path what tells a file from itself changed; `None` where there is none."""
    return {path: _stamp(path) for path in paths}


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _contents(paths: Iterable[Path]) -> dict[Path, bytes | None]:
    return {path: _content(path) for path in paths}


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(_MOST)).digest()
    except (OSError, ValueError):
        return None
