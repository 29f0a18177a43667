"""From the courses of one subject to its endpoints: rest, peak, trough, area over rest, last day, end; exposure per drug."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.dosing import Regimen
from tricyclic.core.model_unit import model_unit
from tricyclic.core.population import Endpoint
from tricyclic.core.scenario import Watch
from tricyclic.errors import UnknownNameError
from tricyclic.simulation.model import Composed
from tricyclic.simulation.nca import exposure_to

Floats = NDArray[np.float64]
DAY_H = 24.0
# What is below 0 by less than this share of the course's largest value is the solver's error about 0.
UNDERSHOOT = 1e-5
# What is told of every watch, in this order; those in percent only where the rest is above 0 and the watch asks for it.
PLAIN = ("rest", "peak", "peak_h", "trough", "trough_h", "auc_over_rest", "last_day", "end")
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
_SAYS = {
    "rest": "drug-free rest of",
    "peak": "highest",
    "peak_h": "time of the highest",
    "trough": "lowest",
    "trough_h": "time of the lowest",
    "auc_over_rest": "area between course and rest of",
    "last_day": "mean over the last 24 h of",
    "end": "final",
    "cmax": "highest plasma concentration",
    "tmax_h": "time of the highest plasma concentration",
    "auc_last": "area to the last time",
    "auc_inf": "area to infinity",
    "half_life_h": "half-life after the last dose",
    "auc_tau_last": "area over the last dosing interval",
    "cmax_last": "highest concentration of the last interval",
    "cmin_last": "lowest concentration of the last interval",
    "cavg_last": "mean concentration of the last interval",
    "accumulation": "area of the last interval over that of the first",
}


@dataclass(frozen=True)
class Reduction:
    """How the courses of a subject become numbers.

    Parameters
    ----------
    watches : tuple of Watch
    drugs : tuple of str
        Drugs and metabolites whose plasma course is analysed.
    regimens : tuple of tuple of Regimen
        For each of them, the regimens that bring it.
    """

    watches: tuple[Watch, ...]
    drugs: tuple[str, ...] = ()
    regimens: tuple[tuple[Regimen, ...], ...] = ()

    @property
    def quantities(self) -> tuple[str, ...]:
        """What has to be simulated: the watches, then the drugs in plasma."""
        return (
            *(watch.quantity for watch in self.watches),
            *(f"{drug}.plasma_total" for drug in self.drugs),
        )

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """What is told, in the order of `endpoints_of`."""
        found = []
        for watch in self.watches:
            unit = model_unit(watch.unit).says
            for kind in PLAIN:
                own = (
                    "h"
                    if kind.endswith("_h")
                    else f"{unit} h".strip()
                    if kind == "auc_over_rest"
                    else unit
                )
                found.append(Endpoint(f"{watch.name}.{kind}", own, f"{_SAYS[kind]} {watch.says}"))
            found += [
                Endpoint(
                    f"{watch.name}.{kind}_percent",
                    "%",
                    f"{_SAYS[kind]} {watch.says}, relative to its rest",
                )
                for kind in (PERCENT if watch.relative else ())
            ]
        for drug, regimens in zip(self.drugs, self.regimens, strict=True):
            for kind in _kinds(regimens):
                own = "h" if kind.endswith("_h") else "nM h" if kind.startswith("auc") else "nM"
                found.append(
                    Endpoint(
                        f"{drug}.{kind}",
                        "" if kind == "accumulation" else own,
                        f"{drug}, {_SAYS[kind]}",
                    )
                )
        return tuple(found)


def reduction_of(composed: Composed, watches: Sequence[Watch]) -> Reduction:
    """Choose what is told of a composed model: these watches, and the exposure to every drug that reaches plasma."""
    drugs = [name for name in composed.drugs if f"{name}.plasma_total" in composed.quantities]
    given = [dose.regimen for dose in composed.doses if not dose.regimen.route.startswith("probe_")]
    regimens = []
    for name in drugs:
        own = tuple(regimen for regimen in given if regimen.drug == name)
        regimens.append(own or tuple(given))
    reaching = [k for k, of in enumerate(regimens) if of]
    return Reduction(
        tuple(watches), tuple(drugs[k] for k in reaching), tuple(regimens[k] for k in reaching)
    )


def endpoints_of(reduction: Reduction, time_h: Floats, courses: Floats, rest: Floats) -> Floats:
    """Reduce the courses of one subject.

    Parameters
    ----------
    reduction : Reduction
    time_h : array, shape (times,)
        Increasing, from 0.
    courses : array, shape (times, quantities)
        Of `reduction.quantities`.
    rest : array, shape (quantities,)
        The subject's drug-free rest.

    Returns
    -------
    array, shape (endpoints,)
        nan where an endpoint does not exist.
    """
    n = len(reduction.watches)
    y, at_rest = courses[:, :n], rest[:n]
    y = np.where((y < 0) & (y > -UNDERSHOOT * np.abs(y).max(axis=0)), 0.0, y)
    step = np.diff(time_h)[:, None]
    over = y - at_rest
    late = time_h >= time_h[-1] - DAY_H * (1 + 1e-12)
    span, last = step[late[1:] & late[:-1]], y[late]
    table = np.empty((len(PLAIN), n))
    table[0] = at_rest
    table[1], table[2] = y.max(axis=0), time_h[y.argmax(axis=0)]
    table[3], table[4] = y.min(axis=0), time_h[y.argmin(axis=0)]
    table[5] = (0.5 * (over[1:] + over[:-1]) * step).sum(axis=0)
    table[6] = (
        (0.5 * (last[1:] + last[:-1]) * span).sum(axis=0) / span.sum() if len(last) > 1 else y[-1]
    )
    table[7] = y[-1]
    found: list[float] = []
    rows = [PLAIN.index(kind) for kind in PERCENT]
    for k, watch in enumerate(reduction.watches):
        found += table[:, k].tolist()
        if watch.relative:
            found += (
                (100.0 * table[rows, k] / at_rest[k]).tolist() if at_rest[k] > 0 else [math.nan] * 4
            )
    for k, regimens in enumerate(reduction.regimens):
        of = exposure_to(regimens, time_h, courses[:, n + k])
        found += [float(getattr(of, kind)) for kind in _kinds(regimens)]
    return np.array(found)


def endpoint_named(endpoints: Sequence[Endpoint], name: str, *, where: str = "") -> int:
    """Place of an endpoint.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    """
    known = [endpoint.name for endpoint in endpoints]
    if name not in known:
        raise UnknownNameError.among("endpoint", name, known, where=where)
    return known.index(name)


def _kinds(regimens: Sequence[Regimen]) -> tuple[str, ...]:
    return REPEATED if any(regimen.n > 1 for regimen in regimens) else SINGLE
