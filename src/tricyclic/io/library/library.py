"""The library of one run; a table is read when it is first used, and once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from tricyclic.core.analyte import Analyte
from tricyclic.core.drug import Drug
from tricyclic.core.ensemble import Ensemble
from tricyclic.core.evidence import Evidence, Source
from tricyclic.core.mechanism import Mechanism
from tricyclic.core.observation import Observation
from tricyclic.core.population import Phenotype
from tricyclic.core.protocol import Protocol
from tricyclic.core.scenario import Scenario
from tricyclic.io.library import (
    analytes,
    drugs,
    ensembles,
    evidence,
    mechanisms,
    observations,
    populations,
    protocols,
    scenarios,
)


class Library:
    """Mechanisms, drugs, scenarios, protocols, ensembles and evidence.

    Parameters
    ----------
    folder
        A user's own library folder; its entries replace those of installed packages and of
        tricyclic with the same name. Empty or None for none.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = folder or None
        self._ensembles: dict[str, Ensemble] = {}

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Papers by key."""
        return evidence.sources(self.folder)

    @cached_property
    def mechanisms(self) -> Mapping[str, Mechanism]:
        """Mechanisms by name, each read when it is first used."""
        return mechanisms.mechanisms(self.folder)

    @cached_property
    def analytes(self) -> tuple[Analyte, ...]:
        """Analytes of dialysates, with the transporters that take them up."""
        return analytes.analytes(self.folder)

    @cached_property
    def drugs(self) -> Mapping[str, Drug]:
        """Drugs by name, each read when it is first used."""
        return drugs.drugs(self.folder)

    @cached_property
    def scenario_names(self) -> tuple[str, ...]:
        """Names of the scenarios."""
        return scenarios.scenario_names(self.folder)

    def scenario(self, name: str) -> Scenario:
        """A scenario by name, or of a .toml file."""
        return scenarios.scenario(name, folder=self.folder)

    @cached_property
    def ensemble_names(self) -> tuple[str, ...]:
        """Names of the calibrated ensembles."""
        return ensembles.ensemble_names(self.folder)

    def ensemble(self, name: str) -> Ensemble:
        """A calibrated ensemble by name."""
        if name not in self._ensembles:
            self._ensembles[name] = ensembles.ensemble(name, folder=self.folder)
        return self._ensembles[name]

    def observations(self, scenario: str = "") -> tuple[Observation, ...]:
        """Observations that calibrations use; of one scenario, or all."""
        return observations.observations(scenario, folder=self.folder)

    def predictions(self, scenario: str = "") -> tuple[Observation, ...]:
        """Experiments that no calibration uses; of one scenario, or all."""
        return observations.predictions(scenario, folder=self.folder)

    def population(self, name: str) -> tuple[Phenotype, ...]:
        """Phenotypes of a population by name."""
        return populations.population(name, self.folder)

    @cached_property
    def protocol_names(self) -> tuple[str, ...]:
        """Names of the assay protocols."""
        return protocols.protocols(self.folder)

    def protocol(self, name: str) -> Protocol:
        """An assay protocol by name, or of a .toml file."""
        return protocols.protocol(name, folder=self.folder)

    def evidence(
        self, subject: str = "", target: str = "", parameter: str = ""
    ) -> tuple[Evidence, ...]:
        """Published values; an empty filter accepts all."""
        return evidence.evidence(subject, target, parameter, folder=self.folder)
