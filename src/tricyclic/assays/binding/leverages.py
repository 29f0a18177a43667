"""Effect of the stated numbers of an assay on its estimates, by fitting the wells again.

A stated number (the Kd of the radioligand, its concentration, specific activity, counting
efficiency, volume, protein) is increased by 2 %, and the same wells are fitted again; the change of
an estimate per change of the number, both as logarithms, is its leverage.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from tricyclic.assays.binding.masked_sites import conditions_field, measured_under_mask
from tricyclic.assays.binding.radioactivity import signal_per_M
from tricyclic.assays.binding.readings import PlateReadings
from tricyclic.core.conditions import BindingConditions, MeasuredValue
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.core.series import Series

# Change of a stated number by which its effect is determined.
STEP = 1.02
# A smaller leverage is rounding of the fit.
NEGLIGIBLE = 1e-3
KD = "Kd of the radioligand"
RADIOLIGAND = "radioligand added"
ACTIVITY = "specific activity"
EFFICIENCY = "counting efficiency"
PROTEIN = "protein"
VOLUME = "volume"
# Numbers from which a counted radioligand is converted to a concentration.
OF_COUNTED = (ACTIVITY, EFFICIENCY, VOLUME)

Quantity = tuple[str, str]
Leverages = dict[Quantity, dict[str, float]]


class PlateAnalysis(Protocol):
    """What the analyses of all kinds of plates have in common."""

    def refit(self, start: Mapping[str, float]) -> Fit:
        """Fit the curve of the plate from a start, without intervals."""

    def fitted_estimates(self, main: Fit) -> tuple[Estimate, ...]:
        """The estimates that are parameters of a fit."""


def stated_numbers(conditions: BindingConditions) -> dict[str, MeasuredValue]:
    """The numbers of an assay that may have a standard error, by the name of their contribution;
    a volume that is treated as exact is left out.
    """
    volume = None
    if conditions.volume_uL is not None and conditions.volume_se_uL > 0:
        volume = MeasuredValue(conditions.volume_uL, "uL", conditions.volume_se_uL)
    numbers = {
        KD: conditions.radioligand_kd_nM,
        RADIOLIGAND: conditions.radioligand_nM,
        ACTIVITY: conditions.specific_activity_Ci_per_mmol,
        EFFICIENCY: conditions.counting_efficiency,
        PROTEIN: conditions.protein_ug,
        VOLUME: volume,
        **measured_under_mask(conditions),
    }
    return {name: number for name, number in numbers.items() if number is not None}


def leverages(
    build: Callable[[PlateReadings], PlateAnalysis],
    readings: PlateReadings,
    main: Fit,
    estimates: Sequence[Estimate],
) -> Leverages:
    """Leverage of each stated number with a standard error on each estimate.

    Parameters
    ----------
    build : callable
        The analysis of a plate from its readings.
    readings : PlateReadings
        As they were fitted.
    main : Fit
        Of these readings, where the search of each fit begins.
    estimates : sequence of Estimate
        Of `main`, above 0.

    Returns
    -------
    dict
        By (name, subject) of the estimate, then by the name of the number: the change of the
        logarithm of the estimate per change of the logarithm of the number.
    """
    start = {parameter.name: parameter.value for parameter in main.free}
    fits: dict[tuple[float, float, float, str], Fit] = {(1.0, 1.0, 0.0, ""): main}
    result: Leverages = {(e.name, e.subject): {} for e in estimates}
    for name, number in stated_numbers(readings.conditions).items():
        if number.se == 0 or (name == KD and not _is_fixed(main, "log10_kd")):
            continue
        trial = _trial(name, readings)
        analysis = build(trial.applied(readings))
        key = (trial.signal, trial.radioligand, trial.kd, trial.of_mask)
        if key not in fits:
            fits[key] = analysis.refit(start)
        if not fits[key].ok:
            continue
        moved = {(e.name, e.subject): e.value for e in analysis.fitted_estimates(fits[key])}
        for e in estimates:
            value = moved.get((e.name, e.subject), math.nan)
            if value > 0 and e.value > 0:
                change = math.log10(value / e.value) / math.log10(trial.step)
                result[e.name, e.subject][name] = change
    return result


@dataclass(frozen=True)
class _Trial:
    """Readings as they would be with one number increased: the factor of the signal per molar, the
    factor of the radioligand, the change of log10 Kd, the name of a number of the mask, and the
    conditions; `step` is the factor of the number itself.
    """

    conditions: BindingConditions
    step: float = STEP
    signal: float = 1.0
    radioligand: float = 1.0
    kd: float = 0.0
    of_mask: str = ""

    def applied(self, readings: PlateReadings) -> PlateReadings:
        """The readings with the changes of this trial."""
        fixed = dict(readings.fixed)
        if "signal_per_M" in fixed:
            fixed["signal_per_M"] *= self.signal
        if "log10_kd" in fixed:
            fixed["log10_kd"] += self.kd
        series = readings.series
        if self.radioligand != 1.0:
            series = tuple((compound, _scaled(one, self.radioligand)) for compound, one in series)
        return replace(readings, fixed=fixed, series=series, conditions=self.conditions)


def _trial(name: str, readings: PlateReadings) -> _Trial:
    c = readings.conditions
    if name == KD:
        return _Trial(c, kd=math.log10(STEP))
    if name == RADIOLIGAND:
        return _Trial(c, radioligand=STEP)
    if name in measured_under_mask(c):
        return _Trial(_multiplied(c, name, STEP), of_mask=name)
    # An efficiency next to its limit of 1 is lowered instead.
    efficiency = c.counting_efficiency
    high = name == EFFICIENCY and efficiency is not None and efficiency.value * STEP > 1.0
    step = 1.0 / STEP if high else STEP
    changed = _multiplied(c, name, step)
    unit = readings.series[0][1].y_unit
    before, after = signal_per_M(c, unit), signal_per_M(changed, unit)
    # The signal is proportional to the number or its inverse, or does not depend on it.
    power = round(math.log(after / before) / math.log(step)) if before and after else 0
    signal = step**power
    # Where the radioligand was counted, the same numbers determine how much was added.
    counted = readings.counted_radioligand or (
        c.radioligand_nM is not None and c.radioligand_nM.per_run
    )
    radioligand = 1.0 / step if counted and name in OF_COUNTED else 1.0
    return _Trial(changed, step, signal, radioligand)


def _multiplied(c: BindingConditions, name: str, step: float) -> BindingConditions:
    if name == VOLUME:
        return replace(c, volume_uL=(c.volume_uL or 0.0) * step)
    if name == PROTEIN and c.protein_ug is not None:
        return replace(c, protein_ug=_times(c.protein_ug, step))
    if name == ACTIVITY and c.specific_activity_Ci_per_mmol is not None:
        activity = _times(c.specific_activity_Ci_per_mmol, step)
        return replace(c, specific_activity_Ci_per_mmol=activity)
    if name == EFFICIENCY and c.counting_efficiency is not None:
        return replace(c, counting_efficiency=_times(c.counting_efficiency, step))
    of_mask = measured_under_mask(c).get(name)
    if of_mask is not None:
        changes: dict[str, Any] = {conditions_field(name): _times(of_mask, step)}
        return replace(c, **changes)
    return c


def _times(number: MeasuredValue, step: float) -> MeasuredValue:
    return replace(number, value=number.value * step)


def _scaled(series: Series, factor: float) -> Series:
    """A series with the added radioligand multiplied."""
    if "radioligand_M" not in series.x:
        return series
    return replace(series, x={**series.x, "radioligand_M": series.x["radioligand_M"] * factor})


def _is_fixed(main: Fit, parameter: str) -> bool:
    return parameter in main and main[parameter].fixed
