"""Errors as sentences with four parts: where, what is wrong, what is allowed, what to do.

The command line turns the class of an error into an exit code.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import Any

EXIT_OK = 0
EXIT_INTERNAL_ERROR = 1
EXIT_BAD_INPUT = 3
EXIT_CHECK_FAILED = 4
# Largest number of names that a message about an unknown name lists.
# Characters of a value that a message shows.
LONGEST_VALUE = 80
MAX_NAMES_LISTED = 24
# Units that look like words and keep their spelling at the start of a sentence.
KEEP_SPELLING = frozenset({"cpm", "cps", "dpm", "dps", "h", "min", "s", "d", "mol", "g"})


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class TricyclicError(Exception):
    """Base class of the errors that tricyclic raises; by itself, an internal error."""

    exit_code = EXIT_INTERNAL_ERROR


class InputError(TricyclicError):
    """Input that cannot be used.

    Parameters
    ----------
    problem : str
        What is wrong, as a clause ("counts are -3"); or as a predicate ("is empty") whose subject
        is `where`.
    where : str
        File, row, well, or the field of the options ("plate_size"), which the command line shows as
        --plate-size and the Python API as plate_size=.
    allowed : str
        What would be accepted.
    do : str
        What to do about it; options are named as on the command line (`--layout`).
    """

    exit_code = EXIT_BAD_INPUT

    def __init__(self, problem: str, *, where: str = "", allowed: str = "", do: str = "") -> None:
        self.problem, self.where, self.allowed, self.do = problem, where, allowed, do
        super().__init__(problem, where, allowed, do)

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickled between processes, an error keeps its four parts.
        return _rebuild, (type(self), self.problem, self.where, self.allowed, self.do)

    def __str__(self) -> str:
        # After a location the sentence continues in lower case.
        if self.where:
            first = f"{self.where}: {_with_full_stop(self.problem)}"
        else:
            first = _as_sentence(self.problem)
        parts = [first, *(_as_sentence(part) for part in (self.allowed, self.do) if part)]
        # A name with a line break in it does not break the sentence.
        return _CONTROL.sub(lambda match: repr(match[0])[1:-1], " ".join(parts))

    def reworded(self, where: str, translate: Callable[[str], str]) -> InputError:
        """The same error in the words of an interface.

        Parameters
        ----------
        where
            The location, as that interface names it.
        translate
            Applied to what is allowed and to the advice, which name options as on the command line.
        """
        return type(self)(
            self.problem, where=where, allowed=translate(self.allowed), do=translate(self.do)
        )

    def at(self, where: str) -> InputError:
        """The same error with a location before the one that it has."""
        location = f"{where}, {self.where}" if self.where else where
        return type(self)(self.problem, where=location, allowed=self.allowed, do=self.do)


class UnitError(InputError):
    """A unit that is unknown, or that cannot be converted to the unit that is needed."""


class UnknownNameError(InputError):
    """A name that does not exist; the nearest ones are suggested."""

    @classmethod
    def among(
        cls, kind: str, name: str, known: Iterable[str], *, where: str = ""
    ) -> UnknownNameError:
        """The error for a name of a kind ("curve model") that is not among the known ones."""
        called: object = name  # In Python it may be anything.
        name = called if isinstance(called, str) else brief(called)
        names = sorted({str(one) for one in known})
        hint = did_you_mean(name, names)
        # Marks such as "," are no words: in a list they need quotation marks.
        shown = [one if any(map(str.isalnum, one)) else f"'{one}'" for one in names]
        listed = ", ".join(shown[:MAX_NAMES_LISTED])
        listed += ", …" if len(names) > MAX_NAMES_LISTED else ""
        there_are = f"There are: {listed}" if names else "There are none"
        if hint and len(names) > MAX_NAMES_LISTED:
            # A part of a long list does not help beside the nearest names.
            there_are = ""
        return cls(f"no {kind} is called '{name}'", where=where, allowed=hint, do=there_are)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The question for the nearest of the known names; empty where none is near.

    Parameters
    ----------
    name : str
    known : iterable of str
    """
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if not near and len(name) > 1:
        # Part of a name, such as NET of NET_occupancy; the shortest is the most likely.
        containing = [one for one in names if name.lower() in one.lower()]
        near = sorted(containing, key=len)[:3]
    return "Did you mean " + " or ".join(f"'{one}'" for one in near) + "?" if near else ""


class FitFailedError(InputError):
    """Readings to which a curve cannot be fitted."""


class NumericsError(TricyclicError):
    """A computation that did not converge."""


def brief(given: object) -> str:
    """A value as a message shows it: as it is written in Python, or its type where that is long."""
    text = repr(given)
    if len(text) <= LONGEST_VALUE and "\n" not in text:
        return text
    return f"a value of the type {type(given).__name__}"


def from_os_error(error: OSError) -> InputError:
    """The error for a file or folder that the operating system refuses: no permission, long name.

    Parameters
    ----------
    error
        As Python raised it.
    """
    return InputError(
        f"the operating system reports: {error.strerror or error}",
        where=str(error.filename or ""),
        do="Check the name, the permissions and the free space",
    )


def _rebuild(kind: type[InputError], problem: str, where: str, allowed: str, do: str) -> InputError:
    return kind(problem, where=where, allowed=allowed, do=do)


def _as_sentence(text: str) -> str:
    # A file name, an option, a symbol or a unit keeps its spelling: net_07.csv, log10_ki, nM, cpm.
    first = text.split(" ")[0].rstrip(",")
    if first != text and re.fullmatch(r"[a-z][a-z'-]*", first) and first not in KEEP_SPELLING:
        text = text[0].upper() + text[1:]
    return _with_full_stop(text)


def _with_full_stop(text: str) -> str:
    return text if text.endswith((".", "?", "!", "…")) else text + "."
