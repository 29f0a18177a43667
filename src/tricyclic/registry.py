"""Registries: entries by name, loaded when they are first used, and renderers by type of result.

The entries of a registry are the Python files of a package of tricyclic, entry points of installed
packages, and files in folders of the user; a later one of the same name takes precedence.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal, Self, overload

from tricyclic.errors import InputError, UnknownNameError

logger = logging.getLogger(__name__)


class Registry(Mapping[str, Any]):
    """Entries of one kind by name; each is the `attribute` of a Python file in `package`.

    Parameters
    ----------
    kind : str
        What messages call an entry ("curve").
    package : str
        Import name of the package whose files are the entries ("tricyclic.curves").
    attribute : str
        Name in each file under which the entry is defined ("MODEL").
    group : str
        Entry-point group through which installed packages add theirs ("tricyclic.curves"); empty
        for none.
    """

    def __init__(self, kind: str, package: str, attribute: str, group: str = "") -> None:
        self.kind, self.package, self.attribute, self.group = kind, package, attribute, group
        self._own_folders: list[Path] = []
        self._loaded: dict[str, Any] = {}

    def copy(self) -> Self:
        """A registry of the same kind without the folders of the user."""
        return type(self)(self.kind, self.package, self.attribute, self.group)

    def add_folder(self, folder: str | Path) -> None:
        """Add a folder of the user, whose files take precedence over entries of the same name.

        Raises
        ------
        InputError
            If the folder does not exist.
        """
        path = Path(folder).resolve()
        if not path.is_dir():
            raise InputError(
                "is not a folder", where=str(folder), do=f"Name a folder with {self.kind} files"
            )
        if path not in self._own_folders:
            self._own_folders.insert(0, path)
            self._loaded.clear()

    def _sources(self) -> dict[str, Path | EntryPoint]:
        """Where each entry comes from, by name."""
        spec = importlib.util.find_spec(self.package)
        places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
        sources: dict[str, Path | EntryPoint] = {}
        for place in places:
            sources.update(_python_files(place))
        sources.update(installed(self.group))
        for place in reversed(self._own_folders):
            sources.update(_python_files(place))
        return sources

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._sources()))

    def __len__(self) -> int:
        return len(self._sources())

    def __contains__(self, name: object) -> bool:
        return name in self._sources()

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            sources = self._sources()
            if name not in sources:
                raise UnknownNameError.among(self.kind, name, sources)
            self._loaded[name] = self._load(name, sources[name])
        return self._loaded[name]

    def _load(self, name: str, source: Path | EntryPoint) -> Any:
        if isinstance(source, EntryPoint):
            entry = self._from_entry_point(source)
        elif source.parent in self._own_folders:
            entry = self._attribute_of(self._run_own_file(name, source), self.location(source))
        else:
            module = importlib.import_module(f"{self.package}.{name}")
            entry = self._attribute_of(module, self.location(source))
        return entry.named(name) if hasattr(entry, "named") else entry

    @staticmethod
    def location(source: Path | EntryPoint) -> str:
        """Where an entry comes from, for a message."""
        return name_of_entry_point(source) if isinstance(source, EntryPoint) else str(source)

    def _from_entry_point(self, source: EntryPoint) -> Any:
        where = self.location(source)
        logger.info("%s '%s' from %s", self.kind, source.name, where)
        try:
            loaded = source.load()
        except (Exception, SystemExit) as error:
            raise InputError(
                f"cannot be loaded ({type(error).__name__}: {error})", where=where
            ) from error
        # An entry point may name the module, or the entry in it.
        is_module = isinstance(loaded, type(sys))
        return self._attribute_of(loaded, where) if is_module else loaded

    def _run_own_file(self, name: str, file: Path) -> Any:
        module_name = f"tricyclic_own_{self.kind.replace(' ', '_')}_{name}"
        spec = importlib.util.spec_from_file_location(module_name, file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            raise InputError(
                f"cannot be loaded ({type(error).__name__}: {error})", where=str(file)
            ) from error
        return module

    def _attribute_of(self, module: Any, where: str) -> Any:
        if not hasattr(module, self.attribute):
            raise InputError(
                f"defines no {self.attribute}", where=where, do=f"Define {self.attribute} in it"
            )
        return getattr(module, self.attribute)


@cache
def installed(group: str) -> dict[str, EntryPoint]:
    """Entry points that installed packages offer in a group, by name; read once per process."""
    return {point.name: point for point in entry_points(group=group)} if group else {}


def name_of_entry_point(point: EntryPoint) -> str:
    """An entry point in a message: "entry point NAME of DISTRIBUTION"."""
    distribution = point.dist.name if point.dist is not None else "an installed package"
    return f"entry point {point.name} of {distribution}"


RenderKind = Literal[
    "text",
    "json",
    "html",
    "words",
    "frames",
    "table",
    "plots",
    "plot",
    "figures",
    "files",
    "document",
    "save",
    "experiment",
]


class RendererRegistry:
    """Functions that show a result, by kind of output and by the name of the result's type.

    `tables` maps a kind to the module whose `RENDERERS` maps type names to "module:function". Both
    are imported when they are first needed, so that a result can be shown although its package is
    below the renderers.
    """

    def __init__(self, tables: Mapping[RenderKind, str]) -> None:
        self._tables = dict(tables)

    def types(self, kind: RenderKind) -> tuple[str, ...]:
        """Names of the types that have a renderer of this kind."""
        return tuple(self._table(kind))

    @overload
    def find(self, kind: RenderKind, result_type: type) -> Callable[..., Any]: ...

    @overload
    def find(
        self, kind: RenderKind, result_type: type, *, missing_ok: Literal[True]
    ) -> Callable[..., Any] | None: ...

    def find(
        self, kind: RenderKind, result_type: type, *, missing_ok: bool = False
    ) -> Callable[..., Any] | None:
        """The renderer of a type or of the nearest of its base classes.

        Raises
        ------
        LookupError
            If there is none and `missing_ok` is False.
        """
        table = self._table(kind)
        for base in result_type.__mro__:
            if base.__name__ in table:
                module, _, function = table[base.__name__].partition(":")
                renderer: Callable[..., Any] = getattr(importlib.import_module(module), function)
                return renderer
        if missing_ok:
            return None
        raise LookupError(f"{result_type.__name__} has no {kind} renderer in {self._tables[kind]}")

    def _table(self, kind: RenderKind) -> Mapping[str, str]:
        table: Mapping[str, str] = importlib.import_module(self._tables[kind]).RENDERERS
        return table


RENDERERS = RendererRegistry(
    {
        "text": "tricyclic.reports.text",
        "json": "tricyclic.reports.json",
        "html": "tricyclic.reports.notebook",
        "frames": "tricyclic.reports.frames",
        "table": "tricyclic.reports.frame_files",
        "plots": "tricyclic.reports.plots",
        "plot": "tricyclic.reports.axes",
        "figures": "tricyclic.reports.figures",
        "files": "tricyclic.reports.files",
        "document": "tricyclic.reports.documents",
        "save": "tricyclic.reports.save",
        "words": "tricyclic.api._call",
        "experiment": "tricyclic.reports.experiments",
    }
)


def _python_files(folder: Path) -> dict[str, Path]:
    return {
        file.stem: file for file in sorted(folder.glob("*.py")) if not file.stem.startswith("_")
    }
