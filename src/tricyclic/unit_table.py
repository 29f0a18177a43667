"""Tables of the units: dimension and size of each, and other spellings; `units` reads them."""

from __future__ import annotations

import math

UNKNOWN = "unknown"

BQ_PER_CI = 3.7e10
DPM_PER_CI = 2.22e12

_PREFIX = {
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
}


def _table() -> dict[str, tuple[str, float]]:
    table: dict[str, tuple[str, float]] = {
        UNKNOWN: ("unknown", math.nan),
        "": ("number", 1.0),
        "%": ("number", 0.01),
    }
    table |= _amounts() | _radioactivity() | _doses() | _rates()
    return table


def _amounts() -> dict[str, tuple[str, float]]:
    """Amounts, and amounts or masses per volume and per mass."""
    table: dict[str, tuple[str, float]] = {}
    for prefix in ("f", "p", "n", "u", "m", ""):
        factor = _PREFIX[prefix]
        table[f"{prefix}M"] = ("concentration", factor)
        table[f"{prefix}mol/L"] = ("concentration", factor)
        table[f"{prefix}mol/dL"] = ("concentration", factor * 10)
        table[f"{prefix}mol/mL"] = ("concentration", factor * 1e3)
        table[f"{prefix}mol/uL"] = ("concentration", factor * 1e6)
        table[f"{prefix}mol/m3"] = ("concentration", factor * 1e-3)
        table[f"{prefix}mol"] = ("amount", factor)
        table[f"{prefix}g"] = ("mass", factor)
        table[f"{prefix}L"] = ("volume", factor)
        table[f"{prefix}g/L"] = ("mass concentration", factor)
        table[f"{prefix}g/dL"] = ("mass concentration", factor * 10)
        table[f"{prefix}g/mL"] = ("mass concentration", factor * 1e3)
        table[f"{prefix}g/uL"] = ("mass concentration", factor * 1e6)
    for prefix in ("f", "p", "n", "u", "m"):
        table[f"{prefix}mol/mg"] = ("density", _PREFIX[prefix] * 1e3)
        table[f"{prefix}mol/g"] = ("density", _PREFIX[prefix])
    for prefix in ("n", "u", "m", ""):
        table[f"{prefix}mol/kg"] = ("molar dose", _PREFIX[prefix])
    table |= {
        "kg": ("mass", 1e3),
        "% w/v": ("mass concentration", 10.0),
        "g/mol": ("molar mass", 1.0),
        "kg/mol": ("molar mass", 1e3),
        "Da": ("molar mass", 1.0),
        "kDa": ("molar mass", 1e3),
        "L/kg": ("volume per mass", 1.0),
        "mL/kg": ("volume per mass", 1e-3),
    }
    return table


def _radioactivity() -> dict[str, tuple[str, float]]:
    """Activities, specific activities and count rates."""
    table: dict[str, tuple[str, float]] = {}
    for prefix in ("f", "p", "n", "u", "m", ""):
        table[f"{prefix}Ci"] = ("activity", _PREFIX[prefix] * BQ_PER_CI)
    per = {"mol": 1.0, "mmol": 1e3, "umol": 1e6, "nmol": 1e9, "pmol": 1e12, "fmol": 1e15}
    for prefix in ("", "k", "M", "G", "T"):
        table[f"{prefix}Bq"] = ("activity", _PREFIX[prefix])
        for amount, factor in per.items():
            table[f"{prefix}Bq/{amount}"] = ("specific activity", _PREFIX[prefix] * factor)
    for prefix in ("n", "u", "m", "", "k"):
        for amount, factor in per.items():
            value = _PREFIX[prefix] * factor * BQ_PER_CI
            table[f"{prefix}Ci/{amount}"] = ("specific activity", value)
    table |= {
        "dpm": ("activity", 1 / 60.0),
        "dps": ("activity", 1.0),
        "cpm": ("count rate", 1.0),
        "cps": ("count rate", 60.0),
        "counts": ("counts", 1.0),
        "dpm/fmol": ("specific activity", 1e15 / 60.0),
        "dpm/pmol": ("specific activity", 1e12 / 60.0),
    }
    return table


