"""The noradrenergic synapse: laws for any values, and bands that the library's own values meet.

The bands are wide on purpose: they are what published experiments agree on, not a fit. Numbers with
a name come from the paper named beside them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from tricyclic.core.scenario import Compartment, Component, Scenario
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.scenarios import scenario
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.run import Simulator

Floats = NDArray[np.float64]
NAME = "noradrenergic_synapse"
MECHANISMS, DRUGS = mechanisms(), drugs()
CORTEX, LOCUS, RATE = "cortex.NE", "locus.NE", "locus_cells.rate"


@cache
def simulator(doses: str) -> Simulator:
    whole = scenario(NAME)
    return Simulator(compose(whole, MECHANISMS, DRUGS, parse_all_dosing(doses, whole, DRUGS)))


def course(doses: str, end_h: float, name: str, step_h: float = 0.1, **values: float) -> Floats:
    """A quantity over time in percent of its baseline; values are named COMPONENT__symbol."""
    given = {key.replace("__", "."): value for key, value in values.items()}
    one = simulator(doses)
    steady = one.steady_state(given)
    times = np.arange(0.0, end_h + step_h / 2, step_h)
    return (
        100
        * one.run(times, [name], given, start=steady)[:, 0]
        / one.baseline_values([name], given, steady)[0]
    )


def alone(mechanism: str, outputs: list[str], **values: float) -> Floats:
    """Outputs of a mechanism by itself, an hour after its ports were set."""
    lone = Scenario(
        "lone",
        "lone",
        "one part",
        "rat",
        "culture",
        (),
        (Compartment("fluid", "fluid"),),
        (),
        (),
        (Component("it", mechanism, "fluid"),),
        (),
    )
    one = Simulator(compose(lone, MECHANISMS, DRUGS, ()))
    given = {f"it.{key}": value for key, value in values.items()}
    start = one.model.start(one.ids(given))
    return one.run(np.array([0.0, 1.0]), [f"it.{name}" for name in outputs], given, start=start)[-1]


# ---- laws


def test_an_untreated_rat_is_at_steady_state_for_sixty_days_whatever_its_values():
    one = simulator("")
    names = [
        name for name, item in one.composed.quantities.items() if item.kind in ("state", "species")
    ]
    rng = np.random.default_rng(1)
    changed = [name for name, constant in one.composed.parameters.items() if constant.free]
    for subject in range(4):
        values = {
            name: rng.uniform(one.composed.parameters[name].low, one.composed.parameters[name].high)
            for name in changed
            if subject
        }
        start = one.model.start(one.ids(values))
        states = one.run(np.linspace(0, 1440, 61), names, values, start=start)
        assert np.allclose(states, states[0], rtol=1e-7, atol=1e-9)
    assert len(changed) >= 18


def test_a_lesion_of_the_raphe_has_a_steady_state_too():
    one = simulator("")
    values = {"serotonin.innervation": 0.05}
    start = one.model.start(one.ids(values))
    states = one.run(
        np.array([0.0, 1440.0]), ["serotonin.HT", CORTEX, "beta1.Bmax"], values, start=start
    )
    assert states[1] == pytest.approx(states[0], rel=1e-7)
    assert states[0, 0] == pytest.approx(0.05, rel=1e-9)


def test_a_blocker_shifts_uptake_to_the_right_without_lowering_its_ceiling():
    # Gaddum: with load 9 the same uptake needs ten times the amine.
    free = alone("reuptake", ["uptake"], amine=30, Km=400)
    blocked = alone("reuptake", ["uptake"], amine=300, Km=400, load=9)
    assert blocked == pytest.approx(free, rel=1e-9)
    ceiling = alone("reuptake", ["uptake"], amine=1e9, load=9, capacity=765, Km=400)
    assert ceiling[0] == pytest.approx(765 * 400, rel=1e-4)


def test_without_transporter_and_feedback_the_other_clearance_sets_the_concentration():
    # Baseline release over the other clearance: 9.78-fold with 10 % other clearance, Km 400 nM and
    # a baseline of 10 nM.
    level = course(
        "desipramine 10000 uM probe_cortex for 8 h",
        8,
        CORTEX,
        cortex__other_share=0.1,
        terminal_alpha2__Imax=0,
        cortex_release__depth=1e-6,
        store__k_store=0,
        net_cortex_density__k_turnover=0,
    )[-1]
    assert level == pytest.approx(100 * (0.9 / (1 + 10 / 400) + 0.1) / 0.1, rel=0.01)


def test_release_cannot_exceed_the_filling_of_the_ready_pool():
    (relative,) = alone("norepinephrine_release", ["relative"], firing=1e6, depth=0.25)
    assert relative == pytest.approx(1.25 / 0.25, rel=1e-4)
    slow, fast = (alone("norepinephrine_release", ["ready"], firing=f)[0] for f in (0.3, 3.0))
    assert slow > 1 > fast


def test_norepinephrine_halves_its_inhibition_at_the_published_concentration():
    # Feuerstein 2000: functional Kd 10.2 nM, largest inhibition 83 %
    (half,) = alone("terminal_alpha2", ["inhibition"], amine=10.2)
    (full,) = alone("terminal_alpha2", ["inhibition"], amine=1e7)
    assert full == pytest.approx(0.83, rel=1e-3)
    assert half / full == pytest.approx(0.5, rel=0.01)


def test_an_antagonist_shifts_the_autoreceptor_curve_as_schild_predicts():
    # dose ratio 1 + load
    plain = alone("terminal_alpha2", ["inhibition"], amine=8)
    assert alone("terminal_alpha2", ["inhibition"], amine=80, load=9) == pytest.approx(
        plain, rel=1e-9
    )
    (brake,) = alone("somatodendritic_alpha2", ["brake"], amine=8)
    (shifted,) = alone("somatodendritic_alpha2", ["brake"], amine=80, load=9)
    assert shifted == pytest.approx(brake, rel=1e-9)


@pytest.mark.slow
def test_more_of_an_antagonist_never_means_less_norepinephrine():
    peaks = [
        course(f"desipramine 10 mg/kg ip; rx821002 {dose} mg/kg ip", 3, CORTEX).max()
        for dose in (0.01, 0.1, 1, 10)
    ]
    assert all(np.diff(peaks) > 0)


def test_receptors_with_doubled_loss_settle_at_half():
    # Heck and Bylund 1997: norepinephrine raises the loss about two-fold and halves the receptors
    one = alone("receptor_adaptation", ["density"], drive=2, driven=1, k_turnover=10)
    assert one[0] == pytest.approx(0.5, abs=1e-4)


def test_a_probe_recovers_less_where_uptake_is_blocked():
    # Cosford 1996: 35 % at baseline, 26 % under local desipramine
    doses = "desipramine 10 uM probe_cortex for 4 h"
    one = simulator(doses)
    recovery = one.run(np.array([0.0, 4.0]), ["probe_cortex.recovery"])[:, 0]
    assert recovery[0] == pytest.approx(0.35, abs=0.005)
    assert recovery[1] == pytest.approx(0.26, abs=0.025)


def test_nothing_becomes_negative_under_repeated_doses():
    doses = "desipramine 10 mg/kg ip every 12 h for 14 d"
    names = [
        name
        for name, item in simulator(doses).composed.quantities.items()
        if item.kind in ("state", "species")
    ]
    table = simulator(doses).run(np.linspace(0, 480, 481), names)
    assert table.min() > -1e-6
    assert np.isfinite(table).all()


# ---- bands, acute


def test_desipramine_raises_norepinephrine_with_dose_and_saturates():
    peaks = [course(f"desipramine {mg} mg/kg ip", 3, CORTEX).max() for mg in (1, 3, 10, 15)]
    assert all(np.diff(peaks) > 0)
    assert 180 < peaks[2] < 320
    assert peaks[3] - peaks[2] < peaks[2] - peaks[1]
    assert course("desipramine 10 mg/kg ip", 3, LOCUS).max() > peaks[2]
    assert 15 < course("desipramine 10 mg/kg ip", 3, RATE).min() < 60


def test_block_with_an_antagonist_is_far_more_than_either():
    # Sacchetti 1999: reboxetine 15 mg/kg with idazoxan 1 mg/kg s.c. reaches 1680 %
    both = course("reboxetine 15 mg/kg ip; idazoxan 1 mg/kg sc", 3, CORTEX).max()
    block = course("reboxetine 15 mg/kg ip", 3, CORTEX).max()
    antagonist = course("idazoxan 1 mg/kg sc", 3, CORTEX).max()
    assert both > 900
    assert both > 3 * max(block, antagonist)


def test_alpha2_antagonists_alone_about_double_norepinephrine():
    # Abercrombie 1988: yohimbine 5 mg/kg, 230 %; Fernandez-Pastor 2002: RX821002 into the locus
    # coeruleus, 195 +/- 26 %
    assert course("yohimbine 5 mg/kg ip", 3, CORTEX).max() == pytest.approx(230, abs=50)
    assert course("rx821002 100 uM probe_lc for 3 h", 3, CORTEX).max() == pytest.approx(195, abs=52)


def test_a_local_blocker_raises_more_than_a_systemic_one_and_in_the_locus_lowers_the_cortex():
    # Mateo 1998: the autoreceptors of the locus coeruleus hold the cortex down
    local = course("desipramine 1 uM probe_cortex for 4 h", 4, "probe_cortex.dialysate").max()
    systemic = course("desipramine 10 mg/kg ip", 4, "probe_cortex.dialysate").max()
    assert 300 < local < 500
    assert local > 1.5 * systemic
    assert course("desipramine 10 uM probe_lc for 4 h", 4, CORTEX)[-1] < 70
    assert course("desipramine 10 uM probe_lc for 4 h", 4, LOCUS)[-1] > 200


def test_clonidine_lowers_norepinephrine_and_firing():
    assert course("clonidine 0.03 mg/kg ip", 4, CORTEX).min() < 70
    assert course("clonidine 0.03 mg/kg ip", 4, RATE).min() < 70


def test_a_blocker_of_sert_raises_serotonin_and_leaves_norepinephrine():
    doses = "citalopram 10 mg/kg ip"
    assert course(doses, 4, "serotonin.HT").max() > 180
    assert course(doses, 4, CORTEX) == pytest.approx(100, abs=5)


def test_a_blocker_of_net_raises_dopamine_in_the_cortex():
    # Bymaster 2002: atomoxetine raises both there about three-fold
    assert course("desipramine 10 mg/kg ip", 4, "dopamine.DA").max() > 200
    assert course("desipramine 10 mg/kg ip", 4, "dopamine.DA", dopamine__net_share=0.0).max() < 110


# ---- bands, weeks


@pytest.mark.parametrize("every_h", [12, 24])
def test_fourteen_days_of_desipramine_triple_norepinephrine_while_firing_stays_low(every_h):
    doses = f"desipramine 10 mg/kg ip every {every_h} h for 14 d"
    last = 336 - every_h
    cortex = course(doses, 340, CORTEX, step_h=0.5)[2 * last : 2 * (last + 12) + 1]
    firing = course(doses, 340, RATE, step_h=0.5)[2 * last : 2 * (last + 12) + 1]
    receptors = course(doses, 340, "adaptation_terminal.density", step_h=0.5)
    assert 250 < cortex.max() < 350
    assert firing.max() < 70
    assert receptors[2 * 48] > 75
    assert receptors[2 * 336] < 60
    assert course(doses, 340, "adaptation_lc.density", step_h=0.5)[-1] > 85


def test_transporters_and_tyrosine_hydroxylase_fall_over_weeks():
    doses = "desipramine 10 mg/kg ip every 24 h for 21 d"
    # Bauer 1992: 60 to 80 % of [3H]nisoxetine sites two days after the last of 21 doses; Nestler
    # 1990: 30 to 60 % of the enzyme
    assert 60 < course(doses, 528, "net_cortex_density.density", step_h=1)[20 * 24 + 48] < 80
    assert 30 < course(doses, 528, "enzyme.enzyme", step_h=1)[21 * 24] < 60


def test_a_blocker_reduces_transporters_even_without_norepinephrine():
    # Weinshenker 2002: mice without norepinephrine lose NET under desipramine too
    doses = "desipramine 15 mg/kg/d pump for 14 d"
    lost = course(doses, 336, "net_cortex_density.density", step_h=1)[-1]
    without = course(doses, 336, "net_cortex_density.density", step_h=1, cortex__NE0=1e-3)[-1]
    assert without == pytest.approx(lost, abs=1)


def test_beta1_receptors_are_lost_with_serotonin_and_kept_without():
    doses = "desipramine 15 mg/kg/d pump for 14 d"
    intact = course(doses, 336, "beta1.Bmax", step_h=1)[-1]
    lesioned = course(doses, 336, "beta1.Bmax", step_h=1, serotonin__innervation=0.05)[-1]
    assert intact < 75
    assert lesioned > 88
