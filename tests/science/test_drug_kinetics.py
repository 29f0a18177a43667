"""Simulated levels against those measured in rats and people, against solved equations and against
the balance of mass.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tricyclic.core.dosing import Dosing
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario_from_toml
from tricyclic.simulation.compose import compose
from tricyclic.simulation.run import Simulator

Floats = NDArray[np.float64]
SCENARIO = """
title = "Drugs alone"
description = "Bodies and brains without feedback."
species = "{species}"
system = "animal"
routes = ["ip", "sc", "pump", "po", "iv", "probe_cortex"]
[[compartment]]
name = "fluid"
description = "extracellular fluid"
[[fluid]]
name = "cortex"
drug_source = "brain"
"""
DRUGS = drugs()
KG = 70.0


@lru_cache(maxsize=40)
def simulator(species: str, dosing: tuple[Dosing, ...]) -> Simulator:
    return Simulator(
        compose(
            scenario_from_toml(SCENARIO.format(species=species), name="alone", where="alone.toml"),
            mechanisms(),
            DRUGS,
            list(dosing),
        )
    )


def levels(
    species: str, time_h: Floats, names: list[str], *dosing: Dosing, **activity: float
) -> Floats:
    """Plasma or other quantities, shape (names, times)."""
    values = {f"subject.activity_{enzyme}": value for enzyme, value in activity.items()}
    return simulator(species, dosing).run(time_h, names, values).T


def mg(
    drug: str, dose: float, route: str = "po", *, days: int = 1, every_h: float = 24.0
) -> Dosing:
    """A dose of a person in mg."""
    return rat(drug, dose / KG, route, days=days, every_h=every_h)


def rat(drug: str, mg_per_kg: float, route: str, *, days: int = 1, every_h: float = 24.0) -> Dosing:
    n = max(1, round(days * 24 / every_h))
    return Dosing(
        drug,
        route,
        DRUGS[drug].nmol_per_kg(mg_per_kg),
        every_h=every_h if n > 1 else 0.0,
        n_doses=n,
    )


def pump(drug: str, mg_per_kg_d: float, days: float) -> Dosing:
    return Dosing(drug, "pump", DRUGS[drug].nmol_per_kg(mg_per_kg_d) / 24, duration_h=days * 24)


def ng_per_mL(drug: str, nM: Floats) -> Floats:
    return nM * DRUGS[drug].value("molar_mass") / 1000


def half_life(time_h: Floats, level: Floats, start: float, end: float) -> float:
    used = (time_h >= start) & (time_h <= end)
    return float(-np.log(2) / np.polyfit(time_h[used], np.log(level[used]), 1)[0])


def mean_of_last_day(time_h: Floats, level: Floats, last_h: float) -> float:
    used = (time_h >= last_h - 24) & (time_h <= last_h)
    return float(np.trapezoid(level[used], time_h[used]) / 24)


def hours(end: float, step: float = 0.1) -> Floats:
    return np.arange(0.0, end + step / 2, step)


# People.


def test_fifty_mg_of_imipramine_give_the_peak_area_and_half_life_of_abernethy_1984():
    time = hours(160, 0.05)
    level = ng_per_mL(
        "imipramine", levels("human", time, ["imipramine.plasma_total"], mg("imipramine", 50))[0]
    )
    assert level.max() == pytest.approx(19.3, rel=0.1)
    assert np.trapezoid(level, time) == pytest.approx(306, rel=0.1)
    assert half_life(time, level, 40, 100) == pytest.approx(15.5, rel=0.1)


def imipramine_150_a_day(**activity: float) -> tuple[float, float, float]:
    days = 10 if activity.get("CYP2D6", 1) else 40  # the slow need weeks
    time = hours(days * 24, 0.5)
    names = [f"{drug}.plasma_total" for drug in ("imipramine", "desipramine", "hydroxydesipramine")]
    concentrations = levels(
        "human", time, names, mg("imipramine", 50, days=days, every_h=8), **activity
    )
    means = [mean_of_last_day(time, level, days * 24) for level in concentrations]
    return means[0], means[1], means[2]


def test_ten_days_of_150_mg_imipramine_give_the_levels_of_patients():
    imipramine, desipramine, _ = imipramine_150_a_day()
    assert 33 < ng_per_mL("imipramine", imipramine) < 85
    assert 43 < ng_per_mL("desipramine", desipramine) < 109


def test_the_hydroxy_metabolite_is_half_of_desipramine_and_low_without_the_enzyme():
    # 0.36 to 0.86 in most patients; 0.04 and 0.09 in two poor metabolisers [brosen_1986,
    # imipramine_overdose].
    _, desipramine, hydroxy = imipramine_150_a_day()
    assert 0.36 < hydroxy / desipramine < 0.86
    _, poor, hydroxy_poor = imipramine_150_a_day(CYP2D6=0)
    assert 0.02 < hydroxy_poor / poor < 0.12
    # 1148 and 1721 against 212 nM on 100 mg a day.
    assert 4.5 < poor / desipramine < 9


def test_desipramine_has_a_long_half_life_in_a_poor_metaboliser():
    time = hours(600, 0.5)
    concentrations = {
        activity: levels(
            "human", time, ["desipramine.plasma_total"], mg("desipramine", 100), CYP2D6=activity
        )[0]
        for activity in (1.0, 0.0)
    }
    assert 17 < half_life(time, concentrations[1.0], 48, 120) < 24  # 20.6 +/- 3.4 h [spina_1996]
    assert 80 < half_life(time, concentrations[0.0], 100, 500) < 130  # about 120 h in one patient
    assert np.trapezoid(concentrations[1.0], time) == pytest.approx(
        3234, abs=1145
    )  # nM h [spina_1996]
    assert concentrations[1.0].max() == pytest.approx(107, abs=32)


def test_a_double_dose_of_desipramine_more_than_doubles_its_level():
    time = hours(14 * 24, 0.5)
    low, high = (
        mean_of_last_day(
            time,
            levels("human", time, ["desipramine.plasma_total"], mg("desipramine", dose, days=14))[
                0
            ],
            14 * 24,
        )
        for dose in (150, 300)
    )
    assert 2.1 < high / low < 4


def test_without_cyp2c19_imipramine_rises_and_desipramine_falls():
    imipramine, desipramine, _ = imipramine_150_a_day()
    poor_imipramine, poor_desipramine, _ = imipramine_150_a_day(CYP2C19=0)
    assert poor_imipramine > imipramine and poor_desipramine < desipramine
    assert 1.5 < (poor_imipramine / poor_desipramine) / (imipramine / desipramine) < 6


def test_poor_metabolisers_of_atomoxetine_have_tenfold_the_area_and_absorb_nearly_all():
    # AUC about 10-fold, bioavailability 0.63 and 0.94 [atomoxetine_label].
    time = hours(400, 0.25)
    area = {}
    for activity in (1.0, 0.0):
        (level,) = levels(
            "human", time, ["atomoxetine.plasma_total"], mg("atomoxetine", 40), CYP2D6=activity
        )
        area[activity] = np.trapezoid(level, time)
    assert 8 < area[0.0] / area[1.0] < 13
    drug = DRUGS["atomoxetine"]
    clearance = drug.value("CL", "human") * (1 - drug.value("share_CYP2D6", "human"))
    absorbed = area[0.0] * clearance / drug.nmol_per_kg(40 / KG)
    assert absorbed == pytest.approx(0.94, abs=0.04)


def test_fluvoxamine_after_50_mg_follows_the_plasma_of_the_pet_study():
    # 13.9 +/- 5.5, 5.1 +/- 3.2 and 1.5 +/- 1.7 ng/mL [takano_2006].
    time = np.array([0.0, 5.0, 26.0, 53.0])
    level = ng_per_mL(
        "fluvoxamine", levels("human", time, ["fluvoxamine.plasma_total"], mg("fluvoxamine", 50))[0]
    )
    assert np.all(np.abs(level[1:] - [13.9, 5.1, 1.5]) < [5.5, 3.2, 1.7])


def test_citalopram_on_40_mg_a_day_is_in_the_range_of_patients():
    time = hours(20 * 24, 0.5)
    (level,) = levels("human", time, ["citalopram.plasma_total"], mg("citalopram", 40, days=20))
    assert 165 < mean_of_last_day(time, level, 20 * 24) < 405  # nM [citalopram_label_ch]


def test_fluoxetine_slows_its_own_clearance_and_norfluoxetine_outlasts_it():
    single = hours(20 * 24, 1.0)
    (once,) = levels("human", single, ["fluoxetine.plasma_total"], mg("fluoxetine", 20))
    long = hours(90 * 24, 2.0)
    parent, metabolite = levels(
        "human",
        long,
        ["fluoxetine.plasma_total", "norfluoxetine.plasma_total"],
        mg("fluoxetine", 40, days=60),
    )
    first = half_life(single, once, 48, 168)
    later = half_life(long, parent, 60 * 24 + 48, 60 * 24 + 168)
    assert 24 < first < 96 and 96 < later < 200  # 1 to 4 d, then 4 to 6 d or longer
    assert 7 * 24 < half_life(long, metabolite, 75 * 24, 90 * 24) < 16 * 24


@pytest.mark.parametrize(
    ("drug", "start", "end", "low", "high"),
    [
        ("reboxetine", 20, 80, 11, 15),  # about 13 h
        ("nortriptyline", 60, 150, 16, 38),  # 25.5 +/- 7.9 h
        ("sertraline", 50, 150, 22, 36),
        ("citalopram", 60, 150, 19, 45),  # 33 h
        ("haloperidol", 20, 80, 15, 23),  # 18.8 h
        ("clonidine", 5, 40, 7, 10),  # 8.5 +/- 0.9 h
        ("yohimbine", 1, 5, 0.5, 0.8),  # 0.68 h
    ],
)
def test_half_lives_in_people_are_the_published_ones(drug, start, end, low, high):
    time = hours(160, 0.1)
    (level,) = levels("human", time, [f"{drug}.plasma_total"], mg(drug, 5, "iv"))
    assert low < half_life(time, level, start, end) < high


def test_nortriptyline_occupies_the_transporter_as_in_pet_if_a_site_needs_four_times_the_ki():
    # Plasma that holds half: 59.8 ng/mL in volunteers, 79.8 in patients [sekine_2010, takano_2014].
    drug = DRUGS["nortriptyline"]
    free = np.array([59.8, 79.8]) / drug.value("molar_mass") * 1000 * drug.value("fu", "human")
    shifts = free / drug.value("Ki_NET")
    assert 3 < shifts[0] < shifts[1] < 6
    time = hours(8, 0.05)
    plasma, occupied = {}, {}
    for dose in (10.0, 25.0, 75.0):
        total, brain = levels(
            "human",
            time,
            ["nortriptyline.plasma_total", "nortriptyline_brain.free"],
            mg("nortriptyline", dose),
        )
        plasma[dose] = ng_per_mL("nortriptyline", total[(time > 3) & (time < 6)]).mean()
        load = brain[(time > 3) & (time < 6)].mean() / (drug.value("Ki_NET") * shifts[0])
        occupied[dose] = 100 * load / (1 + load)
    assert plasma[75.0] == pytest.approx(50.5, rel=0.35)
    assert plasma[25.0] == pytest.approx(23.7, rel=0.5)
    assert occupied[10.0] < occupied[25.0] < occupied[75.0]
    assert occupied[75.0] == pytest.approx(41.1, abs=8)
    # 33.2 % was measured after 25 mg; 59.8 ng/mL at half and the 23.7 ng/mL measured give 28 %, our
    # levels less.
    assert 14 < occupied[25.0] < 33.2


# Rats.


def test_desipramine_in_the_rat_peaks_in_brain_at_half_an_hour_and_halves_in_eight():
    time = hours(48, 0.02)
    plasma, brain = levels(
        "rat",
        time,
        ["desipramine.plasma_total", "desipramine_brain.free"],
        rat("desipramine", 10, "ip"),
    )
    assert 0.3 < time[brain.argmax()] < 0.75  # [desipramine_rat_sexes]
    assert 6 < half_life(time, plasma, 12, 40) < 11


def test_desipramine_is_eliminated_two_days_after_a_pump():
    time = hours(16 * 24, 1.0)
    (level,) = levels("rat", time, ["desipramine.plasma_total"], pump("desipramine", 15, 14))
    assert level[time == 14 * 24][0] == pytest.approx(
        DRUGS["desipramine"].nmol_per_kg(15) / 24 / DRUGS["desipramine"].value("CL", "rat"),
        rel=1e-3,
    )
    assert level[-1] / level.max() < 0.03


def test_a_reboxetine_pump_gives_the_total_brain_level_of_invernizzi_2001():
    time = hours(48, 0.5)
    (free,) = levels("rat", time, ["reboxetine_brain.free"], pump("reboxetine", 10, 2))
    total = ng_per_mL("reboxetine", free[-2] / DRUGS["reboxetine"].value("fu_brain"))
    assert 20 < total < 56  # 37.9 +/- 17.8 ng/g after 2 d


def test_fluoxetine_and_norfluoxetine_in_the_rat_are_those_of_caccia_1990():
    time = hours(200, 0.1)
    names = ["fluoxetine.plasma_total", "norfluoxetine.plasma_total"]
    parent, metabolite = levels("rat", time, names, rat("fluoxetine", 5, "iv"))
    assert half_life(time, parent, 5, 20) == pytest.approx(5, rel=0.1)
    assert half_life(time, metabolite, 80, 180) == pytest.approx(15, rel=0.1)
    assert np.trapezoid(metabolite, time) / np.trapezoid(parent, time) == pytest.approx(
        2.5, rel=0.1
    )
    parent, metabolite = levels("rat", time, names, rat("fluoxetine", 5, "po"))
    assert 4 < np.trapezoid(metabolite, time) / np.trapezoid(parent, time) < 7  # about 5


def test_a_rat_given_imipramine_has_more_desipramine_than_imipramine():
    time = hours(96, 0.1)
    parent, metabolite = levels(
        "rat",
        time,
        ["imipramine_brain.free", "desipramine_brain.free"],
        rat("imipramine", 10, "ip"),
    )
    assert np.trapezoid(metabolite, time) > np.trapezoid(parent, time)  # [devane_1985]
    assert half_life(time, metabolite, 24, 72) > 1.5 * half_life(time, parent, 12, 30)


# Equations.


def test_a_dose_by_mouth_follows_the_solved_equation_of_one_compartment():
    drug, time = DRUGS["reboxetine"], hours(72, 0.5)
    V, CL, ka, F = (drug.value(name, "human") for name in ("V", "CL", "ka_po", "F_po"))
    ke = CL / V
    solved = (
        F
        * drug.nmol_per_kg(4 / KG)
        * ka
        / V
        / (ka - ke)
        * (np.exp(-ke * time) - np.exp(-ka * time))
    )
    (level,) = levels("human", time, ["reboxetine.plasma_total"], mg("reboxetine", 4))
    assert level == pytest.approx(solved, rel=1e-5, abs=1e-6 * solved.max())


def test_two_compartments_follow_their_solved_equation():
    drug, time = DRUGS["fluvoxamine"], hours(6, 0.05)
    V, V2, Q, CL = (drug.value(name, "rat") for name in ("V", "V2", "Q", "CL"))
    k10, k12, k21 = CL / V, Q / V, Q / V2
    total, product = k10 + k12 + k21, k10 * k21
    fast, slow = (total + s * np.sqrt(total**2 - 4 * product) for s in (1, -1))
    fast, slow = fast / 2, slow / 2
    dose = drug.nmol_per_kg(1)
    solved = (
        dose
        / V
        * ((fast - k21) * np.exp(-fast * time) + (k21 - slow) * np.exp(-slow * time))
        / (fast - slow)
    )
    (level,) = levels("rat", time, ["fluvoxamine.plasma_total"], rat("fluvoxamine", 1, "iv"))
    assert level == pytest.approx(solved, rel=1e-5, abs=1e-6 * solved.max())


@pytest.mark.parametrize("activity", [1.0, 0.0, 0.5, 2.0])
def test_the_dose_is_in_the_depot_in_the_body_or_eliminated(activity):
    time = hours(240, 1.0)
    given = mg("imipramine", 50, days=3)
    names = [
        "imipramine_dose1.amount",
        *(f"imipramine.{s}" for s in ("central", "peripheral", "eliminated")),
    ]
    concentrations = levels("human", time, names, given, CYP2D6=activity, CYP2C19=activity)
    doses = 1 + np.sum(
        time[:, None] > [[24.0, 48.0]], axis=1
    )  # a dose falls just after its own time
    between = ~np.isin(time, [24.0, 48.0])
    assert concentrations.sum(axis=0)[between] == pytest.approx(
        (given.amount * doses)[between], rel=1e-6
    )
    assert np.all(concentrations > -1e-6 * given.amount)


def test_formation_of_the_metabolite_does_not_exceed_elimination_of_the_parent():
    time = hours(240, 1.0)
    removed, *made = levels(
        "human",
        time,
        ["imipramine.eliminated"]
        + [f"desipramine.{s}" for s in ("central", "peripheral", "eliminated")],
        mg("imipramine", 50),
    )
    share = sum(made)[-1] / removed[-1]
    assert 0.55 < share < 0.67  # 61 % of clearance demethylates, first pass included
    assert np.all(sum(made) <= removed * (1 + 1e-6) + 1e-6)


def test_brain_approaches_kpuu_times_free_plasma_under_a_pump():
    time = hours(120, 1.0)
    free, brain = levels(
        "rat",
        time,
        ["atomoxetine.plasma_free", "atomoxetine_brain.free"],
        pump("atomoxetine", 3, 5),
    )
    assert brain[-2] / free[-2] == pytest.approx(DRUGS["atomoxetine"].value("Kpuu"), rel=1e-4)


def test_a_probe_delivers_a_share_to_its_tissue_and_none_to_the_blood():
    time = hours(6, 0.1)
    tissue, blood = levels(
        "rat",
        time,
        ["desipramine_probe_cortex.tissue", "desipramine.plasma_total"],
        Dosing("desipramine", "probe_cortex", 1000.0, start_h=1.0, duration_h=4.0),
    )
    assert tissue[time < 0.95].max() == pytest.approx(0, abs=1e-9)
    assert tissue.max() == pytest.approx(100, rel=0.01)
    assert np.all(blood == pytest.approx(0, abs=1e-12))


def test_half_the_enzyme_halves_its_own_clearance_only():
    time = hours(1000, 0.5)
    concentrations = {
        activity: np.trapezoid(
            levels(
                "human",
                time,
                ["nortriptyline.plasma_total"],
                mg("nortriptyline", 5, "iv"),
                CYP2D6=activity,
            )[0],
            time,
        )
        for activity in (1.0, 0.5)
    }
    share = DRUGS["nortriptyline"].value("share_CYP2D6", "human")
    assert concentrations[1.0] / concentrations[0.5] == pytest.approx(1 - share / 2, rel=5e-4)
