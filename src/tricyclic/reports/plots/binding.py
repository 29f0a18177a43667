"""Figures of binding assays: fitted curves, then comparisons, maps of plates and residuals."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tricyclic.assays.binding.design.plan import expected_plate
from tricyclic.assays.binding.plots import assay_plots
from tricyclic.assays.binding.scatchard import scatchard_plot
from tricyclic.core.document import Figure
from tricyclic.core.plate import Plate
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.plate import plate_map
from tricyclic.plotting.residuals import residuals
from tricyclic.plotting.style import slug
from tricyclic.reports.experiments import of_each
from tricyclic.reports.plots.drawings import curve_drawing
from tricyclic.reports.section import ReportData
from tricyclic.reports.sections.comparison import comparison_figures
from tricyclic.reports.sections.summary import key_figure
from tricyclic.results.design import DesignResult
from tricyclic.results.study_run import StudyRunResult


def study_drawings(result: StudyRunResult) -> dict[str, Drawing]:
    """The curves of every assay; by name also the affinities, comparisons, plates, residuals.

    An assay of several runs has one figure of all runs and, by name, one of each.
    """
    drawings: dict[str, Drawing] = {}
    for assay in result.study.assays:
        plots = assay_plots(assay, result.curves)
        has_all_runs = any(not plot.plate for plot in plots)
        for plot in plots:
            name = _unique(slug(plot.name), drawings)
            drawings[name] = curve_drawing(plot, is_part=has_all_runs and bool(plot.plate))
        for plate in assay.plates if assay.kind == "saturation" else ():
            scatchard = scatchard_plot(assay, plate, result.curves)
            if scatchard is not None:
                name = _unique(slug(scatchard.name), drawings)
                drawings[name] = curve_drawing(scatchard, is_part=True)
    drawings |= of_each(result.study, "plots", "-")
    report = ReportData(result.study)
    pooled = [estimate for assay in result.study.assays for estimate in assay.pooled]
    if any(estimate.name == "Ki" and estimate.value > 0 for estimate in pooled):
        drawings["affinities"] = Drawing(
            partial(_affinities, report), is_part=True, is_flexible=True
        )
    for name, make in comparison_figures(report).items():
        drawings[name] = Drawing(make, is_part=bool(drawings))
    for i, j, assay, plate in report.plates:
        title = f"{plate.name}: {assay.title}" if assay.title else plate.name
        if plate.plate is not None and plate.plate.wells:
            name = f"plate-{i}-{j}"
            mapped = replace(plate.plate, name=name)
            drawings[name] = _plate_drawing(mapped, title, is_part=True)
        if plate.fit.ok and plate.fit.parts:
            name = f"residuals-{i}-{j}"
            of_fit = partial(residuals, plate.fit, name=name, title=f"Residuals, {plate.name}")
            drawings[name] = Drawing(of_fit, is_part=True)
    return drawings


def design_drawings(result: DesignResult) -> dict[str, Drawing]:
    """The map of the planned plate with the expected readings."""
    plan = result.plan
    title = f"{result.title}: expected cpm"
    return {"plate": _plate_drawing(expected_plate(plan), title)}


def _plate_drawing(plate: Plate, title: str, *, is_part: bool = False) -> Drawing:
    return Drawing(partial(plate_map, plate, title=title), is_part=is_part, is_flexible=True)


def _unique(name: str, taken: dict[str, Drawing]) -> str:
    number, unique = 2, name
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    return unique


def _affinities(report: ReportData) -> Figure:
    figure = key_figure(report)
    assert figure is not None
    return figure
