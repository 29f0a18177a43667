"""The state of an installation: versions, optional libraries, machine, caches, fonts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tricyclic.results.base import Renderable

# note: something optional is missing, or a plain fact.
DiagnosticLevel = Literal["pass", "note", "warn", "fail"]


@dataclass(frozen=True)
class Diagnostic:
    """One line of the diagnosis.

    Parameters
    ----------
    topic : str
        "program", "library", "optional library", "machine", "cache", "font", "folder", "cluster".
    name : str
        What was examined: the name of a library, "memory", a folder.
    level : {"pass", "note", "warn", "fail"}
        fail: something that is needed is missing or broken; warn: it works, but slowly or not
        everywhere; note: something optional is missing.
    value : str
        What was read: a version, a size with its unit, a path.
    purpose : str
        What it is needed for.
    advice : str
        What to do where the level is not "pass"; else empty.
    """

    topic: str
    name: str
    level: DiagnosticLevel
    value: str
    purpose: str = ""
    advice: str = ""


@dataclass(frozen=True, repr=False)
class DoctorResult(Renderable):
    """The state of an installation, one diagnostic per library, folder, font or property."""

    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        """Whether something that is needed is missing or broken."""
        return any(one.level == "fail" for one in self.diagnostics)
