"""The options with which a command prints or writes its tables: --format, --frame and -o."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tricyclic.cli.options import SHORT_NAMES, PanelOption
from tricyclic.errors import InputError
from tricyclic.io.atomic import check_can_write, write_files
from tricyclic.registry import RENDERERS
from tricyclic.workflows.base import OptionInfo

PANEL = "Output"
TABLES = ("csv", "md", "xlsx")
FORMATS = ("text", "json", *TABLES)
# Whose `out` is written while the command runs, in the format of its suffix.
STREAMED = ("curves fit",)


@dataclass(frozen=True)
class TableOutput:
    """What to print or write.

    Parameters
    ----------
    format : {"text", "json", "csv", "md", "xlsx"}
    frame : str
        Name of the table; empty for the main one.
    path : str
        File for it; empty for standard output.
    is_written : bool
        Whether the command itself writes this table, to its --out.
    """

    format: str = "text"
    frame: str = ""
    path: str = ""
    is_written: bool = False

    @property
    def is_table(self) -> bool:
        """Whether a table is written or printed."""
        return self.format in TABLES


def table_parameters(*, has_out: bool) -> list[click.Parameter]:
    """The options; -o for the commands that have none of their own."""
    parameters: list[click.Parameter] = [
        PanelOption(
            ["--format", "format"],
            type=click.Choice(FORMATS),
            help="Print text, one JSON document, or the results as a table; xlsx needs --out. "
            "Default: text.",
            panel=PANEL,
        ),
        PanelOption(
            ["--frame", "frame"],
            metavar="NAME",
            help="Which table of the results, where there are several; default: the main one.",
            panel=PANEL,
        ),
        PanelOption(
            ["--json", "as_json"], is_flag=True, help="Short for --format json.", panel=PANEL
        ),
    ]
    if not has_out:
        out = PanelOption(
            [SHORT_NAMES["out"], "--out", "out"],
            metavar="FILE",
            help="Write the results to this file: .csv, .md, .xlsx or .json.",
            panel=PANEL,
        )
        parameters.insert(0, out)
    return parameters


def take_table_options(
    command: str, typed: dict[str, Any], *, own_out: OptionInfo | None, as_json: bool
) -> TableOutput:
    """Remove these options from what was typed, and check them.

    Parameters
    ----------
    command
        Full name of the command.
    typed
        Values by name; --out is removed where it names the file of the table.
    own_out
        The --out that the command declares itself; None where it has none.
    as_json
        Whether --json was given.

    Raises
    ------
    InputError
        If options contradict each other, or have no effect.
    """
    given, frame = typed.pop("format", None), typed.pop("frame", None) or ""
    if as_json and given not in (None, "json"):
        raise InputError(
            f"--json is short for --format json, and --format is {given}", do="Give one of them"
        )
    has_out = own_out is not None
    out = (typed.get("out") or "") if has_out else (typed.pop("out", None) or "")
    wanted = given or ("json" if as_json else "") or ("" if has_out else _of_suffix(out))
    path = "" if has_out else out
    suffix = Path(out).suffix.lower().removeprefix(".")
    is_folder = command in STREAMED and _is_one_table(typed)
    is_folder |= own_out is not None and own_out.folder_of_tables
    if not wanted and suffix in TABLES and is_folder:
        wanted = suffix
    if has_out and _names_table(command, typed, wanted, out):
        path = typed.pop("out")
    same = wanted in TABLES and Path(out).suffix.lower() == f".{wanted}"
    chosen = TableOutput(wanted or "text", frame, path, is_written=same and not path)
    _check(chosen, out)
    return chosen


def _names_table(command: str, typed: Mapping[str, Any], format: str, out: str) -> bool:
    """Whether --out of a command with files of its own names the file of a table instead."""
    is_streamed = command in STREAMED and not _is_one_table(typed)
    return format in TABLES and Path(out).suffix.lower() == f".{format}" and not is_streamed


def _is_one_table(typed: Mapping[str, Any]) -> bool:
    """Whether `curves fit` reads columns of a table, and its --out is a folder or a table."""
    return bool(typed.get("x") or typed.get("y"))


def _of_suffix(out: str) -> str:
    """The format that the suffix of a file names; empty without a file."""
    if not out:
        return ""
    suffix = Path(out).suffix.lower().removeprefix(".")
    if suffix not in (*TABLES, "json"):
        raise InputError(
            f"'{out}' has the suffix '.{suffix}'" if suffix else f"'{out}' has no suffix",
            where="--out",
            allowed="It is one of .csv, .md, .xlsx, .json",
        )
    return suffix


def _check(chosen: TableOutput, out: str) -> None:
    if chosen.frame and not chosen.is_table:
        raise InputError(
            "has no effect here", where="--frame", do="Add --format csv, md or xlsx, or omit it"
        )
    if chosen.format == "text" and chosen.path:
        raise InputError(
            "has no effect with --format text", where="--out", do="Use --format csv, md, xlsx, json"
        )
    if chosen.format == "xlsx" and Path(out).suffix.lower() != ".xlsx":
        raise InputError(
            "a workbook is written to a file", where="--format", do="Add --out FILE.xlsx"
        )
    if chosen.path:
        check_can_write(Path(chosen.path))


def write_table(result: object, chosen: TableOutput) -> list[Path]:
    """Print a table, or write it to its file; gives the file.

    Raises
    ------
    InputError
        If the result has no such table.
    """
    if chosen.is_written:
        return []
    render = RENDERERS.find("table", type(result))
    try:
        data: bytes = render(result, chosen.format, chosen.frame)
    except InputError as error:
        raise error.reworded(f"--{error.where}", str) from error
    if not chosen.path:
        click.echo(data, nl=False)
        return []
    return [_written(chosen.path, data)]


def write_json(content: Mapping[str, Any], path: str) -> Path:
    """Write a JSON document to a file."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    return _written(path, text.encode("utf-8"))


def _written(path: str, data: bytes) -> Path:
    write_files({Path(path): data})
    return Path(path)
