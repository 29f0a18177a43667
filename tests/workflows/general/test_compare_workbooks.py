"""Comparisons from workbooks, and the remark on runs that scatter unequally."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad

import tricyclic as tca
from tricyclic.stats.statistics import equal_variances_p

DOSES = np.array([0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000])


def binding() -> tca.BindingResult:
    rng = np.random.default_rng(8)
    rows = [
        {"compound": name, "conc nM": d, "cpm": 300 + 2700 / (1 + d / ic50) + 30 * rng.normal()}
        for name, ic50 in (("desipramine", 4.0), ("imipramine", 40.0))
        for d in DOSES
        for _ in range(2)
    ]
    return tca.affinity(pd.DataFrame(rows), radioligand_nM=1, kd_nM=1, unit="cpm")


def test_the_written_workbook_of_results_gives_the_comparison_of_the_folder(tmp_path):
    result = binding()
    result.save(tmp_path / "results.xlsx")
    result.save(tmp_path / "folder")
    names = ("desipramine", "imipramine")
    of_book = tca.compare(*names, results=tmp_path / "results.xlsx").comparisons[0]
    of_folder = tca.compare(*names, results=tmp_path / "folder").comparisons[0]
    assert of_book.ratio is not None and of_folder.ratio is not None
    assert of_book.ratio.value == pytest.approx(10.0, rel=0.2)
    # The workbook has three digits.
    assert of_book.ratio.value == pytest.approx(of_folder.ratio.value, rel=0.01)


def test_a_workbook_that_is_a_study_is_compared_by_its_results(tmp_path):
    tca.new_study("binding", tmp_path / "s", excel=True)
    book = tmp_path / "s" / "study.xlsx"
    with pytest.raises(tca.InputError) as caught:
        tca.compare(str(book), binding())
    assert str(caught.value) == (
        f'{book}: has no results yet. Run it first: tca.run_study("{book}").'
    )
    tca.run_study(book)
    outcome = tca.compare(str(book), binding()).comparisons[0]
    assert outcome.ratio is not None and math.isfinite(outcome.ratio.value)


def ki_table(of_b: list[float]) -> pd.DataFrame:
    runs = [f"r{k}" for k in range(4)]
    return pd.DataFrame(
        {
            "compound": ["A"] * 4 + ["B"] * 4,
            "run": runs * 2,
            "Ki_nM": [2.1, 1.9, 2.0, 2.05, *of_b],
        }
    )


def test_runs_that_scatter_unequally_are_named_and_others_are_not():
    remarks = {
        (paired, name): tca.compare("A", "B", results=ki_table(values), paired=paired)
        .comparisons[0]
        .remarks
        for paired in ("yes", "no")
        for name, values in (
            ("unequal", [20.0, 35.0, 9.0, 50.0]),
            ("equal", [20.0, 21.0, 19.0, 20.0]),
        )
    }
    assert remarks["no", "unequal"] == (
        (
            "the runs of B scatter 17 times as much as those of A (F test of the variances, p = "
            "0.00063): look for the cause; Welch's test does not assume equal scatter"
        ),
    )
    assert remarks["yes", "unequal"][0].endswith(
        "the test of paired differences does not assume equal scatter"
    )
    assert remarks["no", "equal"] == remarks["yes", "equal"] == ()


def test_the_p_of_equal_variances_is_the_area_of_the_density_of_f():
    """By numerical integration of the density of F instead of its distribution function."""
    a, b = [1.0, 2.0, 4.0, 7.0, 1.5], [3.0, 3.2, 2.9, 3.4]
    f = float(np.var(a, ddof=1) / np.var(b, ddof=1))
    one, two = 4.0, 3.0

    def density(x: float) -> float:
        scale = math.gamma((one + two) / 2) / math.gamma(one / 2) / math.gamma(two / 2)
        return (
            scale
            * (one / two) ** (one / 2)
            * x ** (one / 2 - 1)
            * (1 + one * x / two) ** (-(one + two) / 2)
        )

    p, ratio = equal_variances_p(a, b)
    assert p == pytest.approx(2 * quad(density, f, math.inf)[0], rel=1e-6)
    assert equal_variances_p(b, a)[0] == pytest.approx(p, rel=1e-9)
    assert ratio == pytest.approx(math.sqrt(f))
    assert all(map(math.isnan, equal_variances_p([1.0], b)))
    assert all(map(math.isnan, equal_variances_p([0.1 + 0.2, 0.3], b)))


def test_a_plate_is_no_table_of_results_and_what_makes_one_is_named(tmp_path):
    path = tmp_path / "plate.csv"
    rows = [f"{letter},{k + 1},90,200" for k, letter in enumerate("ABCDEFGH")]
    path.write_text("\n".join(["NET binding", ",1,2,3", *rows]))
    with pytest.raises(
        tca.InputError, match=r"contains a plate, and no results\. Analyse it first"
    ):
        tca.compare("DMI", "IMI", results=path)
