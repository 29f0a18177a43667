"""Subjects differ as their tables say, and subject k is always the same."""

from __future__ import annotations

import numpy as np
import pytest

from tricyclic.core.dosing import Regimen
from tricyclic.core.population import Phenotype
from tricyclic.errors import InputError, UnknownNameError
from tricyclic.io.library.mechanisms import drugs, mechanisms, scenario_from_toml
from tricyclic.io.library.populations import population, population_names
from tricyclic.simulation import population as population_module
from tricyclic.simulation.compose import compose
from tricyclic.simulation.population import Spread, draw, spreads_of

SMALL = """
title = "Kinetics of one drug"
says = "A drug and one site."
species = "rat"
system = "animal"
routes = ["ip", "iv"]
[[place]]
name = "cortex_fluid"
says = "extracellular fluid"
[[fluid]]
name = "cortex"
holds = "brain"
[[site]]
name = "net"
target = "NET"
fluid = "cortex"
place = "cortex_fluid"
says = "norepinephrine transporter"
"""
DOSE = Regimen("desipramine", "ip", 1000.0)
CLEARANCE = Spread("x.CL", "x.CL", 2.0, 0.4, "log")


def composed(*regimens: Regimen):
    return compose(
        scenario_from_toml(SMALL, name="small", where="small.toml"),
        mechanisms(),
        drugs(),
        list(regimens),
    )


def column(subjects, name):
    return subjects.table[:, subjects.names.index(name)]


def test_a_log_normal_has_the_stated_median_and_coefficient_of_variation():
    found = column(draw([CLEARANCE], 40_000, 1), "x.CL")
    assert np.median(found) == pytest.approx(2.0, rel=0.01)
    assert found.std() / found.mean() == pytest.approx(0.4, rel=0.03)
    # A log-normal is symmetric about its median on the log scale.
    assert np.percentile(found, 84.134) * np.percentile(found, 15.866) == pytest.approx(
        4.0, rel=0.02
    )


def test_a_share_stays_between_0_and_1_and_keeps_its_median_and_spread():
    for middle, cv in ((0.2, 0.3), (0.9, 0.2), (0.95, 0.05), (0.01, 0.6)):
        found = column(draw([Spread("x.fu", "x.fu", middle, cv, "logit")], 40_000, 1), "x.fu")
        assert np.median(found) == pytest.approx(middle, rel=0.01)
        assert found.std() / found.mean() == pytest.approx(cv, rel=0.03)
        assert 0 < found.min() < middle < found.max() < 1


def test_a_share_that_is_all_or_nothing_is_so_in_everybody():
    absorbed = Spread("x.F", "x.F", 1.0, 0.2, "logit")
    assert (column(draw([absorbed], 100, 1), "x.F") == 1.0).all()
    assert (column(draw([absorbed], 100, 1, given={"x.F": 0.0}), "x.F") == 0.0).all()


SPREADING = [
    (f"{name} {row.holds_for} {row.name}", row)
    for library in (mechanisms(), drugs())
    for name in library
    for row in library[name].constants
    if row.cv > 0
]


def test_every_constant_of_the_library_that_varies_is_drawn_with_its_median_and_coefficient_of_variation():
    # A log-normal of sd s is cut at 3 s: no subject is farther from the median than that. A share that is 1 cannot vary about 1.
    body = composed(DOSE)
    assert len(SPREADING) > 100
    for label, row in SPREADING:
        spread = population_module._spread(body, "x.y", row, row.cv)
        found = column(draw([spread], 20_000, 5), "x.y")
        assert np.median(found) == pytest.approx(row.value, rel=0.02), label
        if row.value == 1 and row.high <= 1 and row.unit == "dimensionless":
            assert (found == 1).all(), label
            continue
        assert found.std() / found.mean() == pytest.approx(row.cv, rel=0.04), label
        assert found.min() > 0, label
        if row.unit == "dimensionless" and row.value < 1 and row.high <= 1:
            assert found.max() < 1, label
        else:
            assert np.abs(np.log(found / row.value)).max() < 3.2 * np.sqrt(np.log1p(row.cv**2)), (
                label
            )


def test_the_range_of_a_typical_value_does_not_cut_the_subjects():
    # Citalopram's clearance in people is known to 10 %, and differs between them by 30 %.
    row = drugs()["citalopram"].constant("CL", "human")
    spread = population_module._spread(composed(DOSE), "x.CL", row, row.cv)
    found = column(draw([spread], 20_000, 1), "x.CL")
    assert found.min() < row.low and found.max() > row.high


