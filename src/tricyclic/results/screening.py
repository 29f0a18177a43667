"""PlateQuality, WellHit, CurveHit, CompoundPotency, Screen: what many plates say, ready for tables and a report."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tricyclic.core.check import Check, worst
from tricyclic.core.estimate import Estimate


@dataclass(frozen=True)
class ControlWells:
    """Readings of one kind of control on a plate; `robust_sd` is 1.4826 times the median absolute deviation."""

    n: int
    mean: float
    sd: float
    median: float
    robust_sd: float

    @property
    def cv_percent(self) -> float:
        """Standard deviation in percent of the mean."""
        return 100.0 * self.sd / abs(self.mean) if self.mean else float("nan")


@dataclass(frozen=True)
class Pattern:
    """A systematic difference between wells by their place: its size in percent of the control window, and its p.

    `effects` are those of the rows, or the columns, in percent of the window; the edge has one.
    """

    size_percent: float
    p: float
    effects: tuple[float, ...] = ()


@dataclass(frozen=True)
class PlateQuality:
    """One plate of a screen, judged.

    Parameters
    ----------
    name : str
    order : int
        Place in the screen, from 1.
    size : int
        Wells of the plate.
    high, low : ControlWells
        Controls without effect (total) and with full effect (non-specific).
    z_prime, robust_z_prime, signal_window, signal_to_background : float
        nan where the controls do not allow them.
    edge, row, column : Pattern
    compounds : ControlWells
        Wells with a compound, all together.
    activity : array, shape (rows, columns)
        Effect in percent of the control window (0: as the high control; 100: as the low one); nan where not read.
    left : array, shape (rows, columns)
        What is left of compound wells after their own effect (fitted, or the median) [% of the window]; nan elsewhere.
    hits : int
        Wells, or curves, of this plate that were called.
    file : str
    checks : tuple of Check
    """

    name: str
    order: int
    size: int
    high: ControlWells
    low: ControlWells
    z_prime: float
    robust_z_prime: float
    signal_window: float
    signal_to_background: float
    edge: Pattern
    row: Pattern
    column: Pattern
    compounds: ControlWells
    activity: np.ndarray
    left: np.ndarray
    hits: int = 0
    file: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def level(self) -> str:
        """The gravest level among its checks."""
        return worst(self.checks)


@dataclass(frozen=True)
class WellHit:
    """One compound at one concentration: effect, robust z over its wells, p and whether it is a discovery.

    `effect_percent` and `z` are means over the compound's wells, z scaled so that chance gives it a spread of 1; `q` is the
    smallest false discovery rate at which it would be called.
    """

    compound: str
    plates: tuple[str, ...]
    wells: tuple[str, ...]
    concentration_M: float
    effect_percent: float
    z: float
    p: float
    q: float
    hit: bool


@dataclass(frozen=True)
class CurveHit:
    """One compound over its concentrations on one plate.

    Parameters
    ----------
    compound, plate : str
    log10_molar : array, shape (points,)
        Concentrations.
    effect_percent : array, shape (points,)
        Mean effect at each, in percent of the control window.
    ic50 : Estimate
        With its relation: ">" where the curve is open above the highest concentration.
    log10_ic50 : float
        Half-way point of the fitted line [log10 of molar], wherever it lies; for drawing.
    hill, effect_low, effect_high, residual_sd : float
        Slope, effects of the fitted plateaus at low and high concentration [% of the window], scatter of one reading [%].
    f, p, q : float
        F against a flat line, its calibrated chance, and the smallest false discovery rate at which it is called.
    hit : bool
    kind : str
        The curve's class in words; its rule stands in `tricyclic.assays.screening.hits.CLASSES`.
    says : str
        Class and remarks in one sentence.
    status : str
        What the engine said of the fit.
    """

    compound: str
    plate: str
    log10_molar: np.ndarray
    effect_percent: np.ndarray
    ic50: Estimate
    log10_ic50: float
    hill: float
    effect_low: float
    effect_high: float
    residual_sd: float
    f: float
    p: float
    q: float
    hit: bool
    kind: str
    says: str
    status: str


@dataclass(frozen=True)
class CompoundPotency:
    """A compound over all plates it is on: its pooled IC50 (bounds carried), and how many of its curves were called."""

    compound: str
    ic50: Estimate
    curves: int
    hits: int


@dataclass(frozen=True)
class Screen:
    """A whole screen.

    Parameters
    ----------
    name : str
    plates : tuple of PlateQuality
        In the order in which they were run.
    wells : tuple of WellHit
        Compounds at a single concentration, surest first.
    curves : tuple of CurveHit
    potencies : tuple of CompoundPotency
    by_place : mapping of int to array, shape (rows, columns)
        Median over the plates of what is left at each place [% of the window], by size of the plate.
    fdr : float
        False discovery rate of the calls.
    effect_at_least : float
        Effect that a hit has at least [% of the window].
    classes : tuple of (str, str)
        Each class of curves with its rule.
    settings : tuple of (str, str)
        What was asked, for the report.
    checks : tuple of Check
        Of the screen as a whole.
    synthetic : bool
        Whether any plate says that it is.
    """

    name: str
    plates: tuple[PlateQuality, ...]
    wells: tuple[WellHit, ...]
    curves: tuple[CurveHit, ...]
    potencies: tuple[CompoundPotency, ...]
    by_place: dict[int, np.ndarray]
    fdr: float
    effect_at_least: float
    classes: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    checks: tuple[Check, ...] = field(default=())
    synthetic: bool = False
