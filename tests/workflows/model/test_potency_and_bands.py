"""A simulation states the potency in the living brain, and where a number has no band."""

from __future__ import annotations

import json
import math

import pytest

from tricyclic.plotting.simulation import simulation_plots
from tricyclic.reports.json.simulation import simulation_json
from tricyclic.reports.text.simulation import format_with_band, simulation_text
from tricyclic.results.simulation import Interval
from tricyclic.workflows.model.options import SimulateOptions
from tricyclic.workflows.model.simulate import run


def simulate(scenario, drug, **options):
    return run(
        SimulateOptions(
            scenario=scenario,
            drug=drug,
            dose="10 mg/kg",
            route="ip",
            hours=6.0,
            **options,
        )
    )


@pytest.fixture(scope="module")
def citalopram():
    return simulate("kinetics_and_occupancy", "citalopram", ensemble_size=8)


@pytest.fixture(scope="module")
def desipramine():
    return simulate("kinetics_and_occupancy", "desipramine", ensemble_size=8)


def occupancy(result, name):
    return next(row for row in result.occupancies if row.name == name)


def test_each_occupancy_names_the_loss_of_potency_it_was_computed_with(desipramine):
    sert = occupancy(desipramine, "SERT_occupancy").potency_shift
    assert (sert.factor.value, sert.basis, sert.parameter) == (4.0, "assumed", "sert.potency_shift")
    net = occupancy(desipramine, "NET_occupancy").potency_shift
    assert net.factor.low < net.factor.value < net.factor.high
    assert net.basis == "ensemble rat, version 2"
    published = occupancy(desipramine, "SERT_occupancy_published_Ki").potency_shift
    assert (published.factor.value, published.basis) == (1.0, "published Ki")
    text = simulation_text(desipramine)
    assert "Ki in vivo / published Ki" in text and "4, assumed" in text
    listed = simulation_json(desipramine)["occupancies"]
    assert {row["name"]: row["potency_shift"]["factor"]["value"] for row in listed}[
        "SERT_occupancy"
    ] == 4.0


def test_a_loss_of_potency_that_the_user_sets_is_called_so():
    result = simulate(
        "kinetics_and_occupancy", "desipramine", ensemble_size=2, set=("sert.potency_shift=2",)
    )
    sert = occupancy(result, "SERT_occupancy").potency_shift
    assert (sert.factor.value, sert.basis) == (2.0, "set for this run")


def test_both_scenarios_state_the_same_loss_of_potency():
    one = simulate("kinetics_and_occupancy", "desipramine", ensemble_size=3)
    other = simulate("noradrenergic_synapse", "desipramine", ensemble_size=3)
    for name in ("SERT_occupancy", "NET_occupancy"):
        mine, theirs = occupancy(one, name), occupancy(other, name.lower())
        assert mine.potency_shift == theirs.potency_shift
        assert mine.peak.value == pytest.approx(theirs.peak.value, rel=1e-3)


def test_a_drug_that_was_not_calibrated_has_no_band_of_its_own(citalopram):
    sert = occupancy(citalopram, "SERT_occupancy")
    reason = "nothing about citalopram was calibrated"
    assert math.isnan(sert.peak.low) and sert.peak.no_band == reason
    row = next(
        one for one in simulation_json(citalopram)["occupancies"] if one["name"] == sert.name
    )
    peak = row["peak"]
    assert (peak["low"], peak["high"], peak["no_band"]) == (None, None, reason)
    assert json.dumps(row)
    text = simulation_text(citalopram)
    assert "% (no band)" in text and f"no band: {reason}" in text
    # NET has a band: its loss of potency was calibrated.
    assert occupancy(citalopram, "NET_occupancy").peak.low < 1.6
    assert any(reason in remark for remark in citalopram.remarks)


def test_a_course_without_a_band_is_drawn_without_one_and_the_caption_explains_it(citalopram):
    plots = {plot.name: plot for plot in simulation_plots(citalopram)}
    (panel,) = plots["concentrations"].panels[:1]
    assert panel.traces[0].low is None
    assert plots["concentrations"].no_band == "nothing about citalopram was calibrated"


def test_no_printed_band_has_width_zero(citalopram, desipramine):
    for result in (citalopram, desipramine):
        for row in result.occupancies:
            for one in (row.peak, row.end):
                assert math.isnan(one.low) or one.low < one.high


def test_a_narrow_band_is_shown_with_the_digits_in_which_its_limits_differ():
    assert format_with_band(Interval(71.2, 71.2341, 71.2347), "%") == "71.2 % (71.234 to 71.235)"
    assert format_with_band(Interval(71.2, no_band="x"), "%") == "71.2 % (no band)"
    assert format_with_band(Interval(71.2), "%") == "71.2 %"
