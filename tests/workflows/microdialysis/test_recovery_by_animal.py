"""Recovery of the probes: one for a study, or one for each animal, carried into nominal levels."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.assays.microdialysis.analysis import DialysisAnalysis, analyse_courses
from tricyclic.assays.microdialysis.nominal import nominal_groups
from tricyclic.core.fractions import AnimalCourse, MeasuredFraction
from tricyclic.stats.statistics import with_t_interval

RECOVERIES = {"v0": 0.08, "v1": 0.12, "v2": 0.20, "d0": 0.10, "d1": 0.15, "d2": 0.09}
TRUE_NM = 25.0


@pytest.fixture
def values():
    """Dialysate of 25 nM in the tissue, by the recovery of each probe; doubled by the drug."""
    rng = np.random.default_rng(3)
    rows = [
        (
            name,
            "vehicle" if name[0] == "v" else "drug",
            start,
            start + 20,
            TRUE_NM
            * share
            * (2.0 if name[0] == "d" and start >= 0 else 1.0)
            * np.exp(0.01 * rng.standard_normal()),
        )
        for name, share in RECOVERIES.items()
        for start in range(-80, 120, 20)
    ]
    names = ("animal", "group", "start_min", "end_min", "NE_nM")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def animals(**columns):
    return {"animal": list(RECOVERIES), **columns}


def levels(result):
    return result.to_frame("animals")["nominal_tissue_baseline_nM"].tolist()


# The ways to write a recovery in the table of the animals.
WRITTEN = {
    "share": animals(recovery=list(RECOVERIES.values())),
    "percent": {
        "animal": list(RECOVERIES),
        "recovery (%)": [100 * share for share in RECOVERIES.values()],
    },
    "percent cells": animals(recovery=[f"{100 * share:g} %" for share in RECOVERIES.values()]),
    "with errors": animals(recovery=[f"{share} +/- 0.004" for share in RECOVERIES.values()]),
    "column of errors": animals(
        recovery_in_vitro=list(RECOVERIES.values()), recovery_se=[0.004] * len(RECOVERIES)
    ),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_the_recovery_of_each_probe_gives_the_level_in_the_tissue(values, way):
    result = tca.microdialysis(values, animals_table=WRITTEN[way])
    assert levels(result) == pytest.approx([TRUE_NM] * 6, rel=0.02)
    assert "over the in vitro recovery of each probe, 8 to 20 %" in " ".join(
        result.summary().split()
    )
    table = result.to_frame("animals")
    errors = table["nominal_tissue_baseline_se_nM"].tolist()
    if "error" in way:
        expected = [
            level * 0.004 / share
            for level, share in zip(levels(result), RECOVERIES.values(), strict=True)
        ]
        assert errors == pytest.approx(expected)
    else:
        assert errors == [0.0] * 6
    assert "8 to 20 %, measured for each of 6 animals" in result.methods


def test_percent_of_baseline_and_the_effect_do_not_depend_on_the_recovery(values):
    without = tca.microdialysis(values)
    one = tca.microdialysis(values, recovery="0.12 +/- 0.01")
    each = tca.microdialysis(values, animals_table=WRITTEN["with errors"])
    for other in (one, each):
        assert other.effects == without.effects
        assert "Percent of baseline does not depend on it" in " ".join(other.summary().split())


def test_the_error_of_one_recovery_for_all_is_in_the_interval_of_a_group(values):
    exact = tca.microdialysis(values, recovery=0.12)
    uncertain = tca.microdialysis(values, recovery="0.12 +/- 0.06")
    assert levels(exact) == levels(uncertain)

    text = " ".join(uncertain.summary().split())
    start = text.index("Baseline over")
    mean = np.mean([one.baseline.mean for one in uncertain.responses[:3]]) / 0.12
    assert f"vehicle {mean:.3g} (" in text[start:]
    se = np.std([one.baseline.mean / 0.12 for one in uncertain.responses[:3]], ddof=1) / math.sqrt(
        3
    )
    # Both errors add as variances: that of the scatter, and half of the mean.
    total = math.hypot(se, 0.5 * mean)

    assert nominal_groups(uncertain)["vehicle"].se == pytest.approx(total)
    assert nominal_groups(exact)["vehicle"].se == pytest.approx(se)


def test_errors_of_own_recoveries_are_in_the_scatter_of_the_animals():
    """Over many simulated studies, 95 % of the intervals contain the true level."""

    rng = np.random.default_rng(8)
    inside = {"own": 0, "common": 0}
    runs = 400
    for _ in range(runs):
        true = np.abs(0.12 + 0.01 * rng.standard_normal(6))
        measured = true * (1 + 0.1 * rng.standard_normal(6))
        common = 0.12 * (1 + 0.1 * rng.standard_normal())
        for way, share in (("own", true), ("common", np.full(6, 0.12))):
            courses = [
                AnimalCourse(
                    f"a{k}",
                    "vehicle",
                    "nM",
                    tuple(
                        MeasuredFraction(
                            f"f{start}",
                            start,
                            start + 20,
                            25.0 * share[k] * (1 + 0.05 * rng.standard_normal()),
                        )
                        for start in range(-80, 120, 20)
                    ),
                )
                for k in range(6)
            ]
            result = analyse_courses(courses, DialysisAnalysis())
            mean = with_t_interval(common, 0.1 * common, math.inf, 0.95)
            own = tuple(
                (f"a{k}", with_t_interval(measured[k], 0.1 * measured[k], math.inf, 0.95))
                for k in range(6)
            )
            result = replace(result, recovery=mean, recoveries=own if way == "own" else ())
            level = nominal_groups(result)["vehicle"]
            inside[way] += level.low <= 25.0 <= level.high
    # Binomial limits of 400 intervals of 95 %.
    assert all(0.92 * runs <= one <= 0.98 * runs for one in inside.values()), inside


def test_a_file_of_readings_gives_the_recovery_of_the_probe_of_each_animal(values, tmp_path):
    file = tmp_path / "recovery.csv"
    lines = ["probe,bath (nM),dialysate (nM)"]
    lines += [
        f"{name},10,{10 * share + d}"
        for name, share in RECOVERIES.items()
        if name != "d2"
        for d in (-0.01, 0.0, 0.01)
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    result = tca.microdialysis(values, recovery=str(file))
    assert levels(result)[:5] == pytest.approx([TRUE_NM] * 5, rel=0.02)
    mean = np.mean([share for name, share in RECOVERIES.items() if name != "d2"])
    assert levels(result)[5] == pytest.approx(TRUE_NM * 0.09 / mean, rel=0.02)
    assert any("the recovery of the study, 13 %, for d2" in one for one in result.read_as)
    assert any(one.name == "recovery_scatter" for one in result.checks)


@pytest.mark.parametrize("given", ["0.1 +/- 5", "1.2", "12 +/- 1", 0, -0.1, "0.1 +/- 0.1"])
def test_a_recovery_that_no_probe_has_is_refused_in_one_sentence(values, given):
    with pytest.raises(tca.InputError) as one:
        tca.microdialysis(values, recovery=given)
    assert "A recovery is above 0 and at most 1 (100 %)" in str(one.value)
    with pytest.raises(tca.InputError) as each:
        tca.microdialysis(values, animals_table=animals(recovery=[given] + [0.1] * 5))
    assert "animal v0" in str(each.value)
    assert "A recovery is above 0 and at most 1 (100 %)" in str(each.value)


def test_recoveries_of_animals_are_not_used_for_amounts_and_this_is_stated(values):
    values["NE_fmol"] = values.pop("NE_nM")
    result = tca.microdialysis(values, animals_table=WRITTEN["share"])
    assert result.recovery is None
    assert any("recovery of the animals: not used" in one for one in result.read_as)


@pytest.mark.parametrize(
    ("column", "number"),
    [("flow", 1e300), ("flow", 1e-9), ("dead_volume_uL", 1e300), ("dead_volume_uL", -1)],
)
def test_absurd_flows_and_volumes_are_refused(values, column, number):
    option = column.removesuffix("_uL")
    more = {} if option == "flow" else {"flow": 1.2}
    for given in (
        {option: number, **more},
        {"animals_table": animals(**{column: [number] * 6}), **more},
    ):
        with pytest.raises(tca.InputError) as caught:
            tca.microdialysis(values, **given)
        assert "uL" in str(caught.value)
        assert (
            "Flows are 0.001 to 1000 uL/min" if option == "flow" else "It is 0 to 10000 uL"
        ) in str(caught.value)
