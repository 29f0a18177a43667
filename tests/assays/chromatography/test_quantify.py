"""Amounts of a batch from peaks that are known exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tricyclic.assays.chromatography.batch_checks import batch_checks
from tricyclic.assays.chromatography.quantify import quantify_batch
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.core.peak import InjectionPeaks, Peak
from tricyclic.core.sample_list import SampleList, SampleRow
from tricyclic.errors import InputError

LEVELS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
INTERNAL = ChromatographyMethod(
    "m", (Compound("NE", 3.8, 0.2), Compound("DHBA", 5.8, 0.2, "internal standard"))
)
EXTERNAL = ChromatographyMethod("m", (Compound("NE", 3.8, 0.2),))


def peaks(name, area, *, standard=100.0, se=0.02, detectable=0.3, method=INTERNAL):
    def peak(compound, role, value):
        if value is None:
            return Peak(compound, role, "below LOD", 3.8, area_detectable=detectable)
        return Peak(
            compound,
            role,
            "quantified",
            3.8,
            retention_min=3.8 + 0.001 * len(name),
            area=value,
            area_se=se,
            area_detectable=detectable,
            signal_to_noise_rms=10.0 * value / detectable / 3.0,
            tailing=1.2,
            plates=8000.0,
            resolution=2.0,
        )

    both = [peak("NE", "analyte", area)]
    if method is INTERNAL:
        both.append(peak("DHBA", "internal standard", standard))
    return InjectionPeaks(name, tuple(both))


def batch(method=INTERNAL, drift=0.0, spoil=None):
    """Standards, samples, controls and blanks whose sensitivity changes by `drift` a place."""
    rows, injections = [], []

    def add(role, name, amount, level="", animal="", true=None):
        order = len(rows) + 1
        rows.append(SampleRow(order, name, f"{name}.txt", role, amount, level, animal))
        sensitivity = math.exp(drift * order)
        injected = amount if true is None else true
        # The volume injected differs; the internal standard corrects it.
        volume = 1.0 + 0.05 * math.sin(order) if method is INTERNAL else 1.0
        area = None if injected == 0 else 3.0 * injected * volume * sensitivity
        injections.append(peaks(name, area, standard=100.0 * volume * sensitivity, method=method))

    for k, amount in enumerate(LEVELS):
        add("standard", f"s{k}", amount)
    add("blank", "b1", math.nan, true=0)
    for k in range(12):
        add("sample", f"x{k}", math.nan, animal="r1", true=3.0 + k)
        if k % 3 == 2:
            add("suitability", f"u{k}", 10.0)
    for level, amount in (("low", 2.5), ("mid", 8.0), ("high", 40.0)):
        for k in range(2):
            add("quality control", f"q{level}{k}", amount, level=level)
    if spoil is not None:
        spoil(rows, injections)
    return SampleList(tuple(rows)), injections


@pytest.mark.parametrize("method", [INTERNAL, EXTERNAL])
def test_amounts_are_those_injected(method):
    samples, injections = batch(method)
    result = quantify_batch(samples, injections, method, unit="fmol")
    ne = result["NE"]
    for k in range(12):
        assert ne.amount_of(f"x{k}").amount == pytest.approx(3.0 + k, rel=1e-9)
    assert all(criterion.meets for criterion in ne.criteria)
    assert ne.amount_of("b1").state == "below LOD"
    assert math.isnan(ne.amount_of("b1").amount)
    assert ne.amount_of("b1").lod == pytest.approx(0.1, rel=0.1)
    by_name = {one.compound: one for one in result.suitability}
    assert by_name["NE"].area_rsd_percent == pytest.approx(0.0, abs=1e-9)


def test_drift_of_the_sensitivity_is_shown_and_corrected_where_wanted():
    samples, injections = batch(EXTERNAL, drift=-0.01)
    plain = quantify_batch(samples, injections, EXTERNAL, unit="fmol")["NE"]
    corrected = quantify_batch(samples, injections, EXTERNAL, unit="fmol", correct_drift=True)["NE"]
    assert plain.drift.per_injection.value == pytest.approx(-0.01)
    assert not plain.drift_corrected
    errors = {
        kind: np.abs([one.amount_of(f"x{k}").amount / (3.0 + k) - 1 for k in range(12)]).max()
        for kind, one in (("plain", plain), ("corrected", corrected))
    }
    assert errors["plain"] > 0.1
    assert errors["corrected"] < 0.02
    assert corrected.amount_of("x11").drift_factor > 1.0


def test_the_internal_standard_corrects_drift_by_itself():
    samples, injections = batch(INTERNAL, drift=-0.01)
    result = quantify_batch(samples, injections, INTERNAL, unit="fmol")["NE"]
    assert result.drift.per_injection.value == pytest.approx(0.0, abs=1e-9)
    assert result.amount_of("x5").amount == pytest.approx(8.0)


def test_a_sample_above_the_top_standard_is_read_and_marked():
    def spoil(rows, injections):
        rows.append(SampleRow(len(rows) + 1, "big", "big.txt", "sample", animal="r2"))
        injections.append(peaks("big", 240.0))

    samples, injections = batch(spoil=spoil)
    big = quantify_batch(samples, injections, INTERNAL, unit="fmol")["NE"].amount_of("big")
    assert big.amount == pytest.approx(80.0)
    assert big.range == "above the top standard"
    assert any("top standard" in remark for remark in big.remarks)


def test_a_lost_internal_standard_gives_no_amount_and_a_remark():
    def spoil(rows, injections):
        rows.append(SampleRow(len(rows) + 1, "lost", "lost.txt", "sample", animal="r2"))
        injections.append(peaks("lost", 20.0, standard=None))

    samples, injections = batch(spoil=spoil)
    lost = quantify_batch(samples, injections, INTERNAL, unit="fmol")["NE"].amount_of("lost")
    assert math.isnan(lost.amount)
    assert any("internal standard" in remark for remark in lost.remarks)


def test_a_peak_in_an_injection_without_internal_standard_has_no_amount():
    def spoil(rows, injections):
        for k in range(3):
            name = f"double{k}"
            rows.append(
                SampleRow(len(rows) + 1, name, f"{name}.txt", "blank", internal_standard=False)
            )
            injections.append(peaks(name, 1.5 + 0.1 * k, standard=None))

    samples, injections = batch(spoil=spoil)
    ne = quantify_batch(samples, injections, INTERNAL, unit="fmol")["NE"]
    double = ne.amount_of("double0")
    assert math.isnan(double.amount)
    assert math.isnan(double.lod)
    assert double.outcome == "no internal standard"
    # Areas are no ratios, whose standard deviation would be a limit.
    assert not any("blanks" in one.definition for one in ne.limits)


def test_the_injection_furthest_from_the_median_of_the_internal_standard_is_named():
    def spoil(rows, injections):
        for name, standard in (("little", 5.0), ("much", 160.0)):
            rows.append(SampleRow(len(rows) + 1, name, f"{name}.txt", "sample", animal="r2"))
            injections.append(peaks(name, 20.0, standard=standard))

    samples, injections = batch(spoil=spoil)
    result = quantify_batch(samples, injections, INTERNAL, unit="fmol")
    check = next(c for c in batch_checks(result) if c.name == "internal_standard_area")
    assert check.message.endswith("5 % in little")
    assert check.limit == 50.0


def test_carry_over_into_the_blank_after_the_top_standard_is_seen():
    def spoil(rows, injections):
        k = next(k for k, row in enumerate(rows) if row.name == "b1")
        injections[k] = peaks("b1", 1.0)

    samples, injections = batch(spoil=spoil)
    criteria = quantify_batch(samples, injections, INTERNAL, unit="fmol")["NE"].criteria
    carried = next(c for c in criteria if "carry-over of the analyte" in c.name)
    assert carried.meets is False
    assert carried.names == ("b1",)


def test_lists_that_do_not_hold_together_have_sentences():
    samples, injections = batch()
    with pytest.raises(InputError, match="x3 has no peaks"):
        quantify_batch(
            samples, [one for one in injections if one.injection != "x3"], INTERNAL, unit="fmol"
        )
    few = SampleList(tuple(r for r in samples if r.role != "suitability"))
    with pytest.raises(InputError, match="drift cannot be corrected"):
        quantify_batch(few, injections, INTERNAL, unit="fmol", correct_drift=True)
    with pytest.raises(InputError, match="has no animal"):
        SampleList((SampleRow(1, "a", "a.txt", "sample"),)).check_animals()
    with pytest.raises(InputError, match="no amount above 0"):
        SampleRow(1, "a", "a.txt", "standard")
    with pytest.raises(InputError, match="occurs twice"):
        SampleList((SampleRow(1, "a", "a", "blank"), SampleRow(2, "a", "b", "blank")))
