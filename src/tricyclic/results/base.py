"""What every result offers. The result itself contains data; how it is shown is chosen by its type,
elsewhere.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import ItemsView, Iterator, KeysView, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from tricyclic.core.check import Check
from tricyclic.core.interface import in_shell
from tricyclic.errors import InputError, UnknownNameError, brief
from tricyclic.io.frames import Columns, PandasFrame, pandas_frame
from tricyclic.registry import RENDERERS

Output = TypeVar("Output")
# Axes, and Axes or Figure, of matplotlib, which only the drawing code imports.
Axes: TypeAlias = Any
AxesOrFigure: TypeAlias = Any


class Result(Protocol):
    """What a workflow returns and the command line and the Python API show."""

    @property
    def failed(self) -> bool:
        """Whether a check failed, so that the numbers should not be used as they are."""

    def summary(self) -> str:
        """The result as text for a terminal."""

    def to_json(self) -> dict[str, Any]:
        """The result as plain data."""


class Renderable:
    """Text, JSON, DataFrames, notebook display and files of a result, by the renderers of its
    type.
    """

    @property
    def failed(self) -> bool:
        """Whether a check failed, so that the numbers should not be used as they are."""
        checks: tuple[Check, ...] = getattr(self, "checks", ())
        return any(check.level == "fail" for check in checks)

    def summary(self) -> str:
        """The result as text for a terminal."""
        text: str = RENDERERS.find("text", type(self))(self)
        if in_shell():
            return text
        # Advice names options and commands as they are typed; Python has keywords and functions.
        worded: str = RENDERERS.find("words", type(self))(text)
        return worded

    def to_json(self) -> dict[str, Any]:
        """The result as plain data, the document that `--json` prints."""
        document: dict[str, Any] = RENDERERS.find("json", type(self))(self)
        return document

    @property
    def frame_names(self) -> tuple[str, ...]:
        """Names of the tables that `to_frame` gives, the main one first."""
        return tuple(self._frames())

    def to_frame(self, table: str = "") -> PandasFrame:
        """A table of the result as a pandas DataFrame, tidy, with the units in the column names.

        Parameters
        ----------
        table
            One of `frame_names`; by default the first.

        Raises
        ------
        InputError
            If there is no such table.
        """
        frames = self._frames()
        name: Any = table or next(iter(frames))
        if not isinstance(name, str) or name not in frames:
            raise UnknownNameError.among("table", name, frames, where="table=")
        return pandas_frame(frames[name])

    def _frames(self) -> Mapping[str, Columns]:
        frames: Mapping[str, Columns] = RENDERERS.find("frames", type(self))(self)
        return frames

    @property
    def figure_names(self) -> tuple[str, ...]:
        """Names of the figures that `plot` and `save` know, the main ones first."""
        render = RENDERERS.find("plots", type(self), missing_ok=True)
        return tuple(render(self)) if render is not None else ()

    def plot(
        self,
        which: str | Axes = "",
        ax: Axes | None = None,
        *,
        style: object = None,
        **keys: Any,
    ) -> AxesOrFigure:
        """Draw a figure of the result with matplotlib.

        Parameters
        ----------
        which
            One of `figure_names`; by default the first, or with `ax` the first of one panel. It
            may also be the axes, as in `plot(ax)`.
        ax
            Axes to draw into; by default a new figure.
        style
            "prism" or another preset, the name of a style file (.toml), or a PlotStyle.
        **keys
            Single keys of the style: points="mean_sem", font="Arial", width="85mm", ...; see the
            page on figures.

        Returns
        -------
        Axes or Figure
            The axes; the figure where it has several panels.

        Raises
        ------
        InputError
            If there is no such figure, or one of several panels is to be drawn into `ax`.
        """
        axes: AxesOrFigure = RENDERERS.find("plot", type(self))(self, which, ax, style, keys)
        return axes

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        figure: str = "",
        dpi: float | None = None,
        width: str | float | None = None,
        style: object = None,
        **keys: Any,
    ) -> tuple[Path, ...]:
        """Write the result: a figure or a report to a file, or tables and figures into a folder.

        Parameters
        ----------
        path
            A figure where it ends in .png, .tiff, .svg or .pdf (.pdf of a study: the report); the
            main table in .csv, .md or .parquet, all tables in .xlsx; the report where it ends in
            .html, .pdf or .json and the result has one, else .json as `to_json`; else a folder.
        figure
            One of `figure_names`; by default all main figures, each in a file of its own.
        dpi
            Pixels per inch of .png and .tiff; default: 300.
        width
            Width of the figure in mm, or with its unit: "85mm", "3.3in".
        style, **keys
            As of `plot`.

        Returns
        -------
        tuple of Path
            The files that were written.

        Raises
        ------
        InputError
            If this kind of result has no files, or not in the format of the suffix.
        """
        look = {"figure": figure or None, "dpi": dpi, "width": width, "style": style, **keys}
        given = {name: value for name, value in look.items() if value is not None}
        if not isinstance(path, str | os.PathLike):
            raise InputError(
                f"is {brief(path)}", where="path=", allowed="It is the name of a file or folder"
            )
        written: tuple[Path, ...] = RENDERERS.find("save", type(self))(self, Path(path), **given)
        return written

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return str(RENDERERS.find("html", type(self))(self))


class OutputMapping(Generic[Output]):
    """A result that contains outputs by name, like a read-only mapping."""

    @abstractmethod
    def _outputs(self) -> Mapping[str, Output]:
        """The outputs by name."""

    def __getitem__(self, name: str) -> Output:
        outputs = self._outputs()
        if name not in outputs:
            raise KeyError(str(UnknownNameError.among("output", name, outputs)))
        return outputs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs())

    def __len__(self) -> int:
        return len(self._outputs())

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return name in self._outputs()

    def keys(self) -> KeysView[str]:
        """The names of the outputs."""
        return self._outputs().keys()

    def items(self) -> ItemsView[str, Output]:
        """Names and outputs."""
        return self._outputs().items()
