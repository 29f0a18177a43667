"""Measured dialysate beside the model: the course is that of `model simulate`, as means over
the windows of the study, with the probe of the study.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.reports.plots.microdialysis import microdialysis_drawings
from tricyclic.reports.text.microdialysis import microdialysis_text
from tricyclic.workflows.dialysis_model import DialysisSetup, simulate_dialysis

pytestmark = pytest.mark.usefixtures("equal_models_once")

DOSE = "desipramine 10 mg/kg ip"
SIZE = 3


def table(groups=("vehicle", "desipramine")):
    rows = [
        (f"{group}{k}", group, start, start + 20.0, value * (1.0 + 0.02 * k))
        for group in groups
        for k in range(3)
        for start in np.arange(-80.0, 120.0, 20.0)
        for value in (2.0 if group == "vehicle" or start < 0 else 6.0,)
    ]
    names = ("animal", "group", "start", "end", "value")
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def compare(**options):
    given = {"unit": "nM", "region": "lc", "ensemble_size": SIZE, "compare": DOSE, **options}
    return tca.microdialysis(given.pop("table", table()), **given)


@pytest.fixture(scope="module")
def compared():
    return compare()


@pytest.fixture(scope="module")
def simulated():
    return tca.simulate(
        "noradrenergic_synapse",
        dose_event=f"{DOSE} at 2 h",
        hours=5,
        observable="probe_locus.dialysate",
        ensemble_size=SIZE,
    )


def test_narrow_windows_give_the_course_of_model_simulate(simulated):
    (course,) = simulated.courses[:1]
    minutes = [-60.0, 15.0, 30.0, 60.0, 120.0]
    windows = [(t - 0.5, t + 0.5) for t in minutes]
    modelled = simulate_dialysis(DOSE, windows, DialysisSetup("lc", ensemble_size=SIZE))
    at = [2.0 + t / 60.0 for t in minutes]
    assert [f.level_nM for f in modelled.fractions] == pytest.approx(
        np.interp(at, course.time_h, course.y).tolist(), rel=5e-3
    )
    assert [f.percent for f in modelled.fractions] == pytest.approx(
        np.interp(at, course.time_h, course.percent_of_baseline).tolist(), rel=5e-3
    )
    assert [f.percent_high for f in modelled.fractions] == pytest.approx(
        np.interp(at, course.time_h, course.percent_high).tolist(), rel=5e-3
    )


def test_a_window_is_the_mean_of_the_windows_within_it():
    halves = [(0.0, 10.0), (10.0, 20.0), (0.0, 20.0)]
    setup = DialysisSetup("lc", ensemble_size=1)
    first, second, both = simulate_dialysis(DOSE, halves, setup).fractions
    assert both.level_nM == pytest.approx(0.5 * (first.level_nM + second.level_nM), rel=1e-9)


def test_every_measured_mean_stands_beside_the_model_in_its_window(compared):
    frame = compared.to_frame("model")
    assert len(frame) == 2 * 10
    means = compared.to_frame("means")
    assert frame["measured_percent"].tolist() == means["percent_of_baseline"].tolist()
    assert frame["start_min"].tolist() == means["start_min"].tolist()
    vehicle = frame[frame["group"] == "vehicle"]
    assert vehicle["model_percent"].tolist() == pytest.approx([100.0] * 10, rel=1e-6)
    treated = frame[(frame["group"] == "desipramine") & (frame["start_min"] >= 20)]
    assert (treated["model_percent"] > 200).all()
    assert (treated["model_percent_low"] <= treated["model_percent"]).all()
    assert (treated["model_percent_low"] < treated["model_percent_high"]).all()
    # Without the recovery of the probe, levels are not compared.
    assert "model_nM" not in frame


def test_the_figure_states_the_band_and_that_nothing_is_tested(compared):
    figure = microdialysis_drawings(compared)["model"].make()
    assert "90 % band of 3 sets" in figure.caption
    assert "Agreement is not tested" in figure.caption
    assert "model" in figure.svg


def test_the_text_has_a_line_for_each_window(compared):
    text = microdialysis_text(compared)
    part = text[text.index("beside the model") :]
    assert sum(" to " in line for line in part.splitlines()[:40]) >= 20
    assert "agreement is not tested" in part


def test_a_known_recovery_sets_the_membrane_of_the_simulated_probe():
    windows = [(-20.0, 0.0)]
    unchanged = simulate_dialysis("", windows, DialysisSetup("lc", ensemble_size=1))
    # Resistances times flow of the scenario: 1.86 of the membrane, 0.463 of the tissue.
    share = 1.0 - math.exp(-1.0 / (1.86 + 0.463))
    tissue = unchanged.fractions[0].level_nM / share
    known = simulate_dialysis(
        "",
        windows,
        DialysisSetup("lc", flow_uL_per_min=3.0, recovery=0.12, ensemble_size=1),
    )
    membrane = -1.0 / math.log(1.0 - 0.12)
    expected = tissue * (1.0 - math.exp(-1.0 / (membrane + 2.0 * 0.463)))
    assert known.fractions[0].level_nM == pytest.approx(expected, rel=1e-6)
    assert known.absolute
    assert not unchanged.absolute


def test_one_run_has_no_band():
    (only,) = simulate_dialysis(
        DOSE, [(20.0, 40.0)], DialysisSetup("lc", ensemble_size=1)
    ).fractions
    assert math.isnan(only.percent_low)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"compare": "sertraline = desipramine 10 mg/kg ip"}, "no group is called|No group"),
        ({"compare": "desipramine = "}, "names no treatment"),
        ({"compare": "desipramine 10 parsecs ip"}, "cannot be simulated"),
        ({"analyte": "DA"}, "DA is not simulated"),
        ({"table": table(("vehicle", "low", "high"))}, "names no group"),
        ({"compare": ()}, "region"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        compare(**options)
