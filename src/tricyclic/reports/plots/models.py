"""Figures of models: sensitivity, calibration, validation, credibility, diagrams, experiments."""

from __future__ import annotations

from functools import partial

from tricyclic.plotting.drawing import Drawing
from tricyclic.plotting.identifiability import identifiability_figure, information_figure
from tricyclic.plotting.misfit import misfit_figure
from tricyclic.plotting.network import network_figure
from tricyclic.reports.credibility import figures as credibility_figures
from tricyclic.reports.files.sensitivity import sensitivity_figures
from tricyclic.reports.plots.drawings import plot_drawings
from tricyclic.results.calibration import CalibrationResult
from tricyclic.results.credibility import CredibilityResult
from tricyclic.results.model_exports import DiagramResult
from tricyclic.results.sensitivity import SensitivityResult
from tricyclic.results.validation import ValidationResult
from tricyclic.results.virtual_assay import VirtualAssayResult


def sensitivity_drawings(result: SensitivityResult) -> dict[str, Drawing]:
    """Heat maps of all plotted endpoints, and a tornado plot of each."""
    return {name: Drawing(make) for name, make in sensitivity_figures(result).items()}


def calibration_drawings(result: CalibrationResult) -> dict[str, Drawing]:
    """Misfit of the observations, parameters before and after, and what informs them."""
    ensemble = result.ensemble
    return {
        "misfit": Drawing(
            partial(
                misfit_figure,
                result.observations,
                ensemble.misfit,
                name="misfit",
                title="Predicted and observed",
            )
        ),
        "identifiability": Drawing(
            partial(
                identifiability_figure,
                ensemble,
                name="identifiability",
                title="Parameters before and after calibration",
            )
        ),
        "information": Drawing(
            partial(
                information_figure,
                result.information_shares,
                name="information",
                title="Information of each observation about each parameter",
            )
        ),
    }


def validation_drawings(result: ValidationResult) -> dict[str, Drawing]:
    """Predicted over observed, one row per experiment."""
    if not result.observations:
        return {}
    make = partial(
        misfit_figure,
        result.observations,
        result.predictions,
        name="validation",
        title="Experiments that no calibration used",
    )
    return {"validation": Drawing(make)}


def credibility_drawings(result: CredibilityResult) -> dict[str, Drawing]:
    """Pathways, strongest elasticities, misfit and identifiability of the calibration."""
    networks = {network.name for network in result.networks}
    return {
        name: Drawing(make, is_diagram=name in networks)
        for name, make in credibility_figures(result).items()
    }


def diagram_drawings(result: DiagramResult) -> dict[str, Drawing]:
    """The pathway diagrams."""
    return {
        network.name: Drawing(partial(network_figure, network), is_diagram=True)
        for network in result.diagrams
    }


def virtual_assay_drawings(result: VirtualAssayResult) -> dict[str, Drawing]:
    """The curves and courses of the experiment."""
    return plot_drawings(result.plots)
