"""Sigma-1 in culture: BDNF-evoked glutamate (Yagasaki 2006), NGF neurites (Takebayashi 2002), and
what a clinical dose reaches.

The papers' abstracts give directions; sizes are the bands that the model is held to.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest

from tricyclic.core.constant import Constant
from tricyclic.core.dosing import Dosing
from tricyclic.core.drug import Drug
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario
from tricyclic.simulation.compose import compose
from tricyclic.simulation.run import Simulator

MECHANISMS, DRUGS = dict(mechanisms()), dict(drugs())
PRETREATMENT_H, BDNF_MIN, DAYS_H = 48.0, 15.0, 120.0
BDNF_NM = 50e3 / DRUGS["bdnf"].value("molar_mass")  # 50 ng/ml
NGF_NM = 2.5e3 / DRUGS["ngf"].value("molar_mass")  # 2.5 ng/ml, submaximal
FULL_INVERSE_AGONIST = Drug(
    "inverse",
    "full inverse agonist",
    (
        Constant("Ki_sigma1", 10.0, "nM", description="made up"),
        Constant("efficacy_sigma1", -1.0, "dimensionless", description="made up"),
    ),
)


@functools.cache
def simulator(name: str, bath: tuple[str, ...], later: tuple[str, ...] = ()) -> Simulator:
    """A culture with drugs in its medium from the start (`bath`) and from 48 h on (`later`);
    `levels` sets the concentrations.
    """
    dosing = [Dosing(drug, "bath", 1.0, duration_h=1e4) for drug in bath]
    dosing += [Dosing(drug, "bath", 1.0, start_h=PRETREATMENT_H, duration_h=1e4) for drug in later]
    return Simulator(
        compose(scenario(name), MECHANISMS, DRUGS | {"inverse": FULL_INVERSE_AGONIST}, dosing)
    )


def levels(drugs_nM: dict[str, float]) -> dict[str, float]:
    """The levels of a culture's drugs [nM], in the order in which `bench` was given them."""
    return {f"{drug}_dose{k}.dose": nM for k, (drug, nM) in enumerate(drugs_nM.items(), start=1)}


def course(name: str, times_h: list[float], quantities: list[str], **bath_nM: float) -> np.ndarray:
    """Quantities of a culture over time, shape (times, quantities)."""
    return simulator(name, tuple(bath_nM)).run(np.array(times_h), quantities, levels(bath_nM))


@functools.cache
def net_release(*, minutes: float = BDNF_MIN, expression: float = 1.0, **bath_nM: float) -> float:
    """Glutamate after BDNF less glutamate just before it, after 48 h with the drugs [nM]."""
    times = np.array([0.0, PRETREATMENT_H - 1e-3, PRETREATMENT_H + minutes / 60])
    values = levels({**bath_nM, "bdnf": BDNF_NM}) | {"sigma1.expression": expression}
    table = simulator("bdnf_glutamate", tuple(bath_nM), ("bdnf",)).run(
        times, ["release.glutamate"], values
    )
    return float(table[2, 0] - table[1, 0])


def potentiation(*, minutes: float = BDNF_MIN, expression: float = 1.0, **bath_nM: float) -> float:
    return net_release(minutes=minutes, expression=expression, **bath_nM) / net_release(
        minutes=minutes
    )


@functools.cache
def neurites(*, ngf: float = NGF_NM, expression: float = 1.0, **bath_nM: float) -> float:
    """Cells with neurites after five days [%]."""
    bath = {"ngf": ngf, **bath_nM}
    values = levels(bath) | {"sigma1.expression": expression}
    culture = simulator("ngf_neurites", tuple(bath))
    return float(culture.run(np.array([0.0, DAYS_H]), ["growth.neurites"], values)[1, 0])


def test_imipramine_for_two_days_potentiates_the_glutamate_that_bdnf_releases():
    assert 1.3 < potentiation(imipramine=1000.0) < 2.0


@pytest.mark.parametrize("minutes", [1.0, 5.0, 15.0])
def test_the_potentiation_shows_within_any_time_that_the_assay_may_take(minutes):
    assert 1.3 < potentiation(imipramine=1000.0, minutes=minutes) < 2.0


