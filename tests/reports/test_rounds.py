"""One at a time in a process, and no wish is lost."""

import threading

import pytest

from reports.rounds import Rounds

BOUND_S = 20


def test_who_asks_while_another_works_goes_at_once_and_the_other_looks_once_more() -> None:
    has_begun, may_end = threading.Event(), threading.Event()
    rounds = 0

    def work() -> int:
        nonlocal rounds
        rounds += 1
        has_begun.set()
        assert may_end.wait(BOUND_S)
        return 1

    one = Rounds(work)
    first = threading.Thread(target=one.run)
    first.start()
    assert has_begun.wait(BOUND_S)

    assert [one.run() for _ in range(5)] == [0] * 5

    may_end.set()
    first.join(BOUND_S)
    assert rounds == 2


def test_work_that_fails_is_loud_and_leaves_the_way_free() -> None:
    divisors = iter([0, 1])

    def work() -> int:
        return 3 // next(divisors)

    one = Rounds(work)
    with pytest.raises(ZeroDivisionError):
        one.run()

    assert one.run() == 3
