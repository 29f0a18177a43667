"""Good and faulty screens and assays over time, for `checks_power.py`."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from power_shared import Fault, Trial, changed_wells, check_names

from tricyclic.assays.potency.control_chart import control_chart
from tricyclic.assays.potency.msr import replicate_msr
from tricyclic.assays.potency.relative_potency import relative_potency
from tricyclic.assays.screening.analysis import analyse_screen
from tricyclic.assays.screening.simulate_screen import ScreenFaults, simulate_single
from tricyclic.core.estimate import Estimate
from tricyclic.core.plate import Plate, Role, Well
from tricyclic.core.series import Series
from tricyclic.curves import CURVES
from tricyclic.curves.logistic_4pl import response


def screen(
    plates: int = 4,
    sd: float = 5.0,
    spoil: Callable[[list[Plate], np.random.Generator], list[Plate]] | None = None,
    **faults: float,
) -> Trial:
    """A trial of one screen at a single concentration."""

    def trial(rng: np.random.Generator) -> set[str]:
        made, _ = simulate_single(plates, rng, sd=sd, faults=ScreenFaults(**faults))
        listed = spoil(list(made), rng) if spoil else list(made)
        result = analyse_screen(listed, rng=rng)
        return check_names(
            [*result.checks, *(c for quality in result.plates for c in quality.checks)]
        )

    return trial


def _wells(
    which: Callable[[Well], bool],
    change: Callable[[Well], float],
    plates: Sequence[int] | None = None,
) -> Any:
    def spoil(made: list[Plate], rng: np.random.Generator) -> list[Plate]:
        chosen = changed_wells(change, which)
        return [chosen(p) if plates is None or k in plates else p for k, p in enumerate(made)]

    return spoil


def _heavy_tails(made: list[Plate], rng: np.random.Generator) -> list[Plate]:
    """Student's t with 3 degrees of freedom instead of normal scatter."""

    def heavy(plate: Plate) -> Plate:
        noise = 45.0 * rng.standard_t(3, len(plate.wells)) / math.sqrt(3)
        wells = [
            replace(w, value=1000.0 + float(x)) if w.role is Role.COMPETITION else w
            for w, x in zip(plate.wells, noise, strict=True)
        ]
        return replace(plate, wells=tuple(wells))

    return [heavy(p) for p in made]


def _noisy_low(made: list[Plate], rng: np.random.Generator) -> list[Plate]:
    """The scatter of the low control about its level, 100, four times as large."""
    spoil = changed_wells(
        lambda w: 100.0 + 4.0 * (w.value - 100.0), lambda w: w.role is Role.NON_SPECIFIC
    )
    return [spoil(p) for p in made]


def _row(well: Well) -> int:
    return ord(well.name[0]) - ord("A")


def screen_faults() -> Iterator[Fault]:
    """Faults of screens of 4 plates (of 16 for patterns over plates)."""
    tested = lambda w: w.role is Role.COMPETITION  # noqa: E731
    yield Fault("SD 18 % of the window", ("robust_z_prime", "plates_failed"), screen(sd=18.0))
    yield Fault("SD 28 % of the window", ("cv_high",), screen(sd=28.0))
    yield Fault("low control scatters four times more", ("cv_low",), screen(spoil=_noisy_low))
    yield Fault(
        "one control well at the other control",
        ("control_outlier",),
        screen(spoil=_wells(lambda w: w.name in ("A23", "B23"), lambda w: 1000.0)),
    )
    yield Fault(
        "low control at 60 % of the high one",
        ("signal_to_background",),
        screen(sd=1.0, spoil=_wells(lambda w: True, lambda w: 600.0 + 0.4 * w.value)),
    )
    yield Fault(
        "controls exchanged",
        ("controls_swapped",),
        screen(
            spoil=_wells(lambda w: not tested(w), lambda w: 1100.0 - w.value),
        ),
    )
    yield Fault("edge 20 % of the window", ("edge_pattern",), screen(rim=20.0))
    yield Fault("rows differ by 30 % of the window", ("row_pattern",), screen(row_tilt=30.0))
    yield Fault(
        "columns drift 30 % of the window",
        ("column_pattern",),
        screen(spoil=_wells(tested, lambda w: w.value + 270.0 * (w.column / 23 - 0.5))),
    )
    yield Fault("controls fall by 40 %", ("drift",), screen(drift=-0.4))
    yield Fault(
        "the first plate again as the last",
        ("copied_plates",),
        screen(spoil=lambda made, rng: [*made[:-1], replace(made[0], name="again")]),
    )
    yield Fault(
        "one row 40 % of the window low",
        ("suspect_wells",),
        screen(spoil=_wells(lambda w: tested(w) and _row(w) == 5, lambda w: w.value - 360.0)),
    )
    yield Fault("Student t with 3 df", ("heavy_tails",), screen(spoil=_heavy_tails))
    yield Fault(
        "one position 30 % low on every plate",
        ("position_over_plates",),
        screen(plates=8, spoil=_wells(lambda w: w.name == "H12", lambda w: w.value - 270.0)),
    )
    yield Fault("SD 28 % of the window", ("z_prime", "signal_window"), screen(sd=28.0))


