"""Items made in a thread ahead of their use: the order, the bound, what is raised, and the end of it."""

import threading
from contextlib import closing
from itertools import count

import pytest

from lictor.scan.ahead import made_ahead


def test_the_same_items_come():
    """All items come, in their order, `None` and nothing among them."""
    assert [0, None, (), 3] == list(made_ahead(item for item in (0, None, (), 3)))
    assert [] == list(made_ahead(item for item in ()))


def test_one_item_is_made_while_another_is_used():
    """While an item is used the next is made, in another thread, and no more of them."""
    made = []
    one_ahead = threading.Event()

    def items():
        for number in count():
            made.append((number, threading.current_thread().name))
            if number == 3:
                one_ahead.set()
            yield number

    with closing(made_ahead(items())) as numbers:
        for number in numbers:
            if number == 2:
                assert one_ahead.wait(10)
                break

        assert [(number, "ahead") for number in range(4)] == made


def test_what_goes_wrong_goes_wrong_in_its_place():
    """The items before it come first, then what was raised, with the place where it was."""

    def items():
        yield 1
        raise KeyError("second")

    numbers = made_ahead(items())

    assert 1 == next(numbers)
    with pytest.raises(KeyError, match="second") as caught:
        next(numbers)
    assert "items" == caught.traceback[-1].name


@pytest.mark.parametrize("used", [1, 2])
def test_closing_closes_the_items(used):
    """Who closes the iterator can close what the items are made of: the thread has ended, and closed them itself."""
    closed = []

    def items():
        try:
            yield from count()
        finally:
            closed.append(threading.current_thread().name)

    numbers = made_ahead(items())
    for _ in range(used):
        next(numbers)
    numbers.close()

    assert ["ahead"] == closed
    assert "ahead" not in [thread.name for thread in threading.enumerate()]
