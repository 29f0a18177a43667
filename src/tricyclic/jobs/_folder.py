"""The folder that the files of one result go to."""

from __future__ import annotations

from pathlib import Path

from tricyclic.errors import InputError


def folder_for(text: str, where: str = "out") -> Path:
    """The folder that several files go to; `where` is the option that names it.

    Raises
    ------
    InputError
        If it looks like a file.
    """
    path = Path(text)
    if path.suffix:
        raise InputError(
            f"'{text}' looks like a file", where=where, allowed="It is a folder for several files"
        )
    return path
