"""A simulation as files: time courses as CSV and Parquet, key numbers as CSV, everything as JSON,
figures as SVG and PDF.
"""

from __future__ import annotations

import math

from tricyclic._version import __version__
from tricyclic.core.model_unit import unit_label
from tricyclic.core.time_course import Floats
from tricyclic.io.write_tables import Columns, csv_bytes, parquet_bytes
from tricyclic.plotting.course import plot_courses
from tricyclic.plotting.simulation import simulation_plots
from tricyclic.reports.json import document, encode
from tricyclic.reports.json.simulation import simulation_json
from tricyclic.reports.text.simulation import simulation_text
from tricyclic.results.simulation import Interval, SimulationResult

EXPOSURE_UNITS = {
    "cmax": "nM",
    "tmax_h": "h",
    "tmax_last_h": "h",
    "terminal_h": "h",
    "auc_last": "nM h",
    "auc_inf": "nM h",
    "half_life_h": "h",
    "lambda_z_per_h": "1/h",
    "mrt_h": "h",
    "tau_h": "h",
    "auc_tau_first": "nM h",
    "auc_tau_last": "nM h",
    "cmax_last": "nM",
    "cmin_last": "nM",
    "cavg_last": "nM",
}


def simulation_files(result: SimulationResult) -> dict[str, bytes]:
    """Name of each file and its bytes; the same simulation gives the same bytes."""
    courses = course_table(result)
    content = {"result": simulation_json(result)}
    files = {
        "courses.csv": csv_bytes(courses),
        "courses.parquet": parquet_bytes(courses, _metadata(result)),
        "summary.csv": csv_bytes(observable_table(result)),
        "result.json": encode(document("model-simulate", content)),
        "summary.txt": (simulation_text(result) + "\n").encode("utf-8"),
    }
    if result.exposures:
        files["exposure.csv"] = csv_bytes(exposure_table(result))
    if result.comparisons:
        files["compared.csv"] = csv_bytes(comparison_table(result))
    for plot in simulation_plots(result):
        files |= plot_courses(plot).files()
    return files


def course_table(result: SimulationResult) -> Columns:
    """All time courses, one row per output and time."""
    time = "time_h" if result.time_unit else "time"
    names = (time, "value", "low", "high", "percent_of_baseline", "percent_low", "percent_high")
    words: dict[str, list[str]] = {"output": [], "unit": []}
    numbers: dict[str, list[float]] = {name: [] for name in names}
    for course in result.courses:
        n = course.time_h.size
        words["output"] += [course.name] * n
        words["unit"] += [unit_label(course.unit)] * n
        columns = (
            course.time_h,
            course.y,
            course.low,
            course.high,
            course.percent_of_baseline,
            course.percent_low,
            course.percent_high,
        )
        for name, column in zip(names, columns, strict=True):
            numbers[name] += _column(column, n)
    return {**words, **numbers}


def observable_table(result: SimulationResult) -> Columns:
    """Key numbers of the observables, one row each."""
    rows = result.observables
    return {
        "observable": [row.name for row in rows],
        "description": [row.description for row in rows],
        "unit": [row.unit for row in rows],
        "baseline": [row.baseline.value for row in rows],
        **_intervals("peak", [row.peak for row in rows]),
        "t_peak_h": [row.t_peak_h for row in rows],
        **_intervals("peak_percent_of_baseline", [row.peak_percent_of_baseline for row in rows]),
        **_intervals("end", [row.end for row in rows]),
        **_intervals("end_percent_of_baseline", [row.end_percent_of_baseline for row in rows]),
    }


def exposure_table(result: SimulationResult) -> Columns:
    """Exposures, one row per drug, compartment and number."""
    rows = [(row, name, value) for row in result.exposures for name, value in row.numbers.items()]
    return {
        "drug": [row.drug for row, _, _ in rows],
        "compartment": [row.compartment for row, _, _ in rows],
        "number": [name for _, name, _ in rows],
        "unit": [EXPOSURE_UNITS.get(name, "") for _, name, _ in rows],
        **_intervals("value", [value for _, _, value in rows]),
    }


def comparison_table(result: SimulationResult) -> Columns:
    """Measured and simulated values, one row per reading."""
    rows = [(comparison, point) for comparison in result.comparisons for point in comparison.points]
    return {
        "observable": [comparison.name for comparison, _ in rows],
        "unit": [comparison.unit for comparison, _ in rows],
        "time_h" if result.time_unit else "time": [point.time_h for _, point in rows],
        "measured": [point.measured for _, point in rows],
        "error": [point.error for _, point in rows],
        "simulated": [point.simulated for _, point in rows],
        "low": [point.low for _, point in rows],
        "high": [point.high for _, point in rows],
        "ratio": [point.ratio for _, point in rows],
        "standard_errors": [point.errors for _, point in rows],
    }


def _metadata(result: SimulationResult) -> dict[str, str]:
    return {
        "written_by": f"tricyclic {__version__}",
        "scenario": result.scenario,
        "time": "hours"
        if result.time_unit
        else "in the file's own unit, which it does not declare",
        "band": f"{100 * result.coverage:g} %",
    }


def _column(values: Floats | None, n: int) -> list[float]:
    column: list[float] = [math.nan] * n if values is None else values.tolist()
    return column


def _intervals(name: str, values: list[Interval]) -> dict[str, list[float]]:
    return {
        name: [value.value for value in values],
        f"{name}_low": [value.low for value in values],
        f"{name}_high": [value.high for value in values],
    }
