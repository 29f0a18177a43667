"""Glutamate release of cortical neurons, simulated: pretreatment, wash, samples around BDNF.

Cultures run through the scenario bdnf_glutamate. Wells differ in their number of cells, and the
assay of the samples has an error. The readings are synthetic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.core.dosing import Dosing
from tricyclic.errors import InputError
from tricyclic.simulation.model import DoseInput
from tricyclic.simulation.run import Simulator
from tricyclic.simulation.virtual.common import (
    Arm,
    Floats,
    check_settings,
    lognormal_factors,
    run_arms,
    stream,
)

SCENARIO = "bdnf_glutamate"
GLUTAMATE, UPTAKE = "release.glutamate", "release.k_uptake"
EXPRESSION = "sigma1.expression"
MAX_H = 24.0 * 30
# Limit of detection in standard deviations of a blank.
DETECTION_SD = 3.0


@dataclass(frozen=True)
class GlutamateAssay:
    """How the wells are treated and read.

    Parameters
    ----------
    pretreatment_h : float
        Drug and antagonist in the medium [h].
    equilibration_min : float
        From the wash to the baseline sample [min]; the cells fill the fresh buffer with glutamate.
    stimulus_min : float
        From BDNF to the second sample [min].
    retained_fraction : float
        Fraction of drug and antagonist that still acts after the wash, 0 to 1: retained by the
        cells, or contained in the buffer.
    culture_cv : float
        Variation of the number of sigma-1 receptors between cultures (fraction).
    well_cv : float
        Variation of the number of cells between wells of a culture (fraction); both samples of a
        well share it.
    reading_cv, reading_sd_nM : float
        Error of one reading: a fraction of it, and the standard deviation of a blank [nM].
    """

    pretreatment_h: float = 48.0
    equilibration_min: float = 30.0
    stimulus_min: float = 10.0
    retained_fraction: float = 1.0
    culture_cv: float = 0.15
    well_cv: float = 0.10
    reading_cv: float = 0.04
    reading_sd_nM: float = 10.0

    def __post_init__(self) -> None:
        check_settings(
            self,
            fractions=("culture_cv", "well_cv", "reading_cv"),
            positive=("pretreatment_h", "equilibration_min", "stimulus_min"),
            not_negative=("reading_sd_nM", "retained_fraction"),
        )
        if self.end_h > MAX_H:
            raise InputError(
                f"the experiment lasts {self.end_h:g} h",
                where="glutamate",
                allowed=f"At most {MAX_H:g} h in all",
            )
        if self.retained_fraction > 1:
            raise InputError(
                f"is {self.retained_fraction:g}",
                where="retained_fraction",
                allowed="A fraction from 0 to 1",
            )

    @property
    def baseline_h(self) -> float:
        """Time of the baseline sample, when BDNF is added [h]."""
        return self.pretreatment_h + self.equilibration_min / 60.0

    @property
    def end_h(self) -> float:
        """Time of the second sample [h]."""
        return self.baseline_h + self.stimulus_min / 60.0

    def dosing(self, drug: str, antagonist: str, factor: str = "bdnf") -> tuple[Dosing, ...]:
        """Doses of 1 nM of each ligand, before and after the wash; `dose_parameters` has the
        amounts.
        """
        names = [drug, antagonist] if antagonist else [drug]
        after_h = self.end_h - self.pretreatment_h
        ligands = [
            Dosing(name, "bath", 1.0, start_h=start, duration_h=lasts)
            for name in names
            for start, lasts in ((0.0, self.pretreatment_h), (self.pretreatment_h, after_h))
        ]
        return (*ligands, Dosing(factor, "bath", 1.0, start_h=self.baseline_h, duration_h=after_h))

    def dose_parameters(self, doses: Sequence[DoseInput], arm: Arm) -> dict[str, float]:
        """Amount of each dose of the composed model in an arm [nM]."""
        ligands = [arm.drug, arm.drug * self.retained_fraction]
        if len(doses) == 5:
            ligands += [arm.antagonist_nM, arm.antagonist_nM * self.retained_fraction]
        amounts = [*ligands, arm.factor_nM]
        return {dose.amount: nM for dose, nM in zip(doses, amounts, strict=True)}

    @property
    def limit_of_detection_nM(self) -> float:
        """Three standard deviations of a blank [nM]."""
        return DETECTION_SD * self.reading_sd_nM


def glutamate_in_samples(
    simulator: Simulator,
    assay: GlutamateAssay,
    arms: Sequence[Arm],
    cultures: Sequence[Mapping[str, float]],
) -> Floats:
    """Glutamate in both samples of a typical well of each culture, without error.

    Returns
    -------
    array, shape (cultures, arms, 2)
        [nM] at baseline and after BDNF; nan where a culture cannot be simulated.

    Notes
    -----
    The wash removes all glutamate from the medium. Release does not depend on the glutamate
    outside, and uptake is proportional to it, so the course after the wash is the one without a
    wash, minus what was there at the wash, which decays by uptake.
    """
    doses = simulator.composed.doses
    times = np.array([0.0, assay.pretreatment_h, assay.baseline_h, assay.end_h])
    courses = run_arms(
        simulator,
        times,
        [GLUTAMATE],
        arms,
        cultures,
        lambda arm: assay.dose_parameters(doses, arm),
    )[..., 0]
    uptake = simulator.composed.parameters[UPTAKE].value
    uptakes = np.array([culture.get(UPTAKE, uptake) for culture in cultures])
    since_wash = times[2:] - assay.pretreatment_h
    decay = np.exp(-uptakes[:, np.newaxis] * since_wash)
    return np.asarray(courses[..., 2:] - courses[..., 1:2] * decay[:, np.newaxis])


def glutamate_readings(
    assay: GlutamateAssay,
    arms: Sequence[Arm],
    samples: Floats,
    replicates: int,
    seed: int,
) -> Floats:
    """Readings of the wells, with the variation of wells and the error of the assay.

    Parameters
    ----------
    samples : array, shape (cultures, arms, 2)
        From `glutamate_in_samples`.
    replicates, seed : int

    Returns
    -------
    array, shape (cultures, arms, replicates, 2)
        [nM] at baseline and after BDNF. A reading near zero may be negative, as after subtraction
        of a blank.
    """
    readings = np.empty((*samples.shape[:2], replicates, 2))
    for k in range(samples.shape[0]):
        for j, arm in enumerate(arms):
            for r in range(replicates):
                rng = stream(seed, "glutamate", k, arm.name, r)
                true = samples[k, j] * lognormal_factors(rng, assay.well_cv)
                error = rng.standard_normal((2, 2))
                readings[k, j, r] = (
                    true * (1.0 + assay.reading_cv * error[0]) + assay.reading_sd_nM * error[1]
                )
    return readings
