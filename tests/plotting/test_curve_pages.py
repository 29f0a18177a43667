"""Thumbnails: every curve of a file on the pages of one PDF, with its printed value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.plotting import curve_pages as module
from tricyclic.plotting.curve_pages import PER_PAGE, curve_pages


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(2)
    doses = np.concatenate([[0.0], np.repeat(30.0 / 3.0 ** np.arange(10), 2)])
    rows = []
    for k in range(PER_PAGE + 6):
        y = (90.0 * (k % 5 > 0)) / (1 + 0.5 / np.maximum(doses, 1e-12)) + rng.normal(0, 3, 21)
        rows += [(f"CRO-{k:03d}", x, v) for x, v in zip(doses, y, strict=True)]
    frame = pd.DataFrame(rows, columns=["Compound ID", "conc_uM", "pct_inhibition"])
    names = {"curve_column": "Compound ID", "x_column": "conc_uM", "y_column": "pct_inhibition"}
    return tca.fit_file(frame, **names)


def test_every_curve_is_drawn_with_its_printed_value(result):
    figure = curve_pages(result)
    assert figure.pdf.count(b"/Type /Page ") + figure.pdf.count(b"/Type /Page\n") == 2
    table = result.to_frame()
    for name, text in zip(table["Compound ID"][:PER_PAGE], table.ic50_nM_text, strict=False):
        assert name in figure.svg
        assert text.replace(">", "&gt;") in figure.svg
    assert "CRO-054" not in figure.svg, "it is on the second page"
    assert curve_pages(result).pdf == figure.pdf


def test_the_drawn_curve_is_the_fitted_one(result):
    first = result.first
    scale = module._Scale(-1.0, 5.0)
    fit = {name: first.fits[name][1] for name in ("log10_ic50", "hill", "top", "bottom")}
    grid, values = module._curve(fit, scale, 9.0, rises=True)
    at_ic50 = np.interp(np.log10(first.fits["ic50_nM"][1]), grid, values)
    assert at_ic50 == pytest.approx(0.5 * (fit["top"] + fit["bottom"]), abs=1.0)
    assert values[0] < 10 and values[-1] > 80
