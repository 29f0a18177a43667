"""The microdialysis of the desipramine guide as a simulation: rats, fractions at a slow flow, percent of baseline.

What the probe shows is what the scenario noradrenergic_synapse puts around it times the recovery at this flow, mean over
each fraction and late by the dead volume of the tubing. Rats differ, so do probes; fractions fluctuate, and the detector errs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.errors import InputError, NumericsError, UnknownNameError
from tricyclic.simulation.run import Bench
from tricyclic.simulation.virtual.common import Floats, around_one, checked, stream

SCENARIO = "noradrenergic_synapse"
# region -> the probe's part of the scenario, what it dips into, the route of reverse dialysis there
REGIONS = {
    "cortex": ("probe_cortex", "cortex.NE", "probe_cortex"),
    "lc": ("probe_locus", "locus.NE", "probe_lc"),
}
STEP_MIN = 1.0
MOST_FRACTIONS = 300


@dataclass(frozen=True)
class DialysisAssay:
    """How fractions are taken and read.

    Parameters
    ----------
    region : str
        "cortex" or "lc".
    flow_uL_per_min, reference_flow_uL_per_min : float
        Flow of the perfusate, and the flow at which the scenario's recovery holds.
    fraction_min : float
        Length of a fraction [min].
    baseline_fractions : int
        Fractions before the drug, 2 or more.
    after_h : float
        Sampling after the drug [h].
    dead_volume_uL : float
        Tubing between membrane and vial; a fraction shows the brain this volume over the flow earlier.
    probe_cv : float
        Spread of the probes' resistance, and so of recovery (fraction).
    fraction_cv : float
        Fluctuation from fraction to fraction of one animal (fraction).
    reading_cv, reading_sd_fmol : float
        Error of the chromatogram: a share of the amount, and the noise of the baseline in amount [fmol].
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
        checked(
            self,
            shares=("probe_cv", "fraction_cv", "reading_cv"),
            above=("flow_uL_per_min", "reference_flow_uL_per_min", "fraction_min", "after_h"),
            not_below=("dead_volume_uL", "reading_sd_fmol"),
        )
        if self.baseline_fractions < 2:
            raise InputError(
                f"takes {self.baseline_fractions} baseline fractions", allowed="Two or more"
            )
        if self.baseline_fractions + self.after_h * 60.0 / self.fraction_min > MOST_FRACTIONS:
            raise InputError(
                "takes too many fractions",
                where="microdialysis",
                allowed=f"At most {MOST_FRACTIONS} of one rat",
            )
        if self.after_fractions < 1:
            raise InputError(
                f"samples for {self.after_h:g} h in fractions of {self.fraction_min:g} min",
                allowed="One fraction or more",
            )

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
    def late_h(self) -> float:
        """By how much a fraction lags behind the brain [h]."""
        return self.dead_volume_uL / self.flow_uL_per_min / 60.0


def dialysates(
    bench: Bench,
    assay: DialysisAssay,
    amounts: Sequence[float],
    animals: Sequence[Mapping[str, float]],
    seed: int,
) -> tuple[Floats, Floats]:
    """Norepinephrine in each fraction, and around the probe in that time, without error of the detector.

    Parameters
    ----------
    bench : Bench
        The scenario with one regimen at `assay.dose_h`.
    amounts : sequence of float
        Doses as the regimen holds them (nmol/kg, or nM in the perfusate); 0 is vehicle.
    animals : sequence of mapping
        Parameters of each.
    seed : int
        For the probes.

    Returns
    -------
    dialysate, fluid : array, shape (animals, amounts, fractions)
        [nM], means over the fractions; nan where an animal could not be simulated.
    """
    probe, fluid, _ = REGIONS[assay.region]
    names = [f"{probe}.dialysate", fluid]
    dose = f"{bench.composed.doses[0].name}.dose"
    steps = int(np.ceil(assay.end_h * 60.0 / STEP_MIN)) + 1
    times = np.unique(np.concatenate([np.linspace(0.0, assay.end_h, steps), assay.edges_h]))
    found = np.full((len(animals), len(amounts), assay.edges_h.size - 1, 2), np.nan)
    for k, animal in enumerate(animals):
        values = {**animal, **_probe_of(bench, assay, probe, animal, stream(seed, "probe", k))}
        try:
            rest = bench.rest(values)
            for j, amount in enumerate(amounts):
                course = bench.run(times, names, {**values, dose: amount}, rest=rest)
                late = (assay.late_h, 0.0)
                found[k, j] = np.stack(
                    [
                        means_of_fractions(times, course[:, i], assay.edges_h - late[i])
                        for i in (0, 1)
                    ],
                    axis=-1,
                )
        except NumericsError:
            continue
    return found[..., 0], found[..., 1]


def means_of_fractions(time_h: Floats, y: Floats, edges_h: Floats) -> Floats:
    """Mean of a course over each stretch between edges, shape (edges - 1,); before its start the course is as at its start.

    The trapezoidal integral, interpolated within a step as the integral of the straight line between its ends.
    """
    area = np.concatenate([[0.0], np.cumsum(np.diff(time_h) * 0.5 * (y[1:] + y[:-1]))])

    def until(t: float) -> float:
        if t <= time_h[0]:
            return float(y[0] * (t - time_h[0]))
        i = min(int(np.searchsorted(time_h, t, side="right")) - 1, time_h.size - 2)
        share = t - time_h[i]
        slope = (y[i + 1] - y[i]) / (time_h[i + 1] - time_h[i])
        return float(area[i] + share * (y[i] + 0.5 * slope * share))

    return np.diff([until(float(t)) for t in edges_h]) / np.diff(edges_h)


def dialysis_readings(
    assay: DialysisAssay, groups: Sequence[str], dialysate: Floats, seed: int
) -> Floats:
    """What the chromatograms tell.

    Parameters
    ----------
    groups : sequence of str, length amounts
        Names of the groups.
    dialysate : array, shape (animals, amounts, fractions)
        [nM].

    Returns
    -------
    array, shape (animals, amounts, fractions)
        fmol in each fraction; near the noise it may be negative.
    """
    found = np.empty_like(dialysate)
    for k in range(dialysate.shape[0]):
        for j, group in enumerate(groups):
            rng = stream(seed, "dialysis", k, group)
            n = dialysate.shape[2]
            amount = dialysate[k, j] * assay.volume_uL * around_one(rng, assay.fraction_cv, n)
            error = rng.standard_normal((2, n))
            found[k, j] = (
                amount * (1.0 + assay.reading_cv * error[0]) + assay.reading_sd_fmol * error[1]
            )
    return found


def percent_of_baseline(assay: DialysisAssay, readings: Floats) -> Floats:
    """Readings as percent of the mean of each animal's own baseline fractions; nan where that is not above 0."""
    base = readings[..., : assay.baseline_fractions].mean(axis=-1, keepdims=True)
    return np.asarray(
        np.divide(100.0 * readings, base, out=np.full_like(readings, np.nan), where=base > 0)
    )


def _probe_of(
    bench: Bench,
    assay: DialysisAssay,
    probe: str,
    animal: Mapping[str, float],
    rng: np.random.Generator,
) -> dict[str, float]:
    """Both resistances go with the flow (they are told as resistance times flow); that of the membrane also with the probe."""
    flow = assay.flow_uL_per_min / assay.reference_flow_uL_per_min
    found = {}
    for symbol, factor in (
        ("probe_resistance", float(around_one(rng, assay.probe_cv))),
        ("tissue_resistance", 1.0),
    ):
        name = f"{probe}.{symbol}"
        found[name] = animal.get(name, bench.composed.parameters[name].value) * flow * factor
    return found
