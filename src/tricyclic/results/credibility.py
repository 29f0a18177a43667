"""Credibility: what can be said for and against a scenario, before anybody trusts its predictions."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.constant import Constant


@dataclass(frozen=True)
class Valued:
    """A parameter of the composed model, where it belongs and where its value comes from."""

    name: str
    unit: str
    mechanism: str
    constant: Constant


@dataclass(frozen=True)
class Agreement:
    """One quantity in two engines: the largest difference over the run, relative to the largest value."""

    quantity: str
    regimen: str
    difference: float


@dataclass(frozen=True)
class Elasticity:
    """By how many percent an endpoint moves when a parameter moves by one percent."""

    parameter: str
    endpoint: str
    value: float


@dataclass(frozen=True)
class Credibility:
    """The evidence for one scenario.

    Parameters
    ----------
    scenario, title : str
    states, parameters : int
        How many states and parameters the composed model has.
    unit_complaints : tuple of str
        What the SBML unit check says; empty where units balance.
    validation_complaints : tuple of str
        What the SBML consistency check says.
    annotated : tuple of str
        Quantities that name what they are in a public database.
    not_annotated : tuple of str
        States, sites' targets and drugs that do not.
    values : tuple of Valued
        Every value with its source.
    agreements : tuple of Agreement
        The run by an engine of other make.
    elasticities : tuple of Elasticity
        Strongest first.
    predicted : tuple of str
        What the scenario says that no observation was calibrated on.
    lacks : tuple of (mechanism, sentence)
        What the mechanisms leave out.
    engines : tuple of str
        What ran the two solutions.
    tried : tuple of str
        The regimens by which the scenario was tried; elasticities are those of the last.
    """

    scenario: str
    title: str
    states: int
    parameters: int
    unit_complaints: tuple[str, ...]
    validation_complaints: tuple[str, ...]
    annotated: tuple[str, ...]
    not_annotated: tuple[str, ...]
    values: tuple[Valued, ...]
    agreements: tuple[Agreement, ...]
    elasticities: tuple[Elasticity, ...] = ()
    predicted: tuple[str, ...] = ()
    lacks: tuple[tuple[str, str], ...] = ()
    engines: tuple[str, str] = ("", "")
    tried: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """Share of what should be annotated that is."""
        total = len(self.annotated) + len(self.not_annotated)
        return len(self.annotated) / total if total else 1.0

    def by_certainty(self) -> dict[str, int]:
        """How many values are read, recalled, …, assumed."""
        counts: dict[str, int] = {}
        for value in self.values:
            counts[value.constant.certainty] = counts.get(value.constant.certainty, 0) + 1
        return counts

    @property
    def worst_agreement(self) -> Agreement | None:
        """Where the two engines differ most."""
        return max(self.agreements, key=lambda agreement: agreement.difference, default=None)
