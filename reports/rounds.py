"""Work of which a process needs only one at a time, however many wake-ups ask for it."""

import threading
from collections.abc import Callable


class Rounds:
    """Does the work on the thread that asks; who asks meanwhile leaves a wish for one more round, and goes.

    Without it, every wake-up of a busy moment would hold a thread of the worker, waiting for the same lock.
    """

    def __init__(self, work: Callable[[], int]) -> None:
        self._work = work
        self._busy = threading.Lock()
        self._wanted = threading.Event()

    def run(self) -> int:
        """How much was done here; 0 at once when another thread is at it, which then looks once more."""
        self._wanted.set()
        done = 0
        while self._wanted.is_set() and self._busy.acquire(blocking=False):
            try:
                self._wanted.clear()
                done += self._work()
            finally:
                self._busy.release()
        return done
