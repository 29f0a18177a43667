"""The sentences in which tricyclic says no.

Every error a user can cause says four things where it knows them: where, what was found, what is
allowed, what to do. The doors turn the kind of error into an exit code.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

EXIT_DONE = 0
EXIT_OUR_FAULT = 1
EXIT_USAGE = 2
EXIT_BAD_INPUT = 3
EXIT_CHECK_SAYS_STOP = 4


class TricyclicError(Exception):
    """Anything that tricyclic itself raises; a plain one is our fault."""

    exit_code = EXIT_OUR_FAULT


class InputError(TricyclicError):
    """Something the user gave cannot be used.

    Parameters
    ----------
    found : str
        What was found, as a full clause ("counts are -3").
    where : str
        File, row, well or option that holds it.
    allowed : str
        What would be accepted.
    do : str
        What to do about it.
    """

    exit_code = EXIT_BAD_INPUT

    def __init__(self, found: str, *, where: str = "", allowed: str = "", do: str = "") -> None:
        self.found, self.where, self.allowed, self.do = found, where, allowed, do
        super().__init__(found, where, allowed, do)

    def __reduce__(self) -> tuple[Any, ...]:
        # An error that travels between processes arrives with its four parts.
        return _again, (type(self), self.found, self.where, self.allowed, self.do)

    def __str__(self) -> str:
        # A place keeps its spelling: net_07.csv is not Net_07.csv.
        first = (
            f"{self.where}: {_with_stop(self.found)}" if self.where else _as_sentence(self.found)
        )
        return " ".join([first, *(_as_sentence(part) for part in (self.allowed, self.do) if part)])

    def at(self, where: str) -> InputError:
        """Give the same error with a place put in front of the one it has."""
        place = f"{where}, {self.where}" if self.where else where
        return type(self)(self.found, where=place, allowed=self.allowed, do=self.do)


class UnitError(InputError):
    """A unit is unknown, or cannot become the unit that is needed."""


class UnknownNameError(InputError):
    """A name is not among those that exist; the nearest ones are suggested."""

    @classmethod
    def among(
        cls, kind: str, name: str, known: Iterable[str], *, where: str = ""
    ) -> UnknownNameError:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
        hint = f"Did you mean {_either(near)}?" if near else ""
        listed = ", ".join(names[:24]) + (", …" if len(names) > 24 else "")
        there_are = f"There are: {listed}" if names else "There are none"
        return cls(f"no {kind} is called '{name}'", where=where, allowed=hint, do=there_are)


class FitFailedError(InputError):
    """Readings cannot bear a curve that was asked for."""


class NumericsError(TricyclicError):
    """A computation that should have worked did not."""


def _again(kind: type[InputError], found: str, where: str, allowed: str, do: str) -> InputError:
    return kind(found, where=where, allowed=allowed, do=do)


def _either(names: list[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)


def _as_sentence(text: str) -> str:
    text = (
        text[0].upper() + text[1:]
        if text[:1].islower() and " " in text and ":" not in text.split(" ")[0]
        else text
    )
    return _with_stop(text)


def _with_stop(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else text + "."
