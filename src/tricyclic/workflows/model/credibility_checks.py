"""The checks of a credibility report, made from the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from tricyclic.core.certainty import FROM_MEMORY, Certainty
from tricyclic.core.check import Check
from tricyclic.core.ensemble import Ensemble
from tricyclic.results.calibration import NOT_IDENTIFIED
from tricyclic.results.credibility import EngineAgreement, ParameterProvenance

# Largest difference of two engines that counts as agreement, relative to the largest value.
MAX_DIFFERENCE = 1e-5
# An observation that fewer of the parameter sets agree with is missed.
MIN_SHARE = 0.5
UNCERTAIN: tuple[Certainty, ...] = ("assumed", FROM_MEMORY, "initial value")


def check_units(scenario: str, problems: Sequence[str]) -> Check:
    """Whether libSBML accepts the model and the units of every equation."""
    if problems:
        return Check("units", "fail", f"libSBML reports {len(problems)} problems", scenario)
    return Check(
        "units", "pass", "SBML is valid, and the units of every equation balance", scenario
    )


def check_engines(scenario: str, engine: str, agreements: Sequence[EngineAgreement]) -> Check:
    """Whether two engines give the same time courses.

    Parameters
    ----------
    scenario : str
    engine : str
        Name and version of the second engine; empty where none was available.
    agreements : sequence of EngineAgreement
    """
    if not engine:
        return Check(
            "engines",
            "warn",
            "no second engine has verified the runs: COPASI is not installed",
            scenario,
            advice="Install it with: pip install 'tricyclic[verification]', or compare with our "
            "own engine with --engine scipy",
        )
    if not agreements:
        message = "the scenario has no observable to compare in two engines"
        return Check("engines", "warn", message, scenario)
    worst = max(agreements, key=lambda one: one.difference)
    agrees = worst.difference <= MAX_DIFFERENCE
    return Check(
        "engines",
        "pass" if agrees else "fail",
        f"two engines {'agree' if agrees else 'do not agree'}: the largest difference from "
        f"{engine} is {worst.difference:.1e} of the largest value ({worst.quantity}, "
        f"{worst.dosing})",
        scenario,
        value=worst.difference,
        limit=MAX_DIFFERENCE,
    )


def check_provenance(scenario: str, values: Sequence[ParameterProvenance]) -> tuple[Check, ...]:
    """A warning on values without a confirmed source; none where all have one."""
    uncertain = sum(value.constant.certainty in UNCERTAIN for value in values)
    if not uncertain:
        return ()
    message = (
        f"{uncertain} of {len(values)} values are assumed, from memory, or initial values; the "
        "table of values lists them"
    )
    return (Check("provenance", "warn", message, scenario),)


def check_ensemble(scenario: str, ensemble: Ensemble | None, outdated: str) -> tuple[Check, ...]:
    """Warnings on a missing or outdated ensemble, missed observations, unidentified parameters.

    Parameters
    ----------
    scenario : str
    ensemble : Ensemble or None
    outdated : str
        A sentence that it is older than the model; empty where it is not.
    """
    if ensemble is None:
        message = "there is no calibrated ensemble: runs use the library's values alone"
        return (Check("ensemble", "warn", message, scenario),)
    checks = [Check("ensemble", "warn", outdated, scenario)] if outdated else []
    missed = [row.id for row in ensemble.misfit if row.share < MIN_SHARE]
    if missed:
        message = (
            f"{len(missed)} of {len(ensemble.misfit)} observations are missed by most parameter "
            f"sets: {', '.join(missed)}"
        )
        checks.append(Check("misfit", "warn", message, scenario))
    wide = sum(row.width > NOT_IDENTIFIED for row in ensemble.identifiability)
    if wide:
        message = (
            f"{wide} of {len(ensemble.identifiability)} free parameters keep nine tenths of "
            "the width of their prior"
        )
        checks.append(Check("identifiability", "warn", message, scenario))
    return tuple(checks)
