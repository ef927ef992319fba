"""Items made in a thread while the ones before them are used: reading goes on while what was read is decided.

One item is made or waits while another is used, so memory does not grow with their number. What making one raises is
raised in its place. At the end the items are closed, in their thread, and that is waited for, so that nobody still
reads what the caller closes next. So it is not for what somebody may never type, and where making an item can take
long, whoever makes them is told that no more are wanted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from queue import SimpleQueue
from typing import TypeVar

__all__ = ["made_ahead"]

T = TypeVar("T")


@contextmanager
def made_ahead(items: Generator[T], give_up: Callable[[], None]) -> Iterator[Iterator[T]]:
    """The same items in the same order; the making begins at once.

    `give_up` is called where the end comes before the last item did.
    """
    ready: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
    taken, stopped = threading.Semaphore(0), threading.Event()
    over = False

    def make() -> None:
        try:
            with closing(items):
                for item in items:
                    ready.put((item,))
                    taken.acquire()
                    if stopped.is_set():
                        break
        except BaseException as error:  # noqa: BLE001 - it is raised again where the items are used
            ready.put(error)
        ready.put(None)

    def used() -> Iterator[T]:
        nonlocal over
        while isinstance(made := ready.get(), tuple):
            taken.release()
            yield made[0]
        over = True
        if made is not None:
            raise made

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        yield used()
    finally:
        if not over:
            stopped.set()
            give_up()
            taken.release()
        thread.join()
