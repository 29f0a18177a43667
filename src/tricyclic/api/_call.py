"""Shared by all functions of the Python API: arguments, and errors in Python's words."""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import is_dataclass
from functools import partial, wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeAlias, TypeVar, get_args, get_origin, overload

from tricyclic.core.call_arguments import check_arguments
from tricyclic.core.conditions import MeasuredValue
from tricyclic.core.progress import ProgressCallback
from tricyclic.core.table import DataTable
from tricyclic.core.table_input import TableInput
from tricyclic.errors import InputError, brief, from_os_error
from tricyclic.io.curves.frame_rows import FrameInput
from tricyclic.io.frames import (
    column_name,
    frame_of_records,
    is_frame,
    is_records,
    pandas_frame,
    table_from_frame,
)
from tricyclic.reports.save import has_files, save
from tricyclic.results.base import Renderable
from tricyclic.workflows.base import names_option, option_fields
from tricyclic.workflows.check_options import checked_options
from tricyclic.workflows.commands import COMMANDS

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame, IntoLazyFrame

# A file, a DataFrame of pandas, Polars, Arrow or another library that narwhals knows, or columns by
# name.
Frame: TypeAlias = "IntoDataFrame | IntoLazyFrame"
TableSource: TypeAlias = "str | Path | IntoDataFrame | IntoLazyFrame | Mapping[str, Any]"
# Several of these.
TableSources: TypeAlias = (
    "str | Path | IntoDataFrame | IntoLazyFrame | Mapping[str, Any]"
    " | Sequence[str | Path | IntoDataFrame | IntoLazyFrame | Mapping[str, Any]]"
)
Paths: TypeAlias = str | Path | Sequence[str | Path]
Texts: TypeAlias = str | Sequence[str]
# Changed values of a model: {"net_cortex.Km": 400}, or "net_cortex.Km=400".
Values: TypeAlias = Mapping[str, float] | Texts
# A number in the unit of the parameter's name, "500 pM", or a value with its standard error.
Measured: TypeAlias = float | str | MeasuredValue

# Type of a result -> what turns its text into the words of Python.
RENDERERS: dict[str, str] = {"Renderable": "tricyclic.api._call:in_python"}

TABLES_ALLOWED = "It is the name of a file, or several, or a DataFrame"

P = ParamSpec("P")
T = TypeVar("T")
Options = TypeVar("Options")
R = TypeVar("R", bound=Renderable)

# An option of the command line, and its value: "text", NAME, a word or a number.
_OPTION = re.compile(
    r'(?<![\w-])--([a-z][a-zA-Z0-9-]*)( (?:"[^"]*"|[A-Z]{2,}\b|\[|[\w.:=/%+-]*[\w%]))?'
)
# Words after an option that are values, and not the next words of the sentence.
_VALUE = re.compile(r"[^a-z]|^(?:cpm|human|rat|scipy|copasi|competition|saturation)$")
# Arguments after the name of a command: words in capitals, and paths.
_ARGUMENTS = r"(?: (?:[A-Z]{2,}\b|[\w.~-]*[/\\_][\w./\\~-]*[\w/\\]))*"
_LISTING = re.compile(r"\btricyclic model simulate (\w+) --list\b")
_log = logging.getLogger(__name__)
# Files into which the solver writes its own log; standard error where they are not set.
SOLVER_LOGS = ("SUNLOGGER_ERROR_FILENAME", "SUNLOGGER_WARNING_FILENAME")


def call(
    run: Callable[[Options, ProgressCallback | None], R],
    options: Options,
    on_progress: ProgressCallback | None,
) -> R:
    """Run a command, write its files where `out` names a place, and give its result.

    Raises
    ------
    InputError
        In the words of Python.
    """
    for name in SOLVER_LOGS:
        # Its steps and failures; what matters of them arrives as our error or remark.
        os.environ.setdefault(name, os.devnull)
    with python_wording(options):
        options = checked_options(options)
        if on_progress is not None and not callable(on_progress):
            raise InputError(
                f"is {on_progress!r}", where="on_progress=", allowed="It is a function, or None"
            )
        result = run(options, on_progress)
        out = getattr(options, "out", "")
        if out and has_files(result):
            for path in save(result, Path(out)):
                _log.info("written: %s", path)
        return result


