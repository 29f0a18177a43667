"""Text of an SBML file; its content is checked by the SBML reader."""

from __future__ import annotations

from pathlib import Path

from tricyclic.errors import InputError
from tricyclic.io.files import read_bytes


def sbml_text(path: str | Path) -> str:
    """Text of an SBML file.

    Raises
    ------
    InputError
        If there is no such file, or it is not UTF-8.
    """
    data, _ = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "is not UTF-8", where=Path(path).name, do="Save the model as SBML in UTF-8"
        ) from None
