"""Writes a result: one document, or a folder of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tricyclic.core.document import FIGURE_SUFFIXES
from tricyclic.errors import InputError
from tricyclic.io.atomic import write_files
from tricyclic.registry import RENDERERS as _RENDERERS
from tricyclic.registry import RenderKind
from tricyclic.reports.documents import LinkedDocument
from tricyclic.reports.frame_files import frame_bytes
from tricyclic.reports.json import encode
from tricyclic.results.base import Result

# A result of several files is not written into a folder with such a name.
FILE_SUFFIXES = frozenset(
    {".csv", ".html", ".json", ".md", ".parquet", ".pdf", ".png", ".svg", ".txt", ".xlsx"}
    | {".doc", ".docx", ".feather", ".ods", ".pickle", ".pkl", ".pptx", ".tsv", ".xls"}
    | set(FIGURE_SUFFIXES)
)
# Formats of pictures that are not written, so that the message can name those that are.
OTHER_PICTURES = frozenset(
    {".bmp", ".eps", ".gif", ".jpeg", ".jpg", ".ps", ".webp", ".emf", ".wmf"}
)
# Suffixes of the tables of any result.
TABLE_SUFFIXES = (".csv", ".md", ".xlsx", ".parquet")
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
            f"'{out}' looks like a file",
            where="out",
            allowed="It is a folder for several files",
            do="A table ends in .csv, .md, .xlsx or .parquet, a figure in .png, .tiff, .svg "
            "or .pdf",
        )
    return {out / name: data for name, data in as_files(result).items()}


def save(result: Result, out: Path, **look: Any) -> tuple[Path, ...]:
    """Write all files of a result, or none; gives their paths in the order of their names.

    Parameters
    ----------
    result
        Any result.
    out
        A figure where it has the suffix of one, except where that of the report is the same and
        no option of figures is given; a table where it ends in .csv, .md, .xlsx or .parquet and the
        result is not itself such a document; else as of `output_files`.
    **look
        Options of `tricyclic.reports.figures.figure_options`.

    Raises
    ------
    InputError
        If this kind of result has no such file, or an option has no effect.
    """
    try:
        if is_figure_file(result, out) and not (_is_report(result, out) and not look):
            render = _RENDERERS.find("figures", type(result))
            files: Mapping[Path, bytes] = render(result, out, look)
        elif look:
            raise InputError(
                "applies to figures",
                where=next(iter(look)),
                allowed=f"A figure ends in .png, .tiff, .svg or .pdf, and this is '{out}'",
            )
        elif out.suffix.lower() == ".json" and not _is_document(result) and not out.is_dir():
            files = {out: encode(result.to_json())}
        elif _is_table(result, out):
            files = {out: frame_bytes(result, out.suffix.lower().removeprefix("."))}
        else:
            files = output_files(result, out)
    except InputError as error:
        # An option of a figure is a keyword argument here.
        where = f"{error.where}=" if error.where in look else error.where
        raise error.reworded(where, str) from error
    write_files(files)
    return tuple(sorted(files))


def is_figure_file(result: object, out: Path) -> bool:
    """Whether the result has figures, and the name is that of a file with a figure."""
    has_figures = _RENDERERS.find("plots", type(result), missing_ok=True) is not None
    pictures = {*FIGURE_SUFFIXES, *OTHER_PICTURES}
    return has_figures and out.suffix.lower() in pictures and not out.is_dir()


def _is_table(result: object, out: Path) -> bool:
    """Whether a file of this name is a table of the result."""
    has_tables = _RENDERERS.find("frames", type(result), missing_ok=True) is not None
    is_suffix = out.suffix.lower() in TABLE_SUFFIXES and not out.is_dir()
    return has_tables and is_suffix and not _is_document(result)


def _is_document(result: object) -> bool:
    """Whether the result is itself written as a document."""
    return _RENDERERS.find("document", type(result), missing_ok=True) is not None


def _is_report(result: object, out: Path) -> bool:
    """Whether a file of this name is the report of the result."""
    return _is_document(result) and out.suffix.lower() == ".pdf"
