"""Writes a dosed scenario for other programs: SBML, Antimony, SED-ML, a table of values, and a
COMBINE archive of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from tricyclic.core.constant import Constant
from tricyclic.core.progress import ProgressCallback, report_progress
from tricyclic.exchange.sedml_omex import omex_archive, sbml_file, sedml_file, standalone_text
from tricyclic.io.library.library import Library
from tricyclic.io.write_tables import Cell, csv_rows
from tricyclic.results.model_exports import ExportResult
from tricyclic.sbml.checks import find_unit_problems, find_validity_problems
from tricyclic.simulation.model import ComposedModel, ModelQuantity
from tricyclic.simulation.run import Simulator
from tricyclic.workflows.model.ensemble import at_parameter_set
from tricyclic.workflows.model.options import ExportOptions
from tricyclic.workflows.model.prepare import prepare_run
from tricyclic.workflows.model.prepared import PreparedRun
from tricyclic.workflows.output import check_output_folder, require_output

VALUE_COLUMNS = (
    "id",
    "name",
    "value",
    "unit",
    "low",
    "high",
    "cv",
    "certainty",
    "source",
    "description",
    "library_value",
)
TIMES_PER_H = 4
MIN_TIMES, MAX_TIMES = 100, 4000


def run(options: ExportOptions, on_progress: ProgressCallback | None = None) -> ExportResult:
    """Compose the model, bring it to its steady state, and write it.

    Raises
    ------
    InputError
        If no folder is named or it is not empty, or a name, dose, time or value is not possible.
    """
    require_output(options.out)
    check_output_folder(options.out, empty=True)
    library = Library(options.library)
    prepared, values_label = at_parameter_set(
        prepare_run(options, library), library, options.parameter_set
    )
    report_progress(on_progress, 0, 2, "compiling the model")
    simulator = Simulator(prepared.composed)
    report_progress(on_progress, 1, 2, "writing the model")
    steady_state = simulator.steady_state(prepared.values)
    sbml = sbml_file(simulator, prepared.values, steady_state)
    antimony = standalone_text(simulator, prepared.values, steady_state)
    return ExportResult(
        prepared.scenario.name,
        len(simulator.model.states),
        len(prepared.composed.parameters),
        (*find_validity_problems(sbml), *find_unit_problems(sbml)),
        _contents(prepared, sbml, antimony),
        (values_label,) if values_label else (),
    )


def _contents(prepared: PreparedRun, sbml: str, antimony: str) -> dict[str, bytes]:
    """Name of each file and its bytes, the archive of all files last."""
    composed, name = prepared.composed, prepared.scenario.name
    observables = [
        one.quantity for one in prepared.scenario.observables if one.quantity in composed.quantities
    ]
    n_times = min(max(int(prepared.horizon_h * TIMES_PER_H), MIN_TIMES), MAX_TIMES) + 1
    times = np.linspace(0.0, prepared.horizon_h, n_times)
    contents = {
        f"{name}.xml": sbml.encode(),
        f"{name}.ant": antimony.encode(),
        f"{name}.sedml": sedml_file(composed, f"{name}.xml", times, observables).encode(),
        "values.csv": _value_table(composed, prepared.values),
    }
    return {**contents, f"{name}.omex": omex_archive(contents, master=f"{name}.sedml")}


def _value_table(composed: ComposedModel, values: Mapping[str, float]) -> bytes:
    """Every value with its range, certainty and source, one row each."""
    rows = (
        _value_row(composed.quantity(name), constant, values.get(name))
        for name, constant in composed.parameters.items()
    )
    return csv_rows(VALUE_COLUMNS, rows, digits=None)


def _value_row(item: ModelQuantity, constant: Constant, changed: float | None) -> list[Cell]:
    """One row; a value that the options set is marked, beside the library's value."""
    is_set = changed is not None
    limits = [limit if math.isfinite(limit) else None for limit in (constant.low, constant.high)]
    return [
        item.id,
        item.name,
        float(changed if changed is not None else constant.value),
        item.unit,
        *limits,
        constant.cv or None,
        "set" if is_set else constant.certainty,
        "" if is_set else constant.source,
        constant.description,
        constant.value if is_set else None,
    ]
