"""Copies an example study to a folder of the user."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from tricyclic.errors import InputError
from tricyclic.io.atomic import write_file


def copy_example(name: str, folder: Path) -> None:
    """Copy an example study; where the same files exist already, nothing is done.

    Raises
    ------
    InputError
        If the folder contains something else.
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
                "contains other files",
                where=str(folder),
                do="Name a folder that is new or empty",
            )
    # study.toml is written last, so that an interrupted copy is not taken for a study.
    for place in sorted(ours, key=lambda place: place == "study.toml"):
        write_file(folder / place, ours[place])


def _files(folder: Traversable, before: str = "") -> dict[str, bytes]:
    content: dict[str, bytes] = {}
    for item in folder.iterdir():
        if item.is_dir():
            content |= _files(item, f"{before}{item.name}/")
        elif not item.name.startswith("."):
            content[before + item.name] = item.read_bytes()
    return content