def _doses() -> dict[str, tuple[str, float]]:
    """Doses per mass and per area, and concentrations that are no amount of substance."""
    table: dict[str, tuple[str, float]] = {
        "g/kg": ("dose", 1e3),
        "mg/kg": ("dose", 1.0),
        "ug/kg": ("dose", 1e-3),
        "ng/kg": ("dose", 1e-6),
        # A dose of herbicide; the base is g/ha.
        "g/ha": ("mass per area", 1.0),
        "kg/ha": ("mass per area", 1e3),
        "mg/ha": ("mass per area", 1e-3),
        "ug/ha": ("mass per area", 1e-6),
        "g/m2": ("mass per area", 1e4),
        "mg/m2": ("mass per area", 10.0),
        "kg/m2": ("mass per area", 1e7),
        "L/ha": ("volume per area", 1.0),
        "mL/ha": ("volume per area", 1e-3),
        "% v/v": ("volume fraction", 0.01),
        "mL/L": ("volume fraction", 1e-3),
        "uL/mL": ("volume fraction", 1e-3),
        "% w/w": ("mass fraction", 0.01),
        "ppm": ("parts", 1e-6),
        "ppb": ("parts", 1e-9),
        "dilution": ("dilution", 1.0),
        "dimensionless": ("plain number", 1.0),
        # Signals of plate readers and of biosensors.
        "OD": ("absorbance", 1.0),
        "mOD": ("absorbance", 1e-3),
        "AU": ("absorbance", 1.0),
        "mAU": ("absorbance", 1e-3),
        "RFU": ("fluorescence", 1.0),
        "RLU": ("luminescence", 1.0),
        "RU": ("response", 1.0),
        "mP": ("polarisation", 1.0),
    }
    # International units and units of an enzyme are defined by a standard each, so that neither
    # can be converted to the other, nor to a mass.
    for prefix in ("n", "u", "m", "", "k", "M"):
        for name, kind in (("IU", "international units"), ("U", "units of activity")):
            table[f"{prefix}{name}"] = (kind, _PREFIX[prefix])
            table[f"{prefix}{name}/mL"] = (f"{kind} per volume", _PREFIX[prefix])
            table[f"{prefix}{name}/L"] = (f"{kind} per volume", _PREFIX[prefix] * 1e-3)
            table[f"{prefix}{name}/uL"] = (f"{kind} per volume", _PREFIX[prefix] * 1e3)
    for what in ("cells", "CFU", "PFU", "TCID50", "copies"):
        table[f"{what}/mL"] = (f"{what} per volume", 1.0)
        table[f"{what}/uL"] = (f"{what} per volume", 1e3)
        table[f"{what}/L"] = (f"{what} per volume", 1e-3)
    return table


def _rates() -> dict[str, tuple[str, float]]:
    """Times, rates and temperatures."""
    return {
        "ns": ("time", 1e-9 / 60.0),
        "us": ("time", 1e-6 / 60.0),
        "ms": ("time", 1e-3 / 60.0),
        "s": ("time", 1 / 60.0),
        "min": ("time", 1.0),
        "h": ("time", 60.0),
        "d": ("time", 1440.0),
        "wk": ("time", 10080.0),
        "1/s": ("rate", 60.0),
        "1/min": ("rate", 1.0),
        "1/h": ("rate", 1 / 60.0),
        "1/d": ("rate", 1 / 1440.0),
        "1/(M s)": ("association rate", 60.0),
        "1/(M min)": ("association rate", 1.0),
        "1/(nM min)": ("association rate", 1e9),
        "1/(nM s)": ("association rate", 6e10),
        "degC": ("temperature", 1.0),
    }


UNITS = _table()
# Dimensions in which a dose is stated, beside the molar concentration. Ratios of such doses, and
# curves against them, need no molar mass.
DOSE_DIMENSIONS = frozenset(
    kind
    for kind, _ in UNITS.values()
    if kind
    in {
        "concentration",
        "mass concentration",
        "dose",
        "molar dose",
        "mass per area",
        "volume per area",
        "volume per mass",
        "volume fraction",
        "mass fraction",
        "parts",
        "dilution",
        "plain number",
        "amount",
        "mass",
    }
    or kind.endswith(" per volume")
    or kind in {"international units", "units of activity"}
)
SPELLINGS = {
    "micromolar": "uM",
    "nanomolar": "nM",
    "picomolar": "pM",
    "femtomolar": "fM",
    "molar": "M",
    "millimolar": "mM",
    "mol/l": "M",
    "minutes": "min",
    "minute": "min",
    "mins": "min",
    "hours": "h",
    "hour": "h",
    "hr": "h",
    "hrs": "h",
    "seconds": "s",
    "second": "s",
    "sec": "s",
    "secs": "s",
    "days": "d",
    "day": "d",
    "weeks": "wk",
    "week": "wk",
    "msec": "ms",
    "CPM": "cpm",
    "DPM": "dpm",
    "CCPM": "cpm",
    "Counts": "counts",
    "count": "counts",
    "percent": "%",
    "ul": "uL",
    "ml": "mL",
    "l": "L",
    "nl": "nL",
    "1/M/min": "1/(M min)",
    "1/M/s": "1/(M s)",
    "M-1 min-1": "1/(M min)",
    "M-1 s-1": "1/(M s)",
    "M^-1 min^-1": "1/(M min)",
    "M^-1 s^-1": "1/(M s)",
    "min-1": "1/min",
    "min^-1": "1/min",
    "s-1": "1/s",
    "s^-1": "1/s",
    "h-1": "1/h",
    "h^-1": "1/h",
    "°C": "degC",
    "C": "degC",
    "mcg": "ug",
    "dalton": "Da",
    "Dalton": "Da",
    "dilution factor": "dilution",
    "fold dilution": "dilution",
    "unitless": "dimensionless",
    "(unitless)": "dimensionless",
    "%v/v": "% v/v",
    "% (v/v)": "% v/v",
    "%(v/v)": "% v/v",
    "vol%": "% v/v",
    "vol %": "% v/v",
    "%w/v": "% w/v",
    "% (w/v)": "% w/v",
    "%(w/v)": "% w/v",
    "%w/w": "% w/w",
    "% (w/w)": "% w/w",
    "%(w/w)": "% w/w",
    "g/m^2": "g/m2",
    "mg/m^2": "mg/m2",
    "kg/m^2": "kg/m2",
    "g/m²": "g/m2",
    "mg/m²": "mg/m2",
    "kg/m²": "kg/m2",
    "mol/m^3": "mol/m3",
    "mmol/m^3": "mmol/m3",
    "mol/m³": "mol/m3",
    "mmol/m³": "mmol/m3",
}
