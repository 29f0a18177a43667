"""Runs a prepared scenario with every parameter set of an ensemble, each from its own drug-free
steady state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.core.time_course import Floats, TimeCourse, ensemble_time_course
from tricyclic.errors import InputError, NumericsError
from tricyclic.simulation.run import Simulator
from tricyclic.workflows.model.no_band import no_band_reason
from tricyclic.workflows.model.prepared import PreparedRun
from tricyclic.workflows.model.verify_run import verify_run


class EnsembleRuns:
    """Times, quantities and values of all runs.

    `table` has shape (parameter sets, times, names), `baselines` shape (parameter sets, names);
    `remarks` are what the runs of a user's own SBML showed; `no_band_reason` is what equal runs
    mean.
    """

    def __init__(
        self,
        time_h: Floats,
        names: Sequence[str],
        table: Floats,
        baselines: Floats,
        remarks: tuple[str, ...] = (),
        no_band_reason: str = "",
    ) -> None:
        self.time_h, self.names = time_h, tuple(names)
        self.table, self.baselines, self.remarks = table, baselines, remarks
        self.no_band_reason = no_band_reason

    @property
    def ensemble_size(self) -> int:
        """Number of runs."""
        return int(self.table.shape[0])

    def values(self, name: str) -> Floats:
        """A quantity in all runs, shape (parameter sets, times)."""
        return np.asarray(self.table[:, :, self.names.index(name)])

    def baseline(self, name: str) -> Floats:
        """A quantity at the drug-free steady state of all runs, shape (parameter sets,)."""
        return np.asarray(self.baselines[:, self.names.index(name)])

    def time_course(
        self,
        name: str,
        quantity: str,
        description: str,
        unit: str,
        *,
        relative: bool,
        factor: float = 1.0,
    ) -> TimeCourse:
        """A quantity as a TimeCourse in `unit`, which is `factor` times the unit of the model."""
        return ensemble_time_course(
            name,
            description,
            unit,
            self.time_h,
            self.values(quantity) * factor,
            self.baseline(quantity) * factor,
            relative=relative,
            no_band_reason=self.no_band_reason,
        )


def run_ensemble(
    prepared: PreparedRun,
    names: Sequence[str],
    time: Floats,
    parameter_sets: Sequence[Mapping[str, float]] = (),
    *,
    on_progress: ProgressCallback | None = None,
) -> EnsembleRuns:
    """Run each parameter set, or the library's own values where there is none.

    Parameters
    ----------
    prepared : PreparedRun
    names : sequence of str
        Quantities to record.
    time : array, shape (times,)
        Output times in the model's own unit of time.
    parameter_sets : sequence of mapping
        Values of the ensemble; values that the options set take precedence.
    on_progress : callable, optional

    Raises
    ------
    InputError
        If the values that were set, or a model of the user's own, cannot be solved.
    """
    sets = [{**one, **prepared.values} for one in parameter_sets] or [dict(prepared.values)]
    total = len(sets) + 1
    report_progress(on_progress, 0, total, "compiling the model")
    simulator = Simulator(prepared.composed)
    recorded = list(dict.fromkeys(names))
    table = np.empty((len(sets), time.size, len(recorded)))
    baselines = np.empty((len(sets), len(recorded)))
    for k, values in enumerate(sets):
        report_progress(on_progress, k + 1, total, "simulating")
        try:
            steady_state = simulator.steady_state(values)
            baselines[k] = simulator.baseline_values(recorded, values, steady_state)
            table[k] = simulator.run(time, recorded, values, start=steady_state)
        except NumericsError as error:
            raise _explained(prepared, error) from error
    remarks = verify_run(prepared, simulator, recorded, time, table[0])
    reason = no_band_reason(prepared, parameter_sets)
    return EnsembleRuns(time * prepared.time_factor, recorded, table, baselines, remarks, reason)


def _explained(prepared: PreparedRun, error: NumericsError) -> Exception:
    """The error with the values that were set, or the file of the model; an internal error stays
    one.
    """
    if prepared.values:
        listed = ", ".join(f"{name} = {value:.6g}" for name, value in prepared.values.items())
        return InputError(
            f"cannot be solved with {listed}",
            where=prepared.scenario.name,
            allowed=str(error).rstrip("."),
            do="Change the values that were set",
        )
    if prepared.composed.has_steady_state:
        return error
    return InputError(str(error), where=prepared.scenario.name)
