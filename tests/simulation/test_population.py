"""Subjects vary as their tables state, and subject k is always the same."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.dosing import Dosing
from tricyclic.core.population import Phenotype
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.drugs import drugs
from tricyclic.io.library.mechanisms import mechanisms
from tricyclic.io.library.populations import population, population_names
from tricyclic.io.library.scenarios import scenario_from_toml
from tricyclic.simulation import population as population_module
from tricyclic.simulation.compose import compose
from tricyclic.simulation.population import ParameterSpread, draw_subjects, parameter_spreads

SMALL = """
title = "Kinetics of one drug"
description = "A drug and one site."
species = "rat"
system = "animal"
routes = ["ip", "iv"]
[[compartment]]
name = "cortex_fluid"
description = "extracellular fluid"
[[fluid]]
name = "cortex"
drug_source = "brain"
[[binding_site]]
name = "net"
target = "NET"
fluid = "cortex"
compartment = "cortex_fluid"
description = "norepinephrine transporter"
"""
DOSE = Dosing("desipramine", "ip", 1000.0)
CLEARANCE = ParameterSpread("x.CL", "x.CL", 2.0, 0.4, "log")


def composed(*regimens: Dosing):
    return compose(
        scenario_from_toml(SMALL, name="small", where="small.toml"),
        mechanisms(),
        drugs(),
        list(regimens),
    )


def column(subjects, name):
    return subjects.table[:, subjects.names.index(name)]


def test_a_log_normal_has_the_stated_median_and_coefficient_of_variation():
    values = column(draw_subjects([CLEARANCE], 40_000, 1), "x.CL")
    assert np.median(values) == pytest.approx(2.0, rel=0.01)
    assert values.std() / values.mean() == pytest.approx(0.4, rel=0.03)
    # A log-normal is symmetric about its median on the log scale.
    assert np.percentile(values, 84.134) * np.percentile(values, 15.866) == pytest.approx(
        4.0, rel=0.02
    )


def test_a_share_stays_between_0_and_1_and_keeps_its_median_and_spread():
    for median, cv in ((0.2, 0.3), (0.9, 0.2), (0.95, 0.05), (0.01, 0.6)):
        values = column(
            draw_subjects([ParameterSpread("x.fu", "x.fu", median, cv, "logit")], 40_000, 1), "x.fu"
        )
        assert np.median(values) == pytest.approx(median, rel=0.01)
        assert values.std() / values.mean() == pytest.approx(cv, rel=0.03)
        assert 0 < values.min() < median < values.max() < 1


def test_a_share_of_0_or_1_is_the_same_in_all_subjects():
    absorbed = ParameterSpread("x.F", "x.F", 1.0, 0.2, "logit")
    assert (column(draw_subjects([absorbed], 100, 1), "x.F") == 1.0).all()
    assert (column(draw_subjects([absorbed], 100, 1, given={"x.F": 0.0}), "x.F") == 0.0).all()


SPREADING = [
    (f"{name} {row.applies_to} {row.name}", row)
    for library in (mechanisms(), drugs())
    for name in library
    for row in library[name].constants
    if row.cv > 0
]


def test_every_varying_constant_of_the_library_keeps_its_median_and_coefficient_of_variation():
    # A log-normal of sd s is cut at 3 s: no subject is farther from the median than that. A share
    # that is 1 cannot vary about 1.
    body = composed(DOSE)
    assert len(SPREADING) > 100
    for label, row in SPREADING:
        spread = population_module._spread(body, "x.y", row, row.cv)
        values = column(draw_subjects([spread], 20_000, 5), "x.y")
        assert np.median(values) == pytest.approx(row.value, rel=0.02), label
        if row.value == 1 and row.high <= 1 and row.unit == "dimensionless":
            assert (values == 1).all(), label
            continue
        assert values.std() / values.mean() == pytest.approx(row.cv, rel=0.04), label
        assert values.min() > 0, label
        if row.unit == "dimensionless" and row.value < 1 and row.high <= 1:
            assert values.max() < 1, label
        else:
            assert np.abs(np.log(values / row.value)).max() < 3.2 * np.sqrt(np.log1p(row.cv**2)), (
                label
            )


def test_the_range_of_a_typical_value_does_not_cut_the_subjects():
    # Citalopram's clearance in people is known to 10 %, and differs between them by 30 %.
    row = drugs()["citalopram"].constant("CL", "human")
    spread = population_module._spread(composed(DOSE), "x.CL", row, row.cv)
    values = column(draw_subjects([spread], 20_000, 1), "x.CL")
    assert values.min() < row.low and values.max() > row.high


def test_subject_k_is_the_same_however_many_are_drawn():
    few, many = draw_subjects([CLEARANCE], 7, 3), draw_subjects([CLEARANCE], 1000, 3)
    assert np.array_equal(few.table, many.table[:7])
    assert not np.array_equal(few.table, draw_subjects([CLEARANCE], 7, 4).table)


def test_a_subject_keeps_its_clearance_when_another_drug_is_added():
    alone = parameter_spreads(composed(DOSE), mechanisms())
    both = parameter_spreads(composed(DOSE, Dosing("idazoxan", "ip", 10.0)), mechanisms())
    assert len(both) > len(alone)
    a, b = draw_subjects(alone, 50, 1), draw_subjects(both, 50, 1)
    for name in a.names:
        assert np.array_equal(column(a, name), column(b, name)), name


def test_absorption_by_one_route_is_one_trait_of_a_subject():
    twice = parameter_spreads(composed(DOSE, Dosing("desipramine", "ip", 10.0, 24.0)), mechanisms())
    draws = draw_subjects(twice, 50, 1)
    assert np.array_equal(
        column(draws, "desipramine_dose1.ka"), column(draws, "desipramine_dose2.ka")
    )
    assert len({spread.stream for spread in twice}) == len(twice) - 2  # ka and F are shared


def test_a_drug_without_a_stated_spread_takes_that_of_the_mechanism():
    text, own = mechanisms(), composed(DOSE)
    of_mechanism = {row.name: row.cv for row in text["drug_body"].constants}
    assert of_mechanism["V"] > 0
    cvs = {spread.parameter: spread.cv for spread in parameter_spreads(own, text)}
    assert cvs["desipramine.V"] == (own.parameters["desipramine.V"].cv or of_mechanism["V"])


def test_a_fixed_parameter_does_not_vary():
    spreads = parameter_spreads(composed(DOSE), mechanisms(), fixed=["desipramine.V"])
    assert "desipramine.V" not in [spread.parameter for spread in spreads]
    with pytest.raises(UnknownNameError, match=r"desipramine\.V"):
        parameter_spreads(composed(DOSE), mechanisms(), fixed=["desipramine.VV"])


def test_phenotypes_have_the_frequencies_of_their_table():
    phenotypes = population("european")
    draws = draw_subjects([], 20_000, 1, phenotypes=phenotypes)
    for enzyme in ("subject.activity_CYP2C19", "subject.activity_CYP2D6"):
        names = np.array(draws.phenotypes[enzyme])
        activity = column(draws, enzyme)
        own = [phenotype for phenotype in phenotypes if phenotype.parameter == enzyme]
        total = sum(phenotype.share for phenotype in own)
        for phenotype in own:
            share = phenotype.share / total
            error = 4 * np.sqrt(share * (1 - share) / 20_000)
            assert (names == phenotype.name).mean() == pytest.approx(share, abs=error)
            assert np.median(activity[names == phenotype.name]) == pytest.approx(
                phenotype.activity, rel=0.06
            )
        assert (activity[names == "poor"] == 0).all()
        assert (activity >= 0).all()


def test_the_two_enzymes_are_drawn_independently():
    draws = draw_subjects([], 20_000, 1, phenotypes=population("european"))
    poor = [np.array(of) == "poor" for of in draws.phenotypes.values()]
    expected = poor[0].mean() * poor[1].mean()
    assert (poor[0] & poor[1]).mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / 20_000))


def test_every_population_of_the_library_can_be_read():
    assert {"european", "japanese"} <= set(population_names())
    for name in population_names():
        assert {phenotype.parameter for phenotype in population(name)} == {
            "subject.activity_CYP2C19",
            "subject.activity_CYP2D6",
        }


def test_shares_that_do_not_add_up_are_refused(tmp_path):
    (tmp_path / "populations").mkdir()
    (tmp_path / "populations" / "half.csv").write_text(
        "parameter,phenotype,activity,share\nsubject.activity_CYP2D6,poor,0,0.5\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match=r"add up to 0\.5"):
        population("half", tmp_path)
    with pytest.raises(UnknownNameError, match="european"):
        population("europaean")


def test_a_subject_varies_around_its_parameter_set_of_the_ensemble():
    base = [{"x.CL": 1.0, "y.k": 5.0}, {"x.CL": 10.0, "y.k": 7.0}]
    draws = draw_subjects([CLEARANCE], 20_000, 1, base=base)
    for k, parameter_set in enumerate(base):
        rows = draws.parameter_set_index == k
        assert rows.mean() == pytest.approx(0.5, abs=0.02)
        assert (column(draws, "y.k")[rows] == parameter_set["y.k"]).all()
        assert np.median(column(draws, "x.CL")[rows]) == pytest.approx(
            parameter_set["x.CL"], rel=0.02
        )


def test_a_typical_value_that_was_set_changes_the_median_and_not_the_spread():
    usual, changed = (
        draw_subjects([CLEARANCE], 100, 1),
        draw_subjects([CLEARANCE], 100, 1, given={"x.CL": 6.0}),
    )
    assert column(changed, "x.CL") == pytest.approx(3.0 * column(usual, "x.CL"))


@pytest.mark.parametrize(("subjects", "seed"), [(0, 1), (-3, 1), (5, -1)])
def test_no_subjects_or_a_negative_seed_are_refused(subjects, seed):
    with pytest.raises(InputError):
        draw_subjects([CLEARANCE], subjects, seed)


def test_a_phenotype_of_negative_activity_is_refused():
    with pytest.raises(InputError, match="activity"):
        Phenotype("subject.activity_CYP2D6", "odd", -1.0, 0.1)


def test_the_parameter_set_of_a_subject_depends_on_the_seed_alone():
    # The stream that chooses the sets must not change: it decides which subjects a seed gives.
    base = [{"x.CL": float(k + 1)} for k in range(10)]
    draws = draw_subjects([], 8, 1, base=base)
    assert draws.parameter_set_index.tolist() == [9, 6, 0, 7, 3, 4, 8, 0]
