"""A plate read over time gives back the rates it was simulated with."""

from __future__ import annotations

import numpy as np
import pytest

import tricyclic as tca
from tricyclic.assays.binding.simulate_plate import Truth, simulate_plate
from tricyclic.core.plate import row_letters
from tricyclic.io.plate_layout import layout_from_toml

TIMES = 'times = ["1 min", "2 min", "4 min", "8 min", "15 min", "30 min", "60 min", "120 min"]\ndirection = "across"\n'
# Two concentrations of radioligand: one alone gives kobs and cannot part kon from koff.
LAYOUT = "plate = 96\n" + "".join(
    f'[[block]]\nwells = "{wells}"\nrole = "{role}"\nradioligand = "{nM} nM"\n{TIMES}'
    for wells, role, nM in (
        ("A1:C8", "total", 0.3),
        ("D1:F8", "total", 4.0),
        ("G1:G8", "non_specific", 4.0),
        ("H1:H8", "non_specific", 0.3),
    )
)
TRUTH = Truth(kd_nM=0.8, bmax_fmol_per_mg=1000.0, nonspecific=0.004, kon_per_M_min=5e7)


def test_association_gives_the_true_rates(tmp_path):
    conditions = tca.BindingConditions(
        target="NET",
        radioligand="[3H]nisoxetine",
        isotope="3H",
        radioligand_nM=tca.Measured(1.0, "nM"),
        specific_activity_Ci_per_mmol=tca.Measured(80.0, "Ci/mmol"),
        counting_efficiency=tca.Measured(0.45, ""),
        counting_time_min=5.0,
        background_cpm=25.0,
        volume_uL=250.0,
        protein_ug=tca.Measured(30.0, "ug"),
        radioligand_kd_nM=tca.Measured(0.8, "nM"),
    )
    wells = list(layout_from_toml(LAYOUT).held.values())
    plate = simulate_plate(
        conditions, wells, TRUTH, np.random.default_rng(5), cv=0.03, design="association"
    )
    grid = plate.grid()
    rows = [
        ",".join([row_letters(r), *("-" if np.isnan(v) else f"{v:.1f}" for v in grid[r])])
        for r in range(8)
    ]
    head = ["Unit: cpm", "", "," + ",".join(str(c + 1) for c in range(12))]
    (tmp_path / "plate.csv").write_text("\n".join([*head, *rows]) + "\n")
    (tmp_path / "layout.toml").write_text(LAYOUT)
    found = tca.kinetics(
        tmp_path / "plate.csv",
        layout=tmp_path / "layout.toml",
        kind="association",
        target="NET",
        radioligand="[3H]nisoxetine",
        isotope="3H",
        radioligand_nM=1.0,
        kd_nM=0.8,
        specific_activity=80,
        efficiency=0.45,
        counting_time_min=5,
        background_cpm=25,
        volume_uL=250,
        protein_ug=30,
        out=str(tmp_path / "out" / "kinetics.html"),
    )
    numbers = {e.name: e for e in found.estimates}
    for name, truth in (("kon", 5e7), ("koff", 0.04)):
        # 3 % scatter of 64 wells leaves some 2 % in a rate; a wrong rate law would be off by more than a tenth.
        assert numbers[name].value == pytest.approx(truth, rel=0.1)
    assert (tmp_path / "out" / "kinetics.html").read_text(encoding="utf-8").count("<svg") >= 1
