"""Errors of the methods of a result in the words of Python: by= instead of --by.

The command line uses the functions below these methods, whose errors name options.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

from tricyclic.core.call_arguments import check_arguments
from tricyclic.errors import InputError

P = ParamSpec("P")
T = TypeVar("T")

# An option, and the value in capitals that may follow it.
_OPTION = re.compile(r"--([a-z][a-z-]*)( [A-Z]{2,})?")


def python_words(method: Callable[P, T]) -> Callable[P, T]:
    """A method whose errors name keyword arguments where the command line has options, and that
    refuses wrong arguments with a sentence.
    """
    taken = signature(method)
    arguments = set(taken.parameters)

    @wraps(method)
    def worded(*args: P.args, **kwargs: P.kwargs) -> T:
        check_arguments(method.__name__, taken, args, kwargs)
        try:
            return method(*args, **kwargs)
        except InputError as error:
            where = f"{error.where}=" if error.where in arguments else error.where
            raise error.reworded(where, _translated) from error

    return worded


def _translated(text: str) -> str:
    return _OPTION.sub(_keyword, text)


def _keyword(match: re.Match[str]) -> str:
    name, value = match[1].replace("-", "_"), (match[2] or "").strip()
    return f"{name}={value or ('True' if name == 'absolute' else '...')}"
