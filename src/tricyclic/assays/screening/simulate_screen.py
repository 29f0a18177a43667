"""From a known truth to the plates of a synthetic screen, with faults put in on purpose.

Plates of 384 wells: two columns of high controls at the left, two of low controls at the right, compounds between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tricyclic.core.plate import PLATE_SHAPES, Plate, Role, Well, row_letters

ROWS, COLUMNS = PLATE_SHAPES[384]
CONTROL_COLUMNS = 2
TOP, WINDOW = 1000.0, 900.0  # reading of the high control, and how far the low one lies below
DOSES_M = tuple(1e-5 / 10 ** (step / 2) for step in range(10))


@dataclass(frozen=True)
class ScreenFaults:
    """What went wrong, in percent of the control window; `drift` is the change of the gain from the first plate to the last."""

    rim: float = 0.0
    row_tilt: float = 0.0
    drift: float = 0.0


NO_FAULTS = ScreenFaults()
_Held = Callable[[int, int, int, str], tuple[float, str, float]]


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
        Of compounds that act.
    effect : (float, float)
        From where to where their effects lie [% of the window].
    sd : float
        Scatter of a well [% of the window].
    faults : ScreenFaults
    prefix : str
        Of the names of plates.

    Returns
    -------
    tuple of Plate, frozenset of str
        And the compounds that act.
    """
    active: set[str] = set()

    def held(number: int, row: int, column: int, place: str) -> tuple[float, str, float]:
        compound = f"{prefix}{number:04d}-{place}"
        if rng.random() >= share:
            return 0.0, compound, 1e-5
        active.add(compound)
        return float(rng.uniform(*effect)), compound, 1e-5

    return _plates(plates, held, rng, sd, faults, prefix), frozenset(active)


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
    share : float
        Of compounds that act, fully and with a slope of 1.
    log10_ic50 : (float, float)
        From where to where their half-way points lie [log10 M].

    Returns
    -------
    tuple of Plate, dict of str to (float or None)
        And log10 IC50 of each compound; None without effect.
    """
    truth: dict[str, float | None] = {}

    def held(number: int, row: int, column: int, place: str) -> tuple[float, str, float]:
        compound, dose = f"{prefix}{number:04d}-{2 * row + column // 10:02d}", DOSES_M[column % 10]
        if compound not in truth:
            truth[compound] = float(rng.uniform(*log10_ic50)) if rng.random() < share else None
        at = truth[compound]
        return (
            (0.0 if at is None else float(100.0 / (1.0 + 10.0 ** (at - np.log10(dose))))),
            compound,
            dose,
        )

    return _plates(plates, held, rng, sd, faults, prefix), truth


def _plates(
    plates: int, held: _Held, rng: np.random.Generator, sd: float, faults: ScreenFaults, prefix: str
) -> tuple[Plate, ...]:
    made = []
    for number in range(plates):
        gain = 1.0 + faults.drift * number / max(plates - 1, 1)
        wells = []
        for row in range(ROWS):
            for column in range(COLUMNS):
                place = f"{row_letters(row)}{column + 1:02d}"
                role, effect, compound, dose = Role.COMPETITION, 0.0, "", 0.0
                if column < CONTROL_COLUMNS:
                    role = Role.TOTAL
                elif column >= COLUMNS - CONTROL_COLUMNS:
                    role, effect = Role.NON_SPECIFIC, 100.0
                else:
                    effect, compound, dose = held(number, row, column - CONTROL_COLUMNS, place)
                    effect += faults.rim * (row in (0, ROWS - 1)) + faults.row_tilt * (
                        row / (ROWS - 1) - 0.5
                    )
                reading = gain * (TOP - WINDOW * (effect + rng.normal(0.0, sd)) / 100.0)
                wells.append(
                    Well(place, float(reading), role=role, compound=compound, concentration_M=dose)
                )
        note = "synthetic data made by tricyclic's screen simulator"
        made.append(Plate(f"{prefix}{number:04d}", 384, tuple(wells), unit="RFU", notes=(note,)))
    return tuple(made)
