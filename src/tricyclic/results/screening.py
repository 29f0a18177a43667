"""Results of a screen: plates with their quality, hits among wells, curves and potencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tricyclic.core.check import Check, Level, worst_level
from tricyclic.core.estimate import Estimate
from tricyclic.results.base import Renderable


@dataclass(frozen=True)
class ControlWells:
    """Readings of one kind of well on a plate; `robust_sd` is 1.4826 times the MAD."""

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
class PlatePattern:
    """A systematic difference between positions: size in percent of the control window, and p.

    `effects` are those of the rows, or the columns, in percent of the window; the edge has one.
    """

    size_percent: float
    p: float
    effects: tuple[float, ...] = ()


@dataclass(frozen=True)
class PlateQuality:
    """Quality of one plate of a screen.

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
        nan if the controls are too few.
    edge, row, column : PlatePattern
    compounds : ControlWells
        All wells with a compound.
    activity : array, shape (rows, columns)
        Effect in percent of the control window, 0 like the high, 100 like the low control; nan
        where nothing was read.
    residual : array, shape (rows, columns)
        Effect of compound wells minus that of their compound (fitted, or the median) [% of the
        window]; nan elsewhere.
    hits : int
        Wells, or curves, of this plate that are hits.
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
    edge: PlatePattern
    row: PlatePattern
    column: PlatePattern
    compounds: ControlWells
    activity: np.ndarray
    residual: np.ndarray
    hits: int = 0
    file: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def level(self) -> Level:
        """The most serious level of its checks."""
        return worst_level(self.checks)


@dataclass(frozen=True)
class WellHit:
    """One compound at one concentration: effect, robust z over its wells, p, and if it is a hit.

    `effect_percent` is the mean over the compound's wells; `z` has a standard deviation of 1 under
    the null hypothesis; `q` is the smallest false discovery rate at which it is a discovery, nan
    where all wells are suspect. `to_confirm` marks what would be a hit, but is not called because
    of what `remark` states.
    """

    compound: str
    plates: tuple[str, ...]
    wells: tuple[str, ...]
    concentration_M: float
    effect_percent: float
    z: float
    p: float
    q: float
    is_hit: bool
    to_confirm: bool = False
    remark: str = ""


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
        ">" and the highest concentration if the IC50 lies above it, "<" likewise below.
    log10_ic50 : float
        Fitted IC50 [log10 M], wherever it lies; for drawing.
    hill, effect_low, effect_high, residual_sd : float
        Slope (positive if the effect rises with the concentration), effects of the plateaus at low
        and at high concentration [% of the window], standard deviation of a reading [%].
    f, p, q : float
        F against a flat line, its calibrated p, and the smallest false discovery rate at which it
        is a discovery.
    is_hit : bool
    kind : str
        Class of the curve; its rule is in `ScreeningResult.classes`.
    description : str
        Class and remarks in one phrase.
    status : str
        Status of the fit.
    to_confirm : bool
        Whether it would be a hit, but is not called because of what `remark` states.
    remark : str
        Why it is not called.
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
    is_hit: bool
    kind: str
    description: str
    status: str
    to_confirm: bool = False
    remark: str = ""


@dataclass(frozen=True)
class CompoundPotency:
    """A compound over all its plates: pooled IC50, or bound, and number of curves and hits."""

    compound: str
    ic50: Estimate
    curves: int
    hits: int


@dataclass(frozen=True, repr=False)
class ScreeningResult(Renderable):
    """A whole screen.

    Parameters
    ----------
    name : str
    plates : tuple of PlateQuality
        In the order in which they were run.
    wells : tuple of WellHit
        Compounds at a single concentration, hits first, then by p.
    curves : tuple of CurveHit
    potencies : tuple of CompoundPotency
    median_by_position : mapping of int to array, shape (rows, columns)
        Median residual at each position over the plates [% of the window], by size of the plate.
    fdr : float
        False discovery rate of the hits.
    min_effect_percent : float
        Least effect of a hit [% of the window].
    classes : tuple of (str, str)
        Each class of curves with its rule.
    settings : tuple of (str, str)
        Options, for the report.
    checks : tuple of Check
        Of the screen as a whole.
    synthetic : bool
        Whether a plate is marked as synthetic.
    unused : tuple of str
        Parts of the files that were not used: columns, sheets, rows of compounds.
    """

    name: str
    plates: tuple[PlateQuality, ...]
    wells: tuple[WellHit, ...]
    curves: tuple[CurveHit, ...]
    potencies: tuple[CompoundPotency, ...]
    median_by_position: Mapping[int, np.ndarray]
    fdr: float
    min_effect_percent: float
    classes: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    checks: tuple[Check, ...] = ()
    synthetic: bool = False
    unused: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether every plate or a check of the screen failed.

        From single failed plates no hits are called.
        """
        return worst_level(self.checks) == "fail" or all(
            plate.level == "fail" for plate in self.plates
        )
