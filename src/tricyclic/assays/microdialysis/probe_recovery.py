"""Recovery of probes in a bath: by gain from the bath, and by loss from the perfusate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from tricyclic.core.check import Check
from tricyclic.core.format import format_number, list_names, pluralize
from tricyclic.core.probe_reading import ProbeReading
from tricyclic.errors import InputError
from tricyclic.results.probe_recovery import (
    MeanRecovery,
    ProbeRecovery,
    ProbeRecoveryResult,
    RecoveryMethod,
)
from tricyclic.stats.statistics import difference, mean_with_interval

# Below this number of readings of a probe, its scatter is hardly known.
FEW_READINGS = 3
# Scatter between readings, and between probes, that is flagged [%].
CV_MAX_PERCENT = 20.0
ONE = "the probe"
METHODS: tuple[RecoveryMethod, ...] = ("gain", "loss")


def relative_recovery(
    dialysate: ArrayLike, bath: ArrayLike, perfusate: ArrayLike = 0.0
) -> np.ndarray:
    """Share of the difference between bath and perfusate that a probe takes up or gives off.

    Parameters
    ----------
    dialysate, bath, perfusate : array, shape (n,)
        Concentrations in one unit; bath and perfusate differ.

    Notes
    -----
    (dialysate - perfusate) / (bath - perfusate): dialysate over bath where the perfusate has none
    of the analyte (gain), and the share lost where the bath has none (loss, retrodialysis). By
    diffusion alone, both are equal [Bungay et al. 1990, recalled, unconfirmed].
    """
    out, around, inside = (np.asarray(one, float) for one in (dialysate, bath, perfusate))
    return np.asarray((out - inside) / (around - inside), float)


def probe_recovery(
    readings: Sequence[ProbeReading], *, unit: str = "unknown", confidence: float = 0.95
) -> ProbeRecoveryResult:
    """Recovery of each probe, and its mean over probes.

    Parameters
    ----------
    readings : sequence of ProbeReading
    unit : str
    confidence : float

    Returns
    -------
    ProbeRecoveryResult
        By method, and by flow where it is stated, since recovery falls with the flow.

    Raises
    ------
    InputError
        If a concentration is below 0, bath and perfusate are equal or neither is stated, or no
        dialysate was measured.
    """
    if not 0 < confidence < 1:
        raise InputError(f"is {confidence:g}", where="confidence", allowed="It is between 0 and 1")
    measured = [one for one in readings if math.isfinite(one.dialysate)]
    used, remarks = [_complete(one) for one in measured], []
    if not used:
        raise InputError("no row has a concentration of dialysate", where="recovery")
    if missing := len(readings) - len(used):
        remarks.append(f"{missing} of {len(readings)} rows have no concentration of dialysate")
    # A table of baths alone, or of perfusates alone, needs no remark.
    stated = [(math.isfinite(one.bath), math.isfinite(one.perfusate)) for one in measured]
    both = all(any(column) for column in zip(*stated, strict=True))
    assumed = sum(not all(row) for row in stated)
    if both and assumed:
        remarks.append(
            f"bath or perfusate, where a row states only one of them "
            f"({pluralize(assumed, 'row')}), is taken as free of the analyte"
        )
    flows = list(dict.fromkeys(_key(one.flow_uL_per_min) for one in used))
    probes: list[ProbeRecovery] = []
    means: list[MeanRecovery] = []
    for method in METHODS:
        for flow in sorted(flows):
            own = [
                one for one in used if _method(one) == method and _key(one.flow_uL_per_min) == flow
            ]
            of = [
                _probe(name, method, [one for one in own if one.probe == name], confidence)
                for name in dict.fromkeys(one.probe for one in own)
            ]
            if of:
                probes += of
                means.append(_mean(of, confidence))
    result = ProbeRecoveryResult(unit, tuple(probes), tuple(means), confidence=confidence)
    return replace(result, remarks=tuple(remarks), checks=tuple(_checks(result)))


def recovery_at(result: ProbeRecoveryResult, flow_uL_per_min: float = math.nan) -> MeanRecovery:
    """The mean recovery at the flow of a study: by gain where it was measured, else by loss.

    Parameters
    ----------
    result : ProbeRecoveryResult
    flow_uL_per_min : float
        nan where the study states none.

    Raises
    ------
    InputError
        If recovery was measured at other flows only, or at several and the study states none, or
        is not above 0 and at most 1.
    """
    flows = result.flows
    listed = f"It was measured at {list_names([f'{one:g}' for one in flows], 6)} uL/min"
    if not math.isfinite(flow_uL_per_min) and len(flows) > 1:
        raise InputError(
            "recovery falls with the flow, and the flow of the study is not stated",
            where=result.file,
            allowed=listed,
            do="State it: --flow, or flow_uL_per_min in study.toml",
        )
    fitting = [
        one
        for one in result.means
        if not math.isfinite(one.flow_uL_per_min)
        or not math.isfinite(flow_uL_per_min)
        or math.isclose(one.flow_uL_per_min, flow_uL_per_min, rel_tol=0.01)
    ]
    if not fitting:
        raise InputError(
            f"has no recovery at the flow of the study, {flow_uL_per_min:g} uL/min",
            where=result.file,
            allowed=listed,
            do="Measure the probes at the flow of the study",
        )
    chosen = fitting[0]
    if not 0 < chosen.mean.value <= 1:
        raise InputError(
            f"the mean recovery is {chosen.mean.value:.3g}",
            where=result.file,
            allowed="A recovery is above 0 and at most 1 (100 %)",
        )
    return chosen


def _complete(one: ProbeReading) -> ProbeReading:
    """The reading with bath and perfusate: 0 for the one that is not stated."""
    stated = [math.isfinite(x) for x in (one.bath, one.perfusate)]
    if not any(stated):
        raise InputError(
            "has a concentration of dialysate, and none of bath or perfusate",
            where=one.where,
            do="Fill it in, or leave the whole row out",
        )
    full = replace(
        one,
        bath=one.bath if stated[0] else 0.0,
        perfusate=one.perfusate if stated[1] else 0.0,
        probe=one.probe or ONE,
    )
    if min(full.bath, full.perfusate, full.dialysate) < 0:
        raise InputError(
            f"a concentration is {min(full.bath, full.perfusate, full.dialysate):g}",
            where=one.where,
            allowed="It is a number of 0 or more",
        )
    if full.bath == full.perfusate:
        raise InputError(
            f"bath and perfusate both have {full.bath:g}",
            where=one.where,
            allowed="Recovery needs a difference between them",
        )
    return full


def _method(one: ProbeReading) -> RecoveryMethod:
    return "gain" if one.bath > one.perfusate else "loss"


def _key(flow: float) -> float:
    """A flow that is equal to itself where it is not stated."""
    return flow if math.isfinite(flow) else -1.0


def _probe(
    name: str, method: RecoveryMethod, own: Sequence[ProbeReading], confidence: float
) -> ProbeRecovery:
    bath, perfusate, dialysate = (
        np.array([getattr(one, part) for one in own]) for part in ("bath", "perfusate", "dialysate")
    )
    readings = relative_recovery(dialysate, bath, perfusate)
    return ProbeRecovery(
        name,
        method,
        own[0].flow_uL_per_min,
        bath,
        perfusate,
        dialysate,
        readings,
        mean_with_interval(readings, confidence=confidence),
        _cv_percent(readings),
    )


def _mean(probes: Sequence[ProbeRecovery], confidence: float) -> MeanRecovery:
    """Over probes, each with one number; over the readings where there is one probe."""
    single = len(probes) == 1
    values = probes[0].readings if single else np.array([one.mean.value for one in probes])
    return MeanRecovery(
        probes[0].method,
        probes[0].flow_uL_per_min,
        values.size,
        "readings" if single else "probes",
        mean_with_interval(values, confidence=confidence),
        _cv_percent(values),
    )


def _cv_percent(values: np.ndarray) -> float:
    if values.size < 2 or not values.mean():
        return math.nan
    return float(100.0 * values.std(ddof=1) / abs(values.mean()))


def recovery_name(one: ProbeRecovery | MeanRecovery) -> str:
    """The method, with the flow where it is stated: "gain at 1.2 uL/min"."""
    if not math.isfinite(one.flow_uL_per_min):
        return one.method
    return f"{one.method} at {one.flow_uL_per_min:g} uL/min"


def _checks(result: ProbeRecoveryResult) -> list[Check]:
    checks = []
    for one in result.probes:
        where = f"{one.probe if one.probe == ONE else f'probe {one.probe}'}, {recovery_name(one)}"
        value = one.mean.value
        inside = bool((one.readings > 0).all() and (one.readings <= 1).all())
        checks += [
            Check(
                "recovery_range",
                "pass" if inside else "warn" if 0 < value <= 1 else "fail",
                f"the recovery is {100 * value:.3g} %"
                if inside
                else f"recoveries of single readings are {_span(one.readings)}, and possible are 0 "
                "to 100 %",
                where,
                100 * value,
                100.0,
                "%",
                "" if inside else "Compare the units and dilutions of bath and dialysate",
            ),
            Check(
                "recovery_readings",
                "pass" if one.readings.size >= FEW_READINGS else "warn",
                pluralize(one.readings.size, "reading"),
                where,
                one.readings.size,
                FEW_READINGS,
                advice="Three fractions of a probe or more show its scatter"
                if one.readings.size < FEW_READINGS
                else "",
            ),
        ]
        if math.isfinite(one.cv_percent):
            advice = "Look for air in the probe, and leave it time to equilibrate"
            checks.append(_scatter(one.cv_percent, "readings", where, advice))
    for mean in result.means:
        if mean.over == "probes":
            advice = "State the recovery of each probe, and compare animals by percent of baseline"
            checks.append(_scatter(mean.cv_percent, "probes", recovery_name(mean), advice))
    return [*checks, *_agreement(result)]


def _span(readings: np.ndarray) -> str:
    low, high = 100 * readings.min(), 100 * readings.max()
    numbers = f"{format_number(low)} to {format_number(high)}" if high > low else f"{low:.3g}"
    return f"{numbers} %"


def _scatter(cv: float, what: str, where: str, advice: str) -> Check:
    wide = cv > CV_MAX_PERCENT
    return Check(
        "recovery_scatter",
        "warn" if wide else "pass",
        f"the CV between {what} is {cv:.2g} %",
        where,
        cv,
        CV_MAX_PERCENT,
        "%",
        advice if wide else "",
    )


def _agreement(result: ProbeRecoveryResult) -> list[Check]:
    """Gain against loss at each flow at which both were measured."""
    checks = []
    for gain in (one for one in result.means if one.method == "gain"):
        for loss in (one for one in result.means if one.method == "loss"):
            if _key(gain.flow_uL_per_min) != _key(loss.flow_uL_per_min):
                continue
            apart = difference(gain.mean, loss.mean, confidence=result.confidence)
            if not math.isfinite(apart.low):
                continue
            differ = apart.low > 0 or apart.high < 0
            checks.append(
                Check(
                    "recovery_methods",
                    "warn" if differ else "pass",
                    f"gain less loss is {100 * apart.value:.2g} percentage points "
                    f"({100 * apart.low:.2g} to {100 * apart.high:.2g})",
                    "" if gain.flow_uL_per_min != gain.flow_uL_per_min else recovery_name(gain),
                    100 * apart.value,
                    unit="percentage points",
                    advice="By diffusion alone both are equal: consider adsorption to the tubing "
                    "or the membrane, and decay of the analyte"
                    if differ
                    else "",
                )
            )
    return checks
