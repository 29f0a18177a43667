"""A forest plot draws each number at its value, in one unit."""

from __future__ import annotations

import math

import pytest

from tricyclic.core.estimate import Estimate
from tricyclic.core.evidence import Evidence
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.forest import ForestRow, estimate_row, evidence_row, forest


def test_numbers_in_other_units_are_converted_to_the_unit_of_the_axis():
    row = estimate_row(Estimate("Ki", 2.0, "uM", 1.0, 4.0), "run 1", "run", "nM")
    assert (row.value, row.low, row.high) == pytest.approx((2000, 1000, 4000))
    assert row.numbers == "2.00 uM (1.00–4.00)"


def test_a_number_that_cannot_be_converted_has_no_row():
    assert estimate_row(Estimate("Bmax", 2.0, "fmol/mg"), "run 1", "run", "nM") is None
    assert estimate_row(Estimate("Ki", math.nan, "nM"), "run 1", "run", "nM") is None
    assert estimate_row(Estimate("Ki", 0.0, "nM"), "run 1", "run", "nM") is None
    assert evidence_row(Evidence("a", "b", "Ki", 1.0, "unknown"), "nM") is None
    assert evidence_row(Evidence("a", "b", "Ki", math.nan, "nM"), "nM") is None


def test_published_numbers_are_printed_as_they_were_published():
    guide = Evidence(
        "desipramine",
        "NET",
        "Ki",
        math.nan,
        "nM",
        0.4,
        4.2,
        certainty="vendor guide",
        species="human",
    )
    assert evidence_row(guide, "nM").numbers == "0.4 to 4.2 nM"
    assert evidence_row(guide, "nM").label == "vendor guide (human)"
    other = Evidence("desipramine", "NET", "Kd", 0.8, "nM", source="tatsumi_1997")
    assert evidence_row(other, "nM").label == "tatsumi_1997 (Kd)"


def test_equal_ratios_are_equal_distances(drawn):
    rows = [ForestRow(f"run {n}", "run", value=10.0**n) for n in (0, 1, 3)]
    figure = forest(rows, name="f", title="f", x_title="Ki (nM)", pdf=False)
    places = sorted(x for x, _ in drawn(figure).symbols(style.COLOURS[0]))
    assert (places[2] - places[0]) / (places[1] - places[0]) == pytest.approx(3)


def test_a_bound_is_marked_in_words_and_by_an_arrow():
    row = estimate_row(
        Estimate("Ki", 10000.0, "nM", 2500.0, math.inf, qualifier=">"), "run 1", "run", "nM"
    )
    figure = forest([row], name="f", title="f", x_title="Ki (nM)", pdf=False)
    assert row.numbers == "> 10000 nM (> 2500)"
    assert "Arrow: the interval is unbounded." in figure.caption


def test_a_plot_without_a_number_is_refused():
    with pytest.raises(InputError, match="no number above 0"):
        forest([ForestRow("empty", "heading")], name="f", title="f", x_title="x", pdf=False)


@pytest.mark.parametrize("values", [(1e-12, 1e12), (1.0, 1.0), (0.999, 1.001), (3e5, 4e6)])
def test_any_span_of_numbers_gets_an_axis_with_labels(values, drawn):
    rows = [ForestRow("a", "pooled", value=value, n="3") for value in values]
    texts = drawn(forest(rows, name="f", title="f", x_title="Ki (nM)", pdf=False)).texts
    labels = [
        t
        for t in texts
        if t.replace(".", "").replace("e-", "").replace("e", "").isdigit() and t != "3"
    ]
    assert labels, f"no tick is labelled for {values}"


@pytest.mark.parametrize("values", [(0.74, 1.24), (5.2, 5.8), (110.0, 160.0), (0.1, 30.0)])
def test_an_axis_has_at_least_two_labels_and_names_no_column_without_content(values, drawn):
    rows = [ForestRow("a", "run", value=value, numbers="x") for value in values]
    texts = drawn(forest(rows, name="f", title="f", x_title="ratio", pdf=False)).texts
    assert len([t for t in texts if t.replace(".", "").isdigit()]) >= 2
    assert "n" not in texts


def test_a_reference_is_inside_the_axis(drawn):
    rows = [ForestRow("a", "run", value=5.0, numbers="x")]
    texts = drawn(
        forest(rows, name="f", title="f", x_title="ratio", reference=1.0, pdf=False)
    ).texts
    assert "1" in texts
