"""Work spread over processes, results in the order of the items.

Each process makes its own worker once; a worker is called with one item and returns one result. A process begins as a
copy of this one where that is safe (`copies`), so that nothing need be built or loaded again; elsewhere afresh.
At most two items a process are taken from the source before their results are asked for, so memory does not grow with
the number of items. What a worker raises is raised here as it is. A process that dies is one `LictorError`, not a hang.
Ctrl-C belongs to the parent alone, which then stops the others; if the parent dies, they end by themselves.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from typing import Any, TypeVar

from lictor.errors import LictorError, UsageError

__all__ = ["copies", "ordered_map"]

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 2


def copies() -> bool:
    """Whether processes begin as copies of this one: on Linux, while it has a single thread that could hold a lock."""
    return sys.platform == "linux" and threading.active_count() == 1


def ordered_map(
    make_worker: Callable[[], Callable[[Item], Result]], items: Iterable[Item], jobs: int
) -> Iterator[Result]:
    """The results of the worker on each item, in order; with one job it works in this process.

    With more, items and results must be picklable, and `make_worker` too unless processes begin as copies. Closing the
    iterator stops the processes.
    """
    if jobs < 1:
        raise UsageError(f"{jobs} jobs cannot work", hint="use one or more")
    return _here(make_worker, items) if jobs == 1 else _spread(make_worker, items, jobs)


def _here(make_worker: Callable[[], Callable[[Item], Result]], items: Iterable[Item]) -> Iterator[Result]:
    worker = make_worker()
    for item in items:
        yield worker(item)


def _spread(make_worker: Callable[[], Callable[[Item], Result]], items: Iterable[Item], jobs: int) -> Iterator[Result]:
    # One thread a process waits for it; a thread takes an idle process, so that no queue can fill up and deadlock.
    processes: list[_Process] = []
    idle: SimpleQueue[_Process] = SimpleQueue()

    def work(item: Item) -> Result:
        process = idle.get()
        try:
            result: Result = process.ask(item)
        finally:
            idle.put(process)
        return result

    threads = ThreadPoolExecutor(jobs)
    copied = copies()
    try:
        for _ in range(jobs):
            processes.append(_Process(make_worker, [one.pipe for one in processes] if copied else None))
            idle.put(processes[-1])
        pending: deque[Future[Result]] = deque()
        for item in items:
            pending.append(threads.submit(work, item))
            if len(pending) == AHEAD * jobs:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for process in processes:
            process.stop()
        threads.shutdown(cancel_futures=True)


class _Process:
    """One worker process and the pipe to it."""

    def __init__(self, make_worker: Callable[[], Callable[[Any], object]], copied: list[Connection] | None) -> None:
        """A process begun as a copy, which holds the pipes to the processes before it and closes them; else afresh."""
        process: type[BaseProcess] = multiprocessing.get_context("spawn").Process
        self.pipe, theirs = multiprocessing.Pipe()
        serve: Callable[[], None] = partial(_serve, theirs, make_worker)
        if copied is not None:
            process = multiprocessing.get_context("fork").Process
            # While a copy held the other end of a pipe, nobody would learn that the parent has died.
            serve = partial(_serve_as_copy, serve, [*copied, self.pipe])
        self.process = process(target=serve, daemon=True)
        # The child inherits the mask, so that it never sees Ctrl-C, not even while it starts.
        with _interrupts_held(), warnings.catch_warnings():
            # Python 3.12 warns where numpy and Arrow have started threads; those are made for this, and ours are none.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        theirs.close()

    def ask(self, item: object) -> Any:
        try:
            self.pipe.send(item)
            outcome, value = self.pipe.recv()
        except (EOFError, OSError):
            raise self._died() from None
        if outcome == "raised":
            raise value
        return value

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()
        self.pipe.close()

    def _died(self) -> LictorError:
        self.process.join()
        code = self.process.exitcode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return LictorError(
            f"a worker process {how}", hint="it may have run out of memory: run it again with fewer `--jobs`"
        )


@contextmanager
def _interrupts_held() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _serve_as_copy(serve: Callable[[], None], others: list[Connection]) -> None:
    for pipe in others:
        pipe.close()
    serve()


def _serve(pipe: Connection, make_worker: Callable[[], Callable[[Any], object]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    worker: Callable[[Any], object] | None = None
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        try:
            worker = worker or make_worker()
            answer = ForkingPickler.dumps(("returned", worker(item)))
        except Exception as error:  # noqa: BLE001 (it is raised again in the parent)
            answer = ForkingPickler.dumps(("raised", _portable(error)))
        try:
            pipe.send_bytes(answer)
        except OSError:
            return


def _portable(error: Exception) -> Exception:
    """The error itself, if it survives the way; otherwise one that says the same."""
    if not isinstance(error, LictorError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes)
    except Exception:  # noqa: BLE001 (whatever its constructor may raise)
        return LictorError(f"{type(error).__name__} in a worker process: {error}")
    return error
