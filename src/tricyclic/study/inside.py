"""Paths of files inside a study folder."""

from __future__ import annotations

from pathlib import PurePosixPath

from tricyclic.errors import InputError


def inside_study(text: str, where: str) -> str:
    """A path inside the study folder, written with forward slashes; empty for none.

    Raises
    ------
    InputError
        If the path leads out of the folder.
    """
    if not text:
        return ""
    path = PurePosixPath(text.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.as_posix().partition("/")[0]:
        raise InputError(
            f"'{text}' is outside the study", where=where, do="Copy the file into the study folder"
        )
    return path.as_posix()
