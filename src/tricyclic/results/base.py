"""What every result offers. The result itself contains data; how it is shown is chosen by its type,
elsewhere.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from tricyclic.core.check import Check
from tricyclic.errors import UnknownNameError
from tricyclic.io.frames import Columns, PandasFrame, pandas_frame
from tricyclic.registry import RENDERERS


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
        return text

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
        name = table or next(iter(frames))
        if name not in frames:
            raise UnknownNameError.among("table", name, frames, where="table=")
        return pandas_frame(frames[name])

    def _frames(self) -> Mapping[str, Columns]:
        frames: Mapping[str, Columns] = RENDERERS.find("frames", type(self))(self)
        return frames

    def save(self, path: str | Path) -> tuple[Path, ...]:
        """Write the result: a report to a file, or tables and figures into a folder.

        Parameters
        ----------
        path
            A file where the result is one document (its suffix chooses the format), else a folder.

        Returns
        -------
        tuple of Path
            The files that were written.

        Raises
        ------
        InputError
            If this kind of result has no files, or not in the format of the suffix.
        """
        written: tuple[Path, ...] = RENDERERS.find("save", type(self))(self, Path(path))
        return written

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        render = RENDERERS.find("html", type(self), missing_ok=True)
        if render is not None:
            return str(render(self))
        return f"<pre>{html.escape(self.summary())}</pre>"