def options_from(kind: type[Options], arguments: Mapping[str, Any]) -> Options:
    """The options of a command from the arguments of its function.

    Parameters
    ----------
    kind : type
        Dataclass of the options.
    arguments : mapping of str to object
        Arguments by name; each is converted as its option declares it: one path or text or several,
        a path, a value with its standard error.
    """
    values: dict[str, Any] = {}
    table: Any = None
    for field, info, hint in option_fields(kind):
        given = arguments[field.name]
        if info.path and table is None and is_frame_or_columns(given):
            table = given
        elif info.help.startswith("Column") and table is not None:
            given = with_column_names(given, table)
        if get_origin(hint) is tuple:
            values[field.name] = table_sources(given) if info.path else texts(given)
        else:
            is_table = info.path and TableInput in get_args(hint)
            as_given = table_source if is_table else path if info.path else quantity
            values[field.name] = as_given(given)
    return kind(**values)


@contextmanager
def python_wording(options: object = None) -> Iterator[None]:
    """Errors inside name keyword arguments and functions where the command line has options and
    commands.
    """
    try:
        yield
    except InputError as error:
        raise error.reworded(_label(options, error.where), in_python) from error
    except OSError as error:
        raise from_os_error(error) from error


def in_python_words(function: Callable[P, T]) -> Callable[P, T]:
    """A function of a lower package whose errors use Python's words, and that refuses wrong
    arguments with a sentence.
    """
    taken = signature(function)

    @wraps(function)
    def worded(*args: P.args, **kwargs: P.kwargs) -> T:
        check_arguments(function.__name__, taken, args, kwargs)
        given = taken.bind(*args, **kwargs).arguments
        with python_wording():
            if "path" in given:
                check_path(given["path"], "path")
            return function(*args, **kwargs)

    return worded


