"""Bytes of a file, with an error that states why it cannot be read."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError
from tricyclic.io.delimited_text import MAX_BYTES, shortened
from tricyclic.io.table_text import table_as_csv

_LONGEST_QUOTE, _LONGEST_ADVICE = 300, 1500


def existing_file(path: str | Path) -> Path:
    """The path of a file that exists.

    Raises
    ------
    InputError
        If there is no such file, or it is a folder, a device or a broken link.
    """
    file = Path(path)
    if file.is_dir():
        raise InputError("is a folder", where=str(path), do="Name a file in this folder")
    if file.is_symlink() and not file.exists():
        raise InputError(
            "is a link to a file that does not exist",
            where=str(path),
            do="Copy the file to this place",
        )
    if not file.exists():
        raise InputError("does not exist", where=str(path), do="Check the name and the folder")
    if not file.is_file():
        raise InputError("is a device or a pipe", where=str(path), allowed="It is a file on a disk")
    return file


def file_content(path: Path, *, name: str = "", do: str = "") -> bytes:
    """Content of a file that has to be there.

    Parameters
    ----------
    path : Path
    name : str
        Its name in messages; by default the name of the file.
    do : str
        Advice where it is not there.

    Raises
    ------
    InputError
        If there is no such file, it is no regular file, or it cannot be read.
    """
    where = name or path.name
    try:
        return existing_file(path).read_bytes()
    except InputError as error:
        raise InputError(
            error.problem, where=where, allowed=error.allowed, do=do or error.do
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=where, do=do) from error


def optional_content(path: Path, *, name: str = "") -> bytes | None:
    """Content of a file that may be missing; None where nothing has its name.

    Raises
    ------
    InputError
        If something is there that cannot be read as a file: a folder, a broken link, a device.
    """
    if not os.path.lexists(path):
        return None
    return file_content(
        path, name=name, do="Remove it, or put the file there that belongs under this name"
    )


def source_name(source: str | Path | TableInput) -> str:
    """What messages call a file, or a table in memory."""
    return source.name if isinstance(source, TableInput) else Path(source).name


def file_or_table(given: str | TableInput) -> Path | DataTable:
    """The value of an option: the path of a file, or a table in memory."""
    if isinstance(given, DataTable):
        return given
    assert isinstance(given, str)
    return Path(given)


def read_bytes(path: str | Path | DataTable) -> tuple[bytes, str]:
    """Content and name of a file; a table in memory is read as the CSV that it would be.

    Raises
    ------
    InputError
        If there is no such file, it is a folder, cannot be read, or is too large.
    """
    if isinstance(path, DataTable):
        return table_as_csv(path), path.name
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
