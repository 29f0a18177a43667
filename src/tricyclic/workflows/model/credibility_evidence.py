"""Collects the evidence for a scenario: provenance of values, annotations, a second engine."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.exchange.sedml_omex import sbml_file
from tricyclic.ode.base import Floats
from tricyclic.ode.verification import copasi, scipy_engine
from tricyclic.results.credibility import EngineAgreement, ParameterProvenance
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.run import Simulator
from tricyclic.workflows.model.options import SECOND_ENGINES

# Error of the main engine in the comparison; that of the second is smaller still.
RTOL = 1e-8
# A quantity that stays below this is compared absolutely.
MIN_SCALE = 1e-12


def main_engine() -> str:
    """Name and version of the engine that all runs use."""
    return f"libRoadRunner {version('libroadrunner')}, CVODE"


def second_engine(name: str) -> str:
    """The engine to compare with: the one named, else COPASI where it is installed, else none ("").

    Raises
    ------
    UnknownNameError
        If there is no such engine.
    InputError
        If COPASI is named and not installed.
    """
    if not name:
        return "copasi" if copasi.is_installed() else ""
    if name not in SECOND_ENGINES:
        raise UnknownNameError.among("second engine", name, SECOND_ENGINES)
    if name == "copasi" and not copasi.is_installed():
        raise InputError(
            "COPASI is not installed",
            where="engine",
            do="Install it with: pip install 'tricyclic[verification]', or use --engine scipy",
        )
    return name


def engine_version(name: str) -> str:
    """Name and version of a second engine, for the report."""
    return copasi.version() if name == "copasi" else scipy_engine.version()


def compare_engines(
    simulator: Simulator, time_h: Floats, quantities: Sequence[str], engine: str, dosing: str
) -> tuple[EngineAgreement, ...]:
    """Run the exported SBML in a second engine and compare it with the main one.

    Parameters
    ----------
    simulator : Simulator
    time_h : array, shape (times,)
        Times of the comparison [h].
    quantities : sequence of str
    engine : {"copasi", "scipy"}
    dosing : str
        The dosing schedule in words.

    Returns
    -------
    tuple of EngineAgreement
        One per quantity: largest difference over the run as a fraction of its largest value.
    """
    steady_state = simulator.steady_state()
    first = simulator.run(time_h, quantities, start=steady_state, rtol=RTOL)
    sbml = sbml_file(simulator, {}, steady_state)
    ids = [simulator.composed.quantity(name).id for name in quantities]
    time_course = copasi.time_course if engine == "copasi" else scipy_engine.time_course
    second = time_course(sbml, time_h, ids)
    scale = np.maximum(np.abs(first).max(axis=0), MIN_SCALE)
    worst = (np.abs(first - second).max(axis=0) / scale).tolist()
    return tuple(
        EngineAgreement(name, dosing, difference)
        for name, difference in zip(quantities, worst, strict=True)
    )


def provenance(composed: ComposedModel) -> tuple[ParameterProvenance, ...]:
    """Every value of the model with its source, in the order of the model."""
    return tuple(
        ParameterProvenance(item.name, item.unit, item.mechanism, item.constant)
        for item in composed.quantities.values()
        if item.constant is not None
    )


def annotated(composed: ComposedModel) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """States and drugs with an identifier in a public database, and those without."""
    listed = [item for item in composed.quantities.values() if item.kind in ("state", "species")]
    with_identifier = tuple(item.name for item in listed if item.identifiers)
    return with_identifier, tuple(item.name for item in listed if not item.identifiers)
