"""Figures of microdialysis."""

from __future__ import annotations

from functools import partial

from tricyclic.core.fractions import PERCENT
from tricyclic.plotting.dialysis import (
    dialysis_animals,
    dialysis_course,
    draw_dialysis_animals,
    draw_dialysis_course,
)
from tricyclic.plotting.dialysis_model import dialysis_model, draw_dialysis_model
from tricyclic.plotting.dialysis_power import draw_power, power_plot
from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.no_net_flux import (
    draw_flux_course,
    draw_no_net_flux,
    flux_course,
    no_net_flux_plot,
)
from tricyclic.plotting.probe_recovery import draw_probe_recovery, probe_recovery_plot
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.results.microdialysis_design import MicrodialysisDesignResult
from tricyclic.results.no_net_flux import NoNetFluxResult
from tricyclic.results.probe_recovery import ProbeRecoveryResult


def microdialysis_drawings(result: MicrodialysisResult) -> dict[str, Drawing]:
    """Courses in percent of baseline, the animals, and courses in the unit of the values."""
    drawings = {
        "time_course": Drawing(
            partial(dialysis_course, result),
            lambda axes: draw_dialysis_course(axes, result),
            is_flexible=True,
        ),
        "animals": Drawing(
            partial(dialysis_animals, result),
            lambda axes: draw_dialysis_animals(axes, result),
            is_flexible=True,
        ),
    }
    if result.unit != PERCENT:
        drawings["time_course_absolute"] = Drawing(
            partial(dialysis_course, result, "absolute"),
            lambda axes: draw_dialysis_course(axes, result, "absolute"),
            is_flexible=True,
        )
    if result.modelled:
        drawings["model"] = Drawing(
            partial(dialysis_model, result),
            lambda axes: draw_dialysis_model(axes, result),
            is_flexible=True,
        )
    if any(course.absolute for course in result.modelled):
        drawings["model_absolute"] = Drawing(
            partial(dialysis_model, result, "absolute"),
            lambda axes: draw_dialysis_model(axes, result, "absolute"),
            is_flexible=True,
        )
    return drawings


def no_net_flux_drawings(result: NoNetFluxResult) -> dict[str, Drawing]:
    """The lines of the animals, or concentration and extraction over time."""
    if result.dynamic:
        return {
            "concentration": Drawing(
                partial(flux_course, result, "concentration"),
                lambda axes: draw_flux_course(axes, result, "concentration"),
                is_flexible=True,
            ),
            "extraction": Drawing(
                partial(flux_course, result, "extraction"),
                lambda axes: draw_flux_course(axes, result, "extraction"),
                is_flexible=True,
            ),
        }
    return {
        "no_net_flux": Drawing(
            partial(no_net_flux_plot, result),
            lambda axes: draw_no_net_flux(axes, result),
            is_flexible=True,
        )
    }


def probe_recovery_drawings(result: ProbeRecoveryResult) -> dict[str, Drawing]:
    """The readings of the probes with their means."""
    return {
        "recovery": Drawing(
            partial(probe_recovery_plot, result),
            lambda axes: draw_probe_recovery(axes, result),
            is_flexible=True,
        )
    }


def design_drawings(result: MicrodialysisDesignResult) -> dict[str, Drawing]:
    """The power over the number of animals."""
    return {
        "power": Drawing(
            partial(power_plot, result), lambda axes: draw_power(axes, result), is_flexible=True
        )
    }
