"""Checks of the run of a user's own SBML file: is it the same at tighter tolerances, and does an
amount that cannot be negative become negative.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tricyclic.core.format import format_number, list_names
from tricyclic.core.time_course import Floats
from tricyclic.errors import NumericsError
from tricyclic.sbml.parts import elements, parse
from tricyclic.simulation.run import Simulator
from tricyclic.workflows.model.prepared import PreparedRun

# Difference between two runs, as a share of the largest value of a quantity, above which the result
# is not reliable; and how far below 0, as a share of its largest value, an amount is negative.
DIFFERS, NEGATIVE = 1e-4, 1e-6
MOST_NAMES = 6


def verify_run(
    prepared: PreparedRun, simulator: Simulator, names: Sequence[str], time: Floats, table: Floats
) -> tuple[str, ...]:
    """Remarks on a run of a user's own SBML; none where nothing is wrong, or on a scenario of the
    library.

    Parameters
    ----------
    prepared : PreparedRun
    simulator : Simulator
    names : sequence of str
        Recorded quantities.
    time : array, shape (times,)
    table : array, shape (times, names)

    Notes
    -----
    Costs one more run, at tolerances ten times tighter.
    """
    if prepared.composed.has_steady_state or not names:
        return ()
    remarks = (
        _not_finite(prepared, names, time, table),
        _difference(prepared, simulator, names, time, table),
        _negative(prepared, names, time, table),
        _negative_sizes(prepared, simulator, names, table),
    )
    return tuple(remark for remark in remarks if remark)


def _not_finite(prepared: PreparedRun, names: Sequence[str], time: Floats, table: Floats) -> str:
    """A remark on quantities whose formula has no finite value at some times."""
    failing = [k for k in range(len(names)) if not np.isfinite(table[:, k]).all()]
    if not failing:
        return ""
    first = int(np.argmin(np.isfinite(table[:, failing[0]])))
    others = [names[k] for k in failing[1:]]
    also = f" The same is true of {list_names(others, MOST_NAMES)}." if others else ""
    return (
        f"{names[failing[0]]} is {table[first, failing[0]]:g} at "
        f"{format_number(time[first] * prepared.time_factor)}: its formula has no finite value "
        f"there, and no number is reported for it where one is missing.{also}"
    )


def _difference(
    prepared: PreparedRun, simulator: Simulator, names: Sequence[str], time: Floats, table: Floats
) -> str:
    try:
        again = simulator.run_again(time, names, prepared.values)
    except NumericsError:
        return (
            "The run could not be repeated at tolerances ten times tighter, so that its "
            "accuracy is not verified."
        )
    table, again = np.nan_to_num(table), np.nan_to_num(again)
    largest = np.abs(again).max(axis=0)
    share = np.abs(table - again) / np.where(largest > 0.0, largest, 1.0)
    if not (share > DIFFERS).any():
        return ""
    row, column = (int(k) for k in np.unravel_index(int(share.argmax()), share.shape))
    return (
        f"The result depends on the tolerances of the solver: at "
        f"{format_number(time[row] * prepared.time_factor)} {names[column]} is "
        f"{format_number(table[row, column])}, and {format_number(again[row, column])} at "
        "tolerances ten times tighter. Do not use it before the reason is known, such as chaos "
        "or an event whose condition is only just met."
    )


def _negative(prepared: PreparedRun, names: Sequence[str], time: Floats, table: Floats) -> str:
    """A remark on species that start at 0 or above and fall below."""
    quantities = prepared.composed.quantities
    falling = []
    for column, name in enumerate(names):
        y = table[:, column]
        if quantities[name].kind != "species" or y[0] < 0.0:
            continue
        if y.min() < -NEGATIVE * np.abs(y).max():
            falling.append((name, float(y.min()), float(time[int(y.argmin())])))
    if not falling:
        return ""
    name, lowest, at = falling[0]
    others = [one for one, _, _ in falling[1:]]
    also = f" Also negative: {list_names(others, MOST_NAMES)}." if others else ""
    return (
        f"{name} falls to {format_number(lowest)} at "
        f"{format_number(at * prepared.time_factor)}, and an amount or a concentration cannot be "
        f"negative: a rate of the file does not stop when nothing is left.{also}"
    )


def _negative_sizes(
    prepared: PreparedRun, simulator: Simulator, names: Sequence[str], table: Floats
) -> str:
    """A remark on compartments whose size is negative, at the start or during the run."""
    document = parse(simulator.sbml)  # a reference to the document keeps its model alive
    known = {**simulator.model.values(), **prepared.values}
    sizes = {
        name: min(known.get(name, 0.0), float(table[:, names.index(name)].min(initial=0.0)))
        if name in names
        else known.get(name, 0.0)
        for name in (one.getIdAttribute() for one in elements(document.getModel(), "Compartment"))
    }
    negative = [name for name, size in sizes.items() if size < 0.0]
    if not negative:
        return ""
    also = f" Also negative: {list_names(negative[1:], MOST_NAMES)}." if negative[1:] else ""
    return (
        f"The size of {negative[0]} is {format_number(sizes[negative[0]])}, and a size cannot be "
        f"negative: no concentration in it has a meaning.{also}"
    )
