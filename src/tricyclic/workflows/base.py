"""What every command is made of: its name, its help, an options dataclass, and `run(options,
on_progress=None)`.

An option is declared once, with its help and unit; the command line and the Python API read it
from there.
"""

from __future__ import annotations

import dataclasses
import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Protocol, Union, get_args, get_origin, get_type_hints

from tricyclic.core.collection import no_collection
from tricyclic.errors import InputError

if TYPE_CHECKING:
    from tricyclic.core.progress import ProgressCallback
    from tricyclic.results.base import Result


class RunFunction(Protocol):
    """The function of a command: options in, result out."""

    def __call__(self, options: Any, on_progress: ProgressCallback | None = None) -> Result:
        """Run the command."""


@dataclass(frozen=True)
class Command:
    """One command: its place in the help, and where its options and its function are defined.

    Parameters
    ----------
    group, name : str
        "binding" and "affinity" for `tricyclic binding affinity`; an empty group for commands at
        the top.
    help : str
        One line, without a full stop.
    options, run : str
        "module:Class" and "module:function", imported when the command is called.
    function : str
        Its name in the Python API: "affinity" for `tca.affinity`.
    at_top : bool
        Whether the command also works without its group.
    figure : bool
        Whether its result has a figure, so that it has --plot.
    readings : bool
        Whether a figure shows single readings, so that it has --points.
    """

    group: str
    name: str
    help: str
    options: str
    run: str
    function: str
    at_top: bool = False
    figure: bool = False
    readings: bool = False

    @property
    def full_name(self) -> str:
        """As it is typed: "binding affinity"."""
        return f"{self.group} {self.name}".strip()

    def load_options(self) -> type:
        """Import the dataclass of its options; light."""
        loaded: type = load(self.options)
        return loaded

    def load_run(self) -> RunFunction:
        """Import its function, with all that an analysis needs."""
        loaded: RunFunction = load(self.run)
        return loaded


@dataclass(frozen=True)
class OptionInfo:
    """What an option declares beside its type and default."""

    help: str
    unit: str = ""
    positional: bool = False
    choices: tuple[str, ...] = ()
    path: bool = False
    panel: str = "Options"
    folder_of_tables: bool = False


def option(
    help: str,
    *,
    default: Any = dataclasses.MISSING,
    unit: str = "",
    positional: bool = False,
    choices: Sequence[str] = (),
    path: bool = False,
    panel: str = "Options",
    folder_of_tables: bool = False,
) -> Any:
    """Declare a field of an options dataclass.

    Parameters
    ----------
    help : str
        One sentence without a full stop.
    default : object
        Value when the option is not given; without a default the option is required.
    unit : str
        Unit of a number; text such as "500 pM" is converted to it.
    positional : bool
        True for an argument without an option name.
    choices : sequence of str
        Allowed words.
    path : bool
        True for the name of a file or folder.
    panel : str
        Heading under which the help shows it.
    folder_of_tables : bool
        True for a folder that has the tables of a result; a file (.csv, .md, .xlsx) takes one.
    """
    info = OptionInfo(help, unit, positional, tuple(choices), path, panel, folder_of_tables)
    return dataclasses.field(default=default, metadata={"option": info})


def library_option(panel: str = "Options") -> Any:
    """Declare the option for the user's own library folder."""
    return option(
        "Your own library folder; its entries take precedence", default="", path=True, panel=panel
    )


def table_option(panel: str = "Options") -> Any:
    """Declare the option for one of several tables of a file."""
    return option("Table of a file with several tables", default="", panel=panel)


def reader_option(panel: str = "Options") -> Any:
    """Declare the option for the reader of a file."""
    return option("Reader to use if none or several accept the file", default="", panel=panel)


def sheet_option(panel: str = "Options") -> Any:
    """Declare the option for a sheet of a workbook."""
    return option("Sheet of a workbook", default="", panel=panel)


def decimal_option(panel: str = "Options") -> Any:
    """Declare the option for the decimal mark of a file."""
    return option(
        "Decimal mark if the file can be read in two ways",
        default="",
        choices=(".", ","),
        panel=panel,
    )


def folder_option(content: str, panel: str = "Output") -> Any:
    """Declare the option for the folder to which a result is saved; its help names the content."""
    return option(
        f"Folder for {content}", default="", path=True, panel=panel, folder_of_tables=True
    )


def option_fields(options: type) -> list[tuple[dataclasses.Field[Any], OptionInfo, Any]]:
    """Field, declaration and type of every option of an options dataclass."""
    hints = get_type_hints(options)
    return [(f, f.metadata["option"], hints[f.name]) for f in dataclasses.fields(options)]


def is_pair(hint: Any) -> bool:
    """Whether the type of an option is two values, such as the begin and the end of a window."""
    kinds = get_args(without_none(hint))
    return get_origin(without_none(hint)) is tuple and len(kinds) == 2 and Ellipsis not in kinds


def without_none(hint: Any) -> Any:
    """The type of an option without its "| None", if one type is left."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    is_optional = get_origin(hint) in (Union, UnionType) and len(kinds) == 1
    return kinds[0] if is_optional else hint


def names_option(options: Any, where: str) -> bool:
    """Whether the location of an error is an option, and not a file of the same name.

    Parameters
    ----------
    options
        The options of the command: with the folder "study" given, "study" is that folder.
    where
        Location of the error.
    """
    fields = option_fields(type(options))
    given = [getattr(options, field.name) for field, info, _ in fields if info.path]
    is_path = any(
        where in path if isinstance(path, tuple) else isinstance(path, str) and where == path
        for path in given
    )
    return not is_path and any(field.name == where for field, _, _ in fields)


def available_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_range(name: str, value: int, minimum: int, maximum: int) -> None:
    """Refuse a whole number outside its range.

    Raises
    ------
    InputError
        With the range.
    """
    if not minimum <= value <= maximum:
        raise InputError(
            f"is {value}", where=name, allowed=f"A whole number from {minimum} to {maximum}"
        )


def refuse_without_effect(options: Any, names: Sequence[str], applies_to: str) -> None:
    """Refuse options that were given although they have no effect in this combination.

    Parameters
    ----------
    options : dataclass
        Options of a command.
    names : sequence of str
        Those without effect; one at its default was not given.
    applies_to : str
        What they apply to, such as "one curve, and this file has many".

    Raises
    ------
    InputError
        For the first of them that was given.
    """
    for field in dataclasses.fields(options):
        if field.name in names and getattr(options, field.name) != field.default:
            option = f"--{field.name.replace('_', '-')}"
            raise InputError(
                "has no effect here",
                where=field.name,
                allowed=f"It applies to {applies_to}",
                do=f"Omit {option}",
            )


def load(target: str) -> Any:
    """Import "module:name"; for what one command needs and most others do not.

    Parameters
    ----------
    target : str
    """
    module, _, name = target.partition(":")
    with no_collection():
        return getattr(importlib.import_module(module), name)
