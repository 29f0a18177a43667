"""Thumbnails: every curve of a file on the pages of one PDF, with its printed value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.fitting.small_curves import small_curves
from tricyclic.plotting.curve_pages import PER_PAGE, curve_book, curve_page
from tricyclic.reports.figures import drawings_of
from tricyclic.reports.plots.many_curves import batch_sheet


def pages_of(pdf):
    return pdf.count(b"/Type /Page ") + pdf.count(b"/Type /Page\n")


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(2)
    doses = np.concatenate([[0.0], np.repeat(30.0 / 3.0 ** np.arange(10), 2)])
    rows = []
    for k in range(PER_PAGE + 6):
        y = (90.0 * (k % 5 > 0)) / (1 + 0.5 / np.maximum(doses, 1e-12)) + rng.normal(0, 3, 21)
        rows += [(f"CRO-{k:03d}", x, v) for x, v in zip(doses, y, strict=True)]
    return pd.DataFrame(rows, columns=["Compound ID", "conc_uM", "pct_inhibition"])


@pytest.fixture(scope="module")
def result(frame):
    names = {"curve_column": "Compound ID", "x_column": "conc_uM", "y_column": "pct_inhibition"}
    return tca.fit_file(frame, **names)


@pytest.fixture(scope="module")
def fits(frame):
    return tca.fit(frame, x="conc_uM", y="pct_inhibition", by="Compound ID")


def test_every_curve_is_drawn_with_its_printed_value(result):
    sheet = batch_sheet(result, result.first)
    svg, pdf = curve_page(sheet, 1).svg, curve_book(sheet)
    assert pages_of(pdf) == 2
    table = result.to_frame()
    for name, text in zip(table["Compound ID"][:PER_PAGE], table.ic50_nM_text, strict=False):
        assert name in svg
        assert text.replace(">", "&gt;") in svg
    assert "CRO-054" not in svg, "it is on the second page"
    assert curve_book(sheet) == pdf


def test_the_drawn_curve_is_the_fitted_one(result):
    first = result.first
    curve = batch_sheet(result, first).curves[1]
    middle = curve.expected(np.log10(first.fits["ic50_nM"][1:2]))
    assert middle == pytest.approx(0.5 * (first.fits["top"][1] + first.fits["bottom"][1]))
    ends = curve.expected(np.array([-1.0, 5.0]))
    assert ends[0] < 10 and ends[1] > 80


def test_the_fits_of_a_table_are_one_pdf_of_thumbnails(fits, tmp_path):
    """24 files with the first 24 of many curves were written."""
    assert fits.save(tmp_path / "curves.pdf") == (tmp_path / "curves.pdf",)
    assert pages_of((tmp_path / "curves.pdf").read_bytes()) == 2
    svg = drawings_of(fits)["thumbnails"].make().svg
    table = fits.to_frame()
    for name, text in zip(table["Compound ID"][:PER_PAGE], table.ec50_nM_text, strict=False):
        assert name in svg
        assert text.replace(">", "&gt;") in svg
    assert "EC50 (nM)" in svg


def test_thumbnails_of_a_table_are_those_of_a_file(fits, result):
    """Both routes to the figure draw the same readings and curves."""
    one, other = small_curves(fits), batch_sheet(result, result.first)
    assert (one.total, one.unit, one.is_percent) == (other.total, "nM", True)
    grid = np.linspace(0.0, 4.0, 9)
    for a, b in zip(one.curves, other.curves, strict=True):
        assert a.label == b.label
        assert np.sort(a.y) == pytest.approx(np.sort(b.y))
        if a.outcome == "value":
            assert a.expected(grid)[0] == pytest.approx(b.expected(grid), abs=0.2)


def test_thumbnails_of_a_course_have_a_linear_axis(tmp_path):
    rng = np.random.default_rng(3)
    minutes = np.linspace(0.0, 30.0, 8)
    rows = [
        (f"c{k}", t, 10 * np.exp(-0.1 * t) + rng.normal(0, 0.1)) for k in range(14) for t in minutes
    ]
    table = pd.DataFrame(rows, columns=["run", "time_min", "signal"])
    fits = tca.fit(table, "one_phase_decay", x="time_min", y="signal", by="run")
    sheet = small_curves(fits)
    assert not sheet.is_log and sheet.unit == "min"
    assert sheet.curves[0].expected(np.array([10.0]))[0, 0] == pytest.approx(
        10 * np.exp(-1), abs=0.3
    )
    assert "time" in drawings_of(fits)["thumbnails"].make().svg


def test_only_the_shown_figure_is_made(fits, monkeypatch):
    """A notebook shows the first page of many curves; the others cost seconds each."""
    made = []
    monkeypatch.setattr(type(fits), "curve_plot", lambda self, number: made.append(number))
    assert "CRO-001" in fits._repr_html_()
    assert made == []


def test_a_notebook_makes_a_table_of_many_curves_once(fits, monkeypatch):
    from tricyclic.reports.frames import curves as module

    made = []
    original = module.curve_columns_of
    monkeypatch.setattr(
        module, "curve_columns_of", lambda result: made.append(1) or original(result)
    )
    assert "<table>" in fits._repr_html_()
    assert made == [1]


def test_the_documentation_states_how_many_curves_are_on_a_page():
    from pathlib import Path

    from tricyclic.plotting.curve_pages import PER_PAGE

    docs = Path(__file__).parents[2] / "docs"
    assert f"`curves.pdf` has {PER_PAGE} curves on a page" in (docs / "ten_lines.md").read_text()
    assert f"are thumbnails, {PER_PAGE} on a page" in (docs / "fit_in_python.md").read_text()
