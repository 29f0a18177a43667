"""A new study folder: a commented study.toml, a plate map, an exclusions list, and a place for raw files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tricyclic.jobs._job import Job, asked


@dataclass(frozen=True)
class Request:
    """Begin a study folder: `tricyclic new binding DIR --protocol net-nisoxetine`."""

    kind: str = asked("What kind of study", place=True, choices=("binding",))
    folder: str = asked("Folder to make; it must be new or empty", place=True, path=True)
    protocol: str = asked(
        "Protocol to begin from; see: tricyclic protocols", default="net-nisoxetine"
    )


@dataclass(frozen=True)
class Result:
    """Where the study stands, and which files were written."""

    folder: str
    written: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def run(request: Request) -> Result:
    """Write the template."""
    from tricyclic.io.library.protocols import protocol
    from tricyclic.study.template import template_of, write_new

    files = template_of(protocol(request.protocol))
    folder = Path(request.folder)
    write_new(folder, files)
    return Result(str(folder), tuple(sorted(files)))


JOB = Job("new", "Begin a study folder", Request, run)
