"""Figures of populations and sensitivities show their numbers and state what was left out."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tricyclic.core.population import PERCENTILES, Endpoint, PercentileBand
from tricyclic.errors import InputError
from tricyclic.plotting import style
from tricyclic.plotting.heatmap import heatmap
from tricyclic.plotting.population import plot_population
from tricyclic.plotting.tornado import sobol_tornado, tornado
from tricyclic.results.sensitivity import ElasticityTable, SobolTable, VariedParameter

TIME = np.linspace(0.0, 336.0, 40)
BAND = PercentileBand(
    "cortex_NE",
    "norepinephrine, cortex",
    "%",
    TIME,
    PERCENTILES,
    np.array([np.linspace(100, 100 + 40 * k, 40) for k in range(1, 6)]),
    np.ones((2, 40)) * 150,
)
PARAMETERS = tuple(
    VariedParameter(f"part.p{k}", "1/h", f"rate {k}", 1.0, 0.5, 2.0, "log") for k in range(20)
)
ENDPOINTS = (
    Endpoint("cortex_NE.end", "nM", "final value of norepinephrine"),
    Endpoint("x.baseline", "nM", "baseline of x"),
)
SLOPES = np.column_stack([np.linspace(-1.9, 2.1, 20), np.full(20, np.nan)])
ELASTICITIES = ElasticityTable(PARAMETERS, ENDPOINTS, np.array([12.0, 0.0]), SLOPES)
SHARES = np.column_stack([np.linspace(0.0, 0.6, 20), np.full(20, np.nan)])
SOBOL = SobolTable(
    PARAMETERS,
    ENDPOINTS,
    SHARES / 2,
    SHARES / 3,
    SHARES,
    SHARES,
    SHARES * 0.9,
    SHARES * 1.1,
    0.95,
    64,
    64 * 22,
    0,
)


def words(svg: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def test_the_bands_of_a_population_are_described_in_words():
    figure = plot_population([BAND], name="pop", title="Rats: desipramine", subjects=1000)
    assert "1,000 subjects" in figure.caption and "single subjects" in figure.caption
    assert "300" in figure.alt or "220" in figure.alt
    assert "norepinephrine, cortex" in words(figure.svg) and "time (days)" in words(figure.svg)
    assert figure.pdf.startswith(b"%PDF")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_any_number_of_panels_is_drawn(count):
    bands = [replace(BAND, name=f"w{k}", description=f"observable {k}") for k in range(count)]
    text = words(plot_population(bands, name="pop", title="t", subjects=5, pdf=False).svg)
    assert all(f"observable {k}" in text for k in range(count))


def test_bands_without_the_percentiles_that_are_drawn_are_refused():
    with pytest.raises(InputError, match="5, 25, 50"):
        plot_population(
            [replace(BAND, percentiles=(10.0, 50.0, 90.0), y=np.ones((3, 40)))],
            name="p",
            title="t",
            subjects=1,
        )
    with pytest.raises(InputError, match="no quantity"):
        plot_population([], name="p", title="t", subjects=1)


def test_a_tornado_has_the_longest_bar_on_top_and_counts_the_parameters_left_out():
    figure = tornado(ELASTICITIES, "cortex_NE.end", name="t", title="NE", most=5)
    text = words(figure.svg)
    assert re.findall(r"part\.p\d+", figure.alt) == [f"part.p{k}" for k in (19, 0, 18, 1, 17)]
    assert "+2.10" in text and "-1.90" in text.replace("−", "-")
    assert "Not drawn: 15 parameters of less influence." in figure.caption
    assert "part.p9 " not in text


def test_an_endpoint_that_depends_on_no_parameter_is_refused():
    with pytest.raises(InputError, match=r"x\.baseline: does not depend on any parameter"):
        tornado(ELASTICITIES, "x.baseline", name="t", title="x")
    with pytest.raises(InputError, match="cortex_NE"):
        tornado(ELASTICITIES, "y.baseline", name="t", title="y")


def test_sobol_bars_show_first_and_total_order():
    figure = sobol_tornado(SOBOL, "cortex_NE.end", name="s", title="NE", pdf=False)
    assert "0.60" in words(figure.svg)
    assert "part.p19 0.30 alone, 0.60 in total" in figure.alt
    assert "1,408 runs" in figure.caption


def test_a_heat_map_names_its_largest_cell_and_drops_parameters_of_no_influence():
    table = np.array([[0.5, -2.0], [0.001, 0.002], [np.nan, 1.0]])
    figure = heatmap(
        table, ["a", "idle", "c"], ["x", "y"], name="h", title="t", label="elasticity", signed=True
    )
    assert "-2.00, of a on y" in figure.alt
    text = words(figure.svg)
    assert "idle" not in text and "Not drawn: 1 parameter of less influence." in figure.caption
    assert "+1.00" in text


def test_a_heat_map_without_a_number_or_of_another_shape_is_refused():
    with pytest.raises(InputError, match="no number"):
        heatmap(np.full((1, 1), np.nan), ["a"], ["x"], name="h", title="t", label="s", signed=True)
    with pytest.raises(InputError, match="table"):
        heatmap(np.ones((2, 2)), ["a"], ["x"], name="h", title="t", label="s", signed=True)


def test_the_same_numbers_give_the_same_bytes():
    one, other = (tornado(ELASTICITIES, "cortex_NE.end", name="t", title="NE") for _ in range(2))
    assert (one.svg, one.pdf) == (other.svg, other.pdf)


def test_signed_numbers_have_a_minus_and_no_hyphen():
    assert style.signed(-0.62) == "−0.62"
    assert style.signed(0.62) == "+0.62"
    assert style.signed(-0.0004, ".1e") == "−4.0e−04"


def test_the_numbers_of_the_colour_bar_of_one_column_do_not_overlap(monkeypatch):
    canvases = []
    finish = style.finish
    monkeypatch.setattr(
        style, "finish", lambda canvas, **k: canvases.append(canvas) or finish(canvas, **k)
    )
    heatmap(
        np.array([[0.62], [-0.57]]),
        ["a", "b"],
        ["only endpoint"],
        name="h",
        title="One",
        label="elasticity",
        signed=True,
        pdf=False,
    )
    (canvas,) = canvases
    bar = canvas.axes[1]
    low, high = bar.get_xlim()
    labels = [one for one in bar.get_xticklabels() if low <= one.get_position()[0] <= high]
    boxes = [one.get_window_extent() for one in labels]
    assert len(boxes) >= 3
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