def test_subject_k_is_the_same_however_many_are_drawn():
    few, many = draw([CLEARANCE], 7, 3), draw([CLEARANCE], 1000, 3)
    assert np.array_equal(few.table, many.table[:7])
    assert not np.array_equal(few.table, draw([CLEARANCE], 7, 4).table)


def test_a_subject_keeps_its_clearance_when_another_drug_is_added():
    alone = spreads_of(composed(DOSE), mechanisms())
    both = spreads_of(composed(DOSE, Regimen("idazoxan", "ip", 10.0)), mechanisms())
    assert len(both) > len(alone)
    a, b = draw(alone, 50, 1), draw(both, 50, 1)
    for name in a.names:
        assert np.array_equal(column(a, name), column(b, name)), name


def test_absorption_by_one_route_is_one_trait_and_by_another_route_another():
    twice = spreads_of(composed(DOSE, Regimen("desipramine", "ip", 10.0, 24.0)), mechanisms())
    found = draw(twice, 50, 1)
    assert np.array_equal(
        column(found, "desipramine_dose1.ka"), column(found, "desipramine_dose2.ka")
    )
    assert len({spread.stream for spread in twice}) == len(twice) - 2  # ka and F are shared


def test_a_drug_without_a_stated_spread_takes_that_of_the_mechanism():
    text, own = mechanisms(), composed(DOSE)
    of_mechanism = {row.name: row.cv for row in text["drug_body"].constants}
    assert of_mechanism["V"] > 0
    found = {spread.parameter: spread.cv for spread in spreads_of(own, text)}
    assert found["desipramine.V"] == (own.parameters["desipramine.V"].cv or of_mechanism["V"])


def test_a_parameter_that_is_held_does_not_vary():
    held = spreads_of(composed(DOSE), mechanisms(), hold=["desipramine.V"])
    assert "desipramine.V" not in [spread.parameter for spread in held]
    with pytest.raises(UnknownNameError, match=r"desipramine\.V"):
        spreads_of(composed(DOSE), mechanisms(), hold=["desipramine.VV"])


def test_phenotypes_come_as_often_as_their_table_says():
    kinds = population("european")
    found = draw([], 20_000, 1, phenotypes=kinds)
    for enzyme in ("subject.activity_CYP2C19", "subject.activity_CYP2D6"):
        told = np.array(found.phenotypes[enzyme])
        activity = column(found, enzyme)
        own = [kind for kind in kinds if kind.parameter == enzyme]
        total = sum(kind.share for kind in own)
        for kind in own:
            share = kind.share / total
            error = 4 * np.sqrt(share * (1 - share) / 20_000)
            assert (told == kind.name).mean() == pytest.approx(share, abs=error)
            assert np.median(activity[told == kind.name]) == pytest.approx(kind.activity, rel=0.06)
        assert (activity[told == "poor"] == 0).all()
        assert (activity >= 0).all()


def test_the_two_enzymes_are_drawn_independently():
    found = draw([], 20_000, 1, phenotypes=population("european"))
    poor = [np.array(of) == "poor" for of in found.phenotypes.values()]
    expected = poor[0].mean() * poor[1].mean()
    assert (poor[0] & poor[1]).mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / 20_000))


def test_every_population_of_the_library_can_be_read():
    assert {"european", "japanese"} <= set(population_names())
    for name in population_names():
        assert {kind.parameter for kind in population(name)} == {
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


def test_a_subject_varies_around_its_member_of_the_ensemble():
    base = [{"x.CL": 1.0, "y.k": 5.0}, {"x.CL": 10.0, "y.k": 7.0}]
    found = draw([CLEARANCE], 20_000, 1, base=base)
    for k, member in enumerate(base):
        rows = found.members == k
        assert rows.mean() == pytest.approx(0.5, abs=0.02)
        assert (column(found, "y.k")[rows] == member["y.k"]).all()
        assert np.median(column(found, "x.CL")[rows]) == pytest.approx(member["x.CL"], rel=0.02)


def test_a_typical_value_that_was_set_moves_the_middle_and_not_the_spread():
    usual, moved = draw([CLEARANCE], 100, 1), draw([CLEARANCE], 100, 1, given={"x.CL": 6.0})
    assert column(moved, "x.CL") == pytest.approx(3.0 * column(usual, "x.CL"))


@pytest.mark.parametrize(("subjects", "seed"), [(0, 1), (-3, 1), (5, -1)])
def test_no_subjects_or_a_negative_seed_are_refused(subjects, seed):
    with pytest.raises(InputError):
        draw([CLEARANCE], subjects, seed)


def test_a_phenotype_of_negative_activity_is_refused():
    with pytest.raises(InputError, match="activity"):
        Phenotype("subject.activity_CYP2D6", "odd", -1.0, 0.1)
