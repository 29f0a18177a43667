"""From a path to the bytes of the file, or to the sentence that says why not."""

from __future__ import annotations

from pathlib import Path

from tricyclic.errors import InputError
from tricyclic.io.delimited_text import MAX_BYTES, shortened

_LONGEST_QUOTE, _LONGEST_ADVICE = 300, 1500


def read_bytes(path: str | Path) -> tuple[bytes, str]:
    """Read a file whole; give its bytes and its name.

    Raises
    ------
    InputError
        If there is no such file, it is a folder, cannot be read, or is too large.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise InputError("is a folder", where=str(path), do="Name a file in it")
        if not file.is_file():
            raise InputError(
                "there is no such file", where=str(path), do="Check the name and the folder"
            )
        if file.stat().st_size > MAX_BYTES:
            raise InputError(
                f"holds {file.stat().st_size / 2**20:.0f} MB",
                where=file.name,
                allowed=f"At most {MAX_BYTES >> 20} MB",
            )
        return file.read_bytes(), file.name
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error.__class__.__name__})", where=str(path)) from error


def at_file(error: InputError, name: str) -> InputError:
    """Put the name of the file in front of an error's place, once; quote no more of the file than one can read."""
    where = (
        error.where
        if error.where.startswith(name)
        else f"{name}, {error.where}"
        if error.where
        else name
    )
    return type(error)(
        shortened(error.found, _LONGEST_QUOTE),
        where=shortened(where, _LONGEST_QUOTE),
        allowed=shortened(error.allowed, _LONGEST_ADVICE),
        do=shortened(error.do, _LONGEST_ADVICE),
    )
