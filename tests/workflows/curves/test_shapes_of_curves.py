"""A dose-response sheet in the shapes in which it is typed, fitted without naming its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.errors import InputError
from tricyclic.fitting.curve_fits import CurveFitResult

DOSES_nM = np.array([1, 3, 10, 30, 100, 300, 1000, 3000, 10000.0])
EC50_nM = {"DMI": 65.0, "IMI": 650.0}
Rows = list[list[Any]]


def inhibition(doses: np.ndarray, ec50: float, seed: int) -> np.ndarray:
    """Percent inhibition in triplicate, standard deviation 1."""
    rng = np.random.default_rng(seed)
    return (100 * doses / (doses + ec50))[:, None] + rng.normal(0, 1, (doses.size, 3))


DMI, IMI = (inhibition(DOSES_nM, ec50, k) for k, ec50 in enumerate(EC50_nM.values()))
HEAD = ["conc (nM)", *["Inhibition (%)"] * 3]


def table(head: Sequence[Any], *columns: np.ndarray, doses: Sequence[Any] = ()) -> Rows:
    x = doses or DOSES_nM.tolist()
    body = np.concatenate(columns, axis=1).tolist()
    return [[*head], *[[dose, *row] for dose, row in zip(x, body, strict=True)]]


def ec50_of(result: CurveFitResult) -> list[float]:
    return [10 ** curve["log10_ec50"].value * 1e9 for curve in result]


def one_merged_heading(page: Any) -> None:
    page.merge_cells("B1:D1")


def as_percent(page: Any) -> None:
    for row in page["B2:D10"]:
        for cell in row:
            cell.number_format = "0%"


ONE: dict[str, tuple[Rows, Callable[[Any], None] | None]] = {
    "plain": (table(HEAD, DMI), None),
    "one heading over all": (
        [[None, "Inhibition (%)"], *table(["conc (nM)", 1, 2, 3], DMI)],
        one_merged_heading,
    ),
    "shown as percent": (table(HEAD, DMI / 100), as_percent),
    "doses as text": (
        table(["Conc", "a 1", "a 2", "a 3"], DMI, doses=[f"{d / 1000:g} µM" for d in DOSES_nM]),
        None,
    ),
    "a row of means": ([*table(HEAD, DMI), ["Average", 50, 50, 50]], None),
    "means beside": (
        table([*HEAD, "Mean", "SD"], DMI, DMI.mean(1)[:, None], DMI.std(1)[:, None]),
        None,
    ),
    "a title": ([["NET uptake"], ["Compound: DMI"], [], *table(HEAD, DMI)], None),
    "logarithms": (
        table(["log[M]", "y 1", "y 2", "y 3"], DMI, doses=np.log10(DOSES_nM * 1e-9).tolist()),
        None,
    ),
}


@pytest.mark.parametrize("shape", ONE.values(), ids=list(ONE))
def test_every_shape_of_one_curve_gives_one_ec50(tmp_path, shape, saved):
    rows, then = shape
    expected = ec50_of(tca.fit(saved(tmp_path / "plain.xlsx", {"S": table(HEAD, DMI)})))
    assert expected == pytest.approx([EC50_nM["DMI"]], rel=0.1)
    result = tca.fit(saved(tmp_path / "t.xlsx", {"S": rows}, then))
    assert ec50_of(result) == pytest.approx(expected, rel=1e-5)
    assert result["top"].value == pytest.approx(100, abs=3)


SEVERAL: dict[str, dict[str, Rows]] = {
    "columns": {"S": table(["nM", *["DMI"] * 3, *["IMI"] * 3], DMI, IMI)},
    "sheets": {"DMI": table(HEAD, DMI), "IMI": table(HEAD, IMI)},
    "below each other": {"S": [["DMI"], *table(HEAD, DMI), [], ["IMI"], *table(HEAD, IMI)]},
    "doses of their own": {
        "S": [
            ["DMI (nM)", *["DMI"] * 3, "IMI (uM)", *["IMI"] * 3],
            *[
                [d, *a, d / 1000, *b]
                for d, a, b in zip(DOSES_nM.tolist(), DMI.tolist(), IMI.tolist(), strict=True)
            ],
        ]
    },
    "across": {
        "S": [
            ["conc (nM)", *DOSES_nM.tolist()],
            *[["DMI", *row] for row in DMI.T.tolist()],
            *[["IMI", *row] for row in IMI.T.tolist()],
        ]
    },
}


@pytest.mark.parametrize("sheets", SEVERAL.values(), ids=list(SEVERAL))
def test_every_shape_of_two_curves_gives_their_ec50(tmp_path, sheets, saved):
    result = tca.fit(saved(tmp_path / "t.xlsx", sheets))
    assert list(dict.fromkeys(result.to_frame()["data set"])) == ["DMI", "IMI"]
    assert ec50_of(result) == pytest.approx(list(EC50_nM.values()), rel=0.12)


def test_solvent_is_a_dose_of_zero(tmp_path, saved):
    rows = table(HEAD, DMI)
    zero = [*rows[:1], [0, 0.3, -1.0, 1.1], *rows[1:]]
    word = [*rows[:1], ["DMSO", 0.3, -1.0, 1.1], *rows[1:]]
    results = [tca.fit(saved(tmp_path / "t.xlsx", {"S": one})) for one in (zero, word)]
    assert ec50_of(results[1]) == pytest.approx(ec50_of(results[0]), rel=1e-9)
    assert "rows 'DMSO': dose 0" in results[1].read_as


def test_a_word_that_is_no_control_is_refused(tmp_path, saved):
    rows = [*table(HEAD, DMI), ["see note", 1, 2, 3]]
    with pytest.raises(InputError, match="has 'see note' among its numbers"):
        tca.fit(saved(tmp_path / "t.xlsx", {"S": rows}))


def test_a_word_among_the_readings_is_missing_and_named(tmp_path, saved):
    rows = table(HEAD, DMI)
    rows[4][2] = ">99"
    result = tca.fit(saved(tmp_path / "t.xlsx", {"S": rows}))
    assert ec50_of(result) == pytest.approx([EC50_nM["DMI"]], rel=0.1)
    assert any("'>99'" in part for part in result.unused)


def test_the_shell_fits_a_plain_sheet_without_options(tmp_path, saved):
    """It needed a column called "curve"."""
    from tricyclic.workflows.curves.fit import run
    from tricyclic.workflows.curves.options import FitOptions

    for name in ("t.xlsx", "t.csv"):
        path = tmp_path / name
        if name.endswith("xlsx"):
            saved(path, {"S": table(HEAD, DMI)})
        else:
            lines = [
                ";".join(str(cell).replace(".", ",") for cell in row) for row in table(HEAD, DMI)
            ]
            path.write_text("\n".join(lines))
        result = run(FitOptions(file=str(path)))
        assert isinstance(result, CurveFitResult)
        assert ec50_of(result) == pytest.approx([EC50_nM["DMI"]], rel=0.1)


def test_a_long_table_is_refused_with_the_columns_to_name(tmp_path, saved):
    rows = [
        ["compound", "conc (nM)", "pct"],
        *[["DMI", d, y] for d, y in zip(DOSES_nM, DMI[:, 0], strict=True)],
    ]
    from tricyclic.workflows.curves.fit import run
    from tricyclic.workflows.curves.options import FitOptions

    path = saved(tmp_path / "t.xlsx", {"S": rows})
    with pytest.raises(InputError, match='Add --curve-column "compound"'):
        run(FitOptions(file=str(path)))
