"""Items made in a thread ahead of their use: the order, the bound, what is raised, and the end of it."""

import threading
from itertools import count, islice

import pytest

from lictor.scan.ahead import made_ahead

FORGET = list


def test_the_same_items_come():
    """All items come, in their order, `None` and nothing among them."""
    for items in ([0, None, (), 3], []):
        with made_ahead((item for item in items), FORGET) as made:
            assert items == list(made)


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

    with made_ahead(items(), FORGET) as numbers:
        assert 2 == next(islice(numbers, 2, None))
        assert one_ahead.wait(10)

        assert [(number, "ahead") for number in range(4)] == made


def test_what_goes_wrong_goes_wrong_in_its_place():
    """The items before it come first, then what was raised, with the place where it was."""

    def items():
        yield 1
        raise KeyError("second")

    with made_ahead(items(), FORGET) as numbers:
        assert 1 == next(numbers)
        with pytest.raises(KeyError, match="second") as caught:
            next(numbers)
    assert "items" == caught.traceback[-1].name


@pytest.mark.parametrize("used", [0, 1, 2])
def test_the_end_closes_the_items(used):
    """What the items are made of can be closed afterwards: the thread has ended, and closed them itself."""
    closed = []

    def items():
        try:
            yield from count()
        finally:
            closed.append(threading.current_thread().name)

    with made_ahead(items(), FORGET) as numbers:
        for _ in range(used):
            next(numbers)

    assert ["ahead"] == closed
    assert "ahead" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(("used", "told"), [(0, 1), (1, 1), (3, 0)])
def test_who_makes_items_is_told_that_no_more_are_wanted(used, told):
    """Only where the end comes before that of the items; so that what takes long can be left."""
    wanted = threading.Event()
    given_up = []

    def give_up():
        given_up.append(True)
        wanted.set()

    def items():
        yield 0
        if used < 3:
            assert wanted.wait(10)
        yield 1

    with made_ahead(items(), give_up) as numbers:
        for _ in range(used):
            next(numbers, None)

    assert told == len(given_up)
