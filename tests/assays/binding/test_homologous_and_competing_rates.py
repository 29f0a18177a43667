"""Homologous competition gives Kd and Bmax; the Motulsky-Mahan analysis gives the rates of a
competitor.
"""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.assays.binding.analysis import analyse_plate
from tricyclic.assays.binding.radioactivity import signal_per_M
from tricyclic.assays.binding.simulate_plate import simulate_plate
from tricyclic.core.conditions import BindingConditions
from tricyclic.core.experiment_plan import TrueValues
from tricyclic.core.plate import Plate, Role, Well, row_letters
from tricyclic.curves import CURVES


def named(i: int) -> str:
    return f"{row_letters(i // 12)}{i % 12 + 1:02d}"


@pytest.mark.parametrize("hot_nM", [(0.5,), (0.5, 2.0)])
def test_homologous_competition_gives_kd_and_bmax_from_one_or_two_hot_concentrations(
    net: BindingConditions, hot_nM
) -> None:
    wells = []
    for nM in hot_nM:
        for cold in np.repeat(np.r_[0.0, 10.0 ** np.arange(-11, -5.9, 0.5)], 3):
            role = Role.COMPETITION if cold else Role.TOTAL
            wells.append(
                Well(
                    named(len(wells)),
                    0.0,
                    role,
                    "nisoxetine" if cold else "",
                    float(cold),
                    radioligand_nM=nM,
                )
            )
    truth = TrueValues(
        kd_nM=0.8, bmax_fmol_per_mg=800.0, ki_nM={"nisoxetine": 0.8}, nonspecific=0.01
    )
    plate = simulate_plate(net, wells, truth, np.random.default_rng(3), name="homologous")
    result = analyse_plate(plate, net, kind="homologous", curves=CURVES)
    for name, value in (("Kd", 0.8), ("Bmax", 800.0)):
        estimate = result.estimate(name)
        assert abs(np.log10(estimate.value / value)) < 3 * estimate.log10_se
        assert estimate.log10_se < 0.08


def test_the_rates_of_the_competitor_are_fitted_with_known_rates_of_the_radioligand(
    net: BindingConditions,
) -> None:
    from dataclasses import replace

    kon, koff, k3, k4 = 0.03 / 0.8e-9, 0.03, 1e7, 0.01
    per_molar = signal_per_M(net, "cpm")
    assert per_molar is not None
    rng = np.random.default_rng(1)
    model = CURVES["competitive_association"]
    wells = []

    def add(role: Role, drug: float, minutes: float) -> None:
        mean = model.curve(
            time_min=np.array([minutes]),
            radioligand_M=np.array([2e-9]),
            competitor_M=np.array([drug]),
            specific=np.array([0.0 if role is Role.NON_SPECIFIC else 1.0]),
            bmax=1e-10 * per_molar,
            log10_kon=np.log10(kon),
            log10_koff=np.log10(koff),
            log10_k3=np.log10(k3),
            log10_k4=np.log10(k4),
            nonspecific=0.01 * per_molar,
            background=20.0,
        )[0]
        count = rng.poisson(mean * 2 * (1 + 0.04 * rng.normal())) / 2
        wells.append(
            Well(
                named(len(wells)),
                float(count),
                role,
                "drug" if drug else "",
                drug,
                radioligand_nM=2.0,
                time_min=minutes,
            )
        )

    for drug in (0.0, 5e-9, 20e-9):
        for minutes in np.repeat([1.0, 2, 4, 8, 15, 30, 60, 120], 2):
            add(Role.COMPETITION if drug else Role.TOTAL, drug, float(minutes))
    for _ in range(3):
        add(Role.NON_SPECIFIC, 0.0, 120.0)
    stated = replace(net, kon_per_M_min=kon, koff_per_min=koff)
    result = analyse_plate(
        Plate("rates", 96, tuple(wells), "cpm", 2.0),
        stated,
        kind="competitive_association",
        curves=CURVES,
    )
    for name, value in (("kon", k3), ("koff", k4), ("Ki (koff / kon)", 1.0)):
        estimate = result.estimate(name, "drug")
        assert abs(np.log10(estimate.value / value)) < 3 * estimate.log10_se
