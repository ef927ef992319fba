"""Items made in a thread while the ones before them are used: reading goes on while what was read is decided.

One item is made or waits while another is used, so memory does not grow with their number. What making one raises is
raised in its place. Closing the iterator closes the items, in their thread, and waits for that, so that nobody still
reads what the caller closes next; it is meant for items that come by themselves, not for what somebody may never type.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from queue import SimpleQueue
from typing import TypeVar

__all__ = ["made_ahead"]

T = TypeVar("T")


def made_ahead(items: Generator[T]) -> Generator[T]:
    """The same items in the same order; the making of them begins when the first is asked for."""
    ready: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
    taken, stopped = threading.Semaphore(0), threading.Event()

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

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        while (made := ready.get()) is not None:
            if isinstance(made, BaseException):
                raise made
            taken.release()
            yield made[0]
    finally:
        stopped.set()
        taken.release()
        thread.join()
