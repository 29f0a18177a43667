"""Results of the study and binding commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tricyclic.core.analysis_options import AnalysisOptions
from tricyclic.core.check import LEVELS, Check, Level
from tricyclic.core.curve_model import CurveModel
from tricyclic.core.estimate import Estimate
from tricyclic.errors import UnknownNameError
from tricyclic.results.base import Renderable
from tricyclic.results.binding import AssayResult, StudyResult
from tricyclic.results.experiment import StudyExperiment


@dataclass(frozen=True, repr=False)
class StudyRunResult(Renderable):
    """An analysed study, or plates analysed without a study folder.

    `result["NET"]` is the assay, or the experiment of another kind, of that name.

    Parameters
    ----------
    study : StudyResult
        Estimates, fits, checks and their origin.
    methods : mapping of str to AnalysisOptions
        Analysis options of each assay, by its name.
    curves : mapping of str to CurveModel
        Curve models of the fits, by name.
    folder : str
        Folder of the written results; empty where none were written.
    unused_files : tuple of str
        Files in the folder of the study that study.toml does not name. They are no part of the
        written results, which depend on the named files only.
    """

    study: StudyResult
    methods: Mapping[str, AnalysisOptions] = field(default_factory=dict)
    curves: Mapping[str, CurveModel] = field(default_factory=dict)
    folder: str = ""
    unused_files: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a check failed, so that a number should not be used as it is."""
        return any(check.level == "fail" for check in self.checks)

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """The pooled estimates of all assays."""
        return tuple(estimate for assay in self.study.assays for estimate in assay.pooled)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Checks of the study, its assays and their plates."""
        return self.study.all_checks()

    def count_levels(self) -> dict[Level, int]:
        """Number of checks that pass, warn and fail."""
        levels = [check.level for check in self.checks]
        return {level: levels.count(level) for level in LEVELS}

    def __getitem__(self, name: str) -> AssayResult | StudyExperiment:
        """The assay, or the experiment of another kind, of a name.

        Raises
        ------
        UnknownNameError
            If there is none.
        """
        parts: dict[str, AssayResult | StudyExperiment] = {a.name: a for a in self.study.assays}
        parts |= {one.name: one for one in self.study.experiments}
        if name not in parts:
            raise UnknownNameError.among("assay", name, parts)
        return parts[name]

    def __iter__(self) -> Iterator[str]:
        yield from (assay.name for assay in self.study.assays)
        yield from (one.name for one in self.study.experiments)

    def __contains__(self, name: object) -> bool:
        return name in tuple(self)


@dataclass(frozen=True, repr=False)
class DemoResult(StudyRunResult):
    """The analysed example study, and the paths of its reports.

    A failed check is part of the demonstration, so `failed` is False.
    """

    reports: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """False."""
        return False


@dataclass(frozen=True, repr=False)
class NewStudyResult(Renderable):
    """A new study folder and the files that were written into it; `runs` is whether it contains
    data, so that it runs as it is.
    """

    folder: str
    written: tuple[str, ...]
    runs: bool = False


@dataclass(frozen=True, repr=False)
class VerifyResult(Renderable):
    """Whether the results of a study were reproduced; `difference` describes the first mismatch.

    Parameters
    ----------
    study, results : str
        The study folder, and the folder of the results that were compared.
    verified : bool
        Whether every file was reproduced byte for byte.
    compared : int
        Number of files compared.
    log_lines : int
        Number of log entries whose hashes were verified.
    """

    study: str
    results: str
    verified: bool
    compared: int
    log_lines: int
    difference: str = ""

    @property
    def failed(self) -> bool:
        """Whether a mismatch was detected."""
        return not self.verified
