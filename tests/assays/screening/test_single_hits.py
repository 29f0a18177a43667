"""Hits at one concentration: z, degrees of freedom and thresholds by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, t

from tricyclic.assays.screening.criteria import HitCriteria
from tricyclic.assays.screening.curve_hits import group_wells
from tricyclic.assays.screening.plate_arrays import plate_arrays
from tricyclic.assays.screening.single_hits import single_hits
from tricyclic.core.plate import Plate, Role, Well


def plate_of(effects, *, controls=(-2.0, -1.0, 0.0, 1.0, 2.0), doses=None, name="P"):
    """A plate whose compound wells have these effects [%]; the high controls scatter around 0."""
    places = iter(f"{row}{column:02d}" for row in "ABCDEFGH" for column in range(1, 13))

    def well(effect, role, **content):
        return Well(next(places), 1000.0 - 10.0 * effect, role=role, **content)

    wells = [well(effect, Role.TOTAL) for effect in controls]
    wells += [well(100.0 + effect, Role.NON_SPECIFIC) for effect in (-1.0, 0.0, 1.0)]
    for k, effect in enumerate(effects):
        dose = 1e-5 if doses is None else doses[k]
        compound = f"C{k}" if doses is None else "drug"
        wells.append(well(effect, Role.RESPONSE, compound=compound, concentration_M=dose))
    return Plate(name, 96, tuple(wells))


def hits_of(plate, *, usable=True, fdr=0.05, min_effect_percent=30.0):
    arrays = [plate_arrays(plate)]
    _, singles = group_wells(arrays)
    hits = single_hits(
        arrays,
        singles,
        usable_plates=[usable],
        criteria=HitCriteria(fdr, min_effect_percent),
    )
    return {hit.compound: hit for hit in hits.hits}


def test_z_and_p_are_from_median_and_mad_with_the_efficiency_of_the_mad():
    # Of n normal readings the MAD is as precise as a standard deviation of 0.367 n degrees of
    # freedom: the asymptotic efficiency of the MAD.
    effects = np.array([*np.linspace(-5, 5, 11), 50.0])
    hits = hits_of(plate_of(effects))
    median = np.median(effects)
    sd = 1.4826022 * np.median(np.abs(effects - median))
    z = (50.0 - median) / sd
    assert hits["C11"].z == pytest.approx(z, rel=1e-6)
    assert hits["C11"].p == pytest.approx(t.sf(z, 0.367 * 12), rel=1e-6)
    assert hits["C11"].effect_percent == pytest.approx(50.0)


def test_fewer_than_twelve_compound_wells_are_compared_with_the_high_controls():
    effects = [*np.linspace(-5, 5, 10), 50.0]
    z = 50.0 / np.std([-2, -1, 0, 1, 2], ddof=1)
    hit = hits_of(plate_of(effects))["C10"]
    assert hit.z == pytest.approx(z)
    # 4 degrees of freedom, as the nearest number of wells whose MAD has as many: 0.367 * 10.
    assert hit.p == pytest.approx(t.sf(z, 0.367 * int(4 / 0.367)))


def test_fewer_than_three_controls_and_few_wells_allow_no_test():
    assert hits_of(plate_of([0.0, 50.0], controls=(-1.0, 1.0))) == {}


def test_a_plate_that_failed_is_not_tested():
    assert hits_of(plate_of([*np.linspace(-5, 5, 12), 50.0]), usable=False) == {}


def test_q_values_are_those_of_scipy():
    rng = np.random.default_rng(1)
    hits = list(hits_of(plate_of([*rng.normal(0, 2, 30), 20.0, 60.0])).values())
    expected = false_discovery_control([hit.p for hit in hits])
    assert [hit.q for hit in hits] == pytest.approx(expected)


@pytest.mark.parametrize(("min_effect", "is_hit"), [(49.9, True), (50.1, False)])
def test_a_hit_has_at_least_the_least_effect(min_effect, is_hit):
    effects = [*np.linspace(-5, 5, 40), 50.0]
    hit = hits_of(plate_of(effects), min_effect_percent=min_effect)["C40"]
    assert hit.is_hit is is_hit


@pytest.mark.parametrize(("concentrations", "curves"), [(3, 0), (4, 1)])
def test_a_curve_has_four_concentrations_or_more(concentrations, curves):
    doses = np.logspace(-9, -5, concentrations)
    plate = plate_of(np.linspace(0, 100, concentrations), doses=doses)
    fitted, singles = group_wells([plate_arrays(plate)])
    assert len(fitted) == curves
    assert len(singles[0]) == (0 if curves else concentrations)
