"""One remark on quality: fine, look, or stop.

A Check travels inside a result, so that the screen, the browser and the report show the same doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Level = Literal["fine", "look", "stop"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class Check:
    """A quality check that was made, with its finding in words.

    Parameters
    ----------
    name : str
        What was checked, as a short key ("tracer_bound").
    level : {"fine", "look", "stop"}
        fine: within its limit; look: a doubt to read; stop: the number should not be used as it is.
    says : str
        The finding as a sentence, with the value that was found.
    where : str
        Plate, well, curve or run it speaks of.
    value, limit : float or None
        The figure that was judged, and the limit it was judged against, both in `unit`.
    unit : str
        Unit of both.
    advice : str
        What to do about it.
    source : str
        Where the limit comes from.
    """

    name: str
    level: Level
    says: str
    where: str = ""
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    advice: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"a Check is {', '.join(LEVELS)}, not {self.level!r}")


def worst(checks: tuple[Check, ...]) -> Level:
    """Give the gravest level among the checks; `fine` where there are none."""
    return max((check.level for check in checks), key=LEVELS.index, default="fine")
