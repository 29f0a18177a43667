"""Why an output of an ensemble has no band: nothing that acts on it was calibrated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tricyclic.core.format import enumerate_words
from tricyclic.workflows.model.prepared import PreparedRun


def drugs_without_calibration(
    prepared: PreparedRun, parameter_sets: Sequence[Mapping[str, float]]
) -> tuple[str, ...]:
    """The drugs of a run, metabolites included, of which the ensemble changes no constant."""
    if not parameter_sets:
        return ()
    calibrated = {name for one in parameter_sets for name in one}
    return tuple(
        drug
        for drug in prepared.composed.drugs
        if not any(_belongs_to(name, drug) for name in calibrated)
    )


def no_band_reason(prepared: PreparedRun, parameter_sets: Sequence[Mapping[str, float]]) -> str:
    """What a band of width zero means in a run; empty for a run without an ensemble."""
    if not parameter_sets:
        return ""
    drugs = list(prepared.composed.drugs)
    without = drugs_without_calibration(prepared, parameter_sets)
    if drugs and len(without) == len(drugs):
        return f"nothing about {enumerate_words(drugs)} was calibrated"
    return "no calibrated parameter changes it"


def uncalibrated_remark(
    prepared: PreparedRun, parameter_sets: Sequence[Mapping[str, float]]
) -> tuple[str, ...]:
    """A remark that names the drugs whose own uncertainty is in no band; none where all were
    calibrated.
    """
    without = drugs_without_calibration(prepared, parameter_sets)
    if not without:
        return ()
    owned = "its" if len(without) == 1 else "their"
    return (
        (
            f"nothing about {enumerate_words(without)} was calibrated: the bands contain no "
            f"uncertainty of {owned} kinetics and affinities"
        ),
    )


def _belongs_to(parameter: str, drug: str) -> bool:
    """Whether a parameter is a constant of a drug: "imipramine.CL", or "imipramine_brain.Kpuu" and
    "imipramine_dose1.F" of its brain and its doses.
    """
    component = parameter.rpartition(".")[0]
    return component in (drug, f"{drug}_brain") or component.startswith(
        (f"{drug}_dose", f"{drug}_probe_")
    )
