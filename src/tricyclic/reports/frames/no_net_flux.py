"""Tables of no net flux."""

from __future__ import annotations

from typing import Any

from tricyclic.io.frames import Columns
from tricyclic.reports.frames.microdialysis import column_unit
from tricyclic.results.microdialysis import NoNetFlux
from tricyclic.results.no_net_flux import NoNetFluxResult


def no_net_flux_frames(result: NoNetFluxResult) -> dict[str, Columns]:
    """One row per animal, or per group and time; "groups", "ratios", "points"."""
    unit = column_unit(result.unit)
    tables: dict[str, Columns] = {}
    if result.dynamic:
        rows = [
            (g, middle, fit)
            for g in result.dynamic
            for middle, fit in zip(g.course.middle_min, g.course.bins, strict=True)
        ]
        tables["times"] = {
            "group": [g.group for g, _, _ in rows],
            "middle_min": [middle for _, middle, _ in rows],
            **_fits([fit for _, _, fit in rows], unit),
        }
        return tables
    tables["animals"] = {
        "animal": [one.animal for one in result.animals],
        "group": [one.group for one in result.animals],
        **_fits([one.fit for one in result.animals], unit),
    }
    if result.groups:
        of = result.groups
        tables["groups"] = {
            "group": [one.group for one in of],
            "n": [one.n for one in of],
            f"concentration{unit}": [one.concentration.value for one in of],
            f"concentration_low{unit}": [one.concentration.low for one in of],
            f"concentration_high{unit}": [one.concentration.high for one in of],
            "extraction": [one.extraction.value for one in of],
            "extraction_low": [one.extraction.low for one in of],
            "extraction_high": [one.extraction.high for one in of],
        }
    if result.ratios:
        columns: dict[str, Any] = {
            "group": [one.group for one in result.ratios],
            "control": [one.control for one in result.ratios],
        }
        for name in ("concentration", "extraction"):
            for k, part in enumerate(("ratio", "low", "high", "p")):
                columns[f"{name}_{part}"] = [getattr(one, name)[k] for one in result.ratios]
        tables["ratios"] = columns
    points = [
        (one, x, out)
        for one in result.animals
        for x, out in zip(one.inlet, one.outlet, strict=True)
    ]
    tables["points"] = {
        "animal": [one.animal for one, _, _ in points],
        "group": [one.group for one, _, _ in points],
        f"inlet{unit}": [float(x) for _, x, _ in points],
        f"outlet{unit}": [float(out) for _, _, out in points],
        f"inlet_less_outlet{unit}": [float(x - out) for _, x, out in points],
    }
    return tables


def _fits(fits: list[NoNetFlux], unit: str) -> dict[str, Any]:
    return {
        "points": [fit.points for fit in fits],
        f"concentration{unit}": [fit.concentration for fit in fits],
        f"concentration_low{unit}": [fit.low for fit in fits],
        f"concentration_high{unit}": [fit.high for fit in fits],
        "bounded": [fit.bounded for fit in fits],
        "extraction": [fit.extraction.value for fit in fits],
        "extraction_low": [fit.extraction.low for fit in fits],
        "extraction_high": [fit.extraction.high for fit in fits],
        f"intercept{unit}": [fit.intercept.value for fit in fits],
    }
