"""Endpoints of one subject: baseline, peak, trough, area over baseline, last day and end of every
observable, and the exposure to every drug.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.dosing import Dosing
from tricyclic.core.model_unit import unit_label
from tricyclic.core.population import Endpoint
from tricyclic.core.scenario import Observable
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.nca import analyse_exposure_of_doses

Floats = NDArray[np.float64]
DAY_H = 24.0
# A value below 0 by less than this share of the largest value is the solver's error around 0.
UNDERSHOOT = 1e-5
# Endpoints of every observable, in this order; the percentages only where the baseline is above 0
# and the observable is relative to it.
PLAIN = (
    "baseline",
    "peak",
    "t_peak_h",
    "trough",
    "t_trough_h",
    "auc_over_baseline",
    "last_day",
    "end",
)
PERCENT = ("peak", "trough", "last_day", "end")
SINGLE = ("cmax", "tmax_h", "auc_last", "auc_inf", "half_life_h")
REPEATED = (
    "cmax",
    "tmax_h",
    "auc_tau_last",
    "cmax_last",
    "cmin_last",
    "cavg_last",
    "half_life_h",
    "accumulation",
)
# The time of a peak jumps from one stored time to the next; it has no derivative.
NO_DERIVATIVE = (".t_peak_h", ".t_trough_h", ".tmax_h")
OF_BASELINE = ", percent of baseline"
LAST_DAY = "mean over the last 24 h of"
_DESCRIPTIONS = {
    "baseline": "drug-free baseline of",
    "peak": "maximum of",
    "t_peak_h": "time of the maximum of",
    "trough": "minimum of",
    "t_trough_h": "time of the minimum of",
    "auc_over_baseline": "area between time course and baseline of",
    "last_day": LAST_DAY,
    "end": "final value of",
    "cmax": "maximum plasma concentration",
    "tmax_h": "time from dose to maximum plasma concentration",
    "auc_last": "area to the last time",
    "auc_inf": "area to infinity",
    "half_life_h": "half-life after the last dose",
    "auc_tau_last": "area over the last dosing interval",
    "cmax_last": "maximum concentration of the last interval",
    "cmin_last": "minimum concentration of the last interval",
    "cavg_last": "mean concentration of the last interval",
    "accumulation": "area of the last interval over that of the first",
}


@dataclass(frozen=True)
class EndpointReduction:
    """How the time courses of a subject are reduced to endpoints.

    Parameters
    ----------
    observables : tuple of Observable
        Occupancies are reported in percent.
    drugs : tuple of str
        Drugs and metabolites whose plasma concentration is analysed.
    dosing : tuple of tuple of Dosing
        For each of them, the doses that it comes from.
    """

    observables: tuple[Observable, ...]
    drugs: tuple[str, ...] = ()
    dosing: tuple[tuple[Dosing, ...], ...] = ()

    @property
    def quantities(self) -> tuple[str, ...]:
        """Quantities to simulate: the observables, then the drugs in plasma."""
        return (
            *(one.quantity for one in self.observables),
            *(f"{drug}.plasma_total" for drug in self.drugs),
        )

    @property
    def factors(self) -> Floats:
        """Factor from the unit of the model to the reported unit, shape (observables,)."""
        return np.array([100.0 if is_occupancy(one) else 1.0 for one in self.observables])

    @property
    def endpoint_factors(self) -> Floats:
        """The same for the endpoints, shape (endpoints,)."""
        factors = [
            1.0 if endpoint.name.endswith(("_h", "_percent")) else factor
            for observable, factor in zip(self.observables, self.factors, strict=True)
            for endpoint in _of_observable(observable)
        ]
        return np.array(factors + [1.0] * (len(self.endpoints) - len(factors)))

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Names, reported units and descriptions, in the order of `compute_endpoints`."""
        listed = []
        for observable in self.observables:
            listed += _of_observable(observable)
        for drug, dosing in zip(self.drugs, self.dosing, strict=True):
            listed += [
                Endpoint(f"{drug}.{kind}", _exposure_unit(kind), f"{drug}, {_DESCRIPTIONS[kind]}")
                for kind in _exposure_kinds(dosing)
            ]
        return tuple(listed)


def is_occupancy(observable: Observable) -> bool:
    """Whether an observable is the occupancy of a target, which is reported in percent."""
    return _is_occupancy(observable.quantity, observable.unit)


