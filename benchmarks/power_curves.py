"""Good and faulty single curves, for `checks_power.py`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from power_shared import Fault, Trial

from tricyclic.curves.logistic_4pl import response
from tricyclic.fitting.batch import fit_batch

DOSES = np.linspace(-10.0, -5.0, 11)


def curve(
    *,
    log10_ec50: float = -7.5,
    span: float = 100.0,
    sd: float = 5.0,
    doses: np.ndarray = DOSES,
    second: float = 0.0,
    two_phases: bool = False,
    replicates: int = 2,
) -> Trial:
    """A trial of one rising curve; `second` is the size of a fall from -6 log10 M on."""
    x = np.repeat(doses, replicates)

    def trial(rng: np.random.Generator) -> set[str]:
        def rise(middle: float, hill: float = 1.0) -> np.ndarray:
            return np.asarray(
                response(concentration_M=10**x, bottom=0.0, top=1.0, log10_ec50=middle, hill=hill)
            )

        shape = 0.5 * (rise(-9.0) + rise(-6.5)) if two_phases else rise(log10_ec50)
        y = span * shape - second * rise(-6.0, 1.5) + rng.normal(0.0, sd, x.size)
        names = str(fit_batch(x, y[None]).check_names[0])
        return set(names.split(", ")) - {""}

    return trial


def curve_faults() -> Iterator[Fault]:
    """Faults of single curves of 11 doses in duplicate, SD 5 % of the span."""
    yield Fault("no effect", ("flat",), curve(span=0.0))
    yield Fault("falls again to 10 %", ("not_monotone",), curve(second=90.0))
    yield Fault("EC50 above the top dose", ("ic50_outside_range",), curve(log10_ec50=-4.0))
    yield Fault(
        "effect at the last dose alone", ("ci_unbounded",), curve(log10_ec50=-5.0, span=60.0)
    )
    yield Fault("plateau not reached", ("plateau_missing",), curve(log10_ec50=-5.5))
    yield Fault("four doses", ("few_doses",), curve(doses=np.linspace(-9.0, -6.0, 4)))
    yield Fault(
        "two phases, 300-fold apart",
        ("lack_of_fit", "residual_runs"),
        curve(two_phases=True, sd=3.0),
    )
