"""Two runs of the same compounds become a minimum significant ratio with limits of agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, asked

if TYPE_CHECKING:
    from tricyclic.results.reproducibility import ReplicateMSR


@dataclass(frozen=True)
class Request:
    """Judge an assay by two independent runs of 20 to 30 compounds.

    `tricyclic msr runs.csv --first run1_ic50_nM --second run2_ic50_nM`; a row per compound.
    """

    file: str = asked("Table with a row per compound (.csv, .xlsx)", place=True, path=True)
    first: str = asked("Column of potencies of the first run, such as run1_ic50_nM")
    second: str = asked("Column of potencies of the second run")
    compound: str = asked("Column that names the compound", default="compound")
    confidence: float = asked("Coverage of the intervals", default=0.95)
    decimal: str = asked(
        "Decimal mark where the file can be read in two ways", default="", choices=(".", ",")
    )
    sheet: str = asked("Sheet of a workbook", default="")
    out: str = asked("Folder for the plot (.svg, .pdf), its table and JSON", default="", path=True)


@dataclass(frozen=True)
class Result:
    """What the replicate experiment says, and the files that the door is to write."""

    found: ReplicateMSR
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        from tricyclic.core.serialize import as_plain

        return dict(as_plain(self.found)) | {"n": self.found.n}

    def as_text(self) -> str:
        """MSR, mean ratio, limits of agreement and what to doubt."""
        from tricyclic.core.format import figures

        f = self.found
        lines = [
            f"MSR {figures(f.msr)}   {100 * f.confidence:g} %: {figures(f.msr_low)} to {figures(f.msr_high)}   n = {f.n} compounds",
            f"mean ratio {figures(f.mean_ratio)}   {100 * f.confidence:g} %: {figures(f.mean_ratio_low)} to {figures(f.mean_ratio_high)}",
            f"limits of agreement {figures(f.agreement_low)} to {figures(f.agreement_high)}",
        ]
        lines += [f"  {c.level}   {c.says}{'. ' + c.advice if c.advice else ''}" for c in f.checks]
        return "\n".join(lines)


def run(request: Request) -> Result:
    """Read both columns and compare them compound by compound."""
    from tricyclic.assays.potency.reproducibility import replicate_msr
    from tricyclic.jobs._folder import folder_for
    from tricyclic.jobs._potencies import estimates_of, potency_table, text_column

    folder = folder_for(request.out) if request.out else None
    if not 0 < request.confidence < 1:
        raise InputError(
            f"the confidence is {request.confidence:g}",
            allowed="It is between 0 and 1, such as 0.95",
        )
    if request.first == request.second:
        raise InputError(
            f"both runs are the column '{request.first}'", where=request.file, do="Name two columns"
        )
    table = potency_table(request.file, decimal=request.decimal, sheet=request.sheet)
    subjects = text_column(table, request.compound)
    found = Result(
        replicate_msr(
            estimates_of(table, request.first, subjects),
            estimates_of(table, request.second, subjects),
            confidence=request.confidence,
        )
    )
    return found if folder is None else Result(found.found, _written(found, folder))


def _written(result: Result, folder: Any) -> dict[str, bytes]:
    from tricyclic._version import __version__
    from tricyclic.jobs._json import as_json_bytes
    from tricyclic.jobs._potencies import csv_bytes
    from tricyclic.plotting.control_chart import agreement_plot

    f = result.found
    drawing = agreement_plot(f)
    rows = list(zip(f.compounds, f.geometric_means, f.ratios, strict=True))
    files = {
        "agreement.svg": drawing.svg.encode(),
        "agreement.pdf": drawing.pdf,
        "agreement.csv": csv_bytes(("compound", f"geometric_mean_{f.unit}", "ratio"), rows),
        "msr.json": as_json_bytes(
            {"schema": "tricyclic-msr/1", "version": __version__} | result.as_json()
        ),
    }
    return {str(folder / name): data for name, data in files.items()}


JOB = Job("msr", "Minimum significant ratio of two runs", Request, run)
