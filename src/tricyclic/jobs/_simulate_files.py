"""A simulation as files: courses as CSV and Parquet, key numbers as CSV, everything as JSON, figures as SVG and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tricyclic._version import __version__
from tricyclic.io.write_tables import csv_bytes, parquet_bytes
from tricyclic.jobs._json import as_json_bytes
from tricyclic.jobs._simulate_ask import unit_says
from tricyclic.jobs._simulate_pictures import pictures_of
from tricyclic.jobs._simulated import Simulated, Span
from tricyclic.plotting.course import courses as draw

if TYPE_CHECKING:
    from tricyclic.core.time_course import Floats

NAN = float("nan")


def files_of(found: Simulated) -> dict[str, bytes]:
    """Name of each file and its bytes; the same simulation gives the same bytes."""
    table = _courses(found)
    about = {
        "written_by": f"tricyclic {__version__}",
        "scenario": found.scenario,
        "time": "hours" if found.time_unit else "of the file's own unit, which is not declared",
        "band": f"{100 * found.share:g} %",
    }
    files = {
        "courses.csv": csv_bytes(table),
        "courses.parquet": parquet_bytes(table, about),
        "summary.csv": csv_bytes(_summary(found)),
        "result.json": as_json_bytes(
            {"schema": "tricyclic-simulate/1", "version": __version__, "result": found.as_json()}
        ),
        "summary.txt": (found.as_text() + "\n").encode("utf-8"),
    }
    if found.exposures:
        files["exposure.csv"] = csv_bytes(_exposures(found))
    if found.compared:
        files["compared.csv"] = csv_bytes(_compared(found))
    for picture in pictures_of(found):
        figure = draw(picture)
        files[f"{figure.name}.svg"] = figure.svg.encode("utf-8")
        files[f"{figure.name}.pdf"] = figure.pdf
    return files


def _courses(found: Simulated) -> dict[str, list[str] | list[float]]:
    words: dict[str, list[str]] = {"watch": [], "unit": []}
    time = "time_h" if found.time_unit else "time"
    keys = (time, "value", "low", "high", "percent_of_rest", "percent_low", "percent_high")
    numbers: dict[str, list[float]] = {key: [] for key in keys}
    for course in (*found.courses, *found.occupied, *found.levels):
        n = course.time_h.size
        words["watch"] += [course.name] * n
        words["unit"] += [unit_says(course.unit)] * n
        columns = (
            course.time_h,
            course.y,
            course.low,
            course.high,
            course.relative,
            course.relative_low,
            course.relative_high,
        )
        for key, column in zip(keys, columns, strict=True):
            numbers[key] += _list(column, n)
    return {**words, **numbers}


def _list(column: Floats | None, n: int) -> list[float]:
    values: list[float] = [NAN] * n if column is None else column.tolist()
    return values


def _summary(found: Simulated) -> dict[str, list[str] | list[float]]:
    keys = found.keys
    return {
        "watch": [key.name for key in keys],
        "says": [key.says for key in keys],
        "unit": [key.unit for key in keys],
        "rest": [key.rest.value for key in keys],
        **_spans("farthest", [key.extreme for key in keys]),
        "farthest_h": [key.extreme_h for key in keys],
        **_spans("farthest_percent", [key.percent for key in keys]),
        **_spans("end", [key.end for key in keys]),
        **_spans("end_percent", [key.percent_end for key in keys]),
    }


def _exposures(found: Simulated) -> dict[str, list[str] | list[float]]:
    rows = [(one, name, span) for one in found.exposures for name, span in one.numbers.items()]
    return {
        "drug": [one.drug for one, _, _ in rows],
        "place": [one.place for one, _, _ in rows],
        "number": [name for _, name, _ in rows],
        "unit": [_UNITS.get(name, "") for _, name, _ in rows],
        **_spans("value", [span for _, _, span in rows]),
    }


def _compared(found: Simulated) -> dict[str, list[str] | list[float]]:
    rows = [(one, point) for one in found.compared for point in one.points]
    return {
        "watch": [one.name for one, _ in rows],
        "unit": [one.unit for one, _ in rows],
        "time_h" if found.time_unit else "time": [p.time_h for _, p in rows],
        "measured": [p.measured for _, p in rows],
        "error": [p.error for _, p in rows],
        "simulated": [p.simulated for _, p in rows],
        "low": [p.low for _, p in rows],
        "high": [p.high for _, p in rows],
        "ratio": [p.ratio for _, p in rows],
        "errors_away": [p.errors for _, p in rows],
    }


def _spans(name: str, spans: list[Span]) -> dict[str, list[float]]:
    return {
        name: [span.value for span in spans],
        f"{name}_low": [span.low for span in spans],
        f"{name}_high": [span.high for span in spans],
    }


_UNITS = {
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
