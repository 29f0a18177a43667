"""Expressions and parameter declarations that several curves share."""

from __future__ import annotations

import numpy as np

from tricyclic.core.curve_model import Column, Parameter

Values = float | np.ndarray

SPECIFIC = Column("specific", "1 where the site can bind, 0 in a non-specific well", 1.0)
COMPETITOR = Column("competitor_M", "total competitor [M]; 0 in control wells")
RADIOLIGAND = Column("radioligand_M", "total (added) radioligand [M]")
DISPLACER = Column(
    "displacer_M",
    "the same competitor where it defines a non-specific well [M]; 0 in every other well",
    0.0,
)
TIME = Column("time_min", "time since the radioligand was added [min]")

BACKGROUND = Parameter(
    "background", "y", "reading without any radioligand", fixed_by_default=True, default=0.0
)
NONSPECIFIC = Parameter(
    "nonspecific", "y/M", "non-specific binding per molar of radioligand", low=0.0
)
SINK = Parameter(
    "nonspecific", "", "non-specifically bound over free radioligand", low=0.0, high=20.0
)
SIGNAL = Parameter(
    "signal_per_M", "y/M", "reading per molar of bound radioligand", low=0.0, fixed_by_default=True
)
COMPETITOR_SINK = Parameter(
    "competitor_nonspecific",
    "",
    "non-specifically bound over free competitor",
    low=0.0,
    fixed_by_default=True,
    default=0.0,
)


def log10_molar(
    name: str, description: str, *, fixed_by_default: bool = False, along: str = ""
) -> Parameter:
    """A constant or concentration on the log scale, femtomolar to ten molar."""
    return Parameter(
        name,
        "log10 M",
        description,
        low=-15.0,
        high=1.0,
        fixed_by_default=fixed_by_default,
        along=along,
    )


def log10_sites(name: str, description: str) -> Parameter:
    """A density of sites, as concentration in the well on the log scale."""
    return Parameter(name, "log10 M", description, low=-17.0, high=0.0)


KD = log10_molar("log10_kd", "Kd of the radioligand, from elsewhere", fixed_by_default=True)

# Steep enough to be a step between any two doses: a lower bound would narrow the limits of an EC50
# that lies between two doses with no reading on the way.
MAX_HILL = 1000.0

TOP = Parameter("top", "y", "upper plateau")
BOTTOM = Parameter("bottom", "y", "lower plateau")
HILL = Parameter(
    "hill",
    "",
    "slope factor; above 0 for a curve that rises with dose, below 0 for one that falls",
    low=-MAX_HILL,
    high=MAX_HILL,
    min_abs=0.05,
)


def unit_hill(default: float) -> Parameter:
    """A hill that is not fitted: 1 for a curve that rises with dose, -1 for one that falls."""
    return Parameter(
        "hill",
        "",
        "direction; 1 for a curve that rises with dose, -1 for one that falls",
        low=-1.0,
        high=1.0,
        fixed_by_default=True,
        default=default,
        min_abs=1.0,
    )


def power10(exponent: Values) -> Values:
    """10 to the exponent, clipped to 1e-40 to 1e40 so that products of a few stay finite too."""
    if isinstance(exponent, float):
        return float(10.0 ** min(max(exponent, -40.0), 40.0))
    # The two calls take a third of the time of np.clip, and nearly every curve is made of this.
    values: np.ndarray = 10.0 ** np.minimum(np.maximum(exponent, -40.0), 40.0)
    return values


def upper_fraction(dose: Values, half: Values, hill: Values) -> np.ndarray:
    """Share of the way from bottom to top, 1 / (1 + (half / dose)^hill), finite at any dose.

    Falling curves take 1 / (1 + (dose / half)^|hill|), which is the same number; no power of dose 0
    is then infinite.
    """
    ratio = power(dose / half, np.abs(hill))
    return np.asarray(np.where(np.asarray(hill) > 0, ratio, 1.0) / (1.0 + ratio))


def upper_fraction_of_one_site(dose: Values, half: Values, hill: Values) -> np.ndarray:
    """`upper_fraction` for a hill of 1 or -1: the law of mass action at one site."""
    return np.asarray(np.where(np.asarray(hill) > 0, dose, half) / (half + dose))


def power(ratio: Values, exponent: Values) -> np.ndarray:
    """A ratio of 0 or more to a positive exponent, finite for any; 0 stays 0."""
    positive = np.asarray(ratio) > 0
    logarithm = np.log(np.where(positive, ratio, 1.0))
    return np.asarray(np.where(positive, np.exp(_within_690(exponent * logarithm)), 0.0))


def _within_690(values: np.ndarray) -> np.ndarray:
    inside: np.ndarray = np.minimum(np.maximum(values, -690.0), 690.0)
    return inside


def mean_over(rate: Values, time: Values) -> np.ndarray:
    """(1 - exp(-rate time)) / rate, which is the time itself where the rate vanishes."""
    small = np.asarray(rate) * np.asarray(time) < 1e-12
    return np.asarray(
        np.where(small, time, -np.expm1(-rate * np.asarray(time)) / np.where(small, 1.0, rate))
    )
