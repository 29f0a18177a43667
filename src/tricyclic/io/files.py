"""Bytes of a file, with an error that states why it cannot be read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import MAX_BYTES, shortened

_LONGEST_QUOTE, _LONGEST_ADVICE = 300, 1500


def existing_file(path: str | Path) -> Path:
    """The path of a file that exists.

    Raises
    ------
    InputError
        If there is no such file, or it is a folder.
    """
    file = Path(path)
    if file.is_dir():
        raise InputError("is a folder", where=str(path), do="Name a file in this folder")
    if not file.is_file():
        raise InputError("does not exist", where=str(path), do="Check the name and the folder")
    return file


def read_bytes(path: str | Path) -> tuple[bytes, str]:
    """Content and name of a file.

    Raises
    ------
    InputError
        If there is no such file, it is a folder, cannot be read, or is too large.
    """
    try:
        file = existing_file(path)
        if file.stat().st_size > MAX_BYTES:
            raise InputError(
                f"has {file.stat().st_size / 2**20:.0f} MB",
                where=file.name,
                allowed=f"A file has at most {MAX_BYTES >> 20} MB",
            )
        return file.read_bytes(), file.name
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be read ({reason})", where=str(path)) from error


@contextmanager
def csv_of(name: str) -> Iterator[None]:
    """Errors of the CSV reader inside name the file: a damaged quotation, a very long cell.

    Raises
    ------
    InputError
        With the reason.
    """
    try:
        yield
    except csv.Error as error:
        raise InputError(
            f"is not a table in CSV ({error})", where=name, do="Save it again as CSV in UTF-8"
        ) from error


def at_file(error: InputError, name: str) -> InputError:
    """The error with the name of the file in its location, and with long quotations cut."""
    where = (
        error.where
        if error.where.startswith(name)
        else f"{name}, {error.where}"
        if error.where
        else name
    )
    return type(error)(
        shortened(error.problem, _LONGEST_QUOTE),
        where=shortened(where, _LONGEST_QUOTE),
        allowed=shortened(error.allowed, _LONGEST_ADVICE),
        do=shortened(error.do, _LONGEST_ADVICE),
    )