@pytest.mark.parametrize("antagonist", ["bd1047", "ne_100"])
def test_a_sigma1_antagonist_abolishes_the_potentiation_and_has_no_effect_alone(antagonist):
    assert potentiation(imipramine=1000.0, **{antagonist: 1000.0}) < 1.15
    assert 0.85 < potentiation(**{antagonist: 1000.0}) < 1.15


def test_more_antagonist_never_blocks_less():
    seen = [
        potentiation(imipramine=1000.0, ne_100=nM) for nM in (0.0, 1.0, 3.0, 10.0, 100.0, 1000.0)
    ]
    assert np.all(np.diff(seen) < 0)


def test_the_ec50_of_potentiation_by_imipramine_is_0_3_to_1_2_uM():
    doses = np.logspace(1, 5, 17)
    effect = np.array([potentiation(imipramine=float(nM)) for nM in doses]) - 1
    assert np.all(np.diff(effect) > 0)
    ec50 = 10 ** np.interp(effect[-1] / 2, effect, np.log10(doses))
    assert 300 < ec50 < 1200


def test_fluvoxamine_potentiates_at_lower_concentration_than_imipramine():
    assert potentiation(fluvoxamine=100.0) > 1.3 > potentiation(imipramine=100.0) > 1


def test_overexpressed_sigma1_potentiates_without_a_drug_and_antisense_weakens():
    assert potentiation(expression=3.0) > 1.2
    assert potentiation(expression=0.3) < 0.95


@pytest.mark.parametrize("blocker", ["xestospongin_c", "u73122"])
def test_without_ip3_receptors_or_phospholipase_c_bdnf_releases_almost_no_glutamate(blocker):
    assert net_release(imipramine=1000.0, **{blocker: 20000.0}) < 0.1 * net_release()


def test_sertraline_as_inverse_agonist_lowers_the_release_and_an_antagonist_undoes_that():
    assert potentiation(sertraline=1000.0) < 0.97
    assert potentiation(sertraline=1000.0) < potentiation(sertraline=1000.0, ne_100=1000.0) < 1.0


def test_a_drug_without_bdnf_releases_little():
    glutamate = course("bdnf_glutamate", [0.0, 48.0], ["release.glutamate"], imipramine=10000.0)[
        :, 0
    ]
    assert 1.0 < glutamate[1] / glutamate[0] < 1.3


def test_the_active_share_is_constitutive_1_under_agonist_and_0_under_inverse_agonist():
    names = ["sigma1.active", "sigma1.total"]
    constitutive = MECHANISMS["sigma1"].constants_for("sigma1")["constitutive"].value
    for drug, share in (("pentazocine", 1.0), ("ne_100", constitutive), ("inverse", 0.0)):
        (baseline, total), (active, late_total) = course(
            "bdnf_glutamate", [0.0, 24.0], names, **{drug: 1e6}
        )
        assert baseline == pytest.approx(constitutive * total)
        assert active / late_total == pytest.approx(share, abs=0.005)


def test_sigma1_is_active_within_minutes_and_grows_in_number_over_days():
    names, times = ["sigma1.active", "sigma1.total"], [0.0, 10 / 60, 2.0, 24.0, 240.0]
    active, total = course("bdnf_glutamate", times, names, pentazocine=1000.0).T
    share = active / total
    assert (share[1] - share[0]) / (share[4] - share[0]) == pytest.approx(0.5, abs=0.02)
    assert total[2] < 1 + 0.1 * (total[4] - 1)
    assert (total[3] - 1) / (total[4] - 1) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("drug", ["imipramine", "fluvoxamine", "pentazocine"])
def test_no_neurites_grow_without_ngf(drug):
    assert neurites(ngf=0.0, **{drug: 10000.0}) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("drug", "doses"),
    [
        ("imipramine", (100.0, 1000.0, 10000.0)),
        ("fluvoxamine", (10.0, 100.0, 1000.0)),
        ("pentazocine", (1.0, 10.0, 100.0)),
    ],
)
def test_sigma1_agonists_enhance_the_neurites_of_ngf_by_dose_and_ne_100_blocks_them(drug, doses):
    plain = neurites()
    grown = [neurites(**{drug: nM}) for nM in doses]
    assert plain < grown[0] < grown[1] < grown[2]
    assert grown[2] > 1.25 * plain
    assert neurites(**{drug: doses[1]}, ne_100=10000.0) == pytest.approx(plain, rel=0.05)


