"""One simulated quantity over time, with the band over its ensemble or population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.series import frozen_array
from tricyclic.errors import InputError

Floats = NDArray[np.float64]
# Runs that differ by less than this share of the largest value are equal: the steps of the solver,
# which other parts of a model change, move a quantity by up to 2e-5 of it.
SAME = 5e-5


@dataclass(frozen=True, repr=False)
class TimeCourse:
    """A quantity over time.

    Parameters
    ----------
    name, description, unit : str
        As in the scenario; the unit as it is printed ("nM", "Hz", "").
    time_h : array, shape (times,)
        Hours after the start, increasing.
    y : array, shape (times,)
        The run itself, or the median over the ensemble.
    baseline : float
        Value of the drug-free steady state (median over the ensemble), in `unit`.
    low, high : array, shape (times,), or None
        Limits of the band that contains `coverage` of the runs; None for a single run, and where
        all runs are equal.
    percent_of_baseline : array, shape (times,), or None
        Percent of the baseline of each run: median; with `percent_low`, `percent_high` as limits.
    ensemble_size : int
        Number of runs behind the band; 1 for a single run.
    coverage : float
        Share of the runs between low and high.
    no_band : str
        Why several runs have no band; empty where there is one, and for a single run.
    """

    name: str
    description: str
    unit: str
    time_h: Floats
    y: Floats
    baseline: float
    low: Floats | None = None
    high: Floats | None = None
    percent_of_baseline: Floats | None = None
    percent_low: Floats | None = None
    percent_high: Floats | None = None
    ensemble_size: int = 1
    coverage: float = 0.9
    no_band: str = ""

    def __post_init__(self) -> None:
        time = frozen_array(self.time_h)
        if time.ndim != 1 or time.size == 0 or (np.diff(time) < 0).any():
            raise InputError("has no increasing times", where=self.name)
        object.__setattr__(self, "time_h", time)
        for key in ("y", "low", "high", "percent_of_baseline", "percent_low", "percent_high"):
            value = getattr(self, key)
            if value is None:
                continue
            array = frozen_array(value)
            if array.shape != time.shape:
                raise InputError(
                    f"has {array.size} values of {key} at {time.size} times", where=self.name
                )
            object.__setattr__(self, key, array)

    def __repr__(self) -> str:
        top = int(np.argmax(self.y))
        parts = (
            f"baseline {self.baseline:.4g}",
            f"highest {self.y[top]:.4g} at {self.time_h[top]:.4g} h",
            f"end {self.y[-1]:.4g} at {self.time_h[-1]:.4g} h",
            f"{self.ensemble_size} runs" if self.ensemble_size > 1 else "one run",
        )
        return f"TimeCourse {self.name}{f' [{self.unit}]' if self.unit else ''}: {', '.join(parts)}"

    def at(self, time_h: float) -> float:
        """Value at a time [h], interpolated linearly between the stored times."""
        return float(np.interp(time_h, self.time_h, self.y))


def ensemble_time_course(
    name: str,
    description: str,
    unit: str,
    time_h: Floats,
    runs: Floats,
    baselines: Floats,
    *,
    relative: bool,
    coverage: float = 0.9,
    no_band_reason: str = "no calibrated parameter changes it",
) -> TimeCourse:
    """Combine many runs of one quantity into a TimeCourse.

    Parameters
    ----------
    name, description, unit : str
    time_h : array, shape (times,)
    runs : array, shape (runs, times)
    baselines : array, shape (runs,)
        Drug-free value of each run; percentages are taken run by run.
    relative : bool
        Whether to add the percent of baseline.
    coverage : float
        Share of the runs that the band contains.
    no_band_reason : str
        The reason that is given where several runs are equal: they have no band.
    """
    percentiles = [50.0, 50.0 * (1 - coverage), 50.0 * (1 + coverage)]
    equal = len(runs) > 1 and are_equal(runs)
    single = len(runs) == 1 or equal
    median, low, high = _percentiles(runs, percentiles)
    percent = None
    if relative and (np.abs(baselines) > 0).all() and np.isfinite(baselines).all():
        percent = _percentiles(100.0 * runs / baselines[:, None], percentiles)
    return TimeCourse(
        name,
        description,
        unit,
        time_h,
        median,
        float(np.median(baselines)),
        None if single else low,
        None if single else high,
        None if percent is None else percent[0],
        None if percent is None or single else percent[1],
        None if percent is None or single else percent[2],
        len(runs),
        coverage,
        no_band_reason if equal else "",
    )


def are_equal(runs: Floats) -> bool:
    """Whether all runs are the same numbers, up to the error of the solver.

    Parameters
    ----------
    runs : array, shape (runs, ...)
    """
    scale = float(np.abs(runs).max())
    return bool((np.ptp(runs, axis=0) <= SAME * scale).all())


def _percentiles(runs: Floats, percentiles: list[float]) -> Floats:
    """Percentiles over the runs; of a single run, which may be infinite at a time, the run."""
    if len(runs) == 1:
        return np.repeat(runs, len(percentiles), axis=0)
    return np.asarray(np.percentile(runs, percentiles, axis=0))
