"""Where the files of a result go: checked before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tricyclic.core.document import FIGURE_SUFFIXES
from tricyclic.errors import InputError


def check_output_folder(text: str, *, empty: bool = False) -> None:
    """Refuse a file name where a folder for several files is meant.

    Parameters
    ----------
    text
        Folder; an empty text means that nothing is written.
    empty
        Whether the folder has to be new or empty.

    Raises
    ------
    InputError
        If it looks like a file, or is not empty where it has to be.
    """
    path = Path(text)
    if text and path.suffix:
        raise InputError(
            f"'{text}' looks like a file",
            where="out",
            allowed="It is a folder for several files",
            do=advice_for_figures(path.suffix.lower()) or f"Name a folder, such as '{path.stem}'",
        )
    if text and empty and path.exists() and (not path.is_dir() or any(path.iterdir())):
        problem = "is not empty" if path.is_dir() else "is a file"
        raise InputError(problem, where=text, do="Name a folder that is new or empty")


def check_report_file(text: str, suffixes: Sequence[str]) -> None:
    """Refuse a report in a format that does not exist; an empty text means that nothing is written.

    Raises
    ------
    InputError
        If the suffix is none of `suffixes`.
    """
    suffix = Path(text).suffix.lower()
    if text and suffix not in suffixes:
        listed = " or ".join([", ".join(suffixes[:-1]), suffixes[-1]])
        problem = f"a report cannot end in '{suffix}'" if suffix else "a report needs a suffix"
        advice = advice_for_figures(suffix)
        raise InputError(problem, where=text, allowed=f"It is {listed}", do=advice)


def advice_for_figures(suffix: str) -> str:
    """How a figure is written, where the suffix is that of a figure; else nothing."""
    return "Write a figure with --plot FILE" if suffix in FIGURE_SUFFIXES else ""


def require_output(text: str) -> None:
    """Refuse a command whose only result is files where no folder is named.

    Raises
    ------
    InputError
        If `text` is empty.
    """
    if not text:
        raise InputError("no folder is named", where="out", do="Add --out FOLDER")
