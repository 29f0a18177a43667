"""The synthetic microdialysis study: its truth is recovered by the whole chain of the analysis."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.assays.chromatography.batch import BatchInjection, fit_batch
from tricyclic.assays.chromatography.quantify import quantify_batch
from tricyclic.assays.microdialysis.collection import Flow, membrane_window
from tricyclic.assays.microdialysis.groups import group_effects
from tricyclic.assays.microdialysis.response import response_of
from tricyclic.core.chromatogram import Chromatogram
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.core.fractions import AnimalCourse, MeasuredFraction, ResponseSettings
from tricyclic.core.sample_list import SampleList, SampleRow
from tricyclic.simulation.virtual.dialysis_batch import (
    COMPOUNDS,
    DialysisDesign,
    synthetic_dialysis,
    true_ratio,
    true_window_percent,
)

METHOD = ChromatographyMethod(
    "NE", tuple(Compound(name, at, 0.25, role) for name, at, _, role in COMPOUNDS), 1.5
)


def quantified(study):
    """The batch of a synthetic study, quantified."""
    injected = [one for one in study.injections if one.time_min.size]
    peaks = fit_batch(
        [
            BatchInjection(
                one.name,
                Chromatogram(one.name, one.time_min, one.signal_nA, "nA"),
                one.role in ("standard", "suitability"),
            )
            for one in injected
        ],
        METHOD,
    )
    rows = tuple(
        SampleRow(
            order,
            one.name,
            f"{one.name}.csv" if one.time_min.size else "",
            one.role,
            one.nominal_fmol,
            one.level,
            one.animal,
            internal_standard=one.internal_standard,
        )
        for order, one in enumerate(study.injections, 1)
    )
    return quantify_batch(SampleList(rows), peaks, METHOD, unit="fmol")


def courses(study, batch):
    """The course of each animal, as its laboratory book states dead volume and flow."""
    amounts = {a.row.name: a for a in batch["NE"].amounts}
    result = []
    for animal in study.animals:
        flow = Flow(animal.flow_uL_per_min, animal.flow_from_min)
        fractions = []
        for one in study.injections:
            if one.animal != animal.name:
                continue
            window = membrane_window(one.start_min, one.end_min, flow, animal.stated_dead_volume_uL)
            amount = amounts.get(one.name)
            fractions.append(
                MeasuredFraction(
                    one.name,
                    window.start_min - animal.treated_min,
                    window.end_min - animal.treated_min,
                    amount.amount / window.volume_uL if amount else math.nan,
                    state=amount.state if amount else "lost",
                )
            )
        result.append(AnimalCourse(animal.name, animal.group, "nM", tuple(fractions)))
    return result


def test_amounts_are_recovered_with_overlap_drift_and_a_lost_sample():
    design = DialysisDesign(animals_per_group=3, fractions=9)
    study = synthetic_dialysis(np.random.default_rng(4), design)
    batch = quantified(study)
    truth = {one.name: one.amount_fmol for one in study.injections}
    errors = {
        a.row.name: a.amount / truth[a.row.name] - 1
        for a in batch["NE"].amounts
        if a.row.role == "sample"
    }
    assert len(batch.samples.lost) == 1
    assert len(errors) == 3 * 2 * 9 - 1
    assert np.median(np.abs(list(errors.values()))) < 0.01
    assert max(np.abs(list(errors.values()))) < 0.06
    assert all(criterion.meets for criterion in batch["NE"].criteria)
    blanks = [a for a in batch["NE"].amounts if a.row.role == "blank"]
    assert all(math.isnan(a.amount) and a.state != "quantified" for a in blanks)


@pytest.mark.slow
def test_the_whole_study_gives_its_truth():
    study = synthetic_dialysis(np.random.default_rng(20261))
    responses = [response_of(c, ResponseSettings()) for c in courses(study, quantified(study))]
    early = [r.course.animal for r in responses if r.baseline.early_response]
    wrong = [a.name for a in study.animals if a.stated_dead_volume_uL != 17.56]
    assert early == wrong
    kept = [r for r in responses if r.course.animal not in wrong]
    effect = group_effects(kept, "vehicle").effects[0]
    truth = true_window_percent(study.design, 0.0, 120.0) / 100.0
    assert effect.low < truth < effect.high
    assert effect.ratio == pytest.approx(truth, rel=0.12)


def test_the_same_seed_gives_the_same_study_and_the_truth_is_closed():
    design = DialysisDesign(animals_per_group=2, fractions=5)
    first, second = (synthetic_dialysis(np.random.default_rng(1), design) for _ in range(2))
    for one, other in zip(first.injections, second.injections, strict=True):
        assert np.array_equal(one.signal_nA, other.signal_nA)
        assert np.isfinite(one.signal_nA).all()
    times = np.linspace(-60, 400, 2000)
    treated = true_ratio(DialysisDesign(handling=0.0), True, times)
    assert treated[times <= 0] == pytest.approx(1.0)
    assert treated.max() == pytest.approx(DialysisDesign().peak_ratio, rel=1e-4)
