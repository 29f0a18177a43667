"""A shelf: a folder where each file holds one thing.

A shelf lists its folder, loads a thing on first look, and suggests near names for a wrong one. The
same lookup reads the folder that comes with tricyclic and a user's own.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tricyclic.errors import InputError, UnknownNameError


class Shelf(Mapping[str, Any]):
    """The things of one kind, by name; each is the `attribute` of a Python file in `package`.

    Parameters
    ----------
    kind : str
        What one thing is called in a sentence ("curve").
    package : str
        Import name of the package whose files are the things ("tricyclic.curves").
    attribute : str
        Name in each file that holds the thing ("MODEL").
    """

    def __init__(self, kind: str, package: str, attribute: str) -> None:
        self.kind, self.package, self.attribute = kind, package, attribute
        self._own_folders: list[Path] = []
        self._loaded: dict[str, Any] = {}

    def add_folder(self, folder: str | Path) -> None:
        """Also look in a folder of the user's, whose files win over ours of the same name.

        Raises
        ------
        InputError
            If the folder does not exist.
        """
        path = Path(folder).resolve()
        if not path.is_dir():
            raise InputError(
                "is not a folder",
                where=str(folder),
                do=f"Name a folder that holds {self.kind} files",
            )
        if path not in self._own_folders:
            self._own_folders.insert(0, path)
            self._loaded.clear()

    def _files(self) -> dict[str, Path]:
        spec = importlib.util.find_spec(self.package)
        places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
        files: dict[str, Path] = {}
        for place in [*places, *reversed(self._own_folders)]:
            files.update(
                {
                    file.stem: file
                    for file in sorted(place.glob("*.py"))
                    if not file.stem.startswith("_")
                }
            )
        return files

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files()))

    def __len__(self) -> int:
        return len(self._files())

    def __contains__(self, name: object) -> bool:
        return name in self._files()

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            files = self._files()
            if name not in files:
                raise UnknownNameError.among(self.kind, name, files)
            self._loaded[name] = self._load(name, files[name])
        return self._loaded[name]

    def _load(self, name: str, file: Path) -> Any:
        if file.parent in self._own_folders:
            module_name = f"tricyclic_own_{self.kind}_{name}"
            spec = importlib.util.spec_from_file_location(module_name, file)
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[module_name] = module
            try:
                spec.loader.exec_module(module)
            except Exception as error:
                raise InputError(
                    f"cannot be loaded ({type(error).__name__}: {error})", where=str(file)
                ) from error
        else:
            module = importlib.import_module(f"{self.package}.{name}")
        if not hasattr(module, self.attribute):
            raise InputError(
                f"holds no {self.attribute}", where=str(file), do=f"Define {self.attribute} in it"
            )
        thing = getattr(module, self.attribute)
        return thing.named(name) if hasattr(thing, "named") else thing
