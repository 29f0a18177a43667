"""How far a long analysis is, reported through an optional callback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Steps done, of how many, and what is being done now."""

    done: int
    total: int
    message: str


ProgressCallback = Callable[[Progress], None]
# Called with how many runs are done; what an analysis without words of its own reports.
CountCallback = Callable[[int], None]


def report_progress(
    on_progress: ProgressCallback | None, done: int, total: int, message: str
) -> None:
    """Call the callback where there is one."""
    if on_progress is not None:
        on_progress(Progress(done, total, message))


def counted(on_progress: ProgressCallback | None, total: int, message: str) -> CountCallback | None:
    """A callback that takes how many of `total` are done; None where there is no callback."""
    if on_progress is None:
        return None
    return lambda done: on_progress(Progress(done, total, message))
