"""Thumbnails and figures of screens are small, well formed, and show their data."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from tricyclic.core.estimate import Estimate
from tricyclic.plotting.control_chart import agreement_plot, control_chart_plot
from tricyclic.plotting.screen_map import median_map, plate_course
from tricyclic.plotting.thumbnails import SHADES, curve_thumbnail, plate_thumbnail
from tricyclic.results.reproducibility import (
    ControlChartResult,
    ControlMSR,
    MsrResult,
    RuleViolation,
)
from tricyclic.results.screening import ControlWells, CurveHit, PlatePattern, PlateQuality

RNG = np.random.default_rng(1)


def curve(**changed):
    x = np.linspace(-9, -5, 10)
    values = {
        "compound": "drug",
        "plate": "P1",
        "log10_molar": x,
        "effect_percent": 100 / (1 + 10 ** (-7 - x)),
        "ic50": Estimate("IC50", 100.0, "nM"),
        "log10_ic50": -7.0,
        "hill": 1.0,
        "effect_low": 0.0,
        "effect_high": 100.0,
        "residual_sd": 3.0,
        "f": 50.0,
        "p": 1e-5,
        "q": 1e-4,
        "is_hit": True,
        "kind": "full curve, both plateaus",
        "description": "full curve, both plateaus",
        "status": "fitted",
    }
    return CurveHit(**(values | changed))


def plate(order, z=0.7):
    wells = ControlWells(32, 1000.0, 40.0, 1000.0, 40.0)
    none = PlatePattern(0.0, 1.0)
    grid = RNG.normal(0, 5, (16, 24))
    return PlateQuality(
        f"P{order}",
        order,
        384,
        wells,
        ControlWells(32, 100.0, 10.0, 100.0, 10.0),
        z,
        z,
        10.0,
        10.0,
        none,
        none,
        none,
        wells,
        grid,
        grid,
    )


def drawn_cells(svg, colour):
    """Wells that the path of one shade covers, from its strokes."""
    path = re.search(rf'stroke="{colour}" d="([^"]*)"', svg)
    cells, row, column = set(), 0, 0
    for across, down, length in re.findall(r"m(-?\d+) (-?\d+)h(\d+)", path[1]) if path else ():
        row, column = row + int(down), column + int(across)
        cells |= {(row, column + k) for k in range(int(length))}
        column += int(length)
    return cells


def test_every_well_is_drawn_in_its_shade_at_its_position():
    activity = RNG.uniform(-60, 130, (16, 24))
    activity[3, 4:7] = np.nan
    svg = plate_thumbnail(activity, "map")
    ElementTree.fromstring(svg)
    assert drawn_cells(svg, "#9AA0A6") == {(3, 4), (3, 5), (3, 6)}
    assert drawn_cells(svg, SHADES[-1]) == {
        tuple(at) for at in np.argwhere(activity >= 90).tolist()
    }
    assert drawn_cells(svg, SHADES[0]) == {tuple(at) for at in np.argwhere(activity < -30).tolist()}


def test_a_plate_with_few_hits_takes_about_a_kilobyte():
    activity = RNG.normal(0, 5, (16, 24))
    activity[:, 22:] = 100
    assert len(plate_thumbnail(activity, "map of P0001")) < 1500


def test_a_curve_takes_under_a_kilobyte_and_rises_where_the_effect_does():
    svg = curve_thumbnail(curve(), "drug")
    ElementTree.fromstring(svg)
    assert len(svg) < 1000
    line = re.search(r'class="l" d="M(\S+) (\S+)L(.*?)"', svg)
    heights = [int(line[2])] + [int(pair.split()[1]) for pair in re.findall(r"\d+ \d+", line[3])]
    assert heights == sorted(heights, reverse=True)
    assert svg.count("h0") == 10


def test_a_falling_curve_is_drawn_from_its_upper_to_its_lower_plateau():
    svg = curve_thumbnail(curve(hill=-1.0, effect_low=100.0, effect_high=0.0), "drug")
    line = re.search(r'class="l" d="M(\S+) (\S+)L(.*?)"', svg)
    heights = [int(line[2])] + [int(pair.split()[1]) for pair in re.findall(r"\d+ \d+", line[3])]
    assert heights == sorted(heights) and heights[0] < heights[-1]


def test_a_curve_that_was_not_fitted_shows_its_points_only():
    svg = curve_thumbnail(curve(log10_ic50=float("nan"), effect_low=float("nan")), "drug")
    assert 'class="l"' not in svg
    assert svg.count("h0") == 10


def test_a_hostile_name_cannot_leave_the_label():
    for svg in (
        plate_thumbnail(np.zeros((2, 3)), '"><script>'),
        curve_thumbnail(curve(), '"><script>'),
    ):
        assert "<script" not in svg
        ElementTree.fromstring(svg)


def chart():
    runs = tuple(f"2024-01-{k:02d}" for k in range(1, 13))
    values = (0.6, 0.55, 0.66, 0.59, 0.7, 0.63, 0.58, 0.64, 0.6, 0.99, 0.75, 0.77)
    msr = ControlMSR(6, 0.1, 1.9, 1.5, 3.0)
    flat = (0.0,) * 12
    return ControlChartResult(
        "I-MR",
        "desipramine",
        runs,
        values,
        (float("nan"), *np.abs(np.diff(values)).tolist()),
        (1,) * 12,
        0.62,
        0.06,
        (0.44,) * 12,
        (0.8,) * 12,
        (0.07,) * 12,
        flat,
        (0.23,) * 12,
        9,
        "log10 of nM",
        "western electric",
        (RuleViolation("one point beyond three sigma", runs[9], "I"),),
        (None, *[msr] * 11),
        (*[None] * 5, *[msr] * 7),
    )


@pytest.mark.parametrize("text_as", ["text", "path"])
def test_the_control_chart_is_drawn_with_its_runs_and_violations(text_as):
    figure = control_chart_plot(chart(), text_as=text_as)
    ElementTree.fromstring(figure.svg)
    assert figure.pdf.startswith(b"%PDF")
    assert "1 of 12 runs violate a rule" in figure.caption
    assert "the minimum significant ratio (dashed: 3)" in figure.caption
    if text_as == "text":
        assert all(run in figure.svg for run in chart().runs)


def test_numbers_beside_a_control_chart_have_equal_decimals_and_its_axis_a_typeset_unit():
    svg = control_chart_plot(chart(), text_as="text").svg
    assert all(f">{text}<" in svg for text in ("centre 0.620", "limit 0.440", "limit 0.800"))
    assert "potency (log₁₀ nM)" in svg and "log10" not in svg


def test_figures_of_a_screen_are_the_same_bytes_each_time():
    plates = [plate(k, z=0.7 if k % 5 else 0.2) for k in range(1, 30)]
    one, other = (plate_course(plates, limit=0.4) for _ in range(2))
    assert (one.svg, one.pdf) == (other.svg, other.pdf)
    assert "5 of 29 plates" in one.caption


def test_a_map_with_positions_never_read_is_drawn():
    residual = RNG.normal(0, 4, (8, 12))
    residual[:, 0] = np.nan
    figure = median_map(residual, plates=4, name="median-96")
    ElementTree.fromstring(figure.svg)
    assert "4 plates of 96 wells" in figure.caption


def test_ticks_of_the_agreement_plot_are_plain_numbers():
    result = MsrResult(
        ("a", "b", "c"),
        (1.0, 30.0, 2000.0),
        (0.8, 1.1, 1.3),
        1.05,
        0.6,
        1.8,
        0.1,
        1.58,
        1.3,
        3.0,
        0.66,
        1.66,
        unit="nM",
    )
    svg = agreement_plot(result).svg
    assert "mathdefault" not in svg
    assert ">1000<" in svg
