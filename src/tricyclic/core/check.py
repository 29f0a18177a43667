"""Quality checks of a result, with the levels pass, warn and fail.

A Check is part of the result, so that the terminal, the Python API and the report show the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Level = Literal["pass", "warn", "fail"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Check:
    """One quality check and its outcome.

    Parameters
    ----------
    name : str
        What was checked, as a short key ("tracer_bound").
    level : {"pass", "warn", "fail"}
        pass: within the limit; warn: read it before using the number; fail: do not use the number
        as it is.
    message : str
        The outcome as a sentence, with the value.
    where : str
        Plate, well, curve or run that was checked.
    value, limit : float or None
        The value that was checked, and its limit, both in `unit`.
    unit : str
        Unit of both.
    advice : str
        What to do about it.
    source : str
        Source of the limit.
    """

    name: str
    level: Level
    message: str
    where: str = ""
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    advice: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"a Check is {', '.join(LEVELS)}, not {self.level!r}")


def worst_level(checks: tuple[Check, ...]) -> Level:
    """The worst level among the checks; "pass" where there are none."""
    return max((check.level for check in checks), key=LEVELS.index, default="pass")