@pytest.mark.parametrize("blocker", ["xestospongin_c", "u73122"])
def test_without_ip3_receptors_or_phospholipase_c_the_enhancement_is_gone(blocker):
    enhanced, blocked = (
        neurites(imipramine=10000.0) / neurites(),
        neurites(imipramine=10000.0, **{blocker: 20000.0}) / neurites(**{blocker: 20000.0}),
    )
    assert enhanced > 1.25
    assert blocked - 1 < 0.1 * (enhanced - 1)


def test_sertraline_cuts_the_neurites_of_ngf_and_an_antagonist_or_agonist_undoes_that():
    alone = neurites(sertraline=1000.0)
    assert alone < neurites()
    assert neurites(sertraline=1000.0, ne_100=1000.0) > alone
    assert neurites(sertraline=1000.0, pentazocine=1000.0) > alone


def test_overexpressed_sigma1_enhances_neurites_and_antisense_attenuates_them():
    assert neurites(expression=3.0) > 1.1 * neurites()
    assert neurites(expression=0.3) < neurites()


def test_ngf_and_agonists_raise_the_number_of_sigma1_receptors():
    def number(**bath_nM: float) -> float:
        return float(course("ngf_neurites", [0.0, DAYS_H], ["sigma1.total"], **bath_nM)[1, 0])

    low, high = number(ngf=NGF_NM), number(ngf=20 * NGF_NM)
    assert 1.0 < low < high
    assert all(
        number(**{drug: 10000.0}) > 1.05 for drug in ("pentazocine", "imipramine", "fluvoxamine")
    )


def test_half_of_the_neurites_come_at_a_few_ng_per_ml_of_ngf():
    mass = DRUGS["ngf"].value("molar_mass")
    ng_per_ml = np.logspace(-1.5, 3, 19)
    grown = np.array([neurites(ngf=float(c) * 1e3 / mass) for c in ng_per_ml])
    ec50 = 10 ** np.interp(grown[-1] / 2, grown, np.log10(ng_per_ml))
    assert 1.0 < ec50 < 10.0


def test_a_clinical_dose_occupies_a_tenth_of_sigma1_where_the_culture_has_half():
    # Imipramine at 150 mg a day: 33 to 85 ng/ml in plasma (Swiss label). Affinity: 602 nM (the
    # guide) and 343 nM (Narita 1996, rat brain).
    imipramine = DRUGS["imipramine"]
    unbound = imipramine.value("fu", "human")
    free_nM = [
        unbound * ng_per_ml * 1e3 / imipramine.value("molar_mass") for ng_per_ml in (33.0, 85.0)
    ]

    def occupancy(nM: float, ki_nM: float) -> float:
        values = levels({"imipramine": nM}) | {"imipramine.Ki_sigma1": ki_nM}
        culture = simulator("bdnf_glutamate", ("imipramine",))
        return float(culture.run(np.array([0.0, 1.0]), ["sigma1.occupancy"], values)[1, 0])

    clinical = [occupancy(nM, ki_nM) for nM in free_nM for ki_nM in (602.0, 343.0)]
    assert min(clinical) > 0.03 and max(clinical) < 0.13
    assert occupancy(100.0, 602.0) == pytest.approx(0.14, abs=0.01)
    assert occupancy(10000.0, 602.0) == pytest.approx(0.94, abs=0.01)
    assert potentiation(imipramine=max(free_nM)) < 1.1


@pytest.mark.parametrize("name", ["bdnf_glutamate", "ngf_neurites", "calcium_minutes"])
def test_a_culture_without_drugs_is_at_steady_state_for_sixty_days(name):
    culture = simulator(name, ())
    quantities = [one.quantity for one in culture.composed.scenario.observables]
    table = culture.run(np.linspace(0.0, 1440.0, 61), quantities)
    assert np.allclose(table, table[0], rtol=1e-6, atol=1e-9)
