"""The closed form against an integrator and against its limits, saturation and association."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tricyclic.curves import CURVES

MODEL = CURVES["association_with_depletion"]


def test_the_closed_form_is_the_integral_of_the_rate_equation() -> None:
    kon, koff, ns, sites, hot = 5e7, 0.04, 0.3, 2e-9, 1e-9
    times = np.array([0.0, 0.5, 2.0, 10.0, 60.0, 400.0])
    exact = solve_ivp(
        lambda t, b: kon * (hot - b) / (1 + ns) * (sites - b) - koff * b,
        (0, 400),
        [0.0],
        t_eval=times,
        rtol=1e-11,
        atol=1e-22,
    ).y[0]
    values = {
        **MODEL.example,
        "log10_kon": np.log10(kon),
        "log10_koff": np.log10(koff),
        "nonspecific": ns,
        "background": 0.0,
    }
    values |= {"log10_bmax": np.log10(sites), "signal_per_M": 1.0}
    result = MODEL.curve(
        time_min=times, radioligand_M=np.full(6, hot), specific=np.ones(6), **values
    )
    assert result == pytest.approx(exact + ns * (hot - exact) / (1 + ns), rel=1e-8)


def test_it_ends_at_the_saturation_by_mass_balance() -> None:
    hot = np.logspace(-11, -8, 7)
    values = dict(MODEL.example)
    late = MODEL.curve(time_min=np.full(7, 1e5), radioligand_M=hot, specific=np.ones(7), **values)
    kd = values.pop("log10_koff") - values.pop("log10_kon")
    still = CURVES["saturation_with_depletion"].curve(
        radioligand_M=hot, specific=np.ones(7), log10_kd=kd, **values
    )
    assert late == pytest.approx(still, rel=1e-10)


def test_without_depletion_it_is_the_plain_association() -> None:
    times = np.array([1.0, 5.0, 30.0])
    values = {
        **MODEL.example,
        "log10_bmax": -14.0,
        "nonspecific": 0.0,
        "signal_per_M": 1e18,
        "background": 0.0,
    }
    result = MODEL.curve(
        time_min=times, radioligand_M=np.full(3, 1e-9), specific=np.ones(3), **values
    )
    plain = CURVES["association"].curve(
        time_min=times,
        radioligand_M=np.full(3, 1e-9),
        specific=np.ones(3),
        bmax=1e4,
        nonspecific=0.0,
        background=0.0,
        log10_kon=values["log10_kon"],
        log10_koff=values["log10_koff"],
    )
    assert result == pytest.approx(plain, rel=1e-4)
