"""What the functional experiments of a study have in common, whatever they measure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from tricyclic.core.check import Check
from tricyclic.results.base import Renderable


class StudyExperiment(Renderable, ABC):
    """One experiment of a study that is no binding assay: a table of its own in study.toml.

    Attributes
    ----------
    kind : str
        Its table in study.toml, and its key in result.json: "microdialysis".
    label : str
        What a report calls it: "Microdialysis".
    parts : str
        What can be left out of it, as a sentence names it: "animal, fraction or injection".
    name, title, species : str
    methods : str
        The analysis in words; paragraphs are separated by an empty line.
    excluded : tuple of (str, str)
        What is left out, with the reason.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    parts: ClassVar[str]

    name: str
    title: str
    species: str
    methods: str
    excluded: tuple[tuple[str, str], ...]

    @property
    @abstractmethod
    def subject(self) -> str:
        """What was measured, for the head of a report; "" where it is unknown."""

    @property
    @abstractmethod
    def material(self) -> tuple[str, ...]:
        """What the result is made of, counted: ("14 animals", "235 injections")."""

    @abstractmethod
    def all_checks(self) -> tuple[Check, ...]:
        """All checks of the experiment."""

    @property
    def failed(self) -> bool:
        """Whether a check failed, so that the numbers should not be used as they are."""
        return any(check.level == "fail" for check in self.all_checks())
