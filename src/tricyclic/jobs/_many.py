"""What the jobs of many runs share: how many cores there are, whether a number is in its range, how far the runs are."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import TypeVar

from tricyclic.errors import InputError
from tricyclic.jobs._job import Progress

Found = TypeVar("Found")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_range(name: str, value: int, least: int, most: int) -> None:
    """Refuse a whole number outside its range.

    Raises
    ------
    InputError
        With the range.
    """
    if not least <= value <= most:
        raise InputError(
            f"is {value}", where=name, allowed=f"A whole number from {least} to {most}"
        )


def telling(
    work: Generator[int, None, Found], total: int, says: str
) -> Generator[Progress, None, Found]:
    """Let work that yields how many runs are done yield Progress, and give what it ends with."""
    while True:
        try:
            yield Progress(next(work), total, says)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