def long_screen_faults() -> Iterator[Fault]:
    """Faults of a screen of 24 plates."""
    for first, last, text in ((12, 24, "plates 13 to 24"), (8, 16, "plates 9 to 16")):
        yield Fault(
            f"{text} read 30 % low",
            ("level_over_plates",),
            screen(
                plates=24,
                spoil=_wells(lambda w: True, lambda w: 0.7 * w.value, range(first, last)),
            ),
        )


def potencies(
    rng: np.random.Generator, sd: float = 0.08, shift: float = 0.0, span: float = 3.0
) -> set[str]:
    true = np.linspace(0.0, span, 24)
    runs = [
        [
            Estimate("IC50", float(10 ** (x + s + rng.normal(0, sd))), "nM", subject=str(k))
            for k, x in enumerate(true)
        ]
        for s in (0.0, shift)
    ]
    return check_names(replicate_msr(*runs).checks)


def chart(rng: np.random.Generator, sd: float = 0.1, shift: float = 0.0, n: int = 20) -> set[str]:
    values = rng.normal(0.0, sd, n) + np.where(np.arange(n) >= n - 8, shift, 0.0)
    runs = {f"run {k}": [float(value)] for k, value in enumerate(values)}
    return check_names(control_chart(runs, baseline=n - 8).checks)


def parallel(
    rng: np.random.Generator, slope: float = 1.0, top: float = 1000.0, replicates: int = 3
) -> set[str]:
    dose = np.repeat(np.logspace(-9, -5, 9), replicates)
    series = [
        Series(
            name,
            response(concentration_M=dose * r, bottom=100.0, top=t, log10_ec50=-7.0, hill=h)
            + rng.normal(0, 36.0, dose.size),
            "y",
            {"concentration_M": dose},
        )
        for name, r, t, h in (("reference", 1.0, 1000.0, 1.2), ("sample", 1.5, top, 1.2 * slope))
    ]
    return check_names(relative_potency(series[0], series[1], CURVES["logistic_4pl"]).checks)


def time_faults() -> Iterator[Fault]:
    """Faults of replicate experiments."""
    wide = ("replicate_msr", "limits_of_agreement")
    yield Fault("SD between runs 0.3", wide, lambda rng: potencies(rng, sd=0.3))
    yield Fault("second run 1.3 times higher", ("mean_ratio",), lambda r: potencies(r, shift=0.114))
    yield Fault(
        "potencies over a factor of 10", ("potency_span",), lambda r: potencies(r, span=1.0)
    )


def chart_faults() -> Iterator[Fault]:
    """Faults of control charts."""
    yield Fault("last 8 runs shifted by 2 SD", ("run_rule",), lambda rng: chart(rng, shift=0.2))
    yield Fault("SD between runs 0.35", ("control_msr",), lambda rng: chart(rng, sd=0.35))


def parallel_faults() -> Iterator[Fault]:
    """Faults of relative potencies."""
    both = ("parallel_f", "parallel_equivalence", "not_parallel")
    slopes = (*both, "parallel_slope_f")
    yield Fault("slope 1.6 times steeper", slopes, lambda rng: parallel(rng, slope=1.6))
    yield Fault("upper plateau at 75 %", both, lambda rng: parallel(rng, top=775.0))
