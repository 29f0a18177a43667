"""Readings over time and over agonist and antagonist, from plate to rate constants and pA2."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate, analyse_table
from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Plate, Role, Well, row_letters
from tricyclic.core.series import Series
from tricyclic.curves import CURVES

KOFF, KD_NM = 0.08, 0.8
MINUTES = (0.0, 2, 5, 10, 15, 20, 30, 40, 60, 90, 120, 180)


def time_course(net: BindingConditions, design: str) -> Plate:
    roles = [Role.TOTAL] * 24 + [Role.NON_SPECIFIC] * 12
    wells = [
        Well(f"{row_letters(i // 12)}{i % 12 + 1:02d}", 0.0, role, time_min=float(MINUTES[i % 12]))
        for i, role in enumerate(roles)
    ]
    truth = TrueValues(kd_nM=KD_NM, bmax_fmol_per_mg=800.0, kon_per_M_min=KOFF / (KD_NM * 1e-9))
    return simulate_plate(net, wells, truth, np.random.default_rng(2), name=design, design=design)


def test_dissociation_gives_the_koff_and_its_inverse_the_residence_time(net):
    result = analyse_plate(
        time_course(net, "dissociation"), net, kind="dissociation", curves=CURVES
    )
    off, stay = result.estimate("koff"), result.estimate("residence time")
    assert off.low < KOFF < off.high
    assert (stay.value, stay.low, stay.high) == pytest.approx(
        (1 / off.value, 1 / off.high, 1 / off.low)
    )


def test_a_rate_that_one_concentration_cannot_determine_is_a_bound_and_gives_no_kd(net):
    result = analyse_plate(time_course(net, "association"), net, kind="association", curves=CURVES)
    off, stay = result.estimate("koff"), result.estimate("residence time")
    assert off.qualifier == "<" and off.value == off.high > KOFF
    assert stay.qualifier == ">" and stay.value == stay.low == pytest.approx(1 / off.high)
    assert "Kd (koff / kon)" not in {e.name for e in result.estimates}


@pytest.mark.parametrize("as_plate", [True, False])
def test_agonist_curves_with_an_antagonist_give_its_pa2(as_plate):
    agonist, antagonist = np.tile(np.logspace(-9, -4, 8), 3), np.repeat([0.0, 1e-8, 1e-7], 8)
    truth = {
        "top": 110.0,
        "bottom": 14.0,
        "log10_ec50": -7.5,
        "hill": 1.0,
        "pa2": 8.3,
        "schild_slope": 1.0,
    }
    y = CURVES["gaddum_schild"].curve(agonist_M=agonist, antagonist_M=antagonist, **truth)
    y = y + np.random.default_rng(0).normal(0.0, 2.0, y.size)
    if as_plate:
        wells = tuple(
            Well(
                f"{row_letters(i // 8)}{i % 8 + 1:02d}",
                float(y[i]),
                Role.RESPONSE,
                "agonist",
                float(agonist[i]),
                modulator="antagonist" if antagonist[i] else "",
                modulator_M=float(antagonist[i]),
            )
            for i in range(24)
        )
        result = analyse_plate(
            Plate("p", 96, wells), BindingConditions(), kind="schild", curves=CURVES
        )
    else:
        series = Series("s", y, "%", {"agonist_M": agonist, "antagonist_M": antagonist})
        result = analyse_table(series, BindingConditions(), kind="schild", curves=CURVES)
    assert result.estimate("pA2").low < 8.3 < result.estimate("pA2").high
    assert result.estimate("EC50").low < 10**1.5 < result.estimate("EC50").high


def test_decay_without_carrier_is_described_by_its_convention(net):
    from datetime import date

    from tricyclic.assays.binding.methods import methods_paragraph
    from tricyclic.core.analysis_options import AnalysisOptions

    dated = replace(
        net, isotope="125I", reference_date=date(2026, 1, 1), assay_date=date(2026, 1, 31)
    )
    free = replace(dated, decay_convention="concentration_falls")
    plate = time_course(net, "dissociation")
    texts = {}
    for name, conditions in (("carrier", dated), ("free", free)):
        result = analyse_plate(plate, conditions, kind="dissociation", curves=CURVES)
        texts[name] = methods_paragraph([result], None, AnalysisOptions())
        (decay,) = [check for check in result.checks if check.name == "decay"]
        assert ("is the concentration on the day" in decay.message) == (name == "free")
    assert (
        "corrected to 2026-01-31 for the decay" in texts["carrier"]
        and "corrected to" not in texts["free"]
    )


def test_one_concentration_fails_unless_koff_is_known(net):
    plate = time_course(net, "association")
    alone = analyse_plate(plate, net, kind="association", curves=CURVES)
    assert [check.level for check in alone.checks if check.name == "rates_apart"] == ["fail"]
    stated = analyse_plate(
        plate, replace(net, koff_per_min=0.04), kind="association", curves=CURVES
    )
    assert not [check for check in stated.checks if check.name == "rates_apart"]
    assert stated.fit["log10_koff"].fixed
    assert stated.estimate("kon").low < stated.estimate("kon").value < stated.estimate("kon").high
