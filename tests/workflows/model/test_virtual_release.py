"""The simulated release experiment in the result type of a measured one."""

from __future__ import annotations

import pytest

import tricyclic as tca
from tricyclic.results.release import ReleaseResult


@pytest.fixture(scope="module")
def simulated():
    return tca.virtual_assay("glutamate", experiments=0, cultures=4)


def test_the_net_ratio_is_the_fold_of_the_virtual_assay(simulated):
    """Two analyses of the same wells: geometric means over cultures of net release over vehicle."""
    assert isinstance(simulated.release, ReleaseResult)
    for group in simulated.groups[1:]:
        fold, _ = group.estimates
        effect = simulated.release[f"imipramine {group.name}"]
        assert effect.value == pytest.approx(fold.value, rel=1e-9)
        assert (effect.low, effect.high) == pytest.approx((fold.low, fold.high), rel=1e-6)


def test_the_interaction_is_the_comparison_with_the_antagonist(simulated):
    (comparison,) = simulated.comparisons
    one = next(a for a in simulated.release.antagonists if a.drug == "imipramine 1 uM")
    # The virtual assay compares folds of the vehicle without the antagonist.
    ratio = one.remaining.value * one.alone.value / one.effect.value
    assert ratio == pytest.approx(comparison.ratio.value, rel=1e-9)


def test_it_is_synthetic_and_has_no_checks_of_places(simulated):
    release = simulated.release
    assert release.synthetic
    assert "release_edge_wells" not in {check.name for check in release.checks}
    assert release.unit == "nM"
    assert simulated.to_json()["release"]["stimulus"] == "BDNF"


def test_other_assays_have_none():
    assert tca.virtual_assay("neurites", experiments=0, cultures=2).release is None
