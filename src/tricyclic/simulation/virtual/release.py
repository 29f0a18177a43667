"""The glutamate protocol of the sigma guide as a simulation: pretreat, wash, sample, add BDNF, sample again.

Cultures of cortical neurons run through the scenario bdnf_glutamate; wells differ in how many cells they hold, and the
assay that reads the samples errs. What comes out are readings of wells: data of an experiment that nobody did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.dosing import Regimen
from tricyclic.errors import InputError, NumericsError
from tricyclic.simulation.run import Bench
from tricyclic.simulation.virtual.common import Condition, Floats, around_one, checked, stream

SCENARIO = "bdnf_glutamate"
GLUTAMATE, UPTAKE = "release.glutamate", "release.k_uptake"
EXPRESSION = "sigma1.expression"
LONGEST_H = 24.0 * 30


@dataclass(frozen=True)
class GlutamateAssay:
    """How the wells are treated and read.

    Parameters
    ----------
    pretreatment_h : float
        Drug and antagonist in the medium [h].
    settle_min : float
        From the wash to the baseline sample [min]; the cells fill the fresh buffer with their resting glutamate.
    stimulus_min : float
        From BDNF to the second sample [min].
    kept : float
        Share of drug and antagonist that still acts after the wash, 0 to 1: what cells hold back, or the buffer contains.
    culture_cv : float
        Spread of the number of sigma-1 receptors between cultures (fraction), on top of the spreads of the tables.
    well_cv : float
        Spread of the cells between wells of a culture (fraction); both samples of a well share it.
    reading_cv, reading_sd_nM : float
        Error of one reading: a share of it, and what a blank scatters by [nM].
    """

    pretreatment_h: float = 48.0
    settle_min: float = 30.0
    stimulus_min: float = 10.0
    kept: float = 1.0
    culture_cv: float = 0.15
    well_cv: float = 0.10
    reading_cv: float = 0.04
    reading_sd_nM: float = 10.0

    def __post_init__(self) -> None:
        checked(
            self,
            shares=("culture_cv", "well_cv", "reading_cv"),
            above=("pretreatment_h", "settle_min", "stimulus_min"),
            not_below=("reading_sd_nM", "kept"),
        )
        if self.end_h > LONGEST_H:
            raise InputError(
                f"lasts {self.end_h:g} h",
                where="glutamate",
                allowed=f"At most {LONGEST_H:g} h in all",
            )
        if self.kept > 1:
            raise InputError(f"is {self.kept:g}", where="kept", allowed="A share from 0 to 1")

    @property
    def baseline_h(self) -> float:
        """Time of the baseline sample, when BDNF is added [h]."""
        return self.pretreatment_h + self.settle_min / 60.0

    @property
    def end_h(self) -> float:
        """Time of the second sample [h]."""
        return self.baseline_h + self.stimulus_min / 60.0

    def regimens(self, drug: str, antagonist: str, factor: str = "bdnf") -> tuple[Regimen, ...]:
        """What goes into the wells, each at 1 nM: `levels` says how much. Before and after the wash are two regimens."""
        names = [drug, antagonist] if antagonist else [drug]
        after = self.end_h - self.pretreatment_h
        ligands = [
            Regimen(name, "bath", 1.0, start_h=start, duration_h=lasts)
            for name in names
            for start, lasts in ((0.0, self.pretreatment_h), (self.pretreatment_h, after))
        ]
        return (*ligands, Regimen(factor, "bath", 1.0, start_h=self.baseline_h, duration_h=after))

    def levels(self, regimens: Sequence[Regimen], condition: Condition) -> dict[str, float]:
        """The dose parameters of a condition [nM]."""
        ligands = [condition.drug_nM, condition.drug_nM * self.kept]
        if len(regimens) == 5:
            ligands += [condition.antagonist_nM, condition.antagonist_nM * self.kept]
        amounts = [*ligands, condition.factor_nM]
        return {
            f"{regimen.drug}_dose{k}.dose": nM
            for k, (regimen, nM) in enumerate(zip(regimens, amounts, strict=True), start=1)
        }


def glutamate_in_samples(
    bench: Bench,
    assay: GlutamateAssay,
    conditions: Sequence[Condition],
    cultures: Sequence[Mapping[str, float]],
) -> Floats:
    """Glutamate in both samples of a typical well of each culture, without any error.

    Returns
    -------
    array, shape (cultures, conditions, 2)
        [nM] at baseline and after BDNF; nan where a culture could not be simulated.

    Notes
    -----
    The wash takes all glutamate out of the medium. Release does not depend on the glutamate outside, and uptake is
    proportional to it, so the washed course is the unwashed one less what was there at the wash, decayed by uptake.
    """
    regimens = tuple(dose.regimen for dose in bench.composed.doses)
    times = np.array([0.0, assay.pretreatment_h, assay.baseline_h, assay.end_h])
    since = times[2:] - assay.pretreatment_h
    found = np.full((len(cultures), len(conditions), 2), np.nan)
    uptake = bench.composed.parameters[UPTAKE].value
    for k, culture in enumerate(cultures):
        rest = bench.rest(culture)
        decayed = np.exp(-culture.get(UPTAKE, uptake) * since)
        for j, condition in enumerate(conditions):
            values = {**culture, **assay.levels(regimens, condition)}
            try:
                course = bench.run(times, [GLUTAMATE], values, rest=rest)[:, 0]
            except NumericsError:
                continue
            found[k, j] = course[2:] - course[1] * decayed
    return found


def glutamate_readings(
    assay: GlutamateAssay,
    conditions: Sequence[Condition],
    samples: Floats,
    replicates: int,
    seed: int,
) -> Floats:
    """What the wells read.

    Parameters
    ----------
    samples : array, shape (cultures, conditions, 2)
        From `glutamate_in_samples`.
    replicates, seed : int

    Returns
    -------
    array, shape (cultures, conditions, replicates, 2)
        [nM] at baseline and after BDNF. A reading near zero may be negative, as after subtraction of a blank.
    """
    found = np.empty((*samples.shape[:2], replicates, 2))
    for k in range(samples.shape[0]):
        for j, condition in enumerate(conditions):
            for r in range(replicates):
                rng = stream(seed, "glutamate", k, condition.name, r)
                true = samples[k, j] * around_one(rng, assay.well_cv)
                error = rng.standard_normal((2, 2))
                found[k, j, r] = (
                    true * (1.0 + assay.reading_cv * error[0]) + assay.reading_sd_nM * error[1]
                )
    return found


def limit_of_detection_nM(assay: GlutamateAssay) -> float:
    """Three standard deviations of a blank [nM]."""
    return 3.0 * assay.reading_sd_nM
