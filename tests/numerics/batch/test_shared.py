"""Joint fits of a group against R and against one large fit by another optimiser."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import least_squares

from tricyclic.errors import InputError, UnknownNameError
from tricyclic.numerics.batch.fit import fit_batch
from tricyclic.numerics.batch.shared import fit_shared

R = Path(__file__).parents[2] / "golden" / "r"
X = np.linspace(-10.0, -4.0, 10)


def curve(x, c, hill, top, bottom):
    return bottom + (top - bottom) / (1 + 10 ** np.clip(hill * (x - c), -300, 300))


def plates(seed, groups=3, curves=4):
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), curves)
    top, bottom, hill = (
        rng.uniform(80, 120, groups),
        rng.uniform(0, 15, groups),
        rng.uniform(0.8, 1.3, groups),
    )
    c = rng.uniform(-8, -6, group.size)
    mean = curve(X, c[:, None], hill[group, None], top[group, None], bottom[group, None])
    return group, c, mean[..., None] + rng.normal(0, 4, (*mean.shape, 2))


def test_two_curves_that_share_plateaus_come_out_as_in_nls_of_r():
    told = json.loads((R / "curves.json").read_text(encoding="utf-8"))
    fits = fit_shared(
        np.array(told["x"]),
        np.array([told["a"], told["b"]]),
        [0, 0],
        ("top", "bottom"),
        model="3pl",
    )
    wanted = told["shared"]["coef"]
    assert fits.log10_ic50 == pytest.approx([wanted["la"], wanted["lb"]], abs=1e-6)
    assert fits.top == pytest.approx([wanted["top"]] * 2, rel=1e-6)
    assert fits.bottom == pytest.approx([wanted["bottom"]] * 2, rel=1e-6)
    assert (fits.df == told["shared"]["df"][1]).all()


@pytest.mark.parametrize("share", [("hill",), ("top", "bottom"), ("hill", "top", "bottom")])
def test_a_joint_fit_is_that_of_one_large_least_squares(share):
    group, _, y = plates(1)
    fits = fit_shared(X, y, group, share)
    names = ("log10_ic50", "hill", "top", "bottom")
    own = [name for name in names if name not in share]
    for g in range(3):
        mine = group == g
        data = y[mine]
        k = len(data)

        def values(p, k=k):
            v = {name: np.full(k, p[j]) for j, name in enumerate(share)}
            return {
                **v,
                **{
                    name: p[len(share) + j * k : len(share) + (j + 1) * k]
                    for j, name in enumerate(own)
                },
            }

        def residual(p, data=data, values=values):
            v = values(p)
            return (curve(X, *(v[name][:, None] for name in names))[..., None] - data).ravel()

        guess = {
            "log10_ic50": np.full(k, -7.0),
            "hill": np.full(k, 1.0),
            "top": np.full(k, 100.0),
            "bottom": np.full(k, 5.0),
        }
        start = np.concatenate([[guess[n][0] for n in share], *[guess[n] for n in own]])
        end = least_squares(
            residual,
            start,
            x_scale="jac",
            method="lm",
            ftol=1e-14,
            xtol=1e-14,
            gtol=1e-14,
            max_nfev=5000,
        )
        wanted = values(end.x)
        for name in names:
            assert getattr(fits, name)[mine] == pytest.approx(wanted[name], rel=2e-6, abs=2e-6)
        assert fits.rss[mine].sum() == pytest.approx(2 * end.cost, rel=1e-9)
        df = data.size - end.x.size
        covariance = np.linalg.inv(end.jac.T @ end.jac) * 2 * end.cost / df
        at = len(share) + np.arange(k) + k * own.index("log10_ic50")
        assert fits.se_log10_ic50[mine] == pytest.approx(np.sqrt(np.diag(covariance)[at]), rel=1e-3)
        assert (fits.df[mine] == df).all()


def test_sharing_what_is_shared_narrows_and_still_covers():
    rng = np.random.default_rng(2)
    inside = total = 0
    widths = []
    for _ in range(40):
        group, c, y = plates(rng.integers(1 << 30), groups=4, curves=6)
        fits = fit_shared(X, y, group, ("hill", "top", "bottom"))
        alone = fit_batch(X, y)
        inside += int(np.sum((fits.log10_ic50_low < c) & (c < fits.log10_ic50_high)))
        total += c.size
        widths.append(
            np.median(
                (fits.log10_ic50_high - fits.log10_ic50_low)
                / (alone.log10_ic50_high - alone.log10_ic50_low)
            )
        )
    assert np.median(widths) < 0.95
    assert inside / total == pytest.approx(0.95, abs=0.025)


def test_a_curve_without_readings_takes_no_part():
    group, _, y = plates(3)
    spoilt = y.copy()
    spoilt[1] = np.nan
    fits = fit_shared(X, spoilt, group, ("hill",))
    rest = np.delete(np.arange(len(y)), 1)
    without = fit_shared(X, y[rest], group[rest], ("hill",))
    assert fits.words[1] == "no finite readings"
    np.testing.assert_allclose(fits.log10_ic50[rest], without.log10_ic50, atol=1e-9)


def test_what_cannot_be_shared_is_said():
    group, _, y = plates(4)
    with pytest.raises(UnknownNameError, match="hil"):
        fit_shared(X, y, group, ("hil",))
    with pytest.raises(InputError, match="shared and held"):
        fit_shared(X, y, group, ("hill",), model="3pl")
    with pytest.raises(InputError, match="One entry per curve"):
        fit_shared(X, y, group[:3], ("hill",))
