"""P of the replicates test is one number by every way to fit, also of flat curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.stats

import tricyclic as tca

DOSE = np.repeat(np.logspace(-9, -5, 8), 2)
SHAPES = {
    "flat": np.full(16, 100.0),
    "sigmoid": 100 / (1 + DOSE / 1e-7),
    "wave": 50 + 50 * np.sin(3 * np.log10(DOSE)),
}


def curves(number: int) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    frames = []
    for k in range(number):
        shape = list(SHAPES)[k % 3]
        y = SHAPES[shape] + 5 * rng.normal(size=16)
        frames.append(pd.DataFrame({"name": f"{shape} {k}", "conc_M": DOSE, "y": y}))
    return pd.concat(frames, ignore_index=True)


def test_one_curve_and_many_have_the_same_p_of_lack_of_fit():
    table = curves(102)
    how = {"x": "conc_M", "y": "y", "by": "name", "intervals": "none"}
    many = tca.fit(table, **how).to_frame().set_index("name")
    some = [name for name in many.index if int(name.split()[1]) < 24]
    few = tca.fit(table[table.name.isin(some)], **how).to_frame().set_index("name")
    many = many.loc[few.index]
    same = few.status == many.status
    assert same.sum() >= 22 and {"flat", "fitted", "not monotone"} <= set(few.status[same])
    assert few.p_lack_of_fit[same].notna().all()
    # Of a flat curve the least sum lies in a wide valley, in which the engines end apart.
    gap = (few.p_lack_of_fit - many.p_lack_of_fit)[same].abs()
    assert gap.max() < 0.01 and gap[few.status[same] == "fitted"].max() < 1e-5


def test_p_of_a_flat_curve_is_f_of_its_fitted_line():
    table = curves(4)
    table = table[table.name == "flat 3"]
    fit = tca.fit(table, x="conc_M", y="y", by="name", intervals="none")
    frame = fit.to_frame()
    assert frame.status[0] == "flat"
    pure = float(table.groupby("conc_M").y.var(ddof=1).sum())
    rss = float(np.sum(fit.residuals**2))
    f = (rss - pure) / 4 / (pure / 8)
    assert frame.p_lack_of_fit[0] == pytest.approx(scipy.stats.f.sf(f, 4, 8), rel=1e-6)
