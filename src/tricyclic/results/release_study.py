"""One evoked-release experiment of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tricyclic.core.check import Check
from tricyclic.core.format import pluralize
from tricyclic.results.experiment import StudyExperiment
from tricyclic.results.release import ReleaseResult


@dataclass(frozen=True, repr=False)
class ReleaseExperiment(StudyExperiment):
    """One evoked-release experiment of a study.

    Parameters
    ----------
    name, title, species : str
    response : ReleaseResult
        Wells, means of the cultures and effects.
    methods : str
        The analysis in words.
    excluded : tuple of (str, str)
        Cultures and wells that are left out, with the reason.
    """

    kind: ClassVar[str] = "release"
    label: ClassVar[str] = "Evoked release"
    parts: ClassVar[str] = "culture or well"

    name: str
    title: str
    response: ReleaseResult
    methods: str = ""
    excluded: tuple[tuple[str, str], ...] = ()
    species: str = ""

    def __repr__(self) -> str:
        return f"{self.title}: {len(self.response.cultures)} cultures"

    @property
    def subject(self) -> str:
        """The transmitter."""
        return self.response.transmitter

    @property
    def material(self) -> tuple[str, ...]:
        """Cultures and wells."""
        wells = sum(not well.excluded for well in self.response.wells)
        return (pluralize(len(self.response.cultures), "culture"), pluralize(wells, "well"))

    def all_checks(self) -> tuple[Check, ...]:
        """Checks of wells, arms and standards."""
        return self.response.checks
