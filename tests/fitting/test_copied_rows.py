"""Copies among the replicates of many curves are those that each curve by itself has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tricyclic as tca
from tricyclic.fitting.copied_rows import copied_replicate, copied_rows

DOSES = np.array([0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000])


def one_by_one(x, y):
    """The curves with copies, each looked at by itself."""
    copied = []
    for k, (doses, own) in enumerate(zip(np.broadcast_to(x, y.shape), y, strict=True)):
        used = np.isfinite(own)
        settings = {}
        for at, dose in enumerate(doses[used].tolist()):
            settings.setdefault(dose, []).append(at)
        if settings and copied_replicate(list(settings.values()), own[used]) is not None:
            copied.append(k)
    return copied


def curves(rng, n, sizes, decimals=0):
    """Doses and rounded readings of curves with so many replicates at each dose."""
    x = np.repeat(np.arange(len(sizes), dtype=float), sizes)
    y = 3000 / (1 + np.exp(x - 4 + rng.uniform(-2, 2, (n, 1)))) + 200
    return x[None], np.round(y * (1 + 0.03 * rng.standard_normal(y.shape)), decimals)


def with_copies(rng, x, y, share):
    """Some readings replaced by the one before at the same dose."""
    y = y.copy()
    same = np.concatenate([[False], x[0, 1:] == x[0, :-1]])
    for k in range(0, len(y), 2):
        which = np.flatnonzero(same & (rng.random(same.size) < share))
        for at in which:
            y[k, at] = y[k, at - 1]
    return y


@pytest.mark.parametrize(
    "sizes",
    [[2] * 10, [3] * 10, [3] * 5, [2] * 4, [1] * 12, [6] + [3] * 9, [1, 2, 3] * 4, [14] * 3],
)
@pytest.mark.parametrize("missing", [0.0, 0.03, 0.3])
@pytest.mark.parametrize("share", [1.0, 0.85, 0.4])
def test_copies_are_those_of_each_curve_by_itself(sizes, missing, share):
    rng = np.random.default_rng([len(sizes), int(100 * missing), int(100 * share)])
    x, y = curves(rng, 60, sizes)
    y = with_copies(rng, x, y, share)
    y[rng.random(y.shape) < missing] = np.nan
    complete = np.isfinite(y).all(axis=1)
    expected = one_by_one(x, y)
    assert copied_rows(x, y, complete).tolist() == expected
    # Doses of its own for each curve.
    own = x + rng.uniform(0.0, 0.01, (len(y), 1))
    assert copied_rows(own, y, complete).tolist() == expected


def test_a_complete_copy_is_recognised_in_every_curve_that_has_one():
    rng = np.random.default_rng(1)
    x, y = curves(rng, 400, [3] * 10)
    chosen = rng.permutation(400)[:120]
    y[chosen, 2::3] = y[chosen, 0::3]
    assert copied_rows(x, y, np.ones(400, bool)).tolist() == sorted(chosen.tolist())
    # Of ten doses a copy may differ at two, not at three.
    y[chosen, 2] += 5
    y[chosen, 5] += 5
    assert copied_rows(x, y, np.ones(400, bool)).tolist() == sorted(chosen.tolist())
    y[chosen, 8] += 5
    assert copied_rows(x, y, np.ones(400, bool)).tolist() == []


@pytest.mark.parametrize("decimals", [0, 2])
def test_readings_equal_by_chance_are_no_copies_among_many(decimals):
    """Counts of three to four digits, and percent of two decimals."""
    rng = np.random.default_rng(7)
    x, y = curves(rng, 20_000, [3] * 10, decimals=0)
    y = y if decimals == 0 else np.round(y / 30, decimals)
    assert copied_rows(x, y, np.ones(len(y), bool)).size == 0


def table_of(number, rng, copies):
    y = 300 + 2700 / (1 + DOSES / 5.0)
    y = np.round(y[:, None] * (1 + 0.04 * rng.standard_normal((number, 10, 2))))
    y[copies, :, 1] = y[copies, :, 0]
    return pd.DataFrame(
        {
            "compound": np.repeat([f"C{k:03d}" for k in range(number)], 20),
            "conc_nM": np.tile(np.repeat(DOSES, 2), number),
            "cpm": y.ravel(),
        }
    )


@pytest.mark.parametrize("number", [60, 140])
def test_curves_with_copies_have_the_check_however_many_there_are(number):
    """Below and above the number from which the engine of many curves fits them."""
    table = table_of(number, np.random.default_rng(5), [3, 50])
    fits = tca.fit(table, x="conc_nM", y="cpm", by="compound", intervals="none").to_frame()
    copied = fits.loc[fits["checks"].str.contains("copied_readings"), "compound"]
    assert copied.tolist() == ["C003", "C050"]


def test_a_file_of_many_curves_names_copies_in_its_checks(tmp_path):
    table = table_of(150, np.random.default_rng(6), [7])
    # A word among the readings is a missing one, and its curve is looked at like others.
    table["cpm"] = table["cpm"].astype(object)
    table.loc[7 * 20 + 1, "cpm"] = "spilled"
    names = {"curve_column": "compound", "x_column": "conc_nM", "y_column": "cpm"}
    table.to_csv(tmp_path / "many.csv", index=False)
    fits = tca.fit_file(tmp_path / "many.csv", **names).to_frame()
    assert fits.loc[fits["checks"].str.contains("copied"), "compound"].tolist() == ["C007"]


def test_calculated_curves_are_no_copies_in_a_file():
    y = 300 + 2700 / (1 + DOSES / 5.0)
    table = table_of(100, np.random.default_rng(8), [])
    table["cpm"] = np.tile(np.repeat(y, 2), 100)
    names = {"curve_column": "compound", "x_column": "conc_nM", "y_column": "cpm"}
    fits = tca.fit_file(table, **names).to_frame()
    assert not fits["checks"].str.contains("copied").any()
