"""Amounts of injections from a quantified batch, assigned to samples by a design."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca

VOLUMES = {"well_volume": 500, "sample_volume": 100}


@pytest.fixture(scope="module")
def study():
    """A design, the amounts of its injections as quantify writes them, and the same as a table."""
    rng = np.random.default_rng(2)
    design, amounts, wide = [], [], []
    number = 0
    for culture in range(4):
        for drug, c, stimulus in (
            ("vehicle", 0, "BDNF"),
            ("imipramine", 1, "BDNF"),
            ("vehicle", 0, "none"),
        ):
            for _ in range(2):
                basal = rng.normal(20, 1)
                after = basal + (stimulus != "none") * rng.normal(15 + 8 * c, 1)
                well = f"w{number}"
                head = {"culture": culture, "well": well, "drug": drug, "conc_uM": c}
                wide.append(
                    {**head, "stimulus": stimulus, "basal_nM": basal, "stimulated_nM": after}
                )
                for kind, value in (("basal", basal), ("stimulated", after)):
                    number += 1
                    name = f"inj_{number:03d}"
                    design.append({**head, "stimulus": stimulus, "sample": kind, "injection": name})
                    # 20 uL of v nM are 20 v fmol.
                    row = {"injection": name, "state": "quantified", "lod_fmol": 8.0}
                    amounts.append({**row, "analyte": "glutamate", "amount_fmol": 20 * value})
                    amounts.append({**row, "analyte": "GABA", "amount_fmol": 1.0})
    order = rng.permutation(len(amounts))
    return pd.DataFrame(design), pd.DataFrame([amounts[k] for k in order]), pd.DataFrame(wide)


def test_amounts_of_injections_are_concentrations_of_their_samples(study):
    design, amounts, wide = study
    one = tca.analyse_release(design, amounts=amounts, injected_volume=20, **VOLUMES)
    two = tca.analyse_release(wide, **VOLUMES)
    assert (one.unit, one.value_unit) == (two.unit, two.value_unit) == ("pmol/well", "nM")
    a, b = one["imipramine 1 uM"], two["imipramine 1 uM"]
    assert (a.value, a.low, a.p) == pytest.approx((b.value, b.low, b.p), rel=1e-9)


def test_an_amount_below_the_limit_is_no_number(study):
    design, amounts, _ = study
    name = design.loc[0, "injection"]
    low = amounts.copy()
    low.loc[(low["injection"] == name), ["amount_fmol", "state"]] = [np.nan, "below LOD"]
    result = tca.analyse_release(design, amounts=low, injected_volume=20, **VOLUMES)
    assert dict(result.wells[0].states) == {"basal": "below"}
    assert result.wells[0].bounds["basal"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda d, a: (d.assign(injection="inj_0"), a), {}, "no injection is called 'inj_0'"),
        (
            lambda d, a: (d.drop(columns="injection"), a),
            {},
            "no column of injections is recognised",
        ),
        (lambda d, a: (d, pd.concat([a, a])), {}, "has two amounts"),
        (lambda d, a: (d, a), {"transmitter": "dopamine"}, "none is called dopamine"),
        (
            lambda d, a: (d, a.rename(columns={"amount_fmol": "amount"})),
            {"injected_volume": 20},
            "the values are in no unit",
        ),
        (lambda d, a: (d, a), {"plates": ("x.csv",)}, "both plates and amounts"),
    ],
)
def test_what_does_not_match_is_an_error(study, change, options, message):
    design, amounts = change(*study[:2])
    with pytest.raises(tca.InputError, match=message):
        tca.analyse_release(design, amounts=amounts, **options)
