"""One microdialysis experiment of a study: its batch of chromatograms and its responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tricyclic.core.check import Check
from tricyclic.core.format import pluralize
from tricyclic.core.peak import ManualLimits
from tricyclic.results.chromatography import BatchResult
from tricyclic.results.experiment import StudyExperiment
from tricyclic.results.microdialysis import MicrodialysisResult


@dataclass(frozen=True)
class AnimalFacts:
    """What a study states about one animal; texts as they are printed."""

    name: str
    group: str
    treated: str
    flow: str
    dead_volume: str
    note: str = ""


@dataclass(frozen=True, repr=False)
class DialysisExperiment(StudyExperiment):
    """One microdialysis experiment of a study.

    Parameters
    ----------
    name, title, species : str
    response : MicrodialysisResult
        Courses of the animals and the effects of the treatments.
    batch : BatchResult or None
        The quantified chromatograms; None where the values were read from a table.
    methods : str
        The analysis in words.
    animals : tuple of AnimalFacts
    excluded : tuple of (str, str)
        Injections, fractions and animals that are left out, with the reason.
    manual : tuple of ManualLimits
        Limits of integration that were set by hand.
    """

    kind: ClassVar[str] = "microdialysis"
    label: ClassVar[str] = "Microdialysis"
    parts: ClassVar[str] = "animal, fraction or injection"

    name: str
    title: str
    response: MicrodialysisResult
    batch: BatchResult | None = None
    methods: str = ""
    animals: tuple[AnimalFacts, ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    manual: tuple[ManualLimits, ...] = ()
    species: str = ""

    def __repr__(self) -> str:
        return f"{self.title}: {len(self.response.responses)} animals"

    @property
    def subject(self) -> str:
        """The analyte; "values" where the table does not name it."""
        return self.response.analyte or "values"

    @property
    def material(self) -> tuple[str, ...]:
        """Animals, and injections of the batch."""
        counts = [pluralize(len(self.response.responses), "animal")]
        if self.batch is not None:
            counts.append(pluralize(len(self.batch.samples.injected), "injection"))
        return tuple(counts)

    def all_checks(self) -> tuple[Check, ...]:
        """Checks of the batch, then of the animals and groups."""
        return (*(self.batch.checks if self.batch is not None else ()), *self.response.checks)
