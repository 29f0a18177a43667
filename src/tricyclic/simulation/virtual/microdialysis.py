"""Microdialysis in rats, simulated: fractions before and after a dose, as percent of baseline.

A fraction is the norepinephrine around the probe in the scenario noradrenergic_synapse times the
recovery at the flow, as the mean over the fraction, delayed by the dead volume of the tubing. Rats
and probes differ, fractions fluctuate, and the detector has an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.fractions import AnimalCourse, MeasuredFraction, State
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.virtual.common import (
    Arm,
    Floats,
    check_settings,
    lognormal_factors,
    run_arms,
    stream,
)

SCENARIO = "noradrenergic_synapse"
STEP_MIN = 1.0
MAX_FRACTIONS = 300
# Limit of detection in standard deviations of the baseline of a chromatogram.
DETECTION_SD = 3.0
# Limit of quantification in those standard deviations.
QUANTIFICATION_SD = 10.0


@dataclass(frozen=True)
class ProbeRegion:
    """A region that can be dialysed: its name in words, the probe's component in the scenario, the
    quantity around the probe, and the route of reverse dialysis.
    """

    label: str
    probe: str
    fluid: str
    route: str


REGIONS = {
    "cortex": ProbeRegion("cortex", "probe_cortex", "cortex.NE", "probe_cortex"),
    "lc": ProbeRegion("locus coeruleus", "probe_locus", "locus.NE", "probe_lc"),
}


@dataclass(frozen=True)
class DialysisAssay:
    """How fractions are taken and read.

    Parameters
    ----------
    region : str
        "cortex" or "lc".
    flow_uL_per_min, reference_flow_uL_per_min : float
        Flow of the perfusate, and the flow for which the scenario has the recovery.
    fraction_min : float
        Length of a fraction [min].
    baseline_fractions : int
        Fractions before the drug, 2 or more.
    after_h : float
        Sampling after the drug [h].
    dead_volume_uL : float
        Volume of the tubing between membrane and vial; fractions are late by this volume over the
        flow.
    probe_cv : float
        Variation of the probes' resistance, and so of the recovery (fraction).
    fraction_cv : float
        Fluctuation from fraction to fraction of one animal (fraction).
    reading_cv, reading_sd_fmol : float
        Error of the chromatogram: a fraction of the amount, and the noise of its baseline [fmol].
    """

    region: str = "cortex"
    flow_uL_per_min: float = 1.5
    reference_flow_uL_per_min: float = 1.5
    fraction_min: float = 20.0
    baseline_fractions: int = 4
    after_h: float = 3.0
    dead_volume_uL: float = 5.0
    probe_cv: float = 0.15
    fraction_cv: float = 0.08
    reading_cv: float = 0.04
    reading_sd_fmol: float = 0.5

    def __post_init__(self) -> None:
        if self.region not in REGIONS:
            raise UnknownNameError.among("region", self.region, REGIONS)
        check_settings(
            self,
            fractions=("probe_cv", "fraction_cv", "reading_cv"),
            positive=("flow_uL_per_min", "reference_flow_uL_per_min", "fraction_min", "after_h"),
            not_negative=("dead_volume_uL", "reading_sd_fmol"),
        )
        if self.baseline_fractions < 2:
            raise InputError(
                f"is {self.baseline_fractions}", where="baseline_fractions", allowed="2 or more"
            )
        if self.baseline_fractions + self.after_h * 60.0 / self.fraction_min > MAX_FRACTIONS:
            raise InputError(
                "too many fractions",
                where="microdialysis",
                allowed=f"At most {MAX_FRACTIONS} of one rat",
            )
        if self.after_fractions < 1:
            raise InputError(
                f"sampling for {self.after_h:g} h gives no fraction of {self.fraction_min:g} min",
                where="microdialysis",
                allowed="One fraction or more",
            )

    @property
    def site(self) -> ProbeRegion:
        """The region of the probe."""
        return REGIONS[self.region]

    @property
    def dose_h(self) -> float:
        """Time of the dose, at the end of the baseline [h]."""
        return self.baseline_fractions * self.fraction_min / 60.0

    @property
    def after_fractions(self) -> int:
        """Whole fractions after the dose."""
        return int(self.after_h * 60.0 / self.fraction_min + 1e-9)

    @property
    def end_h(self) -> float:
        """End of the last fraction [h]."""
        return self.dose_h + self.after_fractions * self.fraction_min / 60.0

    @property
    def edges_h(self) -> Floats:
        """Limits of all fractions [h from the first], shape (fractions + 1,)."""
        edges = np.arange(self.baseline_fractions + self.after_fractions + 1) * (
            self.fraction_min / 60.0
        )
        return np.asarray(edges, dtype=float)

    @property
    def middles_h(self) -> Floats:
        """Middle of each fraction [h after the dose], shape (fractions,)."""
        edges = self.edges_h - self.dose_h
        return np.asarray(0.5 * (edges[1:] + edges[:-1]))

    @property
    def volume_uL(self) -> float:
        """Volume of a fraction."""
        return self.flow_uL_per_min * self.fraction_min

    @property
    def delay_h(self) -> float:
        """Time from the membrane to the vial [h]."""
        return self.dead_volume_uL / self.flow_uL_per_min / 60.0

    @property
    def limit_of_detection_fmol(self) -> float:
        """Three standard deviations of the noise [fmol]."""
        return DETECTION_SD * self.reading_sd_fmol


def dialysate_concentrations(
    simulator: Simulator,
    assay: DialysisAssay,
    arms: Sequence[Arm],
    animals: Sequence[Mapping[str, float]],
    seed: int,
) -> tuple[Floats, Floats]:
    """Norepinephrine in each fraction, and around the probe in that time, without error of the
    detector.

    Parameters
    ----------
    simulator : Simulator
        The scenario with one dose at `assay.dose_h`.
    arms : sequence of Arm
        Their `drug` is the dose [nmol/kg] or the concentration in the perfusate [nM].
    animals : sequence of mapping
        Parameters of each.
    seed : int
        For the probes.

    Returns
    -------
    dialysate, fluid : array, shape (animals, arms, fractions)
        [nM], means over the fractions; nan where an animal cannot be simulated.
    """
    (dose,) = simulator.composed.doses
    names = [f"{assay.site.probe}.dialysate", assay.site.fluid]
    steps = int(np.ceil(assay.end_h * 60.0 / STEP_MIN)) + 1
    times = np.unique(np.concatenate([np.linspace(0.0, assay.end_h, steps), assay.edges_h]))
    dialysate = np.full((len(animals), len(arms), assay.edges_h.size - 1), np.nan)
    fluid = np.full_like(dialysate, np.nan)
    # One animal at a time: the courses of all would take gigabytes.
    for k, animal in enumerate(animals):
        probe = _probe_resistances(simulator, assay, animal, stream(seed, "probe", k))
        courses = run_arms(
            simulator,
            times,
            names,
            arms,
            [{**animal, **probe}],
            lambda arm: {dose.amount: arm.drug},
        )[0]
        for j, course in enumerate(courses):
            dialysate[k, j] = means_of_fractions(times, course[:, 0], assay.edges_h - assay.delay_h)
            fluid[k, j] = means_of_fractions(times, course[:, 1], assay.edges_h)
    return dialysate, fluid


def means_of_fractions(time_h: Floats, y: Floats, edges_h: Floats) -> Floats:
    """Mean of a course between successive edges, shape (edges - 1,).

    Before its start the course has its first value. The integral is trapezoidal, and within a step
    that of the straight line between its ends.
    """
    area = np.concatenate([[0.0], np.cumsum(np.diff(time_h) * 0.5 * (y[1:] + y[:-1]))])

    def area_until(t: float) -> float:
        if t <= time_h[0]:
            return float(y[0] * (t - time_h[0]))
        i = min(int(np.searchsorted(time_h, t, side="right")) - 1, time_h.size - 2)
        step = t - time_h[i]
        slope = (y[i + 1] - y[i]) / (time_h[i + 1] - time_h[i])
        return float(area[i] + step * (y[i] + 0.5 * slope * step))

    return np.diff([area_until(float(t)) for t in edges_h]) / np.diff(edges_h)


def dialysis_readings(
    assay: DialysisAssay, arms: Sequence[Arm], dialysate: Floats, seed: int
) -> Floats:
    """Readings of the chromatograms, with the fluctuation of fractions and the error of the
    detector.

    Parameters
    ----------
    dialysate : array, shape (animals, arms, fractions)
        [nM].

    Returns
    -------
    array, shape (animals, arms, fractions)
        fmol in each fraction; near the noise it may be negative.
    """
    readings = np.empty_like(dialysate)
    n = dialysate.shape[2]
    for k in range(dialysate.shape[0]):
        for j, arm in enumerate(arms):
            rng = stream(seed, "dialysis", k, arm.name)
            amount = (
                dialysate[k, j] * assay.volume_uL * lognormal_factors(rng, assay.fraction_cv, n)
            )
            error = rng.standard_normal((2, n))
            readings[k, j] = (
                amount * (1.0 + assay.reading_cv * error[0]) + assay.reading_sd_fmol * error[1]
            )
    return readings


def percent_of_baseline(assay: DialysisAssay, readings: Floats) -> Floats:
    """Readings as percent of the mean of each animal's own baseline fractions; nan where that is
    not above 0.
    """
    base = readings[..., : assay.baseline_fractions].mean(axis=-1, keepdims=True)
    return np.asarray(
        np.divide(100.0 * readings, base, out=np.full_like(readings, np.nan), where=base > 0)
    )


def dialysate_course(
    assay: DialysisAssay, animal: str, group: str, amount_fmol: Floats
) -> AnimalCourse:
    """The readings of one animal as the fractions of a measured study [nM].

    Parameters
    ----------
    assay : DialysisAssay
    animal, group : str
    amount_fmol : array, shape (fractions,)
        Readings; nan where there is none.

    Returns
    -------
    AnimalCourse
        Fractions with the time in which their fluid passed the membrane, their standard error, and
        their state by the noise of the detector.
    """
    edges_min = 60.0 * (assay.edges_h - assay.dose_h - assay.delay_h)
    errors = np.hypot(assay.reading_cv * amount_fmol, assay.reading_sd_fmol)
    return AnimalCourse(
        animal,
        group,
        "nM",
        tuple(
            MeasuredFraction(
                f"f{k + 1:02d}",
                float(edges_min[k]),
                float(edges_min[k + 1]),
                float(amount) / assay.volume_uL,
                float(errors[k]) / assay.volume_uL,
                _state(assay, float(amount)),
                assay.limit_of_detection_fmol / assay.volume_uL,
            )
            for k, amount in enumerate(amount_fmol)
        ),
    )


def _state(assay: DialysisAssay, amount_fmol: float) -> State:
    if not np.isfinite(amount_fmol):
        return "lost"
    if amount_fmol < assay.limit_of_detection_fmol:
        return "below LOD"
    if amount_fmol < QUANTIFICATION_SD * assay.reading_sd_fmol:
        return "below LOQ"
    return "quantified"


def _probe_resistances(
    simulator: Simulator,
    assay: DialysisAssay,
    animal: Mapping[str, float],
    rng: np.random.Generator,
) -> dict[str, float]:
    """Resistances of membrane and tissue at the flow of the assay; that of the membrane varies with
    the probe.

    The scenario has them as resistance times flow, so both are proportional to the flow.
    """
    flow = assay.flow_uL_per_min / assay.reference_flow_uL_per_min
    factors = {
        "probe_resistance": float(lognormal_factors(rng, assay.probe_cv)),
        "tissue_resistance": 1.0,
    }
    resistances = {}
    for symbol, factor in factors.items():
        name = f"{assay.site.probe}.{symbol}"
        typical = animal.get(name, simulator.composed.parameters[name].value)
        resistances[name] = typical * flow * factor
    return resistances
