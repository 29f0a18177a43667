"""Writes a result: one document, or a folder of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tricyclic.errors import InputError
from tricyclic.io.atomic import write_files
from tricyclic.registry import RENDERERS as _RENDERERS
from tricyclic.registry import RenderKind
from tricyclic.reports.documents import LinkedDocument
from tricyclic.results.base import Result

# A result of several files is not written into a folder with such a name.
FILE_SUFFIXES = frozenset(
    {".csv", ".html", ".json", ".md", ".parquet", ".pdf", ".png", ".svg", ".txt", ".xlsx"}
)
RENDERERS: dict[str, str] = {"Renderable": "tricyclic.reports.save:save"}


def has_files(result: Result) -> bool:
    """Whether this kind of result is written as a document or a folder of files."""
    kinds: tuple[RenderKind, ...] = ("document", "files")
    return any(_RENDERERS.find(kind, type(result), missing_ok=True) for kind in kinds)


def output_files(result: Result, out: Path) -> Mapping[Path, bytes]:
    """Paths and contents of the files of a result.

    Parameters
    ----------
    result
        Any result.
    out
        A file where the result is one document, else a folder. A result that can be both is a
        document where `out` has a suffix.

    Raises
    ------
    InputError
        If this kind of result has no files, or several and `out` is named like one file.
    """
    as_document = _RENDERERS.find("document", type(result), missing_ok=True)
    as_files = _RENDERERS.find("files", type(result), missing_ok=True)
    if as_document is not None and (out.suffix or as_files is None):
        rendered = as_document(result, out.suffix.lower())
        if isinstance(rendered, LinkedDocument):
            linked = {out.parent / name: data for name, data in rendered.linked.items()}
            return {out: rendered.data, **linked}
        return {out: rendered}
    if as_files is None:
        raise InputError(f"a {type(result).__name__} has no files to write", where=str(out))
    if out.suffix.lower() in FILE_SUFFIXES and not out.is_dir():
        raise InputError(
            f"'{out}' looks like a file", where="out", allowed="It is a folder for several files"
        )
    return {out / name: data for name, data in as_files(result).items()}


def save(result: Result, out: Path) -> tuple[Path, ...]:
    """Write all files of a result, or none; gives their paths in the order of their names."""
    files = output_files(result, out)
    write_files(files)
    return tuple(sorted(files))
