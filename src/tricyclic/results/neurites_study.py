"""One neurite experiment of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tricyclic.core.check import Check
from tricyclic.core.format import pluralize
from tricyclic.results.experiment import StudyExperiment
from tricyclic.results.neurites import NeuritesResult


@dataclass(frozen=True, repr=False)
class NeuritesExperiment(StudyExperiment):
    """One neurite experiment of a study.

    Parameters
    ----------
    name, title, species : str
    response : NeuritesResult
        Cultures, arms and effects.
    methods : str
        The analysis in words.
    excluded : tuple of (str, str)
        Cultures, wells and fields that are left out, with the reason.
    """

    kind: ClassVar[str] = "neurites"
    label: ClassVar[str] = "Neurite outgrowth"
    parts: ClassVar[str] = "culture, well or field"

    name: str
    title: str
    response: NeuritesResult
    methods: str = ""
    excluded: tuple[tuple[str, str], ...] = ()
    species: str = ""

    def __repr__(self) -> str:
        return f"{self.title}: {len(self.response.cultures)} cultures"

    @property
    def subject(self) -> str:
        """Neurites, with the stimulus that induces them."""
        return f"neurites with {self.response.stimulus}"

    @property
    def material(self) -> tuple[str, ...]:
        """Cultures, fields and cells."""
        fields, cells = (
            sum(getattr(one, name) for one in self.response.values) for name in ("fields", "cells")
        )
        return (
            pluralize(len(self.response.cultures), "culture"),
            pluralize(fields, "field"),
            pluralize(cells, "cell"),
        )

    def all_checks(self) -> tuple[Check, ...]:
        """Checks of cultures, arms and fields."""
        return self.response.checks
