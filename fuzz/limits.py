"""Bounds what one input may take: processor time, and memory."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 10
"""Of processor time, with the code instrumented: real inputs take a hundredth of one."""

KIBIBYTES = 200 << 10
"""How much more memory than any input before one may take."""


class LimitError(BaseException):
    """An input took too much; no ordinary exception, since the product catches those."""


@contextmanager
def limited() -> Iterator[None]:
    """Raise where the block takes too much, even if that was caught on the way."""
    late: list[LimitError] = []

    def stop(*_: object) -> None:
        late.append(LimitError(f"more than {SECONDS} s"))
        raise late[0]

    before = peak()
    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if late:
        raise late[0]
    if (grown := peak() - before) > KIBIBYTES:
        raise LimitError(f"{grown} KiB of memory")


def peak() -> int:
    """Return the most memory that this process ever took, in KiB; macOS tells it in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> 10 if sys.platform == "darwin" else peak