def reported_unit(quantity: str, unit: str) -> str:
    """The unit in which a quantity of a model is reported, from its name and its unit there."""
    return "%" if _is_occupancy(quantity, unit) else unit_label(unit)


def build_reduction(
    composed: ComposedModel, observables: Sequence[Observable]
) -> EndpointReduction:
    """Endpoints of a composed model: these observables, and the exposure to every drug that reaches
    plasma.
    """
    drugs = [name for name in composed.drugs if f"{name}.plasma_total" in composed.quantities]
    systemic = [
        dose.dosing for dose in composed.doses if not dose.dosing.route.startswith("probe_")
    ]
    dosing_of = []
    for name in drugs:
        own = tuple(one for one in systemic if one.drug == name)
        # A metabolite comes from the doses of its parents.
        dosing_of.append(own or tuple(systemic))
    reached = [k for k, dosing in enumerate(dosing_of) if dosing]
    return EndpointReduction(
        tuple(observables), tuple(drugs[k] for k in reached), tuple(dosing_of[k] for k in reached)
    )


def compute_endpoints(
    reduction: EndpointReduction, time_h: Floats, courses: Floats, baseline: Floats
) -> Floats:
    """Reduce the time courses of one subject.

    Parameters
    ----------
    reduction : EndpointReduction
    time_h : array, shape (times,)
        Increasing, from 0.
    courses : array, shape (times, quantities)
        Of `reduction.quantities`, in the units of the model.
    baseline : array, shape (quantities,)
        The subject's drug-free baseline.

    Returns
    -------
    array, shape (endpoints,)
        In the units of the model; nan where an endpoint does not exist.
    """
    n = len(reduction.observables)
    y, y0 = courses[:, :n], baseline[:n]
    y = np.where((y < 0) & (y > -UNDERSHOOT * np.abs(y).max(axis=0)), 0.0, y)
    step = np.diff(time_h)[:, None]
    over = y - y0
    late = time_h >= time_h[-1] - DAY_H * (1 + 1e-12)
    span, last = step[late[1:] & late[:-1]], y[late]
    table = np.empty((len(PLAIN), n))
    table[0] = y0
    table[1], table[2] = y.max(axis=0), time_h[y.argmax(axis=0)]
    table[3], table[4] = y.min(axis=0), time_h[y.argmin(axis=0)]
    table[5] = (0.5 * (over[1:] + over[:-1]) * step).sum(axis=0)
    table[6] = (
        (0.5 * (last[1:] + last[:-1]) * span).sum(axis=0) / span.sum() if len(last) > 1 else y[-1]
    )
    table[7] = y[-1]
    values: list[float] = []
    rows = [PLAIN.index(kind) for kind in PERCENT]
    for k, observable in enumerate(reduction.observables):
        values += table[:, k].tolist()
        if observable.relative_to_baseline:
            values += (100.0 * table[rows, k] / y0[k]).tolist() if y0[k] > 0 else [math.nan] * 4
    for k, dosing in enumerate(reduction.dosing):
        exposure = analyse_exposure_of_doses(dosing, time_h, courses[:, n + k])
        values += [float(getattr(exposure, kind)) for kind in _exposure_kinds(dosing)]
    return np.array(values)


def _is_occupancy(quantity: str, unit: str) -> bool:
    return quantity.endswith(".occupancy") and unit == "dimensionless"


def _of_observable(observable: Observable) -> list[Endpoint]:
    unit = reported_unit(observable.quantity, observable.unit)
    listed = [
        Endpoint(
            f"{observable.name}.{kind}",
            _observable_unit(kind, unit),
            f"{_DESCRIPTIONS[kind]} {observable.description}",
        )
        for kind in PLAIN
    ]
    if observable.relative_to_baseline:
        listed += [
            Endpoint(
                f"{observable.name}.{kind}_percent",
                "%",
                f"{_DESCRIPTIONS[kind]} {observable.description}{OF_BASELINE}",
            )
            for kind in PERCENT
        ]
    return listed


def _observable_unit(kind: str, unit: str) -> str:
    if kind.endswith("_h"):
        return "h"
    return f"{unit} h".strip() if kind == "auc_over_baseline" else unit


def _exposure_unit(kind: str) -> str:
    if kind == "accumulation":
        return ""
    if kind.endswith("_h"):
        return "h"
    return "nM h" if kind.startswith("auc") else "nM"


def _exposure_kinds(dosing: Sequence[Dosing]) -> tuple[str, ...]:
    return REPEATED if any(one.n_doses > 1 for one in dosing) else SINGLE
