"""What every job is: a verb, a sentence, a Request whose fields carry unit and help, and run.

The doors read the Request: an option of the command line, a keyword of the Python call and its help all
come from one `asked(...)`. A long job yields Progress and ends with its Result.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Progress:
    """How far a job is: steps done of all, and what comes next in words."""

    done: int
    total: int
    says: str


@dataclass(frozen=True)
class Job:
    """One thing a user asks for.

    `run(request)` gives a Result, or is a generator of Progress that returns one.
    """

    verb: str
    says: str
    request: type
    run: Callable[[Any], Any]
    name: str = ""

    def named(self, name: str) -> Job:
        """Give the job with the name of its file."""
        return replace(self, name=name)


def asked(
    says: str,
    *,
    default: Any = dataclasses.MISSING,
    unit: str = "",
    place: bool = False,
    choices: Sequence[str] = (),
    path: bool = False,
) -> Any:
    """Declare a field of a Request.

    Parameters
    ----------
    says : str
        Help, one sentence without a full stop.
    default : object
        What holds where it is not asked for; without one the field must be given.
    unit : str
        Unit of a number; text such as "500 pM" is converted to it.
    place : bool
        True for what stands on the command line without an option name.
    choices : sequence of str
        The words that are allowed.
    path : bool
        True where the text names a file or folder.
    """
    about = {"says": says, "unit": unit, "place": place, "choices": tuple(choices), "path": path}
    return dataclasses.field(default=default, metadata=about)
