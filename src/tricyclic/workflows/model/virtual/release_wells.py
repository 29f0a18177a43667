"""Simulated wells of a release experiment, analysed like those of a measured study."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tricyclic.assays.release.analysis import ReleaseAnalysis, analyse_release
from tricyclic.core.culture_arms import CultureArm
from tricyclic.core.release import ReleaseReading, SampleKind, Sampling
from tricyclic.results.release import ConvertedSamples, ReleaseResult
from tricyclic.results.virtual_assay import SYNTHETIC
from tricyclic.simulation.virtual.common import Arm
from tricyclic.workflows.model.virtual.cultures import CultureLigands, well_names
from tricyclic.workflows.model.virtual.experiment import ArmReadings

# Above this concentration [nM], a series is stated in uM.
MICROMOLAR_NM = 1000.0


def release_of(
    cultures: ArmReadings,
    ligands: CultureLigands,
    outputs: tuple[str, str],
    *,
    stimulus: str,
    title: str,
) -> ReleaseResult:
    """The effects on net release in the cultures of an experiment.

    Parameters
    ----------
    cultures : ArmReadings
        Of the experiment's own cultures.
    ligands : CultureLigands
    outputs : (str, str)
        Names of the basal and of the stimulated sample [nM].
    stimulus, title : str
    """
    before, after = (cultures.outputs[name] for name in outputs)
    count, arms, wells = before.shape
    names = well_names(arms * wells)
    readings = []
    for k, j, r in np.ndindex(count, arms, wells):
        arm = _arm(cultures.arms[j], ligands, stimulus)
        samples: tuple[tuple[SampleKind, float], ...] = (
            ("basal", float(before[k, j, r])),
            ("stimulated", float(after[k, j, r])),
        )
        readings += [
            ReleaseReading(value, kind, str(k + 1), "", names[j * wells + r], arm)
            for kind, value in samples
        ]
    # The model's samples take nothing from the well.
    result = analyse_release(
        ConvertedSamples(tuple(readings), "nM"),
        Sampling(),
        ReleaseAnalysis(stimulus=stimulus, title=title, transmitter="glutamate"),
    )
    return _synthetic(result)


def _arm(arm: Arm, ligands: CultureLigands, stimulus: str) -> CultureArm:
    largest = max((level.amount for level in ligands.levels), default=math.nan)
    unit, factor = ("uM", 1e-3) if largest >= MICROMOLAR_NM else ("nM", 1.0)
    return CultureArm(
        ligands.name if arm.drug else "",
        float(f"{arm.drug * factor:.10g}"),
        unit if arm.drug else "",
        stimulus if arm.factor_nM else "",
        ligands.antagonist_name if arm.antagonist_nM else "",
    )


def _synthetic(result: ReleaseResult) -> ReleaseResult:
    # Wells are simulated without places and without a volume, so that remarks on these are void.
    kept = tuple(c for c in result.checks if c.name != "release_edge_wells")
    return replace(result, synthetic=SYNTHETIC, remarks=(), checks=kept)
