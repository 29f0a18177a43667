"""A control compound's potency over runs becomes control charts with run rules and a minimum significant ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, asked

if TYPE_CHECKING:
    from tricyclic.assays.potency.reproducibility import Rules
    from tricyclic.results.reproducibility import ControlChart


@dataclass(frozen=True)
class Request:
    """Chart the potency of a control compound over the runs of an assay.

    A table with a row per run and a column such as ic50_nM or pIC50 makes an I-MR chart; several rows in every run an Xbar-S
    chart. Runs stand in the order of the file.
    """

    file: str = asked("Table of runs (.csv, .xlsx)", place=True, path=True)
    value: str = asked("Column of potencies; the only one where left out", default="")
    run: str = asked("Column that names the run", default="run")
    compound: str = asked(
        "Column that names the compound, where the table holds several", default=""
    )
    only: str = asked("The compound to chart, where the table holds several", default="")
    baseline: int | None = asked(
        "The first so many runs set the limits; all where left out", default=None
    )
    rules: str = asked(
        "Run rules", default="western electric", choices=("western electric", "nelson")
    )
    window: int = asked("Runs of the moving MSR", default=6)
    decimal: str = asked(
        "Decimal mark where the file can be read in two ways", default="", choices=(".", ",")
    )
    sheet: str = asked("Sheet of a workbook", default="")
    out: str = asked("Folder for the chart (.svg, .pdf), its table and JSON", default="", path=True)


@dataclass(frozen=True)
class Result:
    """The chart, and the files that the door is to write."""

    chart: ControlChart
    to_write: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def stop(self) -> bool:
        """A control chart asks for a look; it never stops."""
        return any(check.level == "stop" for check in self.chart.checks)

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        from tricyclic.core.serialize import as_plain

        return dict(as_plain(self.chart))

    def as_text(self) -> str:
        """Centre, limits, MSR and broken rules."""
        from tricyclic.core.format import figures

        c = self.chart
        head = f"{c.subject}   " if c.subject else ""
        lines = [
            (
                f"{head}{c.kind} chart of {len(c.runs)} runs   {c.scale}   centre {figures(c.centre, 4)}   "
                f"limits {figures(c.lower[-1], 4)} to {figures(c.upper[-1], 4)}   sigma {figures(c.sigma)}"
            )
        ]
        for check in c.checks:
            lines.append(
                f"  {check.level}   {check.says}{'. ' + check.advice if check.advice else ''}"
            )
        return "\n".join(lines)


def run(request: Request) -> Result:
    """Read the table, chart it, and draw it where a folder was named."""
    from tricyclic.assays.potency.reproducibility import control_chart
    from tricyclic.jobs._folder import folder_for
    from tricyclic.jobs._potencies import (
        estimates_of,
        first_potency_column,
        potency_table,
        scale_of,
        text_column,
    )

    folder = folder_for(request.out) if request.out else None
    table = potency_table(request.file, decimal=request.decimal, sheet=request.sheet)
    column = request.value or first_potency_column(table)
    scale = scale_of(table, column)
    runs = text_column(table, request.run)
    names = text_column(table, request.compound) if request.compound else ("",) * len(runs)
    if request.compound and not request.only and len(set(names)) > 1:
        raise InputError(
            f"the table holds {len(set(names))} compounds",
            where=table.file,
            do="Say which to chart with --only",
        )
    subject = request.only or (names[0] if names else "")
    if request.only and request.only not in names:
        raise InputError(
            f"no row is of '{request.only}'", where=table.file, do="Spell it as the table does"
        )
    by_run: dict[str, list[float]] = {}
    import math

    for k, estimate in enumerate(
        _rows(estimates_of(table, column, [str(k) for k in range(len(runs))]), len(runs))
    ):
        if request.only and names[k] != request.only:
            continue
        if estimate is None:
            raise InputError(
                f"run {runs[k]} has no potency",
                where=f"{table.file}, row {k + 2}",
                do="A chart joins neighbours: write the potency, or take the row out of a copy of the file",
            )
        if estimate.relation != "=":
            raise InputError(
                f"run {runs[k]} has a bound, {estimate.relation} {estimate.value:g} {estimate.unit}",
                where=table.file,
                do="A control compound is chosen so that its potency is reached; leave the run out and say why",
            )
        log = math.log10(estimate.value)
        by_run.setdefault(runs[k], []).append(-log if scale.startswith("p") else log)
    told = (
        scale
        if scale.startswith("p") and scale != "pM"
        else "log10 potency"
        if scale == "log10"
        else f"log10 of {scale}"
    )
    chart = control_chart(
        by_run,
        subject=subject,
        scale=told,
        baseline=request.baseline,
        rules=cast("Rules", request.rules),
        window=request.window,
    )
    found = Result(chart)
    return found if folder is None else Result(chart, _written(found, folder))


def _rows(estimates: Any, rows: int) -> list[Any]:
    by_row = {int(estimate.subject): estimate for estimate in estimates}
    return [by_row.get(k) for k in range(rows)]


def _written(found: Result, folder: Any) -> dict[str, bytes]:
    from tricyclic._version import __version__
    from tricyclic.jobs._json import as_json_bytes
    from tricyclic.jobs._potencies import csv_bytes
    from tricyclic.plotting.control_chart import control_chart

    c = found.chart
    drawing = control_chart(c)
    columns = (
        "run",
        "n",
        "value",
        "lower",
        "upper",
        "scatter",
        "scatter_lower",
        "scatter_upper",
        "msr_all_runs",
        f"msr_last_{c.window}",
        "rules_broken",
    )
    rows = []
    for k, name in enumerate(c.runs):
        whole, last = c.cumulative[k], c.recent[k]
        broken = "; ".join(f"{item.chart}: {item.rule}" for item in c.broken if item.run == name)
        rows.append(
            (
                name,
                c.sizes[k],
                c.values[k],
                c.lower[k],
                c.upper[k],
                c.scatter[k],
                c.scatter_lower[k],
                c.scatter_upper[k],
                whole.msr if whole else None,
                last.msr if last else None,
                broken,
            )
        )
    files = {
        "control_chart.svg": drawing.svg.encode(),
        "control_chart.pdf": drawing.pdf,
        "control_chart.csv": csv_bytes(columns, rows),
        "control_chart.json": as_json_bytes(
            {"schema": "tricyclic-control-chart/1", "version": __version__} | found.as_json()
        ),
    }
    return {str(folder / name): data for name, data in files.items()}


JOB = Job("control-chart", "Chart a control compound over runs", Request, run)
