"""Advice for the command line as advice for study.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tricyclic.errors import InputError, UnknownNameError

_OPTION = re.compile(
    r"--([a-z]+(?:-[a-z]+)*)(?:=\S+)?"
    r'(?: "([^"]*)"| (ancova|log-ratio|replaced|[A-Z]{2,}(?![a-z])|[fpnu]M|fmol))?'
)


def as_key(text: str, keys: Mapping[str, str]) -> str:
    """Options as keys: --control "veh" as control = "veh".

    Parameters
    ----------
    text : str
    keys : mapping of str to str
        Option -> key, where they are not spelled alike.
    """

    def key(match: re.Match[str]) -> str:
        if match[1] == "exclude":
            return "a row of exclusions.csv"
        name = match[1].replace("-", "_")
        name = keys.get(name, name)
        value = (match[2] or match[3] or "").replace("log-ratio", "log ratio")
        return f'{name} = "{value}"' if value else name

    return _OPTION.sub(key, text)


def in_study_words(error: InputError, keys: Mapping[str, str]) -> InputError:
    """An error of a command as one of a study: --flow as flow_uL_per_min.

    Parameters
    ----------
    error : InputError
    keys : mapping of str to str
        Option -> key, where they are not spelled alike.
    """
    if isinstance(error, UnknownNameError):
        return error
    return error.reworded(keys.get(error.where, error.where), lambda text: as_key(text, keys))
