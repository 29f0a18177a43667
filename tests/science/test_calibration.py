"""The ensembles of the library are up to date, meet the reference ranges of the vendor guides, and
show which parameters are not identified.
"""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.io.library.library import Library
from tricyclic.simulation.calibration.predict import build_arms, values_for
from tricyclic.simulation.compose import compose
from tricyclic.simulation.dosing import parse_all_dosing
from tricyclic.simulation.run import Simulator
from tricyclic.workflows.model.ensemble import outdated_warning, scenarios_sharing_ensemble

LIBRARY = Library()
# Reference ranges that every parameter set keeps: id of a limit -> (low, high).
TARGETS = {
    "band_acute_cortex": (180, 320),
    "band_acute_locus": (1.0, np.inf),
    "band_acute_firing": (15, 60),
    "band_chronic_NE_peak": (250, np.inf),
    "band_chronic_NE_trough": (0, 350),
    "band_chronic_firing": (0, 70),
    "band_ceiling": (900, np.inf),
    "band_ceiling_block": (3, np.inf),
    "band_ceiling_antagonist": (3, np.inf),
    "band_Bmax": (37.3, 44.1),
    "band_alpha2_2d": (75, np.inf),
    "band_alpha2_14d": (0, 60),
    "band_sigma": (1.3, 2.0),
    "band_sigma_EC50_low": (0, 0.5),
    "band_sigma_EC50_high": (0.5, 1.0),
}


@pytest.fixture(scope="module")
def rat():
    return LIBRARY.ensemble("rat")


@pytest.fixture(scope="module")
def misfit(rat):
    return {row.id: row for row in rat.misfit}


@pytest.fixture(scope="module")
def identifiability(rat):
    return {row.name: row for row in rat.identifiability}


@pytest.mark.parametrize("name", LIBRARY.ensemble_names)
def test_an_ensemble_is_of_the_present_model_and_observations(name):
    assert outdated_warning(LIBRARY.ensemble(name), LIBRARY) == ""


@pytest.mark.parametrize("name", LIBRARY.ensemble_names)
def test_an_ensemble_was_sampled_well_enough(name):
    ensemble = LIBRARY.ensemble(name)
    assert len(ensemble) >= 100
    assert ensemble.sampling["autocorrelation_times"] >= 50
    assert ensemble.sampling["tail"] < 0.7
    assert ensemble.sampling["effective_draws"] >= len(ensemble)
    assert ensemble.sampling["failed_runs"] < 0.02 * ensemble.sampling["runs"]


def test_every_required_limit_is_a_target_here_or_a_mere_order():
    _, scenarios = scenarios_sharing_ensemble("noradrenergic_synapse", LIBRARY)
    limits = {
        row.id
        for scenario in scenarios
        for row in LIBRARY.observations(scenario.name)
        if row.row == "band"
    }
    assert limits - TARGETS.keys() == {"band_monotone", "band_monotone_15", "band_saturating"}


@pytest.mark.parametrize("name", TARGETS)
def test_the_parameter_sets_keep_the_reference_range(name, misfit):
    low, high = TARGETS[name]
    assert misfit[name].share >= 0.95
    assert low <= misfit[name].median <= high


def test_the_numbers_of_the_vendor_guides_lie_in_the_band(misfit):
    assert misfit["V056"].low <= 40.7 <= misfit["V056"].high
    assert misfit["V090"].low <= 1.6 <= misfit["V090"].high
    # Threefold at the time within 12 h that comes closest.
    assert misfit["V041"].low <= 300 <= misfit["V041"].high
    assert misfit["V093_glutamate"].high < 1.15
    assert misfit["V098_alone"].high < 0.1


@pytest.mark.slow
def test_six_hours_after_the_last_of_fourteen_doses_norepinephrine_is_two_to_four_fold(rat):
    scenario = LIBRARY.scenario("noradrenergic_synapse")
    text = "desipramine 10 mg/kg ip every 24 h x 14"
    dosing = parse_all_dosing(text, scenario, LIBRARY.drugs)
    simulator = Simulator(compose(scenario, LIBRARY.mechanisms, LIBRARY.drugs, dosing))
    quantity = scenario.observable("cortex_NE").quantity
    folds = []
    for parameter_set in rat.each(most=20):
        values = values_for(simulator.composed, parameter_set)
        table = simulator.run(np.array([0.0, 13 * 24 + 6.0]), [quantity], values)
        folds.append(table[1, 0] / table[0, 0])
    low, median, high = np.percentile(folds, [5, 50, 95])
    assert 2 < median < 4 and low < 3 < high, folds


@pytest.mark.slow
def test_the_misfit_table_has_what_the_best_set_predicts(rat, misfit):
    _, sharing = scenarios_sharing_ensemble(rat.scenario, LIBRARY)
    scenarios = {one.name: one for one in sharing}
    rows = [row for name in scenarios for row in LIBRARY.observations(name)]
    panel = build_arms(rows, scenarios, LIBRARY.mechanisms, LIBRARY.drugs)
    predicted = panel.predict(rat.parameter_set(0))
    for row, number in zip(rows, predicted, strict=True):
        assert number == pytest.approx(misfit[row.id].best, rel=2e-3), row.id


def test_the_observations_inform_the_share_of_clearance_that_no_blocker_stops(identifiability):
    row = identifiability["cortex.other_share"]
    assert row.width < 0.7
    assert {"V014", "band_acute_cortex", "V041", "V001"} & {name for name, _ in row.rows}


def test_a_parameter_that_no_observation_informs_keeps_its_prior(identifiability):
    row = identifiability["imipramine.Ki_sigma1"]
    assert row.width == pytest.approx(1.0, abs=0.15)
    assert sum(share for _, share in row.rows) < 0.1


def test_conflicting_observations_are_listed_and_do_not_both_agree(misfit):
    assert misfit["V076"].share > 0.9
    assert misfit["P207"].share < 0.1
