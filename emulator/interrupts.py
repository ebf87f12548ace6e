"""Interrupts that are not lost: one that nobody has heard of comes again."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN_S = 1.0


@contextmanager
def insistent_interrupts() -> Iterator[None]:
    """Repeat an interrupt, or a request to end, every second until the block is left.

    Python raises it wherever the main thread happens to be. In a destructor or the callback of a weak reference it is
    printed and forgotten, and what is written in C may forget it without a word; a run would go on to its end. Nothing
    is done outside the main thread, or where somebody else uses the alarm of the process.
    """
    alarm = getattr(signal, "SIGALRM", None)
    is_main = threading.current_thread() is threading.main_thread()
    if alarm is None or not is_main or signal.getsignal(alarm) is not signal.SIG_DFL:
        yield
        return
    known = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers = {number: handler for number, handler in known.items() if callable(handler)}
    asked: list[int] = []

    def insist(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        try:
            handlers[number](number, frame)  # type: ignore[index]
        except BaseException:
            signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
            raise

    for number in handlers:
        signal.signal(number, insist)
    signal.signal(alarm, lambda _, frame: insist(asked[-1], frame))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.signal(alarm, signal.SIG_DFL)
