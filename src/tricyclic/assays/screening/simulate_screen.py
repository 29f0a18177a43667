"""Simulates the plates of a screen with known effects and known faults.

Plates of 384 wells: two columns of high controls at the left, two of low controls at the right,
compounds between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tricyclic.core.plate import PLATE_SHAPES, Plate, Role, Well, row_letters

ROWS, COLUMNS = PLATE_SHAPES[384]
CONTROL_COLUMNS = 2
# Reading of the high control, and its distance to the low control.
TOP, WINDOW = 1000.0, 900.0
DOSES_M = tuple(1e-5 / 10 ** (step / 2) for step in range(10))
SINGLE_DOSE_M = 1e-5
NOTE = "synthetic data made by tricyclic's screen simulator"


@dataclass(frozen=True)
class ScreenFaults:
    """Faults in percent of the control window: effect at the edge, difference between rows.

    `drift` is the relative change of the gain from the first plate to the last.
    """

    rim: float = 0.0
    row_tilt: float = 0.0
    drift: float = 0.0


class _Content(NamedTuple):
    """Effect [%], compound and concentration of a well."""

    effect: float
    compound: str
    concentration_M: float


NO_FAULTS = ScreenFaults()
# Content of a well by number of the plate, row, column among the compounds, and well name.
_ContentOf = Callable[[int, int, int, str], _Content]


def simulate_single(
    plates: int,
    rng: np.random.Generator,
    *,
    share: float = 0.01,
    effect: tuple[float, float] = (50.0, 100.0),
    sd: float = 5.0,
    faults: ScreenFaults = NO_FAULTS,
    prefix: str = "P",
) -> tuple[tuple[Plate, ...], frozenset[str]]:
    """Simulate plates with another compound in every well, at one concentration.

    Parameters
    ----------
    plates : int
    rng : Generator
    share : float
        Share of compounds that are active.
    effect : (float, float)
        Lowest and highest effect of active compounds [% of the window].
    sd : float
        Standard deviation of a well [% of the window].
    faults : ScreenFaults
    prefix : str
        Of the names of plates.

    Returns
    -------
    tuple of Plate, frozenset of str
        Plates, and names of the active compounds.
    """
    active: set[str] = set()

    def content(number: int, row: int, column: int, well: str) -> _Content:
        compound = f"{prefix}{number:04d}-{well}"
        if rng.random() >= share:
            return _Content(0.0, compound, SINGLE_DOSE_M)
        active.add(compound)
        return _Content(float(rng.uniform(*effect)), compound, SINGLE_DOSE_M)

    return _plates(plates, content, rng, sd, faults, prefix), frozenset(active)


def simulate_curves(
    plates: int,
    rng: np.random.Generator,
    *,
    share: float = 0.3,
    log10_ic50: tuple[float, float] = (-8.5, -5.5),
    sd: float = 4.0,
    faults: ScreenFaults = NO_FAULTS,
    prefix: str = "D",
) -> tuple[tuple[Plate, ...], dict[str, float | None]]:
    """Simulate plates with 32 compounds each, at ten concentrations from 10 uM down by half logs.

    Parameters
    ----------
    plates : int
    rng : Generator
    share : float
        Share of compounds that are active, with full effect and a slope of 1.
    log10_ic50 : (float, float)
        Lowest and highest log10 IC50 [log10 M].
    sd, faults, prefix
        As in `simulate_single`.

    Returns
    -------
    tuple of Plate, dict of str to (float or None)
        Plates, and log10 IC50 of each compound; None without effect.
    """
    truth: dict[str, float | None] = {}

    def content(number: int, row: int, column: int, well: str) -> _Content:
        compound, dose = f"{prefix}{number:04d}-{2 * row + column // 10:02d}", DOSES_M[column % 10]
        if compound not in truth:
            truth[compound] = float(rng.uniform(*log10_ic50)) if rng.random() < share else None
        ic50 = truth[compound]
        if ic50 is None:
            return _Content(0.0, compound, dose)
        return _Content(float(100.0 / (1.0 + 10.0 ** (ic50 - np.log10(dose)))), compound, dose)

    return _plates(plates, content, rng, sd, faults, prefix), truth


def _plates(
    plates: int,
    content: _ContentOf,
    rng: np.random.Generator,
    sd: float,
    faults: ScreenFaults,
    prefix: str,
) -> tuple[Plate, ...]:
    made = []
    for number in range(plates):
        gain = 1.0 + faults.drift * number / max(plates - 1, 1)
        wells = []
        for row in range(ROWS):
            for column in range(COLUMNS):
                name = f"{row_letters(row)}{column + 1:02d}"
                role, inside = Role.COMPETITION, _Content(0.0, "", 0.0)
                if column < CONTROL_COLUMNS:
                    role = Role.TOTAL
                elif column >= COLUMNS - CONTROL_COLUMNS:
                    role, inside = Role.NON_SPECIFIC, _Content(100.0, "", 0.0)
                else:
                    inside = content(number, row, column - CONTROL_COLUMNS, name)
                    fault = faults.rim * (row in (0, ROWS - 1))
                    fault += faults.row_tilt * (row / (ROWS - 1) - 0.5)
                    inside = inside._replace(effect=inside.effect + fault)
                noisy = inside.effect + rng.normal(0.0, sd)
                reading = gain * (TOP - WINDOW * noisy / 100.0)
                wells.append(
                    Well(
                        name,
                        float(reading),
                        role=role,
                        compound=inside.compound,
                        concentration_M=inside.concentration_M,
                    )
                )
        made.append(Plate(f"{prefix}{number:04d}", 384, tuple(wells), unit="RFU", notes=(NOTE,)))
    return tuple(made)
