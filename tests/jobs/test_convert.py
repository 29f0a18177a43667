"""Conversions by hand arithmetic."""

from __future__ import annotations

import pytest

from tricyclic.errors import InputError
from tricyclic.jobs.convert import Request, run


def test_counts_become_femtomoles_per_milligram_step_by_step():
    # 4000 cpm / 0.45 = 8888.9 dpm; 80 Ci/mmol is 177.6 dpm/fmol: 50.05 fmol; in 30 ug: 1668 fmol/mg.
    found = run(
        Request(
            "4000 cpm", "fmol/mg", efficiency="45 %", specific_activity="80 Ci/mmol", protein="30"
        )
    )
    assert found.value == pytest.approx(4000 / 0.45 / 177.6 / 0.030)
    assert len(found.steps) == 3


def test_iodine_halves_in_59_days():
    # 59.407 d half-life; 60 days leave 2**(-60/59.407).
    found = run(Request("1 uCi", "kBq", isotope="125I", start="2026-01-01", end="2026-03-02"))
    assert found.value == pytest.approx(37.0 * 2 ** (-60 / 59.407))


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (Request("4000 cpm", "dpm"), "efficiency"),
        (Request("4000 cpm", "dpm", efficiency="45"), "at most 1"),
        (Request("4000 dpm", "fmol"), "specific-activity"),
        (Request("4000 dpm", "nM"), "cannot become"),
        (Request("1 mg/mL", "nM"), "molar mass"),
        (Request("1 uCi", "kBq", isotope="125I"), "year-month-day"),
        (Request("1 uCi", "kBq", start="2026-01-01"), "isotope"),
        (Request("1 uCi", "kBq", isotope="3I", start="2026-01-01", end="2026-01-02"), "half-life"),
        (Request("", "nM"), "no number"),
    ],
)
def test_what_is_missing_is_named(request_, says):
    with pytest.raises(InputError, match=says):
        run(request_)
