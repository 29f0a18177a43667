"""Arguments of the functions that people call, checked before the call: a misspelt keyword, a
missing argument, and one too many by position become sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, ParamSpec, TypeVar

from tricyclic.core.format import enumerate_words
from tricyclic.errors import InputError, UnknownNameError

P = ParamSpec("P")
T = TypeVar("T")


class ArgumentError(InputError, TypeError):
    """Arguments that a function does not take; a TypeError, as Python raises it for its own."""


class UnknownArgumentError(UnknownNameError, TypeError):
    """A keyword that a function does not have; the nearest ones are suggested."""


def checked_arguments(function: Callable[P, T]) -> Callable[P, T]:
    """A function that refuses wrong arguments with a sentence.

    Parameters
    ----------
    function : callable
    """
    taken = signature(function)

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        check_arguments(function.__name__, taken, args, kwargs)
        return function(*args, **kwargs)

    return checked


def check_arguments(
    name: str, taken: Signature, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> None:
    """Refuse arguments that a function does not take.

    Parameters
    ----------
    name : str
        Of the function.
    taken : Signature
    args, kwargs
        Of the call.

    Raises
    ------
    UnknownArgumentError
        If a keyword does not exist.
    ArgumentError
        If an argument is missing, given twice, or one too many is given by position.
    """
    kinds = [(key, one.kind, one.default) for key, one in taken.parameters.items()]
    named = [key for key, kind, _ in kinds if kind in (Parameter.KEYWORD_ONLY, _EITHER)]
    positional = [key for key, kind, _ in kinds if kind in (Parameter.POSITIONAL_ONLY, _EITHER)]
    where = f"{name}()"
    if not any(kind is Parameter.VAR_KEYWORD for _, kind, _ in kinds):
        for key in kwargs:
            if key not in named:
                known = [one for one in named if one != "self"]
                raise UnknownArgumentError.among("argument", key, known, where=where)
    if len(args) > len(positional) and not any(
        kind is Parameter.VAR_POSITIONAL for _, kind, _ in kinds
    ):
        own = [one for one in positional if one != "self"]
        given, hidden = len(args), len(positional) - len(own)
        keywords = [one for one in named if one not in positional]
        raise ArgumentError(
            f"{given - hidden} arguments are given by position",
            where=where,
            allowed=f"By position it takes {enumerate_words(own) or 'none'}",
            do=f"Name the others, as in {keywords[0]}=..." if keywords else "Omit the others",
        )
    by_position = set(positional[: len(args)])
    twice = next((key for key in kwargs if key in by_position), None)
    if twice is not None:
        raise ArgumentError(f"{twice} is given twice", where=where, do="Give it once")
    missing = [
        key
        for key, kind, default in kinds
        if default is Parameter.empty
        and kind in (Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_ONLY, _EITHER)
        and key not in kwargs
        and key not in by_position
    ]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise ArgumentError(f"{enumerate_words(missing)} {verb} missing", where=where)


_EITHER = Parameter.POSITIONAL_OR_KEYWORD
