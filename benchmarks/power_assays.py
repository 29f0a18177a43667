"""Good and faulty standard curves, sensorgrams, time courses and counts, for `checks_power.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from power_binding import NET
from power_shared import Fault, Trial, check_names

from tricyclic.api.sensorgram import sensorgram
from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.assays.standards.interpolation import (
    InterpolationMethod,
    SampleReadings,
    StandardReadings,
    interpolate_samples,
)
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Role, Well, row_letters
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.verdict import with_verdict

# Standards of an ELISA [ng/mL] and its samples, in duplicate.
STANDARDS = np.repeat([5.0, 10.0, 25.0, 50.0, 100.0, 250.0], 2)
SAMPLES = (8.0, 30.0, 120.0)
WEIGHTED = InterpolationMethod(weights="1/y^2", acceptance_percent=20.0)
# Sensorgrams: association for 180 s; response units.
KON_PER_M_S, KOFF_PER_S, RMAX = 2e5, 3e-3, 80.0
INJECTED_S, NOISE = 180.0, 0.4
LEVELS_NM = (3.0, 10.0, 30.0, 100.0)
# A radioligand that binds over time, at four concentrations.
MINUTES = (1.0, 2.0, 4.0, 8.0, 15.0, 25.0, 45.0, 90.0)
HOT_NM = (0.2, 0.6, 1.8, 5.4)
KD_NM, KOFF_PER_MIN = 0.8, 0.08
# Shares of responders, and counts, over doses.
DOSES_M = np.logspace(-9.0, -5.0, 8)
SUBJECTS = 20


def elisa(ng_per_ml: np.ndarray) -> np.ndarray:
    """Absorbance of a sandwich assay."""
    return np.asarray(0.06 + 2.84 / (1.0 + (90.0 / ng_per_ml) ** 1.2))


def standard_curve(
    *,
    cv: float = 0.02,
    wrong: float = 1.0,
    samples: tuple[float, ...] = SAMPLES,
    method: InterpolationMethod = WEIGHTED,
) -> Trial:
    """A trial of one plate; `wrong` is the factor of the standard at 25 ng/mL."""

    def trial(rng: np.random.Generator) -> set[str]:
        def read(ng_per_ml: np.ndarray) -> np.ndarray:
            return elisa(ng_per_ml) * (1.0 + cv * rng.normal(size=ng_per_ml.size))

        pipetted = np.where(STANDARDS == 25.0, wrong * STANDARDS, STANDARDS)
        known = StandardReadings(STANDARDS, read(pipetted))
        drawn = [SampleReadings(f"{x:g}", read(np.full(2, x))) for x in samples]
        return check_names(interpolate_samples(known, drawn, method).checks)

    return trial


def standard_faults() -> Iterator[Fault]:
    """Faults of standard curves with a CV of 2 %."""
    yield Fault(
        "one standard pipetted at 1.8 times", ("standards_recovery",), standard_curve(wrong=1.8)
    )
    yield Fault(
        "a sample at 3 times the highest standard",
        ("samples_outside_range",),
        standard_curve(samples=(*SAMPLES, 750.0)),
    )
    yield Fault(
        "a sample at 0.4 times the lowest standard",
        ("samples_outside_range",),
        standard_curve(samples=(2.0, *SAMPLES)),
    )


def parabola(*, bend: float = 0.004, cv: float = 0.02) -> Trial:
    """A trial of standards 1 to 20 with a parabola; `bend` is the fall per square."""
    method = InterpolationMethod(curve="quadratic", weights="1/y^2")

    def trial(rng: np.random.Generator) -> set[str]:
        x = np.repeat([1.0, 5.0, 10.0, 15.0, 20.0], 2)
        y = (0.1 + 0.2 * x - bend * x**2) * (1.0 + cv * rng.normal(size=x.size))
        return check_names(interpolate_samples(StandardReadings(x, y), [], method).checks)

    return trial


def parabola_faults() -> Iterator[Fault]:
    """Standards whose signal falls again."""
    yield Fault("turns at 5/6 of the range", ("standard_curve_turns",), parabola(bend=0.006))


def cycles(
    *,
    koff_per_s: float = KOFF_PER_S,
    dissociation_s: float = 420.0,
    levels_nM: tuple[float, ...] = LEVELS_NM,
    noise: float = NOISE,
) -> Trial:
    """A trial of one multi-cycle experiment, a reading every 12 s."""

    def trial(rng: np.random.Generator) -> set[str]:
        time = np.arange(0.0, INJECTED_S + dissociation_s, 12.0)
        frame = pd.DataFrame({"time_s": time})
        for level in levels_nM:
            kobs = KON_PER_M_S * level * 1e-9 + koff_per_s
            most = RMAX * KON_PER_M_S * level * 1e-9 / kobs
            bound = most * -np.expm1(-kobs * np.minimum(time, INJECTED_S))
            bound = bound * np.exp(-koff_per_s * np.maximum(time - INJECTED_S, 0.0))
            frame[f"c{level:g}"] = bound + noise * rng.normal(size=time.size)
        columns = [f"c{level:g}={level:g}nM" for level in levels_nM]
        result = sensorgram(frame, x="time_s", y=columns, injection=f"0:{INJECTED_S:g}")
        return check_names(result.checks)

    return trial


def cycle_faults() -> Iterator[Fault]:
    """Faults of sensorgrams with noise of 0.5 % of Rmax."""
    yield Fault(
        "1 % dissociates",
        ("dissociation_too_short",),
        cycles(koff_per_s=1e-4, dissociation_s=100.0),
    )
    yield Fault(
        "highest concentration at a tenth of the Kd",
        ("analyte_below_kd",),
        cycles(levels_nM=(0.2, 0.5, 1.5)),
    )


def time_course(*, true_kd_nM: float = KD_NM, noise_cv: float = 0.04) -> Trial:
    """A trial of one association plate; 0.8 nM is stated as the Kd at equilibrium."""
    conditions = replace(NET, koff_per_min=None, kon_per_M_min=None)
    truth = TrueValues(
        kd_nM=true_kd_nM,
        bmax_fmol_per_mg=600.0,
        kon_per_M_min=KOFF_PER_MIN / (KD_NM * 1e-9),
    )
    places = [
        (Role.TOTAL if k < 2 else Role.NON_SPECIFIC, hot, minutes)
        for hot in HOT_NM
        for k in range(3)
        for minutes in MINUTES
    ]
    wells = [
        Well(
            f"{row_letters(k // 12)}{k % 12 + 1:02d}",
            0.0,
            role,
            radioligand_nM=hot,
            time_min=minutes,
        )
        for k, (role, hot, minutes) in enumerate(places)
    ]

    def trial(rng: np.random.Generator) -> set[str]:
        plate = simulate_plate(conditions, wells, truth, rng, cv=noise_cv, design="association")
        return check_names(
            analyse_plate(plate, conditions, kind="association", curves=CURVES).checks
        )

    return trial


def time_course_faults() -> Iterator[Fault]:
    """Rates that contradict the Kd at equilibrium."""
    check = ("kinetic_against_equilibrium_kd",)
    for factor in (3.0, 0.25):
        yield Fault(
            f"Kd of the rates {factor:g} times that at equilibrium",
            check,
            time_course(true_kd_nM=factor * KD_NM),
        )


def responders(correlation: float = 0.0) -> Trial:
    """A trial of shares of 20 subjects; `correlation` is that of subjects of one dose group."""

    def trial(rng: np.random.Generator) -> set[str]:
        dose = np.repeat(DOSES_M, 2)
        p = 1.0 / (1.0 + 1e-7 / dose)
        if correlation > 0:
            size = 1.0 / correlation - 1.0
            p = rng.beta(size * p, size * (1.0 - p))
        share = rng.binomial(SUBJECTS, p) / SUBJECTS
        trials = np.full(dose.size, float(SUBJECTS))
        one = Series("s", share, "", {"concentration_M": dose}, trials=trials)
        return _fitted(one, "binomial", {"bottom": 0.0, "top": 1.0})

    return trial


def counts(extra_cv: float = 0.0) -> Trial:
    """A trial of counts from 1,000 to 9,000, in triplicate; `extra_cv` is the scatter beside that
    of counting.
    """

    def trial(rng: np.random.Generator) -> set[str]:
        dose = np.repeat(DOSES_M, 3)
        mean = 1000.0 + 8000.0 / (1.0 + 1e-7 / dose)
        count = rng.poisson(mean * np.maximum(1.0 + extra_cv * rng.normal(size=dose.size), 0.0))
        own: dict[str, Any] = {
            "counting_slope": np.ones(dose.size),
            "counting_offset": np.zeros(dose.size),
        }
        one = Series("s", count.astype(float), "counts", {"concentration_M": dose}, **own)
        return _fitted(one, "poisson", {})

    return trial


def _fitted(series: Series, variance: Any, fixed: dict[str, float]) -> set[str]:
    part = FitPart(series, CURVES["logistic_4pl"])
    result = fit(series, part.model, fixed=fixed, variance=variance, intervals="none")
    return check_names(with_verdict(result, (part,)).checks)


def responder_faults() -> Iterator[Fault]:
    """Subjects that are not independent."""
    yield Fault("subjects of a group correlate by 0.2", ("overdispersion",), responders(0.2))


def count_faults() -> Iterator[Fault]:
    """Counts that scatter by more than counting."""
    yield Fault("pipetting adds a CV of 4 %", ("counts_dispersion",), counts(0.04))
