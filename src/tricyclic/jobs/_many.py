"""What the jobs of many runs share: how many cores there are, and whether a number is in its range."""

from __future__ import annotations

import os

from tricyclic.errors import InputError


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
        raise InputError(f"is {value}", where=name, allowed=f"A whole number from {least} to {most}")
