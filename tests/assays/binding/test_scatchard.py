"""A Scatchard plot lies on the line of Kd and Bmax where readings are without error."""

from __future__ import annotations

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.assays.binding.scatchard import scatchard_plot

KD, BMAX, NSB = 2.0, 400.0, 15.0


@pytest.fixture(scope="module")
def saturation(tmp_path_factory):
    """Exact readings of one site with non-specific binding, in fmol/mg."""
    added = np.array([0.1, 0.3, 0.6, 1.0, 2.0, 4.0, 8.0, 16.0])
    bound = BMAX * added / (KD + added)
    rows = [
        f"{x},{b + NSB * x},{b * 1.0 + NSB * x},{NSB * x}"
        for x, b in zip(added, bound, strict=True)
    ]
    file = tmp_path_factory.mktemp("saturation") / "run1.csv"
    file.write_text("conc_nM,total_1,total_2,nsb\n" + "\n".join(rows) + "\n")
    return tca.saturation(
        file,
        x="radioligand=conc_nM:nM",
        total=["total_1", "total_2"],
        non_specific="nsb",
        unit="fmol/mg",
        radioligand="[3H]x",
        target="NET",
    )


def test_points_without_error_lie_on_the_line_of_kd_and_bmax(saturation):
    (assay,) = saturation.study.assays
    plot = scatchard_plot(assay, assay.plates[0], saturation.curves)
    (points,), (line,) = plot.points, plot.traces
    slope, intercept = np.polyfit(points.x, points.y, 1)
    assert -1 / slope == pytest.approx(KD, rel=1e-3)
    assert -intercept / slope == pytest.approx(BMAX, rel=1e-3)
    assert (line.x[-1], line.mean[-1]) == pytest.approx((BMAX, 0.0), rel=1e-3, abs=1e-6)
    assert line.mean[0] == pytest.approx(BMAX / KD, rel=1e-3)


def test_a_saturation_draws_it_by_name_and_shows_specific_binding(saturation, tmp_path):
    (name,) = (name for name in saturation.figure_names if name.endswith("scatchard"))
    assert saturation.save(tmp_path / "s.svg", figure=name)
    (curves,) = saturation.save(tmp_path / "c.svg")
    text = curves.read_text(encoding="utf-8")
    assert all(f">{word}<" in text for word in ("total", "non-specific", "specific"))
