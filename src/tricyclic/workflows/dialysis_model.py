"""The model's course of dialysate for the treatment of each group, in the windows of a measured
study.

The measured means are laid over it; whether they agree is not tested here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tricyclic.core.format import list_names
from tricyclic.core.progress import ProgressCallback
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.library import Library
from tricyclic.results.dialysis_model import ModelledCourse, ModelledFraction
from tricyclic.results.microdialysis import MicrodialysisResult
from tricyclic.simulation.virtual.common import Floats
from tricyclic.simulation.virtual.microdialysis import (
    REGIONS,
    SCENARIO,
    STEP_MIN,
    DialysisAssay,
    means_of_fractions,
)
from tricyclic.workflows.model.ensemble import ensemble_parameter_sets
from tricyclic.workflows.model.options import SimulateOptions
from tricyclic.workflows.model.prepare import prepare_run
from tricyclic.workflows.model.prepared import PreparedRun
from tricyclic.workflows.model.run_ensemble import run_ensemble

COVERAGE = 0.9
# What the model has a probe for.
ANALYTES = ("", "ne", "na", "norepinephrine", "noradrenaline")
EXAMPLE = 'Write it like "desipramine 10 mg/kg ip"'


@dataclass(frozen=True)
class DialysisSetup:
    """How the probe of the study was used.

    Parameters
    ----------
    region : str
        "cortex" or "lc".
    flow_uL_per_min : float
        nan for the flow of the scenario's probe.
    recovery : float
        In vitro, at that flow, from 0 to 1; nan where unknown: levels in nM are then not compared.
    ensemble_size : int, optional
    """

    region: str = "cortex"
    flow_uL_per_min: float = math.nan
    recovery: float = math.nan
    ensemble_size: int | None = None


def with_model(
    result: MicrodialysisResult,
    treatments: Sequence[str],
    setup: DialysisSetup,
    *,
    library: str = "",
    on_progress: ProgressCallback | None = None,
) -> MicrodialysisResult:
    """The result with the model's course for the control and each group whose treatment is stated.

    Parameters
    ----------
    result : MicrodialysisResult
    treatments : sequence of str
        "GROUP = desipramine 10 mg/kg ip"; without a group where there is one beside the control.

    Raises
    ------
    InputError
        If a group, drug or dose is not known, or the analyte is not norepinephrine.
    """
    if result.analyte.strip().lower() not in ANALYTES:
        raise InputError(
            f"{result.analyte} is not simulated",
            where="compare",
            allowed="The model has a probe for norepinephrine (NE)",
            do="Leave --compare out",
        )
    doses = _by_group(result, treatments)
    modelled = []
    for group in result.groups:
        if group not in doses and group != result.control:
            continue
        windows = [(m.start_min, m.end_min) for m in result.means if m.group == group]
        course = simulate_dialysis(
            doses.get(group, ""), windows, setup, library=library, on_progress=on_progress
        )
        modelled.append(
            replace(course, group=group, absolute=course.absolute and result.unit == "nM")
        )
    return replace(result, modelled=tuple(modelled))


def simulate_dialysis(
    treatment: str,
    windows_min: Sequence[tuple[float, float]],
    setup: DialysisSetup,
    *,
    library: str = "",
    on_progress: ProgressCallback | None = None,
) -> ModelledCourse:
    """Norepinephrine in dialysate after a treatment at time 0, as means over windows.

    Parameters
    ----------
    treatment : str
        "desipramine 10 mg/kg ip"; empty for no drug.
    windows_min : sequence of (float, float)
        When the fluid passed the membrane [min after the treatment].
    setup : DialysisSetup

    Returns
    -------
    ModelledCourse
        Median and band of the calibrated parameter sets.
    """
    if setup.region not in REGIONS:
        raise UnknownNameError.among("region", setup.region, REGIONS, where="region")
    if not windows_min:
        raise InputError("there is no window to simulate", where="compare")
    site = REGIONS[setup.region]
    # The drug-free steady state holds before the treatment.
    before_h = max(0.0, -min(start for start, _ in windows_min) / 60.0) + STEP_MIN / 60.0
    end_h = before_h + max(STEP_MIN, *(end for _, end in windows_min)) / 60.0
    options = SimulateOptions(
        SCENARIO,
        dose_event=(f"{treatment} at {before_h:.9g} h",) if treatment else (),
        hours=end_h,
        library=library,
    )
    known = Library(library)
    try:
        prepared = prepare_run(options, known)
    except InputError as error:
        if not treatment:
            raise
        problem = f"'{treatment}' cannot be simulated ({str(error).rstrip('.')})"
        raise InputError(problem, where="compare", allowed=EXAMPLE) from error
    sets, ensemble, remarks = ensemble_parameter_sets(prepared, known, size=setup.ensemble_size)
    probe = f"{site.probe}.dialysate"
    times = np.linspace(0.0, end_h, int(np.ceil(end_h * 60.0 / STEP_MIN)) + 1)
    starts = [one.start_h for one in prepared.dosing]
    times = np.unique(np.concatenate([times, starts]))
    at_probe = [_at_the_probe(prepared, site.probe, one, setup) for one in sets or [{}]]
    runs = run_ensemble(prepared, [probe], times, at_probe, on_progress=on_progress)
    values, baselines = runs.values(probe), runs.baseline(probe)
    levels = np.array(
        [
            [
                means_of_fractions(times, y, np.array([before_h + t / 60.0 for t in window]))[0]
                for window in windows_min
            ]
            for y in values
        ]
    )
    return ModelledCourse(
        "",
        " ".join(treatment.split()),
        site.label,
        ensemble,
        len(levels),
        COVERAGE,
        _fractions(windows_min, levels, baselines),
        math.isfinite(setup.recovery),
        (*remarks, *runs.remarks),
    )


def _at_the_probe(
    prepared: PreparedRun, probe: str, values: Mapping[str, float], setup: DialysisSetup
) -> dict[str, float]:
    """A parameter set at the flow of the study, with the membrane of its in vitro recovery.

    The scenario has resistances times flow. In a bath the membrane is the only one, so that the
    recovery is 1 - exp(-1 / resistance).
    """
    flow = setup.flow_uL_per_min
    factor = flow / DialysisAssay().reference_flow_uL_per_min if math.isfinite(flow) else 1.0
    changed = dict(values)
    for symbol in ("probe_resistance", "tissue_resistance"):
        name = f"{probe}.{symbol}"
        changed[name] = factor * values.get(name, prepared.composed.parameters[name].value)
    if math.isfinite(setup.recovery):
        changed[f"{probe}.probe_resistance"] = -1.0 / math.log1p(-min(setup.recovery, 0.999))
    return changed


def _fractions(
    windows: Sequence[tuple[float, float]], levels: Floats, baselines: Floats
) -> tuple[ModelledFraction, ...]:
    shares = [50.0, 50.0 * (1.0 - COVERAGE), 50.0 * (1.0 + COVERAGE)]
    percent = np.percentile(100.0 * levels / baselines[:, None], shares, axis=0).T
    absolute = np.percentile(levels, shares, axis=0).T
    if len(levels) == 1:
        # One run has no band.
        percent[:, 1:] = absolute[:, 1:] = math.nan
    return tuple(
        ModelledFraction(*window, *(float(v) for v in (*p, *a)))
        for window, p, a in zip(windows, percent, absolute, strict=True)
    )


def _by_group(result: MicrodialysisResult, treatments: Sequence[str]) -> dict[str, str]:
    """The treatment of each group that has one."""
    others = [group for group in result.groups if group != result.control]
    doses: dict[str, str] = {}
    for text in treatments:
        group, equals, dose = (part.strip() for part in text.rpartition("="))
        if not equals:
            if len(others) != 1:
                raise InputError(
                    f"'{text}' names no group",
                    where="compare",
                    allowed=f"Groups are {list_names(others, 8)}",
                    do=f'Write --compare "{others[0] if others else "GROUP"} = {dose}"',
                )
            group = others[0]
        if group not in result.groups:
            raise UnknownNameError.among("group", group, result.groups, where="compare")
        if not dose:
            raise InputError(f"'{text}' names no treatment", where="compare", allowed=EXAMPLE)
        doses[group] = dose
    return doses
