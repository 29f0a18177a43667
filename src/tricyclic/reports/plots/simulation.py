"""Figures of a simulation and of a population: all outputs together, and each alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tricyclic.core.document import Figure
from tricyclic.core.population import PercentileBand
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.population import draw_band, plot_population
from tricyclic.plotting.simulation import output_plot, simulation_plots
from tricyclic.reports.plots.drawings import course_drawing, plot_drawings
from tricyclic.results.population import PopulationResult
from tricyclic.results.simulation import SimulationResult

if TYPE_CHECKING:
    from tricyclic.plotting.drawing import Axes

PANELS_PER_FIGURE = 12


def simulation_drawings(result: SimulationResult) -> dict[str, Drawing]:
    """All outputs, occupancies and concentrations; by its name, each output alone."""
    figures = plot_drawings(simulation_plots(result))
    outputs = {
        name: course_drawing(output_plot(result, name), is_part=True)
        for name in result
        if name not in figures
    }
    return figures | outputs


def population_drawings(result: PopulationResult) -> dict[str, Drawing]:
    """All quantities, at most twelve panels in a figure; by its name, each quantity alone."""
    bands = result.population.bands
    pages = [bands[k : k + PANELS_PER_FIGURE] for k in range(0, len(bands), PANELS_PER_FIGURE)]
    figures = {
        f"population_{number}" if len(pages) > 1 else "population": Drawing(
            partial(_figure, result, tuple(page), number if len(pages) > 1 else 0),
            is_flexible=True,
        )
        for number, page in enumerate(pages, start=1)
    }
    for band in bands:
        figures[band.name] = Drawing(
            partial(_figure, result, (band,), 0, name=band.name),
            partial(_on_axes, band=band),
            is_part=True,
            is_flexible=True,
        )
    return figures


def _figure(
    result: PopulationResult, bands: tuple[PercentileBand, ...], number: int, *, name: str = ""
) -> Figure:
    population = result.population
    treatment = population.treatment
    return plot_population(
        bands,
        name=name or (f"population_{number}" if number else "population"),
        title=f"{result.title}: {treatment}" if treatment else result.title,
        subjects=len(population) - len(population.failed),
    )


def _on_axes(axes: Axes, band: PercentileBand) -> None:
    draw_band(axes, band)
