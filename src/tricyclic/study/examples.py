"""A study that comes with tricyclic is copied to a folder of the user's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.errors import InputError
from tricyclic.io.atomic import write_file

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def copy_shipped(name: str, folder: Path) -> None:
    """Copy a shipped study; where the very same files are there already, nothing is done.

    Raises
    ------
    InputError
        If the folder holds something else.
    """
    ours = _files(files("tricyclic") / "data" / "examples" / name)
    if folder.exists():
        if not folder.is_dir():
            raise InputError("is a file", where=str(folder), do="Name a folder")
        there = {
            place: (folder / place).read_bytes() for place in ours if (folder / place).is_file()
        }
        if there == ours:
            return
        if any(folder.iterdir()):
            raise InputError(
                "holds something else", where=str(folder), do="Name a folder that is new or empty"
            )
    # study.toml comes last: a copy that was cut off is no study.
    for place in sorted(ours, key=lambda place: place == "study.toml"):
        write_file(folder / place, ours[place])


def _files(folder: Traversable, before: str = "") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for item in folder.iterdir():
        if item.is_dir():
            found |= _files(item, f"{before}{item.name}/")
        elif not item.name.startswith("."):
            found[before + item.name] = item.read_bytes()
    return found
