"""Simulates an experiment with its wells, cultures or rats, and analyses it like a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.library import Library
from tricyclic.results.virtual_assay import VirtualAssayResult
from tricyclic.workflows.base import check_range
from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.virtual.experiment import VirtualExperiment, run_experiment
from tricyclic.workflows.model.virtual.glutamate import GlutamateExperiment
from tricyclic.workflows.model.virtual.microdialysis import MicrodialysisExperiment
from tricyclic.workflows.model.virtual.neurites import NeuriteExperiment
from tricyclic.workflows.output import check_output_folder

EXPERIMENTS: dict[str, Callable[[VirtualAssayOptions, Library], VirtualExperiment]] = {
    "glutamate": GlutamateExperiment.declare,
    "neurites": NeuriteExperiment.declare,
    "microdialysis": MicrodialysisExperiment.declare,
}
# Options that only some assays have.
_CULTURES, _RATS = ("glutamate", "neurites"), ("microdialysis",)
ONLY_FOR = {
    "antagonist": _CULTURES,
    "factor": _CULTURES,
    "at": _CULTURES,
    "cultures": _CULTURES,
    "replicates": _CULTURES,
    "curve": _CULTURES,
    "animals": _RATS,
    "route": _RATS,
    "region": _RATS,
}
# Smallest and largest value of the numbers.
RANGES = {
    "cultures": (1, 200),
    "replicates": (1, 48),
    "animals": (2, 100),
    "experiments": (0, 20_000),
    "seed": (0, 2**63),
}


def run(
    options: VirtualAssayOptions, on_progress: ProgressCallback | None = None
) -> VirtualAssayResult:
    """Simulate the experiment, analyse it, and estimate its power.

    Raises
    ------
    UnknownNameError
        If there is no such assay, drug or setting.
    InputError
        If a number is outside its range, or an option belongs to another assay.
    """
    if options.assay not in EXPERIMENTS:
        raise UnknownNameError.among("virtual assay", options.assay, EXPERIMENTS)
    defaults = {field.name: field.default for field in fields(options)}
    for name, assays in ONLY_FOR.items():
        if getattr(options, name) != defaults[name] and options.assay not in assays:
            raise InputError(
                f"is not an option of the {options.assay} assay",
                where=name,
                allowed=f"It belongs to {' and '.join(assays)}",
            )
    for name, (minimum, maximum) in RANGES.items():
        check_range(name, getattr(options, name), minimum, maximum)
    check_output_folder(options.out)
    library = Library(options.library)
    experiment = EXPERIMENTS[options.assay](options, library)
    return run_experiment(experiment, library, on_progress)
