"""Shows on a terminal that something is still being read."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

PATIENCE = 1.0  # seconds of work before anything is shown


@contextmanager
def progress(name: str) -> Iterator[Callable[[], None]]:
    """Return what is to be called for each file that is read; a pipe gets nothing."""
    if not sys.stderr or not sys.stderr.isatty():
        yield lambda: None
        return
    start = time.monotonic()
    with ExitStack() as stack:
        advance: Callable[[], None] | None = None

        def tick() -> None:
            nonlocal advance
            if advance is not None:
                advance()
            elif time.monotonic() - start > PATIENCE:
                advance = _bar(stack, name)

        yield tick


def _bar(stack: ExitStack, name: str) -> Callable[[], None]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    # The name of a file is not to be taken for markup.
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    bar = stack.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))
    task = bar.add_task(f"reading {name}", total=None)
    return lambda: bar.advance(task)
