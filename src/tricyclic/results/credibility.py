"""The evidence for and against a scenario: units, annotations, sources, a second engine,
calibration, sensitivity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tricyclic.core.check import Check
from tricyclic.core.constant import Constant
from tricyclic.core.ensemble import Ensemble
from tricyclic.core.evidence import Source
from tricyclic.core.network import Network
from tricyclic.core.observation import Observation
from tricyclic.results.base import Renderable
from tricyclic.results.sensitivity import ElasticityTable


@dataclass(frozen=True)
class ParameterProvenance:
    """A value of the composed model, the mechanism it belongs to, and its source."""

    name: str
    unit: str
    mechanism: str
    constant: Constant


@dataclass(frozen=True)
class EngineAgreement:
    """One quantity in two engines; `difference` is the largest over the run, relative to the
    largest value.
    """

    quantity: str
    dosing: str
    difference: float


@dataclass(frozen=True)
class EndpointElasticity:
    """Percent change of an endpoint per percent change of a parameter."""

    parameter: str
    endpoint: str
    value: float


@dataclass(frozen=True, repr=False)
class CredibilityResult(Renderable):
    """The evidence for one scenario, and the checks that follow from it.

    Parameters
    ----------
    scenario, title : str
    n_states, n_parameters : int
        Size of the composed model.
    unit_problems, validation_problems : tuple of str
        Messages of libSBML's checks of units and of consistency; empty for none.
    annotated, not_annotated : tuple of str
        States and drugs with, and without, an identifier in a public database.
    values : tuple of ParameterProvenance
        Every value with its source.
    agreements : tuple of EngineAgreement
        Comparison with the second engine; empty where none was available.
    engines : tuple of str
        Name and version of the main engine, and of the second one where there is one.
    dosing : tuple of str
        Dosing schedules of the runs; elasticities are those of the last.
    not_calibrated : tuple of str
        Observables that no observation of the calibration is about, so that they are predictions.
    limitations : tuple of (mechanism, sentence)
        What the mechanisms do not model.
    elasticity_table : ElasticityTable
        Elasticity of each endpoint with respect to each parameter.
    checks : tuple of Check
    networks : tuple of Network
        The pathways, for the figures.
    ensemble : Ensemble or None
        The calibration, if the scenario has one: the parameters of this scenario and of drugs, and
        the misfit of its own observations.
    observations : tuple of Observation
        The observations of this scenario.
    n_observations : int
        Observations of all scenarios that share the ensemble.
    shared_with : tuple of str
        Other scenarios whose observations the ensemble was calibrated against.
    sources : mapping of str to Source
        Papers by key.
    """

    scenario: str
    title: str
    n_states: int
    n_parameters: int
    unit_problems: tuple[str, ...]
    validation_problems: tuple[str, ...]
    annotated: tuple[str, ...]
    not_annotated: tuple[str, ...]
    values: tuple[ParameterProvenance, ...]
    agreements: tuple[EngineAgreement, ...]
    engines: tuple[str, ...]
    dosing: tuple[str, ...]
    not_calibrated: tuple[str, ...]
    limitations: tuple[tuple[str, str], ...]
    elasticity_table: ElasticityTable
    checks: tuple[Check, ...]
    networks: tuple[Network, ...]
    ensemble: Ensemble | None
    observations: tuple[Observation, ...]
    n_observations: int
    shared_with: tuple[str, ...]
    sources: Mapping[str, Source]

    @property
    def failed(self) -> bool:
        """Whether a check failed, so that the scenario should not be used as it is."""
        return any(check.level == "fail" for check in self.checks)

    @property
    def annotated_share(self) -> float:
        """Share of states and drugs with an identifier."""
        total = len(self.annotated) + len(self.not_annotated)
        return len(self.annotated) / total if total else 1.0

    @property
    def elasticities(self) -> tuple[EndpointElasticity, ...]:
        """All elasticities, the strongest first; without those of baselines."""
        table = self.elasticity_table
        rows = [
            EndpointElasticity(parameter.name, endpoint.name, float(value))
            for parameter, line in zip(table.parameters, table.table, strict=True)
            for endpoint, value in zip(table.endpoints, line, strict=True)
            if math.isfinite(value) and not endpoint.name.endswith(".baseline")
        ]
        return tuple(sorted(rows, key=lambda row: -abs(row.value)))

    def count_by_certainty(self) -> dict[str, int]:
        """Number of values of each certainty."""
        counts: dict[str, int] = {}
        for value in self.values:
            counts[value.constant.certainty] = counts.get(value.constant.certainty, 0) + 1
        return counts
