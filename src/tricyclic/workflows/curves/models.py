"""Describes the curve models: when to use each, its equation, parameters and sources."""

from __future__ import annotations

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.progress import ProgressCallback
from tricyclic.curves import CURVES
from tricyclic.results.curves import CurveDescription, CurveModelsResult
from tricyclic.workflows.curves.options import CurveModelsOptions


def run(
    options: CurveModelsOptions, on_progress: ProgressCallback | None = None
) -> CurveModelsResult:
    """Describe one curve model, or all."""
    curves = CURVES.copy()
    if options.folder:
        curves.add_folder(options.folder)
    names = [options.name] if options.name else list(curves)
    return CurveModelsResult(
        tuple(_describe(curves[name]) for name in names), full=bool(options.name)
    )


def _describe(model: CurveModel) -> CurveDescription:
    return CurveDescription(
        name=model.name,
        description=model.description,
        when=model.when,
        equation=model.equation,
        target=model.target,
        columns=tuple((column.name, column.description) for column in model.columns),
        parameters=tuple(
            (p.name, p.unit, p.description, p.fixed_by_default) for p in model.parameters
        ),
        sources=model.sources,
    )
