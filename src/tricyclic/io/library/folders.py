"""Where library files are: the folder of tricyclic, those of installed packages, and a user's own.

A later folder takes precedence over an earlier one. An installed package adds files of one kind
through the entry-point group of that kind, such as `tricyclic.drugs`, which names a package that
contains them; values in these files may cite a `sources.csv` in the same package.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.registry import installed, name_of_entry_point

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Kind = Literal["mechanisms", "drugs", "scenarios", "protocols"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# What a library folder may contain; an empty one is a new library.
CONTENTS = frozenset(
    {*KINDS, "ensembles", "evidence", "populations", "sources.csv", "analytes.csv"}
)

Entry = TypeVar("Entry")


class LazyMapping(Mapping[str, Entry]):
    """Entries by name, each read when it is first used."""

    def __init__(self, names: Sequence[str], read: Callable[[str], Entry]) -> None:
        self._names, self._read = tuple(names), read
        self._loaded: dict[str, Entry] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Entry:
        if name not in self._loaded:
            if name not in self._names:
                raise KeyError(name)
            self._loaded[name] = self._read(name)
        return self._loaded[name]


def builtin_library() -> Traversable:
    """The folder that comes with tricyclic."""
    return files("tricyclic") / "data"


def library_places(folder: str | Path | None) -> list[Traversable]:
    """Library folders with all kinds of files: that of tricyclic, then the user's own.

    Raises
    ------
    InputError
        If the user's folder does not exist, or contains something else than a library.
    """
    if folder is None:
        return [builtin_library()]
    own = Path(folder)
    if not own.is_dir():
        raise InputError(
            "is not a folder",
            where=str(folder),
            do="Name a folder that contains a folder such as drugs/ or protocols/",
        )
    names = {entry.name for entry in own.iterdir() if not entry.name.startswith(".")}
    if names and not names & CONTENTS:
        raise InputError(
            "contains no part of a library",
            where=str(folder),
            allowed=f"Its parts are {', '.join(sorted(CONTENTS))}",
            do="Name the folder that contains them",
        )
    _check_contents(own, names)
    return [builtin_library(), own]


def _check_contents(own: Path, names: set[str]) -> None:
    """Refuse a part of a library that would not be read: a misspelt folder, a file for a folder."""
    for name in sorted(names):
        is_folder = (own / name).is_dir()
        if name in CONTENTS and is_folder == name.endswith(".csv"):
            raise InputError(
                "is a folder" if is_folder else "is not a folder",
                where=f"{own.name}/{name}",
                allowed="It is a table" if is_folder else f"It contains the {name} of a library",
                do="Rename it",
            )
        near = difflib.get_close_matches(name.lower(), CONTENTS - names, n=1, cutoff=0.8)
        if name not in CONTENTS and near and is_folder != near[0].endswith(".csv"):
            raise InputError(
                "is no part of a library",
                where=f"{own.name}/{name}",
                allowed=f"Did you mean '{near[0]}'?",
                do="Rename it",
            )


def folders_of_kind(kind: Kind, folder: str | Path | None) -> list[Traversable]:
    """Folders with files of one kind: of tricyclic, of installed packages, and the user's own."""
    ours, *own = (place / kind for place in library_places(folder))
    return [ours, *installed_folders(kind), *own]


def folders_with_sources(folder: str | Path | None) -> list[Traversable]:
    """Folders that may contain a `sources.csv`."""
    ours, *own = library_places(folder)
    return [ours, *(place for kind in KINDS for place in installed_folders(kind)), *own]


@cache
def installed_folders(kind: Kind) -> tuple[Traversable, ...]:
    """Packages in which installed distributions offer files of one kind; read once per process.

    Raises
    ------
    InputError
        If an entry point does not name a package that can be imported.
    """
    return tuple(_folder_of(point) for point in installed(f"tricyclic.{kind}").values())


def files_of_kind(kind: Kind, suffix: str, folder: str | Path | None) -> dict[str, Traversable]:
    """Files of one kind by name without suffix, in alphabetical order."""
    named = {
        file.name.removesuffix(suffix): file
        for place in folders_of_kind(kind, folder)
        for file in listed(place, suffix)
    }
    return dict(sorted(named.items()))


def file_of_kind(
    label: str, kind: Kind, name: str, suffix: str, folder: str | Path | None
) -> Traversable:
    """The file of one entry; `label` is what messages call an entry ("drug").

    Raises
    ------
    UnknownNameError
        If there is no entry of that name; the nearest names are suggested.
    """
    named = files_of_kind(kind, suffix, folder)
    if name not in named:
        raise UnknownNameError.among(label, name, named)
    return named[name]


def listed(folder: Traversable, suffix: str) -> list[Traversable]:
    """Files of a folder with this suffix, by name; none where the folder does not exist."""
    if not folder.is_dir():
        return []
    return sorted(
        (file for file in folder.iterdir() if file.name.endswith(suffix)),
        key=lambda file: file.name,
    )


def bytes_of(file: Traversable) -> bytes:
    """Content of a library file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=file.name) from None


def _folder_of(point: EntryPoint) -> Traversable:
    try:
        return files(point.value)
    except (Exception, SystemExit) as error:  # importing a package of others can raise anything
        raise InputError(
            f"'{point.value}' is not a package that can be imported "
            f"({type(error).__name__}: {error})",
            where=name_of_entry_point(point),
            do=f"Name the package that contains the {point.group.removeprefix('tricyclic.')}",
        ) from error
