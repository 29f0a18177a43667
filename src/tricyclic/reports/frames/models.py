"""Tables of sensitivity, calibration, validation, credibility, exports and simulated
experiments.
"""

from __future__ import annotations

import numpy as np

from tricyclic.core.model_unit import unit_label
from tricyclic.io.frames import Columns
from tricyclic.reports.files.calibration import misfit_columns, validation_columns
from tricyclic.reports.files.sensitivity import sobol_columns
from tricyclic.reports.files.virtual_assay import power_table
from tricyclic.reports.frames.columns import checks_table, from_records, from_rows
from tricyclic.results.calibration import CalibrationResult
from tricyclic.results.credibility import (
    CredibilityResult,
    EndpointElasticity,
    EngineAgreement,
)
from tricyclic.results.model_exports import DiagramResult, ExportResult, PetabResult
from tricyclic.results.model_quantities import (
    ObservableRow,
    ParameterRow,
    PathwayRow,
    QuantitiesResult,
    QuantityRow,
)
from tricyclic.results.sensitivity import ElasticityTable, SensitivityResult, VariedParameter
from tricyclic.results.validation import ValidationResult
from tricyclic.results.virtual_assay import AssaySetting, VirtualAssayResult


def sensitivity_frames(result: SensitivityResult) -> dict[str, Columns]:
    """One row for each endpoint and parameter: its elasticity, and its Sobol indices."""
    frames = {
        "elasticities": _elasticities(result.elasticities),
        "parameters": from_records(VariedParameter, result.elasticities.parameters),
    }
    if result.sobol is not None:
        frames["sobol"] = sobol_columns(result.sobol)
    return frames


def _elasticities(table: ElasticityTable) -> Columns:
    n = len(table.parameters)
    return {
        "endpoint": [one.name for one in table.endpoints for _ in range(n)],
        "endpoint_unit": [one.unit for one in table.endpoints for _ in range(n)],
        "typical_value": np.repeat(table.typical, n),
        "parameter": [one.name for _ in table.endpoints for one in table.parameters],
        "elasticity": np.asarray(table.table).T.reshape(-1),
    }


def calibration_frames(result: CalibrationResult) -> dict[str, Columns]:
    """One row for each observation: measured, predicted; parameters; parameter sets."""
    ensemble = result.ensemble
    sets = ensemble.parameter_sets
    parameters = from_rows(
        ("parameter", "unit", "prior_low", "prior_high", "median", "low", "high", "width"),
        (
            (
                prior.name,
                prior.unit,
                prior.low,
                prior.high,
                row.median,
                row.low,
                row.high,
                row.width,
            )
            for prior, row in zip(ensemble.priors, ensemble.identifiability, strict=True)
        ),
    )
    return {
        "observations": misfit_columns(result),
        "parameters": parameters,
        "parameter_sets": {
            "parameter_set": np.arange(len(sets)),
            **{prior.name: sets[:, k] for k, prior in enumerate(ensemble.priors)},
        },
        "information": from_rows(
            ("observation", "parameter", "share"),
            (
                (observation, parameter, share)
                for observation, shares in result.information_shares.items()
                for parameter, share in shares.items()
            ),
        ),
    }


def validation_frames(result: ValidationResult) -> dict[str, Columns]:
    """One row for each experiment: observed and predicted."""
    return {"experiments": validation_columns(result)}


def credibility_frames(result: CredibilityResult) -> dict[str, Columns]:
    """Checks; the source of every value; agreement with the second engine; elasticities."""
    values = from_rows(
        ("parameter", "value", "unit", "low", "high", "mechanism", "certainty", "source"),
        (
            (
                row.name,
                row.constant.value,
                unit_label(row.unit),
                row.constant.low,
                row.constant.high,
                row.mechanism,
                row.constant.certainty,
                row.constant.source,
            )
            for row in result.values
        ),
    )
    return {
        "checks": checks_table(result.checks),
        "values": values,
        "agreement": from_records(EngineAgreement, result.agreements),
        "elasticities": from_records(EndpointElasticity, result.elasticities),
        "limitations": from_rows(("mechanism", "limitation"), result.limitations),
    }


def quantities_frames(result: QuantitiesResult) -> dict[str, Columns]:
    """Parameters, quantities, observables and pathways of a scenario."""
    return {
        "parameters": from_rows(ParameterRow._fields, result.parameters),
        "quantities": from_rows(QuantityRow._fields, result.quantities),
        "observables": from_rows(ObservableRow._fields, result.observables),
        "pathways": from_rows(PathwayRow._fields, result.pathways),
    }


def diagram_frames(result: DiagramResult) -> dict[str, Columns]:
    """One row for each node of the diagrams; "links": one for each link."""
    nodes = (
        (
            network.name,
            node.name,
            node.label.replace("\n", " "),
            node.kind,
            node.compartment,
            np.nan if node.value is None else node.value,
            np.nan if node.occupancy is None else 100.0 * node.occupancy,
        )
        for network in result.diagrams
        for node in network.nodes
    )
    links = (
        (network.name, edge.start, edge.end, edge.kind, edge.label)
        for network in result.diagrams
        for edge in network.edges
    )
    head = ("diagram", "node", "label", "kind", "compartment", "fold_change", "occupancy_percent")
    return {
        "nodes": from_rows(head, nodes),
        "links": from_rows(("diagram", "start", "end", "kind", "label"), links),
    }


def export_frames(result: ExportResult) -> dict[str, Columns]:
    """One row for each file."""
    files = ((name, len(data)) for name, data in result.contents.items())
    return {"files": from_rows(("file", "bytes"), files)}


def petab_frames(result: PetabResult) -> dict[str, Columns]:
    """One row for each observation; the reason where PEtab cannot express it; files."""
    rows = (
        (problem.scenario, name, reason == "", reason)
        for problem in result.problems
        for name, reason in [*((name, "") for name in problem.observations), *problem.left_out]
    )
    files = ((name, len(data)) for name, data in result.contents.items())
    return {
        "observations": from_rows(("scenario", "observation", "is_included", "reason"), rows),
        "files": from_rows(("file", "bytes"), files),
    }


def virtual_assay_frames(result: VirtualAssayResult) -> dict[str, Columns]:
    """The main numbers beside the true values; groups; power; every simulated reading."""
    endpoints = from_rows(
        ("endpoint", "subject", "value", "low", "high", "unit", "n", "truth"),
        (
            (e.name, e.subject, e.value, e.low, e.high, e.unit, e.n_experiments, one.truth)
            for one in result.endpoints
            for e in (one.estimate,)
        ),
    )
    groups = from_rows(
        ("group", "quantity", "value", "low", "high", "unit", "n"),
        (
            (group.name, column, e.value, e.low, e.high, e.unit, e.n_experiments)
            for group in result.groups
            for column, e in zip(result.columns, group.estimates, strict=True)
            if e is not None
        ),
    )
    return {
        "endpoints": endpoints,
        "groups": groups,
        "power": power_table(result),
        "settings": from_records(AssaySetting, result.settings),
        **result.tables,
    }
