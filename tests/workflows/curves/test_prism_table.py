"""Tables in Prism's shape are fitted without naming their columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.errors import InputError

DOSES_nM = np.array([0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000.0])
EC50_nM = {"DMI": 5.0, "IMI": 60.0}


def effect(ec50: float, shift: float) -> np.ndarray:
    """A logistic with slope 1, by hand."""
    return 100.0 / (1.0 + DOSES_nM / ec50) + shift


def prism_frame(x: str = "conc_nM", doses: np.ndarray = DOSES_nM) -> pd.DataFrame:
    columns = {x: doses}
    for name, ec50 in EC50_nM.items():
        for k, shift in enumerate((-0.5, 0.5), 1):
            columns[f"{name}:Y{k}"] = effect(ec50, shift)
    return pd.DataFrame(columns)


@pytest.mark.parametrize("x", ["conc_nM", "X"])
def test_every_data_set_is_a_curve(x):
    doses = DOSES_nM if x == "conc_nM" else np.log10(DOSES_nM * 1e-9)
    result = tca.fit(prism_frame(x, doses))
    assert result.by == ("data set",) and len(result) == 2
    assert list(result.to_frame()["data set"].unique()) == list(EC50_nM)
    for curve, ec50 in zip(result, EC50_nM.values(), strict=True):
        assert 10 ** curve["log10_ec50"].value * 1e9 == pytest.approx(ec50, rel=1e-3)
    unit = "nM" if x == "conc_nM" else "log10 M"
    assert result.read_as == (
        f"column '{x}' is x, in {unit}",
        "'DMI:Y1' and 'DMI:Y2': DMI",
        "'IMI:Y1' and 'IMI:Y2': IMI",
    )


def test_the_same_numbers_as_with_named_columns():
    frame = prism_frame()
    named = tca.fit(frame, x="conc_nM", y=["DMI:Y1", "DMI:Y2"])
    own = tca.fit(frame[["conc_nM", "DMI:Y1", "DMI:Y2"]])
    assert own["log10_ec50"].value == named["log10_ec50"].value
    assert own["log10_ec50"].low == named["log10_ec50"].low


def test_a_prism_project_and_what_it_leaves_out(tmp_path: Path):
    frame = prism_frame()
    x = "".join(f"<d>{np.log10(dose * 1e-9):.12g}</d>" for dose in DOSES_nM)
    columns = "".join(
        f"<YColumn Subcolumns='2'><Title>{name}</Title>"
        + "".join(
            "<Subcolumn>"
            + "".join(f"<d>{v:.9g}</d>" for v in frame[f"{name}:Y{k}"])
            + "</Subcolumn>"
            for k in (1, 2)
        )
        + "</YColumn>"
        for name in EC50_nM
    )
    path = tmp_path / "own.pzfx"
    path.write_text(
        "<?xml version='1.0'?><GraphPadPrismFile><Table ID='T0' YFormat='replicates' "
        "Replicates='2'><Title>NET</Title><XColumn Subcolumns='1'><Title>X</Title>"
        f"<Subcolumn>{x}</Subcolumn></XColumn>{columns}</Table></GraphPadPrismFile>"
    )
    result = tca.fit(path)
    for curve, ec50 in zip(result, EC50_nM.values(), strict=True):
        assert 10 ** curve["log10_ec50"].value * 1e9 == pytest.approx(ec50, rel=1e-3)


def test_readings_that_a_prism_project_excludes_are_named_for_each_of_several_data_sets(
    tmp_path: Path,
):
    frame = prism_frame()
    x = "".join(f"<d>{dose}</d>" for dose in DOSES_nM)
    columns = "".join(
        f"<YColumn Subcolumns='2'><Title>{name}</Title>"
        + "".join(
            "<Subcolumn>"
            + "".join(
                f"<d Excluded='1'>{10 * v:.9g}</d>" if (row, k) == (3, 2) else f"<d>{v:.9g}</d>"
                for row, v in enumerate(frame[f"{name}:Y{k}"])
            )
            + "</Subcolumn>"
            for k in (1, 2)
        )
        + "</YColumn>"
        for name in EC50_nM
    )
    path = tmp_path / "excluded.pzfx"
    path.write_text(
        "<?xml version='1.0'?><GraphPadPrismFile><Table ID='T0' YFormat='replicates' "
        "Replicates='2'><Title>NET</Title><XColumn Subcolumns='1'><Title>conc (nM)</Title>"
        f"<Subcolumn>{x}</Subcolumn></XColumn>{columns}</Table></GraphPadPrismFile>"
    )
    result = tca.fit(path)
    assert result.unused == tuple(f"row 4 ('{name} 2' is excluded in the file)" for name in EC50_nM)
    for curve, ec50 in zip(result, EC50_nM.values(), strict=True):
        assert 10 ** curve["log10_ec50"].value * 1e9 == pytest.approx(ec50, rel=0.02)


def test_a_table_without_readings_is_refused():
    with pytest.raises(InputError) as caught:
        tca.fit(pd.DataFrame({"conc_nM": DOSES_nM, "name": list("abcdefghij")}))
    assert str(caught.value) == "y=: no column of readings is named. Add y=COLUMN."
