"""Compares the fit of one curve with that of the same curve among many, on seeded hard curves.

    python tools/comparisons/one_and_many.py [--first 0] [--curves 5000] [--limits]
    [--at-most 10]

Both engines have the same model, bounds and rules, and searches of their own. Counted are curves
whose residual sums differ by more than one millionth (whichever is higher has missed the optimum),
and with --limits also those whose status or limits differ. Where limits differ, a profile on a fine
grid of slopes, with the plateaus by linear least squares, decides: a limit is wrong where the
grid still lies inside the criterion beyond it. The exit code is 1 if more curves than --at-most
differ in more than limits within the grid.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
from hard_sets import HardCurve, hard_curve
from scipy.special import expit, stdtrit

from tricyclic.core.estimate import Fit
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.fitting.fit import FitPart, fit
from tricyclic.fitting.verdict import with_verdict
from tricyclic.numerics.batch.fit import STATUS, BatchFits, fit_batch

SAME_SUM, SAME_LIMIT = 1e-6, 2e-3
# Sums below this share of the squares of the readings are errors of rounding.
ROUNDING = 1e-9
STEEPNESS = np.logspace(math.log10(0.05), 3.0, 400)
# Decades beyond a limit at which the grid is evaluated, and the share by which it has to be lower.
BEYOND = (0.02, 0.1, 0.4, 1.0)
CLEARLY = 1e-3
# Decades beyond the doses within which a midpoint is searched.
REACH = 3.0
MODEL = CURVES["logistic_4pl"]
# Not counted as a difference of the engines: the grid decides for neither.
WITHIN_GRID = "limits differ within the grid"


@dataclass(frozen=True)
class Compared:
    """Both fits of one curve; `fit` is that of one curve, `many` that among many."""

    curve: HardCurve
    fit: Fit
    many: BatchFits

    @property
    def sums(self) -> tuple[float, float]:
        """Weighted residual sums of both."""
        used = self.curve.used
        weight = np.ones(used.sum()) if self.curve.weight is None else self.curve.weight[used]
        residual = self.curve.y[used] - self.fit.parts[0].expected
        return float(weight @ residual**2), float(self.many.rss[0])


def both_fits(curve: HardCurve, *, limits: bool) -> Compared:
    """One curve by both engines."""
    used, weight = curve.used, curve.weight
    many = fit_batch(
        curve.log10_dose,
        curve.y[None, :, None],
        weight=None if weight is None else weight[None, :, None],
        confidence=0.95 if limits else None,
        **curve.fixed,
    )
    series = Series(
        f"curve {curve.seed}",
        curve.y[used],
        "pct",
        {"concentration_M": 10.0 ** curve.log10_dose[used]},
        weight=None if weight is None else weight[used],
    )
    one = fit(series, MODEL, fixed=curve.fixed, intervals="target" if limits else "none")
    if limits and one.ok:
        one = with_verdict(one, (FitPart(series, MODEL),))
    return Compared(curve, one, many)


def findings(both: Compared, *, limits: bool) -> list[str]:
    """What differs, in words that are counted; empty where nothing does."""
    fitted = both.fit.ok, bool(np.isfinite(both.many.rss[0]))
    if fitted != (True, True):
        return [] if fitted[0] == fitted[1] else ["only one engine fits"]
    one, many = both.sums
    size = ROUNDING * float(np.nansum(both.curve.y**2))
    apart = (one - many) / max(min(one, many), size)
    out = []
    if apart > SAME_SUM:
        out.append("one curve missed the optimum")
    elif apart < -SAME_SUM:
        out.append("many curves missed the optimum")
    if not limits:
        return out
    if both.fit.status != STATUS[both.many.status[0]]:
        out.append("status differs")
    if not out:
        out += _of_limits(both)
    return out


def _of_limits(both: Compared) -> list[str]:
    own = both.fit["log10_ec50"]
    out = []
    pairs = (
        (-1, own.low, float(both.many.log10_ic50_low[0])),
        (1, own.high, float(both.many.log10_ic50_high[0])),
    )
    for side, one, many in pairs:
        if one == many or (math.isnan(one) and math.isnan(many)) or abs(one - many) < SAME_LIMIT:
            continue
        if math.isnan(one) or math.isnan(many):
            out.append("only one engine has limits")
            continue
        # The inner one is wrong where the grid lies inside the criterion beyond it.
        inner, outer = sorted((one, many), key=lambda end: side * end)
        who = "one curve" if inner == one else "many curves"
        points = [inner + side * step for step in BEYOND]
        if math.isfinite(outer):
            points.append(0.5 * (inner + outer))
        too_close = any(
            _is_inside(both.curve, point, both.sums[1])
            for point in points
            if _is_searched(both.curve, point)
        )
        out.append(f"limit of {who} too close" if too_close else WITHIN_GRID)
    return out


def _is_searched(curve: HardCurve, middle: float) -> bool:
    doses = curve.log10_dose[curve.used & np.isfinite(curve.log10_dose)]
    return bool(doses.min() - REACH <= middle <= doses.max() + REACH)


def _is_inside(curve: HardCurve, middle: float, rss: float) -> bool:
    """Whether some curve with this midpoint lies within the criterion."""
    used = curve.used
    free = 4 - len(curve.fixed)
    df = int(used.sum()) - free
    allowed = rss * (1.0 + float(stdtrit(df, 0.975)) ** 2 / df)
    return least_sum(curve, middle) < allowed * (1.0 - CLEARLY)


def least_sum(curve: HardCurve, middle: float) -> float:
    """Least weighted residual sum with a midpoint, over a grid of slopes in both directions.

    Plateaus by linear least squares where they are free; bottom is the lower one where it is not
    fixed.
    """
    used = curve.used
    x, y = curve.log10_dose[used], curve.y[used]
    root = np.sqrt(np.ones_like(y) if curve.weight is None else curve.weight[used])
    hills = np.concatenate([STEEPNESS, -STEEPNESS])
    if "hill" in curve.fixed:
        hills = np.array([curve.fixed["hill"]])
    best = math.inf
    for hill in hills:
        with np.errstate(invalid="ignore", over="ignore"):
            way = expit(math.log(10.0) * hill * (x - middle))
        columns = {"bottom": (1.0 - way) * root, "top": way * root}
        target = y * root
        for name, value in curve.fixed.items():
            if name in columns:
                target = target - value * columns.pop(name)
        values = dict(curve.fixed)
        if columns:
            design = np.stack(list(columns.values()), axis=1)
            plateaus = np.linalg.lstsq(design, target, rcond=None)[0]
            values |= dict(zip(columns, plateaus, strict=True))
            target = target - design @ plateaus
        is_reversed = values["top"] < values["bottom"]
        if is_reversed and not {"bottom", "top"} & curve.fixed.keys():
            continue
        best = min(best, float(target @ target))
    return best


def main() -> int:
    """Print each difference and the counts; 1 if there are more than are allowed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--curves", type=int, default=5000, help="number of curves")
    parser.add_argument("--limits", action="store_true", help="compare status and limits as well")
    parser.add_argument("--at-most", type=int, default=0, help="curves that may differ")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    differ = 0
    for seed in range(options.first, options.first + options.curves):
        both = both_fits(hard_curve(seed), limits=options.limits)
        differences = findings(both, limits=options.limits)
        differ += any(finding != WITHIN_GRID for finding in differences)
        for finding in differences or ["same"]:
            counts[finding] += 1
            if finding != "same":
                print(f"seed {seed}: {finding}; fixed: {both.curve.fixed or 'nothing'}")
    for finding, number in counts.most_common():
        print(f"{number:6d}  {finding}")
    return int(differ > options.at_most)


if __name__ == "__main__":
    sys.exit(main())