def renamed(**names: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A function of which some parameters had other names: they still work, with a warning.

    Parameters
    ----------
    **names
        Former name = present name.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def with_former_names(*args: P.args, **kwargs: P.kwargs) -> T:
            for former in names.keys() & kwargs.keys():
                now = names[former]
                warnings.warn(f"{former}= is called {now}= now", FutureWarning, stacklevel=2)
                kwargs.setdefault(now, kwargs.pop(former))
            return function(*args, **kwargs)

        return with_former_names

    return decorate


def check_path(given: object, name: str) -> None:
    """Refuse an argument that is not the name of a file or folder.

    Raises
    ------
    InputError
        With the name of the argument.
    """
    if not isinstance(given, str) and not isinstance(given, os.PathLike):
        raise InputError(
            f"is {brief(given)}", where=f"{name}=", allowed="It is the name of a file or folder"
        )


def check_text(given: object, name: str) -> None:
    """Refuse an argument that is not a text.

    Raises
    ------
    InputError
        With the name of the argument.
    """
    if not isinstance(given, str):
        raise InputError(f"is {brief(given)}", where=f"{name}=", allowed="It is a text")


def in_python(text: str) -> str:
    """Advice for the command line as advice for Python: --plate-size as plate_size=.

    Parameters
    ----------
    text
        A sentence or a part of one.
    """
    text = _LISTING.sub(r'tca.quantities("\1")', text).replace("--plot FILE", '.save("FILE")')
    for command in COMMANDS:
        names = [command.full_name, *([command.name] if command.at_top else [])]
        for name in names:
            call_text = rf"`?\btricyclic {name}\b((?: binding)?{_ARGUMENTS})`?"
            text = re.sub(call_text, partial(_function_call, command.function), text)
    return _OPTION.sub(_keyword, text)


def _function_call(function: str, match: re.Match[str]) -> str:
    arguments = [name if name.isupper() else f'"{name}"' for name in match[1].split()]
    return f"tca.{function}({', '.join(arguments)})"


def _keyword(match: re.Match[str]) -> str:
    name, after = match[1].replace("-", "_"), (match[2] or "").strip()
    if not after or not _VALUE.search(after):
        return f"{name}={match[2] or ''}"
    is_code = after[0] in '"[' or after.isupper() or re.fullmatch(r"[\d.]+", after)
    return f"{name}={after}" if is_code else f'{name}="{after}"'


def path(given: str | Path) -> str:
    """A path as text; anything else as it is, for the check of the options to report."""
    return os.fspath(given) if isinstance(given, os.PathLike) else given


def is_frame_or_columns(given: object) -> bool:
    """Whether an object is a DataFrame or a mapping of columns."""
    return isinstance(given, Mapping) or is_frame(given)


def with_column_names(given: Any, table: object) -> Any:
    """Names in place of columns of the table that are given by themselves, one or several."""
    if isinstance(given, list | tuple):
        return [column_name(one, table) for one in given]
    return column_name(given, table)


def table_source(given: TableSource) -> str | DataTable:
    """A path as text, a DataFrame or a mapping of columns as a table."""
    if isinstance(given, Mapping):
        return table_from_frame(pandas_frame(given))
    if is_records(given):
        return table_from_frame(frame_of_records(given))  # type: ignore[arg-type]
    return table_from_frame(given) if is_frame(given) else path(given)  # type: ignore[arg-type]


def curves_source(given: TableSource) -> str | TableInput:
    """As `table_source`; a large DataFrame as it is, to be read column by column."""
    if isinstance(given, Mapping):
        return curves_source(pandas_frame(given))
    large = FrameInput.of(given) if is_frame(given) else None
    return large or table_source(given)


def table_sources(given: TableSources) -> tuple[str | DataTable, ...]:
    """One path or several as text, DataFrames as tables."""
    one = is_frame_or_columns(given) or is_records(given)
    several: tuple[Any, ...] = (given,) if one else _several(given)
    if not one and not isinstance(given, Sequence) and hasattr(given, "dtype"):
        raise InputError(
            f"a table is needed, and this is a {type(given).__name__} of {len(several)} values",
            allowed=TABLES_ALLOWED,
        )
    for number, source in enumerate(several, 1):
        # One by itself is refused with the options, under the name of its argument.
        if len(several) > 1 and (isinstance(source, int | float) or source is None):
            raise InputError(f"table {number} is {source!r}", allowed=TABLES_ALLOWED)
    return tuple(table_source(source) for source in several)


def paths(given: Paths) -> tuple[str, ...]:
    """One path or several, as text."""
    return tuple(path(one) for one in _several(given))


def texts(given: Texts) -> tuple[str, ...]:
    """One text or several."""
    return _several(given)


def number_texts(given: Texts | Sequence[float] | float) -> tuple[str, ...]:
    """One number or several as text; texts as they are."""
    return tuple(
        f"{one!r}" if isinstance(one, int | float) and not isinstance(one, bool) else one
        for one in _several(given)
    )


def _several(given: Any) -> tuple[Any, ...]:
    one = isinstance(given, str | bytes | os.PathLike) or not isinstance(given, Iterable)
    return (given,) if one else tuple(given)


def assignments(given: Values) -> tuple[str, ...]:
    """Changed values as "name=number"."""
    if isinstance(given, Mapping):
        return tuple(f"{name}={float(value)!r}" for name, value in given.items())
    return texts(given)


@overload
def quantity(given: Measured) -> float | str: ...


@overload
def quantity(given: None) -> None: ...


def quantity(given: Measured | None) -> float | str | None:
    """A value with its standard error as text; numbers and text as they are."""
    if isinstance(given, MeasuredValue):
        error = f" +/- {given.se!r}" if given.se else ""
        return f"{given.value!r}{error} {given.unit}"
    return given


def _label(options: object, where: str) -> str:
    first, comma, more = where.partition(",")
    is_option = is_dataclass(options) and names_option(options, first)
    return f"{first}={comma}{more}" if is_option else where
